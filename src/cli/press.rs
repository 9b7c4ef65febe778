//! The press: puts the statement about some renderings into the ledger, and its seal into each.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_ledger::{Checkpoint, Hash};
use trueline_verify::{
    Rendering, STATEMENT, Seal, Statement, Status, fill, open_file, row_marks, statement_id,
    workbook_digest,
};

use super::Failure;
use super::report::write;
use crate::instance::Instance;
use crate::ledger::{Ledger, LedgerError};
use crate::systems::reports::xlsx::{self, SealedSheet};
use crate::systems::reports::{Report, json};

/// A rendering to be sealed.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) format: &'static str,
    pub(super) language: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What a report was sealed as.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) id: String,
    /// Entries of the ledger under the seal's checkpoint.
    pub(super) size: u64,
}

/// The formats that carry a seal.
pub(super) fn carries_seal(ending: &str) -> bool {
    matches!(ending, "pdf" | "html" | "json" | "xlsx")
}

/// A statement before its renderings are known.
pub(super) fn statement(pack: &str, period: &str, simulated: bool, evidence: &str) -> Statement {
    Statement {
        format: STATEMENT.to_owned(),
        program: format!("Trueline {}", env!("CARGO_PKG_VERSION")),
        status: Status::Draft,
        pack: pack.to_owned(),
        period: period.to_owned(),
        simulated,
        evidence: Hash::of(evidence.as_bytes()).to_hex(),
        renderings: Vec::new(),
        prepared_by: None,
        reviewed_by: None,
        signed_by: None,
        restates: None,
        reason: None,
    }
}

/// What is sealed, and what is kept of it.
#[derive(Debug)]
pub(super) struct Press<'a> {
    pub(super) instance: &'a Instance,
    pub(super) ledger: &'a mut Ledger,
    /// In canonical JSON.
    pub(super) evidence: &'a str,
    /// The report in each language that was rendered.
    pub(super) reports: Vec<&'a Report>,
    /// The file name of the company's sign and its bytes.
    pub(super) logo: Option<(&'a str, &'a [u8])>,
    /// The file name and text of the pack and of each that it inherits.
    pub(super) packs: Vec<(String, String)>,
}

impl Press<'_> {
    /// Seals those of the sheets that carry a seal; nothing if none does.
    pub(super) fn seal(
        &mut self,
        statement: Statement,
        sheets: &mut [Sheet],
    ) -> Result<Option<Sealed>, Failure> {
        let mut sheets: Vec<&mut Sheet> =
            sheets.iter_mut().filter(|sheet| carries_seal(sheet.format)).collect();
        if sheets.is_empty() {
            return Ok(None);
        }
        let mut renderings = Vec::new();
        for sheet in &sheets {
            let digest = match sheet.format {
                "xlsx" => workbook_digest(&sheet.bytes)?.0,
                _ => open_file(&sheet.bytes)?.0,
            };
            renderings.push(Rendering {
                format: sheet.format.to_owned(),
                language: sheet.language.to_owned(),
                sha256: digest.to_hex(),
            });
        }
        renderings.sort();
        let entry = Statement { renderings, ..statement }.to_entry().map_err(LedgerError::from)?;
        let id = statement_id(&entry);
        let seal = self.sealed(&id, entry)?;
        for sheet in &mut sheets {
            match sheet.format {
                "xlsx" => sheet.bytes = self.workbook(sheet, &seal)?,
                _ => fill(&mut sheet.bytes, &seal)?,
            }
        }
        let checkpoint = Checkpoint::parse(seal.receipt.checkpoint().text());
        Ok(Some(Sealed { id, size: checkpoint.map_err(LedgerError::from)?.size() }))
    }

    /// The workbook once more, with the seal on its last sheet.
    fn workbook(&self, sheet: &Sheet, seal: &Seal) -> Result<Vec<u8>, Failure> {
        let report = self.reports.iter().find(|one| code(one.language) == sheet.language);
        let Some(report) = report else {
            return Ok(sheet.bytes.clone());
        };
        let (_, rows) = workbook_digest(&sheet.bytes)?;
        let sealed = SealedSheet {
            evidence: self.evidence,
            rows: &row_marks(&rows),
            seal: &seal.to_base64(),
        };
        Ok(xlsx::render(report, Some(sealed))?)
    }

    /// The seal of a statement: the one it has, so that the bytes repeat, or a new one.
    fn sealed(&mut self, id: &str, entry: String) -> Result<Seal, Failure> {
        let folder = folder(self.instance, id);
        let file = folder.join("seal.txt");
        if self.ledger.find(entry.as_bytes()).is_some()
            && let Ok(text) = fs::read_to_string(&file)
        {
            return Ok(Seal::from_base64(text.trim_end())?);
        }
        self.keep(&folder, &entry)?;
        let is_published = Statement::from_entry(entry.as_bytes())
            .is_some_and(|statement| statement.status == Status::Published);
        let number = self.ledger.record(vec![entry.clone().into_bytes()])?;
        self.cosign(is_published)?;
        let receipt = self.ledger.receipt(number.first().copied().unwrap_or_default())?;
        let seal = Seal { entry, receipt };
        write(&file, format!("{}\n", seal.to_base64()).as_bytes())?;
        Ok(seal)
    }

    /// Has the witnesses of the policy cosign. A draft may go without; a publication may not.
    fn cosign(&mut self, is_published: bool) -> Result<(), Failure> {
        match super::ledger::ask_witnesses(self.instance, self.ledger)? {
            None => Ok(()),
            Some(missing) if is_published => {
                Err(Failure::no(format!("the statement is recorded, but not published: {missing}"))
                    .with_next(
                        "`trueline ledger cosign` asks the witnesses again, then publish again",
                    ))
            }
            Some(missing) => {
                eprintln!("note: {missing}");
                Ok(())
            }
        }
    }

    /// Keeps everything that a report is made from, so that it can be published and checked
    /// without the records.
    fn keep(&self, folder: &Path, entry: &str) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        write(&folder.join("evidence.json"), self.evidence.as_bytes())?;
        write(&folder.join("statement.json"), entry.as_bytes())?;
        for report in &self.reports {
            let name = format!("report.{}.json", code(report.language));
            write(&folder.join(name), &json::render(report, None)?)?;
        }
        if let Some((name, bytes)) = self.logo {
            write(&folder.join(name), bytes)?;
        }
        fs::create_dir_all(folder.join("packs"))?;
        for (name, text) in &self.packs {
            write(&folder.join("packs").join(name), text.as_bytes())?;
        }
        Ok(())
    }
}

/// Where what was sealed under an id is kept.
pub(super) fn folder(instance: &Instance, id: &str) -> PathBuf {
    instance.folder().join("sealed").join(id)
}

fn code(language: crate::systems::reports::Language) -> &'static str {
    match language {
        crate::systems::reports::Language::Zh => "zh",
        crate::systems::reports::Language::En => "en",
    }
}

/// The published statements about a pack and period, in their order in the ledger.
pub(super) fn published(ledger: &Ledger, pack: &str, period: &str) -> Vec<(String, Statement)> {
    let statements = ledger.entries().iter().filter_map(|entry| {
        let statement = Statement::from_entry(entry)?;
        let text = String::from_utf8(entry.clone()).ok()?;
        Some((text, statement))
    });
    statements
        .filter(|(_, one)| {
            one.status == Status::Published && one.pack == pack && one.period == period
        })
        .collect()
}

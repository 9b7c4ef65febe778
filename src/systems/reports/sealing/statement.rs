//! Puts the statement about some renderings into the ledger, and its seal into each of them.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_language::Explain as _;
use trueline_ledger::{Checkpoint, Distrust, Hash};
use trueline_verify::{
    STATEMENT, Seal, SealedRendering, Statement, StatementStatus, digest_and_place, fill_place,
    row_marks, statement_id, workbook_digest,
};

use super::error::SealReportError;
use crate::files::{create_folder, replace_file};
use crate::instance::Instance;
use crate::language::Language;
use crate::ledger::{Ledger, LedgerError};
use crate::state::State;
use crate::systems::reports::xlsx::{self, SealedSheet};
use crate::systems::reports::{QualityReport, ReportFormat, json};

/// A report rendered in one format and language.
#[derive(Debug)]
pub struct RenderedFile {
    pub format: ReportFormat,
    pub language: Language,
    pub bytes: Vec<u8>,
}

/// What a report was sealed as.
#[derive(Debug)]
pub struct SealedReport {
    pub id: String,
    /// Entries of the ledger under the seal's checkpoint.
    pub size: u64,
    /// What is missing for the quorum of the policy, if anything.
    pub missing: Option<Distrust>,
}

/// A statement before its renderings are known.
pub(super) fn draft_statement(
    pack: &str,
    period: &str,
    simulated: bool,
    evidence: &str,
) -> Statement {
    Statement {
        format: STATEMENT.to_owned(),
        program: format!("Trueline {}", env!("CARGO_PKG_VERSION")),
        status: StatementStatus::Draft,
        pack: pack.to_owned(),
        period: period.to_owned(),
        simulated,
        evidence: Hash::digest_of(evidence.as_bytes()).to_hex(),
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
pub(in crate::systems::reports) struct StatementSealer<'a> {
    pub(in crate::systems::reports) state: &'a State,
    pub(in crate::systems::reports) ledger: &'a mut Ledger,
    /// In canonical JSON.
    pub(in crate::systems::reports) evidence: &'a str,
    /// The report in each language that was rendered.
    pub(in crate::systems::reports) reports: Vec<&'a QualityReport>,
    /// The file name of the company's logo and its bytes.
    pub(in crate::systems::reports) logo: Option<(&'a str, &'a [u8])>,
    /// The file name and text of the pack and of each that it inherits.
    pub(in crate::systems::reports) packs: Vec<(String, String)>,
}

impl StatementSealer<'_> {
    /// Seals the files that can carry a seal. `None` if none can.
    pub(in crate::systems::reports) fn seal_files(
        &mut self,
        statement: Statement,
        files: &mut [RenderedFile],
    ) -> Result<Option<SealedReport>, SealReportError> {
        let mut files: Vec<&mut RenderedFile> =
            files.iter_mut().filter(|file| file.format.carries_seal()).collect();
        if files.is_empty() {
            return Ok(None);
        }
        let mut renderings = Vec::new();
        for file in &files {
            let digest = match file.format {
                ReportFormat::Xlsx => workbook_digest(&file.bytes)?.0,
                ReportFormat::Pdf
                | ReportFormat::Html
                | ReportFormat::Json
                | ReportFormat::Docx => digest_and_place(&file.bytes)?.0,
            };
            renderings.push(SealedRendering {
                format: file.format.ending().to_owned(),
                language: file.language.code().to_owned(),
                sha256: digest.to_hex(),
            });
        }
        renderings.sort();
        let entry = Statement { renderings, ..statement }.to_entry().map_err(LedgerError::from)?;
        let id = statement_id(&entry);
        let (seal, missing) = self.find_or_make_seal(&id, entry)?;
        for file in &mut files {
            match file.format {
                ReportFormat::Xlsx => file.bytes = self.render_workbook(file, &seal)?,
                ReportFormat::Pdf
                | ReportFormat::Html
                | ReportFormat::Json
                | ReportFormat::Docx => {
                    fill_place(&mut file.bytes, &seal)?;
                }
            }
        }
        let checkpoint = Checkpoint::parse(seal.receipt.checkpoint().text());
        let size = checkpoint.map_err(LedgerError::from)?.size();
        Ok(Some(SealedReport { id, size, missing }))
    }

    /// Renders the workbook once more, with the seal on its last sheet.
    fn render_workbook(
        &self,
        file: &RenderedFile,
        seal: &Seal,
    ) -> Result<Vec<u8>, SealReportError> {
        let Some(report) = self.reports.iter().find(|one| one.language == file.language) else {
            return Ok(file.bytes.clone());
        };
        let (_, rows) = workbook_digest(&file.bytes)?;
        let sealed = SealedSheet {
            evidence: self.evidence,
            rows: &row_marks(&rows),
            seal: &seal.to_base64(),
        };
        Ok(xlsx::render_xlsx(report, Some(sealed))?)
    }

    /// Finds the seal that a statement has, so that the bytes repeat, or makes one. Also returns
    /// what is missing for the quorum.
    fn find_or_make_seal(
        &mut self,
        id: &str,
        entry: String,
    ) -> Result<(Seal, Option<Distrust>), SealReportError> {
        let folder = sealed_folder(&self.state.instance, id);
        let file = folder.join("seal.txt");
        if self.ledger.find_entry(entry.as_bytes()).is_some()
            && let Ok(text) = fs::read_to_string(&file)
        {
            return Ok((Seal::from_base64(text.trim_end())?, None));
        }
        self.keep_files(&folder, &entry)?;
        let is_published = Statement::from_entry(entry.as_bytes())
            .is_some_and(|statement| statement.status == StatementStatus::Published);
        let number = self.ledger.record_entries(&[entry.clone().into_bytes()])?;
        // A draft needs no cosignatures; a publication does.
        let missing = self.state.ask_witnesses(self.ledger)?;
        if let (Some(missing), true) = (&missing, is_published) {
            return Err(SealReportError::NotPublished(missing.to_text()));
        }
        let receipt = self.ledger.make_receipt(number.first().copied().unwrap_or_default())?;
        let seal = Seal { entry, receipt };
        replace_file(&file, format!("{}\n", seal.to_base64()).as_bytes())?;
        Ok((seal, missing))
    }

    /// Keeps everything that a report is made from, so that it can be published and checked
    /// without the records.
    fn keep_files(&self, folder: &Path, entry: &str) -> Result<(), SealReportError> {
        create_folder(folder)?;
        replace_file(&folder.join("evidence.json"), self.evidence.as_bytes())?;
        replace_file(&folder.join("statement.json"), entry.as_bytes())?;
        for report in &self.reports {
            let name = format!("report.{}.json", report.language.code());
            replace_file(&folder.join(name), &json::render_json(report, None)?)?;
        }
        if let Some((name, bytes)) = self.logo {
            replace_file(&folder.join(name), bytes)?;
        }
        create_folder(&folder.join("packs"))?;
        for (name, text) in &self.packs {
            replace_file(&folder.join("packs").join(name), text.as_bytes())?;
        }
        Ok(())
    }
}

/// The folder that keeps what was sealed under an id.
pub(crate) fn sealed_folder(instance: &Instance, id: &str) -> PathBuf {
    instance.folder_path().join("sealed").join(id)
}

/// The published statements about a pack and period, in their order in the ledger.
pub(crate) fn list_published_statements(
    ledger: &Ledger,
    pack: &str,
    period: &str,
) -> Vec<(String, Statement)> {
    let statements = ledger.entries().iter().filter_map(|entry| {
        let statement = Statement::from_entry(entry)?;
        let text = String::from_utf8(entry.clone()).ok()?;
        Some((text, statement))
    });
    statements
        .filter(|(_, one)| {
            one.status == StatementStatus::Published && one.pack == pack && one.period == period
        })
        .collect()
}

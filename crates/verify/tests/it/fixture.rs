//! A small sealed report in every format, and the ledger that it is sealed in.

use std::path::PathBuf;

use rust_xlsxwriter::Worksheet;
use tempfile::TempDir;
use trueline_language::{Language, contains_chinese};
use trueline_ledger::{Hash, Log, Note, Signer};
use trueline_verify::{
    FileVerdict, STATEMENT, Seal, SealedRendering, Statement, StatementStatus, digest_and_place,
    fill_place, to_canonical_json, workbook_digest,
};

use crate::data::{batch, block_roots, evidence, report};
use crate::files::{attachment, page, pdf, sealed_json, workbook};

pub(crate) struct Fixture {
    work: TempDir,
    pub(crate) key: String,
    pub(crate) since: Note,
    pub(crate) json: Vec<u8>,
    pub(crate) html: Vec<u8>,
    pub(crate) pdf: Vec<u8>,
    pub(crate) pdf_attachment: Vec<u8>,
    pub(crate) xlsx: Vec<u8>,
    pub(crate) block_root: String,
    evidence: String,
    seal: String,
}

/// The finding about a figure (or the first, if none is named) says this.
pub(crate) fn finding_about(verdict: &FileVerdict, figure: &str, word: &str) {
    assert!(!verdict.holds);
    let all = &verdict.findings;
    let found = all.iter().any(|one| {
        let named = one.figure.as_deref().unwrap_or_default();
        named.starts_with(figure)
            && one.says.as_str(Language::English).contains(word)
            && contains_chinese(one.says.as_str(Language::Chinese))
    });
    assert!(found, "{figure} {word}: {all:#?}");
    // What is named by figure comes first.
    assert!(figure.is_empty() || all[0].figure.is_some(), "{all:#?}");
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        Fixture::with_company("Example Telecom")
    }

    pub(crate) fn with_company(company: &str) -> Fixture {
        Fixture::make(company, false)
    }

    /// The key that signed the seal was retired afterwards.
    pub(crate) fn retired() -> Fixture {
        Fixture::make("Example Telecom", true)
    }

    fn make(company: &str, is_retired: bool) -> Fixture {
        let work = tempfile::tempdir().unwrap();
        let signer = Signer::generate("log.example/quality").unwrap();
        let verifier = signer.verifier_key().clone();
        let folder = work.path().join("log");
        let mut log = Log::create(&folder, "log.example/quality", vec![signer]).unwrap();
        log.append_entries(&[batch("000001", false)]).unwrap();
        let since = log.newest_checkpoint().clone();
        let blocks = block_roots();
        let evidence = to_canonical_json(&evidence(&blocks)).unwrap();
        let report = report(company);
        let mut json = sealed_json(&report, &evidence);
        let mut html = page(&report, &evidence, company);
        let pdf_attachment = attachment(9, evidence.as_bytes(), true);
        let mut pdf = pdf(&report, &evidence);
        let xlsx = workbook(&evidence, "", false, &|_| {});
        let statement = statement(&evidence, &[&html, &json, &pdf], &xlsx);
        let entry = statement.to_entry().unwrap();
        let index = log.append_entries(&[&entry]).unwrap().first;
        let receipt = log.open_reader().make_receipt(index, log.newest_checkpoint(), None).unwrap();
        let seal = Seal { entry: entry.clone(), receipt };
        for file in [&mut json, &mut html, &mut pdf] {
            fill_place(file, &seal).unwrap();
        }
        let restated = Statement {
            restates: Some(Hash::digest_of(entry.as_bytes()).to_hex()),
            reason: Some("a district came late".to_owned()),
            ..statement
        };
        let after = [batch("000002", false), batch("000003", true), restated.to_entry().unwrap()];
        log.append_entries(&after).unwrap();
        if is_retired {
            log.rotate_key(Signer::generate("log.example/quality").unwrap()).unwrap();
            log.retire_key(&verifier, 1_600_000_000).unwrap();
        }
        let seal = seal.to_base64();
        Fixture {
            key: verifier.to_string(),
            since,
            json,
            html,
            pdf,
            pdf_attachment,
            xlsx: workbook(&evidence, &seal, false, &|_| {}),
            block_root: blocks[0].to_hex(),
            evidence,
            seal,
            work,
        }
    }

    pub(crate) fn files(&self) -> [(&'static str, &[u8]); 4] {
        [
            ("report.json", &self.json),
            ("report.html", &self.html),
            ("report.pdf", &self.pdf),
            ("report.xlsx", &self.xlsx),
        ]
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.work.path().join("log")
    }

    /// The sealed workbook with other numbers in some cells; or saved by another hand.
    pub(crate) fn workbook(&self, changed: &[(u32, u16, f64)], another_save: bool) -> Vec<u8> {
        workbook(&self.evidence, &self.seal, another_save, &|sheet| {
            for (row, column, value) in changed {
                sheet.write_number(*row, *column, *value).unwrap();
            }
        })
    }

    /// The sealed workbook with something done to its first sheet.
    pub(crate) fn workbook_with(&self, change: impl Fn(&mut Worksheet)) -> Vec<u8> {
        workbook(&self.evidence, &self.seal, false, &change)
    }
}

/// The statement over the evidence and the files, whose place of the seal is still empty.
fn statement(evidence: &str, files: &[&[u8]; 3], xlsx: &[u8]) -> Statement {
    let rendering = |format: &str, sha256: String| SealedRendering {
        format: format.to_owned(),
        language: "en".to_owned(),
        sha256,
    };
    let formats = ["html", "json", "pdf"].into_iter().zip(files);
    let mut renderings: Vec<SealedRendering> = formats
        .map(|(format, bytes)| rendering(format, digest_and_place(bytes).unwrap().0.to_hex()))
        .collect();
    renderings.push(rendering("xlsx", workbook_digest(xlsx).unwrap().0.to_hex()));
    Statement {
        format: STATEMENT.to_owned(),
        program: "Trueline test".to_owned(),
        status: StatementStatus::Published,
        pack: "example".to_owned(),
        period: "2020H1".to_owned(),
        simulated: true,
        evidence: Hash::digest_of(evidence.as_bytes()).to_hex(),
        renderings,
        prepared_by: None,
        reviewed_by: None,
        signed_by: None,
        restates: None,
        reason: None,
    }
}

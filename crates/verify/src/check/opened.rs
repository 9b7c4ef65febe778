//! What a file of each format holds: its digest, the seal, the evidence, the data of the report.

use serde_json::Value;
use trueline_ledger::Hash;

use super::attachments::find_attachments;
use super::page::read_element;
use super::trust::describe_receipt_error;
use crate::inflate::inflate_base64_gzip;
use crate::json::to_canonical_json;
use crate::seal::{MARK, Seal, SealError, digest_and_place};
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use crate::workbook::{SealedWorkbook, digest_rows, read_workbook};
use trueline_language::Text;

/// The formats that carry a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Json,
    Html,
    Pdf,
    Xlsx,
}

impl FileFormat {
    pub(crate) fn name(self) -> &'static str {
        match self {
            FileFormat::Json => "json",
            FileFormat::Html => "html",
            FileFormat::Pdf => "pdf",
            FileFormat::Xlsx => "xlsx",
        }
    }

    /// Tells the format by how the file begins, whatever its name is.
    fn detect_in(bytes: &[u8]) -> Option<FileFormat> {
        let start = bytes.trim_ascii_start();
        if bytes.starts_with(b"%PDF-") {
            Some(FileFormat::Pdf)
        } else if bytes.starts_with(b"PK\x03\x04") {
            Some(FileFormat::Xlsx)
        } else if start.starts_with(b"{") {
            Some(FileFormat::Json)
        } else if start.starts_with(b"<") {
            Some(FileFormat::Html)
        } else {
            None
        }
    }
}

/// A file, taken apart and not yet believed.
pub(crate) struct OpenedFile {
    pub(crate) format: FileFormat,
    pub(crate) digest: Hash,
    pub(crate) seal: Result<Seal, SealError>,
    pub(crate) evidence: Option<Vec<u8>>,
    pub(crate) report: Option<Vec<u8>>,
    pub(crate) page: Option<String>,
    pub(crate) workbook: Option<SealedWorkbook>,
}

pub(crate) fn describe_seal_error(error: &SealError) -> String {
    match error {
        SealError::Absent => "文件中没有封印".to_owned(),
        SealError::Several => "文件中有不止一个封印".to_owned(),
        SealError::Empty => "封印是空的：该文件从未封印".to_owned(),
        SealError::Damaged | SealError::TooLong => "封印已损坏".to_owned(),
        SealError::Receipt(error) => describe_receipt_error(error),
    }
}

/// Takes a file apart. `None` if its format carries no seal.
pub(crate) fn open_report(bytes: &[u8], verdict: &mut FileVerdict) -> Option<OpenedFile> {
    let Some(format) = FileFormat::detect_in(bytes) else {
        let says = Text::new(
            "不是可核验的格式（PDF、HTML、JSON、XLSX）",
            "not a format that carries a seal (PDF, HTML, JSON, XLSX)",
        );
        verdict.add_finding(VerdictFinding::new(FindingKind::Unreadable, says));
        return None;
    };
    if format == FileFormat::Xlsx {
        return open_workbook(bytes, verdict);
    }
    let (digest, seal) = match digest_and_place(bytes) {
        Ok((digest, place)) => (digest, Seal::from_place(&place)),
        Err(error) => (Hash::digest_of(bytes), Err(error)),
    };
    let mut opened = OpenedFile {
        format,
        digest,
        seal,
        evidence: None,
        report: None,
        page: None,
        workbook: None,
    };
    match format {
        FileFormat::Json => {
            let value: Option<Value> = serde_json::from_slice(bytes).ok();
            let evidence = value.as_ref().and_then(|value| value.get("evidence"));
            opened.evidence =
                evidence.and_then(|one| to_canonical_json(one).ok()).map(String::into_bytes);
            opened.report = Some(bytes.to_vec());
        }
        FileFormat::Html => {
            let page = String::from_utf8_lossy(bytes).into_owned();
            opened.evidence =
                read_element(&page, "trueline-evidence").and_then(inflate_base64_gzip);
            opened.report = read_element(&page, "report").map(|text| text.as_bytes().to_vec());
            opened.page = Some(page);
        }
        FileFormat::Pdf | FileFormat::Xlsx => open_attachments(bytes, &mut opened, verdict),
    }
    Some(opened)
}

/// Recognises attachments by what they say they are, not by their names.
fn open_attachments(bytes: &[u8], opened: &mut OpenedFile, verdict: &mut FileVerdict) {
    for one in find_attachments(bytes) {
        if one.starts_with(MARK.as_bytes()) {
            // The PDF was written again and compressed. It is no longer the sealed file, but its
            // seal tells which file was.
            let place = String::from_utf8_lossy(&one);
            if matches!(opened.seal, Err(SealError::Absent)) {
                opened.seal = Seal::from_place(&place);
            }
            continue;
        }
        let Ok(value) = serde_json::from_slice::<Value>(&one) else { continue };
        let place = if value["format"] == crate::evidence::EVIDENCE {
            &mut opened.evidence
        } else if value["schema"].is_string() && value["groups"].is_array() {
            &mut opened.report
        } else {
            continue;
        };
        if place.replace(one).is_some() {
            let says = Text::new(
                "同一种附件有两份，无法判断以哪份为准",
                "an attachment is there twice: nobody can say which one counts",
            );
            verdict.add_finding(
                VerdictFinding::new(FindingKind::Rendering, says).at_place("attachments"),
            );
        }
    }
}

fn open_workbook(bytes: &[u8], verdict: &mut FileVerdict) -> Option<OpenedFile> {
    let book = match read_workbook(bytes) {
        Ok(book) => book,
        Err(error) => {
            let says = Text::new(
                "不是可读取的工作簿（Word 稿供传阅，不带封印）",
                format!("{error} (a Word draft is for circulation and carries no seal)"),
            );
            verdict.add_finding(VerdictFinding::new(FindingKind::Unreadable, says));
            return None;
        }
    };
    let seal = match book.join_part("SEAL") {
        Some(text) => Seal::from_base64(text.trim()),
        None => Err(SealError::Absent),
    };
    Some(OpenedFile {
        format: FileFormat::Xlsx,
        digest: digest_rows(&book.rows),
        seal,
        evidence: book.join_part("EVIDENCE").and_then(|text| inflate_base64_gzip(&text)),
        report: None,
        page: None,
        workbook: Some(book),
    })
}

//! The statement that is sealed, the seal, and the place in a file that it fills.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use trueline_ledger::{Hash, Receipt, ReceiptError};

use crate::json::{JsonError, read_canonical_json, to_canonical_json};

/// The name of the form, as a statement states it.
pub const STATEMENT: &str = "trueline-statement/v1";
/// How the place of a seal begins. Its length in six digits and a space follow.
pub const MARK: &str = "TRUELINE-SEAL/1 ";
/// Bytes of the place, including the mark.
pub const PLACE_BYTES: usize = 32_768;
const HEAD: usize = MARK.len() + 7;

/// What is vouched for. The statement is itself an entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub format: String,
    pub program: String,
    pub status: StatementStatus,
    pub pack: String,
    pub period: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Digest of the evidence.
    pub evidence: String,
    pub renderings: Vec<SealedRendering>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepared_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Digest of the statement that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restates: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementStatus {
    Draft,
    Published,
}

/// One file of a report, with its digest while the place of the seal is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRendering {
    /// `pdf`, `html`, `json`, `xlsx`
    pub format: String,
    pub language: String,
    pub sha256: String,
}

impl Statement {
    /// Its canonical form: the entry in the ledger.
    pub fn to_entry(&self) -> Result<String, JsonError> {
        to_canonical_json(self)
    }

    /// Reads an entry; `None` if it is about something else.
    pub fn from_entry(entry: &[u8]) -> Option<Statement> {
        let statement: Statement = read_canonical_json(entry).ok()?;
        (statement.format == STATEMENT).then_some(statement)
    }
}

/// The id of a report with this statement: the first digits of the statement's digest.
pub fn statement_id(entry: &str) -> String {
    Hash::digest_of(entry.as_bytes()).to_hex()[..12].to_owned()
}

/// A statement with the receipt of its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The entry, as it stands in the ledger.
    pub entry: String,
    pub receipt: Receipt,
}

/// Why a file has no seal that can be read.
#[derive(Debug, Clone, thiserror::Error, trueline_language::Explain)]
pub enum SealError {
    /// There is no mark, or its place is cut short.
    #[error("there is no seal in it")]
    #[zh("其中没有封印")]
    Absent,
    /// There is more than one mark, so nobody can say what the digest leaves out.
    #[error("there is more than one seal in it")]
    #[zh("其中有不止一个封印")]
    Several,
    /// There is a place, and nothing stands in it.
    #[error("its seal is empty: it was never sealed")]
    #[zh("封印为空：从未封印")]
    Empty,
    /// What stands in the place is not base64 of a statement and a receipt.
    #[error("its seal is damaged")]
    #[zh("封印已损坏")]
    Damaged,
    /// The receipt in it cannot be read.
    #[error("the receipt in its seal is damaged")]
    #[zh("封印中的凭据已损坏")]
    Receipt(#[from] ReceiptError),
    /// It does not fit its place.
    #[error("the seal is longer than its place")]
    #[zh("封印超过预留位置的长度")]
    TooLong,
}

impl Seal {
    /// The text that fills the place in a file: as long as the place.
    pub fn to_place(&self) -> Result<String, SealError> {
        let inside = STANDARD.encode(format!("{}\n{}", self.entry, self.receipt));
        if HEAD + inside.len() > PLACE_BYTES {
            return Err(SealError::TooLong);
        }
        let width = PLACE_BYTES - HEAD;
        Ok(format!("{MARK}{PLACE_BYTES:06} {inside:<width$}"))
    }

    /// Reads what stands in a place: the mark first, spaces last.
    pub fn from_place(place: &str) -> Result<Seal, SealError> {
        let rest = place.strip_prefix(MARK).ok_or(SealError::Absent)?;
        let (_, inside) = rest.split_at_checked(7).ok_or(SealError::Absent)?;
        Seal::from_base64(inside.trim_end_matches(' '))
    }

    /// Reads the base64 of a statement, a line end and a receipt.
    pub fn from_base64(inside: &str) -> Result<Seal, SealError> {
        if inside.is_empty() {
            return Err(SealError::Empty);
        }
        let bytes = STANDARD.decode(inside).map_err(|_| SealError::Damaged)?;
        let text = String::from_utf8(bytes).map_err(|_| SealError::Damaged)?;
        let (entry, receipt) = text.split_once('\n').ok_or(SealError::Damaged)?;
        let receipt = Receipt::parse(receipt.as_bytes())?;
        Ok(Seal { entry: entry.to_owned(), receipt })
    }

    /// The base64 of a statement, a line end and a receipt.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(format!("{}\n{}", self.entry, self.receipt))
    }
}

/// A place without a seal.
pub fn empty_place() -> String {
    let width = PLACE_BYTES - HEAD;
    format!("{MARK}{PLACE_BYTES:06} {:<width$}", "")
}

/// Where in a file the place of the seal is.
pub fn find_place(file: &[u8]) -> Result<std::ops::Range<usize>, SealError> {
    let mut found =
        file.windows(MARK.len()).enumerate().filter(|(_, part)| *part == MARK.as_bytes());
    let (from, _) = found.next().ok_or(SealError::Absent)?;
    if found.next().is_some() {
        return Err(SealError::Several);
    }
    let head = file.get(from..from + HEAD).ok_or(SealError::Absent)?;
    let digits = std::str::from_utf8(&head[MARK.len()..HEAD - 1]).ok();
    let length: usize = digits.and_then(|text| text.parse().ok()).ok_or(SealError::Absent)?;
    if head[HEAD - 1] != b' ' || length < HEAD || from + length > file.len() {
        return Err(SealError::Absent);
    }
    Ok(from..from + length)
}

/// The digest of a file with the place of its seal empty, and what stands in the place.
pub fn digest_and_place(file: &[u8]) -> Result<(Hash, String), SealError> {
    let place = find_place(file)?;
    let mut empty = file.to_vec();
    empty[place.start + HEAD..place.end].fill(b' ');
    let inside = std::str::from_utf8(&file[place]).map_err(|_| SealError::Damaged)?;
    Ok((Hash::digest_of(&empty), inside.to_owned()))
}

/// Puts a seal into the place of a file.
pub fn fill_place(file: &mut [u8], seal: &Seal) -> Result<(), SealError> {
    let place = find_place(file)?;
    let text = seal.to_place()?;
    if text.len() != place.len() {
        return Err(SealError::TooLong);
    }
    file[place].copy_from_slice(text.as_bytes());
    Ok(())
}

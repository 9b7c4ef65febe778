//! The entries of a ledger besides statements: imports, packs, calendars and populations.

use serde::{Deserialize, Serialize};

use crate::json::read_canonical_json;

/// The name of the form of an import's entry, as the entry states it.
pub const BATCH: &str = "trueline-batch/v1";
/// The same for a pack that figures were made with.
pub const PACK: &str = "trueline-pack/v1";
/// The same for a population.
pub const POPULATION: &str = "trueline-population/v1";
/// The same for a calendar.
pub const CALENDAR: &str = "trueline-calendar/v1";

/// The entry of one import: its revisions, and the files that hold them today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchEntry {
    pub format: String,
    pub dataset: String,
    pub batch: String,
    /// When it was imported, seconds since 1970.
    pub recorded: i64,
    pub columns: Vec<RowColumn>,
    pub rows: u64,
    /// Of the tree of salted leaves.
    pub root: String,
    pub files: Vec<FileDigest>,
    /// Which earlier revisions these replace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<FileDigest>,
    pub sources: Vec<SourceDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    pub read: u64,
    pub accepted: u64,
    pub quarantined: u64,
}

/// A column of a canonical row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowColumn {
    pub name: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<RowColumn>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
}

/// A file that was imported. Its name may disclose what an entry must not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceDigest {
    pub sha256: String,
    pub bytes: u64,
    pub lines: u64,
}

/// The entry of a report's closed set of cases: which are in it, and how each was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationEntry {
    pub format: String,
    pub dataset: String,
    pub period: String,
    pub rows: u64,
    /// Of the tree of members.
    pub root: String,
    /// Definitions that differ in their limits alone, by their ids; verdicts name them by number.
    pub families: Vec<Vec<String>>,
    /// Digest of the evidence that states its partial figures.
    pub evidence: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackEntry {
    pub format: String,
    pub id: String,
    pub version: String,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntry {
    pub format: String,
    pub name: String,
    pub sha256: String,
}

impl PopulationEntry {
    /// Reads an entry; `None` if it is about something else.
    pub fn from_entry(entry: &[u8]) -> Option<PopulationEntry> {
        let read: PopulationEntry = read_canonical_json(entry).ok()?;
        (read.format == POPULATION).then_some(read)
    }
}

impl BatchEntry {
    /// Reads an entry; `None` if it is about something else.
    pub fn from_entry(entry: &[u8]) -> Option<BatchEntry> {
        let read: BatchEntry = read_canonical_json(entry).ok()?;
        (read.format == BATCH).then_some(read)
    }
}

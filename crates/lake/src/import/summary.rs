//! What an import did, file by file.

use std::path::PathBuf;

use super::reason::Reason;
use crate::manifest::Counts;

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub files: Vec<FileSummary>,
    /// Over all files.
    pub counts: Counts,
}

impl Summary {
    pub(super) fn add_file(&mut self, file: FileSummary) {
        self.counts.add(&file.counts);
        self.files.push(file);
    }
}

/// What became of one file.
#[derive(Debug, Clone, Default)]
pub struct FileSummary {
    /// The base name.
    pub file: String,
    /// The sheets of a workbook that were not read.
    pub unread_sheets: Vec<String>,
    /// The encoding that text was read in, as declared or detected.
    pub encoding: Option<&'static str>,
    pub counts: Counts,
    /// The batch its rows are in; `None` when it brought nothing new.
    pub batch: Option<String>,
    /// The very same file was imported before, in this batch.
    pub known_in: Option<String>,
    /// Where its refused rows are.
    pub quarantine: Option<PathBuf>,
    /// Columns whose expressions gave nothing where the source has a text.
    pub unread: Vec<Unread>,
    /// Why rows were refused, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Cases that older files of this source had and this full export lacks.
    pub missing: Missing,
}

/// One reason for quarantine, over all rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason of the first of them; what its kind says of all is its summary.
    pub reason: Reason,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The source's column; empty for the row as a whole.
    pub column: String,
    pub rows: u64,
    /// The first rows: line and masked value.
    pub examples: Vec<(u64, String)>,
}

/// A column whose expression could not read some of the source's texts as moments or numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The column that is filled.
    pub column: String,
    pub rows: u64,
    /// The first lines.
    pub lines: Vec<u64>,
}

/// Cases that a full export lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    pub rows: u64,
    /// The first keys, parts joined by `/`.
    pub examples: Vec<String>,
}

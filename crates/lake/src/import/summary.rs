//! What an import did, file by file.

use std::path::PathBuf;

use super::reason::RefusalReason;
use crate::manifest::RowCounts;

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct ImportSummary {
    pub files: Vec<FileSummary>,
    /// The sum over all files.
    pub counts: RowCounts,
}

impl ImportSummary {
    pub(super) fn add_file(&mut self, file: FileSummary) {
        self.counts.add_counts(&file.counts);
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
    /// The encoding of the text, as declared or detected.
    pub encoding: Option<&'static str>,
    pub counts: RowCounts,
    /// The batch that holds its rows; `None` if it added nothing new.
    pub batch: Option<String>,
    /// The batch in which the identical file was imported before.
    pub known_in: Option<String>,
    /// Where its refused rows are.
    pub quarantine: Option<PathBuf>,
    /// Columns whose expressions could not read texts of the source.
    pub unread: Vec<UnreadTexts>,
    /// Why rows were refused, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Cases that older files of this source had and this complete export lacks.
    pub missing: MissingRows,
}

/// One reason for quarantine, counted over all rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason of the first of these rows. Its `summary` holds for all of them.
    pub reason: RefusalReason,
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
pub struct UnreadTexts {
    /// The column of the dataset.
    pub column: String,
    pub rows: u64,
    /// The first lines.
    pub lines: Vec<u64>,
}

/// Cases that a complete export lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingRows {
    pub rows: u64,
    /// The first keys, parts joined by `/`.
    pub examples: Vec<String>,
}

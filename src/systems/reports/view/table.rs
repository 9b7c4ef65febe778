//! A table of texts, as every rendering prints it.

use serde::Serialize;

/// A table of texts, and how each column is aligned.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ReportTable {
    pub(crate) title: Option<String>,
    pub(crate) columns: Vec<ReportColumn>,
    pub(crate) rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReportColumn {
    pub(crate) head: String,
    pub(crate) side: Side,
    /// Its share of the width; with 0 the column takes what it needs.
    pub(crate) share: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Left,
    Right,
}

impl ReportColumn {
    pub(crate) fn for_words(head: &str, share: u8) -> Self {
        ReportColumn { head: head.to_owned(), side: Side::Left, share }
    }

    pub(crate) fn for_numbers(head: &str) -> Self {
        ReportColumn { head: head.to_owned(), side: Side::Right, share: 0 }
    }
}

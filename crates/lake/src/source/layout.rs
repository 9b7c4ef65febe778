//! How a source file is laid out, and how another in the same layout is written.

use super::encoding::FileEncoding;

/// How a source file is to be read; what is `None` is detected.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub format: Option<Format>,
    pub encoding: Option<FileEncoding>,
    pub separator: Option<u8>,
    /// Names of the sheets to read; empty means the first one.
    pub sheets: Vec<String>,
    /// The row that names the columns, from 1; `Some(0)` means that no row does.
    pub header_row: Option<usize>,
    /// How many rows the header takes, where groups of columns have a title of their own.
    pub header_rows: Option<usize>,
    /// Rows to leave out right after the header.
    pub skip_rows: usize,
}

/// The formats we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
    Xlsx,
    Parquet,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        match name {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "xlsx" => Some(Format::Xlsx),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// What a quarantine file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Separated text, as the source was.
    Separated,
    Json,
    /// Comma-separated text, because the source was a workbook or a table.
    Flat,
}

/// How a file starts, so that another in the same layout can be written.
#[derive(Debug)]
pub(crate) struct Preamble<'a> {
    /// Everything up to the line that names the columns, without that line's end, in UTF-8 or the
    /// chunk's encoding.
    pub(crate) head: &'a [u8],
    /// The rows between header and data.
    pub(crate) tail: &'a [u8],
    pub(crate) separator: u8,
    pub(crate) encoding: FileEncoding,
    /// Chunks are in UTF-8 although the file is not.
    pub(crate) transcoded: bool,
    pub(crate) mark: &'static [u8],
    pub(crate) form: Form,
}

//! How a source file is laid out, and what another file in the same layout starts with.

use super::encoding::FileEncoding;

/// How to read a source file. What is `None` is detected.
#[derive(Debug, Clone, Default)]
pub struct SourceLayout {
    pub format: Option<SourceFormat>,
    pub encoding: Option<FileEncoding>,
    pub separator: Option<u8>,
    /// The names of the sheets to read; empty means the first sheet.
    pub sheets: Vec<String>,
    /// The row that names the columns, from 1; `Some(0)` if no row does.
    pub header_row: Option<usize>,
    /// How many rows the header has if groups of columns have a title of their own.
    pub header_rows: Option<usize>,
    /// How many rows to skip right after the header.
    pub skip_rows: usize,
}

/// The formats that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFormat {
    Csv,
    Json,
    Xlsx,
    Parquet,
}

impl SourceFormat {
    /// The format with that name.
    pub fn from_name(name: &str) -> Option<SourceFormat> {
        match name {
            "csv" => Some(SourceFormat::Csv),
            "json" => Some(SourceFormat::Json),
            "xlsx" => Some(SourceFormat::Xlsx),
            "parquet" => Some(SourceFormat::Parquet),
            _ => None,
        }
    }
}

/// What a quarantine file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuarantineForm {
    /// Separated text, like the source.
    Separated,
    Json,
    /// Comma-separated text, because the source was a workbook or a table.
    Flat,
}

/// How a file starts, so that another file can be written in the same layout.
#[derive(Debug)]
pub(crate) struct Preamble<'a> {
    /// Everything up to and including the line that names the columns, without its line end, in
    /// UTF-8 or the chunk's encoding.
    pub(crate) head: &'a [u8],
    /// The rows between header and data.
    pub(crate) tail: &'a [u8],
    pub(crate) separator: u8,
    pub(crate) encoding: FileEncoding,
    /// Chunks are in UTF-8 although the file is not.
    pub(crate) transcoded: bool,
    pub(crate) mark: &'static [u8],
    pub(crate) form: QuarantineForm,
}

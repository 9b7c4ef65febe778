//! A chunk: some whole records of a source, cut into cells but not read yet.
//!
//! Every format is turned into chunks, so mapping and quarantine are written only once. Cells point
//! into the chunk's bytes; nothing is copied or decoded until a column asks for it.

use std::borrow::Cow;
use std::sync::Arc;

use super::encoding::Encoding;

/// The longest record that we take. Beyond it a quote was most likely left open.
pub(crate) const MAX_RECORD: usize = 64 << 20;

/// Where a cell lies; the top bit of `end` marks doubled quotes inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellSpan {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

const DOUBLED: u32 = 1 << 31;

impl CellSpan {
    pub(crate) const EMPTY: CellSpan = CellSpan { start: 0, end: 0 };

    pub(crate) fn new(start: usize, end: usize) -> CellSpan {
        CellSpan { start: start as u32, end: end as u32 }
    }

    pub(crate) fn with_doubled_quotes(start: usize, end: usize) -> CellSpan {
        CellSpan { start: start as u32, end: end as u32 | DOUBLED }
    }
}

/// What is wrong with the shape of a record, before any cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordShape {
    /// It has this many cells, and the header has another number.
    Cells(usize),
    /// Text follows a closing quote.
    StrayQuote,
    /// It is not a JSON object.
    NoJson,
}

/// Some whole records.
#[derive(Debug)]
pub struct Chunk {
    /// Position in the source, from 0. Chunks are processed in any order.
    pub(crate) number: usize,
    pub(crate) bytes: Vec<u8>,
    pub(crate) encoding: Encoding,
    pub(crate) columns: usize,
    /// The source stores dates as dates, so they arrive here as ISO text however they are displayed
    /// there.
    pub(crate) typed: bool,
    /// Row by row, `columns` spans per row.
    pub(crate) spans: Vec<CellSpan>,
    /// The whole record as it lies in `bytes`, without its line end.
    pub(crate) records: Vec<CellSpan>,
    /// The line in the file where each record starts, from 1.
    pub(crate) lines: Vec<u64>,
    /// Records with the wrong shape, by row.
    pub(crate) misshapen: Vec<(u32, RecordShape)>,
    /// The sheet that it is from, if the source is a workbook.
    pub(crate) sheet: Option<Arc<str>>,
    /// Cells that hold a spreadsheet's error, such as `#N/A`.
    pub(crate) errors: Vec<CellError>,
}

/// A cell that holds a spreadsheet's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellError {
    pub(crate) row: u32,
    pub(crate) column: u32,
    /// The column of the sheet, from 0.
    pub(crate) of_sheet: u32,
}

impl Chunk {
    pub(crate) fn new(number: usize, bytes: Vec<u8>, encoding: Encoding, columns: usize) -> Chunk {
        Chunk {
            number,
            bytes,
            encoding,
            columns,
            typed: false,
            spans: Vec::new(),
            records: Vec::new(),
            lines: Vec::new(),
            misshapen: Vec::new(),
            sheet: None,
            errors: Vec::new(),
        }
    }

    /// Its position in the source, from 0.
    pub fn position(&self) -> usize {
        self.number
    }

    /// How many records it holds.
    pub fn row_count(&self) -> usize {
        self.lines.len()
    }

    /// The line in the file where a record starts, from 1.
    pub fn line_of(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// What is wrong with the shape of a record; `None` if nothing is.
    pub fn shape_of(&self, row: usize) -> Option<RecordShape> {
        let found = self.misshapen.binary_search_by_key(&(row as u32), |(row, _)| *row);
        found.ok().map(|at| self.misshapen[at].1)
    }

    /// The bytes of a cell without the quotes around it; doubled quotes are still doubled.
    #[inline]
    pub(crate) fn raw_cell(&self, row: usize, column: usize) -> (&[u8], bool) {
        let span = self.spans[row * self.columns + column];
        let end = (span.end & !DOUBLED) as usize;
        (&self.bytes[span.start as usize..end], span.end & DOUBLED != 0)
    }

    /// The bytes of a cell as the source means them: trimmed, quotes undoubled, not decoded yet.
    #[inline]
    pub(crate) fn cell_bytes(&self, row: usize, column: usize) -> Cow<'_, [u8]> {
        let (bytes, doubled) = self.raw_cell(row, column);
        let bytes = bytes.trim_ascii();
        if doubled { Cow::Owned(undouble_quotes(bytes)) } else { Cow::Borrowed(bytes) }
    }

    /// The text of a cell; `None` if its bytes are not text in the source's encoding.
    pub fn cell_text(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        match self.cell_bytes(row, column) {
            Cow::Borrowed(bytes) => self.encoding.decode(bytes),
            Cow::Owned(bytes) => {
                let text = self.encoding.decode(&bytes)?.into_owned();
                Some(Cow::Owned(text))
            }
        }
    }

    /// The record as the source has it.
    pub fn record_bytes(&self, row: usize) -> &[u8] {
        let span = self.records[row];
        &self.bytes[span.start as usize..span.end as usize]
    }
}

fn undouble_quotes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        // The second quote of a pair is dropped; a single one stays.
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    }
    out.extend_from_slice(rest);
    out
}

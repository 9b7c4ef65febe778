//! Chunks made cell by cell, for sources that are no separated text.

use std::sync::Arc;

use super::chunk::{CellError, Chunk, Shape, Span};
use super::encoding::Encoding;

/// Rows in a chunk.
pub(crate) const ROWS: usize = 4096;

/// A chunk under construction.
#[derive(Debug)]
pub(super) struct Grid {
    chunk: Chunk,
}

impl Grid {
    pub(super) fn new(number: usize, columns: usize) -> Grid {
        let mut chunk = Chunk::new(number, Vec::new(), Encoding::Utf8, columns);
        chunk.typed = true;
        Grid { chunk }
    }

    pub(super) fn rows(&self) -> usize {
        self.chunk.rows()
    }

    pub(super) fn bytes(&self) -> usize {
        self.chunk.bytes.len()
    }

    /// Adds a record whose cells are all known. `record` is its text in the source, where it has
    /// one; else the record is told as comma-separated text.
    pub(super) fn push(&mut self, line: u64, cells: &[&str], record: Option<&[u8]>) {
        let chunk = &mut self.chunk;
        for cell in cells {
            let start = chunk.bytes.len();
            chunk.bytes.extend_from_slice(cell.as_bytes());
            chunk.spans.push(Span::new(start, chunk.bytes.len()));
        }
        let start = chunk.bytes.len();
        match record {
            Some(record) => chunk.bytes.extend_from_slice(record),
            None => chunk.bytes.extend_from_slice(&separated(cells)),
        }
        chunk.records.push(Span::new(start, chunk.bytes.len()));
        chunk.lines.push(line);
    }

    /// Says of the last record that it is no record.
    pub(super) fn misshapen(&mut self, shape: Shape) {
        self.chunk.misshapen.push((self.rows() as u32 - 1, shape));
    }

    /// Says of a cell of the last record that it holds an error.
    pub(super) fn error(&mut self, column: usize, of_sheet: u32) {
        let row = self.rows() as u32 - 1;
        self.chunk.errors.push(CellError { row, column: column as u32, of_sheet });
    }

    /// The sheet that all its records are from.
    pub(super) fn of_sheet(mut self, sheet: &Arc<str>) -> Grid {
        self.chunk.sheet = Some(Arc::clone(sheet));
        self
    }

    pub(super) fn finish(self) -> Chunk {
        self.chunk
    }
}

/// Cells as a line of comma-separated text without its end.
pub(super) fn separated<T: AsRef<str>>(cells: &[T]) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        let cell = cell.as_ref();
        let quoted = cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell;
        if quoted {
            line.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
        } else {
            line.extend_from_slice(cell.as_bytes());
        }
    }
    line
}

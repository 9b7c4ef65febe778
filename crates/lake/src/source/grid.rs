//! Builds chunks cell by cell, for sources that are not separated text.

use std::sync::Arc;

use super::chunk::{CellError, CellSpan, Chunk, RecordShape};
use super::encoding::Encoding;

/// Rows per chunk.
pub(crate) const ROWS: usize = 4096;

/// A chunk under construction.
#[derive(Debug)]
pub(super) struct ChunkBuilder {
    chunk: Chunk,
}

impl ChunkBuilder {
    pub(super) fn new(number: usize, columns: usize) -> ChunkBuilder {
        let mut chunk = Chunk::new(number, Vec::new(), Encoding::Utf8, columns);
        chunk.typed = true;
        ChunkBuilder { chunk }
    }

    pub(super) fn row_count(&self) -> usize {
        self.chunk.row_count()
    }

    pub(super) fn byte_count(&self) -> usize {
        self.chunk.bytes.len()
    }

    /// Adds a record whose cells are all known. `record` is its text in the source; without it the
    /// record becomes comma-separated text.
    pub(super) fn push_record(&mut self, line: u64, cells: &[&str], record: Option<&[u8]>) {
        let chunk = &mut self.chunk;
        for cell in cells {
            let start = chunk.bytes.len();
            chunk.bytes.extend_from_slice(cell.as_bytes());
            chunk.spans.push(CellSpan::new(start, chunk.bytes.len()));
        }
        let start = chunk.bytes.len();
        match record {
            Some(record) => chunk.bytes.extend_from_slice(record),
            None => chunk.bytes.extend_from_slice(&join_cells(cells)),
        }
        chunk.records.push(CellSpan::new(start, chunk.bytes.len()));
        chunk.lines.push(line);
    }

    /// Marks the last record as having the wrong shape.
    pub(super) fn mark_misshapen(&mut self, shape: RecordShape) {
        self.chunk.misshapen.push((self.row_count() as u32 - 1, shape));
    }

    /// Marks a cell of the last record as holding an error.
    pub(super) fn mark_error(&mut self, column: usize, of_sheet: u32) {
        let row = self.row_count() as u32 - 1;
        self.chunk.errors.push(CellError { row, column: column as u32, of_sheet });
    }

    /// Sets the sheet that all records are from.
    pub(super) fn with_sheet(mut self, sheet: &Arc<str>) -> ChunkBuilder {
        self.chunk.sheet = Some(Arc::clone(sheet));
        self
    }

    pub(super) fn into_chunk(self) -> Chunk {
        self.chunk
    }
}

/// Joins cells into a line of comma-separated text without its line end.
pub(super) fn join_cells<T: AsRef<str>>(cells: &[T]) -> Vec<u8> {
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

//! Parquet in any layout: its columns as text, structures by dotted path.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Fields};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use trueline_language::{phrase, text};

use super::chunk::Chunk;
use super::encoding::FileEncoding;
use super::error::SourceReadError;
pub(crate) use super::grid::ROWS;
use super::grid::{ChunkBuilder, join_cells};
use super::held::SharedFile;
use super::layout::{Preamble, QuarantineForm};
use super::names::distinct_names;
use super::stream::{FileDigest, SourceStream};

/// The rows of a Parquet file.
pub(super) struct ParquetTable {
    reader: ParquetRecordBatchReader,
    number: usize,
    row: u64,
    columns: usize,
    head: Vec<u8>,
    digest: FileDigest,
    held: SharedFile,
}

impl std::fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table at row {}", self.row)
    }
}

impl ParquetTable {
    pub(super) fn open_stream(
        mut stream: SourceStream,
        path: &Path,
        file: &str,
    ) -> Result<(ParquetTable, Vec<String>), SourceReadError> {
        let held = if stream.is_packed() {
            SharedFile::unpack_stream(&mut stream, file)?
        } else {
            SharedFile::open_path(path)
                .map_err(|source| SourceReadError::Io { file: file.to_owned(), source })?
        };
        let digest = stream.finish_digest(file, 0)?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(held.clone())
            .map_err(|error| broken_table(file, &error.to_string()))?;
        let mut names = Vec::new();
        flatten_names(builder.schema().fields(), "", &mut names);
        let rows = builder.metadata().file_metadata().num_rows().max(0) as u64;
        let reader = builder.with_batch_size(ROWS).build();
        let reader = reader.map_err(|error| broken_table(file, &error.to_string()))?;
        let names = distinct_names(names);
        let table = ParquetTable {
            reader,
            number: 0,
            row: 0,
            columns: names.len(),
            head: join_cells(&names),
            digest: FileDigest { lines: rows, ..digest },
            held,
        };
        Ok((table, names))
    }

    pub(super) fn next_chunk(&mut self, file: &str) -> Result<Option<Chunk>, SourceReadError> {
        let Some(batch) = self.reader.next() else {
            return Ok(None);
        };
        let batch = batch.map_err(|error| broken_table(file, &error.to_string()))?;
        let mut grid = ChunkBuilder::new(self.number, self.columns);
        let columns = flatten_columns(&batch);
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|column| value_text(column, row)).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            self.row += 1;
            grid.push_record(self.row, &cells, None);
        }
        self.number += 1;
        Ok(Some(grid.into_chunk()))
    }

    pub(super) fn shared_file(&self) -> &SharedFile {
        &self.held
    }

    pub(super) fn file_digest(&self) -> FileDigest {
        self.digest.clone()
    }

    pub(super) fn file_preamble(&self) -> Preamble<'_> {
        Preamble {
            head: &self.head,
            tail: b"",
            separator: b',',
            encoding: FileEncoding::Utf8,
            transcoded: false,
            mark: b"",
            form: QuarantineForm::Flat,
        }
    }
}

pub(crate) fn broken_table(file: &str, problem: &str) -> SourceReadError {
    SourceReadError::Unusable {
        file: file.to_owned(),
        problem: text!("损坏或不完整（“{problem}”）", "damaged or cut short ({problem})"),
        remedy: phrase!("请重新获取文件", "fetch the file again").into(),
    }
}

fn flatten_names(fields: &Fields, before: &str, names: &mut Vec<String>) {
    for field in fields {
        let name = format!("{before}{}", field.name());
        match field.data_type() {
            DataType::Struct(inner) => flatten_names(inner, &format!("{name}."), names),
            _ => names.push(name),
        }
    }
}

fn flatten_columns(batch: &RecordBatch) -> Vec<ArrayRef> {
    let mut flat = Vec::new();
    let mut todo: Vec<ArrayRef> = batch.columns().iter().rev().cloned().collect();
    while let Some(array) = todo.pop() {
        match array.as_struct_opt() {
            Some(records) => todo.extend(records.columns().iter().rev().cloned()),
            None => flat.push(array),
        }
    }
    flat
}

fn value_text(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    if let DataType::Timestamp(unit, zone) = array.data_type() {
        // Without the name of the zone, which the formatter would have to know. The value is in
        // UTC.
        let naive = arrow_cast::cast(array, &DataType::Timestamp(*unit, None));
        let text = naive.and_then(|a| arrow_cast::display::array_value_to_string(&a, row));
        let mark = if zone.is_some() { "Z" } else { "" };
        return text.map_or_else(|_| String::new(), |text| format!("{text}{mark}"));
    }
    arrow_cast::display::array_value_to_string(array, row).unwrap_or_default()
}

//! One Parquet file, written one row group after another on all cores.

mod labels;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_schema::{DataType, Field, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions,
    compute_leaves,
};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use self::labels::LabelChunk;
use crate::disk::{DiskFile, LakeDisk};
use crate::manifest::BatchFile;

/// Rows per row group: enough work for a thread, few enough to hold several groups in memory.
pub(crate) const GROUP: usize = 65_536 * 8;

/// A Parquet file being written.
pub(crate) struct TableWriter {
    name: String,
    schema: SchemaRef,
    writer: SerializedFileWriter<HashingFile>,
    factory: ArrowRowGroupWriterFactory,
    groups: usize,
    rows: u64,
}

impl TableWriter {
    pub(crate) fn create(
        disk: &LakeDisk,
        path: &Path,
        schema: SchemaRef,
    ) -> Result<TableWriter, ParquetError> {
        let output = disk.create_file(path)?;
        let options = ArrowWriterOptions::new().with_properties(writer_properties(&schema));
        let hashed = HashingFile { output, sha: Sha256::new(), bytes: 0 };
        let writer = ArrowWriter::try_new_with_options(hashed, Arc::clone(&schema), options)?;
        let (writer, factory) = writer.into_serialized_writer()?;
        Ok(TableWriter {
            name: crate::file_name::base_name(path),
            schema,
            writer,
            factory,
            groups: 0,
            rows: 0,
        })
    }

    /// Writes a row group. `column` makes the array of each column, on any thread.
    pub(crate) fn write_group<E>(
        &mut self,
        rows: usize,
        column: impl Fn(usize) -> Result<ArrayRef, E> + Sync,
    ) -> Result<(), E>
    where
        E: From<ParquetError> + Send,
    {
        let mut writers = self.factory.create_column_writers(self.groups)?;
        let mut work = Vec::new();
        let mut leaf = 0;
        for (index, field) in self.schema.fields().iter().enumerate() {
            let rest = writers.split_off(count_leaves(field.data_type()));
            let own = std::mem::replace(&mut writers, rest);
            let first = leaf;
            leaf += own.len();
            work.push((index, field, first, own));
        }
        let columns = self.writer.schema_descr();
        let chunks: Vec<Vec<EncodedColumn>> = work
            .into_par_iter()
            .map(|(index, field, leaf, writers)| {
                let array = column(index)?;
                Ok(encode_column(field, &array, columns.column(leaf), writers)?)
            })
            .collect::<Result<_, E>>()?;
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks.into_iter().flatten() {
            match chunk {
                EncodedColumn::Any(chunk) => chunk.append_to_row_group(&mut group)?,
                EncodedColumn::Labels(chunk) => group.append_column(&chunk.pages, chunk.close)?,
            }
        }
        group.close()?;
        self.groups += 1;
        self.rows += rows as u64;
        Ok(())
    }

    /// Closes the file and makes it durable.
    pub(crate) fn finish_file(self) -> Result<BatchFile, ParquetError> {
        let hashed = self.writer.into_inner()?;
        hashed.output.sync_file()?;
        Ok(BatchFile {
            name: self.name,
            sha256: crate::hex::hex_digits(&hashed.sha.finalize()),
            bytes: hashed.bytes,
            rows: self.rows,
        })
    }
}

enum EncodedColumn {
    Any(Box<ArrowColumnChunk>),
    Labels(Box<LabelChunk>),
}

fn encode_column(
    field: &Field,
    array: &ArrayRef,
    descr: ColumnDescPtr,
    writers: Vec<ArrowColumnWriter>,
) -> Result<Vec<EncodedColumn>, ParquetError> {
    if let Some(column) = array.as_dictionary_opt::<Int32Type>()
        && let Some(texts) = column.values().as_string_opt::<i32>()
        && let Some(chunk) = labels::encode_labels(column, texts, descr)?
    {
        return Ok(vec![EncodedColumn::Labels(Box::new(chunk))]);
    }
    let mut chunks = Vec::with_capacity(writers.len());
    for (leaf, mut writer) in compute_leaves(field, array)?.iter().zip(writers) {
        writer.write(leaf)?;
        chunks.push(EncodedColumn::Any(Box::new(writer.close()?)));
    }
    Ok(chunks)
}

fn count_leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => {
            fields.iter().map(|field| count_leaves(field.data_type())).sum()
        }
        DataType::List(item) => count_leaves(item.data_type()),
        _ => 1,
    }
}

fn writer_properties(schema: &SchemaRef) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(Some(GROUP))
        .set_created_by("trueline".to_owned());
    for field in schema.fields() {
        builder = column_properties(builder, field, vec![field.name().clone()]);
    }
    builder.build()
}

fn column_properties(
    mut builder: WriterPropertiesBuilder,
    field: &Field,
    path: Vec<String>,
) -> WriterPropertiesBuilder {
    match field.data_type() {
        DataType::Dictionary(_, _) => {
            builder.set_column_dictionary_enabled(ColumnPath::new(path), true)
        }
        DataType::Timestamp(TimeUnit::Second, _) | DataType::Int64 => {
            builder.set_column_encoding(ColumnPath::new(path), Encoding::DELTA_BINARY_PACKED)
        }
        DataType::List(item) => {
            let path = [path, vec!["list".to_owned(), item.name().clone()]].concat();
            column_properties(builder, item, path)
        }
        DataType::Struct(fields) => {
            for inner in fields {
                let path = [path.clone(), vec![inner.name().clone()]].concat();
                builder = column_properties(builder, inner, path);
            }
            builder
        }
        _ => builder,
    }
}

/// Digests everything that is written.
struct HashingFile {
    output: DiskFile,
    sha: Sha256,
    bytes: u64,
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.sha.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

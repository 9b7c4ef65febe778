//! Parquet files: row groups are made and encoded on all cores, and written in order.
//!
//! What goes into a row group depends on the plan alone, so the bytes do not depend on how many
//! cores worked. A file is written under another name, and gets its own when it is complete.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::error::SimulationError;

/// An unfinished Parquet file.
pub(super) struct ParquetOutput {
    path: PathBuf,
    unfinished: PathBuf,
    schema: SchemaRef,
    writer: SerializedFileWriter<File>,
    factory: ArrowRowGroupWriterFactory,
}

impl ParquetOutput {
    /// Begins `folder/name.parquet`, and makes the folder if it is not there.
    pub(super) fn begin_file(
        folder: &Path,
        name: &str,
        schema: &SchemaRef,
        notes: &[(&str, String)],
    ) -> Result<ParquetOutput, SimulationError> {
        let path = folder.join(format!("{name}.parquet"));
        let unfinished = folder.join(format!("{name}.parquet.unfinished"));
        let failed = |source| SimulationError::Write { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        if path.exists() {
            return Err(SimulationError::Exists { path });
        }
        let file = File::create(&unfinished).map_err(failed)?;
        let begun = ArrowWriter::try_new(
            file,
            SchemaRef::clone(schema),
            Some(make_writer_properties(schema, notes)),
        )
        .and_then(ArrowWriter::into_serialized_writer);
        let (writer, factory) = begun.map_err(SimulationError::Parquet)?;
        Ok(ParquetOutput { path, unfinished, schema: SchemaRef::clone(schema), writer, factory })
    }

    /// Encoders for the row group with this index.
    pub(super) fn make_encoder(&self, index: usize) -> Result<Encoder, ParquetError> {
        let writers = self.factory.create_column_writers(index)?;
        Ok(Encoder { schema: SchemaRef::clone(&self.schema), writers })
    }

    /// Adds an encoded row group. Groups come in the order of their indices.
    pub(super) fn append_group(
        &mut self,
        chunks: Vec<ArrowColumnChunk>,
    ) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    /// Completes the file, makes it durable, and gives it its name.
    pub(super) fn finish_file(self) -> Result<(), SimulationError> {
        let file = self.writer.into_inner().map_err(SimulationError::Parquet)?;
        let written = file.sync_all().and_then(|()| fs::rename(&self.unfinished, &self.path));
        written.map_err(|source| SimulationError::Write { path: self.path, source })
    }
}

/// Encodes one row group.
pub(super) struct Encoder {
    schema: SchemaRef,
    writers: Vec<ArrowColumnWriter>,
}

impl Encoder {
    pub(super) fn write_batch(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let mut writers = self.writers.iter_mut();
        for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, column)? {
                let writer = writers.next().expect("a writer for each leaf of the schema");
                writer.write(&leaf)?;
            }
        }
        Ok(())
    }

    pub(super) fn close_writers(self) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        self.writers.into_iter().map(ArrowColumnWriter::close).collect()
    }
}

/// LZ4, dictionaries for labels, statistics on moments.
fn make_writer_properties(schema: &SchemaRef, notes: &[(&str, String)]) -> WriterProperties {
    let notes = notes.iter().map(|(key, value)| KeyValue::new((*key).into(), value.clone()));
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(None)
        .set_created_by("trueline".into())
        .set_key_value_metadata(Some(notes.collect()));
    for field in schema.fields() {
        let label = matches!(field.data_type(), DataType::Dictionary(_, _));
        let list = matches!(field.data_type(), DataType::List(_));
        let moment = matches!(field.data_type(), DataType::Timestamp(_, _));
        let path = || ColumnPath::from(field.name().as_str());
        // Nearly constant integers are as small as labels.
        let few = matches!(field.name().as_str(), "reopened" | "revised");
        if !label && !list && !few {
            properties = properties.set_column_dictionary_enabled(path(), false);
        }
        if moment {
            let kept = EnabledStatistics::Chunk;
            properties = properties.set_column_statistics_enabled(path(), kept);
        }
    }
    properties.build()
}

//! Scans: the rows of a dataset as of a point in time, in pieces that threads can share.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{Field, FieldRef, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};

use parquet::file::metadata::RowGroupMetaData;
use trueline_language::phrase;

use crate::lake::Lake;
use crate::lake_error::LakeError;
use crate::manifest::LakeBatch;
use crate::schema::DatasetSchema;

/// Rows per batch of a scan.
pub(crate) const ROWS: usize = 65_536;

/// One row group of one file: the piece of a scan that one thread reads.
#[derive(Debug, Clone)]
pub struct ScanTask {
    pub(crate) dataset: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) metadata: ArrowReaderMetadata,
    pub(crate) group: usize,
    pub(crate) schema: SchemaRef,
    /// `None` if all rows of the group are read.
    pub(crate) live: Option<RowSelection>,
    pub(crate) rows: u64,
    /// Rows per batch.
    pub(crate) at_once: usize,
}

impl Lake {
    /// The newest revision of every row as of a point in time, as tasks in the order of batches and
    /// rows.
    ///
    /// `as_of` includes what was recorded up to that second; `None` includes everything. A column
    /// that neither the dataset nor an extra of any batch has is an error. Where a batch lacks a
    /// column, its rows have nulls.
    pub fn scan_rows(
        &self,
        schema: &DatasetSchema,
        columns: &[&str],
        as_of: Option<i64>,
    ) -> Result<Vec<ScanTask>, LakeError> {
        let manifest = self.read_manifest(schema.name)?;
        let cut = as_of.unwrap_or(i64::MAX);
        let batches: Vec<&LakeBatch> =
            manifest.batches.iter().filter(|batch| batch.recorded <= cut).collect();
        let mut files = Vec::new();
        for batch in &batches {
            for file in &batch.files {
                files.push(self.open_file(schema, &file.name)?);
            }
        }
        let fields = find_fields(schema, columns, &files.iter().map(|(_, metadata)| metadata))?;
        let schema_wanted: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let dead = self.superseded(schema, &batches)?;
        let mut tasks = Vec::new();
        for (batch, (path, metadata)) in batches.iter().zip(files) {
            let mut first = 0;
            for (group, info) in metadata.metadata().row_groups().iter().enumerate() {
                let rows = info.num_rows() as usize;
                let selection = dead.get(&batch.id).and_then(|dead| select_live(dead, first, rows));
                let live = selection.as_ref().map_or(rows, RowSelection::row_count);
                first += rows;
                if live > 0 {
                    tasks.push(ScanTask {
                        dataset: schema.name,
                        path: path.clone(),
                        metadata: metadata.clone(),
                        group,
                        schema: Arc::clone(&schema_wanted),
                        live: selection,
                        rows: live as u64,
                        at_once: ROWS,
                    });
                }
            }
        }
        Ok(tasks)
    }

    pub(crate) fn open_file(
        &self,
        schema: &DatasetSchema,
        name: &str,
    ) -> Result<(PathBuf, ArrowReaderMetadata), LakeError> {
        let path = self.dataset_folder(schema.name).join(name);
        let file = File::open(&path)
            .map_err(|source| LakeError::from_io(phrase!("打开", "open"), name, source))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
        let metadata = metadata.map_err(|source| LakeError::BadFile {
            dataset: schema.name.to_owned(),
            file: name.to_owned(),
            source,
        })?;
        Ok((path, metadata))
    }

    /// The rows that are no longer the newest, by batch, in ascending order.
    pub(crate) fn superseded(
        &self,
        schema: &DatasetSchema,
        batches: &[&LakeBatch],
    ) -> Result<HashMap<String, Vec<u64>>, LakeError> {
        let mut dead: HashMap<String, Vec<u64>> = HashMap::new();
        for file in batches.iter().filter_map(|batch| batch.superseded.as_ref()) {
            for task in self.file_tasks(schema, &file.name)? {
                for part in task.read_batches() {
                    let part = part?;
                    let labels = part.column(0).as_dictionary::<Int32Type>();
                    let names = labels.values().as_string::<i32>();
                    let rows = part.column(1).as_primitive::<Int64Type>();
                    for (row, key) in rows.values().iter().zip(labels.keys().values()) {
                        let name = names.value(*key as usize);
                        match dead.get_mut(name) {
                            Some(known) => known.push(*row as u64),
                            None => {
                                dead.insert(name.to_owned(), vec![*row as u64]);
                            }
                        }
                    }
                }
            }
        }
        for rows in dead.values_mut() {
            rows.sort_unstable();
        }
        Ok(dead)
    }

    /// Every row of a batch, superseded or not, with all its columns.
    pub fn batch_tasks(
        &self,
        schema: &DatasetSchema,
        batch: &LakeBatch,
    ) -> Result<Vec<ScanTask>, LakeError> {
        let mut tasks = Vec::new();
        for file in &batch.files {
            tasks.extend(self.file_tasks(schema, &file.name)?);
        }
        Ok(tasks)
    }

    fn file_tasks(&self, schema: &DatasetSchema, name: &str) -> Result<Vec<ScanTask>, LakeError> {
        let (path, metadata) = self.open_file(schema, name)?;
        let groups = metadata.metadata().row_groups().iter().enumerate();
        let task = |(group, info): (usize, &RowGroupMetaData)| ScanTask {
            dataset: schema.name,
            path: path.clone(),
            metadata: metadata.clone(),
            group,
            schema: Arc::clone(metadata.schema()),
            live: None,
            rows: info.num_rows() as u64,
            at_once: ROWS,
        };
        Ok(groups.map(task).collect())
    }
}

/// The selection that skips the superseded rows of a group; `None` if there are none.
fn select_live(dead: &[u64], first: usize, rows: usize) -> Option<RowSelection> {
    let from = dead.partition_point(|row| *row < first as u64);
    let to = dead.partition_point(|row| *row < (first + rows) as u64);
    if from == to {
        return None;
    }
    let mut live = Vec::new();
    let mut at = first;
    for row in &dead[from..to] {
        let row = *row as usize;
        if row > at {
            live.push(at - first..row - first);
        }
        at = row + 1;
    }
    if first + rows > at {
        live.push(at - first..rows);
    }
    Some(RowSelection::from_consecutive_ranges(live.into_iter(), rows))
}

pub(crate) fn find_fields<'a>(
    schema: &DatasetSchema,
    columns: &[&str],
    files: &(impl Iterator<Item = &'a ArrowReaderMetadata> + Clone),
) -> Result<Vec<FieldRef>, LakeError> {
    let own = schema.to_arrow();
    let find = |name: &&str| -> Result<FieldRef, LakeError> {
        if let Ok(field) = own.field_with_name(name) {
            return Ok(Arc::new(field.clone()));
        }
        let mut found = files.clone().filter_map(|file| file.schema().field_with_name(name).ok());
        let field = found.next().ok_or_else(|| LakeError::NoColumn {
            dataset: schema.name.to_owned(),
            column: (*name).to_owned(),
        })?;
        Ok(Arc::new(field.clone()))
    };
    columns.iter().map(find).collect()
}

impl ScanTask {
    /// How many rows the task yields.
    pub fn row_count(&self) -> u64 {
        self.rows
    }

    /// The columns that were requested, in that order.
    pub fn arrow_schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The least and the greatest value of a text or label column, if the file records them.
    pub(crate) fn value_range(&self, column: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let group = self.metadata.metadata().row_group(self.group);
        let found = group.columns().iter().find(|info| info.column_path().string() == column)?;
        let statistics = found.statistics()?;
        let least = statistics.min_bytes_opt()?.to_vec();
        let greatest = statistics.max_bytes_opt()?.to_vec();
        Some((least, greatest))
    }

    /// Reads the rows.
    pub fn read_batches(&self) -> ScanBatches {
        match self.open_reader() {
            Ok(reader) => ScanBatches { task: self.clone(), reader: Some(reader), failed: None },
            Err(error) => ScanBatches { task: self.clone(), reader: None, failed: Some(error) },
        }
    }

    fn open_reader(&self) -> Result<ParquetRecordBatchReader, LakeError> {
        let name = crate::file_name::base_name(&self.path);
        let file = File::open(&self.path)
            .map_err(|source| LakeError::from_io(phrase!("打开", "open"), &name, source))?;
        let schema = self.metadata.schema();
        let present = |field: &&FieldRef| schema.index_of(field.name()).ok();
        let roots = self.schema.fields().iter().filter_map(|field| present(&field));
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots);
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![self.group])
                .with_projection(mask)
                .with_batch_size(self.at_once);
        if let Some(live) = &self.live {
            builder = builder.with_row_selection(live.clone());
        }
        builder.build().map_err(|source| self.bad_file(source))
    }

    fn bad_file(&self, source: parquet::errors::ParquetError) -> LakeError {
        LakeError::BadFile {
            dataset: self.dataset.to_owned(),
            file: crate::file_name::base_name(&self.path),
            source,
        }
    }

    /// The columns in the requested order, nulls where the file lacks one.
    fn complete_batch(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let rows = batch.num_rows();
        let column = |field: &FieldRef| -> Result<ArrayRef, arrow_schema::ArrowError> {
            match batch.column_by_name(field.name()) {
                Some(found) if found.data_type() == field.data_type() => Ok(Arc::clone(found)),
                // An extra may be a label in one batch and a text in another.
                Some(found) => arrow_cast::cast(found, field.data_type()),
                None => Ok(new_null_array(field.data_type(), rows)),
            }
        };
        let columns = self.schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>();
        let nullable: Vec<Field> = self
            .schema
            .fields()
            .iter()
            .map(|field| field.as_ref().clone().with_nullable(true))
            .collect();
        let schema = Arc::new(arrow_schema::Schema::new(nullable));
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        columns
            .and_then(|columns| RecordBatch::try_new_with_options(schema, columns, &options))
            .map_err(|source| LakeError::Arrow {
                file: crate::file_name::base_name(&self.path),
                source,
            })
    }
}

/// The batches of a task.
#[derive(Debug)]
pub struct ScanBatches {
    task: ScanTask,
    reader: Option<ParquetRecordBatchReader>,
    failed: Option<LakeError>,
}

impl Iterator for ScanBatches {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        let batch = self.reader.as_mut()?.next()?;
        Some(match batch {
            Ok(batch) => self.task.complete_batch(&batch),
            Err(source) => {
                let source = parquet::errors::ParquetError::from(source);
                Err(self.task.bad_file(source))
            }
        })
    }
}

/// The text of a key column in a row; empty if it is missing.
pub(crate) fn key_text(array: &ArrayRef, row: usize) -> &str {
    if array.is_null(row) {
        return "";
    }
    if let Some(labels) = array.as_dictionary_opt::<Int32Type>() {
        let key = labels.keys().value(row) as usize;
        return labels.values().as_string_opt::<i32>().map_or("", |texts| texts.value(key));
    }
    array.as_string_opt::<i32>().map_or("", |texts| texts.value(row))
}

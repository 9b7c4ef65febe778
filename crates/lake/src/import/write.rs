//! Writes what an import adds to a dataset: a batch, what it supersedes, the manifest.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field};
use trueline_language::phrase;

use super::error::ImportError;
use super::layout::BatchLayout;
use super::revise::Revisions;
use super::rows::SourceRows;
use crate::lake::Lake;
use crate::lake_error::LakeError;
use crate::manifest::{self, BatchFile, Manifest};
use crate::table::{GROUP, TableWriter};

/// Writes to the folder of one dataset.
pub(super) struct DatasetWriter<'a> {
    pub(super) lake: &'a Lake,
    pub(super) dataset: &'a str,
}

impl DatasetWriter<'_> {
    /// Writes the rows of a batch, in their order.
    pub(super) fn write_rows(
        &self,
        id: &str,
        layout: &BatchLayout<'_>,
        rows: &SourceRows,
    ) -> Result<BatchFile, ImportError> {
        let path = self.lake.dataset_folder(self.dataset).join(format!("{id}.parquet"));
        let mut writer = TableWriter::create(&self.lake.disk, &path, Arc::clone(&layout.schema))?;
        for part in rows.order.chunks(GROUP) {
            writer.write_group::<ImportError>(part.len(), |index| {
                layout.build_column(rows, part, index)
            })?;
        }
        Ok(writer.finish_file()?)
    }

    /// Writes the side file that lists which rows of which batches are no longer the newest once
    /// this batch is recorded. `None` if there are none.
    pub(super) fn write_superseded(
        &self,
        id: &str,
        revisions: &Revisions,
    ) -> Result<Option<BatchFile>, ImportError> {
        let own = (id.to_owned(), &revisions.own);
        let older = revisions.older.iter().map(|(batch, rows)| (batch.clone(), rows));
        let all: Vec<(String, &Vec<u64>)> =
            older.chain([own]).filter(|(_, rows)| !rows.is_empty()).collect();
        let total = all.iter().map(|(_, rows)| rows.len()).sum::<usize>();
        if total == 0 {
            return Ok(None);
        }
        let label = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
        let schema = Arc::new(arrow_schema::Schema::new(vec![
            Field::new("batch", label, false),
            Field::new("row", DataType::Int64, false),
        ]));
        let path = self.lake.dataset_folder(self.dataset).join(format!("{id}.superseded"));
        let mut writer = TableWriter::create(&self.lake.disk, &path, schema)?;
        writer.write_group::<ImportError>(total, |index| {
            if index == 0 {
                let keys: Int32Array = all
                    .iter()
                    .enumerate()
                    .flat_map(|(at, (_, rows))| std::iter::repeat_n(at as i32, rows.len()))
                    .collect::<Vec<i32>>()
                    .into();
                let values = StringArray::from_iter_values(all.iter().map(|(batch, _)| batch));
                let array = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values))?;
                return Ok(Arc::new(array) as ArrayRef);
            }
            let numbers = all.iter().flat_map(|(_, rows)| rows.iter().map(|row| *row as i64));
            Ok(Arc::new(Int64Array::from_iter_values(numbers)) as ArrayRef)
        })?;
        Ok(Some(writer.finish_file()?))
    }

    /// Replaces the manifest. From then on the new batches exist.
    pub(super) fn replace_manifest(&self, manifest: &Manifest) -> Result<(), ImportError> {
        let folder = self.lake.dataset_folder(self.dataset);
        let failed = |error| {
            LakeError::from_io(phrase!("写入清单", "write the manifest of"), self.dataset, error)
        };
        self.lake.disk.sync_folder(&folder).map_err(failed)?;
        let mut text = serde_json::to_vec_pretty(manifest).map_err(|source| {
            ImportError::Write { file: manifest::NAME.to_owned(), source: Box::new(source) }
        })?;
        text.push(b'\n');
        let path = folder.join(manifest::NAME);
        self.lake.disk.replace_file(&path, &text).map_err(failed)?;
        Ok(())
    }
}

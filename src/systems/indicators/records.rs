//! Where figures get their rows from.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use trueline_figures::{Source, SourceError};
use trueline_lake::{Lake, ScanTask};

use super::model::Dataset;

/// Rows by dataset. The lake is one; a test brings batches of its own.
pub trait Records: Sync {
    /// The rows of a dataset in parts that can be read at once, with those of the columns that
    /// there are. A dataset without records gives no parts.
    fn parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn Source>>, SourceError>;
}

/// Batches in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryRecords {
    pub batches: BTreeMap<Dataset, Vec<RecordBatch>>,
}

impl Records for MemoryRecords {
    fn parts(
        &self,
        dataset: Dataset,
        _columns: &[String],
    ) -> Result<Vec<Box<dyn Source>>, SourceError> {
        let batches = self.batches.get(&dataset).cloned().unwrap_or_default();
        Ok(batches.into_iter().map(|batch| Box::new(vec![batch]) as Box<dyn Source>).collect())
    }
}

/// The records of an instance, as they stood at a cut.
#[derive(Debug, Clone, Copy)]
pub struct LakeRecords<'a> {
    lake: &'a Lake,
    as_of: Option<i64>,
}

impl<'a> LakeRecords<'a> {
    /// Everything that has been imported.
    pub fn newest(lake: &'a Lake) -> LakeRecords<'a> {
        LakeRecords { lake, as_of: None }
    }

    /// What had been imported by a second.
    pub fn as_of(lake: &'a Lake, second: i64) -> LakeRecords<'a> {
        LakeRecords { lake, as_of: Some(second) }
    }
}

impl Records for LakeRecords<'_> {
    fn parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn Source>>, SourceError> {
        // Without a batch no extra is known, so a pack that names one would be refused for nothing.
        if self.lake.manifest(dataset.name())?.batches.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let tasks = self.lake.scan(&dataset.schema(), &columns, self.as_of)?;
        Ok(tasks.into_iter().map(|task| Box::new(LakePart(task)) as Box<dyn Source>).collect())
    }
}

struct LakePart(ScanTask);

impl Source for LakePart {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.0.batches().map(|batch| batch.map_err(SourceError::from)))
    }
}

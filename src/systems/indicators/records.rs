//! Where figures get their rows from.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use trueline_figures::{Source, SourceError};

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
        Ok(batches
            .into_iter()
            .map(|batch| Box::new(vec![batch]) as Box<dyn Source>)
            .collect())
    }
}

//! The lake as a place that figures get their rows from.

use arrow_array::RecordBatch;
use trueline_figures::{Source, SourceError};
use trueline_lake::{Lake, ScanTask};

use crate::systems::indicators::{Dataset, Records};

/// The newest revisions in a lake at a cut.
#[derive(Debug)]
pub struct LakeRecords {
    lake: Lake,
    as_of: Option<i64>,
}

impl LakeRecords {
    /// What was recorded up to `as_of` (UTC seconds); `None` takes everything.
    pub fn new(lake: Lake, as_of: Option<i64>) -> Self {
        LakeRecords { lake, as_of }
    }

    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    pub fn as_of(&self) -> Option<i64> {
        self.as_of
    }
}

impl Records for LakeRecords {
    fn parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn Source>>, SourceError> {
        let schema = dataset.schema();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let tasks = self.lake.scan(&schema, &columns, self.as_of)?;
        Ok(tasks.into_iter().map(|task| Box::new(Part(task)) as Box<dyn Source>).collect())
    }
}

/// One row group.
struct Part(ScanTask);

impl Source for Part {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.0.batches().map(|batch| batch.map_err(SourceError::from)))
    }
}

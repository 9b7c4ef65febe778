//! Where figures get their rows and their calendars from.

use std::collections::BTreeMap;

use crate::datasets::Dataset;
use arrow_array::RecordBatch;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use trueline_clock::{Calendar, CalendarError};
use trueline_figures::{Source, SourceError};
use trueline_lake::{Lake, LakeError, Ordered, ScanTask};

/// Rows by dataset, and the calendars their clocks run by. The lake is one; a test brings batches
/// of its own.
pub trait Records: Sync {
    /// The rows of a dataset in parts that can be read at once, with those of the columns that
    /// there are. A dataset without records gives no parts.
    fn parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn Source>>, SourceError>;

    /// The calendars that rules may name; those that come with the program unless there are others.
    fn calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
        trueline_clock::embedded::calendars()
    }
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

/// The records and calendars of an instance, as they were known at a cut.
#[derive(Debug, Clone, Copy)]
pub struct LakeRecords<'a> {
    lake: &'a Lake,
    calendars: &'a [Calendar],
    /// The cut of the rows.
    as_of: Option<i64>,
    /// The cut of the notices that make calendars.
    known_at: Option<i64>,
}

impl<'a> LakeRecords<'a> {
    /// Everything that has been imported, by the calendars as they stand.
    pub fn newest(lake: &'a Lake, calendars: &'a [Calendar]) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: None, known_at: None }
    }

    /// What had been imported by a second, by the notices that had taken effect by then.
    pub fn as_of(lake: &'a Lake, calendars: &'a [Calendar], second: i64) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: Some(second), known_at: Some(second) }
    }

    /// What had been imported by a second, by the calendars as they stand.
    pub fn up_to(lake: &'a Lake, calendars: &'a [Calendar], second: i64) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: Some(second), known_at: None }
    }
}

impl LakeRecords<'_> {
    /// The newest revisions of a dataset in the order of their keys, in blocks.
    pub fn ordered(
        &self,
        dataset: Dataset,
        block_rows: impl Fn(u64) -> u64,
    ) -> Result<Ordered, LakeError> {
        self.lake.ordered(&dataset.schema(), self.as_of, block_rows)
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

    fn calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
        let known = |calendar: &Calendar| {
            let moment = self.known_at.and_then(|second| Timestamp::from_second(second).ok());
            match moment {
                Some(moment) => {
                    let zone = TimeZone::get(calendar.zone()).unwrap_or(TimeZone::UTC);
                    calendar.as_known_at(zone.to_datetime(moment).date())
                }
                None => calendar.clone(),
            }
        };
        Ok(self.calendars.iter().map(known).collect())
    }
}

struct LakePart(ScanTask);

impl Source for LakePart {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.0.batches().map(|batch| batch.map_err(SourceError::from)))
    }
}

//! Where figures get their rows and their calendars from.

use std::collections::BTreeMap;

use crate::datasets::Dataset;
use arrow_array::RecordBatch;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use trueline_clock::{Calendar, CalendarError};
use trueline_figures::{BatchSource, SourceError};
use trueline_lake::{Lake, LakeError, OrderedRows, ScanTask};

/// Gives the rows of each dataset, and the calendars that their clocks run by. The lake does; a
/// test brings batches of its own.
pub trait RecordSource: Sync {
    /// The rows of a dataset in parts that can be read at the same time, with those of the columns
    /// that exist. A dataset without records gives no parts.
    fn read_parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn BatchSource>>, SourceError>;

    /// The calendars that rules may name; unless overridden, those that come with the program.
    fn read_calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
        trueline_clock::embedded::parse_calendars()
    }
}

/// Batches in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryRecords {
    pub batches: BTreeMap<Dataset, Vec<RecordBatch>>,
}

impl RecordSource for MemoryRecords {
    fn read_parts(
        &self,
        dataset: Dataset,
        _columns: &[String],
    ) -> Result<Vec<Box<dyn BatchSource>>, SourceError> {
        let batches = self.batches.get(&dataset).cloned().unwrap_or_default();
        Ok(batches.into_iter().map(|batch| Box::new(vec![batch]) as Box<dyn BatchSource>).collect())
    }
}

/// The records and calendars of an instance, as they were known at a cut.
#[derive(Debug, Clone, Copy)]
pub struct LakeRecords<'a> {
    lake: &'a Lake,
    calendars: &'a [Calendar],
    /// Rows imported later than this second are left out.
    as_of: Option<i64>,
    /// Notices that change calendars and took effect later than this second are left out.
    known_at: Option<i64>,
}

impl<'a> LakeRecords<'a> {
    /// Everything that has been imported, with the calendars as they stand now.
    pub fn newest(lake: &'a Lake, calendars: &'a [Calendar]) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: None, known_at: None }
    }

    /// What had been imported by a second, with the notices that had taken effect by then.
    pub fn as_of(lake: &'a Lake, calendars: &'a [Calendar], second: i64) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: Some(second), known_at: Some(second) }
    }

    /// What had been imported by a second, with the calendars as they stand now.
    pub fn up_to(lake: &'a Lake, calendars: &'a [Calendar], second: i64) -> LakeRecords<'a> {
        LakeRecords { lake, calendars, as_of: Some(second), known_at: None }
    }
}

impl LakeRecords<'_> {
    /// The newest revisions of a dataset in the order of their keys, in blocks.
    pub fn read_ordered(
        &self,
        dataset: Dataset,
        block_rows: impl Fn(u64) -> u64,
    ) -> Result<OrderedRows, LakeError> {
        self.lake.order_rows(&dataset.schema(), self.as_of, block_rows)
    }
}

impl RecordSource for LakeRecords<'_> {
    fn read_parts(
        &self,
        dataset: Dataset,
        columns: &[String],
    ) -> Result<Vec<Box<dyn BatchSource>>, SourceError> {
        // Without a batch no extra column is known, so a pack that names one would be refused
        // for no reason.
        let manifest = self.lake.read_manifest(dataset.name()).map_err(SourceError::new)?;
        if manifest.batches.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let tasks = self.lake.scan_rows(&dataset.schema(), &columns, self.as_of);
        let tasks = tasks.map_err(SourceError::new)?;
        Ok(tasks.into_iter().map(|task| Box::new(LakePart(task)) as Box<dyn BatchSource>).collect())
    }

    fn read_calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
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

impl BatchSource for LakePart {
    fn read_batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.0.read_batches().map(|batch| batch.map_err(SourceError::new)))
    }
}

//! The batch at hand, as everything that decides about its rows sees it.

use jiff::tz::TimeZone;

use crate::columns::BatchColumns;
use crate::intervals::BatchIntervals;
use crate::programs::Programs;

/// One batch: its columns, what programs made of them, and its intervals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchView<'a> {
    pub(crate) columns: &'a BatchColumns,
    pub(crate) programs: &'a Programs,
    pub(crate) intervals: &'a BatchIntervals,
    pub(crate) zone: &'a TimeZone,
}

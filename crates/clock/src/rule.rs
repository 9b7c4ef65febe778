//! How time is counted: natural or working, hours or days, and what a limit means.

use std::sync::Arc;

use thiserror::Error;

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Every second counts; printed in hours.
    NaturalHours,
    /// Every second counts; one day is 86 400 seconds.
    NaturalDays,
    /// Only the working periods of working days count; printed in hours.
    WorkingHours,
    /// The same seconds; one day is the calendar's daily seconds.
    WorkingDays,
}

impl Unit {
    /// Whether nights and days off stop the clock.
    pub fn counts_working_time(self) -> bool {
        match self {
            Unit::WorkingHours | Unit::WorkingDays => true,
            Unit::NaturalHours | Unit::NaturalDays => false,
        }
    }
}

/// A limit on one case. All are inclusive unless the rule says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeLimit {
    /// The clock may show at most so many seconds, in the rule's own unit of time.
    Elapsed { seconds: i64 },
    /// Natural days by date: the first day is not counted, the last ends at 24:00 and rolls over
    /// days off (Civil Code art. 201–203) when a calendar is given.
    Dates { days: i64 },
    /// Working days by date: the first day is not counted, the last ends at 24:00.
    WorkingDates { days: i64 },
    /// Accepted before the hour: by the end of the same day, else by the end of the next. These
    /// are natural days, whatever the calendar says.
    SameDay { before_hour: i8 },
}

/// A rule, ready to measure. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClockRule {
    pub unit: Unit,
    /// IANA name. A day is a local day of this zone.
    pub zone: String,
    /// Needed by working units and working dates.
    pub calendar: Option<Arc<str>>,
    /// Whether the limit itself is still on time.
    pub limit_is_on_time: bool,
}

/// Why a clock has no reading. It never shows a negative number instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, trueline_language::Explain)]
pub enum Unmeasurable {
    /// The two events stand in the wrong order; one of them is wrong.
    #[error("stopped {seconds} s before it started")]
    #[zh("停止时间比开始时间早 {seconds} 秒")]
    StopBeforeStart { seconds: i64 },
    /// The calendar has no file for a year that the clock runs through: add it.
    #[error("the calendar has no file for {year}")]
    #[zh("日历缺少 {year} 年的文件")]
    NoCalendarYear { year: i16 },
    /// The limit counts working days and the rule names no calendar.
    #[error("a limit in working days needs a calendar")]
    #[zh("以工作日计的时限需要日历")]
    NoCalendar,
    /// Dates outside 1900 to 2199 are mistakes, not moments.
    #[error("a moment outside the years 1900 to 2199")]
    #[zh("时间在 1900 至 2199 年之外")]
    OutOfRange,
}

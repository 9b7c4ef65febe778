//! How time is counted: natural or working, hours or days, and what a limit means.

use std::sync::Arc;

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

/// A limit on one case. All are inclusive unless the rule says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The clock may show at most so many seconds, in the rule's own unit of time.
    Elapsed { seconds: i64 },
    /// Natural days by date: the first day is not counted, the last ends at 24:00 and rolls over
    /// days off (Civil Code art. 201–203) when a calendar is given.
    Dates { days: i64 },
    /// Working days by date: the first day is not counted, the last ends at 24:00.
    WorkingDates { days: i64 },
    /// Accepted before the hour: by the end of the same day, else by the end of the next.
    SameDay { before_hour: i8 },
}

/// A rule, ready to measure. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Rule {
    pub unit: Unit,
    /// IANA name.
    pub zone: String,
    /// Needed by working units and working dates.
    pub calendar: Option<Arc<str>>,
    /// Whether the limit itself is still on time.
    pub limit_is_on_time: bool,
}

//! What a text says about a time, and how precisely.

/// How precisely a source knows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimePrecision {
    Day,
    Minute,
    Second,
}

impl TimePrecision {
    /// The precision of that name.
    pub fn from_name(name: &str) -> Option<TimePrecision> {
        match name {
            "day" => Some(TimePrecision::Day),
            "minute" => Some(TimePrecision::Minute),
            "second" => Some(TimePrecision::Second),
            _ => None,
        }
    }
}

/// Which of the first two numbers in `3/4/2020` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
    Unknown,
}

/// A time as the text gives it, before any zone is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalTime {
    /// Seconds from 1970-01-01T00:00:00 on the same wall clock.
    pub(crate) seconds: i64,
    /// Seconds east of UTC, if the text states an offset.
    pub(crate) offset: Option<i32>,
    pub(crate) precision: TimePrecision,
}

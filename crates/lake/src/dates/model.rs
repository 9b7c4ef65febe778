//! What a text says of a time, and how exactly.

/// How exactly a source knows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    Day,
    Minute,
    Second,
}

impl Precision {
    /// The precision of that name.
    pub fn named(name: &str) -> Option<Precision> {
        match name {
            "day" => Some(Precision::Day),
            "minute" => Some(Precision::Minute),
            "second" => Some(Precision::Second),
            _ => None,
        }
    }
}

/// Which of the first two numbers in `3/4/2020` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
    Unknown,
}

/// A time as the text gives it, before any zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Local {
    /// Seconds from 1970-01-01T00:00:00 on the same wall clock.
    pub(crate) seconds: i64,
    /// Seconds east of UTC, where the text says so.
    pub(crate) offset: Option<i32>,
    pub(crate) precision: Precision,
}

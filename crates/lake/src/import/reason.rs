//! Why a row goes to quarantine; what people read of it is in `words`.

use crate::source::{Encoding, Shape};

/// Why a value, or a whole row, was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The row has another count of cells than the header.
    Cells {
        found: usize,
        wanted: usize,
    },
    StrayQuote,
    /// The record is no JSON.
    NoJson,
    /// The cell in that row and column (from 0) of a sheet holds an error.
    CellError {
        line: u64,
        column: u32,
    },
    Missing,
    NoText,
    /// The value is none of those that the mapping or the dataset allows.
    NotListed,
    NoMoment,
    DayOrderUnknown,
    /// It is a date only in the other order than the mapping says.
    OtherDayOrder,
    /// A spreadsheet's count of days, with the date that it stands for.
    DayNumber {
        year: i16,
        month: i8,
        day: i8,
    },
    NoInteger,
    NoNumber,
    NoBoolean,
    /// A part of a record of this list is missing.
    HalfRecord {
        list: &'static str,
    },
    /// A record of this list ends before it begins.
    EndsFirst {
        list: &'static str,
    },
    /// The same as that line.
    Duplicate {
        line: u64,
    },
    /// The key of that line, other content.
    Conflict {
        line: u64,
    },
    /// That line of the same key is refused, and the key with it.
    OtherEvent {
        line: u64,
    },
    /// The lake knows events of this case that the log lacks.
    EarlierEvents,
}

/// One reason against one row.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) row: u32,
    pub(crate) reason: Reason,
    /// The value as the source has it.
    pub(crate) value: String,
}

impl Problem {
    pub(crate) fn new(row: usize, reason: Reason, value: &[u8], encoding: Encoding) -> Problem {
        let value = match encoding.decode(value) {
            Some(text) => text.into_owned(),
            None => String::from_utf8_lossy(value).into_owned(),
        };
        Problem::of_text(row, reason, &value)
    }

    pub(crate) fn of_text(row: usize, reason: Reason, value: &str) -> Problem {
        Problem { row: row as u32, reason, value: shortened(value) }
    }

    pub(crate) fn of_shape(row: u32, shape: Shape, wanted: usize) -> Problem {
        let reason = match shape {
            Shape::Cells(found) => Reason::Cells { found, wanted },
            Shape::StrayQuote => Reason::StrayQuote,
            Shape::NoJson => Reason::NoJson,
        };
        Problem { row, reason, value: String::new() }
    }
}

/// A value in a message is to be recognised, not read whole.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

impl Reason {
    /// A short word for counting.
    pub fn kind(self) -> &'static str {
        match self {
            Reason::Cells { .. } => "cells",
            Reason::StrayQuote => "stray_quote",
            Reason::NoJson => "no_json",
            Reason::CellError { .. } => "cell_error",
            Reason::Missing => "missing",
            Reason::NoText => "no_text",
            Reason::NotListed => "not_listed",
            Reason::NoMoment => "no_moment",
            Reason::DayOrderUnknown => "day_order_unknown",
            Reason::OtherDayOrder => "other_day_order",
            Reason::DayNumber { .. } => "day_number",
            Reason::NoInteger => "no_integer",
            Reason::NoNumber => "no_number",
            Reason::NoBoolean => "no_boolean",
            Reason::HalfRecord { .. } => "half_record",
            Reason::EndsFirst { .. } => "ends_first",
            Reason::Duplicate { .. } => "duplicate",
            Reason::Conflict { .. } => "conflict",
            Reason::OtherEvent { .. } => "other_event",
            Reason::EarlierEvents => "earlier_events",
        }
    }
}

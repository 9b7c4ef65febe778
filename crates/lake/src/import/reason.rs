//! Why a row goes to quarantine. `words` has what people read about it.

use crate::source::{Encoding, RecordShape};

/// Why a value, or a whole row, was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The row and the header differ in their number of cells.
    Cells {
        found: usize,
        wanted: usize,
    },
    StrayQuote,
    /// The record is not a JSON object.
    NoJson,
    /// The cell in this row and column (from 0) of a sheet holds an error.
    CellError {
        line: u64,
        column: u32,
    },
    Missing,
    NoText,
    /// The value is not one that the mapping or the dataset allows.
    NotListed,
    NoMoment,
    DayOrderUnknown,
    /// It is a date only if day and month are read in the other order than the mapping says.
    OtherDayOrder,
    /// A spreadsheet's day number, with the date that it stands for.
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
    /// The row is identical to that line.
    Duplicate {
        line: u64,
    },
    /// The row has the same key as that line but different content.
    Conflict {
        line: u64,
    },
    /// That line has the same key and is refused, so the whole case is.
    OtherEvent {
        line: u64,
    },
    /// The lake knows events of this case that this log lacks.
    EarlierEvents,
}

/// One reason against one row.
#[derive(Debug, Clone)]
pub(crate) struct CellProblem {
    pub(crate) row: u32,
    pub(crate) reason: Reason,
    /// The value as the source has it.
    pub(crate) value: String,
}

impl CellProblem {
    pub(crate) fn new(row: usize, reason: Reason, value: &[u8], encoding: Encoding) -> CellProblem {
        let value = match encoding.decode(value) {
            Some(text) => text.into_owned(),
            None => String::from_utf8_lossy(value).into_owned(),
        };
        CellProblem::of_text(row, reason, &value)
    }

    pub(crate) fn of_text(row: usize, reason: Reason, value: &str) -> CellProblem {
        CellProblem { row: row as u32, reason, value: shorten_value(value) }
    }

    pub(crate) fn of_shape(row: u32, shape: RecordShape, wanted: usize) -> CellProblem {
        let reason = match shape {
            RecordShape::Cells(found) => Reason::Cells { found, wanted },
            RecordShape::StrayQuote => Reason::StrayQuote,
            RecordShape::NoJson => Reason::NoJson,
        };
        CellProblem { row, reason, value: String::new() }
    }
}

/// Shortens a value for a message: it should be recognised, not read in full.
fn shorten_value(value: &str) -> String {
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

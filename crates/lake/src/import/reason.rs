//! Why a row goes to quarantine. `words` has what people read about it.

use crate::source::{Encoding, RecordShape};

/// Why a value, or a whole row, was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusalReason {
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
    pub(crate) reason: RefusalReason,
    /// The value as the source has it.
    pub(crate) value: String,
}

impl CellProblem {
    pub(crate) fn new(
        row: usize,
        reason: RefusalReason,
        value: &[u8],
        encoding: Encoding,
    ) -> CellProblem {
        let value = match encoding.decode(value) {
            Some(text) => text.into_owned(),
            None => String::from_utf8_lossy(value).into_owned(),
        };
        CellProblem::of_text(row, reason, &value)
    }

    pub(crate) fn of_text(row: usize, reason: RefusalReason, value: &str) -> CellProblem {
        CellProblem { row: row as u32, reason, value: shorten_value(value) }
    }

    pub(crate) fn of_shape(row: u32, shape: RecordShape, wanted: usize) -> CellProblem {
        let reason = match shape {
            RecordShape::Cells(found) => RefusalReason::Cells { found, wanted },
            RecordShape::StrayQuote => RefusalReason::StrayQuote,
            RecordShape::NoJson => RefusalReason::NoJson,
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

impl RefusalReason {
    /// A short word for counting.
    pub fn kind_name(self) -> &'static str {
        match self {
            RefusalReason::Cells { .. } => "cells",
            RefusalReason::StrayQuote => "stray_quote",
            RefusalReason::NoJson => "no_json",
            RefusalReason::CellError { .. } => "cell_error",
            RefusalReason::Missing => "missing",
            RefusalReason::NoText => "no_text",
            RefusalReason::NotListed => "not_listed",
            RefusalReason::NoMoment => "no_moment",
            RefusalReason::DayOrderUnknown => "day_order_unknown",
            RefusalReason::OtherDayOrder => "other_day_order",
            RefusalReason::DayNumber { .. } => "day_number",
            RefusalReason::NoInteger => "no_integer",
            RefusalReason::NoNumber => "no_number",
            RefusalReason::NoBoolean => "no_boolean",
            RefusalReason::HalfRecord { .. } => "half_record",
            RefusalReason::EndsFirst { .. } => "ends_first",
            RefusalReason::Duplicate { .. } => "duplicate",
            RefusalReason::Conflict { .. } => "conflict",
            RefusalReason::OtherEvent { .. } => "other_event",
            RefusalReason::EarlierEvents => "earlier_events",
        }
    }
}

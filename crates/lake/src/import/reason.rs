//! Why a row goes to quarantine, and what a clerk can do about it.

use crate::source::{Encoding, Shape};

/// Why a value, or a whole row, was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reason {
    Cells { found: usize, wanted: usize },
    StrayQuote,
    Missing,
    NoText,
    NotListed,
    NoMoment,
    DayOrderUnknown,
    NoInteger,
    NoNumber,
    NoBoolean,
    HalfRecord,
    Duplicate { line: u64 },
    Conflict { line: u64 },
    OtherEvent { line: u64 },
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
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Reason::Cells { .. } => "cells",
            Reason::StrayQuote => "stray_quote",
            Reason::Missing => "missing",
            Reason::NoText => "no_text",
            Reason::NotListed => "not_listed",
            Reason::NoMoment => "no_moment",
            Reason::DayOrderUnknown => "day_order_unknown",
            Reason::NoInteger => "no_integer",
            Reason::NoNumber => "no_number",
            Reason::NoBoolean => "no_boolean",
            Reason::HalfRecord => "half_record",
            Reason::Duplicate { .. } => "duplicate",
            Reason::Conflict { .. } => "conflict",
            Reason::OtherEvent { .. } => "other_event",
        }
    }

    /// What is wrong, as a fragment that follows the name of the column.
    pub(crate) fn text(self) -> String {
        match self {
            Reason::Cells { found, wanted } => {
                format!("the row has {found} cells, the header names {wanted}")
            }
            Reason::StrayQuote => "text follows a closing quote".to_owned(),
            Reason::Missing => "a value is required".to_owned(),
            Reason::NoText => "the bytes are no text in the encoding of the file".to_owned(),
            Reason::NotListed => "the value is not one of those allowed".to_owned(),
            Reason::NoMoment => "no such date or time".to_owned(),
            Reason::DayOrderUnknown => "day and month cannot be told apart".to_owned(),
            Reason::NoInteger => "no whole number".to_owned(),
            Reason::NoNumber => "no number".to_owned(),
            Reason::NoBoolean => "neither true nor false".to_owned(),
            Reason::HalfRecord => "there is a part of it, but not what it needs".to_owned(),
            Reason::Duplicate { line } => format!("the same as line {line}"),
            Reason::Conflict { line } => format!("the same key as line {line}, other content"),
            Reason::OtherEvent { line } => format!("line {line} of the same key is in quarantine"),
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Reason::Cells { .. } => "quote the cell that holds a separator, or add what is missing",
            Reason::StrayQuote => "double the quotes inside the cell, or remove them",
            Reason::Missing => "fill it in",
            Reason::NoText => "type the value anew, or declare the encoding in the mapping",
            Reason::NotListed => "correct it, or list it under `values` in the mapping",
            Reason::NoMoment => "correct it, or add its format to the mapping",
            Reason::DayOrderUnknown => "say `day_first = true` or `false` in the mapping",
            Reason::NoInteger | Reason::NoNumber => "write digits only",
            Reason::NoBoolean => "write true or false",
            Reason::HalfRecord => "fill in its required parts or clear the others",
            Reason::Duplicate { .. } => "remove the row; it was counted once",
            Reason::Conflict { .. } => {
                "keep the right one, or map `revised` so that the later wins"
            }
            Reason::OtherEvent { .. } => "mend that line; the rows belong together",
        }
    }
}

//! Columns during an import: plain vectors that threads fill and that are gathered once.
//!
//! Nulls are marked in the values themselves, because a bitmap beside every vector would cost more:
//! [`NULL_INTEGER`] for integers and moments, [`NULL_LABEL`] for labels.

use crate::schema::ValueKind;

pub(crate) const NULL_LABEL: i32 = -1;
pub(crate) const NULL_INTEGER: i64 = i64::MIN;
pub(crate) const NULL_BOOLEAN: u8 = 2;
/// A NaN of our own. Sources cannot contain it, because values that are not numbers are refused.
pub(crate) const NULL_NUMBER_BITS: u64 = 0x7ff8_dead_0000_0001;

/// The values of one column.
#[derive(Debug, Clone)]
pub(crate) enum ColumnData {
    /// Codes in the dictionary of the thread that filled it.
    Label(Vec<i32>),
    Text(TextColumn),
    /// Integers, and moments as UTC seconds.
    Integer(Vec<i64>),
    Number(Vec<u64>),
    Boolean(Vec<u8>),
}

impl ColumnData {
    pub(crate) fn new(kind: ValueKind, rows: usize) -> ColumnData {
        match kind {
            ValueKind::Label => ColumnData::Label(Vec::with_capacity(rows)),
            ValueKind::Text => ColumnData::Text(TextColumn::with_capacity(rows)),
            ValueKind::Integer | ValueKind::Moment => ColumnData::Integer(Vec::with_capacity(rows)),
            ValueKind::Number => ColumnData::Number(Vec::with_capacity(rows)),
            ValueKind::Boolean => ColumnData::Boolean(Vec::with_capacity(rows)),
        }
    }

    pub(crate) fn push_null(&mut self) {
        match self {
            ColumnData::Label(codes) => codes.push(NULL_LABEL),
            ColumnData::Text(texts) => texts.push_null(),
            ColumnData::Integer(values) => values.push(NULL_INTEGER),
            ColumnData::Number(values) => values.push(NULL_NUMBER_BITS),
            ColumnData::Boolean(values) => values.push(NULL_BOOLEAN),
        }
    }

    /// Appends a value of another column of the same kind and thread.
    pub(crate) fn push_from(&mut self, from: &ColumnData, row: usize) {
        match (self, from) {
            (ColumnData::Label(to), ColumnData::Label(from)) => to.push(from[row]),
            (ColumnData::Integer(to), ColumnData::Integer(from)) => to.push(from[row]),
            (ColumnData::Number(to), ColumnData::Number(from)) => to.push(from[row]),
            (ColumnData::Boolean(to), ColumnData::Boolean(from)) => to.push(from[row]),
            (ColumnData::Text(to), ColumnData::Text(from)) => match from.get(row) {
                Some(text) => to.push(text),
                None => to.push_null(),
            },
            (to, _) => to.push_null(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            ColumnData::Label(codes) => codes.len(),
            ColumnData::Text(texts) => texts.ends.len(),
            ColumnData::Integer(values) => values.len(),
            ColumnData::Number(values) => values.len(),
            ColumnData::Boolean(values) => values.len(),
        }
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            ColumnData::Label(codes) => codes[row] == NULL_LABEL,
            ColumnData::Text(texts) => texts.get(row).is_none(),
            ColumnData::Integer(values) => values[row] == NULL_INTEGER,
            ColumnData::Number(values) => values[row] == NULL_NUMBER_BITS,
            ColumnData::Boolean(values) => values[row] == NULL_BOOLEAN,
        }
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        match self {
            ColumnData::Label(codes) => codes.shrink_to_fit(),
            ColumnData::Text(texts) => {
                texts.bytes.shrink_to_fit();
                texts.ends.shrink_to_fit();
            }
            ColumnData::Integer(values) => values.shrink_to_fit(),
            ColumnData::Number(values) => values.shrink_to_fit(),
            ColumnData::Boolean(values) => values.shrink_to_fit(),
        }
    }
}

const NULL_TEXT: u32 = 1 << 31;

/// Texts one after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextColumn {
    pub(crate) bytes: String,
    /// Where each text ends; the top bit marks a null.
    ends: Vec<u32>,
}

impl TextColumn {
    pub(crate) fn with_capacity(rows: usize) -> TextColumn {
        TextColumn { bytes: String::with_capacity(rows * 16), ends: Vec::with_capacity(rows) }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.close_text();
    }

    /// Ends a text whose content was appended to `bytes`.
    pub(crate) fn close_text(&mut self) {
        self.ends.push(self.bytes.len() as u32);
    }

    pub(crate) fn push_null(&mut self) {
        self.ends.push(self.bytes.len() as u32 | NULL_TEXT);
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let end = self.ends[row];
        if end & NULL_TEXT != 0 {
            return None;
        }
        let start = match row {
            0 => 0,
            row => self.ends[row - 1] & !NULL_TEXT,
        };
        Some(&self.bytes[start as usize..end as usize])
    }
}

/// The records of one list column.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListRecords {
    /// For each row, the number of records of all rows up to and including it.
    pub(crate) ends: Vec<u32>,
    pub(crate) columns: Vec<ColumnData>,
}

impl ListRecords {
    pub(crate) fn record_range(&self, row: usize) -> std::ops::Range<usize> {
        let start = match row {
            0 => 0,
            row => self.ends[row - 1] as usize,
        };
        start..self.ends[row] as usize
    }
}

//! Columns while an import runs: plain vectors that threads fill and that are gathered once.
//!
//! Nulls are marked in the values themselves, because a bitmap beside every vector costs more than
//! it tells: [`NULL_INTEGER`] for integers and moments, [`NULL_LABEL`] for labels.

use crate::schema::Kind;

pub(crate) const NULL_LABEL: i32 = -1;
pub(crate) const NULL_INTEGER: i64 = i64::MIN;
pub(crate) const NULL_BOOLEAN: u8 = 2;
/// A NaN of our own; numbers that are no numbers are not accepted from sources.
pub(crate) const NULL_NUMBER_BITS: u64 = 0x7ff8_dead_0000_0001;

/// The values of one column.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// Codes in the dictionary of the thread that filled it.
    Label(Vec<i32>),
    Text(Texts),
    /// Integers, and moments as UTC seconds.
    Integer(Vec<i64>),
    Number(Vec<u64>),
    Boolean(Vec<u8>),
}

impl Data {
    pub(crate) fn new(kind: Kind, rows: usize) -> Data {
        match kind {
            Kind::Label => Data::Label(Vec::with_capacity(rows)),
            Kind::Text => Data::Text(Texts::with_capacity(rows)),
            Kind::Integer | Kind::Moment => Data::Integer(Vec::with_capacity(rows)),
            Kind::Number => Data::Number(Vec::with_capacity(rows)),
            Kind::Boolean => Data::Boolean(Vec::with_capacity(rows)),
        }
    }

    pub(crate) fn push_null(&mut self) {
        match self {
            Data::Label(codes) => codes.push(NULL_LABEL),
            Data::Text(texts) => texts.push_null(),
            Data::Integer(values) => values.push(NULL_INTEGER),
            Data::Number(values) => values.push(NULL_NUMBER_BITS),
            Data::Boolean(values) => values.push(NULL_BOOLEAN),
        }
    }

    /// Appends a value of another column of the same kind and thread.
    pub(crate) fn push_from(&mut self, from: &Data, row: usize) {
        match (self, from) {
            (Data::Label(to), Data::Label(from)) => to.push(from[row]),
            (Data::Integer(to), Data::Integer(from)) => to.push(from[row]),
            (Data::Number(to), Data::Number(from)) => to.push(from[row]),
            (Data::Boolean(to), Data::Boolean(from)) => to.push(from[row]),
            (Data::Text(to), Data::Text(from)) => match from.get(row) {
                Some(text) => to.push(text),
                None => to.push_null(),
            },
            (to, _) => to.push_null(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Data::Label(codes) => codes.len(),
            Data::Text(texts) => texts.ends.len(),
            Data::Integer(values) => values.len(),
            Data::Number(values) => values.len(),
            Data::Boolean(values) => values.len(),
        }
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Data::Label(codes) => codes[row] == NULL_LABEL,
            Data::Text(texts) => texts.get(row).is_none(),
            Data::Integer(values) => values[row] == NULL_INTEGER,
            Data::Number(values) => values[row] == NULL_NUMBER_BITS,
            Data::Boolean(values) => values[row] == NULL_BOOLEAN,
        }
    }

    pub(crate) fn shrink(&mut self) {
        match self {
            Data::Label(codes) => codes.shrink_to_fit(),
            Data::Text(texts) => {
                texts.bytes.shrink_to_fit();
                texts.ends.shrink_to_fit();
            }
            Data::Integer(values) => values.shrink_to_fit(),
            Data::Number(values) => values.shrink_to_fit(),
            Data::Boolean(values) => values.shrink_to_fit(),
        }
    }
}

const NULL_TEXT: u32 = 1 << 31;

/// Texts one after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub(crate) bytes: String,
    /// Where each ends; the top bit marks a null.
    ends: Vec<u32>,
}

impl Texts {
    pub(crate) fn with_capacity(rows: usize) -> Texts {
        Texts { bytes: String::with_capacity(rows * 16), ends: Vec::with_capacity(rows) }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.close();
    }

    /// Ends a text whose content was appended to `bytes`.
    pub(crate) fn close(&mut self) {
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
pub(crate) struct Records {
    /// How many records all rows up to this one have.
    pub(crate) ends: Vec<u32>,
    pub(crate) columns: Vec<Data>,
}

impl Records {
    pub(crate) fn range(&self, row: usize) -> std::ops::Range<usize> {
        let start = match row {
            0 => 0,
            row => self.ends[row - 1] as usize,
        };
        start..self.ends[row] as usize
    }
}

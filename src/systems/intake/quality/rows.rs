//! One batch of the dataset `case`, with typed columns.
//!
//! A column that is absent or has another type reads as all null: the finder must not stop because
//! an old batch lacks a column.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampSecondArray,
};
use arrow_schema::DataType;

/// The moments of a case, in the order of the letters in `precision`.
pub(super) const MOMENTS: [&str; 9] = [
    "accepted",
    "paid",
    "first_contact",
    "appointment",
    "arrived",
    "resolved",
    "confirmed",
    "closed",
    "cancelled",
];
pub(super) const ACCEPTED: usize = 0;
pub(super) const FIRST_CONTACT: usize = 2;
pub(super) const APPOINTMENT: usize = 3;
pub(super) const ARRIVED: usize = 4;
pub(super) const RESOLVED: usize = 5;
pub(super) const CONFIRMED: usize = 6;
pub(super) const CLOSED: usize = 7;
pub(super) const CANCELLED: usize = 8;

/// How precisely the source wrote a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MomentPrecision {
    Second,
    Minute,
    Day,
}

/// The year 5138, and as far before 1970. A moment beyond is just as impossible here as where it
/// was, and sums cannot overflow.
const FAR: i64 = 100_000_000_000;

fn clamp_moment(at: i64) -> i64 {
    at.clamp(-FAR, FAR)
}

/// One moment of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: i64,
    pub(super) precision: MomentPrecision,
}

impl Moment {
    /// The latest instant that the source may have meant.
    pub(super) fn latest_instant(self) -> i64 {
        self.at
            + match self.precision {
                MomentPrecision::Second => 0,
                MomentPrecision::Minute => 59,
                MomentPrecision::Day => 86_399,
            }
    }
}

/// A text column, plain or dictionary-encoded.
#[derive(Debug)]
pub(super) enum TextColumn<'a> {
    Coded(&'a DictionaryArray<Int32Type>, &'a StringArray),
    Plain(&'a StringArray),
    Absent,
}

impl<'a> TextColumn<'a> {
    fn from_array(array: Option<&'a ArrayRef>) -> Self {
        let Some(array) = array else {
            return TextColumn::Absent;
        };
        if let Some(coded) = array.as_dictionary_opt::<Int32Type>() {
            return match coded.values().as_string_opt::<i32>() {
                Some(values) => TextColumn::Coded(coded, values),
                None => TextColumn::Absent,
            };
        }
        array.as_string_opt::<i32>().map_or(TextColumn::Absent, TextColumn::Plain)
    }

    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            TextColumn::Coded(coded, values) => coded.key(row).map(|key| values.value(key)),
            TextColumn::Plain(values) => values.is_valid(row).then(|| values.value(row)),
            TextColumn::Absent => None,
        }
    }
}

/// A column of numbers.
#[derive(Debug)]
pub(super) enum Numbers<'a> {
    Whole(&'a Int64Array),
    Real(&'a Float64Array),
}

impl Numbers<'_> {
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Whole(array) => array.is_valid(row).then(|| array.value(row) as f64),
            Numbers::Real(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// The intervals of every row.
#[derive(Debug)]
pub(super) struct IntervalColumn<'a> {
    list: &'a ListArray,
    kind: TextColumn<'a>,
    from: &'a TimestampSecondArray,
}

impl<'a> IntervalColumn<'a> {
    fn from_array(array: Option<&'a ArrayRef>) -> Option<Self> {
        let list = array?.as_list_opt::<i32>()?;
        let records = list.values().as_struct_opt()?;
        Some(Self {
            list,
            kind: TextColumn::from_array(records.column_by_name("kind")),
            from: records.column_by_name("from")?.as_primitive_opt::<TimestampSecondType>()?,
        })
    }

    /// When the pauses of a row begin.
    pub(super) fn list_pause_starts(&self, row: usize) -> impl Iterator<Item = i64> + '_ {
        let offsets = self.list.value_offsets();
        (offsets[row] as usize..offsets[row + 1] as usize)
            .filter(|&at| self.kind.get(at) == Some("paused") && self.from.is_valid(at))
            .map(|at| clamp_moment(self.from.value(at)))
    }
}

/// The columns of one batch that the finder reads.
#[derive(Debug)]
pub(super) struct CaseRows<'a> {
    pub(super) len: usize,
    pub(super) source: TextColumn<'a>,
    key: TextColumn<'a>,
    line: Option<&'a Int64Array>,
    moments: Vec<Option<&'a TimestampSecondArray>>,
    precision: TextColumn<'a>,
    pub(super) kind: TextColumn<'a>,
    pub(super) satisfaction: TextColumn<'a>,
    pub(super) intervals: Option<IntervalColumn<'a>>,
    /// Every column of texts that describes a case, extras included.
    pub(super) texts: Vec<(&'a str, TextColumn<'a>)>,
    pub(super) numbers: Vec<(&'a str, Numbers<'a>)>,
    pub(super) flags: Vec<(&'a str, &'a BooleanArray)>,
}

/// Columns that only identify a case or its source: their texts are not values of the case.
const BOOKKEEPING: [&str; 6] =
    ["source", "source_key", "line", "precision", "source_file", "source_text"];

impl<'a> CaseRows<'a> {
    pub(super) fn new(batch: &'a RecordBatch) -> Self {
        let moments = MOMENTS
            .iter()
            .map(|name| batch.column_by_name(name)?.as_primitive_opt::<TimestampSecondType>())
            .collect();
        let label = |name: &str| TextColumn::from_array(batch.column_by_name(name));
        let mut rows = Self {
            len: batch.num_rows(),
            source: label("source"),
            key: label("source_key"),
            line: batch
                .column_by_name("source_line")
                .and_then(|array| array.as_primitive_opt::<Int64Type>()),
            moments,
            precision: label("precision"),
            kind: label("kind"),
            satisfaction: label("satisfaction"),
            intervals: IntervalColumn::from_array(batch.column_by_name("intervals")),
            texts: Vec::new(),
            numbers: Vec::new(),
            flags: Vec::new(),
        };
        rows.sort_columns(batch);
        rows
    }

    fn sort_columns(&mut self, batch: &'a RecordBatch) {
        let schema = batch.schema_ref();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let name = field.name().as_str();
            if BOOKKEEPING.contains(&name) {
                continue;
            }
            match field.data_type() {
                DataType::Utf8 | DataType::Dictionary(..) => {
                    self.texts.push((name, TextColumn::from_array(Some(array))));
                }
                DataType::Boolean => self.flags.push((name, array.as_boolean())),
                DataType::Int64 if name.starts_with("x_") => {
                    let array = array.as_primitive::<Int64Type>();
                    self.numbers.push((name, Numbers::Whole(array)));
                }
                DataType::Float64 if name.starts_with("x_") => {
                    let array = array.as_primitive::<Float64Type>();
                    self.numbers.push((name, Numbers::Real(array)));
                }
                _ => {}
            }
        }
    }

    pub(super) fn read_moment(&self, which: usize, row: usize) -> Option<Moment> {
        let array = self.moments[which].filter(|array| array.is_valid(row))?;
        let letter =
            self.precision.get(row).and_then(|letters| letters.as_bytes().get(which).copied());
        Some(Moment {
            at: clamp_moment(array.value(row)),
            precision: match letter {
                Some(b'd') => MomentPrecision::Day,
                Some(b'm') => MomentPrecision::Minute,
                _ => MomentPrecision::Second,
            },
        })
    }

    /// Whether the batch has this moment in any row.
    pub(super) fn has_moment(&self, which: usize) -> bool {
        self.moments[which].is_some_and(|array| array.null_count() < array.len())
    }

    /// Seconds from acceptance to resolution, where both are known more precisely than the day.
    pub(super) fn measure_wait(&self, row: usize) -> Option<i64> {
        let start = self.read_moment(ACCEPTED, row)?;
        let stop = self.read_moment(RESOLVED, row)?;
        let fine =
            start.precision != MomentPrecision::Day && stop.precision != MomentPrecision::Day;
        fine.then(|| stop.at - start.at)
    }

    pub(super) fn case_id(&self, row: usize) -> String {
        let source = self.source.get(row).unwrap_or_default();
        let key = self.key.get(row).unwrap_or_default();
        format!("{source}/{key}")
    }

    pub(super) fn source_line(&self, row: usize) -> i64 {
        self.line.map_or(0, |lines| lines.value(row))
    }
}

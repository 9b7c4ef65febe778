//! The list column of intervals, ready to subtract: texts as numbers, moments as seconds.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch};
use arrow_schema::DataType;

use crate::columns::{NULL, read_wholes};
use crate::definition::{INTERVAL_FIELDS, INTERVALS};

/// The texts under which rows are counted. Each keeps its number for as long as the worker lives.
#[derive(Debug, Default)]
pub(crate) struct TextIds {
    known: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl TextIds {
    pub(crate) fn id_of(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let id = self.texts.len() as u32;
        self.known.insert(text.into(), id);
        self.texts.push(text.into());
        id
    }

    pub(crate) fn text_of(&self, id: u32) -> &str {
        &self.texts[id as usize]
    }
}

/// The intervals of a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchIntervals {
    /// Row `r` has the intervals from `offsets[r]` to `offsets[r + 1]`; empty without any column.
    offsets: Vec<i32>,
    pub(crate) kinds: Vec<u32>,
    pub(crate) from: Vec<i64>,
    /// [`NULL`] while it is open.
    pub(crate) to: Vec<i64>,
    pub(crate) reasons: Vec<u32>,
    pub(crate) approved: Vec<bool>,
}

impl BatchIntervals {
    pub(crate) fn load_batch(&mut self, batch: &RecordBatch, names: &mut TextIds) {
        self.clear_rows();
        let Some(lists) =
            batch.column_by_name(INTERVALS).and_then(|column| column.as_list_opt::<i32>())
        else {
            return;
        };
        if self.load_offsets(lists) {
            self.load_fields(lists, names);
        }
    }

    fn clear_rows(&mut self) {
        self.offsets.clear();
        self.kinds.clear();
        self.from.clear();
        self.to.clear();
        self.reasons.clear();
        self.approved.clear();
    }

    /// Whether any row has an interval.
    fn load_offsets(&mut self, lists: &ListArray) -> bool {
        let offsets = lists.value_offsets();
        if offsets.first() == offsets.last() {
            return false;
        }
        // In a slice of a batch, only the intervals of its own rows are read.
        let first = offsets[0];
        self.offsets.extend(offsets.iter().map(|offset| offset - first));
        true
    }

    fn load_fields(&mut self, lists: &ListArray, names: &mut TextIds) {
        let first = lists.value_offsets()[0] as usize;
        let count = self.offsets.last().map_or(0, |last| *last as usize);
        let values = lists.values().slice(first, count);
        let Some(fields) = values.as_struct_opt() else {
            self.offsets.clear();
            return;
        };
        let field = |index: usize| fields.column_by_name(INTERVAL_FIELDS[index]);
        text_ids(field(0), count, names, &mut self.kinds);
        text_ids(field(3), count, names, &mut self.reasons);
        for (index, out) in [(1, &mut self.from), (2, &mut self.to)] {
            match field(index) {
                Some(column) => read_wholes(column, out),
                None => out.resize(count, NULL),
            }
        }
        let mut approvers = Vec::new();
        text_ids(field(4), count, names, &mut approvers);
        let nobody = names.id_of("");
        self.approved.extend(approvers.iter().map(|id| *id != nobody));
    }

    /// The indexes of a row's intervals.
    #[inline]
    pub(crate) fn of_row(&self, row: usize) -> std::ops::Range<usize> {
        match self.offsets.get(row..row + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            _ => 0..0,
        }
    }
}

/// The number of each text; null is the empty text.
fn text_ids(column: Option<&ArrayRef>, count: usize, names: &mut TextIds, out: &mut Vec<u32>) {
    let nothing = names.id_of("");
    let Some(column) = column else {
        out.resize(count, nothing);
        return;
    };
    match column.data_type() {
        DataType::Dictionary(key, value)
            if **key == DataType::Int32 && **value == DataType::Utf8 =>
        {
            let array = column.as_dictionary::<Int32Type>();
            let texts = array.values().as_string::<i32>();
            let ids: Vec<u32> =
                texts.iter().map(|text| names.id_of(text.unwrap_or_default())).collect();
            out.extend(
                array.keys().iter().map(|key| {
                    key.and_then(|key| ids.get(key as usize).copied()).unwrap_or(nothing)
                }),
            );
        }
        DataType::Utf8 => {
            let texts = column.as_string::<i32>().iter();
            out.extend(texts.map(|text| names.id_of(text.unwrap_or_default())));
        }
        _ => out.resize(count, nothing),
    }
}

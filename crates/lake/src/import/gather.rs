//! Fragments to Arrow arrays, in the order of the batch.

use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::types::{Int32Type, TimestampSecondType};
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, ListArray, PrimitiveArray,
    StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field};

use super::column::{Data, NULL_BOOLEAN, NULL_INTEGER, NULL_LABEL, NULL_NUMBER_BITS};
use super::fragment::Fragment;
use super::labels::Joined;
use super::order::At;
use crate::schema::{Kind, List};

/// One column of one fragment, and the thread whose codes it holds.
type Part<'a> = (&'a Data, usize);

/// Gathers one column. `labels` are the column's own.
pub(crate) fn column(
    fragments: &[Fragment],
    pick: impl Fn(&Fragment) -> &Data,
    rows: &[At],
    kind: Kind,
    labels: &Joined,
) -> Result<ArrayRef, ArrowError> {
    let parts: Vec<Part<'_>> = fragments.iter().map(|f| (pick(f), f.thread)).collect();
    let rows = rows.iter().map(|at| (at.fragment, at.row));
    array(&parts, rows, kind, labels)
}

/// Gathers a list column.
pub(crate) fn list(
    fragments: &[Fragment],
    at: usize,
    rows: &[At],
    list: &List,
    labels: &[Joined],
) -> Result<ArrayRef, ArrowError> {
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    let mut inner = Vec::new();
    offsets.push(0_i32);
    for row in rows {
        let records = &fragments[row.fragment as usize].lists[at];
        inner.extend(records.range(row.row as usize).map(|r| (row.fragment, r as u32)));
        offsets.push(inner.len() as i32);
    }
    let mut arrays = Vec::new();
    for (index, column) in list.columns.iter().enumerate() {
        let parts: Vec<Part<'_>> =
            fragments.iter().map(|f| (&f.lists[at].columns[index], f.thread)).collect();
        arrays.push(array(&parts, inner.iter().copied(), column.kind, &labels[index])?);
    }
    list_array(list, arrays, offsets)
}

/// A list column from the arrays of its records.
pub(crate) fn list_array(
    list: &List,
    arrays: Vec<ArrayRef>,
    offsets: Vec<i32>,
) -> Result<ArrayRef, ArrowError> {
    let fields = crate::schema::record_fields(list);
    let records = if arrays.is_empty() {
        StructArray::new_empty_fields(0, None)
    } else {
        StructArray::try_new(fields.clone(), arrays, None)?
    };
    let item = Arc::new(Field::new("item", DataType::Struct(fields), false));
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(ListArray::try_new(item, offsets, Arc::new(records), None)?))
}

fn array(
    parts: &[Part<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
    kind: Kind,
    labels: &Joined,
) -> Result<ArrayRef, ArrowError> {
    match kind {
        Kind::Label => label_array(parts, rows, labels),
        Kind::Text => Ok(Arc::new(text_array(parts, rows))),
        Kind::Integer => {
            let (values, nulls) = integers(parts, rows);
            Ok(Arc::new(Int64Array::new(values.into(), nulls)))
        }
        Kind::Moment => {
            let (values, nulls) = integers(parts, rows);
            let array = PrimitiveArray::<TimestampSecondType>::new(values.into(), nulls);
            Ok(Arc::new(array.with_timezone("UTC")))
        }
        Kind::Number => {
            let bits = rows.map(|(part, row)| match parts[part as usize].0 {
                Data::Number(values) => values[row as usize],
                _ => NULL_NUMBER_BITS,
            });
            let bits: Vec<u64> = bits.collect();
            let nulls = nulls(&bits, |bits| *bits != NULL_NUMBER_BITS);
            let values: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            Ok(Arc::new(Float64Array::new(values.into(), nulls)))
        }
        Kind::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(rows.len());
            for (part, row) in rows {
                let value = match parts[part as usize].0 {
                    Data::Boolean(values) => values[row as usize],
                    _ => NULL_BOOLEAN,
                };
                builder.append_option((value != NULL_BOOLEAN).then_some(value == 1));
            }
            Ok(Arc::new(builder.finish()))
        }
    }
}

fn nulls<T>(values: &[T], present: impl Fn(&T) -> bool) -> Option<NullBuffer> {
    if values.iter().all(&present) {
        return None;
    }
    Some(values.iter().map(present).collect())
}

fn integers(
    parts: &[Part<'_>],
    rows: impl Iterator<Item = (u32, u32)>,
) -> (Vec<i64>, Option<NullBuffer>) {
    let values = rows.map(|(part, row)| match parts[part as usize].0 {
        Data::Integer(values) => values[row as usize],
        _ => NULL_INTEGER,
    });
    let values: Vec<i64> = values.collect();
    let nulls = nulls(&values, |value| *value != NULL_INTEGER);
    (values, nulls)
}

fn label_array(
    parts: &[Part<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)>,
    labels: &Joined,
) -> Result<ArrayRef, ArrowError> {
    let mut codes = Vec::with_capacity(rows.len());
    for (part, row) in rows {
        let (data, thread) = parts[part as usize];
        codes.push(match data {
            Data::Label(values) => labels.code(thread, values[row as usize]),
            _ => NULL_LABEL,
        });
    }
    let nulls = nulls(&codes, |code| *code != NULL_LABEL);
    if nulls.is_some() {
        // A null's key must still point into the dictionary's range.
        for code in &mut codes {
            *code = (*code).max(0);
        }
    }
    let keys = Int32Array::new(codes.into(), nulls);
    let values = StringArray::from_iter_values(&labels.texts);
    let array = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values))?;
    Ok(Arc::new(array))
}

fn text_array(
    parts: &[Part<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
) -> StringArray {
    let text = |(part, row): (u32, u32)| match parts[part as usize].0 {
        Data::Text(texts) => texts.get(row as usize),
        _ => None,
    };
    rows.map(text).collect()
}

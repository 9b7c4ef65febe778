//! Gathers fragments into Arrow arrays, in the order of the batch.

use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::types::{Int32Type, TimestampSecondType};
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, ListArray, PrimitiveArray,
    StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field};

use super::column::{ColumnData, NULL_BOOLEAN, NULL_INTEGER, NULL_LABEL, NULL_NUMBER_BITS};
use super::fragment::Fragment;
use super::labels::JoinedLabels;
use super::order::RowAt;
use crate::schema::{ListColumn, ValueKind};

/// One column of one fragment, and the thread that its codes belong to.
type ColumnPart<'a> = (&'a ColumnData, usize);

/// Gathers one column. `labels` are the column's own.
pub(crate) fn gather_column(
    fragments: &[Fragment],
    pick: impl Fn(&Fragment) -> &ColumnData,
    rows: &[RowAt],
    kind: ValueKind,
    labels: &JoinedLabels,
) -> Result<ArrayRef, ArrowError> {
    let parts: Vec<ColumnPart<'_>> = fragments.iter().map(|f| (pick(f), f.thread)).collect();
    let rows = rows.iter().map(|at| (at.fragment, at.row));
    gather_array(&parts, rows, kind, labels)
}

/// Gathers a list column.
pub(crate) fn gather_list(
    fragments: &[Fragment],
    at: usize,
    rows: &[RowAt],
    list: &ListColumn,
    labels: &[JoinedLabels],
) -> Result<ArrayRef, ArrowError> {
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    let mut inner = Vec::new();
    offsets.push(0_i32);
    for row in rows {
        let records = &fragments[row.fragment as usize].lists[at];
        inner.extend(records.record_range(row.row as usize).map(|r| (row.fragment, r as u32)));
        offsets.push(inner.len() as i32);
    }
    let mut arrays = Vec::new();
    for (index, column) in list.columns.iter().enumerate() {
        let parts: Vec<ColumnPart<'_>> =
            fragments.iter().map(|f| (&f.lists[at].columns[index], f.thread)).collect();
        arrays.push(gather_array(&parts, inner.iter().copied(), column.kind, &labels[index])?);
    }
    list_array(list, arrays, offsets)
}

/// A list column from the arrays of its records.
pub(crate) fn list_array(
    list: &ListColumn,
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

fn gather_array(
    parts: &[ColumnPart<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
    kind: ValueKind,
    labels: &JoinedLabels,
) -> Result<ArrayRef, ArrowError> {
    match kind {
        ValueKind::Label => label_array(parts, rows, labels),
        ValueKind::Text => Ok(Arc::new(text_array(parts, rows))),
        ValueKind::Integer => {
            let (values, nulls) = gather_integers(parts, rows);
            Ok(Arc::new(Int64Array::new(values.into(), nulls)))
        }
        ValueKind::Moment => {
            let (values, nulls) = gather_integers(parts, rows);
            let array = PrimitiveArray::<TimestampSecondType>::new(values.into(), nulls);
            Ok(Arc::new(array.with_timezone("UTC")))
        }
        ValueKind::Number => {
            let bits = rows.map(|(part, row)| match parts[part as usize].0 {
                ColumnData::Number(values) => values[row as usize],
                _ => NULL_NUMBER_BITS,
            });
            let bits: Vec<u64> = bits.collect();
            let nulls = find_nulls(&bits, |bits| *bits != NULL_NUMBER_BITS);
            let values: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            Ok(Arc::new(Float64Array::new(values.into(), nulls)))
        }
        ValueKind::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(rows.len());
            for (part, row) in rows {
                let value = match parts[part as usize].0 {
                    ColumnData::Boolean(values) => values[row as usize],
                    _ => NULL_BOOLEAN,
                };
                builder.append_option((value != NULL_BOOLEAN).then_some(value == 1));
            }
            Ok(Arc::new(builder.finish()))
        }
    }
}

fn find_nulls<T>(values: &[T], present: impl Fn(&T) -> bool) -> Option<NullBuffer> {
    if values.iter().all(&present) {
        return None;
    }
    Some(values.iter().map(present).collect())
}

fn gather_integers(
    parts: &[ColumnPart<'_>],
    rows: impl Iterator<Item = (u32, u32)>,
) -> (Vec<i64>, Option<NullBuffer>) {
    let values = rows.map(|(part, row)| match parts[part as usize].0 {
        ColumnData::Integer(values) => values[row as usize],
        _ => NULL_INTEGER,
    });
    let values: Vec<i64> = values.collect();
    let nulls = find_nulls(&values, |value| *value != NULL_INTEGER);
    (values, nulls)
}

fn label_array(
    parts: &[ColumnPart<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)>,
    labels: &JoinedLabels,
) -> Result<ArrayRef, ArrowError> {
    let mut codes = Vec::with_capacity(rows.len());
    for (part, row) in rows {
        let (data, thread) = parts[part as usize];
        codes.push(match data {
            ColumnData::Label(values) => labels.code_of(thread, values[row as usize]),
            _ => NULL_LABEL,
        });
    }
    let nulls = find_nulls(&codes, |code| *code != NULL_LABEL);
    if nulls.is_some() {
        // The key of a null must still be within the range of the dictionary.
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
    parts: &[ColumnPart<'_>],
    rows: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
) -> StringArray {
    let text = |(part, row): (u32, u32)| match parts[part as usize].0 {
        ColumnData::Text(texts) => texts.get(row as usize),
        _ => None,
    };
    rows.map(text).collect()
}

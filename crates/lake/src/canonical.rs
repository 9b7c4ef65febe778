//! The canonical bytes of a row, over which commitments to a row are made.
//!
//! They follow only from the row's values and the order of the dataset's columns, so a file may be
//! compacted or recompressed and its rows keep their bytes. `docs/evidence.md` describes the form.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Fields};

const MISSING: u8 = 0x00;
const TEXT: u8 = 0x01;
const INTEGER: u8 = 0x02;
const NUMBER: u8 = 0x03;
const FALSE: u8 = 0x04;
const TRUE: u8 = 0x05;
const LIST: u8 = 0x06;

/// A column that has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("a column of the type {0} has no canonical form")]
#[zh("类型为 {0} 的列没有规范形式")]
pub struct NoForm(pub String);

/// A column of a canonical row, as evidence names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalColumn {
    pub name: String,
    /// `text`, `integer`, `number`, `boolean`, `moment` or `list`.
    pub kind: &'static str,
    /// The columns of the records of a list.
    pub columns: Vec<CanonicalColumn>,
}

/// The names and kinds that evidence gives to the columns of a file, in their order.
pub fn canonical_columns(fields: &Fields) -> Result<Vec<CanonicalColumn>, NoForm> {
    let column = |field: &arrow_schema::FieldRef| {
        let (kind, columns) = match field.data_type() {
            DataType::Utf8 => ("text", Vec::new()),
            DataType::Dictionary(_, inner) if **inner == DataType::Utf8 => ("text", Vec::new()),
            DataType::Int64 => ("integer", Vec::new()),
            DataType::Float64 => ("number", Vec::new()),
            DataType::Boolean => ("boolean", Vec::new()),
            DataType::Timestamp(arrow_schema::TimeUnit::Second, _) => ("moment", Vec::new()),
            DataType::List(item) => match item.data_type() {
                DataType::Struct(fields) => ("list", canonical_columns(fields)?),
                other => return Err(NoForm(other.to_string())),
            },
            other => return Err(NoForm(other.to_string())),
        };
        Ok(CanonicalColumn { name: field.name().clone(), kind, columns })
    };
    fields.iter().map(column).collect()
}

/// Writes the canonical bytes of the rows of one batch.
#[derive(Debug)]
pub struct CanonicalRows {
    writers: Vec<ColumnWriter>,
}

/// One column, prepared for writing.
#[derive(Debug)]
enum ColumnWriter {
    /// This many columns in succession without any value.
    Missing(usize),
    Label {
        keys: ScalarBuffer<i32>,
        nulls: Option<NullBuffer>,
        texts: Vec<Vec<u8>>,
    },
    Text(StringArray),
    Integer {
        values: ScalarBuffer<i64>,
        nulls: Option<NullBuffer>,
    },
    Number {
        values: ScalarBuffer<f64>,
        nulls: Option<NullBuffer>,
    },
    Boolean(BooleanArray),
    List {
        ends: OffsetBuffer<i32>,
        records: CanonicalRows,
    },
}

impl CanonicalRows {
    /// Prepares the columns of a batch.
    pub fn new(batch: &RecordBatch) -> Result<CanonicalRows, NoForm> {
        CanonicalRows::from_columns(batch.columns())
    }

    fn from_columns(columns: &[ArrayRef]) -> Result<CanonicalRows, NoForm> {
        let mut writers = Vec::new();
        for column in columns {
            if !column.is_empty() && column.null_count() == column.len() {
                match writers.last_mut() {
                    Some(ColumnWriter::Missing(count)) => *count += 1,
                    _ => writers.push(ColumnWriter::Missing(1)),
                }
            } else {
                writers.push(ColumnWriter::new(column)?);
            }
        }
        Ok(CanonicalRows { writers })
    }

    /// Appends the bytes of a row.
    pub fn write_row(&self, row: usize, out: &mut Vec<u8>) {
        for writer in &self.writers {
            writer.write_value(row, out);
        }
    }
}

impl ColumnWriter {
    fn new(column: &ArrayRef) -> Result<ColumnWriter, NoForm> {
        let unknown = || NoForm(column.data_type().to_string());
        let nulls = column.nulls().cloned();
        Ok(match column.data_type() {
            DataType::Utf8 => ColumnWriter::Text(column.as_string::<i32>().clone()),
            DataType::Dictionary(..) => {
                let labels = column.as_dictionary_opt::<Int32Type>().ok_or_else(unknown)?;
                let texts = labels.values().as_string_opt::<i32>().ok_or_else(unknown)?;
                let form = |text: Option<&str>| {
                    let mut form = Vec::new();
                    match text {
                        Some(text) => write_text(text, &mut form),
                        None => form.push(MISSING),
                    }
                    form
                };
                let texts = texts.iter().map(form).collect();
                ColumnWriter::Label { keys: labels.keys().values().clone(), nulls, texts }
            }
            DataType::Int64 => {
                let values = column.as_primitive::<Int64Type>().values().clone();
                ColumnWriter::Integer { values, nulls }
            }
            DataType::Timestamp(arrow_schema::TimeUnit::Second, _) => {
                let values = column.as_primitive::<TimestampSecondType>().values().clone();
                ColumnWriter::Integer { values, nulls }
            }
            DataType::Float64 => {
                let values = column.as_primitive::<Float64Type>().values().clone();
                ColumnWriter::Number { values, nulls }
            }
            DataType::Boolean => ColumnWriter::Boolean(column.as_boolean().clone()),
            DataType::List(_) => {
                let list = column.as_list::<i32>();
                let records: &StructArray = list.values().as_struct_opt().ok_or_else(unknown)?;
                let records = CanonicalRows::from_columns(records.columns())?;
                ColumnWriter::List { ends: list.offsets().clone(), records }
            }
            _ => return Err(unknown()),
        })
    }

    fn write_value(&self, row: usize, out: &mut Vec<u8>) {
        let is_null = |nulls: &Option<NullBuffer>| nulls.as_ref().is_some_and(|n| n.is_null(row));
        match self {
            ColumnWriter::Missing(count) => out.extend(std::iter::repeat_n(MISSING, *count)),
            ColumnWriter::Label { nulls, .. } if is_null(nulls) => out.push(MISSING),
            ColumnWriter::Label { keys, texts, .. } => {
                out.extend_from_slice(&texts[keys[row] as usize]);
            }
            ColumnWriter::Text(texts) if texts.is_null(row) => out.push(MISSING),
            ColumnWriter::Text(texts) => write_text(texts.value(row), out),
            ColumnWriter::Integer { nulls, .. } if is_null(nulls) => out.push(MISSING),
            ColumnWriter::Integer { values, .. } => {
                out.push(INTEGER);
                write_signed(values[row], out);
            }
            ColumnWriter::Number { nulls, .. } if is_null(nulls) => out.push(MISSING),
            ColumnWriter::Number { values, .. } => {
                out.push(NUMBER);
                out.extend_from_slice(&values[row].to_bits().to_be_bytes());
            }
            ColumnWriter::Boolean(values) if values.is_null(row) => out.push(MISSING),
            ColumnWriter::Boolean(values) => out.push(if values.value(row) { TRUE } else { FALSE }),
            ColumnWriter::List { ends, records } => {
                let (from, to) = (ends[row] as usize, ends[row + 1] as usize);
                out.push(LIST);
                write_count((to - from) as u64, out);
                for record in from..to {
                    records.write_row(record, out);
                }
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(TEXT);
    write_count(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// LEB128: seven bits per byte, the lowest first.
pub fn write_count(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Zigzag LEB128: 0, -1, 1, -2 … are 0, 1, 2, 3 …
pub fn write_signed(value: i64, out: &mut Vec<u8>) {
    write_count(((value << 1) ^ (value >> 63)) as u64, out);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{DictionaryArray, Float64Array, Int64Array};
    use arrow_schema::{Field, Schema};

    use super::*;

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let field =
            |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
    }

    fn bytes(batch: &RecordBatch, row: usize) -> Vec<u8> {
        let mut out = Vec::new();
        CanonicalRows::new(batch).unwrap().write_row(row, &mut out);
        out
    }

    #[test]
    fn a_row_is_its_values_each_with_its_kind() {
        let labels: DictionaryArray<Int32Type> = vec![Some("故障"), None].into_iter().collect();
        let made = batch(vec![
            ("kind", Arc::new(labels)),
            ("at", Arc::new(Int64Array::from(vec![Some(-1), Some(300)]))),
            ("none", Arc::new(Int64Array::from(vec![None, None]))),
            ("amount", Arc::new(Float64Array::from(vec![Some(1.0), None]))),
            ("holds", Arc::new(BooleanArray::from(vec![Some(true), Some(false)]))),
        ]);
        let first = [
            b"\x01\x06\xe6\x95\x85\xe9\x9a\x9c".as_slice(),
            b"\x02\x01\x00",
            b"\x03\x3f\xf0\x00\x00\x00\x00\x00\x00\x05",
        ];
        assert_eq!(bytes(&made, 0), first.concat());
        assert_eq!(bytes(&made, 1), b"\x00\x02\xd8\x04\x00\x00\x04");
        let columns = canonical_columns(made.schema().fields()).unwrap();
        let kinds: Vec<&str> = columns.iter().map(|column| column.kind).collect();
        assert_eq!(kinds, ["text", "integer", "integer", "number", "boolean"]);
    }

    #[test]
    fn a_label_and_a_text_of_the_same_words_have_the_same_bytes() {
        let labels: DictionaryArray<Int32Type> = vec!["b", "a", "b"].into_iter().collect();
        let texts = StringArray::from(vec!["b", "a", "b"]);
        let (one, other) =
            (batch(vec![("x", Arc::new(labels))]), batch(vec![("x", Arc::new(texts))]));
        for row in 0..3 {
            assert_eq!(bytes(&one, row), bytes(&other, row));
        }
    }

    #[test]
    fn the_extremes_of_integers_fit() {
        for (value, length) in [(0, 1), (-64, 1), (64, 2), (i64::MAX, 10), (i64::MIN, 10)] {
            let mut out = Vec::new();
            write_signed(value, &mut out);
            assert_eq!(out.len(), length, "{value}");
        }
    }
}

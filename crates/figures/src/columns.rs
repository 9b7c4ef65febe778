//! The columns of a batch as the engine reads them: labels as codes, moments as seconds.
//!
//! A label keeps its code from batch to batch, although each batch brings a dictionary of its own;
//! code 0 is null. A column that a batch does not have is null in every row.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Schema, TimeUnit};
use trueline_expression::{ExpressionValue, RowValues};

/// The null of moments and integers.
pub(crate) const NULL: i64 = i64::MIN;

/// How the engine reads a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// A dictionary of texts.
    Label,
    /// 64-bit integers.
    Whole,
    /// Timestamps.
    Moment,
    /// Read row by row.
    Other,
    Absent,
}

/// The columns of one schema, with the labels seen so far and the batch at hand.
#[derive(Debug)]
pub(crate) struct BatchColumns {
    schema: Arc<Schema>,
    places: HashMap<String, usize>,
    labels: Vec<LabelColumn>,
    wholes: Vec<usize>,
    batch: RecordBatch,
}

/// One label column: its codes for the batch at hand, and every label seen so far.
#[derive(Debug)]
struct LabelColumn {
    place: usize,
    known: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// Key of the dictionary at hand → code.
    map: Vec<u32>,
    /// The dictionary that `map` was made for.
    dictionary: Option<ArrayRef>,
    codes: Vec<u32>,
}

impl BatchColumns {
    pub(crate) fn new(schema: &Arc<Schema>) -> BatchColumns {
        let fields = schema.fields().iter().enumerate();
        BatchColumns {
            schema: Arc::clone(schema),
            places: fields.map(|(at, field)| (field.name().clone(), at)).collect(),
            labels: Vec::new(),
            wholes: Vec::new(),
            batch: RecordBatch::new_empty(Arc::clone(schema)),
        }
    }

    /// Whether a batch can be read without compiling anew.
    pub(crate) fn fits_schema(&self, batch: &RecordBatch) -> bool {
        Arc::ptr_eq(&self.schema, batch.schema_ref()) || self.schema == batch.schema()
    }

    pub(crate) fn column_kind(&self, name: &str) -> ColumnKind {
        let Some(place) = self.places.get(name) else {
            return ColumnKind::Absent;
        };
        match self.schema.field(*place).data_type() {
            DataType::Dictionary(key, value)
                if **key == DataType::Int32 && **value == DataType::Utf8 =>
            {
                ColumnKind::Label
            }
            DataType::Int64 => ColumnKind::Whole,
            DataType::Timestamp(..) => ColumnKind::Moment,
            DataType::Null => ColumnKind::Absent,
            _ => ColumnKind::Other,
        }
    }

    /// The number of a label column, for [`BatchColumns::label_codes`].
    pub(crate) fn track_label(&mut self, name: &str) -> usize {
        let place = self.places[name];
        if let Some(found) = self.labels.iter().position(|known| known.place == place) {
            return found;
        }
        self.labels.push(LabelColumn {
            place,
            known: HashMap::new(),
            texts: vec!["".into()],
            map: Vec::new(),
            dictionary: None,
            codes: Vec::new(),
        });
        self.labels.len() - 1
    }

    /// The number of a moment or integer column, for [`BatchColumns::read_whole`].
    pub(crate) fn track_whole(&mut self, name: &str) -> usize {
        let place = self.places[name];
        if let Some(found) = self.wholes.iter().position(|known| *known == place) {
            return found;
        }
        self.wholes.push(place);
        self.wholes.len() - 1
    }

    /// Makes this the batch at hand.
    pub(crate) fn load_batch(&mut self, batch: RecordBatch) {
        for labels in &mut self.labels {
            labels.load_dictionary(batch.column(labels.place).as_dictionary::<Int32Type>());
        }
        self.batch = batch;
    }

    pub(crate) fn row_count(&self) -> usize {
        self.batch.num_rows()
    }

    /// The code of each row.
    pub(crate) fn label_codes(&self, label: usize) -> &[u32] {
        &self.labels[label].codes
    }

    /// How many bits hold every code seen so far.
    pub(crate) fn label_bits(&self, label: usize) -> u32 {
        let largest = self.labels[label].texts.len() - 1;
        usize::BITS - largest.leading_zeros()
    }

    /// How many codes there are, null included.
    pub(crate) fn label_count(&self, label: usize) -> usize {
        self.labels[label].texts.len()
    }

    /// The text of a code; empty for null.
    pub(crate) fn label_text(&self, label: usize, code: u32) -> &str {
        &self.labels[label].texts[code as usize]
    }

    pub(crate) fn label_value(&self, label: usize, row: usize) -> ExpressionValue<'_> {
        let labels = &self.labels[label];
        match labels.codes[row] {
            0 => ExpressionValue::Null,
            code => ExpressionValue::Text(labels.texts[code as usize].as_ref().into()),
        }
    }

    /// Writes a moment or integer column, [`NULL`] for null.
    pub(crate) fn read_whole(&self, whole: usize, out: &mut Vec<i64>) {
        read_wholes(self.batch.column(self.wholes[whole]), out);
    }

    pub(crate) fn batch_row(&self, row: usize) -> BatchRow<'_> {
        BatchRow { columns: self, row }
    }
}

impl LabelColumn {
    fn load_dictionary(&mut self, array: &DictionaryArray<Int32Type>) {
        let dictionary = array.values();
        let same = self.dictionary.as_ref().is_some_and(|known| is_same(known, dictionary));
        if !same {
            self.learn_labels(dictionary.as_string::<i32>());
            self.dictionary = Some(Arc::clone(dictionary));
        }
        let keys = array.keys();
        self.codes.clear();
        if self.map.is_empty() {
            self.codes.resize(keys.len(), 0);
            return;
        }
        let map = &self.map;
        self.codes
            .extend(keys.values().iter().map(|key| map.get(*key as usize).copied().unwrap_or(0)));
        if let Some(nulls) = keys.nulls() {
            replace_nulls(&mut self.codes, nulls, 0);
        }
    }

    fn learn_labels(&mut self, dictionary: &StringArray) {
        self.map.clear();
        for text in dictionary {
            let code = match text {
                None => 0,
                Some(text) => *self.known.entry(text.into()).or_insert_with(|| {
                    self.texts.push(text.into());
                    self.texts.len() as u32 - 1
                }),
            };
            self.map.push(code);
        }
    }
}

/// Whether two dictionaries share the same memory, as those of one row group do.
fn is_same(a: &ArrayRef, b: &ArrayRef) -> bool {
    let (a, b) = (a.as_string::<i32>(), b.as_string::<i32>());
    a.len() == b.len()
        && a.offsets().inner().ptr_eq(b.offsets().inner())
        && a.values().as_ptr() == b.values().as_ptr()
}

/// Appends moments (in whole seconds) or integers, [`NULL`] for null and for any other type.
pub(crate) fn read_wholes(array: &ArrayRef, out: &mut Vec<i64>) {
    let from = out.len();
    match array.data_type() {
        DataType::Int64 => out.extend_from_slice(array.as_primitive::<Int64Type>().values()),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => {
                out.extend_from_slice(array.as_primitive::<TimestampSecondType>().values());
            }
            TimeUnit::Millisecond => {
                let values = array.as_primitive::<TimestampMillisecondType>().values();
                out.extend(values.iter().map(|value| value.div_euclid(1000)));
            }
            TimeUnit::Microsecond => {
                let values = array.as_primitive::<TimestampMicrosecondType>().values();
                out.extend(values.iter().map(|value| value.div_euclid(1_000_000)));
            }
            TimeUnit::Nanosecond => {
                let values = array.as_primitive::<TimestampNanosecondType>().values();
                out.extend(values.iter().map(|value| value.div_euclid(1_000_000_000)));
            }
        },
        _ => out.resize(from + array.len(), NULL),
    }
    if let Some(nulls) = array.nulls() {
        replace_nulls(&mut out[from..], nulls, NULL);
    }
}

/// Writes `null` where a row has no value, 64 rows at a time.
fn replace_nulls<T: Copy>(values: &mut [T], nulls: &NullBuffer, null: T) {
    if nulls.null_count() == 0 {
        return;
    }
    let chunks = nulls.inner().bit_chunks();
    for (values, bits) in values.chunks_mut(64).zip(chunks.iter_padded()) {
        if bits == u64::MAX {
            continue;
        }
        if bits == 0 {
            values.fill(null);
            continue;
        }
        for (at, value) in values.iter_mut().enumerate() {
            *value = if bits >> at & 1 == 1 { *value } else { null };
        }
    }
}

/// One row of the batch at hand, for expressions that are evaluated row by row.
#[derive(Debug)]
pub(crate) struct BatchRow<'a> {
    columns: &'a BatchColumns,
    row: usize,
}

impl RowValues for BatchRow<'_> {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        match self.columns.places.get(name) {
            Some(place) => cell_value(self.columns.batch.column(*place), self.row),
            None => ExpressionValue::Null,
        }
    }
}

fn cell_value(array: &ArrayRef, row: usize) -> ExpressionValue<'_> {
    if array.is_null(row) {
        return ExpressionValue::Null;
    }
    match array.data_type() {
        DataType::Boolean => ExpressionValue::Boolean(array.as_boolean().value(row)),
        DataType::Int64 => ExpressionValue::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Int32 => {
            ExpressionValue::Integer(array.as_primitive::<Int32Type>().value(row).into())
        }
        DataType::Float64 => {
            ExpressionValue::Number(array.as_primitive::<Float64Type>().value(row))
        }
        DataType::Utf8 => ExpressionValue::Text(array.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => ExpressionValue::Text(array.as_string::<i64>().value(row).into()),
        DataType::Utf8View => ExpressionValue::Text(array.as_string_view().value(row).into()),
        DataType::Timestamp(..) => {
            let mut out = Vec::with_capacity(1);
            read_wholes(&array.slice(row, 1), &mut out);
            ExpressionValue::Time(out[0])
        }
        DataType::Dictionary(key, value)
            if **key == DataType::Int32 && **value == DataType::Utf8 =>
        {
            let dictionary = array.as_dictionary::<Int32Type>();
            let key = dictionary.keys().value(row) as usize;
            let texts = dictionary.values().as_string::<i32>();
            if texts.is_null(key) {
                ExpressionValue::Null
            } else {
                ExpressionValue::Text(texts.value(key).into())
            }
        }
        _ => ExpressionValue::Null,
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        BooleanArray, Float64Array, Int32Array, Int64Array, LargeStringArray, StringViewArray,
        TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
        TimestampSecondArray,
    };

    use super::*;

    fn wholes(array: impl Array + 'static) -> Vec<i64> {
        let array: ArrayRef = Arc::new(array);
        // What is there already stays.
        let mut out = vec![7];
        read_wholes(&array, &mut out);
        assert_eq!(out.remove(0), 7);
        out
    }

    #[test]
    fn moments_of_every_unit_are_whole_seconds_rounded_down() {
        let seconds = TimestampSecondArray::from(vec![Some(-1), None, Some(5)]);
        assert_eq!(wholes(seconds), [-1, NULL, 5]);
        let thousandths = TimestampMillisecondArray::from(vec![Some(-1), Some(1999), None]);
        assert_eq!(wholes(thousandths), [-1, 1, NULL]);
        let millionths = TimestampMicrosecondArray::from(vec![-1, 1_999_999]);
        assert_eq!(wholes(millionths), [-1, 1]);
        let billionths = TimestampNanosecondArray::from(vec![-1, 1_999_999_999]);
        assert_eq!(wholes(billionths), [-1, 1]);
        assert_eq!(wholes(Int64Array::from(vec![Some(3), None])), [3, NULL]);
        assert_eq!(wholes(StringArray::from(vec!["a", "b"])), [NULL, NULL]);
    }

    #[test]
    fn nulls_stay_in_their_rows_whatever_lies_around_them() {
        let value = |row: i64| match row {
            0..64 => Some(row),
            64..128 => None,
            _ => (row % 3 == 0).then_some(row),
        };
        let expected: Vec<i64> = (0..200).map(|row| value(row).unwrap_or(NULL)).collect();
        let array = (0..200).map(value).collect::<Int64Array>();
        assert_eq!(wholes(array.slice(3, 150)), expected[3..153]);
        assert_eq!(wholes(array), expected);
    }

    #[test]
    fn only_dictionaries_of_texts_by_32_bits_are_labels() {
        let dictionary =
            |key: DataType, value: DataType| DataType::Dictionary(key.into(), value.into());
        let kinds = [
            ("label", dictionary(DataType::Int32, DataType::Utf8), ColumnKind::Label),
            ("large", dictionary(DataType::Int32, DataType::LargeUtf8), ColumnKind::Other),
            ("short", dictionary(DataType::Int8, DataType::Utf8), ColumnKind::Other),
            ("whole", DataType::Int64, ColumnKind::Whole),
            ("moment", DataType::Timestamp(TimeUnit::Second, None), ColumnKind::Moment),
            ("null", DataType::Null, ColumnKind::Absent),
            ("text", DataType::Utf8, ColumnKind::Other),
        ];
        let field = |(name, kind, _): &(&str, DataType, ColumnKind)| {
            arrow_schema::Field::new(*name, kind.clone(), true)
        };
        let schema = Arc::new(Schema::new(kinds.iter().map(field).collect::<Vec<_>>()));
        let columns = BatchColumns::new(&schema);
        for (name, _, kind) in kinds {
            assert_eq!(columns.column_kind(name), kind, "{name}");
        }
        assert_eq!(columns.column_kind("absent"), ColumnKind::Absent);
    }

    #[test]
    fn a_cell_has_its_value_whatever_its_type() {
        let mut labels = arrow_array::builder::StringDictionaryBuilder::<Int32Type>::new();
        labels.append_value("x");
        labels.append_null();
        let columns: Vec<(&str, ArrayRef, ExpressionValue<'static>)> = vec![
            (
                "boolean",
                Arc::new(BooleanArray::from(vec![Some(true), None])),
                ExpressionValue::Boolean(true),
            ),
            ("long", Arc::new(Int64Array::from(vec![Some(4), None])), ExpressionValue::Integer(4)),
            ("short", Arc::new(Int32Array::from(vec![Some(5), None])), ExpressionValue::Integer(5)),
            (
                "number",
                Arc::new(Float64Array::from(vec![Some(0.5), None])),
                ExpressionValue::Number(0.5),
            ),
            (
                "text",
                Arc::new(StringArray::from(vec![Some("t"), None])),
                ExpressionValue::Text("t".into()),
            ),
            (
                "large",
                Arc::new(LargeStringArray::from(vec![Some("l"), None])),
                ExpressionValue::Text("l".into()),
            ),
            (
                "view",
                Arc::new(StringViewArray::from(vec![Some("v"), None])),
                ExpressionValue::Text("v".into()),
            ),
            (
                "moment",
                Arc::new(TimestampMillisecondArray::from(vec![Some(9_999), None])),
                ExpressionValue::Time(9),
            ),
            ("label", Arc::new(labels.finish()), ExpressionValue::Text("x".into())),
            (
                "other",
                Arc::new(arrow_array::UInt8Array::from(vec![Some(1), None])),
                ExpressionValue::Null,
            ),
        ];
        let named = columns.iter().map(|(name, array, _)| (*name, Arc::clone(array)));
        let batch = RecordBatch::try_from_iter(named).unwrap();
        let mut read = BatchColumns::new(batch.schema_ref());
        read.load_batch(batch);
        for (name, _, value) in columns {
            assert_eq!(read.batch_row(0).value_of(name), value, "{name}");
            assert_eq!(read.batch_row(1).value_of(name), ExpressionValue::Null, "{name}");
        }
        assert_eq!(read.batch_row(0).value_of("absent"), ExpressionValue::Null);
    }
}

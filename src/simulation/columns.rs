//! Simulated records as columns of the dataset `case`.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampSecondArray, new_null_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};

use super::record::{ABSENT, APPOINTMENT, MOMENTS, RecordInterval, SimulatedRecord};
use super::words::{self, NONE};

/// A label column: indices into fixed words.
#[derive(Debug)]
pub(super) struct LabelBuilder {
    indices: Vec<i32>,
    words: ArrayRef,
}

impl LabelBuilder {
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> LabelBuilder {
        let words: StringArray = words.into_iter().map(Some).collect();
        LabelBuilder { indices: Vec::new(), words: Arc::new(words) }
    }

    pub(super) fn push_word(&mut self, word: u16) {
        self.indices.push(if word == NONE { -1 } else { i32::from(word) });
    }

    pub(super) fn take_array(&mut self) -> Result<ArrayRef, ArrowError> {
        let indices = std::mem::take(&mut self.indices);
        let known = indices.iter().any(|index| *index < 0).then(|| {
            let known: Vec<bool> = indices.iter().map(|index| *index >= 0).collect();
            NullBuffer::from(known)
        });
        let keys = Int32Array::new(indices.into(), known);
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(&self.words))?))
    }
}

/// A column of moments; [`ABSENT`] stands for null.
pub(super) fn make_moment_array(seconds: Vec<i64>) -> ArrayRef {
    let known = seconds.contains(&ABSENT).then(|| {
        let known: Vec<bool> = seconds.iter().map(|second| *second != ABSENT).collect();
        NullBuffer::from(known)
    });
    Arc::new(TimestampSecondArray::new(seconds.into(), known).with_timezone("UTC"))
}

/// A text column whose values lie end to end.
#[derive(Debug)]
struct TextBuilder {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    known: Vec<bool>,
}

impl TextBuilder {
    fn new() -> TextBuilder {
        TextBuilder { bytes: Vec::new(), ends: vec![0], known: Vec::new() }
    }

    fn end_value(&mut self, known: bool) {
        self.ends.push(self.bytes.len() as i32);
        self.known.push(known);
    }

    fn take_array(&mut self) -> Result<ArrayRef, ArrowError> {
        let done = std::mem::replace(self, TextBuilder::new());
        let offsets = OffsetBuffer::new(done.ends.into());
        let known = (!done.known.iter().all(|known| *known)).then(|| NullBuffer::from(done.known));
        Ok(Arc::new(StringArray::try_new(offsets, done.bytes.into(), known)?))
    }
}

/// What every record of a run shares.
#[derive(Debug, Clone)]
pub(super) struct RecordOrigin {
    /// When the sources gave this state: at the end of the stretch.
    pub(super) revised: i64,
    /// The value of `source_file`: a digest of the order.
    pub(super) digest: String,
}

/// Collects records into record batches.
#[derive(Debug)]
pub(super) struct CaseColumns {
    schema: SchemaRef,
    export: RecordOrigin,
    rows: usize,
    keys: TextBuilder,
    lines: TextBuilder,
    labels: Vec<(&'static str, LabelBuilder)>,
    moments: [Vec<i64>; 9],
    precision: LabelBuilder,
    reopened: Vec<i64>,
    source_lines: Vec<i64>,
    interval_ends: Vec<i32>,
    interval_labels: Vec<(&'static str, LabelBuilder)>,
    interval_from: Vec<i64>,
    interval_to: Vec<i64>,
    evidence: TextBuilder,
}

impl CaseColumns {
    pub(super) fn new(schema: SchemaRef, export: RecordOrigin) -> CaseColumns {
        let fixed = [
            ("source", words::SOURCES),
            ("kind", words::KINDS),
            ("service", words::SERVICES),
            ("region", &words::list_county_codes()),
            ("area", words::AREAS),
            ("channel", words::CHANNELS),
            ("maintainer", words::MAINTAINERS),
            ("cause", words::CAUSES),
            ("excluded", words::EXCLUSIONS),
            ("excluded_by", words::APPROVERS),
            ("satisfaction", words::ANSWERS),
        ];
        let inner = [
            ("kind", words::INTERVALS),
            ("reason", words::REASONS),
            ("requested_by", words::ASKERS),
            ("approved_by", words::APPROVERS),
        ];
        let precisions: Vec<String> = (0..512).map(format_precision).collect();
        let labels =
            |(name, words): (&'static str, &[&str])| (name, LabelBuilder::new(words.to_vec()));
        CaseColumns {
            schema,
            export,
            rows: 0,
            keys: TextBuilder::new(),
            lines: TextBuilder::new(),
            labels: fixed.map(labels).into(),
            moments: Default::default(),
            precision: LabelBuilder::new(precisions.iter().map(String::as_str)),
            reopened: Vec::new(),
            source_lines: Vec::new(),
            interval_ends: vec![0],
            interval_labels: inner.map(labels).into(),
            interval_from: Vec::new(),
            interval_to: Vec::new(),
            evidence: TextBuilder::new(),
        }
    }

    pub(super) fn row_count(&self) -> usize {
        self.rows
    }

    /// Adds a record with the key `prefix` and a number of nine digits.
    pub(super) fn push_record(&mut self, record: &SimulatedRecord, (prefix, number): (&str, u64)) {
        self.rows += 1;
        self.keys.bytes.extend_from_slice(prefix.as_bytes());
        push_digits(&mut self.keys.bytes, number + 1);
        self.keys.end_value(true);
        self.lines.bytes.push(b'L');
        push_hex(&mut self.lines.bytes, record.line, 14);
        self.lines.end_value(true);
        let words = [
            record.source,
            record.kind,
            record.service,
            record.region,
            record.area,
            record.channel,
            record.maintainer,
            record.cause,
            record.excluded,
            record.excluded_by,
            record.satisfaction,
        ];
        for ((_, labels), word) in self.labels.iter_mut().zip(words) {
            labels.push_word(word);
        }
        let mut present = 0;
        for (index, moment) in record.moments.into_iter().enumerate() {
            self.moments[index].push(moment);
            present |= u16::from(moment != ABSENT) << index;
        }
        self.precision.push_word(present);
        self.reopened.push(record.reopened);
        self.source_lines.push(number as i64 + 1);
        for interval in &record.intervals {
            self.push_interval(interval);
        }
        self.interval_ends.push(self.interval_from.len() as i32);
    }

    fn push_interval(&mut self, interval: &RecordInterval) {
        self.interval_from.push(interval.from);
        self.interval_to.push(interval.to);
        let words = [interval.kind, interval.reason, interval.requested_by, interval.approved_by];
        for ((_, labels), word) in self.interval_labels.iter_mut().zip(words) {
            labels.push_word(word);
        }
        if interval.evidence != 0 {
            self.evidence.bytes.extend_from_slice(b"call-");
            push_hex(&mut self.evidence.bytes, u64::from(interval.evidence), 8);
        }
        self.evidence.end_value(interval.evidence != 0);
    }

    /// Takes the records so far as a batch, and starts afresh.
    pub(super) fn take_batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let schema = Arc::clone(&self.schema);
        let columns: Result<Vec<ArrayRef>, ArrowError> =
            schema.fields().iter().map(|field| self.take_column(field, rows)).collect();
        RecordBatch::try_new(schema, columns?)
    }

    fn take_column(&mut self, field: &Field, rows: usize) -> Result<ArrayRef, ArrowError> {
        let name = field.name().as_str();
        if let Some((_, labels)) = self.labels.iter_mut().find(|(known, _)| *known == name) {
            return labels.take_array();
        }
        if let Some(index) = MOMENTS.iter().position(|known| *known == name) {
            return Ok(make_moment_array(std::mem::take(&mut self.moments[index])));
        }
        match name {
            "source_key" => self.keys.take_array(),
            "line" => self.lines.take_array(),
            "reopened" => Ok(Arc::new(Int64Array::from(std::mem::take(&mut self.reopened)))),
            "source_line" => Ok(Arc::new(Int64Array::from(std::mem::take(&mut self.source_lines)))),
            "intervals" => self.take_intervals(field),
            "precision" => self.precision.take_array(),
            "revised" => Ok(make_moment_array(vec![self.export.revised; rows])),
            "source_file" => {
                let mut labels = LabelBuilder::new([self.export.digest.as_str()]);
                labels.indices = vec![0; rows];
                labels.take_array()
            }
            _ => Ok(new_null_array(field.data_type(), rows)),
        }
    }

    fn take_intervals(&mut self, field: &Field) -> Result<ArrayRef, ArrowError> {
        let DataType::List(item) = field.data_type() else {
            return Err(ArrowError::SchemaError("intervals are no list".into()));
        };
        let DataType::Struct(fields) = item.data_type() else {
            return Err(ArrowError::SchemaError("an interval is no struct".into()));
        };
        let count = self.interval_from.len();
        let mut columns = Vec::with_capacity(fields.len());
        for inner in fields {
            let name = inner.name().as_str();
            let labels = self.interval_labels.iter_mut().find(|(known, _)| *known == name);
            columns.push(match (labels, name) {
                (Some((_, labels)), _) => labels.take_array()?,
                (None, "from") => make_moment_array(std::mem::take(&mut self.interval_from)),
                (None, "to") => make_moment_array(std::mem::take(&mut self.interval_to)),
                (None, "evidence") => self.evidence.take_array()?,
                (None, _) => new_null_array(inner.data_type(), count),
            });
        }
        let values = StructArray::try_new(fields.clone(), columns, None)?;
        let ends = std::mem::replace(&mut self.interval_ends, vec![0]);
        let list = ListArray::try_new(
            Arc::clone(item),
            OffsetBuffer::new(ends.into()),
            Arc::new(values) as Arc<dyn Array>,
            None,
        )?;
        Ok(Arc::new(list))
    }
}

/// One letter per moment: appointments are to the minute, everything else to the second.
fn format_precision(present: usize) -> String {
    let letter = |index: usize| match (present >> index & 1, index) {
        (0, _) => '-',
        (_, APPOINTMENT) => 'm',
        (_, _) => 's',
    };
    (0..MOMENTS.len()).map(letter).collect()
}

fn push_digits(bytes: &mut Vec<u8>, mut number: u64) {
    let mut text = [b'0'; 9];
    for digit in text.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    bytes.extend_from_slice(&text);
}

fn push_hex(bytes: &mut Vec<u8>, number: u64, length: u32) {
    for place in (0..length).rev() {
        let digit = (number >> (place * 4) & 15) as usize;
        bytes.push(b"0123456789abcdef"[digit]);
    }
}

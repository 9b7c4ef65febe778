//! Members: one case of a population, its revision and how each definition counted it.

use arrow_array::cast::AsArray;
use arrow_array::{Array as _, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use trueline_figures::{Outcome, Verdict};
use trueline_lake::{Schema, write_count, write_signed};
use trueline_ledger::{Hash, leaf_hash};

const COUNTED: u8 = 1;
const EXCLUDED: u8 = 2;
const UNMEASURABLE: u8 = 3;
const OPEN: u8 = 4;

/// One case of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The columns of its key, such as source and source key.
    pub key: Vec<String>,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

impl Member {
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.bytes)
    }
}

/// The key columns of rows, to be read row by row.
pub(super) struct Keys(Vec<StringArray>);

impl Keys {
    pub(super) fn of(schema: &Schema, rows: &RecordBatch) -> Keys {
        let column = |name: &&str| match rows.column_by_name(name).map(|c| cast(c, &DataType::Utf8))
        {
            Some(Ok(column)) => column.as_string::<i32>().clone(),
            Some(Err(_)) | None => StringArray::from(vec![""; rows.num_rows()]),
        };
        Keys(schema.key.iter().map(column).collect())
    }

    pub(super) fn rows(&self) -> usize {
        self.0.first().map_or(0, StringArray::len)
    }

    /// The text of each column in a row; missing values are empty.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        self.0.iter().map(move |column| if column.is_null(row) { "" } else { column.value(row) })
    }
}

/// Writes the canonical bytes of a member.
pub(super) fn write(
    revision: &Hash,
    key: impl Iterator<Item = impl AsRef<str>>,
    verdicts: &[Verdict],
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(&revision.0);
    for part in key {
        write_text(part.as_ref(), out);
    }
    write_count(verdicts.len() as u64, out);
    for verdict in verdicts {
        write_verdict(verdict, out);
    }
}

fn write_verdict(verdict: &Verdict, out: &mut Vec<u8>) {
    write_count(verdict.family as u64, out);
    match &verdict.outcome {
        Outcome::Counted => out.push(COUNTED),
        Outcome::Excluded { reason, is_approved } => {
            out.push(EXCLUDED);
            write_text(reason, out);
            out.push(u8::from(*is_approved));
        }
        Outcome::Unmeasurable => out.push(UNMEASURABLE),
        Outcome::OutOfScope => out.push(OPEN),
    }
    write_if_any(verdict.value, out);
    write_count(verdict.late, out);
    write_if_any(verdict.open, out);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_count(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn write_if_any(value: Option<i64>, out: &mut Vec<u8>) {
    match value {
        Some(value) => {
            out.push(1);
            write_signed(value, out);
        }
        None => out.push(0),
    }
}

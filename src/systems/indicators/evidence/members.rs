//! Members: one case of a population, its revision and how each definition counted it.

use arrow_array::RecordBatch;
use trueline_figures::{Outcome, Verdict};
use trueline_lake::{Schema, write_count, write_signed};
use trueline_ledger::{Hash, leaf_hash};

use crate::systems::indicators::columns::texts;

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

/// Adds the members that rows are.
pub(super) fn add(
    schema: &Schema,
    rows: &RecordBatch,
    leaves: &mut dyn Iterator<Item = Hash>,
    verdicts: Vec<Vec<Verdict>>,
    members: &mut Vec<Member>,
) {
    let keys: Vec<Vec<String>> = schema.key.iter().map(|name| texts(rows, name)).collect();
    for (row, (verdicts, leaf)) in verdicts.into_iter().zip(leaves).enumerate() {
        let key: Vec<String> = keys.iter().map(|column| column[row].clone()).collect();
        let mut bytes = leaf.0.to_vec();
        for part in &key {
            write_text(part, &mut bytes);
        }
        write_count(verdicts.len() as u64, &mut bytes);
        for verdict in &verdicts {
            write_verdict(verdict, &mut bytes);
        }
        members.push(Member { key, bytes });
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

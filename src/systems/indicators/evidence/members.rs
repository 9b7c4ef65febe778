//! Members: the cases of a population, each with its revision and how each definition counted it.

use trueline_figures::{Counter, RowVerdict, Ruling};
use trueline_lake::{write_count, write_signed};
use trueline_ledger::{Hash, leaf_hash};

const COUNTED: u8 = 1;
const EXCLUDED: u8 = 2;
const UNMEASURABLE: u8 = 3;
const OPEN: u8 = 4;

/// One case of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The values of its key columns, such as source and source key.
    pub key: Vec<String>,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

impl Member {
    pub fn hash_leaf(&self) -> Hash {
        leaf_hash(&self.bytes)
    }
}

/// Writes the beginning of a member's canonical bytes, which is the same in every period: the
/// revision and the key.
pub(super) fn begin_member<'k>(
    revision: &Hash,
    key: impl Iterator<Item = &'k str>,
    out: &mut Vec<u8>,
) {
    out.clear();
    out.extend_from_slice(&revision.0);
    for part in key {
        write_text(part, out);
    }
}

/// Writes the rest of those bytes: how each definition counted the case.
pub(super) fn finish_member<'v>(
    verdicts: impl ExactSizeIterator<Item = &'v RowVerdict>,
    counter: &Counter<'_>,
    out: &mut Vec<u8>,
) {
    write_count(verdicts.len() as u64, out);
    for verdict in verdicts {
        write_verdict(verdict, counter, out);
    }
}

fn write_verdict(verdict: &RowVerdict, counter: &Counter<'_>, out: &mut Vec<u8>) {
    write_count(verdict.family as u64, out);
    match verdict.ruling {
        Ruling::Counted => out.push(COUNTED),
        Ruling::Excluded { reason, is_approved } => {
            out.push(EXCLUDED);
            write_text(counter.reason_text(reason), out);
            out.push(u8::from(is_approved));
        }
        Ruling::Unmeasurable => out.push(UNMEASURABLE),
        Ruling::OnlyOpen => out.push(OPEN),
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

//! Refused rows: what goes to quarantine, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reason::{Problem, Reason};
use crate::source::Chunk;

/// Refused rows, by fragment and row.
pub(crate) type RefusedRows = BTreeMap<(u32, u32), Refused>;

/// A row that goes to quarantine.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) row: u32,
    pub(crate) line: u64,
    /// The row as it stood in the source.
    pub(crate) record: Box<[u8]>,
    /// The sheet of a workbook that it is from.
    pub(crate) sheet: Option<Arc<str>>,
    /// Column (empty for the whole row), value, reason.
    pub(crate) problems: Vec<(String, String, Reason)>,
}

/// Problems by row, while a chunk is read.
#[derive(Default)]
pub(super) struct Wrong {
    rows: BTreeMap<u32, Vec<(String, String, Reason)>>,
}

impl Wrong {
    pub(super) fn add(&mut self, column: String, problem: Problem) {
        let row = self.rows.entry(problem.row).or_default();
        row.push((column, problem.value, problem.reason));
    }

    pub(super) fn add_all(&mut self, column: &str, problems: Vec<Problem>) {
        for problem in problems {
            self.add(column.to_owned(), problem);
        }
    }

    pub(super) fn refused(self, chunk: &Chunk) -> Vec<Refused> {
        let rows = self.rows.into_iter().map(|(row, mut problems)| {
            let shape = |reason: &Reason| {
                matches!(reason, Reason::Cells { .. } | Reason::StrayQuote | Reason::NoJson)
            };
            // When cells have shifted, what they hold says nothing.
            if problems.iter().any(|(_, _, reason)| shape(reason)) {
                problems.retain(|(_, _, reason)| shape(reason));
            }
            // An error in a cell is no wrong date or number as well.
            let error = |reason: &Reason| matches!(reason, Reason::CellError { .. });
            let errors: Vec<String> =
                problems.iter().filter(|p| error(&p.2)).map(|p| p.0.clone()).collect();
            problems.retain(|(column, _, reason)| error(reason) || !errors.contains(column));
            Refused {
                sheet: chunk.sheet.clone(),
                row,
                line: chunk.line(row as usize),
                record: chunk.record(row as usize).into(),
                problems,
            }
        });
        rows.collect()
    }
}

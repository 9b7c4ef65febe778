//! Refused rows: what goes to quarantine, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reason::{CellProblem, RefusalReason};
use crate::source::Chunk;

/// Refused rows, by fragment and row.
pub(crate) type RefusedRows = BTreeMap<(u32, u32), RefusedRow>;

/// A row that goes to quarantine.
#[derive(Debug, Clone)]
pub(crate) struct RefusedRow {
    pub(crate) row: u32,
    pub(crate) line: u64,
    /// The record as the source has it; empty until it is fetched.
    pub(crate) record: Box<[u8]>,
    /// The sheet of a workbook that it is from.
    pub(crate) sheet: Option<Arc<str>>,
    /// Column (empty for the whole row), value, reason.
    pub(crate) problems: Vec<(String, String, RefusalReason)>,
}

/// Problems by row, while a chunk is read.
#[derive(Default)]
pub(super) struct RowProblems {
    rows: BTreeMap<u32, Vec<(String, String, RefusalReason)>>,
}

impl RowProblems {
    pub(super) fn add_problem(&mut self, column: String, problem: CellProblem) {
        let row = self.rows.entry(problem.row).or_default();
        row.push((column, problem.value, problem.reason));
    }

    pub(super) fn add_problems(&mut self, column: &str, problems: Vec<CellProblem>) {
        for problem in problems {
            self.add_problem(column.to_owned(), problem);
        }
    }

    pub(super) fn into_refused(self, chunk: &Chunk) -> Vec<RefusedRow> {
        let rows = self.rows.into_iter().map(|(row, mut problems)| {
            let shape = |reason: &RefusalReason| {
                matches!(
                    reason,
                    RefusalReason::Cells { .. } | RefusalReason::StrayQuote | RefusalReason::NoJson
                )
            };
            // If cells have shifted, their content means nothing.
            if problems.iter().any(|(_, _, reason)| shape(reason)) {
                problems.retain(|(_, _, reason)| shape(reason));
            }
            // A cell that holds an error is not also reported as a wrong date or number.
            let error = |reason: &RefusalReason| matches!(reason, RefusalReason::CellError { .. });
            let errors: Vec<String> =
                problems.iter().filter(|p| error(&p.2)).map(|p| p.0.clone()).collect();
            problems.retain(|(column, _, reason)| error(reason) || !errors.contains(column));
            RefusedRow {
                sheet: chunk.sheet.clone(),
                row,
                line: chunk.line_of(row as usize),
                record: chunk.record_bytes(row as usize).into(),
                problems,
            }
        });
        rows.collect()
    }
}

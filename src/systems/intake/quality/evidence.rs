//! The second look: which rows a suspicion is about.

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use trueline_language::Text;

use super::finding::{Certainty, Effect, FindingExample, ProblemKind, QualityFinding};
use super::local::LocalTime;
use super::rows::CaseRows;

/// How many rows a finding names.
const EXAMPLES_MAX: usize = 3;

/// Whether a row shows the problem.
pub(super) type RowTest = Arc<dyn Fn(&CaseRows<'_>, usize, &LocalTime) -> bool + Send + Sync>;

/// What the first look suspects.
#[derive(Clone)]
pub(super) struct Suspicion {
    pub(super) kind: ProblemKind,
    pub(super) column: String,
    pub(super) certainty: Certainty,
    pub(super) explanation: Text,
    pub(super) remedy: Text,
    pub(super) test: RowTest,
}

impl fmt::Debug for Suspicion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} in {}", self.kind, self.column)
    }
}

#[derive(Debug, Clone, Default)]
struct SupportingRows {
    rows: u64,
    examples: Vec<FindingExample>,
    waits: WaitSum,
}

/// The number and the sum of the waits that are not negative.
#[derive(Debug, Clone, Copy, Default)]
struct WaitSum {
    n: u64,
    seconds: i128,
}

impl WaitSum {
    fn add_wait(&mut self, wait: Option<i64>) {
        if let Some(seconds) = wait.filter(|&seconds| seconds >= 0) {
            self.n += 1;
            self.seconds += i128::from(seconds);
        }
    }

    fn merge(&mut self, other: WaitSum) {
        self.n += other.n;
        self.seconds += other.seconds;
    }

    fn subtract(self, other: WaitSum) -> WaitSum {
        WaitSum { n: self.n - other.n, seconds: self.seconds - other.seconds }
    }

    fn mean_seconds(self) -> Option<f64> {
        (self.n > 0).then(|| self.seconds as f64 / self.n as f64)
    }
}

/// What the second look has found so far.
#[derive(Debug, Clone)]
pub struct SuspicionEvidence {
    suspicions: Vec<Suspicion>,
    local: LocalTime,
    seen: Vec<SupportingRows>,
    all: WaitSum,
}

impl SuspicionEvidence {
    pub(super) fn new(suspicions: Vec<Suspicion>, local: LocalTime) -> Self {
        let seen = vec![SupportingRows::default(); suspicions.len()];
        Self { suspicions, local, seen, all: WaitSum::default() }
    }

    /// Tests the rows of one batch. Together the batches must be those of the first look.
    pub fn observe_batch(&mut self, batch: &RecordBatch) {
        let rows = CaseRows::new(batch);
        for row in 0..rows.len {
            self.all.add_wait(rows.measure_wait(row));
        }
        for (suspicion, seen) in self.suspicions.iter().zip(&mut self.seen) {
            let mut named = 0;
            for row in 0..rows.len {
                if !(suspicion.test)(&rows, row, &self.local) {
                    continue;
                }
                seen.rows += 1;
                seen.waits.add_wait(rows.measure_wait(row));
                // A batch is in case-id order, so its first rows are its smallest.
                if named < EXAMPLES_MAX {
                    named += 1;
                    seen.examples.push(FindingExample {
                        case: rows.case_id(row),
                        line: rows.source_line(row),
                    });
                }
            }
            seen.shorten_examples();
        }
    }

    /// Adds what another part of the second look has seen for the same suspicions.
    pub fn merge(&mut self, other: Self) {
        self.all.merge(other.all);
        for (seen, more) in self.seen.iter_mut().zip(other.seen) {
            seen.rows += more.rows;
            seen.waits.merge(more.waits);
            seen.examples.extend(more.examples);
            seen.shorten_examples();
        }
    }

    /// The findings, by kind and column. A suspicion that no row supports is dropped.
    pub fn into_findings(self) -> Vec<QualityFinding> {
        let all = self.all;
        let mut findings: Vec<QualityFinding> = self
            .suspicions
            .into_iter()
            .zip(self.seen)
            .filter(|(_, seen)| seen.rows > 0)
            .map(|(suspicion, seen)| QualityFinding {
                kind: suspicion.kind,
                column: suspicion.column,
                rows: seen.rows,
                examples: seen.examples,
                certainty: suspicion.certainty,
                explanation: suspicion.explanation,
                remedy: suspicion.remedy,
                effect: measure_effect(all, seen.waits),
            })
            .collect();
        findings.sort_by(|a, b| (a.kind, &a.column).cmp(&(b.kind, &b.column)));
        findings
    }
}

fn measure_effect(all: WaitSum, affected: WaitSum) -> Option<Effect> {
    if affected.n == 0 {
        return None;
    }
    Some(Effect {
        mean_seconds_with: all.mean_seconds()?,
        mean_seconds_without: all.subtract(affected).mean_seconds()?,
    })
}

impl SupportingRows {
    fn shorten_examples(&mut self) {
        self.examples.sort();
        self.examples.truncate(EXAMPLES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_wait_leaves_out_what_is_negative_or_unknown() {
        let mut waits = WaitSum::default();
        assert_eq!(waits.mean_seconds(), None);
        for wait in [Some(10), Some(-5), None, Some(20), Some(0)] {
            waits.add_wait(wait);
        }
        assert_eq!((waits.n, waits.seconds, waits.mean_seconds()), (3, 30, Some(10.0)));
    }
}

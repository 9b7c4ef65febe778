//! What is added up in one cell: one family, one key in each dimension.
//!
//! A worker's cell counts reasons by number; a finished part counts them by text, merges with any
//! other part of the same cell, and could be sent to another machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::family_rules::MeasuredRow;
use crate::intervals::TextIds;

/// What nearly every row touches, kept small so that it stays in the processor's cache. The count
/// and the sum of the values are computed when the worker is done.
#[derive(Debug, Default)]
pub(crate) struct HotCell {
    pub(crate) values: Vec<u32>,
    /// Under the first set of limits.
    pub(crate) limited: u64,
    pub(crate) late: u64,
}

/// The rest of a cell while a worker fills it.
#[derive(Debug, Default)]
pub(crate) struct WorkingCell {
    pub(crate) sums: CellSums,
    /// (reason, rows, without an approver)
    pub(crate) excluded: Vec<(u32, u64, u64)>,
    /// ((kind, reason), what)
    pub(crate) subtracted: Vec<((u32, u32), PauseSums)>,
}

/// What a cell adds up besides reasons.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CellSums {
    pub(crate) n: u64,
    pub(crate) sum: i128,
    /// The values counted, in any order; those that do not fit are in `wide`.
    pub(crate) values: Vec<u32>,
    pub(crate) wide: Vec<i64>,
    pub(crate) unmeasurable: u64,
    /// Excluded rows that can be measured, and how many cannot.
    pub(crate) left_out: ExtraSum,
    pub(crate) left_out_unmeasurable: u64,
    /// How much more the rows with pauses would add if no pause were subtracted.
    pub(crate) paused: ExtraSum,
    /// By limit set.
    pub(crate) limits: Vec<LimitSums>,
    pub(crate) open: u64,
    pub(crate) oldest: Option<i64>,
}

/// What other rows, or other values, add to a sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExtraSum {
    pub(crate) n: u64,
    pub(crate) sum: i128,
    pub(crate) longest: Option<i64>,
}

/// What is late under one set of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LimitSums {
    pub(crate) limited: u64,
    pub(crate) late: u64,
    /// Late among the rows left out.
    pub(crate) late_left_out: u64,
    /// Late only if no pause is taken off.
    pub(crate) late_without_pauses: u64,
    pub(crate) open_past: u64,
}

/// Time subtracted under one kind and reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PauseSums {
    pub(crate) rows: u64,
    pub(crate) seconds: i64,
    pub(crate) seconds_without_approver: i64,
}

/// A finished part of a cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CellPart {
    pub(crate) sums: CellSums,
    /// Reason → (rows, without an approver)
    pub(crate) excluded: BTreeMap<String, (u64, u64)>,
    /// Kind → reason → what
    pub(crate) subtracted: BTreeMap<String, BTreeMap<String, PauseSums>>,
}

impl WorkingCell {
    pub(crate) fn new(limit_sets: usize) -> WorkingCell {
        let mut cell = WorkingCell::default();
        cell.sums.limits.resize(limit_sets, LimitSums::default());
        cell
    }

    pub(crate) fn count_excluded(&mut self, reason: u32, is_approved: bool) {
        let place = self.excluded.iter().position(|known| known.0 == reason).unwrap_or_else(|| {
            self.excluded.push((reason, 0, 0));
            self.excluded.len() - 1
        });
        self.excluded[place].1 += 1;
        self.excluded[place].2 += u64::from(!is_approved);
    }

    pub(crate) fn pause_sums(&mut self, under: (u32, u32)) -> &mut PauseSums {
        let place =
            self.subtracted.iter().position(|known| known.0 == under).unwrap_or_else(|| {
                self.subtracted.push((under, PauseSums::default()));
                self.subtracted.len() - 1
            });
        &mut self.subtracted[place].1
    }

    pub(crate) fn finish_part(self, hot: HotCell, names: &TextIds) -> CellPart {
        let mut part = CellPart { sums: self.sums, ..CellPart::default() };
        part.sums.n += hot.values.len() as u64;
        let total: u64 = hot.values.iter().map(|value| u64::from(*value)).sum();
        part.sums.sum += i128::from(total);
        part.sums.values = hot.values;
        if let Some(first) = part.sums.limits.first_mut() {
            first.limited += hot.limited;
            first.late += hot.late;
        }
        for (reason, rows, unapproved) in self.excluded {
            part.excluded.insert(names.text_of(reason).to_owned(), (rows, unapproved));
        }
        for ((kind, reason), pauses) in self.subtracted {
            part.subtracted
                .entry(names.text_of(kind).to_owned())
                .or_default()
                .insert(names.text_of(reason).to_owned(), pauses);
        }
        part
    }
}

impl CellSums {
    #[inline]
    pub(crate) fn count_row(&mut self, measured: MeasuredRow) {
        self.n += measured.weight;
        self.sum += i128::from(measured.value);
    }

    /// Counts a value that does not fit a hot cell.
    #[cold]
    pub(crate) fn keep_wide(&mut self, value: i64) {
        self.n += 1;
        self.sum += i128::from(value);
        self.wide.push(value);
    }

    fn merge_with(&mut self, mut other: CellSums) {
        self.n += other.n;
        self.sum += other.sum;
        if self.values.is_empty() {
            std::mem::swap(&mut self.values, &mut other.values);
        }
        self.values.append(&mut other.values);
        self.wide.append(&mut other.wide);
        self.unmeasurable += other.unmeasurable;
        self.left_out.merge_with(other.left_out);
        self.left_out_unmeasurable += other.left_out_unmeasurable;
        self.paused.merge_with(other.paused);
        for (mine, theirs) in self.limits.iter_mut().zip(&other.limits) {
            mine.merge_with(*theirs);
        }
        self.open += other.open;
        self.oldest = self.oldest.max(other.oldest);
    }
}

impl ExtraSum {
    pub(crate) fn add_rows(&mut self, n: u64, sum: i64, longest: i64) {
        self.n += n;
        self.sum += i128::from(sum);
        self.longest = self.longest.max(Some(longest));
    }

    pub(crate) fn merge_with(&mut self, other: ExtraSum) {
        self.n += other.n;
        self.sum += other.sum;
        self.longest = self.longest.max(other.longest);
    }
}

impl LimitSums {
    pub(crate) fn merge_with(&mut self, other: LimitSums) {
        self.limited += other.limited;
        self.late += other.late;
        self.late_left_out += other.late_left_out;
        self.late_without_pauses += other.late_without_pauses;
        self.open_past += other.open_past;
    }
}

impl PauseSums {
    pub(crate) fn merge_with(&mut self, other: PauseSums) {
        self.rows += other.rows;
        self.seconds += other.seconds;
        self.seconds_without_approver += other.seconds_without_approver;
    }
}

impl CellPart {
    /// Adds another part of the same cell.
    pub(crate) fn merge_with(&mut self, other: CellPart) {
        if self.sums.limits.is_empty() {
            self.sums.limits.resize(other.sums.limits.len(), LimitSums::default());
        }
        self.sums.merge_with(other.sums);
        for (reason, (rows, unapproved)) in other.excluded {
            let mine = self.excluded.entry(reason).or_default();
            mine.0 += rows;
            mine.1 += unapproved;
        }
        for (kind, reasons) in other.subtracted {
            let mine = self.subtracted.entry(kind).or_default();
            for (reason, pauses) in reasons {
                mine.entry(reason).or_default().merge_with(pauses);
            }
        }
    }
}

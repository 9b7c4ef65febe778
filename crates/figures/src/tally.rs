//! What is answered: a tally for each slice of each definition.

use std::collections::BTreeMap;

/// Dimension name → key. A missing value has the key `""`. The whole has no entries.
pub type Slice = BTreeMap<String, String>;

/// Everything known about one definition in one slice, finished and exact.
///
/// Durations are seconds of the definition's clock; amounts are scaled integers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Rows counted.
    pub n: u64,
    /// What is added up over the rows counted; a numerator for shares and ratios.
    pub sum: i128,
    pub longest: Option<i64>,
    pub shortest: Option<i64>,
    /// Rows past their limit; 0 where there is no limit.
    pub late: u64,
    /// Rows that had a limit.
    pub limited: u64,
    /// The values counted, as (value, how many), ascending: every percentile comes from here.
    pub values: Vec<(i64, u64)>,
    /// Rows in the population and period that were not counted.
    pub excluded: Vec<Excluded>,
    /// The same sums with nothing excluded.
    pub without_exclusions: Amount,
    /// The same rows with no interval subtracted.
    pub without_pauses: Amount,
    /// Time subtracted, by kind and reason.
    pub subtracted: Vec<Subtracted>,
    /// Rows of the population whose clock lacked a start or stop, or stopped before it started.
    pub unmeasurable: u64,
    /// What was still open at the end of the period. Absent for measures that do not wait.
    pub open: Option<Backlog>,
}

/// A count, its sum, and how many were late.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amount {
    pub n: u64,
    pub sum: i128,
    pub late: u64,
    pub longest: Option<i64>,
}

/// Rows left out under one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    pub reason: String,
    pub n: u64,
    pub without_approver: u64,
}

/// Clock time taken off under one kind and reason. Overlaps count once, for the interval that
/// starts first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtracted {
    pub kind: String,
    pub reason: String,
    pub rows: u64,
    pub seconds: i64,
    /// The part that nobody approved.
    pub seconds_without_approver: i64,
}

/// What was open at the end of the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    pub n: u64,
    pub past_limit: u64,
    /// Seconds on the clock of the oldest.
    pub oldest: Option<i64>,
}

impl Tally {
    /// The value that `percent` % of the counted rows do not exceed, nearest rank.
    ///
    /// `None` if nothing was counted. `percentile(100.0)` is the longest.
    pub fn percentile(&self, percent: f64) -> Option<i64> {
        if self.n == 0 {
            return None;
        }
        let rank = ((percent / 100.0 * self.n as f64).ceil() as u64).clamp(1, self.n);
        let mut seen = 0;
        for &(value, count) in &self.values {
            seen += count;
            if seen >= rank {
                return Some(value);
            }
        }
        None
    }
}

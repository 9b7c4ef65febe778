//! What an answer holds: a tally for each slice of each definition.

use std::collections::BTreeMap;

use crate::values::Values;

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
    /// The values counted: every percentile comes from here. Empty for shares, counts and ratios.
    pub values: Values,
    /// Rows in the population and period that were not counted.
    pub excluded: Vec<ExcludedRows>,
    /// The same sums with nothing excluded.
    pub without_exclusions: Amount,
    /// The same rows with no interval subtracted.
    pub without_pauses: Amount,
    /// Time subtracted, by kind and reason.
    pub subtracted: Vec<SubtractedTime>,
    /// Rows in the population and period that cannot be measured: no start or stop, a stop before
    /// the start, no amount; for a share, rows that are not in its denominator.
    pub unmeasurable: u64,
    /// What was still open at the end of the period, or of the slice's own part of it. Absent for
    /// measures that do not wait.
    pub open: Option<Backlog>,
}

/// A count, its sum, how many were late, and how many more cannot be measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amount {
    pub n: u64,
    pub sum: i128,
    pub late: u64,
    pub longest: Option<i64>,
    pub unmeasurable: u64,
}

/// Rows left out under one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcludedRows {
    pub reason: String,
    pub n: u64,
    pub without_approver: u64,
}

/// Clock time subtracted under one kind and reason. Overlaps count once, for the interval that
/// starts first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubtractedTime {
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
    /// `None` if nothing was counted. `percentile(100.0)` is the longest. `percent` is taken to
    /// six decimals, so that 7 % of 100 rows is the seventh and not, by a rounding error, the
    /// eighth.
    pub fn value_at_percentile(&self, percent: f64) -> Option<i64> {
        let n = self.values.len();
        let millionths = (percent.clamp(0.0, 100.0) * 1e6).round() as u128;
        let rank = (millionths * u128::from(n)).div_ceil(100_000_000);
        self.values.at_rank((rank as u64).max(1))
    }

    /// Twice the median: the sum of the two middle values, or twice the one in the middle.
    pub fn median_doubled(&self) -> Option<i64> {
        let (lower, upper) = self.middle_values()?;
        Some(lower + upper)
    }

    /// The two middle values; of an odd count the one in the middle, twice.
    pub fn middle_values(&self) -> Option<(i64, i64)> {
        let n = self.values.len();
        Some((self.values.at_rank(n.div_ceil(2))?, self.values.at_rank(n / 2 + 1)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(values: impl IntoIterator<Item = i64>) -> Tally {
        Tally { values: Values::new(values), ..Tally::default() }
    }

    #[test]
    fn percentiles_are_the_nearest_rank_and_exact() {
        let hundred = tally(1..=100);
        for percent in 1..=100 {
            assert_eq!(hundred.value_at_percentile(percent.into()), Some(percent.into()));
        }
        assert_eq!(hundred.value_at_percentile(0.0), Some(1));
        assert_eq!(hundred.value_at_percentile(99.01), Some(100));
        assert_eq!(tally([7]).value_at_percentile(50.0), Some(7));
        assert_eq!(tally([]).value_at_percentile(50.0), None);
    }

    #[test]
    fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
        assert_eq!(tally([1, 2, 4, 100]).median_doubled(), Some(6));
        assert_eq!(tally([1, 2, 100]).median_doubled(), Some(4));
        assert_eq!(tally([]).median_doubled(), None);
    }
}

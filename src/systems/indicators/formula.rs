//! How the value of a statistic follows from a tally.
//!
//! One formula gives the value, the value with nothing excluded and the value with no pause
//! subtracted, and goes into the evidence of a report, so that whoever checks it reckons the same.

use std::collections::BTreeMap;

use trueline_figures::{Amount, Tally};
use trueline_numbers::Fraction;
use trueline_verify::{ValueRule, Whole};

/// A value as a function of a tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    /// Sums of columns, each times an integer.
    Ratio {
        numerator: Vec<(Column, i128)>,
        denominator: Vec<(Column, i128)>,
    },
    Longest {
        each: i128,
    },
    Shortest {
        each: i128,
    },
    Median {
        each: i128,
    },
    Percentile {
        /// In millionths of a percent.
        rank: u64,
        each: i128,
    },
}

/// What a ratio adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    One,
    Counted,
    Sum,
    Limited,
    Late,
    Unmeasurable,
}

/// Which of its three sums a tally is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Counted,
    WithoutExclusions,
    WithoutPauses,
}

impl Formula {
    /// One column times an integer over another.
    pub(super) fn ratio(numerator: (Column, i128), denominator: (Column, i128)) -> Formula {
        Formula::Ratio { numerator: vec![numerator], denominator: vec![denominator] }
    }

    /// The value; `None` where there is nothing to divide by or nothing was counted.
    pub(super) fn value(&self, tally: &Tally, view: View) -> Option<Fraction> {
        let one = |value: i64, each: i128| Fraction::new(i128::from(value), each);
        match self {
            Formula::Ratio { numerator, denominator } => {
                Fraction::new(add_up(numerator, tally, view), add_up(denominator, tally, view))
            }
            Formula::Longest { each } => match view {
                View::Counted => one(tally.longest?, *each),
                View::WithoutExclusions => one(tally.without_exclusions.longest?, *each),
                View::WithoutPauses => one(tally.without_pauses.longest?, *each),
            },
            Formula::Shortest { each } => one(tally.shortest?, *each),
            Formula::Median { each } => one(tally.median_doubled()?, 2 * each),
            Formula::Percentile { rank, each } => one(tally.percentile(*rank as f64 / 1e6)?, *each),
        }
    }

    /// The formula as evidence states it; for percentiles with the value that it comes to.
    pub(super) fn rule(&self, tally: &Tally) -> Option<ValueRule> {
        Some(match self {
            Formula::Ratio { numerator, denominator } => {
                ValueRule::Ratio { numerator: named(numerator), denominator: named(denominator) }
            }
            Formula::Longest { each } => {
                ValueRule::Extreme { column: "longest".to_owned(), divide: Whole(*each) }
            }
            Formula::Shortest { each } => {
                ValueRule::Extreme { column: "shortest".to_owned(), divide: Whole(*each) }
            }
            Formula::Median { each } => {
                let (low, high) = tally.middle()?;
                ValueRule::Median { low, high, divide: Whole(*each) }
            }
            Formula::Percentile { rank, each } => ValueRule::Quantile {
                rank: (*rank, 100_000_000),
                of: tally.percentile(*rank as f64 / 1e6)?,
                divide: Whole(*each),
            },
        })
    }
}

fn add_up(terms: &[(Column, i128)], tally: &Tally, view: View) -> i128 {
    terms.iter().map(|(column, times)| column.of(tally, view) * times).sum()
}

fn named(terms: &[(Column, i128)]) -> BTreeMap<String, Whole> {
    terms.iter().map(|(column, times)| (column.name().to_owned(), Whole(*times))).collect()
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Column::One => "1",
            Column::Counted => "n",
            Column::Sum => "sum",
            Column::Limited => "limited",
            Column::Late => "late",
            Column::Unmeasurable => "unmeasurable",
        }
    }

    fn of(self, tally: &Tally, view: View) -> i128 {
        let other = match view {
            View::Counted => None,
            View::WithoutExclusions => Some(&tally.without_exclusions),
            View::WithoutPauses => Some(&tally.without_pauses),
        };
        let pick = |own: u64, theirs: fn(&Amount) -> u64| i128::from(other.map_or(own, theirs));
        match self {
            Column::One => 1,
            Column::Counted => pick(tally.n, |amount| amount.n),
            Column::Sum => other.map_or(tally.sum, |amount| amount.sum),
            // Without a limit there is nothing to be late for: those rows are in neither count.
            Column::Limited => {
                let unlimited = i128::from(tally.n - tally.limited);
                pick(tally.n, |amount| amount.n) - unlimited
            }
            Column::Late => pick(tally.late, |amount| amount.late),
            Column::Unmeasurable => pick(tally.unmeasurable, |amount| amount.unmeasurable),
        }
    }
}

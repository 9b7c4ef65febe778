//! How the value of a statistic follows from a tally.
//!
//! One formula gives the value, the value with nothing excluded and the value with no pause
//! subtracted. It goes into the evidence of a report, so that whoever checks it computes the same.

use std::collections::BTreeMap;

use trueline_figures::{Amount, Tally};
use trueline_numbers::Fraction;
use trueline_verify::{ValueRule, WholeNumber};

/// A value as a function of a tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    /// A sum of columns, each times an integer, over another.
    Ratio {
        numerator: Vec<(TallyColumn, i128)>,
        denominator: Vec<(TallyColumn, i128)>,
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
pub(super) enum TallyColumn {
    One,
    Counted,
    Sum,
    Limited,
    Late,
    Unmeasurable,
}

/// Which of the three sums of a tally is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TallyView {
    Counted,
    WithoutExclusions,
    WithoutPauses,
}

impl Formula {
    /// One column times an integer over another.
    pub(super) fn of_ratio(
        numerator: (TallyColumn, i128),
        denominator: (TallyColumn, i128),
    ) -> Formula {
        Formula::Ratio { numerator: vec![numerator], denominator: vec![denominator] }
    }

    /// Computes the value; `None` if there is nothing to divide by or nothing was counted.
    pub(super) fn compute_value(&self, tally: &Tally, view: TallyView) -> Option<Fraction> {
        let one = |value: i64, each: i128| Fraction::new(i128::from(value), each);
        match self {
            Formula::Ratio { numerator, denominator } => {
                Fraction::new(add_up(numerator, tally, view), add_up(denominator, tally, view))
            }
            Formula::Longest { each } => match view {
                TallyView::Counted => one(tally.longest?, *each),
                TallyView::WithoutExclusions => one(tally.without_exclusions.longest?, *each),
                TallyView::WithoutPauses => one(tally.without_pauses.longest?, *each),
            },
            Formula::Shortest { each } => one(tally.shortest?, *each),
            Formula::Median { each } => one(tally.median_doubled()?, 2 * each),
            Formula::Percentile { rank, each } => {
                one(tally.value_at_percentile(*rank as f64 / 1e6)?, *each)
            }
        }
    }

    /// The formula as evidence states it; for medians and percentiles with the values that it
    /// gives.
    pub(super) fn value_rule(&self, tally: &Tally) -> Option<ValueRule> {
        Some(match self {
            Formula::Ratio { numerator, denominator } => ValueRule::Ratio {
                numerator: name_columns(numerator),
                denominator: name_columns(denominator),
            },
            Formula::Longest { each } => {
                ValueRule::Extreme { column: "longest".to_owned(), divide: WholeNumber(*each) }
            }
            Formula::Shortest { each } => {
                ValueRule::Extreme { column: "shortest".to_owned(), divide: WholeNumber(*each) }
            }
            Formula::Median { each } => {
                let (low, high) = tally.middle_values()?;
                ValueRule::Median { low, high, divide: WholeNumber(*each) }
            }
            Formula::Percentile { rank, each } => ValueRule::Quantile {
                rank: (*rank, 100_000_000),
                of: tally.value_at_percentile(*rank as f64 / 1e6)?,
                divide: WholeNumber(*each),
            },
        })
    }
}

fn add_up(terms: &[(TallyColumn, i128)], tally: &Tally, view: TallyView) -> i128 {
    terms.iter().map(|(column, times)| column.read_from(tally, view) * times).sum()
}

fn name_columns(terms: &[(TallyColumn, i128)]) -> BTreeMap<String, WholeNumber> {
    terms
        .iter()
        .map(|(column, times)| (column.column_name().to_owned(), WholeNumber(*times)))
        .collect()
}

impl TallyColumn {
    fn column_name(self) -> &'static str {
        match self {
            TallyColumn::One => "1",
            TallyColumn::Counted => "n",
            TallyColumn::Sum => "sum",
            TallyColumn::Limited => "limited",
            TallyColumn::Late => "late",
            TallyColumn::Unmeasurable => "unmeasurable",
        }
    }

    fn read_from(self, tally: &Tally, view: TallyView) -> i128 {
        let other = match view {
            TallyView::Counted => None,
            TallyView::WithoutExclusions => Some(&tally.without_exclusions),
            TallyView::WithoutPauses => Some(&tally.without_pauses),
        };
        let pick = |own: u64, theirs: fn(&Amount) -> u64| i128::from(other.map_or(own, theirs));
        match self {
            TallyColumn::One => 1,
            TallyColumn::Counted => pick(tally.n, |amount| amount.n),
            TallyColumn::Sum => other.map_or(tally.sum, |amount| amount.sum),
            // A row without a limit cannot be late, so it is in neither count.
            TallyColumn::Limited => {
                let unlimited = i128::from(tally.n - tally.limited);
                pick(tally.n, |amount| amount.n) - unlimited
            }
            TallyColumn::Late => pick(tally.late, |amount| amount.late),
            TallyColumn::Unmeasurable => pick(tally.unmeasurable, |amount| amount.unmeasurable),
        }
    }
}

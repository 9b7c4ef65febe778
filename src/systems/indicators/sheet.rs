//! What the figures of one indicator are made from, and what one of them says about itself.

use std::collections::{BTreeMap, BTreeSet};

use trueline_clock::Calendar;
use trueline_figures::{Answer, Period, Slice, Tally};
use trueline_numbers::Fraction;

use super::compile::{LimitChoice, limits_in};
use super::compute::working_day_seconds;
use super::counts::CountTable;
use super::formula::Formula;
use super::model::{BilingualText, Indicator, Pack, TimeUnit};

/// Everything that the figures of one indicator are made from.
pub(super) struct FigureInputs<'a> {
    pub(super) pack: &'a Pack,
    pub(super) indicator: &'a Indicator,
    pub(super) period: &'a Period,
    pub(super) calendars: &'a [Calendar],
    pub(super) counts: &'a CountTable,
    pub(super) answer: Option<&'a Answer>,
}

/// A value with what it says about itself.
#[derive(Debug, Default)]
pub(super) struct StatisticReading {
    pub(super) value: Option<Fraction>,
    pub(super) without_exclusions: Option<Fraction>,
    pub(super) without_pauses: Option<Fraction>,
    /// Hits and trials, where it is a proportion.
    pub(super) proportion: Option<(u64, u64)>,
    pub(super) late: u64,
    pub(super) missing: Option<BilingualText>,
    /// How the value follows from the tally; absent where something is missing for it.
    pub(super) formula: Option<Formula>,
}

pub(super) type SliceTallies = BTreeMap<Slice, Tally>;

impl FigureInputs<'_> {
    pub(super) fn tally_slices(&self, definition: &str, dimensions: &[String]) -> SliceTallies {
        let Some(answer) = self.answer else {
            return SliceTallies::new();
        };
        let names: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        answer.tallies_by(definition, &names).into_iter().collect()
    }

    pub(super) fn unit_seconds(&self, unit: TimeUnit) -> i64 {
        match unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Minutes => 60,
            TimeUnit::Hours | TimeUnit::WorkingHours => 3600,
            TimeUnit::Days => 86_400,
            TimeUnit::WorkingDays => working_day_seconds(self.pack, self.calendars),
        }
    }

    /// The ids and limits of each pack that limits single cases here.
    pub(super) fn limiting_packs(&self) -> BTreeSet<&str> {
        limits_in(self.pack, self.indicator, &LimitChoice::All)
            .into_iter()
            .map(|limit| limit.by.as_str())
            .collect()
    }
}

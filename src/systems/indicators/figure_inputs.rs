//! What the figures of one indicator are made from, and what one of them says about itself.

use std::collections::{BTreeMap, BTreeSet};

use trueline_clock::Calendar;
use trueline_figures::{Answer, Period, Slice, Tally};
use trueline_language::Text;
use trueline_numbers::Fraction;

use super::compile::{LimitChoice, list_limits};
use super::counts::CountTable;
use super::formula::Formula;
use super::model::{Indicator, Pack, TimeUnit};

/// Everything that the figures of one indicator are made from.
pub(super) struct FigureInputs<'a> {
    pub(super) pack: &'a Pack,
    pub(super) indicator: &'a Indicator,
    pub(super) period: &'a Period,
    pub(super) calendars: &'a [Calendar],
    pub(super) counts: &'a CountTable,
    pub(super) answer: Option<&'a Answer>,
}

/// The value of a statistic, with what stands beside it.
#[derive(Debug, Default)]
pub(super) struct StatisticReading {
    pub(super) value: Option<Fraction>,
    pub(super) without_exclusions: Option<Fraction>,
    pub(super) without_pauses: Option<Fraction>,
    /// Hits and trials, if the value is a proportion.
    pub(super) proportion: Option<(u64, u64)>,
    pub(super) late: u64,
    pub(super) missing: Option<Text>,
    /// How the value follows from the tally; `None` if something that it needs is missing.
    pub(super) formula: Option<Formula>,
}

pub(super) type SliceTallies = BTreeMap<Slice, Tally>;

/// Seconds of one working day by the pack's calendar; of a natural day if it has none.
pub(super) fn working_day_seconds(pack: &Pack, calendars: &[Calendar]) -> i64 {
    let found = calendars.iter().find(|one| Some(one.name()) == pack.calendar.as_deref());
    found.map_or(86_400, Calendar::day_seconds)
}

impl FigureInputs<'_> {
    pub(super) fn tally_slices(&self, definition: &str, dimensions: &[String]) -> SliceTallies {
        let Some(answer) = self.answer else {
            return SliceTallies::new();
        };
        let names: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        answer.tallies_by(definition, &names).into_iter().collect()
    }

    pub(super) fn count_unit_seconds(&self, unit: TimeUnit) -> i64 {
        match unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Minutes => 60,
            TimeUnit::Hours | TimeUnit::WorkingHours => 3600,
            TimeUnit::Days => 86_400,
            TimeUnit::WorkingDays => working_day_seconds(self.pack, self.calendars),
        }
    }

    /// The ids of the packs that limit single cases of this indicator.
    pub(super) fn list_limiting_packs(&self) -> BTreeSet<&str> {
        list_limits(self.pack, self.indicator, &LimitChoice::All)
            .into_iter()
            .map(|limit| limit.by.as_str())
            .collect()
    }
}

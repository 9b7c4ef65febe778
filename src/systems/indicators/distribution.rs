//! How the times of a period are spread: every value on the clock, with how many cases have it.

use std::collections::BTreeMap;

use trueline_figures::Period;

use super::compile::{LimitSet, definition_id};
use super::compute::{ComputeError, Question, ask, find_indicator, request};
use super::model::{Indicator, Pack};
use super::records::Records;

/// The clock values of one indicator over a whole period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    pub indicator: String,
    /// Seconds on the clock, and how many cases; ascending.
    pub seconds: Vec<(i64, u64)>,
}

/// The distributions of those of the named indicators that are about cases and wait.
pub fn distributions(
    pack: &Pack,
    period: &Period,
    only: &[String],
    records: &dyn Records,
) -> Result<Vec<Distribution>, ComputeError> {
    let mut about: Vec<&Indicator> = Vec::new();
    for id in only {
        let indicator = find_indicator(pack, id)?;
        if indicator.dataset.holds_cases() && indicator.clock().is_some() {
            about.push(indicator);
        }
    }
    let Some(dataset) = about.first().map(|indicator| indicator.dataset) else {
        return Ok(Vec::new());
    };
    let question = Question::about(period.clone());
    let calendars = records.calendars()?;
    let Some(request) = request(pack, &question, period, &about, &[], &calendars) else {
        return Ok(Vec::new());
    };
    let answer = ask(dataset, &request, records)?;
    let whole: BTreeMap<String, Vec<(i64, u64)>> = about
        .iter()
        .filter_map(|indicator| {
            let definition = definition_id(pack, indicator, &LimitSet::All);
            let tally = answer.whole(&definition)?;
            Some((indicator.id.clone(), tally.values.counts()))
        })
        .collect();
    Ok(whole.into_iter().map(|(indicator, seconds)| Distribution { indicator, seconds }).collect())
}

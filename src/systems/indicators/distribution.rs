//! How the times of a period are distributed: every value on the clock with its number of cases.

use std::collections::BTreeMap;

use trueline_figures::Period;

use super::compile::{LimitChoice, definition_id};
use super::compute::{ComputeError, RequestInputs, find_indicator, run_request};
use super::dimensions::Filter;
use super::model::{Indicator, Pack};
use super::records::RecordSource;

/// The clock values of one indicator over a whole period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    pub indicator: String,
    /// Seconds on the clock, with the number of cases; ascending.
    pub seconds: Vec<(i64, u64)>,
}

/// Computes the distributions of those named indicators that are about cases and have a clock.
pub(crate) fn compute_distributions(
    pack: &Pack,
    period: &Period,
    only: &[String],
    records: &dyn RecordSource,
) -> Result<Vec<Distribution>, ComputeError> {
    let mut about: Vec<&Indicator> = Vec::new();
    for id in only {
        let indicator = find_indicator(pack, id)?;
        if indicator.dataset.holds_cases() && indicator.clock_spec().is_some() {
            about.push(indicator);
        }
    }
    let Some(dataset) = about.first().map(|indicator| indicator.dataset) else {
        return Ok(Vec::new());
    };
    let (filter, calendars) = (Filter::default(), records.read_calendars()?);
    let inputs = RequestInputs { pack, filter: &filter, period, by: &[], calendars: &calendars };
    let Some(request) = inputs.build_request(&about) else {
        return Ok(Vec::new());
    };
    let answer = run_request(dataset, &request, records)?;
    let whole: BTreeMap<String, Vec<(i64, u64)>> = about
        .iter()
        .filter_map(|indicator| {
            let definition = definition_id(pack, indicator, &LimitChoice::All);
            let tally = answer.whole_tally(&definition)?;
            Some((indicator.id.clone(), tally.values.count_by_value()))
        })
        .collect();
    Ok(whole.into_iter().map(|(indicator, seconds)| Distribution { indicator, seconds }).collect())
}

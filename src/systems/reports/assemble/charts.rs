//! Which charts a report has.
//!
//! Every mean and share among the main indicators has a chart by month. In each group the repairs,
//! or else the first indicator that waits, are drawn by region and as a distribution.

use super::basis::ReportBasis;
use super::distribution::make_distribution_chart;
use super::monthly::make_trend_chart;
use super::regions::make_region_chart;
use super::selection::find_mean;
use crate::systems::indicators::{FigureResults, Indicator, Pack};
use crate::systems::reports::charts::Chart;

pub(super) fn list_charts(basis: &ReportBasis<'_>) -> Vec<Chart> {
    let pack = basis.pack;
    let mut charts = Vec::new();
    for group in &pack.groups {
        for indicator in pack.in_group(&group.id) {
            for statistic in indicator.publish.iter().filter(|statistic| statistic.main) {
                charts.extend(make_trend_chart(basis, indicator, statistic));
            }
        }
        if let Some(indicator) = find_foremost(pack, &group.id) {
            charts.extend(make_region_chart(basis, indicator));
            charts.extend(make_distribution_chart(basis, indicator));
        }
    }
    charts
}

/// The indicators whose times are drawn as a distribution: those with at least one case.
pub(super) fn find_distributed_indicators(pack: &Pack, results: &FigureResults) -> Vec<String> {
    let counted = |indicator: &&Indicator| {
        results.rows.iter().any(|row| row.indicator == indicator.id && row.n > 0)
    };
    let foremost = pack.groups.iter().filter_map(|group| find_foremost(pack, &group.id));
    foremost.filter(counted).map(|indicator| indicator.id.clone()).collect()
}

/// The indicator of a group that is drawn by region: repairs, or else the first main one that
/// waits.
fn find_foremost<'a>(pack: &'a Pack, group: &'a str) -> Option<&'a Indicator> {
    let main = |indicator: &&Indicator| {
        indicator.dataset.holds_cases()
            && indicator.clock_spec().is_some()
            && find_mean(indicator).is_some_and(|statistic| statistic.main)
    };
    let repair = pack.in_group(group).filter(main).find(|one| one.id.ends_with(".repair"));
    repair.or_else(|| pack.in_group(group).find(main))
}

//! The chart of how an indicator's times are distributed.

use super::basis::ReportBasis;
use super::case_limits::{list_case_limits, list_rules};
use super::lines::find_clock_unit;
use super::selection::find_mean;
use crate::systems::indicators::{FigurePercentiles, Indicator};
use crate::systems::reports::charts::{Bin, Chart, ChartBody, ChartRule, RuleRole, choose_step};
use crate::systems::reports::model::{ClockUnit, Language};
use crate::systems::reports::print;

pub(super) fn make_distribution_chart(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
) -> Option<Chart> {
    const BINS: u32 = 60;
    let language = basis.language;
    let material = basis.material;
    let clock = find_clock_unit(indicator, basis)?;
    let found = material.distributions.iter().find(|one| one.indicator == indicator.id)?;
    let n: u64 = found.seconds.iter().map(|(_, count)| count).sum();
    let whole = || {
        let rows = material.current.rows.iter();
        rows.filter(|row| row.indicator == indicator.id && row.slice.is_empty())
    };
    let limits = list_case_limits(whole());
    let rules = list_rules(&limits, &clock, language);
    let national: Vec<&ChartRule> =
        rules.iter().filter(|rule| rule.role == RuleRole::Limit).collect();
    let longest =
        found.seconds.last().map(|(seconds, _)| clock.convert_seconds(*seconds as f64))?;
    let top = national.last().map_or(longest, |limit| limit.value.max(longest));
    let step = choose_step(top, BINS);
    let bins = fill_bins(&found.seconds, &clock, step, top);
    let percentiles = whole().find_map(|row| row.percentiles)?;
    let mut marks = mark_percentiles(&percentiles, &clock, language);
    let strictest = national.iter().rev().skip(1).copied().cloned();
    marks.extend(strictest);
    let limit = national.last().copied().cloned();
    let edge = limit.as_ref().map_or(f64::INFINITY, |limit| limit.value);
    let count = |inside: &dyn Fn(f64) -> bool| {
        let values = found.seconds.iter().filter(|(s, _)| inside(clock.convert_seconds(*s as f64)));
        values.map(|(_, count)| count).sum::<u64>()
    };
    let (near, past) = (count(&|v| v > edge * 0.9 && v <= edge), count(&|v| v > edge));
    let title =
        find_mean(indicator).map_or(indicator.id.as_str(), |one| one.title.as_str(language));
    let title = match language {
        Language::Chinese => format!("{title}：分布（{}，件数）", clock.title),
        Language::English => format!("{title}: distribution ({}, cases)", clock.title),
    };
    let facts = marks.iter().map(|mark| mark.title.clone()).collect::<Vec<_>>();
    Some(Chart {
        id: format!("distribution.{}", indicator.id),
        group: indicator.group.clone(),
        alt: match language {
            Language::Chinese => format!(
                "{title}。共{n}件，{}；距限值不足一成的{near}件，超过限值的{past}件。",
                facts.join("，")
            ),
            Language::English => format!(
                "{title}. {n} cases, {}; {near} within a tenth of the limit, {past} past it.",
                facts.join(", ")
            ),
        },
        title,
        unit_title: clock.title.clone(),
        body: ChartBody::Distribution { bins, marks, limit, near, past, n },
    })
}

fn fill_bins(seconds: &[(i64, u64)], clock: &ClockUnit, step: f64, top: f64) -> Vec<Bin> {
    let count = (top / step).ceil().max(1.0) as usize;
    let mut bins: Vec<Bin> = (0..count)
        .map(|place| Bin { from: place as f64 * step, to: (place + 1) as f64 * step, n: 0 })
        .collect();
    for (seconds, n) in seconds {
        let place = (clock.convert_seconds(*seconds as f64) / step).max(0.0) as usize;
        bins[place.min(count - 1)].n += n;
    }
    bins
}

fn mark_percentiles(
    all: &FigurePercentiles,
    clock: &ClockUnit,
    language: Language,
) -> Vec<ChartRule> {
    let (median, p95) = (clock.convert_seconds(all.p50), clock.convert_seconds(all.p95 as f64));
    let titles = match language {
        Language::Chinese => ["中位数", "95%分位"],
        Language::English => ["median", "95th percentile"],
    };
    let mark = |value: f64, title: &str| ChartRule {
        value,
        title: format!("{title} {}", print::format_decimals(value, 2)),
        role: RuleRole::Percentile,
    };
    vec![mark(median, titles[0]), mark(p95, titles[1])]
}

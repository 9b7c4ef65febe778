//! The chart of a statistic by month, beside the period before or one line per segment.

use std::collections::BTreeMap;

use super::basis::ReportBasis;
use super::case_limits::write_limit_title;
use super::lines::name_unit;
use super::periods;
use super::selection::{add_unit_in_brackets, select_rows};
use crate::systems::indicators::{FigureResults, FigureRow, Indicator, Statistic, StatisticKind};
use crate::systems::reports::charts::{Chart, ChartBody, ChartRule, Point, RuleRole, Series};
use crate::systems::reports::model::Language;

pub(super) fn make_trend_chart(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
    statistic: &Statistic,
) -> Option<Chart> {
    let wanted = match statistic.kind {
        StatisticKind::Mean | StatisticKind::Share => true,
        StatisticKind::Longest
        | StatisticKind::Shortest
        | StatisticKind::Median
        | StatisticKind::Percentile(_)
        | StatisticKind::OnTime { .. }
        | StatisticKind::Within { .. }
        | StatisticKind::Count
        | StatisticKind::Sum
        | StatisticKind::Response
        | StatisticKind::Bound { .. }
        | StatisticKind::Rate => false,
    };
    if !wanted {
        return None;
    }
    let language = basis.language;
    let series = list_series(basis, indicator, statistic);
    let measured = series.iter().flat_map(|one| &one.points).filter(|p| p.value.is_some());
    if measured.count() < 2 {
        return None;
    }
    let whole = select_rows(&basis.material.current, &indicator.id, &statistic.id, &[]).next();
    let limits = whole.map(|row| row.limits.as_slice()).unwrap_or_default();
    let rules = limits.iter().filter(|limit| limit.kind == "mean").map(|limit| ChartRule {
        value: limit.value,
        title: write_limit_title(limit, language),
        role: RuleRole::Limit,
    });
    let unit = name_unit(basis.pack, &statistic.unit, language);
    let title = add_unit_in_brackets(statistic.title.as_str(language), &unit, language);
    Some(Chart {
        id: format!("trend.{}.{}", indicator.id, statistic.id),
        group: indicator.group.clone(),
        alt: describe_trend(&title, &series, language),
        title,
        unit_title: unit,
        body: ChartBody::Trend { series, rules: rules.collect() },
    })
}

fn list_series(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
    statistic: &Statistic,
) -> Vec<Series> {
    let (pack, language) = (basis.pack, basis.language);
    let material = basis.material;
    let points = |results: &FigureResults, segment: Option<(&str, &str)>| -> Vec<Point> {
        let by: Vec<&str> = segment.iter().map(|(name, _)| *name).chain(["month"]).collect();
        let rows = select_rows(results, &indicator.id, &statistic.id, &by).filter(|row| {
            segment.is_none_or(|(name, value)| row.slice.get(name).is_some_and(|is| is == value))
        });
        let by_month: BTreeMap<&String, &FigureRow> =
            rows.map(|row| (&row.slice["month"], row)).collect();
        let points = by_month.into_iter().map(|(month, row)| Point {
            label: periods::write_month_label(month, language),
            value: row.value,
            printed: row.printed.clone(),
            n: row.n,
        });
        points.collect()
    };
    if let Some(split) = indicator.segments.first() {
        let mut values: Vec<&str> = pack
            .labels
            .get(split)
            .into_iter()
            .flatten()
            .map(|(value, _)| value.as_str())
            .filter(|value| !value.is_empty())
            .collect();
        values.sort_by_key(|value| (*value != "urban", *value));
        let each = values.into_iter().map(|value| Series {
            title: pack
                .find_label(split, value)
                .map_or_else(|| value.to_owned(), |words| words.as_str(language).to_owned()),
            points: points(&material.current, Some((split, value))),
            earlier: false,
        });
        return each.filter(|one| !one.points.is_empty()).collect();
    }
    let mut all = vec![Series {
        title: material.current.period.name.clone(),
        points: points(&material.current, None),
        earlier: false,
    }];
    if let Some(previous) = &material.previous {
        let earlier = points(previous, None);
        if earlier.len() == all[0].points.len() {
            all.push(Series {
                title: previous.period.name.clone(),
                points: earlier,
                earlier: true,
            });
        }
    }
    all
}

fn describe_trend(title: &str, series: &[Series], language: Language) -> String {
    let mut told = vec![title.to_owned()];
    for one in series.iter().filter(|one| !one.earlier) {
        let values = one.points.iter().map(|point| format!("{} {}", point.label, point.printed));
        let values: Vec<String> = values.collect();
        match language {
            Language::Chinese => told.push(format!("{}：{}", one.title, values.join("，"))),
            Language::English => told.push(format!("{}: {}", one.title, values.join(", "))),
        }
    }
    match language {
        Language::Chinese => told.join("。"),
        Language::English => told.join(". "),
    }
}

//! Which charts a report has, and the numbers in each.
//!
//! A trend for every mean and share among the main indicators; by region, and as a distribution,
//! the repairs or else the first indicator that waits in each group.

use std::collections::BTreeMap;

use super::lines::{clock_unit, unit_title};
use super::{ReportBasis, periods, region_level};
use crate::systems::indicators::{
    FigureResults, FigureRow, Indicator, LimitRow, Pack, Read, Statistic, StatisticKind,
};
use crate::systems::reports::charts::{
    Bin, Chart, ChartBody, ChartRule, Point, RegionRow, RuleRole, Series, nice_step,
};
use crate::systems::reports::model::{ClockUnit, Language, Trend};
use crate::systems::reports::print;

/// More regions than this would not be read.
const REGIONS_MOST: usize = 24;
/// A region whose mean is this many times the whole stands out.
const SLOW: f64 = 1.25;

pub(super) fn charts(basis: &ReportBasis<'_>) -> Vec<Chart> {
    let pack = basis.pack;
    let mut charts = Vec::new();
    for group in &pack.groups {
        for indicator in pack.in_group(&group.id) {
            for statistic in indicator.publish.iter().filter(|statistic| statistic.main) {
                charts.extend(trend(basis, indicator, statistic));
            }
        }
        if let Some(indicator) = foremost(pack, &group.id) {
            charts.extend(regions(basis, indicator));
            charts.extend(distribution(basis, indicator));
        }
    }
    charts
}

/// The indicators whose times are drawn as a distribution: those with any case.
pub(super) fn spread(pack: &Pack, results: &FigureResults) -> Vec<String> {
    let counted = |indicator: &&Indicator| {
        results.rows.iter().any(|row| row.indicator == indicator.id && row.n > 0)
    };
    let foremost = pack.groups.iter().filter_map(|group| foremost(pack, &group.id));
    foremost.filter(counted).map(|indicator| indicator.id.clone()).collect()
}

/// The indicator of a group that is drawn by region: repairs, else the first main one that waits.
fn foremost<'a>(pack: &'a Pack, group: &'a str) -> Option<&'a Indicator> {
    let main = |indicator: &&Indicator| {
        indicator.dataset.holds_cases()
            && indicator.clock_spec().is_some()
            && mean(indicator).is_some_and(|statistic| statistic.main)
    };
    let repair = pack.in_group(group).filter(main).find(|one| one.id.ends_with(".repair"));
    repair.or_else(|| pack.in_group(group).find(main))
}

fn mean(indicator: &Indicator) -> Option<&Statistic> {
    indicator.publish.iter().find(|statistic| statistic.kind == StatisticKind::Mean)
}

fn in_brackets(title: &str, unit: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("{title}（{unit}）"),
        Language::English => format!("{title} ({unit})"),
    }
}

/// The rows of one statistic that are sliced by exactly these dimensions.
fn sliced<'a>(
    results: &'a FigureResults,
    indicator: &'a str,
    statistic: &'a str,
    by: &'a [&str],
) -> impl Iterator<Item = &'a FigureRow> {
    results.rows.iter().filter(move |row| {
        row.indicator == indicator
            && row.statistic == statistic
            && row.slice.len() == by.len()
            && by.iter().all(|name| row.slice.contains_key(*name))
    })
}

// ---- months

fn trend(basis: &ReportBasis<'_>, indicator: &Indicator, statistic: &Statistic) -> Option<Chart> {
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
    let series = series(basis, indicator, statistic);
    let measured = series.iter().flat_map(|one| &one.points).filter(|p| p.value.is_some());
    if measured.count() < 2 {
        return None;
    }
    let whole = sliced(&basis.material.current, &indicator.id, &statistic.id, &[]).next();
    let limits = whole.map(|row| row.limits.as_slice()).unwrap_or_default();
    let rules = limits.iter().filter(|limit| limit.kind == "mean").map(|limit| ChartRule {
        value: limit.value,
        title: limit_title(limit, language),
        role: RuleRole::Limit,
    });
    let unit = unit_title(basis.pack, &statistic.unit, language);
    let title = in_brackets(statistic.title.in_language(language), &unit, language);
    Some(Chart {
        id: format!("trend.{}.{}", indicator.id, statistic.id),
        group: indicator.group.clone(),
        alt: trend_in_words(&title, &series, language),
        title,
        unit_title: unit,
        body: ChartBody::Trend { series, rules: rules.collect() },
    })
}

fn series(basis: &ReportBasis<'_>, indicator: &Indicator, statistic: &Statistic) -> Vec<Series> {
    let (pack, language) = (basis.pack, basis.language);
    let material = basis.material;
    let points = |results: &FigureResults, segment: Option<(&str, &str)>| -> Vec<Point> {
        let by: Vec<&str> = segment.iter().map(|(name, _)| *name).chain(["month"]).collect();
        let rows = sliced(results, &indicator.id, &statistic.id, &by).filter(|row| {
            segment.is_none_or(|(name, value)| row.slice.get(name).is_some_and(|is| is == value))
        });
        let by_month: BTreeMap<&String, &FigureRow> =
            rows.map(|row| (&row.slice["month"], row)).collect();
        let points = by_month.into_iter().map(|(month, row)| Point {
            label: periods::month_label(month, language),
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
                .map_or_else(|| value.to_owned(), |words| words.in_language(language).to_owned()),
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

fn trend_in_words(title: &str, series: &[Series], language: Language) -> String {
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

// ---- limits on single cases

/// The limits on single cases of an indicator, from whichever statistic shows them.
fn case_limits<'a>(rows: impl Iterator<Item = &'a FigureRow>) -> Vec<&'a LimitRow> {
    let mut limits: Vec<&LimitRow> = Vec::new();
    for limit in rows.flat_map(|row| &row.limits).filter(|limit| limit.kind == "longest") {
        let known = limits.iter().any(|one| {
            one.by == limit.by
                && one.segment == limit.segment
                && (one.value - limit.value).abs() < f64::EPSILON
        });
        if !known {
            limits.push(limit);
        }
    }
    limits
}

/// Seconds of a limit; none for working time, which no axis of natural hours can show.
fn seconds(limit: &LimitRow) -> Option<f64> {
    let each = match limit.unit.as_str() {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(limit.value * each)
}

fn is_promise(limit: &LimitRow) -> bool {
    limit.read == Read::OwnDesign
}

/// `限值 48`, `承诺 24`, with the segment where the limit has one.
fn limit_title(limit: &LimitRow, language: Language) -> String {
    let value = print::shortest(limit.value);
    match (language, limit.kind, is_promise(limit)) {
        (Language::Chinese, "mean", _) => format!("平均限值 {value}"),
        (Language::English, "mean", _) => format!("mean limit {value}"),
        (Language::Chinese, _, true) => format!("承诺 {value}"),
        (Language::Chinese, _, false) => format!("限值 {value}"),
        (Language::English, _, true) => format!("promise {value}"),
        (Language::English, _, false) => format!("limit {value}"),
    }
}

/// The limits as rules on an axis of the clock's unit, the strictest first, equal values once.
fn rules(limits: &[&LimitRow], clock: &ClockUnit, language: Language) -> Vec<ChartRule> {
    let mut rules: Vec<ChartRule> = Vec::new();
    for limit in limits {
        let Some(value) = seconds(limit).map(|seconds| clock.of(seconds)) else {
            continue;
        };
        if rules.iter().any(|rule| (rule.value - value).abs() < 1e-9) {
            continue;
        }
        let mut shown = (*limit).clone();
        shown.value = value;
        rules.push(ChartRule {
            value,
            title: limit_title(&shown, language),
            role: if is_promise(limit) { RuleRole::Promise } else { RuleRole::Limit },
        });
    }
    rules.sort_by(|a, b| a.value.total_cmp(&b.value));
    rules
}

// ---- regions

fn regions(basis: &ReportBasis<'_>, indicator: &Indicator) -> Option<Chart> {
    let (pack, language) = (basis.pack, basis.language);
    let level = region_level(pack)?;
    let statistic = mean(indicator)?;
    let clock = clock_unit(indicator, basis)?;
    let results = &basis.material.current;
    let whole = sliced(results, &indicator.id, &statistic.id, &[]).next()?;
    let mut rows: Vec<RegionRow> = sliced(results, &indicator.id, &statistic.id, &[level])
        .filter(|row| row.n > 0)
        .map(|row| region_row(basis, row, whole, &clock))
        .collect();
    if rows.len() < 2 {
        return None;
    }
    rows.sort_by(|a, b| b.mean.unwrap_or(0.0).total_cmp(&a.mean.unwrap_or(0.0)));
    rows.truncate(REGIONS_MOST);
    let all =
        results.rows.iter().filter(|row| row.indicator == indicator.id && row.slice.is_empty());
    let limits = case_limits(all);
    let title = statistic.title.in_language(language);
    let title = match language {
        Language::Chinese => format!("{title}：各{}", level_title(pack, level, language)),
        Language::English => format!("{title}, by {}", level_title(pack, level, language)),
    };
    let title = in_brackets(&title, &clock.title, language);
    let slowest = rows.first().map(|row| format!("{} {}", row.name, row.printed));
    let fastest = rows.last().map(|row| format!("{} {}", row.name, row.printed));
    let ends = [slowest.unwrap_or_default(), fastest.unwrap_or_default()];
    Some(Chart {
        id: format!("regions.{}", indicator.id),
        group: indicator.group.clone(),
        alt: match language {
            Language::Chinese => format!(
                "{title}。全部 {}；最慢 {}；最快 {}。横线到 95% 分位，圆圈为最长一件。",
                whole.printed, ends[0], ends[1]
            ),
            Language::English => format!(
                "{title}. All {}; slowest {}; fastest {}. The bar ends at the mean, the line at \
                 the 95th percentile, the ring at the longest case.",
                whole.printed, ends[0], ends[1]
            ),
        },
        title,
        unit_title: clock.title.clone(),
        body: ChartBody::Regions {
            whole: Some(Point {
                label: match language {
                    Language::Chinese => "全部".to_owned(),
                    Language::English => "all".to_owned(),
                },
                value: whole.value,
                printed: whole.printed.clone(),
                n: whole.n,
            }),
            rules: rules(&limits, &clock, language),
            rows,
        },
    })
}

fn level_title(pack: &Pack, level: &str, language: Language) -> String {
    let found = pack.levels.iter().find(|one| one.name == level);
    let title = found.map_or(level, |level| level.title.in_language(language));
    match language {
        Language::Chinese => title.to_owned(),
        Language::English => title.to_lowercase(),
    }
}

fn region_row(
    basis: &ReportBasis<'_>,
    row: &FigureRow,
    whole: &FigureRow,
    clock: &ClockUnit,
) -> RegionRow {
    let (pack, language) = (basis.pack, basis.language);
    let (dimension, code) = row.slice.iter().next().map_or(("", ""), |(d, c)| (d, c));
    let name = match pack.find_label(dimension, code) {
        Some(words) => words.in_language(language).to_owned(),
        None if code.is_empty() => match language {
            Language::Chinese => "未注明".to_owned(),
            Language::English => "not stated".to_owned(),
        },
        None => code.to_owned(),
    };
    let results = &basis.material.current;
    let same = results
        .rows
        .iter()
        .filter(|other| other.indicator == row.indicator && other.slice == row.slice);
    let limits = case_limits(same);
    let late = |promise: bool| {
        let of = limits.iter().filter(|limit| is_promise(limit) == promise);
        of.filter_map(|limit| limit.late).fold(None, |sum, late| Some(sum.unwrap_or(0) + late))
    };
    let slow = match (row.value, whole.value) {
        (Some(mean), Some(whole)) => mean > whole * SLOW,
        (None, _) | (_, None) => false,
    };
    RegionRow {
        code: code.to_owned(),
        name,
        mean: row.value,
        printed: row.printed.clone(),
        p95: row.percentiles.map(|all| clock.of(all.p95 as f64)),
        longest: row.longest.map(|longest| clock.of(longest as f64)),
        n: row.n,
        late: late(false).unwrap_or(0),
        late_promise: late(true),
        stands: if slow { Trend::Worse } else { Trend::Same },
    }
}

// ---- distribution

fn distribution(basis: &ReportBasis<'_>, indicator: &Indicator) -> Option<Chart> {
    const BINS: u32 = 60;
    let language = basis.language;
    let material = basis.material;
    let clock = clock_unit(indicator, basis)?;
    let found = material.distributions.iter().find(|one| one.indicator == indicator.id)?;
    let n: u64 = found.seconds.iter().map(|(_, count)| count).sum();
    let whole = || {
        let rows = material.current.rows.iter();
        rows.filter(|row| row.indicator == indicator.id && row.slice.is_empty())
    };
    let limits = case_limits(whole());
    let rules = rules(&limits, &clock, language);
    let national: Vec<&ChartRule> =
        rules.iter().filter(|rule| rule.role == RuleRole::Limit).collect();
    let longest = found.seconds.last().map(|(seconds, _)| clock.of(*seconds as f64))?;
    let top = national.last().map_or(longest, |limit| limit.value.max(longest));
    let step = nice_step(top, BINS);
    let bins = bins(&found.seconds, &clock, step, top);
    let percentiles = whole().find_map(|row| row.percentiles)?;
    let mut marks = percentile_marks(&percentiles, &clock, language);
    let strictest = national.iter().rev().skip(1).copied().cloned();
    marks.extend(strictest);
    let limit = national.last().copied().cloned();
    let edge = limit.as_ref().map_or(f64::INFINITY, |limit| limit.value);
    let count = |inside: &dyn Fn(f64) -> bool| {
        let values = found.seconds.iter().filter(|(s, _)| inside(clock.of(*s as f64)));
        values.map(|(_, count)| count).sum::<u64>()
    };
    let (near, past) = (count(&|v| v > edge * 0.9 && v <= edge), count(&|v| v > edge));
    let title =
        mean(indicator).map_or(indicator.id.as_str(), |one| one.title.in_language(language));
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

fn bins(seconds: &[(i64, u64)], clock: &ClockUnit, step: f64, top: f64) -> Vec<Bin> {
    let count = (top / step).ceil().max(1.0) as usize;
    let mut bins: Vec<Bin> = (0..count)
        .map(|place| Bin { from: place as f64 * step, to: (place + 1) as f64 * step, n: 0 })
        .collect();
    for (seconds, n) in seconds {
        let place = (clock.of(*seconds as f64) / step).max(0.0) as usize;
        bins[place.min(count - 1)].n += n;
    }
    bins
}

fn percentile_marks(
    all: &crate::systems::indicators::FigurePercentiles,
    clock: &ClockUnit,
    language: Language,
) -> Vec<ChartRule> {
    let (median, p95) = (clock.of(all.p50), clock.of(all.p95 as f64));
    let titles = match language {
        Language::Chinese => ["中位数", "95%分位"],
        Language::English => ["median", "95th percentile"],
    };
    let mark = |value: f64, title: &str| ChartRule {
        value,
        title: format!("{title} {}", print::fixed(value, 2)),
        role: RuleRole::Percentile,
    };
    vec![mark(median, titles[0]), mark(p95, titles[1])]
}

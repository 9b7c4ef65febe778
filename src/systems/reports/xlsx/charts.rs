//! The points of the charts: each month, region, bar and rule as a row.

use super::WorkbookContext;
use super::cell::SheetCell;
use super::sheet::{ReportSheet, field};
use crate::systems::reports::charts::{Chart, ChartBody, ChartRule, Point, RuleRole};
use crate::systems::reports::print;

/// A point of a chart.
#[derive(Default)]
struct PointRow<'a> {
    group: &'a str,
    chart: &'a str,
    unit: &'a str,
    series: &'a str,
    label: &'a str,
    from: Option<f64>,
    to: Option<f64>,
    value: Option<f64>,
    printed: String,
    n: Option<u64>,
    p95: Option<f64>,
    longest: Option<f64>,
    late: Option<u64>,
    late_promise: Option<u64>,
}

pub(super) fn points(desk: &WorkbookContext<'_>) -> ReportSheet {
    let dots: Vec<PointRow<'_>> =
        desk.report.charts.iter().flat_map(|chart| of_chart(desk, chart)).collect();
    let whole = |n: Option<u64>| n.map_or_else(SheetCell::nothing, SheetCell::whole);
    let fields = [
        field("业务", "Group", 18.0, |dot: &PointRow<'_>| SheetCell::text(dot.group)),
        field("图", "Chart", 42.0, |dot: &PointRow<'_>| SheetCell::text(dot.chart)),
        field("单位", "Unit", 9.0, |dot: &PointRow<'_>| SheetCell::text(dot.unit)),
        field("系列", "Series", 16.0, |dot: &PointRow<'_>| SheetCell::text(dot.series)),
        field("位置", "Place", 18.0, |dot: &PointRow<'_>| SheetCell::text(dot.label)),
        field("自", "From", 9.0, |dot: &PointRow<'_>| SheetCell::decimals(dot.from, 1)),
        field("至", "To", 9.0, |dot: &PointRow<'_>| SheetCell::decimals(dot.to, 1)),
        field("数值", "Value", 11.0, |dot: &PointRow<'_>| {
            SheetCell::value(dot.value, &dot.printed, dot.unit)
        }),
        field("件数", "Cases", 11.0, move |dot: &PointRow<'_>| whole(dot.n)),
        field("95%分位", "95th percentile", 11.0, |dot: &PointRow<'_>| {
            SheetCell::decimals(dot.p95, 2)
        }),
        field("最长", "Longest", 11.0, |dot: &PointRow<'_>| SheetCell::decimals(dot.longest, 2)),
        field("超限", "Late", 9.0, move |dot: &PointRow<'_>| whole(dot.late)),
        field("超承诺", "Past promise", 10.0, move |dot: &PointRow<'_>| whole(dot.late_promise)),
    ];
    let mut sheet = ReportSheet::of(desk, desk.pick("图表数据", "Chart data"), &fields, &dots);
    sheet.held = 2;
    desk.t.no_chart_data.clone_into(&mut sheet.empty);
    sheet
}

fn of_chart<'a>(desk: &WorkbookContext<'a>, chart: &'a Chart) -> Vec<PointRow<'a>> {
    let group = desk.report.groups.iter().find(|group| group.id == chart.group);
    let group = group.map_or("", |group| group.title.as_str());
    let dot =
        || PointRow { group, chart: &chart.title, unit: &chart.unit_title, ..PointRow::default() };
    let point = |series: &'a str, point: &'a Point| PointRow {
        series,
        label: &point.label,
        value: point.value,
        printed: point.printed.clone(),
        n: Some(point.n),
        ..dot()
    };
    let rule = |rule: &'a ChartRule| PointRow {
        series: role(desk, rule.role),
        label: &rule.title,
        value: Some(rule.value),
        printed: print::shortest(rule.value),
        ..dot()
    };
    match &chart.body {
        ChartBody::Trend { series, rules } => {
            let points =
                series.iter().flat_map(|one| one.points.iter().map(|p| point(&one.title, p)));
            points.chain(rules.iter().map(rule)).collect()
        }
        ChartBody::Regions { rows, whole, rules } => {
            let regions = rows.iter().map(|row| PointRow {
                series: desk.t.region,
                label: &row.name,
                value: row.mean,
                printed: row.printed.clone(),
                n: Some(row.n),
                p95: row.p95,
                longest: row.longest,
                late: Some(row.late),
                late_promise: row.late_promise,
                ..dot()
            });
            let whole = whole.iter().map(|whole| point(desk.t.all, whole));
            regions.chain(whole).chain(rules.iter().map(rule)).collect()
        }
        ChartBody::Distribution { bins, marks, limit, near, past, n } => {
            let bars = bins.iter().map(|bin| PointRow {
                series: desk.pick("分布", "distribution"),
                from: Some(bin.from),
                to: Some(bin.to),
                n: Some(bin.n),
                ..dot()
            });
            let sums = [
                (desk.pick("全部", "all cases"), *n),
                (desk.pick("临近限值", "close to the limit"), *near),
                (desk.pick("超过限值", "past the limit"), *past),
            ];
            let sums =
                sums.map(|(label, n)| PointRow { series: desk.t.all, label, n: Some(n), ..dot() });
            let rules = marks.iter().chain(limit).map(rule);
            bars.chain(sums).chain(rules).collect()
        }
    }
}

fn role<'a>(desk: &WorkbookContext<'a>, role: RuleRole) -> &'a str {
    match role {
        RuleRole::Limit => desk.t.limit,
        RuleRole::Promise => desk.t.promise,
        RuleRole::Percentile => desk.pick("分位", "percentile"),
    }
}

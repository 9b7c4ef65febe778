//! The points of the charts: each month, region, bar and rule as a row.

use super::cell::SheetCell;
use super::context::WorkbookContext;
use super::sheet::{ReportSheet, define_field};
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

pub(super) fn make_point_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let dots: Vec<PointRow<'_>> =
        context.report.charts.iter().flat_map(|chart| list_points(context, chart)).collect();
    let whole = |n: Option<u64>| n.map_or_else(SheetCell::nothing, SheetCell::whole);
    let fields = [
        define_field("业务", "Group", 18.0, |dot: &PointRow<'_>| SheetCell::text(dot.group)),
        define_field("图", "Chart", 42.0, |dot: &PointRow<'_>| SheetCell::text(dot.chart)),
        define_field("单位", "Unit", 9.0, |dot: &PointRow<'_>| SheetCell::text(dot.unit)),
        define_field("系列", "Series", 16.0, |dot: &PointRow<'_>| SheetCell::text(dot.series)),
        define_field("位置", "Place", 18.0, |dot: &PointRow<'_>| SheetCell::text(dot.label)),
        define_field("自", "From", 9.0, |dot: &PointRow<'_>| SheetCell::decimals(dot.from, 1)),
        define_field("至", "To", 9.0, |dot: &PointRow<'_>| SheetCell::decimals(dot.to, 1)),
        define_field("数值", "Value", 11.0, |dot: &PointRow<'_>| {
            SheetCell::figure(dot.value, &dot.printed, dot.unit)
        }),
        define_field("件数", "Cases", 11.0, move |dot: &PointRow<'_>| whole(dot.n)),
        define_field("95%分位", "95th percentile", 11.0, |dot: &PointRow<'_>| {
            SheetCell::decimals(dot.p95, 2)
        }),
        define_field("最长", "Longest", 11.0, |dot: &PointRow<'_>| {
            SheetCell::decimals(dot.longest, 2)
        }),
        define_field("超限", "Late", 9.0, move |dot: &PointRow<'_>| whole(dot.late)),
        define_field("超承诺", "Past promise", 10.0, move |dot: &PointRow<'_>| {
            whole(dot.late_promise)
        }),
    ];
    let mut sheet = ReportSheet::from_items(
        context,
        context.pick_text("图表数据", "Chart data"),
        &fields,
        &dots,
    );
    sheet.held = 2;
    context.t.no_chart_data.clone_into(&mut sheet.empty);
    sheet
}

fn list_points<'a>(context: &WorkbookContext<'a>, chart: &'a Chart) -> Vec<PointRow<'a>> {
    let group = context.report.groups.iter().find(|group| group.id == chart.group);
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
        series: name_role(context, rule.role),
        label: &rule.title,
        value: Some(rule.value),
        printed: print::format_shortest(rule.value),
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
                series: context.t.region,
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
            let whole = whole.iter().map(|whole| point(context.t.all, whole));
            regions.chain(whole).chain(rules.iter().map(rule)).collect()
        }
        ChartBody::Distribution { bins, marks, limit, near, past, n } => {
            let bars = bins.iter().map(|bin| PointRow {
                series: context.pick_text("分布", "distribution"),
                from: Some(bin.from),
                to: Some(bin.to),
                n: Some(bin.n),
                ..dot()
            });
            let sums = [
                (context.pick_text("全部", "all cases"), *n),
                (context.pick_text("临近限值", "close to the limit"), *near),
                (context.pick_text("超过限值", "past the limit"), *past),
            ];
            let sums = sums.map(|(label, n)| PointRow {
                series: context.t.all,
                label,
                n: Some(n),
                ..dot()
            });
            let rules = marks.iter().chain(limit).map(rule);
            bars.chain(sums).chain(rules).collect()
        }
    }
}

fn name_role<'a>(context: &WorkbookContext<'a>, role: RuleRole) -> &'a str {
    match role {
        RuleRole::Limit => context.t.limit,
        RuleRole::Promise => context.t.promise,
        RuleRole::Percentile => context.pick_text("分位", "percentile"),
    }
}

//! The figures by region and month, with a column for each dimension, to filter and to pivot.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::SheetCell;
use super::context::WorkbookContext;
use super::line_cells::find_group_title;
use super::sheet::{Field, ReportSheet, define_field};
use crate::systems::reports::charts::ChartBody;
use crate::systems::reports::model::{ClockUnit, ReportLine, ReportedPercentiles, ReportedSlice};
use crate::systems::reports::view;
use crate::systems::reports::words::{dimension_in_words, unit_in_words};

/// A slice with what the report knows of its figure.
struct KnownSlice<'a> {
    row: &'a ReportedSlice,
    /// The line of the report for the same figure; `None` if the report has only slices of it.
    line: Option<&'a ReportLine>,
    clock: Option<&'a ClockUnit>,
    unit: &'a str,
}

pub(super) fn make_slice_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let report = context.report;
    let known = report.slices.iter().map(|row| {
        let line = report.lines().find(|line| {
            line.figure.indicator == row.indicator && line.figure.statistic == row.statistic
        });
        let mut of_indicator = report.lines().filter(|l| l.figure.indicator == row.indicator);
        let clock = of_indicator.find_map(|line| line.clock.as_ref());
        let unit = line.map_or_else(
            || unit_in_words(&row.unit, report.language),
            |line| line.unit_title.as_str(),
        );
        KnownSlice { row, line, clock, unit }
    });
    let known: Vec<KnownSlice<'_>> = known.collect();
    let names = find_region_names(context);
    let fields = list_fields(context, &names);
    let mut sheet =
        ReportSheet::from_items(context, context.pick_text("切片", "Slices"), &fields, &known);
    sheet.held = 2;
    sheet
}

/// The names of regions by their codes, as far as the charts give them.
fn find_region_names<'a>(context: &WorkbookContext<'a>) -> BTreeMap<&'a str, &'a str> {
    let mut names = BTreeMap::new();
    for chart in &context.report.charts {
        if let ChartBody::Regions { rows, .. } = &chart.body {
            names.extend(rows.iter().map(|row| (row.code.as_str(), row.name.as_str())));
        }
    }
    names
}

/// The dimensions that any slice has.
fn find_dimensions<'a>(context: &WorkbookContext<'a>) -> BTreeSet<&'a str> {
    let keys = context.report.slices.iter().flat_map(|row| row.slice.keys());
    keys.map(String::as_str).collect()
}

fn list_fields<'a>(
    context: &'a WorkbookContext<'_>,
    names: &'a BTreeMap<&'a str, &'a str>,
) -> Vec<Field<'a, KnownSlice<'a>>> {
    let mut fields = vec![
        define_field("业务", "Group", 16.0, |one: &KnownSlice<'_>| {
            SheetCell::text(one.line.map_or("", |line| find_group_title(context, line)))
        }),
        define_field("指标", "Indicator", 26.0, |one: &KnownSlice<'_>| {
            SheetCell::text(one.line.map_or_else(
                || one.row.indicator.clone(),
                |line| view::find_line_title(context.report, line),
            ))
        }),
    ];
    for dimension in find_dimensions(context) {
        let heads = dimension_in_words(dimension);
        fields.push(define_field(heads[0], heads[1], 11.0, move |one: &KnownSlice<'_>| {
            SheetCell::optional_text(one.row.slice.get(dimension))
        }));
        let mut values = context.report.slices.iter().filter_map(|row| row.slice.get(dimension));
        if values.any(|value| names.contains_key(value.as_str())) {
            fields.push(define_field(
                "地区名称",
                "Region name",
                14.0,
                move |one: &KnownSlice<'_>| {
                    let code = one.row.slice.get(dimension);
                    SheetCell::text(
                        code.and_then(|code| names.get(code.as_str())).copied().unwrap_or(""),
                    )
                },
            ));
        }
    }
    fields.extend(list_figure_fields());
    fields
}

fn list_figure_fields<'a>() -> Vec<Field<'a, KnownSlice<'a>>> {
    let percentile = |take: fn(&ReportedPercentiles) -> f64| {
        move |one: &KnownSlice<'_>| {
            SheetCell::waiting_time(one.row.percentiles.as_ref().map(take), one.clock)
        }
    };
    vec![
        define_field("值", "Value", 11.0, |one: &KnownSlice<'_>| {
            SheetCell::figure(one.row.value, &one.row.printed, one.unit)
        }),
        define_field("单位", "Unit", 9.0, |one: &KnownSlice<'_>| SheetCell::text(one.unit)),
        define_field("件数", "Cases", 10.0, |one: &KnownSlice<'_>| SheetCell::whole(one.row.n)),
        define_field("超限", "Late", 9.0, |one: &KnownSlice<'_>| SheetCell::whole(one.row.late)),
        define_field("最长", "Longest", 10.0, |one: &KnownSlice<'_>| {
            SheetCell::waiting_time(one.row.longest.map(|seconds| seconds as f64), one.clock)
        }),
        define_field("中位", "Median", 10.0, percentile(|p| p.p50)),
        define_field("80%分位", "P80", 10.0, percentile(|p| p.p80 as f64)),
        define_field("95%分位", "P95", 10.0, percentile(|p| p.p95 as f64)),
        define_field("99%分位", "P99", 10.0, percentile(|p| p.p99 as f64)),
        define_field("计时单位", "Clock unit", 10.0, |one: &KnownSlice<'_>| {
            SheetCell::text(one.clock.map_or("", |clock| &clock.title))
        }),
        define_field("印刷值", "As printed", 11.0, |one: &KnownSlice<'_>| {
            SheetCell::text(&one.row.printed)
        }),
        define_field("编号", "Figure", 26.0, |one: &KnownSlice<'_>| {
            SheetCell::text(format!("{}.{}", one.row.indicator, one.row.statistic))
        }),
    ]
}

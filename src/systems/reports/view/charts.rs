//! The charts of a group, drawn, and the numbers behind each of them.

use serde::Serialize;

use super::table::{ReportColumn, ReportTable};
use crate::systems::reports::charts::{Chart, ChartBody};
use crate::systems::reports::drawing::{Drawing, draw_chart};
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::print;
use crate::systems::reports::words::pick_words;

/// A chart ready to draw, with its numbers as a table.
#[derive(Debug, Serialize)]
pub(crate) struct ChartView {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) alt: String,
    pub(super) drawing: Drawing,
    pub(crate) table: ReportTable,
}

pub(super) fn view_charts(report: &QualityReport, group: &str) -> Vec<ChartView> {
    let of_group = report.charts.iter().filter(|chart| chart.group == group);
    of_group.map(|chart| view_chart(chart, report.language)).collect()
}

fn view_chart(chart: &Chart, language: Language) -> ChartView {
    ChartView {
        id: chart.id.replace('.', "-"),
        kind: name_chart_kind(&chart.body),
        title: chart.title.clone(),
        alt: chart.alt.clone(),
        drawing: draw_chart(chart, language),
        table: tabulate_chart(chart, language),
    }
}

fn name_chart_kind(body: &ChartBody) -> &'static str {
    match body {
        ChartBody::Trend { .. } => "trend",
        ChartBody::Regions { .. } => "regions",
        ChartBody::Distribution { .. } => "distribution",
    }
}

/// The numbers of a chart, for readers who cannot see it.
fn tabulate_chart(chart: &Chart, language: Language) -> ReportTable {
    let t = pick_words(language);
    let title = Some(chart.title.clone());
    let (columns, rows) = match &chart.body {
        ChartBody::Trend { series, .. } => {
            // One row per series: a half-year is wide and low, as the chart itself is.
            let labels = series.first().map(|one| one.points.as_slice()).unwrap_or_default();
            let points = labels.iter().map(|point| ReportColumn::for_numbers(&point.label));
            let columns = std::iter::once(ReportColumn::for_words("", 1)).chain(points).collect();
            let measured = series.iter().filter(|one| one.points.iter().any(|p| p.value.is_some()));
            let rows = measured.map(|one| {
                let values = (0..labels.len()).map(|index| {
                    one.points.get(index).map_or(print::NOTHING.to_owned(), |p| p.printed.clone())
                });
                std::iter::once(one.title.clone()).chain(values).collect()
            });
            (columns, rows.collect())
        }
        ChartBody::Regions { rows, .. } => {
            let optional = |value: Option<f64>| {
                value.map_or(print::NOTHING.to_owned(), |v| print::format_decimals(v, 2))
            };
            let columns = vec![
                ReportColumn::for_words(t.region, 1),
                ReportColumn::for_numbers(t.value),
                ReportColumn::for_numbers(t.p95),
                ReportColumn::for_numbers(t.longest),
                ReportColumn::for_numbers(t.n),
                ReportColumn::for_numbers(t.late),
                ReportColumn::for_numbers(t.late_promise),
            ];
            let rows = rows.iter().map(|row| {
                vec![
                    row.name.clone(),
                    row.printed.clone(),
                    optional(row.p95),
                    optional(row.longest),
                    print::format_count(row.n),
                    print::format_count(row.late),
                    row.late_promise.map_or(print::NOTHING.to_owned(), print::format_count),
                ]
            });
            (columns, rows.collect())
        }
        ChartBody::Distribution { bins, .. } => {
            let columns = [t.from, t.to, t.n].map(ReportColumn::for_numbers).to_vec();
            let rows = bins.iter().map(|bin| {
                vec![
                    print::format_decimals(bin.from, 1),
                    print::format_decimals(bin.to, 1),
                    print::format_count(bin.n),
                ]
            });
            (columns, rows.collect())
        }
    };
    ReportTable { title, columns, rows }
}

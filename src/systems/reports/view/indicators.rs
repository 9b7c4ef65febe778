//! The tables of figures by group, and the numbers behind each chart.

use serde::Serialize;

use super::{ChartView, ReportColumn, ReportTable, charts, find_part, numbered_below, steady};
use crate::systems::reports::charts::{Chart, ChartBody};
use crate::systems::reports::model::{
    FigureChange, Language, QualityReport, ReportGroup, ReportLine, ReportedBound, ReportedStatus,
    Trend,
};
use crate::systems::reports::narrative::{NarrativeBlock, SectionKind};
use crate::systems::reports::print;
use crate::systems::reports::words::{ReportWords, words};

/// One group of indicators.
#[derive(Debug, Serialize)]
pub(in crate::systems::reports) struct GroupView {
    pub(in crate::systems::reports) id: String,
    pub(in crate::systems::reports) heading: String,
    /// `受理投诉电话：10010-5`
    pub(in crate::systems::reports) phone: Option<[String; 2]>,
    /// Some line has a split, so the table has a column for it.
    pub(in crate::systems::reports) split: bool,
    pub(in crate::systems::reports) rows: Vec<LineView>,
    /// Some limit of the group is unverified.
    pub(in crate::systems::reports) unverified: bool,
    pub(in crate::systems::reports) blocks: Vec<NarrativeBlock>,
    pub(in crate::systems::reports) charts: Vec<ChartView>,
}

/// One line of a group's table.
#[derive(Debug, Serialize)]
pub(in crate::systems::reports) struct LineView {
    pub(in crate::systems::reports) id: String,
    pub(in crate::systems::reports) title: String,
    pub(in crate::systems::reports) segment: String,
    pub(in crate::systems::reports) notes: Vec<String>,
    pub(in crate::systems::reports) value: String,
    pub(in crate::systems::reports) unit: String,
    pub(in crate::systems::reports) n: String,
    pub(in crate::systems::reports) late: String,
    pub(in crate::systems::reports) longest: String,
    pub(in crate::systems::reports) limits: Vec<LimitView>,
    pub(in crate::systems::reports) previous: String,
    pub(in crate::systems::reports) change: String,
    pub(in crate::systems::reports) trend: &'static str,
    pub(in crate::systems::reports) missed: bool,
}

#[derive(Debug, Serialize)]
pub(in crate::systems::reports) struct LimitView {
    pub(in crate::systems::reports) text: String,
    pub(in crate::systems::reports) unverified: bool,
    pub(in crate::systems::reports) missed: bool,
}

/// The groups with main indicators, numbered below the section that has this place.
pub(super) fn groups(report: &QualityReport, above: usize) -> Vec<GroupView> {
    let main = report.groups.iter().filter(|group| group.lines.iter().any(|line| line.main));
    main.enumerate().map(|(index, group)| group_view(report, group, above, index)).collect()
}

fn group_view(
    report: &QualityReport,
    group: &ReportGroup,
    above: usize,
    index: usize,
) -> GroupView {
    let t = words(report.language);
    let phone = report.company.complaint_phone.as_ref().filter(|_| group.id == "complaint");
    let lines = || group.lines.iter().filter(|line| line.main);
    let empty = lines().all(|line| line.figure.value.is_none());
    let rows: Vec<LineView> = if empty {
        Vec::new()
    } else {
        let rows = lines().map(|line| LineView {
            late: if late_stands_below(line, group) { String::new() } else { late(line) },
            ..row(line, report.language)
        });
        rows.collect()
    };
    GroupView {
        id: group.id.clone(),
        heading: numbered_below(above, index, &group.title, report.language),
        phone: phone.map(|phone| [t.complaint_phone.to_owned(), phone.clone()]),
        split: lines().any(|line| line.segment.is_some()),
        unverified: rows.iter().flat_map(|row| &row.limits).any(|limit| limit.unverified),
        rows,
        blocks: find_part(report, SectionKind::Indicators, Some(&group.id))
            .map(|part| steady(&part.blocks, 2))
            .unwrap_or_default(),
        charts: charts(report, &group.id),
    }
}

fn row(line: &ReportLine, language: Language) -> LineView {
    let t = words(language);
    let figure = &line.figure;
    let nothing = || print::NOTHING.to_owned();
    let limits: Vec<LimitView> = figure
        .limits
        .iter()
        .map(|limit| LimitView {
            text: limit.printed.clone(),
            unverified: !limit.verified,
            missed: limit.met == Some(false) && !limit.promise,
        })
        .collect();
    let (change, trend) = change(line, t);
    LineView {
        id: line.id(),
        title: line.title.clone(),
        segment: line.segment.clone().unwrap_or_default(),
        notes: notes(line, language),
        value: figure.printed.clone(),
        unit: line.unit_title.clone(),
        n: if figure.status == ReportedStatus::Published {
            nothing()
        } else {
            print::count(figure.n)
        },
        late: late(line),
        longest: longest(line),
        missed: limits.iter().any(|limit| limit.missed),
        limits,
        previous: line.previous.as_ref().map_or_else(nothing, |before| before.printed.clone()),
        change,
        trend,
    }
}

fn late(line: &ReportLine) -> String {
    let figure = &line.figure;
    if figure.limited > 0 { print::count(figure.late) } else { print::NOTHING.to_owned() }
}

/// An on-time rate of the same cases says how many were late, and against which limit.
pub(in crate::systems::reports) fn late_stands_below(
    line: &ReportLine,
    group: &ReportGroup,
) -> bool {
    line.unit_title != "%"
        && group.lines.iter().any(|other| {
            other.main
                && other.unit_title == "%"
                && other.figure.limited > 0
                && other.figure.indicator == line.figure.indicator
                && other.figure.slice == line.figure.slice
        })
}

/// The longest case, in the unit of the line; beside a percentage there is none to print.
fn longest(line: &ReportLine) -> String {
    let clock = line.clock.as_ref().filter(|clock| clock.title == line.unit_title);
    match (line.figure.longest, clock) {
        (Some(longest), Some(clock)) => print::fixed(clock.of(longest as f64), 2),
        (None, Some(_)) => print::NOTHING.to_owned(),
        (_, None) => String::new(),
    }
}

/// What must be said beside a figure: its note, its interval, what was tested, where it is from.
pub(in crate::systems::reports) fn notes(line: &ReportLine, language: Language) -> Vec<String> {
    let t = words(language);
    let figure = &line.figure;
    let mut notes: Vec<String> = line.note.iter().cloned().collect();
    let interval = print::interval(figure.interval.as_ref(), &figure.printed);
    if let Some(interval) = interval.filter(|_| figure.bound.is_none()) {
        notes.push(format!("{} {interval}{}", t.interval, line.unit_title));
    }
    if let Some(bound) = &figure.bound {
        notes.push(tested(bound, language));
    }
    if figure.status == ReportedStatus::Nothing {
        notes.push(t.no_records.to_owned());
    }
    if figure.status == ReportedStatus::Published {
        notes.push(t.as_published.to_owned());
    }
    notes
}

/// What was tested behind a bound, and whether it bears the claim.
fn tested(bound: &ReportedBound, language: Language) -> String {
    let (records, errors) = (print::count(bound.records), print::count(bound.errors));
    let upper = print::scientific(bound.upper);
    let level = print::fixed(bound.level * 100.0, 0);
    let more = print::count(bound.records_needed);
    match (language, bound.claim_holds) {
        (Language::Chinese, true) => {
            format!("检测{records}条，差错{errors}条，{level}%置信上限{upper}")
        }
        (Language::Chinese, false) => format!(
            "检测{records}条，差错{errors}条，{level}%置信上限{upper}；须检测{more}条方可证明"
        ),
        (Language::English, true) => {
            format!("{records} tested, {errors} wrong, {level}% upper bound {upper}")
        }
        (Language::English, false) => format!(
            "{records} tested, {errors} wrong, {level}% upper bound {upper}; the claim needs {more}"
        ),
    }
}

fn change(line: &ReportLine, t: &ReportWords) -> (String, &'static str) {
    match &line.change {
        Some(FigureChange::Difference { printed, trend, .. }) => {
            (printed.clone(), trend_name(*trend))
        }
        Some(FigureChange::Break { says }) => (says.clone(), "none"),
        None if line.previous.as_ref().is_some_and(|before| before.as_published) => {
            (t.as_published.to_owned(), "none")
        }
        None => (print::NOTHING.to_owned(), "none"),
    }
}

pub(super) fn trend_name(trend: Trend) -> &'static str {
    match trend {
        Trend::Better => "better",
        Trend::Worse => "worse",
        Trend::Same => "same",
        Trend::Neutral => "none",
    }
}

pub(super) fn chart_kind(body: &ChartBody) -> &'static str {
    match body {
        ChartBody::Trend { .. } => "trend",
        ChartBody::Regions { .. } => "regions",
        ChartBody::Distribution { .. } => "distribution",
    }
}

/// The numbers of a chart, for those who cannot see it.
pub(super) fn chart_table(chart: &Chart, language: Language) -> ReportTable {
    let t = words(language);
    let title = Some(chart.title.clone());
    let (columns, rows) = match &chart.body {
        ChartBody::Trend { series, .. } => {
            // A row per line of the chart: a half-year is wide and low, as the chart itself is.
            let labels = series.first().map(|one| one.points.as_slice()).unwrap_or_default();
            let points = labels.iter().map(|point| ReportColumn::number(&point.label));
            let columns = std::iter::once(ReportColumn::words("", 1)).chain(points).collect();
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
                value.map_or(print::NOTHING.to_owned(), |v| print::fixed(v, 2))
            };
            let columns = vec![
                ReportColumn::words(t.region, 1),
                ReportColumn::number(t.value),
                ReportColumn::number(t.p95),
                ReportColumn::number(t.longest),
                ReportColumn::number(t.n),
                ReportColumn::number(t.late),
                ReportColumn::number(t.late_promise),
            ];
            let rows = rows.iter().map(|row| {
                vec![
                    row.name.clone(),
                    row.printed.clone(),
                    optional(row.p95),
                    optional(row.longest),
                    print::count(row.n),
                    print::count(row.late),
                    row.late_promise.map_or(print::NOTHING.to_owned(), print::count),
                ]
            });
            (columns, rows.collect())
        }
        ChartBody::Distribution { bins, .. } => {
            let columns = [t.from, t.to, t.n].map(ReportColumn::number).to_vec();
            let rows = bins.iter().map(|bin| {
                vec![print::fixed(bin.from, 1), print::fixed(bin.to, 1), print::count(bin.n)]
            });
            (columns, rows.collect())
        }
    };
    ReportTable { title, columns, rows }
}

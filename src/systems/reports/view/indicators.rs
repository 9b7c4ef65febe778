//! The tables of figures, group by group.

use serde::Serialize;

use super::charts::{ChartView, view_charts};
use super::narrative::{clamp_headings, find_part};
use super::titles::number_title_below;
use crate::systems::reports::model::{
    FigureChange, Language, QualityReport, ReportGroup, ReportLine, ReportedBound, ReportedStatus,
    Trend,
};
use crate::systems::reports::narrative::{NarrativeBlock, SectionKind};
use crate::systems::reports::print;
use crate::systems::reports::words::{ReportWords, pick_words};

/// One group of indicators.
#[derive(Debug, Serialize)]
pub(crate) struct GroupView {
    pub(crate) id: String,
    pub(crate) heading: String,
    /// `受理投诉电话：10010-5`
    pub(crate) phone: Option<[String; 2]>,
    /// Whether some line has a segment, so that the table needs a column for it.
    pub(crate) split: bool,
    pub(crate) rows: Vec<LineView>,
    /// Whether some limit of the group is unverified.
    pub(crate) unverified: bool,
    pub(crate) blocks: Vec<NarrativeBlock>,
    pub(crate) charts: Vec<ChartView>,
}

/// One line of a group's table.
#[derive(Debug, Serialize)]
pub(crate) struct LineView {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) segment: String,
    pub(crate) notes: Vec<String>,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) n: String,
    pub(crate) late: String,
    pub(crate) longest: String,
    pub(crate) limits: Vec<LimitView>,
    pub(crate) previous: String,
    pub(crate) change: String,
    pub(crate) trend: &'static str,
    pub(crate) missed: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct LimitView {
    pub(crate) text: String,
    pub(crate) unverified: bool,
    pub(crate) missed: bool,
}

/// The groups with main indicators, numbered below the section with this index.
pub(super) fn view_groups(report: &QualityReport, above: usize) -> Vec<GroupView> {
    let main = report.groups.iter().filter(|group| group.lines.iter().any(|line| line.main));
    main.enumerate().map(|(index, group)| view_group(report, group, above, index)).collect()
}

fn view_group(
    report: &QualityReport,
    group: &ReportGroup,
    above: usize,
    index: usize,
) -> GroupView {
    let t = pick_words(report.language);
    let phone = report.company.complaint_phone.as_ref().filter(|_| group.id == "complaint");
    let lines = || group.lines.iter().filter(|line| line.main);
    let empty = lines().all(|line| line.figure.value.is_none());
    let rows: Vec<LineView> = if empty {
        Vec::new()
    } else {
        let rows = lines().map(|line| LineView {
            late: if late_stands_below(line, group) { String::new() } else { print_late(line) },
            ..view_line(line, report.language)
        });
        rows.collect()
    };
    GroupView {
        id: group.id.clone(),
        heading: number_title_below(above, index, &group.title, report.language),
        phone: phone.map(|phone| [t.complaint_phone.to_owned(), phone.clone()]),
        split: lines().any(|line| line.segment.is_some()),
        unverified: rows.iter().flat_map(|row| &row.limits).any(|limit| limit.unverified),
        rows,
        blocks: find_part(report, SectionKind::Indicators, Some(&group.id))
            .map(|part| clamp_headings(&part.blocks, 2))
            .unwrap_or_default(),
        charts: view_charts(report, &group.id),
    }
}

fn view_line(line: &ReportLine, language: Language) -> LineView {
    let t = pick_words(language);
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
    let (change, trend) = print_change(line, t);
    LineView {
        id: line.id(),
        title: line.title.clone(),
        segment: line.segment.clone().unwrap_or_default(),
        notes: list_notes(line, language),
        value: figure.printed.clone(),
        unit: line.unit_title.clone(),
        n: if figure.status == ReportedStatus::Published {
            nothing()
        } else {
            print::format_count(figure.n)
        },
        late: print_late(line),
        longest: print_longest(line),
        missed: limits.iter().any(|limit| limit.missed),
        limits,
        previous: line.previous.as_ref().map_or_else(nothing, |before| before.printed.clone()),
        change,
        trend,
    }
}

fn print_late(line: &ReportLine) -> String {
    let figure = &line.figure;
    if figure.limited > 0 { print::format_count(figure.late) } else { print::NOTHING.to_owned() }
}

/// Whether an on-time rate of the same cases already says how many were late, and past which limit.
pub(crate) fn late_stands_below(line: &ReportLine, group: &ReportGroup) -> bool {
    line.unit_title != "%"
        && group.lines.iter().any(|other| {
            other.main
                && other.unit_title == "%"
                && other.figure.limited > 0
                && other.figure.indicator == line.figure.indicator
                && other.figure.slice == line.figure.slice
        })
}

/// The longest case, in the unit of the line; empty beside a percentage.
fn print_longest(line: &ReportLine) -> String {
    let clock = line.clock.as_ref().filter(|clock| clock.title == line.unit_title);
    match (line.figure.longest, clock) {
        (Some(longest), Some(clock)) => {
            print::format_decimals(clock.convert_seconds(longest as f64), 2)
        }
        (None, Some(_)) => print::NOTHING.to_owned(),
        (_, None) => String::new(),
    }
}

/// What must be said beside a figure: its note, its interval, what was tested, where it comes from.
pub(crate) fn list_notes(line: &ReportLine, language: Language) -> Vec<String> {
    let t = pick_words(language);
    let figure = &line.figure;
    let mut notes: Vec<String> = line.note.iter().cloned().collect();
    let interval = print::format_interval(figure.interval.as_ref(), &figure.printed);
    if let Some(interval) = interval.filter(|_| figure.bound.is_none()) {
        notes.push(format!("{} {interval}{}", t.interval, line.unit_title));
    }
    if let Some(bound) = &figure.bound {
        notes.push(describe_test(bound, language));
    }
    if figure.status == ReportedStatus::Nothing {
        notes.push(t.no_records.to_owned());
    }
    if figure.status == ReportedStatus::Published {
        notes.push(t.as_published.to_owned());
    }
    notes
}

/// How much was tested to reach a bound, and whether that is enough for the claim.
fn describe_test(bound: &ReportedBound, language: Language) -> String {
    let (records, errors) = (print::format_count(bound.records), print::format_count(bound.errors));
    let upper = print::format_scientific(bound.upper);
    let level = print::format_decimals(bound.level * 100.0, 0);
    let more = print::format_count(bound.records_needed);
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

fn print_change(line: &ReportLine, t: &ReportWords) -> (String, &'static str) {
    match &line.change {
        Some(FigureChange::Difference { printed, trend, .. }) => {
            (printed.clone(), name_trend(*trend))
        }
        Some(FigureChange::Break { says }) => (says.clone(), "none"),
        None if line.previous.as_ref().is_some_and(|before| before.as_published) => {
            (t.as_published.to_owned(), "none")
        }
        None => (print::NOTHING.to_owned(), "none"),
    }
}

pub(super) fn name_trend(trend: Trend) -> &'static str {
    match trend {
        Trend::Better => "better",
        Trend::Worse => "worse",
        Trend::Same => "same",
        Trend::Neutral => "none",
    }
}

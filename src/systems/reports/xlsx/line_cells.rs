//! What a cell says of a line: its value, its limits, and its change against the period before.

use super::cell::{CellStyle, SheetCell};
use super::context::WorkbookContext;
use crate::systems::reports::model::{
    FigureChange, Language, ReportGroup, ReportLine, ReportedLimit, ReportedStatus, Trend,
};
use crate::systems::reports::print;
use crate::systems::reports::view;

/// The title of the group that a line stands in.
pub(super) fn find_group_title<'a>(context: &WorkbookContext<'a>, line: &ReportLine) -> &'a str {
    let groups = &context.report.groups;
    let group = groups.iter().find(|group| group.lines.iter().any(|one| std::ptr::eq(one, line)));
    group.map_or("", |group| &group.title)
}

pub(super) fn say_yes_or_no<'a>(context: &WorkbookContext<'_>, truth: bool) -> &'a str {
    match (truth, context.report.language) {
        (true, Language::Chinese) => "是",
        (false, Language::Chinese) => "否",
        (true, Language::English) => "yes",
        (false, Language::English) => "no",
    }
}

pub(super) fn make_value_cell(line: &ReportLine) -> SheetCell {
    let missed = line.figure.limits.iter().any(|limit| limit.met == Some(false) && !limit.promise);
    let look = if missed { CellStyle::Bad } else { CellStyle::Value };
    SheetCell::figure(line.figure.value, &line.figure.printed, &line.unit_title).with_style(look)
}

/// How many were late; empty where an on-time rate of the same cases says it, as on paper.
pub(super) fn make_late_cell(group: &ReportGroup, line: &ReportLine) -> SheetCell {
    if line.figure.limited > 0 && !view::late_stands_below(line, group) {
        SheetCell::whole(line.figure.late)
    } else {
        SheetCell::nothing()
    }
}

pub(super) fn make_wait_cell(line: &ReportLine, seconds: Option<f64>) -> SheetCell {
    SheetCell::waiting_time(seconds, line.clock.as_ref())
}

pub(super) fn make_oldest_cell(line: &ReportLine) -> SheetCell {
    make_wait_cell(
        line,
        line.figure.open.and_then(|open| open.oldest).map(|seconds| seconds as f64),
    )
}

/// `平均≤15天（未核实）`
pub(super) fn print_limit(context: &WorkbookContext<'_>, limit: &ReportedLimit) -> String {
    let (open, close) = (context.pick_text("（", " ("), context.pick_text("）", ")"));
    let mark = if limit.verified {
        String::new()
    } else {
        format!("{open}{}{close}", context.t.unverified)
    };
    format!("{}{mark}", limit.printed)
}

pub(super) fn make_limit_cell(limit: &ReportedLimit) -> SheetCell {
    let shortest = print::format_shortest(limit.value);
    if limit.value != 0.0 && limit.value.abs() < 0.001 {
        return SheetCell::number(limit.value, "0.0E+00");
    }
    SheetCell::figure(Some(limit.value), &shortest, &limit.unit)
}

pub(super) fn make_met_cell(context: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    let all: Vec<&str> =
        line.figure.limits.iter().map(|limit| met_in_words(context, limit)).collect();
    let limits = &line.figure.limits;
    let missed = limits.iter().any(|limit| limit.met == Some(false) && !limit.promise);
    let look = if missed { CellStyle::Bad } else { CellStyle::Plain };
    SheetCell::text(all.join("\n")).with_style(look)
}

pub(super) fn make_limit_met_cell(
    context: &WorkbookContext<'_>,
    limit: &ReportedLimit,
) -> SheetCell {
    let look = if limit.met == Some(false) { CellStyle::Bad } else { CellStyle::Plain };
    SheetCell::text(met_in_words(context, limit)).with_style(look)
}

fn met_in_words(context: &WorkbookContext<'_>, limit: &ReportedLimit) -> &'static str {
    match limit.met {
        Some(true) => context.t.met,
        Some(false) => context.t.not_met,
        None => print::NOTHING,
    }
}

/// The difference in the unit or in percentage points, or why there is none.
pub(super) fn make_change_cell(context: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    match &line.change {
        Some(FigureChange::Difference { value, printed, trend }) => {
            let decimals = printed.split_once('.').map_or(0, |(_, tail)| tail.len());
            let zeros =
                if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
            let points = context.pick_text("个百分点", " pp");
            let unit = if line.unit_title.starts_with('%') {
                format!("\"{points}\"")
            } else {
                String::new()
            };
            let part = format!("#,##0{zeros}{unit}");
            let look = match trend {
                Trend::Better => CellStyle::Good,
                Trend::Worse => CellStyle::Bad,
                Trend::Same | Trend::Neutral => CellStyle::Plain,
            };
            SheetCell::number(*value, format!("+{part};\"−\"{part};{part}")).with_style(look)
        }
        Some(FigureChange::Break { says }) => SheetCell::text(says).with_style(CellStyle::Quiet),
        None if line.previous.as_ref().is_some_and(|before| before.as_published) => {
            SheetCell::text(context.t.as_published).with_style(CellStyle::Quiet)
        }
        None => SheetCell::nothing(),
    }
}

pub(super) fn make_trend_cell(context: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    match &line.change {
        Some(FigureChange::Difference { trend: Trend::Better, .. }) => {
            SheetCell::text(context.t.better).with_style(CellStyle::Good)
        }
        Some(FigureChange::Difference { trend: Trend::Worse, .. }) => {
            SheetCell::text(context.t.worse).with_style(CellStyle::Bad)
        }
        Some(FigureChange::Difference { trend: Trend::Same, .. }) => {
            SheetCell::text(context.t.same)
        }
        Some(
            FigureChange::Difference { trend: Trend::Neutral, .. } | FigureChange::Break { .. },
        )
        | None => SheetCell::nothing(),
    }
}

pub(super) fn say_from_records<'a>(context: &WorkbookContext<'_>) -> &'a str {
    match context.report.language {
        Language::Chinese => "由记录计算",
        Language::English => "from records",
    }
}

pub(super) fn describe_basis<'a>(context: &WorkbookContext<'_>, line: &ReportLine) -> &'a str {
    match line.figure.status {
        ReportedStatus::Computed => say_from_records(context),
        ReportedStatus::Nothing => context.t.no_records,
        ReportedStatus::MissingInput => context.t.missing_input,
        ReportedStatus::Published => context.t.as_published,
    }
}

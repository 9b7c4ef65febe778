//! The figures: a sheet for each group, the limits one by one, and what was still open.

use super::WorkbookContext;
use super::cell::{CellStyle, SheetCell};
use super::sheet::{Field, ReportSheet, field};
use crate::systems::reports::model::{
    FigureChange, ReportGroup, ReportLine, ReportedLimit, ReportedPercentiles, ReportedStatus,
    Trend,
};
use crate::systems::reports::view;
use crate::systems::reports::words::unit_in_words;

/// The columns of a group that are printed.
const PRINTED: u16 = 17;

pub(super) fn group(desk: &WorkbookContext<'_>, group: &ReportGroup) -> ReportSheet {
    let lines: Vec<&ReportLine> = group.lines.iter().collect();
    let mut fields = main_fields(desk, group);
    fields.extend(detail_fields(desk));
    let mut sheet = ReportSheet::of(desk, &group.title, &fields, &lines);
    sheet.held = 2;
    sheet.printed = Some(PRINTED);
    sheet
}

/// What the table of the PDF says, and what was open at the end.
fn main_fields<'a>(
    desk: &'a WorkbookContext<'_>,
    group: &'a ReportGroup,
) -> Vec<Field<'a, &'a ReportLine>> {
    vec![
        field("指标", "Indicator", 25.0, |line: &&ReportLine| {
            SheetCell::text(view::line_title(desk.report, line))
        }),
        field("分类", "Split", 9.0, |line: &&ReportLine| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        field("完成值", "Value", 10.0, |line: &&ReportLine| value(line)),
        field("单位", "Unit", 8.0, |line: &&ReportLine| SheetCell::text(&line.unit_title)),
        field("件数", "Cases", 11.0, |line: &&ReportLine| match line.figure.status {
            ReportedStatus::Published => SheetCell::nothing(),
            ReportedStatus::Computed | ReportedStatus::Nothing | ReportedStatus::MissingInput => {
                SheetCell::whole(line.figure.n)
            }
        }),
        field("超限", "Late", 8.0, |line: &&ReportLine| late(group, line)),
        field("最长", "Longest", 9.0, |line: &&ReportLine| {
            waited(line, line.figure.longest.map(|seconds| seconds as f64))
        }),
        field("计时单位", "Clock unit", 9.0, |line: &&ReportLine| {
            SheetCell::text(line.clock.as_ref().map_or("", |clock| &clock.title))
        }),
        field("限值", "Limits", 34.0, |line: &&ReportLine| {
            let limits = line.figure.limits.iter().map(|limit| limit_text(desk, limit));
            SheetCell::text(limits.collect::<Vec<_>>().join("\n"))
        }),
        field("是否达到", "Met", 10.0, |line: &&ReportLine| met(desk, line)),
        field("上期", "Previous", 10.0, |line: &&ReportLine| {
            line.previous.as_ref().map_or_else(SheetCell::nothing, |before| {
                SheetCell::value(before.value, &before.printed, &line.unit_title)
            })
        }),
        field("变化", "Change", 15.0, |line: &&ReportLine| change(desk, line)),
        field("趋势", "Trend", 11.0, |line: &&ReportLine| trend(desk, line)),
        field("期末未办结", "Open at the end", 10.0, |line: &&ReportLine| {
            line.figure.open.map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.n))
        }),
        field("未办结已超限", "Open past limit", 10.0, |line: &&ReportLine| {
            line.figure
                .open
                .map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.past_limit))
        }),
        field("未办结最长", "Oldest open", 10.0, |line: &&ReportLine| oldest(line)),
        field("说明", "Notes", 30.0, |line: &&ReportLine| {
            SheetCell::text(view::notes(line, desk.report.language).join("\n"))
                .looking(CellStyle::Quiet)
        }),
    ]
}

/// What stands behind it.
fn detail_fields<'a>(desk: &'a WorkbookContext<'_>) -> Vec<Field<'a, &'a ReportLine>> {
    let percentile = |take: fn(&ReportedPercentiles) -> f64| {
        move |line: &&ReportLine| waited(line, line.figure.percentiles.as_ref().map(take))
    };
    let beside = |take: fn(&ReportLine) -> Option<f64>| {
        move |line: &&ReportLine| {
            SheetCell::beside(take(line), &line.figure.printed, &line.unit_title)
        }
    };
    vec![
        field("编号", "Figure", 26.0, |line: &&ReportLine| SheetCell::text(line.id())),
        field("主要指标", "Main", 9.0, |line: &&ReportLine| {
            SheetCell::text(yes(desk, line.main))
        }),
        field("取得方式", "Basis", 22.0, |line: &&ReportLine| {
            SheetCell::text(basis(desk, line))
        }),
        field("印刷值", "As printed", 11.0, |line: &&ReportLine| {
            SheetCell::text(&line.figure.printed)
        }),
        field("中位", "Median", 9.0, percentile(|p| p.p50)),
        field("80%分位", "P80", 9.0, percentile(|p| p.p80 as f64)),
        field("95%分位", "P95", 9.0, percentile(|p| p.p95 as f64)),
        field("99%分位", "P99", 9.0, percentile(|p| p.p99 as f64)),
        field("区间下限", "Interval low", 10.0, beside(|l| Some(l.figure.interval.as_ref()?.low))),
        field(
            "区间上限",
            "Interval high",
            10.0,
            beside(|l| Some(l.figure.interval.as_ref()?.high)),
        ),
        field("无法计量", "Unmeasurable", 13.0, |line: &&ReportLine| {
            SheetCell::whole(line.figure.unmeasurable)
        }),
        field("排除", "Excluded", 10.0, |line: &&ReportLine| {
            SheetCell::whole(line.figure.excluded.iter().map(|one| one.n).sum())
        }),
        field("不作排除", "Nothing excluded", 11.0, beside(|line| line.figure.without_exclusions)),
        field("不扣暂停", "No pause subtracted", 11.0, beside(|line| line.figure.without_pauses)),
        field("上期件数", "Previous cases", 11.0, |line: &&ReportLine| {
            line.previous
                .as_ref()
                .map_or_else(SheetCell::nothing, |before| SheetCell::whole(before.n))
        }),
        field("上期取得方式", "Previous basis", 24.0, |line: &&ReportLine| {
            let published = line.previous.as_ref().map(|before| before.as_published);
            SheetCell::text(match published {
                Some(true) => desk.t.as_published,
                Some(false) => from_records(desk),
                None => "",
            })
        }),
    ]
}

/// A limit and the line that it is for.
struct LineLimit<'a> {
    group: &'a ReportGroup,
    line: &'a ReportLine,
    limit: &'a ReportedLimit,
}

/// Every limit by itself.
pub(super) fn limits(desk: &WorkbookContext<'_>) -> ReportSheet {
    let lines = desk.report.groups.iter().flat_map(|group| {
        group.lines.iter().flat_map(move |line| {
            line.figure.limits.iter().map(move |limit| LineLimit { group, line, limit })
        })
    });
    let held: Vec<LineLimit<'_>> = lines.collect();
    let fields = [
        field("业务", "Group", 18.0, |one: &LineLimit<'_>| SheetCell::text(&one.group.title)),
        field("指标", "Indicator", 28.0, |one: &LineLimit<'_>| {
            SheetCell::text(view::line_title(desk.report, one.line))
        }),
        field("分类", "Split", 9.0, |one: &LineLimit<'_>| {
            SheetCell::optional_text(one.line.segment.as_ref())
        }),
        field("完成值", "Value", 10.0, |one: &LineLimit<'_>| value(one.line)),
        field("单位", "Unit", 8.0, |one: &LineLimit<'_>| SheetCell::text(&one.line.unit_title)),
        field("限值", "Limit", 22.0, |one: &LineLimit<'_>| SheetCell::text(&one.limit.printed)),
        field("限值数", "Limit value", 10.0, |one: &LineLimit<'_>| limit_value(one.limit)),
        field("限值单位", "Limit unit", 9.0, |one: &LineLimit<'_>| {
            SheetCell::text(unit_in_words(&one.limit.unit, desk.report.language))
        }),
        field("是否达到", "Met", 10.0, |one: &LineLimit<'_>| met_by(desk, one.limit)),
        field("超限件数", "Late", 9.0, |one: &LineLimit<'_>| {
            one.limit.late.map_or_else(SheetCell::nothing, SheetCell::whole)
        }),
        field("性质", "Nature", 14.0, |one: &LineLimit<'_>| {
            SheetCell::text(if one.limit.promise {
                desk.t.promise
            } else {
                desk.pick("规定", "rule")
            })
        }),
        field("核实", "Read", 12.0, |one: &LineLimit<'_>| {
            SheetCell::text(if one.limit.verified {
                desk.pick("已核实", "verified")
            } else {
                desk.t.unverified
            })
        }),
        field("依据", "Source", 30.0, |one: &LineLimit<'_>| {
            SheetCell::optional_text(one.limit.source.as_ref())
        }),
        field("定义出处", "Set by", 28.0, |one: &LineLimit<'_>| {
            SheetCell::text(&one.limit.by_title)
        }),
        field("编号", "Figure", 26.0, |one: &LineLimit<'_>| SheetCell::text(one.line.id())),
    ];
    let mut sheet = ReportSheet::of(desk, desk.t.limits, &fields, &held);
    sheet.held = 2;
    sheet
}

/// What was still open at the end, once for each indicator and split.
pub(super) fn open(desk: &WorkbookContext<'_>) -> ReportSheet {
    let lines: Vec<&ReportLine> =
        view::firsts(desk.report).into_iter().filter(|line| line.figure.open.is_some()).collect();
    let fields = [
        field("业务", "Group", 18.0, |line: &&ReportLine| {
            SheetCell::text(group_title(desk, line))
        }),
        field("指标", "Indicator", 30.0, |line: &&ReportLine| {
            SheetCell::text(view::line_title(desk.report, line))
        }),
        field("分类", "Split", 9.0, |line: &&ReportLine| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        field("未办结", "Open", 11.0, |line: &&ReportLine| {
            line.figure.open.map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.n))
        }),
        field("已超限", "Past the limit", 11.0, |line: &&ReportLine| {
            line.figure
                .open
                .map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.past_limit))
        }),
        field("最长已历时", "Oldest so far", 12.0, |line: &&ReportLine| oldest(line)),
        field("计时单位", "Clock unit", 10.0, |line: &&ReportLine| {
            SheetCell::text(line.clock.as_ref().map_or("", |clock| &clock.title))
        }),
        field("编号", "Indicator id", 26.0, |line: &&ReportLine| {
            SheetCell::text(&line.figure.indicator)
        }),
    ];
    let mut sheet = ReportSheet::of(desk, desk.t.annexes[2], &fields, &lines);
    sheet.held = 2;
    sheet
}

/// The title of the group that a line stands in.
pub(super) fn group_title<'a>(desk: &WorkbookContext<'a>, line: &ReportLine) -> &'a str {
    let groups = &desk.report.groups;
    let group = groups.iter().find(|group| group.lines.iter().any(|one| std::ptr::eq(one, line)));
    group.map_or("", |group| &group.title)
}

pub(super) fn yes<'a>(desk: &WorkbookContext<'_>, truth: bool) -> &'a str {
    match (truth, desk.report.language) {
        (true, super::Language::Chinese) => "是",
        (false, super::Language::Chinese) => "否",
        (true, super::Language::English) => "yes",
        (false, super::Language::English) => "no",
    }
}

fn value(line: &ReportLine) -> SheetCell {
    let missed = line.figure.limits.iter().any(|limit| limit.met == Some(false) && !limit.promise);
    let look = if missed { CellStyle::Bad } else { CellStyle::Value };
    SheetCell::value(line.figure.value, &line.figure.printed, &line.unit_title).looking(look)
}

/// As on paper: an on-time rate of the same cases says how many were late, and against what.
fn late(group: &ReportGroup, line: &ReportLine) -> SheetCell {
    if line.figure.limited > 0 && !view::late_stands_below(line, group) {
        SheetCell::whole(line.figure.late)
    } else {
        SheetCell::nothing()
    }
}

fn waited(line: &ReportLine, seconds: Option<f64>) -> SheetCell {
    SheetCell::waited(seconds, line.clock.as_ref())
}

fn oldest(line: &ReportLine) -> SheetCell {
    waited(line, line.figure.open.and_then(|open| open.oldest).map(|seconds| seconds as f64))
}

/// `平均≤15天（未核实）`
pub(super) fn limit_text(desk: &WorkbookContext<'_>, limit: &ReportedLimit) -> String {
    let (open, close) = (desk.pick("（", " ("), desk.pick("）", ")"));
    let mark =
        if limit.verified { String::new() } else { format!("{open}{}{close}", desk.t.unverified) };
    format!("{}{mark}", limit.printed)
}

fn limit_value(limit: &ReportedLimit) -> SheetCell {
    let shortest = crate::systems::reports::print::shortest(limit.value);
    if limit.value != 0.0 && limit.value.abs() < 0.001 {
        return SheetCell::number(limit.value, "0.0E+00");
    }
    SheetCell::value(Some(limit.value), &shortest, &limit.unit)
}

fn met(desk: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    let all: Vec<&str> = line.figure.limits.iter().map(|limit| met_in_words(desk, limit)).collect();
    let limits = &line.figure.limits;
    let missed = limits.iter().any(|limit| limit.met == Some(false) && !limit.promise);
    let look = if missed { CellStyle::Bad } else { CellStyle::Plain };
    SheetCell::text(all.join("\n")).looking(look)
}

fn met_by(desk: &WorkbookContext<'_>, limit: &ReportedLimit) -> SheetCell {
    let look = if limit.met == Some(false) { CellStyle::Bad } else { CellStyle::Plain };
    SheetCell::text(met_in_words(desk, limit)).looking(look)
}

fn met_in_words(desk: &WorkbookContext<'_>, limit: &ReportedLimit) -> &'static str {
    match limit.met {
        Some(true) => desk.t.met,
        Some(false) => desk.t.not_met,
        None => crate::systems::reports::print::NOTHING,
    }
}

/// The difference, in the unit or in percentage points; or why there is none.
fn change(desk: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    match &line.change {
        Some(FigureChange::Difference { value, printed, trend }) => {
            let decimals = printed.split_once('.').map_or(0, |(_, tail)| tail.len());
            let zeros =
                if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals)) };
            let points = desk.pick("个百分点", " pp");
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
            SheetCell::number(*value, format!("+{part};\"−\"{part};{part}")).looking(look)
        }
        Some(FigureChange::Break { says }) => SheetCell::text(says).looking(CellStyle::Quiet),
        None if line.previous.as_ref().is_some_and(|before| before.as_published) => {
            SheetCell::text(desk.t.as_published).looking(CellStyle::Quiet)
        }
        None => SheetCell::nothing(),
    }
}

fn trend(desk: &WorkbookContext<'_>, line: &ReportLine) -> SheetCell {
    match &line.change {
        Some(FigureChange::Difference { trend: Trend::Better, .. }) => {
            SheetCell::text(desk.t.better).looking(CellStyle::Good)
        }
        Some(FigureChange::Difference { trend: Trend::Worse, .. }) => {
            SheetCell::text(desk.t.worse).looking(CellStyle::Bad)
        }
        Some(FigureChange::Difference { trend: Trend::Same, .. }) => SheetCell::text(desk.t.same),
        Some(
            FigureChange::Difference { trend: Trend::Neutral, .. } | FigureChange::Break { .. },
        )
        | None => SheetCell::nothing(),
    }
}

fn from_records<'a>(desk: &WorkbookContext<'_>) -> &'a str {
    match desk.report.language {
        super::Language::Chinese => "由记录计算",
        super::Language::English => "from records",
    }
}

fn basis<'a>(desk: &WorkbookContext<'_>, line: &ReportLine) -> &'a str {
    match line.figure.status {
        ReportedStatus::Computed => from_records(desk),
        ReportedStatus::Nothing => desk.t.no_records,
        ReportedStatus::MissingInput => desk.t.missing_input,
        ReportedStatus::Published => desk.t.as_published,
    }
}

//! The figures: a sheet for each group, the limits one by one, and what was still open.

use super::cell::{CellStyle, SheetCell};
use super::context::WorkbookContext;
use super::line_cells::{
    describe_basis, find_group_title, make_change_cell, make_late_cell, make_limit_cell,
    make_limit_met_cell, make_met_cell, make_oldest_cell, make_trend_cell, make_value_cell,
    make_wait_cell, print_limit, say_from_records, say_yes_or_no,
};
use super::sheet::{Field, ReportSheet, define_field};
use crate::systems::reports::model::{
    ReportGroup, ReportLine, ReportedLimit, ReportedPercentiles, ReportedStatus,
};
use crate::systems::reports::view;
use crate::systems::reports::words::unit_in_words;

/// How many columns of a group are printed.
const PRINTED: u16 = 17;

pub(super) fn make_group_sheet(context: &WorkbookContext<'_>, group: &ReportGroup) -> ReportSheet {
    let lines: Vec<&ReportLine> = group.lines.iter().collect();
    let mut fields = list_main_fields(context, group);
    fields.extend(list_detail_fields(context));
    let mut sheet = ReportSheet::from_items(context, &group.title, &fields, &lines);
    sheet.held = 2;
    sheet.printed = Some(PRINTED);
    sheet
}

/// What the table of the PDF says, and what was open at the end.
fn list_main_fields<'a>(
    context: &'a WorkbookContext<'_>,
    group: &'a ReportGroup,
) -> Vec<Field<'a, &'a ReportLine>> {
    vec![
        define_field("指标", "Indicator", 25.0, |line: &&ReportLine| {
            SheetCell::text(view::find_line_title(context.report, line))
        }),
        define_field("分类", "Split", 9.0, |line: &&ReportLine| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        define_field("完成值", "Value", 10.0, |line: &&ReportLine| make_value_cell(line)),
        define_field("单位", "Unit", 8.0, |line: &&ReportLine| SheetCell::text(&line.unit_title)),
        define_field("件数", "Cases", 11.0, |line: &&ReportLine| match line.figure.status {
            ReportedStatus::Published => SheetCell::nothing(),
            ReportedStatus::Computed | ReportedStatus::Nothing | ReportedStatus::MissingInput => {
                SheetCell::whole(line.figure.n)
            }
        }),
        define_field("超限", "Late", 8.0, |line: &&ReportLine| make_late_cell(group, line)),
        define_field("最长", "Longest", 9.0, |line: &&ReportLine| {
            make_wait_cell(line, line.figure.longest.map(|seconds| seconds as f64))
        }),
        define_field("计时单位", "Clock unit", 9.0, |line: &&ReportLine| {
            SheetCell::text(line.clock.as_ref().map_or("", |clock| &clock.title))
        }),
        define_field("限值", "Limits", 34.0, |line: &&ReportLine| {
            let limits = line.figure.limits.iter().map(|limit| print_limit(context, limit));
            SheetCell::text(limits.collect::<Vec<_>>().join("\n"))
        }),
        define_field("是否达到", "Met", 10.0, |line: &&ReportLine| {
            make_met_cell(context, line)
        }),
        define_field("上期", "Previous", 10.0, |line: &&ReportLine| {
            line.previous.as_ref().map_or_else(SheetCell::nothing, |before| {
                SheetCell::figure(before.value, &before.printed, &line.unit_title)
            })
        }),
        define_field("变化", "Change", 15.0, |line: &&ReportLine| {
            make_change_cell(context, line)
        }),
        define_field("趋势", "Trend", 11.0, |line: &&ReportLine| make_trend_cell(context, line)),
        define_field("期末未办结", "Open at the end", 10.0, |line: &&ReportLine| {
            line.figure.open.map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.n))
        }),
        define_field("未办结已超限", "Open past limit", 10.0, |line: &&ReportLine| {
            line.figure
                .open
                .map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.past_limit))
        }),
        define_field("未办结最长", "Oldest open", 10.0, |line: &&ReportLine| {
            make_oldest_cell(line)
        }),
        define_field("说明", "Notes", 30.0, |line: &&ReportLine| {
            SheetCell::text(view::list_notes(line, context.report.language).join("\n"))
                .with_style(CellStyle::Quiet)
        }),
    ]
}

/// What stands behind the figures, for the screen.
fn list_detail_fields<'a>(context: &'a WorkbookContext<'_>) -> Vec<Field<'a, &'a ReportLine>> {
    let percentile = |take: fn(&ReportedPercentiles) -> f64| {
        move |line: &&ReportLine| make_wait_cell(line, line.figure.percentiles.as_ref().map(take))
    };
    let beside = |take: fn(&ReportLine) -> Option<f64>| {
        move |line: &&ReportLine| {
            SheetCell::beside_figure(take(line), &line.figure.printed, &line.unit_title)
        }
    };
    vec![
        define_field("编号", "Figure", 26.0, |line: &&ReportLine| SheetCell::text(line.id())),
        define_field("主要指标", "Main", 9.0, |line: &&ReportLine| {
            SheetCell::text(say_yes_or_no(context, line.main))
        }),
        define_field("取得方式", "Basis", 22.0, |line: &&ReportLine| {
            SheetCell::text(describe_basis(context, line))
        }),
        define_field("印刷值", "As printed", 11.0, |line: &&ReportLine| {
            SheetCell::text(&line.figure.printed)
        }),
        define_field("中位", "Median", 9.0, percentile(|p| p.p50)),
        define_field("80%分位", "P80", 9.0, percentile(|p| p.p80 as f64)),
        define_field("95%分位", "P95", 9.0, percentile(|p| p.p95 as f64)),
        define_field("99%分位", "P99", 9.0, percentile(|p| p.p99 as f64)),
        define_field(
            "区间下限",
            "Interval low",
            10.0,
            beside(|l| Some(l.figure.interval.as_ref()?.low)),
        ),
        define_field(
            "区间上限",
            "Interval high",
            10.0,
            beside(|l| Some(l.figure.interval.as_ref()?.high)),
        ),
        define_field("无法计量", "Unmeasurable", 13.0, |line: &&ReportLine| {
            SheetCell::whole(line.figure.unmeasurable)
        }),
        define_field("排除", "Excluded", 10.0, |line: &&ReportLine| {
            SheetCell::whole(line.figure.excluded.iter().map(|one| one.n).sum())
        }),
        define_field(
            "不作排除",
            "Nothing excluded",
            11.0,
            beside(|line| line.figure.without_exclusions),
        ),
        define_field(
            "不扣暂停",
            "No pause subtracted",
            11.0,
            beside(|line| line.figure.without_pauses),
        ),
        define_field("上期件数", "Previous cases", 11.0, |line: &&ReportLine| {
            line.previous
                .as_ref()
                .map_or_else(SheetCell::nothing, |before| SheetCell::whole(before.n))
        }),
        define_field("上期取得方式", "Previous basis", 24.0, |line: &&ReportLine| {
            let published = line.previous.as_ref().map(|before| before.as_published);
            SheetCell::text(match published {
                Some(true) => context.t.as_published,
                Some(false) => say_from_records(context),
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
pub(super) fn make_limit_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let lines = context.report.groups.iter().flat_map(|group| {
        group.lines.iter().flat_map(move |line| {
            line.figure.limits.iter().map(move |limit| LineLimit { group, line, limit })
        })
    });
    let held: Vec<LineLimit<'_>> = lines.collect();
    let fields = [
        define_field("业务", "Group", 18.0, |one: &LineLimit<'_>| {
            SheetCell::text(&one.group.title)
        }),
        define_field("指标", "Indicator", 28.0, |one: &LineLimit<'_>| {
            SheetCell::text(view::find_line_title(context.report, one.line))
        }),
        define_field("分类", "Split", 9.0, |one: &LineLimit<'_>| {
            SheetCell::optional_text(one.line.segment.as_ref())
        }),
        define_field("完成值", "Value", 10.0, |one: &LineLimit<'_>| make_value_cell(one.line)),
        define_field("单位", "Unit", 8.0, |one: &LineLimit<'_>| {
            SheetCell::text(&one.line.unit_title)
        }),
        define_field("限值", "Limit", 22.0, |one: &LineLimit<'_>| {
            SheetCell::text(&one.limit.printed)
        }),
        define_field("限值数", "Limit value", 10.0, |one: &LineLimit<'_>| {
            make_limit_cell(one.limit)
        }),
        define_field("限值单位", "Limit unit", 9.0, |one: &LineLimit<'_>| {
            SheetCell::text(unit_in_words(&one.limit.unit, context.report.language))
        }),
        define_field("是否达到", "Met", 10.0, |one: &LineLimit<'_>| {
            make_limit_met_cell(context, one.limit)
        }),
        define_field("超限件数", "Late", 9.0, |one: &LineLimit<'_>| {
            one.limit.late.map_or_else(SheetCell::nothing, SheetCell::whole)
        }),
        define_field("性质", "Nature", 14.0, |one: &LineLimit<'_>| {
            SheetCell::text(if one.limit.promise {
                context.t.promise
            } else {
                context.pick_text("规定", "rule")
            })
        }),
        define_field("核实", "Read", 12.0, |one: &LineLimit<'_>| {
            SheetCell::text(if one.limit.verified {
                context.pick_text("已核实", "verified")
            } else {
                context.t.unverified
            })
        }),
        define_field("依据", "Source", 30.0, |one: &LineLimit<'_>| {
            SheetCell::optional_text(one.limit.source.as_ref())
        }),
        define_field("定义出处", "Set by", 28.0, |one: &LineLimit<'_>| {
            SheetCell::text(&one.limit.by_title)
        }),
        define_field("编号", "Figure", 26.0, |one: &LineLimit<'_>| {
            SheetCell::text(one.line.id())
        }),
    ];
    let mut sheet = ReportSheet::from_items(context, context.t.limits, &fields, &held);
    sheet.held = 2;
    sheet
}

/// What was still open at the end, once per indicator and segment.
pub(super) fn make_open_case_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let lines: Vec<&ReportLine> = view::find_first_lines(context.report)
        .into_iter()
        .filter(|line| line.figure.open.is_some())
        .collect();
    let fields = [
        define_field("业务", "Group", 18.0, |line: &&ReportLine| {
            SheetCell::text(find_group_title(context, line))
        }),
        define_field("指标", "Indicator", 30.0, |line: &&ReportLine| {
            SheetCell::text(view::find_line_title(context.report, line))
        }),
        define_field("分类", "Split", 9.0, |line: &&ReportLine| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        define_field("未办结", "Open", 11.0, |line: &&ReportLine| {
            line.figure.open.map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.n))
        }),
        define_field("已超限", "Past the limit", 11.0, |line: &&ReportLine| {
            line.figure
                .open
                .map_or_else(SheetCell::nothing, |open| SheetCell::whole(open.past_limit))
        }),
        define_field("最长已历时", "Oldest so far", 12.0, |line: &&ReportLine| {
            make_oldest_cell(line)
        }),
        define_field("计时单位", "Clock unit", 10.0, |line: &&ReportLine| {
            SheetCell::text(line.clock.as_ref().map_or("", |clock| &clock.title))
        }),
        define_field("编号", "Indicator id", 26.0, |line: &&ReportLine| {
            SheetCell::text(&line.figure.indicator)
        }),
    ];
    let mut sheet = ReportSheet::from_items(context, context.t.annexes[2], &fields, &lines);
    sheet.held = 2;
    sheet
}

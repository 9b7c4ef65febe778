//! What was left out of the figures: cases that were excluded, and pauses that were subtracted.

use super::cell::SheetCell;
use super::context::WorkbookContext;
use super::line_cells::find_group_title;
use super::sheet::{ReportSheet, define_field};
use crate::systems::reports::model::{ReportLine, ReportedExclusion, ReportedSubtraction};
use crate::systems::reports::view;
use crate::systems::reports::words::kind_in_words;

/// A line, and one reason for which its cases were excluded.
type ExclusionRow<'a> = (&'a ReportLine, &'a ReportedExclusion);

/// A line, and one reason for which its time was subtracted.
type PauseRow<'a> = (&'a ReportLine, &'a ReportedSubtraction);

/// The cases that were excluded, and each figure without exclusions.
pub(super) fn make_exclusion_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let lines = view::find_first_lines(context.report);
    let all: Vec<ExclusionRow<'_>> = lines
        .iter()
        .flat_map(|&line| line.figure.excluded.iter().map(move |one| (line, one)))
        .collect();
    let fields = [
        define_field("业务", "Group", 18.0, |(line, _): &ExclusionRow<'_>| {
            SheetCell::text(find_group_title(context, line))
        }),
        define_field("指标", "Indicator", 30.0, |(line, _): &ExclusionRow<'_>| {
            SheetCell::text(view::find_line_title(context.report, line))
        }),
        define_field("分类", "Split", 9.0, |(line, _): &ExclusionRow<'_>| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        define_field("原因", "Reason", 30.0, |(_, one): &ExclusionRow<'_>| {
            SheetCell::text(&one.title)
        }),
        define_field("排除件数", "Excluded", 10.0, |(_, one): &ExclusionRow<'_>| {
            SheetCell::whole(one.n)
        }),
        define_field("无审批人", "No approver", 10.0, |(_, one): &ExclusionRow<'_>| {
            SheetCell::whole(one.without_approver)
        }),
        define_field("公布值", "Published", 11.0, |(line, _): &ExclusionRow<'_>| {
            make_published_cell(line)
        }),
        define_field("不作排除", "Nothing excluded", 11.0, |(line, _): &ExclusionRow<'_>| {
            let figure = &line.figure;
            SheetCell::beside_figure(figure.without_exclusions, &figure.printed, &line.unit_title)
        }),
        define_field("单位", "Unit", 9.0, |(line, _): &ExclusionRow<'_>| {
            SheetCell::text(&line.unit_title)
        }),
        define_field("原因代码", "Reason code", 22.0, |(_, one): &ExclusionRow<'_>| {
            SheetCell::text(&one.reason)
        }),
        define_field("编号", "Figure", 26.0, |(line, _): &ExclusionRow<'_>| {
            SheetCell::text(line.id())
        }),
    ];
    let mut sheet =
        ReportSheet::from_items(context, context.pick_text("排除", "Exclusions"), &fields, &all);
    sheet.held = 2;
    sheet
}

/// The pauses that were subtracted, and each figure without them.
pub(super) fn make_pause_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let lines = view::find_first_lines(context.report);
    let all: Vec<PauseRow<'_>> = lines
        .iter()
        .flat_map(|&line| line.figure.subtracted.iter().map(move |one| (line, one)))
        .collect();
    let hours = |seconds: i64| SheetCell::decimals(Some(seconds as f64 / 3600.0), 1);
    let fields = [
        define_field("业务", "Group", 18.0, |(line, _): &PauseRow<'_>| {
            SheetCell::text(find_group_title(context, line))
        }),
        define_field("指标", "Indicator", 30.0, |(line, _): &PauseRow<'_>| {
            SheetCell::text(view::find_line_title(context.report, line))
        }),
        define_field("分类", "Split", 9.0, |(line, _): &PauseRow<'_>| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        define_field("种类", "Kind", 14.0, |(_, one): &PauseRow<'_>| {
            SheetCell::text(kind_in_words(&one.kind, context.report.language))
        }),
        define_field("原因", "Reason", 28.0, |(_, one): &PauseRow<'_>| {
            SheetCell::text(&one.title)
        }),
        define_field("件数", "Cases", 10.0, |(_, one): &PauseRow<'_>| {
            SheetCell::whole(one.cases)
        }),
        define_field(
            "扣除时长（小时）",
            "Hours subtracted",
            12.0,
            move |(_, one): &PauseRow<'_>| hours(one.seconds),
        ),
        define_field("其中无审批人（小时）", "Of these without approver", 13.0, {
            move |(_, one): &PauseRow<'_>| hours(one.seconds_without_approver)
        }),
        define_field("公布值", "Published", 11.0, |(line, _): &PauseRow<'_>| {
            make_published_cell(line)
        }),
        define_field("不扣暂停", "No pause subtracted", 11.0, |(line, _): &PauseRow<'_>| {
            let figure = &line.figure;
            SheetCell::beside_figure(figure.without_pauses, &figure.printed, &line.unit_title)
        }),
        define_field("单位", "Unit", 9.0, |(line, _): &PauseRow<'_>| {
            SheetCell::text(&line.unit_title)
        }),
        define_field("原因代码", "Reason code", 22.0, |(_, one): &PauseRow<'_>| {
            SheetCell::text(&one.reason)
        }),
        define_field("编号", "Figure", 26.0, |(line, _): &PauseRow<'_>| {
            SheetCell::text(line.id())
        }),
    ];
    let mut sheet =
        ReportSheet::from_items(context, context.pick_text("暂停", "Pauses"), &fields, &all);
    sheet.held = 2;
    sheet
}

fn make_published_cell(line: &ReportLine) -> SheetCell {
    SheetCell::figure(line.figure.value, &line.figure.printed, &line.unit_title)
}

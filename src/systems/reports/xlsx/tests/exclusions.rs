//! The sheets of exclusions and pauses.

use super::expected::{Want, check_sheet, in_unit, maybe, open, text, whole};
use super::full_report::full;
use crate::systems::reports::model::{Language, ReportGroup, ReportLine};
use crate::systems::reports::words;

fn list_first_cells(group: &ReportGroup, line: &ReportLine) -> Vec<Want> {
    vec![text(&group.title), text(&line.title), maybe(line.segment.as_ref())]
}

fn list_exclusion_rows(group: &ReportGroup, line: &ReportLine) -> Vec<Vec<Want>> {
    let (figure, unit) = (&line.figure, line.unit_title.as_str());
    let mut rows = Vec::new();
    for one in &figure.excluded {
        let mut row = list_first_cells(group, line);
        row.extend([
            text(&one.title),
            whole(one.n),
            whole(one.without_approver),
            in_unit(figure.value, unit),
            in_unit(figure.without_exclusions, unit),
            text(unit),
            text(&one.reason),
            text(line.id()),
        ]);
        rows.push(row);
    }
    rows
}

fn list_pause_rows(group: &ReportGroup, line: &ReportLine, language: Language) -> Vec<Vec<Want>> {
    let (figure, unit) = (&line.figure, line.unit_title.as_str());
    let mut rows = Vec::new();
    for one in &figure.subtracted {
        let mut row = list_first_cells(group, line);
        row.extend([
            text(words::kind_in_words(&one.kind, language)),
            text(&one.title),
            whole(one.cases),
            Want::Number(one.seconds as f64 / 3600.0),
            Want::Number(one.seconds_without_approver as f64 / 3600.0),
            in_unit(figure.value, unit),
            in_unit(figure.without_pauses, unit),
            text(unit),
            text(&one.reason),
            text(line.id()),
        ]);
        rows.push(row);
    }
    rows
}

#[test]
fn exclusions_and_pauses_stand_once_with_the_figure_without_them() {
    let report = full(Language::Chinese);
    let (mut left_out, mut paused) = (Vec::new(), Vec::new());
    let mut seen = Vec::new();
    for group in &report.groups {
        for line in &group.lines {
            let key = (&line.figure.indicator, &line.figure.slice);
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            left_out.extend(list_exclusion_rows(group, line));
            paused.extend(list_pause_rows(group, line, report.language));
        }
    }
    assert!(!left_out.is_empty() && !paused.is_empty(), "the fixture has none");
    let mut book = open(&report);
    let heads = [
        "业务",
        "指标",
        "分类",
        "原因",
        "排除件数",
        "无审批人",
        "公布值",
        "不作排除",
        "单位",
        "原因代码",
        "编号",
    ];
    check_sheet(&mut book, "排除", &heads, &left_out);
    let heads = [
        "业务",
        "指标",
        "分类",
        "种类",
        "原因",
        "件数",
        "扣除时长（小时）",
        "其中无审批人（小时）",
        "公布值",
        "不扣暂停",
        "单位",
        "原因代码",
        "编号",
    ];
    check_sheet(&mut book, "暂停", &heads, &paused);
}

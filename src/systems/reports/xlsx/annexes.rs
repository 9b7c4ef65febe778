//! The annexes: what the figures mean, what was left out, and where the records came from.

use super::WorkbookContext;
use super::cell::{CellStyle, SheetCell};
use super::figures::{group_title, limit_text};
use super::sheet::{ReportSheet, field};
use crate::systems::reports::lags::dataset_in_words;
use crate::systems::reports::model::{
    LineagePack, ReportLine, ReportedBatch, ReportedDefinition, ReportedExclusion, ReportedFinding,
    ReportedLag, ReportedSource, ReportedSubtraction, UnansweredItem,
};
use crate::systems::reports::narrative::NotFromRecords;
use crate::systems::reports::view;
use crate::systems::reports::words::{how_known, kind_in_words};

pub(super) fn annexes(desk: &WorkbookContext<'_>) -> Vec<ReportSheet> {
    vec![
        definitions(desk),
        rules(desk),
        packs(desk),
        excluded(desk),
        paused(desk),
        batches(desk),
        lags(desk),
        findings(desk),
        sourced(desk),
        not_answered(desk),
    ]
}

fn definitions(desk: &WorkbookContext<'_>) -> ReportSheet {
    let lines = |texts: &[String]| SheetCell::text(texts.join("\n"));
    let fields = [
        field("业务", "Group", 14.0, |one: &&ReportedDefinition| SheetCell::text(&one.group)),
        field("名称", "Title", 20.0, |one: &&ReportedDefinition| SheetCell::text(&one.title)),
        field("定义", "Definition", 46.0, |one: &&ReportedDefinition| SheetCell::text(&one.says)),
        field("统计范围", "Population", 36.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.population)
        }),
        field("计量", "Measure", 28.0, |one: &&ReportedDefinition| SheetCell::text(&one.measure)),
        field("入期时刻", "Moment of the period", 12.0, |one: &&ReportedDefinition| {
            SheetCell::optional_text(one.period_moment.as_ref())
        }),
        field("扣除", "Subtracted", 14.0, move |one: &&ReportedDefinition| lines(&one.subtract)),
        field("排除", "Excluded", 24.0, move |one: &&ReportedDefinition| lines(&one.exclusions)),
        field("限值", "Limits", 30.0, |one: &&ReportedDefinition| {
            let limits = one.limits.iter().map(|limit| limit_text(desk, limit));
            SheetCell::text(limits.collect::<Vec<_>>().join("\n"))
        }),
        field("依据", "Sources", 26.0, move |one: &&ReportedDefinition| lines(&one.sources)),
        field("定义出处", "Set by", 16.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.set_by)
        }),
        field("编号", "Indicator", 24.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.indicator)
        }),
    ];
    let all: Vec<&ReportedDefinition> = desk.report.definitions.iter().collect();
    let mut sheet = ReportSheet::of(desk, desk.t.annexes[0], &fields, &all);
    sheet.held = 2;
    sheet
}

fn rules(desk: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        field("依据文件", "Rule", 40.0, |one: &&ReportedSource| SheetCell::text(&one.title)),
        field("文号与日期", "Citation", 60.0, |one: &&ReportedSource| {
            SheetCell::text(&one.citation)
        }),
        field("查证程度", "How well known", 26.0, |one: &&ReportedSource| {
            let look = if one.verified { CellStyle::Plain } else { CellStyle::Quiet };
            SheetCell::text(how_known(&one.read, desk.report.language)).looking(look)
        }),
        field("编号", "Id", 10.0, |one: &&ReportedSource| SheetCell::text(&one.id)),
    ];
    let all: Vec<&ReportedSource> = desk.report.legal_sources.iter().collect();
    ReportSheet::of(desk, desk.t.legal, &fields, &all)
}

fn packs(desk: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        field("指标包", "Indicator pack", 36.0, |one: &&LineagePack| {
            SheetCell::text(&one.title)
        }),
        field("编号", "Id", 22.0, |one: &&LineagePack| SheetCell::text(&one.id)),
        field("版本", "Version", 12.0, |one: &&LineagePack| SheetCell::text(&one.version)),
        field("摘要（SHA-256）", "Digest (SHA-256)", 68.0, |one: &&LineagePack| {
            SheetCell::text(&one.digest)
        }),
    ];
    let all: Vec<&LineagePack> = desk.report.pack.lineage.iter().collect();
    ReportSheet::of(desk, desk.t.pack, &fields, &all)
}

fn excluded(desk: &WorkbookContext<'_>) -> ReportSheet {
    let firsts = view::firsts(desk.report);
    let all: Vec<(&ReportLine, &ReportedExclusion)> = firsts
        .iter()
        .flat_map(|&line| line.figure.excluded.iter().map(move |one| (line, one)))
        .collect();
    let fields = [
        field("业务", "Group", 18.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::text(group_title(desk, line))
        }),
        field("指标", "Indicator", 30.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::text(view::line_title(desk.report, line))
        }),
        field("分类", "Split", 9.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        field("原因", "Reason", 30.0, |(_, one): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::text(&one.title)
        }),
        field("排除件数", "Excluded", 10.0, |(_, one): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::whole(one.n)
        }),
        field(
            "无审批人",
            "No approver",
            10.0,
            |(_, one): &(&ReportLine, &ReportedExclusion)| SheetCell::whole(one.without_approver),
        ),
        field("公布值", "Published", 11.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            published(line)
        }),
        field(
            "不作排除",
            "Nothing excluded",
            11.0,
            |(line, _): &(&ReportLine, &ReportedExclusion)| {
                let figure = &line.figure;
                SheetCell::beside(figure.without_exclusions, &figure.printed, &line.unit_title)
            },
        ),
        field("单位", "Unit", 9.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::text(&line.unit_title)
        }),
        field(
            "原因代码",
            "Reason code",
            22.0,
            |(_, one): &(&ReportLine, &ReportedExclusion)| SheetCell::text(&one.reason),
        ),
        field("编号", "Figure", 26.0, |(line, _): &(&ReportLine, &ReportedExclusion)| {
            SheetCell::text(line.id())
        }),
    ];
    let mut sheet = ReportSheet::of(desk, desk.pick("排除", "Exclusions"), &fields, &all);
    sheet.held = 2;
    sheet
}

fn paused(desk: &WorkbookContext<'_>) -> ReportSheet {
    let firsts = view::firsts(desk.report);
    let all: Vec<(&ReportLine, &ReportedSubtraction)> = firsts
        .iter()
        .flat_map(|&line| line.figure.subtracted.iter().map(move |one| (line, one)))
        .collect();
    let hours = |seconds: i64| SheetCell::decimals(Some(seconds as f64 / 3600.0), 1);
    let fields = [
        field("业务", "Group", 18.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(group_title(desk, line))
        }),
        field("指标", "Indicator", 30.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(view::line_title(desk.report, line))
        }),
        field("分类", "Split", 9.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::optional_text(line.segment.as_ref())
        }),
        field("种类", "Kind", 14.0, |(_, one): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(kind_in_words(&one.kind, desk.report.language))
        }),
        field("原因", "Reason", 28.0, |(_, one): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(&one.title)
        }),
        field("件数", "Cases", 10.0, |(_, one): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::whole(one.cases)
        }),
        field(
            "扣除时长（小时）",
            "Hours subtracted",
            12.0,
            move |(_, one): &(&ReportLine, &ReportedSubtraction)| hours(one.seconds),
        ),
        field("其中无审批人（小时）", "Of these without approver", 13.0, {
            move |(_, one): &(&ReportLine, &ReportedSubtraction)| {
                hours(one.seconds_without_approver)
            }
        }),
        field("公布值", "Published", 11.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            published(line)
        }),
        field(
            "不扣暂停",
            "No pause subtracted",
            11.0,
            |(line, _): &(&ReportLine, &ReportedSubtraction)| {
                let figure = &line.figure;
                SheetCell::beside(figure.without_pauses, &figure.printed, &line.unit_title)
            },
        ),
        field("单位", "Unit", 9.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(&line.unit_title)
        }),
        field(
            "原因代码",
            "Reason code",
            22.0,
            |(_, one): &(&ReportLine, &ReportedSubtraction)| SheetCell::text(&one.reason),
        ),
        field("编号", "Figure", 26.0, |(line, _): &(&ReportLine, &ReportedSubtraction)| {
            SheetCell::text(line.id())
        }),
    ];
    let mut sheet = ReportSheet::of(desk, desk.pick("暂停", "Pauses"), &fields, &all);
    sheet.held = 2;
    sheet
}

fn published(line: &ReportLine) -> SheetCell {
    SheetCell::value(line.figure.value, &line.figure.printed, &line.unit_title)
}

fn batches(desk: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        field("数据集", "Dataset", 14.0, |one: &&ReportedBatch| SheetCell::text(&one.dataset)),
        field("来源文件", "Source", 44.0, |one: &&ReportedBatch| SheetCell::text(&one.source)),
        field("批次", "Batch", 18.0, |one: &&ReportedBatch| SheetCell::text(&one.batch)),
        field("导入时间", "Imported", 22.0, |one: &&ReportedBatch| {
            SheetCell::optional_text(one.imported.as_ref())
        }),
        field("读取", "Read", 12.0, |one: &&ReportedBatch| SheetCell::whole(one.read)),
        field("接受", "Accepted", 12.0, |one: &&ReportedBatch| SheetCell::whole(one.accepted)),
        field("隔离", "Quarantined", 12.0, |one: &&ReportedBatch| {
            SheetCell::whole(one.quarantined)
        }),
        field("摘要（SHA-256）", "Digest (SHA-256)", 68.0, |one: &&ReportedBatch| {
            SheetCell::optional_text(one.digest.as_ref())
        }),
    ];
    let all: Vec<&ReportedBatch> = desk.report.data.batches.iter().collect();
    ReportSheet::of(desk, desk.pick("数据来源", "Data sources"), &fields, &all)
}

fn lags(desk: &WorkbookContext<'_>) -> ReportSheet {
    let days = |seconds: i64| SheetCell::decimals(Some(seconds as f64 / 86_400.0), 1);
    let fields = [
        field("数据集", "Dataset", 18.0, |one: &&ReportedLag| {
            SheetCell::text(dataset_in_words(&one.dataset, desk.report.language))
        }),
        field("本期件数", "In the period", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.cases)
        }),
        field("中位（天）", "Median, days", 11.0, move |one: &&ReportedLag| days(one.median)),
        field("P95（天）", "P95, days", 11.0, move |one: &&ReportedLag| days(one.p95)),
        field("超过7天", "Later than 7 days", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.late)
        }),
        field("占比（%）", "Share, %", 10.0, |one: &&ReportedLag| {
            SheetCell::decimals(Some(one.late as f64 * 100.0 / one.cases as f64), 2)
        }),
        field("办结后改动", "Changed after close", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.changed_after_close)
        }),
        field("期末后改动", "Changed after the period", 13.0, |one: &&ReportedLag| {
            SheetCell::whole(one.changed_after_period)
        }),
        field("时间依据", "Times by", 24.0, |one: &&ReportedLag| {
            SheetCell::text(match one.witnessed {
                true => desk.pick("见证方", "a witness"),
                false => desk.pick("本企业时钟", "the operator's clock"),
            })
        }),
    ];
    let all: Vec<&ReportedLag> = desk.report.lags.iter().collect();
    ReportSheet::of(desk, desk.pick("入账时滞", "Commitment lag"), &fields, &all)
}

fn findings(desk: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        field("发现", "Finding", 28.0, |one: &&ReportedFinding| SheetCell::text(&one.kind)),
        field("数据集", "Dataset", 14.0, |one: &&ReportedFinding| SheetCell::text(&one.dataset)),
        field("列", "Column", 20.0, |one: &&ReportedFinding| {
            SheetCell::optional_text(one.column.as_ref())
        }),
        field("行数", "Rows", 11.0, |one: &&ReportedFinding| SheetCell::whole(one.rows)),
        field("说明", "Explanation", 60.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.explanation)
        }),
        field("处理建议", "Remedy", 60.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.remedy)
        }),
    ];
    let all: Vec<&ReportedFinding> = desk.report.data.findings.iter().collect();
    let mut sheet = ReportSheet::of(desk, desk.pick("质量发现", "Quality findings"), &fields, &all);
    desk.t.no_findings.clone_into(&mut sheet.empty);
    sheet
}

/// Numbers that an author vouches for.
fn sourced(desk: &WorkbookContext<'_>) -> ReportSheet {
    let all: Vec<(usize, &NotFromRecords)> =
        desk.report.not_from_records.iter().enumerate().collect();
    let fields = [
        field("序号", "No.", 8.0, |(index, _): &(usize, &NotFromRecords)| {
            SheetCell::whole(*index as u64 + 1)
        }),
        field("数值", "Number", 24.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(&one.text)
        }),
        field("来源", "Source", 60.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(&one.source)
        }),
        field("出现位置", "Where", 34.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(one.place.title(desk.report.language))
        }),
    ];
    let mut sheet = ReportSheet::of(desk, desk.t.annexes[4], &fields, &all);
    desk.t.no_sourced.clone_into(&mut sheet.empty);
    sheet
}

fn not_answered(desk: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        field("指标", "Indicator", 44.0, |one: &&UnansweredItem| SheetCell::text(&one.title)),
        field("所缺数据", "What is missing", 60.0, |one: &&UnansweredItem| {
            SheetCell::text(&one.missing)
        }),
        field("编号", "Id", 30.0, |one: &&UnansweredItem| SheetCell::text(&one.id)),
    ];
    let all: Vec<&UnansweredItem> = desk.report.not_answered.iter().collect();
    ReportSheet::of(desk, desk.t.not_answered, &fields, &all)
}

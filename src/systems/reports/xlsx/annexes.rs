//! The annexes: what the figures mean, and where the records came from.

use super::cell::{CellStyle, SheetCell};
use super::context::WorkbookContext;
use super::exclusions::{make_exclusion_sheet, make_pause_sheet};
use super::line_cells::print_limit;
use super::sheet::{ReportSheet, define_field};
use crate::systems::reports::lags::dataset_in_words;
use crate::systems::reports::model::{
    LineagePack, ReportedBatch, ReportedDefinition, ReportedFinding, ReportedLag, ReportedSource,
    UnansweredItem,
};
use crate::systems::reports::narrative::NotFromRecords;
use crate::systems::reports::words::reading_in_words;

pub(super) fn make_annex_sheets(context: &WorkbookContext<'_>) -> Vec<ReportSheet> {
    vec![
        make_definition_sheet(context),
        make_rule_sheet(context),
        make_pack_sheet(context),
        make_exclusion_sheet(context),
        make_pause_sheet(context),
        make_batch_sheet(context),
        make_lag_sheet(context),
        make_finding_sheet(context),
        make_sourced_sheet(context),
        make_unanswered_sheet(context),
    ]
}

fn make_definition_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let lines = |texts: &[String]| SheetCell::text(texts.join("\n"));
    let fields = [
        define_field("业务", "Group", 14.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.group)
        }),
        define_field("名称", "Title", 20.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.title)
        }),
        define_field("定义", "Definition", 46.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.says)
        }),
        define_field("统计范围", "Population", 36.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.population)
        }),
        define_field("计量", "Measure", 28.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.measure)
        }),
        define_field("入期时刻", "Moment of the period", 12.0, |one: &&ReportedDefinition| {
            SheetCell::optional_text(one.period_moment.as_ref())
        }),
        define_field("扣除", "Subtracted", 14.0, move |one: &&ReportedDefinition| {
            lines(&one.subtract)
        }),
        define_field("排除", "Excluded", 24.0, move |one: &&ReportedDefinition| {
            lines(&one.exclusions)
        }),
        define_field("限值", "Limits", 30.0, |one: &&ReportedDefinition| {
            let limits = one.limits.iter().map(|limit| print_limit(context, limit));
            SheetCell::text(limits.collect::<Vec<_>>().join("\n"))
        }),
        define_field("依据", "Sources", 26.0, move |one: &&ReportedDefinition| {
            lines(&one.sources)
        }),
        define_field("定义出处", "Set by", 16.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.set_by)
        }),
        define_field("编号", "Indicator", 24.0, |one: &&ReportedDefinition| {
            SheetCell::text(&one.indicator)
        }),
    ];
    let all: Vec<&ReportedDefinition> = context.report.definitions.iter().collect();
    let mut sheet = ReportSheet::from_items(context, context.t.annexes[0], &fields, &all);
    sheet.held = 2;
    sheet
}

fn make_rule_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        define_field("依据文件", "Rule", 40.0, |one: &&ReportedSource| {
            SheetCell::text(&one.title)
        }),
        define_field("文号与日期", "Citation", 60.0, |one: &&ReportedSource| {
            SheetCell::text(&one.citation)
        }),
        define_field("查证程度", "How well known", 26.0, |one: &&ReportedSource| {
            let look = if one.verified { CellStyle::Plain } else { CellStyle::Quiet };
            SheetCell::text(reading_in_words(&one.read, context.report.language)).with_style(look)
        }),
        define_field("编号", "Id", 10.0, |one: &&ReportedSource| SheetCell::text(&one.id)),
    ];
    let all: Vec<&ReportedSource> = context.report.legal_sources.iter().collect();
    ReportSheet::from_items(context, context.t.legal, &fields, &all)
}

fn make_pack_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        define_field("指标包", "Indicator pack", 36.0, |one: &&LineagePack| {
            SheetCell::text(&one.title)
        }),
        define_field("编号", "Id", 22.0, |one: &&LineagePack| SheetCell::text(&one.id)),
        define_field("版本", "Version", 12.0, |one: &&LineagePack| SheetCell::text(&one.version)),
        define_field("摘要（SHA-256）", "Digest (SHA-256)", 68.0, |one: &&LineagePack| {
            SheetCell::text(&one.digest)
        }),
    ];
    let all: Vec<&LineagePack> = context.report.pack.lineage.iter().collect();
    ReportSheet::from_items(context, context.t.pack, &fields, &all)
}

fn make_batch_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        define_field("数据集", "Dataset", 14.0, |one: &&ReportedBatch| {
            SheetCell::text(&one.dataset)
        }),
        define_field("来源文件", "Source", 44.0, |one: &&ReportedBatch| {
            SheetCell::text(&one.source)
        }),
        define_field("批次", "Batch", 18.0, |one: &&ReportedBatch| SheetCell::text(&one.batch)),
        define_field("导入时间", "Imported", 22.0, |one: &&ReportedBatch| {
            SheetCell::optional_text(one.imported.as_ref())
        }),
        define_field("读取", "Read", 12.0, |one: &&ReportedBatch| SheetCell::whole(one.read)),
        define_field("接受", "Accepted", 12.0, |one: &&ReportedBatch| {
            SheetCell::whole(one.accepted)
        }),
        define_field("隔离", "Quarantined", 12.0, |one: &&ReportedBatch| {
            SheetCell::whole(one.quarantined)
        }),
        define_field("摘要（SHA-256）", "Digest (SHA-256)", 68.0, |one: &&ReportedBatch| {
            SheetCell::optional_text(one.digest.as_ref())
        }),
    ];
    let all: Vec<&ReportedBatch> = context.report.data.batches.iter().collect();
    ReportSheet::from_items(context, context.pick_text("数据来源", "Data sources"), &fields, &all)
}

fn make_lag_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let days = |seconds: i64| SheetCell::decimals(Some(seconds as f64 / 86_400.0), 1);
    let fields = [
        define_field("数据集", "Dataset", 18.0, |one: &&ReportedLag| {
            SheetCell::text(dataset_in_words(&one.dataset, context.report.language))
        }),
        define_field("本期件数", "In the period", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.cases)
        }),
        define_field("中位（天）", "Median, days", 11.0, move |one: &&ReportedLag| {
            days(one.median)
        }),
        define_field("P95（天）", "P95, days", 11.0, move |one: &&ReportedLag| days(one.p95)),
        define_field("超过7天", "Later than 7 days", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.late)
        }),
        define_field("占比（%）", "Share, %", 10.0, |one: &&ReportedLag| {
            SheetCell::decimals(Some(one.late as f64 * 100.0 / one.cases as f64), 2)
        }),
        define_field("办结后改动", "Changed after close", 12.0, |one: &&ReportedLag| {
            SheetCell::whole(one.changed_after_close)
        }),
        define_field("期末后改动", "Changed after the period", 13.0, |one: &&ReportedLag| {
            SheetCell::whole(one.changed_after_period)
        }),
        define_field("时间依据", "Times by", 24.0, |one: &&ReportedLag| {
            SheetCell::text(if one.witnessed {
                context.pick_text("见证方", "a witness")
            } else {
                context.pick_text("本企业时钟", "the operator's clock")
            })
        }),
    ];
    let all: Vec<&ReportedLag> = context.report.lags.iter().collect();
    ReportSheet::from_items(context, context.pick_text("入账时滞", "Commitment lag"), &fields, &all)
}

fn make_finding_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        define_field("发现", "Finding", 28.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.kind)
        }),
        define_field("数据集", "Dataset", 14.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.dataset)
        }),
        define_field("列", "Column", 20.0, |one: &&ReportedFinding| {
            SheetCell::optional_text(one.column.as_ref())
        }),
        define_field("行数", "Rows", 11.0, |one: &&ReportedFinding| SheetCell::whole(one.rows)),
        define_field("说明", "Explanation", 60.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.explanation)
        }),
        define_field("处理建议", "Remedy", 60.0, |one: &&ReportedFinding| {
            SheetCell::text(&one.remedy)
        }),
    ];
    let all: Vec<&ReportedFinding> = context.report.data.findings.iter().collect();
    let mut sheet = ReportSheet::from_items(
        context,
        context.pick_text("质量发现", "Quality findings"),
        &fields,
        &all,
    );
    context.t.no_findings.clone_into(&mut sheet.empty);
    sheet
}

/// Numbers that an author vouches for.
fn make_sourced_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let all: Vec<(usize, &NotFromRecords)> =
        context.report.not_from_records.iter().enumerate().collect();
    let fields = [
        define_field("序号", "No.", 8.0, |(index, _): &(usize, &NotFromRecords)| {
            SheetCell::whole(*index as u64 + 1)
        }),
        define_field("数值", "Number", 24.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(&one.text)
        }),
        define_field("来源", "Source", 60.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(&one.source)
        }),
        define_field("出现位置", "Where", 34.0, |(_, one): &(usize, &NotFromRecords)| {
            SheetCell::text(one.place.title(context.report.language))
        }),
    ];
    let mut sheet = ReportSheet::from_items(context, context.t.annexes[4], &fields, &all);
    context.t.no_sourced.clone_into(&mut sheet.empty);
    sheet
}

fn make_unanswered_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let fields = [
        define_field("指标", "Indicator", 44.0, |one: &&UnansweredItem| {
            SheetCell::text(&one.title)
        }),
        define_field("所缺数据", "What is missing", 60.0, |one: &&UnansweredItem| {
            SheetCell::text(&one.missing)
        }),
        define_field("编号", "Id", 30.0, |one: &&UnansweredItem| SheetCell::text(&one.id)),
    ];
    let all: Vec<&UnansweredItem> = context.report.not_answered.iter().collect();
    ReportSheet::from_items(context, context.t.not_answered, &fields, &all)
}

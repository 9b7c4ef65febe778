//! The sheets of the annexes, except for exclusions and pauses.

use super::expected::{Book, check_sheet, marked, maybe, open, text, whole};
use super::full_report::full;
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::words;

#[test]
fn every_cell_of_the_annexes_is_what_the_report_says() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    check_meanings(&report, &mut book);
    check_records(&report, &mut book);
}

/// What the figures mean: definitions, rules, packs.
fn check_meanings(report: &QualityReport, book: &mut Book) {
    let rows = report.definitions.iter().map(|one| {
        let limits: Vec<String> = one.limits.iter().map(marked).collect();
        vec![
            text(&one.group),
            text(&one.title),
            text(&one.says),
            text(&one.population),
            text(&one.measure),
            maybe(one.period_moment.as_ref()),
            text(one.subtract.join("\n")),
            text(one.exclusions.join("\n")),
            text(limits.join("\n")),
            text(one.sources.join("\n")),
            text(&one.set_by),
            text(&one.indicator),
        ]
    });
    let heads = [
        "业务",
        "名称",
        "定义",
        "统计范围",
        "计量",
        "入期时刻",
        "扣除",
        "排除",
        "限值",
        "依据",
        "定义出处",
        "编号",
    ];
    check_sheet(book, "指标定义", &heads, &rows.collect::<Vec<_>>());

    let rows = report.legal_sources.iter().map(|one| {
        let known = words::reading_in_words(&one.read, report.language);
        vec![text(&one.title), text(&one.citation), text(known), text(&one.id)]
    });
    let heads = ["依据文件", "文号与日期", "查证程度", "编号"];
    check_sheet(book, "依据文件", &heads, &rows.collect::<Vec<_>>());

    let rows =
        report.pack.lineage.iter().map(|one| {
            vec![text(&one.title), text(&one.id), text(&one.version), text(&one.digest)]
        });
    let heads = ["指标包", "编号", "版本", "摘要（SHA-256）"];
    check_sheet(book, "指标包", &heads, &rows.collect::<Vec<_>>());
}

/// What stands behind the figures: sources, findings, numbers not from records, missing data.
fn check_records(report: &QualityReport, book: &mut Book) {
    let rows = report.data.batches.iter().map(|one| {
        vec![
            text(&one.dataset),
            text(&one.source),
            text(&one.batch),
            maybe(one.imported.as_ref()),
            whole(one.read),
            whole(one.accepted),
            whole(one.quarantined),
            maybe(one.digest.as_ref()),
        ]
    });
    let heads =
        ["数据集", "来源文件", "批次", "导入时间", "读取", "接受", "隔离", "摘要（SHA-256）"];
    check_sheet(book, "数据来源", &heads, &rows.collect::<Vec<_>>());

    let rows = report.data.findings.iter().map(|one| {
        vec![
            text(&one.kind),
            text(&one.dataset),
            maybe(one.column.as_ref()),
            whole(one.rows),
            text(&one.explanation),
            text(&one.remedy),
        ]
    });
    let heads = ["发现", "数据集", "列", "行数", "说明", "处理建议"];
    check_sheet(book, "质量发现", &heads, &rows.collect::<Vec<_>>());

    let rows = report.not_from_records.iter().enumerate().map(|(index, one)| {
        let place = one.place.title(report.language);
        vec![whole(index as u64 + 1), text(&one.text), text(&one.source), text(place)]
    });
    let heads = ["序号", "数值", "来源", "出现位置"];
    check_sheet(book, "非记录数据", &heads, &rows.collect::<Vec<_>>());

    let rows = report.not_answered.iter();
    let rows = rows.map(|one| vec![text(&one.title), text(&one.missing), text(&one.id)]);
    let heads = ["指标", "所缺数据", "编号"];
    check_sheet(book, "无法回答的指标", &heads, &rows.collect::<Vec<_>>());
}

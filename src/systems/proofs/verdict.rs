//! What the records add to the verdict on a sealed report, in words for a clerk.

use trueline_verify::{Evidence, FileVerdict, FindingKind, Language, Text, VerdictFinding};

use super::later::{LaterChange, LaterChanges, find_later_changes};
use super::mismatch::{RecheckResult, RecordMismatch};
use super::recheck::{RecheckError, recheck_report};
use crate::state::State;

/// Computes the report again from the records, and adds the result to the verdict. Returns how many
/// rows were read.
pub(crate) fn add_records(
    evidence: &Evidence,
    state: &State,
    verdict: &mut FileVerdict,
) -> Result<u64, RecheckError> {
    let done = recheck_report(evidence, state)?;
    for fault in &done.faults {
        verdict.add_finding(make_finding(fault));
    }
    let shown = ["that the partial figures follow", "that the commitment lag is true"];
    verdict.not_proved.retain(|words| !shown.iter().any(|en| in_english(words).starts_with(en)));
    if done.faults.is_empty() {
        add_proved_facts(&done, verdict);
    }
    verdict.not_proved.retain(|words| !in_english(words).starts_with("what the imports after"));
    add_later_changes(&find_later_changes(evidence, state)?, verdict);
    Ok(done.rows)
}

fn in_english(text: &Text) -> &str {
    text.as_str(Language::English)
}

/// How many changed figures a verdict lists.
const SHOWN: usize = 12;

/// Adds what was recorded after the report, and what it would change.
fn add_later_changes(later: &LaterChanges, verdict: &mut FileVerdict) {
    for fault in &later.faults {
        verdict.add_finding(make_finding(fault));
    }
    if later.batches.is_empty() {
        return;
    }
    let batches = later.batches.len();
    let rows: u64 = later.batches.iter().map(|batch| batch.rows).sum();
    let changes = later.batches.iter().filter(|batch| batch.is_change).count();
    let figures = later.moved.len();
    verdict.add_remark(
        format!(
            "报告之后又导入{batches}个批次（{rows}行，其中{changes}个更改了先前记录）：本报告仍按其截止时点成立，\
             以现有记录计算，{figures}项指标会不同"
        ),
        format!(
            "{batches} batches were imported after the report ({rows} rows; {changes} replace earlier \
             records). It stands at its cut; with them, {figures} figures would differ"
        ),
    );
    // Whole figures say more than their slices.
    let mut moved: Vec<&LaterChange> = later.moved.iter().collect();
    moved.sort_by_key(|one| one.figure.contains('['));
    for one in moved.iter().take(SHOWN) {
        let reasons: Vec<String> =
            one.excluded.iter().map(|(id, then, now)| format!("{id} {then} → {now}")).collect();
        let (mut zh, mut en) = (String::new(), String::new());
        if !reasons.is_empty() {
            let (list, unapproved) = (reasons.join(", "), one.unapproved);
            zh = format!("；排除 {list}，无人批准的{unapproved}件");
            en = format!("; excluded {list}, {unapproved} of them approved by nobody");
        }
        let LaterChange { figure, stated, now, .. } = one;
        verdict.add_remark(
            format!("{figure}：报告为 {stated}，现为 {now}{zh}"),
            format!("{figure}: {stated} in the report, {now} now{en}"),
        );
    }
    if figures > SHOWN {
        let more = figures - SHOWN;
        verdict.add_remark(format!("另有{more}项指标不同"), format!("{more} more figures differ"));
    }
}

fn add_proved_facts(done: &RecheckResult, verdict: &mut FileVerdict) {
    let RecheckResult { batches, rows, blocks, figures, .. } = done;
    verdict.add_proved(
        format!("{batches}个批次的{rows}行记录逐行核对，与入账时一致"),
        format!("all {rows} rows of {batches} batches are those that were committed to"),
    );
    verdict.add_proved(
        format!("由记录重新计算：{blocks}个数据块、{figures}项指标，与证据相同"),
        format!("worked out again from the records: {blocks} blocks and {figures} figures agree"),
    );
}

/// The finding for a fault of the records, with its place and the figure it is about.
fn make_finding(fault: &RecordMismatch) -> VerdictFinding {
    let (zh, en) = describe_mismatch(fault);
    let finding = VerdictFinding::new(FindingKind::Records, Text::new(zh, en));
    match fault {
        RecordMismatch::NoBatch { dataset, batch }
        | RecordMismatch::Uncommitted { dataset, batch }
        | RecordMismatch::Unreadable { dataset, batch, .. }
        | RecordMismatch::Rows { dataset, batch, .. }
        | RecordMismatch::Row { dataset, batch, .. } => {
            finding.at_place(format!("{dataset}/{batch}"))
        }
        RecordMismatch::Figure { figure, .. } => finding.about_figure(figure.clone()),
        RecordMismatch::Pack { .. }
        | RecordMismatch::Calendar { .. }
        | RecordMismatch::Definition { .. }
        | RecordMismatch::Population { .. }
        | RecordMismatch::Block { .. }
        | RecordMismatch::Lag { .. }
        | RecordMismatch::Partial { .. } => finding,
    }
}

/// Describes a fault for a clerk, in Chinese and in English.
fn describe_mismatch(fault: &RecordMismatch) -> (String, String) {
    match fault {
        RecordMismatch::NoBatch { dataset, batch } => (
            format!("缺少批次 {dataset} {batch}"),
            format!("the batch {batch} of {dataset} is not there"),
        ),
        RecordMismatch::Uncommitted { dataset, batch } => (
            format!("批次 {dataset} {batch} 在记录中，但账本没有它"),
            format!("the batch {batch} of {dataset} is among the records, but not in the ledger"),
        ),
        RecordMismatch::Unreadable { dataset, batch, why } => (
            format!("批次 {dataset} {batch} 的文件已损坏，无法读取（{why}）"),
            format!("the file of batch {batch} of {dataset} is damaged: {why}"),
        ),
        RecordMismatch::Rows { dataset, batch, stated, found, first } => {
            let from = |zh: &str| first.as_ref().map_or(String::new(), |key| zh.replace("{}", key));
            let (zh, en) = (from("；自 {} 起不同"), from("; they differ from {} on"));
            (
                format!("批次 {dataset} {batch} 有{found}行，入账时为{stated}行{zh}"),
                format!(
                    "batch {batch} of {dataset} has {found} rows, {stated} were committed to{en}"
                ),
            )
        }
        RecordMismatch::Row { dataset, batch, block, row, key } => {
            let row = row.map_or("?".to_owned(), |row| row.to_string());
            let key = key.as_deref().unwrap_or("?");
            let of = format!("row {row} (block {block}) of batch {batch} of {dataset}, {key},");
            (
                format!("批次 {dataset} {batch} 第{block}块第{row}行（{key}）与入账时不同"),
                format!("{of} is not what was committed to"),
            )
        }
        RecordMismatch::Pack { id } => (
            format!("指标包 {id} 不是报告所用的版本"),
            format!("the pack {id} is not the one that the report was made with"),
        ),
        RecordMismatch::Calendar { name } => (
            format!("日历 {name} 不是报告所用的版本"),
            format!("the calendar {name} is not the one that the report was made with"),
        ),
        RecordMismatch::Definition { id } => (
            format!("指标 {id} 的口径与证据不同"),
            format!("the definition of {id} is not the one in the evidence"),
        ),
        RecordMismatch::Population { dataset, period, stated, found } => (
            format!("{period} 的 {dataset} 有{found}件，证据为{stated}件"),
            format!("{dataset} of {period} has {found} members, the evidence states {stated}"),
        ),
        RecordMismatch::Block { dataset, period, block } => (
            format!("{period} 的 {dataset} 第{block}块与证据不同"),
            format!("block {block} of {dataset} of {period} is not what the evidence states"),
        ),
        RecordMismatch::Lag { dataset, period, what, stated, found } => (
            format!("{period} 的 {dataset} 入账时滞 {what} 应为{found}，证据为{stated}"),
            format!(
                "commitment lag of {dataset} of {period}: {what} is {found}, stated is {stated}"
            ),
        ),
        RecordMismatch::Partial { cell, block, column, stated, found } => (
            format!("{cell} 第{block}块的 {column} 应为{found}，证据为{stated}"),
            format!("{cell}, block {block}: {column} is {found}, the evidence states {stated}"),
        ),
        RecordMismatch::Figure { figure, stated, found } => (
            format!("{figure} 应为 {found}，报告为 {stated}"),
            format!("{figure} is {found}, the report prints {stated}"),
        ),
    }
}

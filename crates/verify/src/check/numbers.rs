//! Every number of a report against its evidence, and what is not compared.

use super::opened::{FileFormat, OpenedFile};
use super::report::ComparedNumbers;
use super::statement::SealedStatement;
use super::{page, report, shape, sheets};
use crate::evidence::Evidence;
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use trueline_language::Text;

/// Every number of the report against the evidence.
pub(crate) fn compare_numbers(
    opened: &OpenedFile,
    evidence: Option<&Evidence>,
    sealed: Option<&SealedStatement>,
    verdict: &mut FileVerdict,
) {
    let Some(evidence) = evidence else { return };
    if let Some(book) = &opened.workbook {
        sheets::compare_cells(book, evidence, sealed.is_some_and(|sealed| sealed.is_same), verdict);
        return;
    }
    let report = opened.report.as_deref().map(serde_json::from_slice::<shape::ShownReport>);
    let Some(Ok(report)) = report else {
        let says = Text::new("文件中没有可读的报告数据", "the data of the report cannot be read");
        verdict.add_finding(VerdictFinding::new(FindingKind::Unreadable, says).at_place("report"));
        return;
    };
    let mut compared = report::compare_report(&report, evidence);
    if let Some(page) = &opened.page {
        compared.findings.extend(page::compare_page(page, &report));
    }
    add_compared(&mut compared, sealed, verdict);
    if opened.format == FileFormat::Pdf {
        add_limits_of_pdf(verdict);
    }
    add_limits(&compared.published, evidence, verdict);
}

/// Adds the findings, or what is proved if there are none.
fn add_compared(
    compared: &mut ComparedNumbers,
    sealed: Option<&SealedStatement>,
    verdict: &mut FileVerdict,
) {
    let (figures, spans) = (compared.figures, compared.spans);
    if compared.findings.is_empty() {
        verdict.add_proved(
            format!("报告数据中的{figures}项指标（含件数、超限、排除、扣除）与证据逐项相符"),
            format!(
                "{figures} figures of the report, with counts, exclusions and pauses, are those \
                 of the evidence"
            ),
        );
        verdict.add_proved(
            format!("正文引用的{spans}处数字与指标相符"),
            format!("{spans} numbers in the words of the report are those of the figures"),
        );
    } else if sealed.is_some_and(|sealed| !sealed.is_same) {
        verdict.add_remark(
            "除已点明者外，已封印而不重新计算的部分也可能有改动",
            "besides what is named, parts that are sealed but not recomputed may be changed, too",
        );
    }
    verdict.findings.append(&mut compared.findings);
}

/// Adds what is not compared of a PDF: its pages.
fn add_limits_of_pdf(verdict: &mut FileVerdict) {
    verdict.add_unproved(
        "PDF 页面上的文字只按整份文件的摘要核对，未逐字与附件比对",
        "the text of the PDF's pages is sealed with the file, but not compared word by word",
    );
    if verdict.findings.iter().all(|finding| finding.what == FindingKind::Rendering)
        && !verdict.findings.is_empty()
    {
        verdict.add_remark(
            "附件中的证据和数据未变：改动在页面或文件的其他部分",
            "the attachments still agree: the pages or another part of the file were changed",
        );
    }
}

/// Adds what is sealed but not computed again.
fn add_limits(published: &[String], evidence: &Evidence, verdict: &mut FileVerdict) {
    if !published.is_empty() {
        let list = published.join(", ");
        verdict.add_unproved(
            format!("引自他处公布、未重新计算的指标：{list}"),
            format!("taken from elsewhere as published, not computed: {list}"),
        );
    }
    verdict.add_unproved(
        "图表的柱和线、限值、定义的文字：已封印，未重新计算",
        "bars and lines of charts, limits, the prose of definitions: sealed, not recomputed",
    );
    if evidence.populations.iter().any(|one| one.lag.is_some()) {
        verdict.add_unproved(
            "入账时滞是否属实（需数据重新计算；见证时间需账本和策略）",
            "that the commitment lag is true (needs the data, and the ledger and a policy for its \
             times)",
        );
    }
    add_limit_of_denominators(evidence, verdict);
}

fn add_limit_of_denominators(evidence: &Evidence, verdict: &mut FileVerdict) {
    if evidence.inputs.iter().any(|input| input.dataset == "count") {
        verdict.add_unproved(
            "用作分母的用户数等（count 数据）是否属实",
            "whether the counts that figures are divided by (the dataset count) are true",
        );
    }
}

//! The evidence of a file: whether it is the sealed one, and agrees with itself.

use trueline_ledger::Hash;

use super::opened::OpenedFile;
use super::statement::SealedStatement;
use crate::evidence::{EVIDENCE, Evidence};
use crate::figures::{Disagreement, find_disagreements};
use crate::json::read_canonical_json;
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use trueline_language::Text;

/// Reads the evidence, and checks that it is the sealed one and agrees with itself.
pub(crate) fn read_evidence(
    opened: &OpenedFile,
    sealed: Option<&SealedStatement>,
    verdict: &mut FileVerdict,
) -> Option<Evidence> {
    let Some(bytes) = &opened.evidence else {
        let says = Text::new("文件中没有可读的证据", "there is no evidence in it that can be read");
        verdict.add_finding(VerdictFinding::new(FindingKind::Evidence, says).at_place("evidence"));
        return None;
    };
    if let Some(sealed) = sealed {
        if Hash::digest_of(bytes).to_hex() == sealed.statement.evidence {
            verdict.add_proved("证据与封印时完全一致", "the evidence is exactly what was sealed");
        } else {
            let says = Text::new("证据与封印时不同", "the evidence is not the one that was sealed");
            verdict
                .add_finding(VerdictFinding::new(FindingKind::Evidence, says).at_place("evidence"));
        }
    }
    let evidence = read_canonical_json::<Evidence>(bytes);
    let evidence = evidence.ok().filter(|evidence| evidence.format == EVIDENCE);
    let Some(evidence) = evidence else {
        let says = Text::new("证据的格式不正确", "the evidence is not of the form that it names");
        verdict.add_finding(VerdictFinding::new(FindingKind::Evidence, says).at_place("evidence"));
        return None;
    };
    if sealed.is_some_and(|sealed| sealed.statement.pack != evidence.pack.id) {
        let says = Text::new(
            "证据的指标包不是声明所写的",
            "the evidence is of another pack than the statement",
        );
        verdict.add_finding(VerdictFinding::new(FindingKind::Evidence, says).at_place("evidence"));
    }
    let wrong = find_disagreements(&evidence);
    if wrong.is_empty() {
        let blocks: usize = evidence.populations.iter().map(|one| one.blocks.len()).sum();
        let figures = evidence.figures.len();
        verdict.add_proved(
            format!("证据中的{figures}项指标均由{blocks}个数据块的分块数据相加得出"),
            format!(
                "all {figures} figures of the evidence add up from the partial figures of \
                 {blocks} blocks"
            ),
        );
    }
    for one in wrong {
        verdict.add_finding(describe_disagreement(&one));
    }
    Some(evidence)
}

fn describe_disagreement(one: &Disagreement) -> VerdictFinding {
    let en = one.to_string();
    let (zh, figure) = match one {
        Disagreement::Figure { figure, printed, computed } => {
            (format!("{figure}：证据写为 {printed}，分块相加得 {computed}"), Some(figure))
        }
        Disagreement::NoCell { figure } => {
            (format!("{figure}：证据所指的单元不存在"), Some(figure))
        }
        Disagreement::Twice { figure } => (format!("{figure}：在证据中出现两次"), Some(figure)),
        Disagreement::Cells { dataset, period } => {
            (format!("{dataset} {period}：单元重复、不存在或没有定义"), None)
        }
        Disagreement::NotAtRank { figure, value } => {
            (format!("{figure}：分位数 {value} 不在其名次上"), Some(figure))
        }
        Disagreement::Rows { dataset, period, blocks, rows } => {
            (format!("{dataset} {period}：各块共{blocks}条，总体为{rows}条"), None)
        }
        Disagreement::Root { dataset, period } => {
            (format!("{dataset} {period}：各块不能导出总体的根"), None)
        }
        Disagreement::Lag { dataset, period } => {
            (format!("{dataset} {period}：入账时滞的数字自相矛盾"), None)
        }
        Disagreement::Definition { id } => {
            (format!("定义 {id} 的文本不是规范写法，或与其摘要不符"), None)
        }
    };
    let finding =
        VerdictFinding::new(FindingKind::Evidence, Text::new(zh, en)).at_place("evidence");
    match figure {
        Some(figure) => finding.about_figure(figure),
        None => finding,
    }
}

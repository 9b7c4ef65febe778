//! The proof of one case: was it counted, and as what?

use trueline_language::{Text, text};
use trueline_ledger::Receipt;

use super::options::VerifyOptions;
use super::trust::check_trust;
use crate::case::{CaseChecked, CaseFound, check_case};
use crate::row::RowValue;
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding, describe_with_cause};

const FIRST_LINE: &[u8] = b"c2sp.org/tlog-proof@v1";

/// Whether a file is such a proof, by its first line.
pub(crate) fn is_proof(bytes: &[u8]) -> bool {
    bytes.starts_with(FIRST_LINE)
}

pub(crate) fn check_proof(bytes: &[u8], options: &VerifyOptions<'_>, verdict: &mut FileVerdict) {
    // Whether the paths hold and whom the policy trusts are checked separately.
    let checked = match check_case(bytes, None, &[]) {
        Ok(checked) => checked,
        Err(error) => {
            let why = describe_with_cause(&error);
            let says = text!("工单证明不成立：{why}", "the proof fails: {why}");
            verdict.add_finding(VerdictFinding::new(FindingKind::Receipt, says));
            return;
        }
    };
    describe_case(&checked, verdict);
    if let Ok(receipt) = Receipt::parse(bytes) {
        check_trust(receipt.checkpoint(), options.policy, &[], verdict);
    }
    if options.policy.is_some()
        && let Err(error) = check_case(bytes, options.policy, &[])
        && verdict.findings.is_empty()
    {
        // The proof of the row may rest on another checkpoint.
        let says = text!(
            "策略不信任该证明中的检查点：{error}",
            "your policy does not trust a checkpoint of this proof: {error}"
        );
        verdict.add_finding(VerdictFinding::new(FindingKind::Trust, says));
    }
    verdict.add_unproved(
        "现场发生的事情是否如记录所载；证明只能使改动可察觉，不能保证记录真实",
        "that what happened in the field is what was recorded: a proof is tamper-evident, no more",
    );
    if options.ledger.is_some() || options.since.is_some() {
        verdict.add_unproved(
            "账本历史是否分叉或缩短：请以报告文件核对 --ledger 和 --since",
            "the ledger's history: --ledger and --since are checked with a report, not with a \
             proof",
        );
    }
}

fn describe_case(checked: &CaseChecked, verdict: &mut FileVerdict) {
    let case = checked.case.join("/");
    let population = &checked.population;
    let (dataset, period, rows) = (&population.dataset, &population.period, population.rows);
    verdict.report = Some(Text::new(
        format!("工单 {case} 的证明，{period} 的 {dataset} 集合"),
        format!("proof about {case}, in the {dataset} population of {period}"),
    ));
    let entry = checked.entry;
    verdict.add_proved(
        format!("该集合（{rows}件）是账本第{entry}条"),
        format!("the population of {rows} is entry {entry} of the ledger"),
    );
    match &checked.found {
        CaseFound::Counted { row, .. } => {
            let number = checked.index + 1;
            verdict.add_proved(
                format!("{case} 是其中第{number}件"),
                format!("{case} is number {number} in it"),
            );
            for line in checked.counted_as() {
                verdict.proved.push(line);
            }
            let Some(row) = row else {
                verdict.add_unproved(
                    "当时所用的记录内容：证明中没有该行",
                    "what the record said: the proof does not hold the row",
                );
                return;
            };
            let is_said = |value: &RowValue| {
                *value != RowValue::Missing && *value != RowValue::List(Vec::new())
            };
            let known = row.0.iter().filter(|(_, value)| is_said(value));
            let texts: Vec<String> = known.map(|(name, value)| format!("{name}={value}")).collect();
            let texts = texts.join(", ");
            verdict.add_proved(
                format!("当时所用的记录：{texts}"),
                format!("the record that was used: {texts}"),
            );
        }
        CaseFound::NotThere { before, after } => {
            let name = |key: &Option<Vec<String>>, zh: &str, en: &str| match key {
                Some(key) => (key.join("/"), key.join("/")),
                None => (zh.to_owned(), en.to_owned()),
            };
            let before = name(before, "（首件之前）", "(nothing)");
            let after = name(after, "（末件之后）", "(nothing)");
            verdict.add_proved(
                format!("{case} 不在其中：相邻的两件是 {} 与 {}", before.0, after.0),
                format!("{case} is not in it: it would be between {} and {}", before.1, after.1),
            );
        }
    }
}

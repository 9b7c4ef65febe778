//! Whether the policy trusts a checkpoint, and the reasons against it in words.

use trueline_ledger::{Distrust, Note, Policy, ReceiptError, Retirement, VerifierKey};

use crate::instant::format_minute;
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use trueline_language::{Explain as _, Language, Text};

/// Checks who vouches for the checkpoint of a seal or proof.
pub(crate) fn check_trust(
    note: &Note,
    policy: Option<&Policy>,
    retired: &[Retirement],
    verdict: &mut FileVerdict,
) {
    let Some(policy) = policy else {
        let keys: Vec<String> = note
            .signatures()
            .iter()
            .map(|line| format!("{}+{:08x}", line.name(), line.key_id()))
            .collect();
        let keys = keys.join(", ");
        verdict.not_proved.insert(
            0,
            Text::new(
                format!(
                    "由密钥 {keys} 签署，无从得知其是否属于该企业，签名也未核对（请以 --policy 给出可信密钥）"
                ),
                format!(
                    "signed by key {keys}, which I cannot know to be the operator's; the \
                     signature is not checked (give --policy)"
                ),
            ),
        );
        return;
    };
    match policy.check_checkpoint(note, retired) {
        Ok(trust) => {
            let names: Vec<&str> = trust.log_keys.iter().map(VerifierKey::name).collect();
            let names = names.join(", ");
            verdict.add_proved(
                format!("检查点由策略文件所列的 {names} 签署"),
                format!("the checkpoint is signed by {names} of your policy"),
            );
            for (name, time) in &trust.witnesses {
                verdict.add_proved(
                    format!("见证方 {name} 于 {} 之前见过该检查点", format_minute(*time)),
                    format!("the witness {name} had seen it by {}", format_minute(*time)),
                );
            }
            if trust.witnesses.is_empty() {
                verdict.add_unproved(
                    "没有见证方：企业可能向他人出示另一份历史",
                    "no witness: the operator may have shown others another history",
                );
            }
        }
        Err(error) => {
            let zh = describe_distrust(&error);
            let says = Text::new(zh, format!("the checkpoint is not trusted: {error}"));
            verdict.add_finding(VerdictFinding::new(FindingKind::Trust, says));
        }
    }
}

pub(crate) fn describe_distrust(error: &Distrust) -> String {
    match error {
        Distrust::Note(error) => {
            format!("检查点的签名不成立（{}）", error.sentence_in(Language::Chinese))
        }
        Distrust::NoLog { origin } => format!("策略所列的账本都没有签署 {origin} 的检查点"),
        Distrust::Retired { key } => format!("密钥 {key} 已停用，停用前没有见证方见过该检查点"),
        Distrust::NoQuorum { witnesses } if witnesses.is_empty() => {
            "见证方不足法定数：没有见证方联署".to_owned()
        }
        Distrust::NoQuorum { witnesses } => {
            format!("见证方不足法定数：联署的只有 {}", witnesses.join("、"))
        }
    }
}

pub(crate) fn describe_receipt_error(error: &ReceiptError) -> String {
    match error {
        ReceiptError::Malformed(_) => "凭据格式不正确".to_owned(),
        ReceiptError::Distrust(error) => describe_distrust(error),
        ReceiptError::Proof(_) => "凭据的路径不成立".to_owned(),
    }
}

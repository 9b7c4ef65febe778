//! `trueline ledger cosign`: asks the witnesses, and says what each of them answered.

use std::time::Duration;

use serde_json::{Value, json};
use trueline_language::{Explain as _, Text, text};
use trueline_ledger::Distrust;

use super::super::{Align, Failure, Language, OutputFormat, TextTable};
use super::history::format_moment;
use crate::ledger::{AskedWitness, CosignOutcome, collect_cosignatures};
use crate::state::State;

pub(super) fn run_cosign(
    state: &State,
    timeout: u64,
    format: OutputFormat,
    language: Language,
) -> Result<(), Failure> {
    let Some(policy) = state.read_policy()? else {
        return Err(Failure::wrong_request(
            text!(
                "设置中没有策略文件，无见证方可询问",
                "the settings name no policy, so there is nobody to ask"
            ),
            text!(
                "编写策略文件，并在 trueline.toml 中指定：[ledger] policy = \"policy.txt\"",
                "write one and name it in trueline.toml: [ledger] policy = \"policy.txt\""
            ),
        ));
    };
    let mut ledger = state.open_ledger()?;
    let collected = collect_cosignatures(&mut ledger, &policy, Duration::from_secs(timeout))?;
    let size = ledger.entries().len();
    let mut table = TextTable::new(&[
        (language.pick("见证方", "witness"), Align::Left),
        (language.pick("结果", "outcome"), Align::Left),
        (language.pick("地址", "address"), Align::Left),
    ]);
    for asked in &collected.witnesses {
        let outcome = describe_outcome(&asked.outcome).as_str(language).to_owned();
        table.add_row(vec![asked.name.clone(), outcome, asked.url.clone().unwrap_or_default()]);
    }
    let witnesses: Vec<Value> = collected.witnesses.iter().map(witness_to_json).collect();
    let json = json!({
        "entries": size,
        "quorum_met": collected.verdict.is_ok(),
        "witnesses": witnesses,
    });
    table.print_as(format, &json)?;
    match collected.verdict {
        Ok(_) => {
            if format == OutputFormat::Table {
                let met = text!(
                    "已达到法定数，检查点共 {size} 条",
                    "the quorum is met for {size} entries"
                );
                println!("{}", met.as_str(language));
            }
            Ok(())
        }
        Err(error) => Err(explain_missing_quorum(&error, &collected.witnesses)),
    }
}

fn explain_missing_quorum(error: &Distrust, asked: &[AskedWitness]) -> Failure {
    let contradicts = |one: &AskedWitness| {
        matches!(one.outcome, CosignOutcome::OtherHistory { .. } | CosignOutcome::Ahead { .. })
    };
    if asked.iter().any(contradicts) {
        return Failure::negative_answer(text!(
            "有见证方见过与此矛盾的历史，未达到法定数",
            "the quorum is missing, and a witness was shown a history that contradicts this one"
        ))
        .with_next(text!(
            "先查明哪一份账本为真（是否恢复过旧备份，或有两份副本同时写入），在此之前不要发布",
            "find out which copy of the ledger is the true one (was a backup put back, do two copies \
             write?) and publish nothing before"
        ));
    }
    let failure = Failure::negative_answer(error.to_text());
    match error {
        Distrust::NoQuorum { .. } => failure.with_next(text!(
            "待见证服务恢复后再运行一次；已有的联署会保留",
            "run this again when the witnesses answer; what was cosigned is kept"
        )),
        Distrust::NoLog { .. } => failure.with_next(text!(
            "将 `trueline ledger key` 输出的行加入策略文件",
            "put the lines that `trueline ledger key` prints into the policy"
        )),
        Distrust::Note(_) | Distrust::Retired { .. } => failure,
    }
}

fn describe_outcome(outcome: &CosignOutcome) -> Text {
    match outcome {
        CosignOutcome::Cosigned { time } => {
            text!("已联署 {}", "cosigned at {}", format_moment(*time))
        }
        CosignOutcome::AlreadyCosigned { time } => {
            text!("先前已联署 {}", "had cosigned at {}", format_moment(*time))
        }
        CosignOutcome::NoAddress => {
            text!("策略中没有它的地址", "the policy has no address of it")
        }
        CosignOutcome::Silent(error) => text!("未答复：{error}", "no answer: {error}"),
        CosignOutcome::Ahead { size } => text!(
            "它已联署 {size} 条，多于此处：这是账本的旧副本或另一部历史",
            "it has cosigned {size} entries, more than are here: an old copy, or a fork"
        ),
        CosignOutcome::OtherHistory { status, message } => text!(
            "拒绝（{status}）：与它见过的历史矛盾：{message}",
            "refused ({status}): it was shown another history: {message}"
        ),
        CosignOutcome::Refused { status, message } => {
            text!("拒绝（{status}）：{message}", "refused ({status}): {message}")
        }
        CosignOutcome::Invalid => text!(
            "联署无效：签名与策略中的公钥不符",
            "its cosignature is wrong, or is not by the key in the policy"
        ),
    }
}

fn witness_to_json(asked: &AskedWitness) -> Value {
    let (code, time) = match &asked.outcome {
        CosignOutcome::Cosigned { time } => ("cosigned", Some(*time)),
        CosignOutcome::AlreadyCosigned { time } => ("already_cosigned", Some(*time)),
        CosignOutcome::NoAddress => ("no_address", None),
        CosignOutcome::Silent(_) => ("no_answer", None),
        CosignOutcome::Ahead { .. } => ("ahead", None),
        CosignOutcome::OtherHistory { .. } => ("other_history", None),
        CosignOutcome::Refused { .. } => ("refused", None),
        CosignOutcome::Invalid => ("invalid", None),
    };
    json!({
        "name": asked.name,
        "url": asked.url,
        "outcome": code,
        "time": time.map(format_moment),
        "message": describe_outcome(&asked.outcome).as_str(Language::English),
    })
}

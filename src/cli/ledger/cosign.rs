//! `trueline ledger cosign`: asks the witnesses, and says what each of them answered.

use std::time::Duration;

use serde_json::{Value, json};
use trueline_language::{Explain as _, text};
use trueline_ledger::Distrust;

use super::super::{Align, Failure, Format, Language, Table};
use super::moment;
use crate::ledger::{Asked, Outcome, collect};
use crate::state::State;

pub(super) fn run(
    state: &State,
    timeout: u64,
    format: Format,
    language: Language,
) -> Result<(), Failure> {
    let Some(policy) = state.read_policy()? else {
        return Err(Failure::request(
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
    let collected = collect(&mut ledger, &policy, Duration::from_secs(timeout))?;
    let size = ledger.entries().len();
    let mut table = Table::new(&[
        (language.pick("见证方", "witness"), Align::Left),
        (language.pick("结果", "outcome"), Align::Left),
        (language.pick("地址", "address"), Align::Left),
    ]);
    for asked in &collected.witnesses {
        let said = said(&asked.outcome, language);
        table.row(vec![asked.name.clone(), said, asked.url.clone().unwrap_or_default()]);
    }
    let witnesses: Vec<Value> = collected.witnesses.iter().map(told).collect();
    let json = json!({
        "entries": size,
        "quorum_met": collected.verdict.is_ok(),
        "witnesses": witnesses,
    });
    table.print(format, &json)?;
    match collected.verdict {
        Ok(_) => {
            if format == Format::Table {
                let met = language.pick(
                    format!("已达到法定数，检查点共 {size} 条"),
                    format!("the quorum is met for {size} entries"),
                );
                println!("{met}");
            }
            Ok(())
        }
        Err(error) => Err(missing(&error, &collected.witnesses)),
    }
}

fn missing(error: &Distrust, asked: &[Asked]) -> Failure {
    let contradicts =
        |one: &Asked| matches!(one.outcome, Outcome::OtherHistory { .. } | Outcome::Ahead { .. });
    if asked.iter().any(contradicts) {
        return Failure::no(text!(
            "有见证方见过与此矛盾的历史，未达到法定数",
            "the quorum is missing, and a witness was shown a history that contradicts this one"
        ))
        .with_next(text!(
            "先查明哪一份账本为真（是否恢复过旧备份，或有两份副本同时写入），在此之前不要发布",
            "find out which copy of the ledger is the true one (was a backup put back, do two copies \
             write?) and publish nothing before"
        ));
    }
    let failure = Failure::no(error.to_text());
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

fn said(outcome: &Outcome, language: Language) -> String {
    let pick = |chinese: String, english: String| language.pick(chinese, english);
    match outcome {
        Outcome::Cosigned { time } => {
            pick(format!("已联署 {}", moment(*time)), format!("cosigned at {}", moment(*time)))
        }
        Outcome::AlreadyCosigned { time } => pick(
            format!("先前已联署 {}", moment(*time)),
            format!("had cosigned at {}", moment(*time)),
        ),
        Outcome::NoAddress => {
            pick("策略中没有它的地址".into(), "the policy has no address of it".into())
        }
        Outcome::Silent(error) => {
            text!("未答复：{error}", "no answer: {error}").as_str(language).to_owned()
        }
        Outcome::Ahead { size } => pick(
            format!("它已联署 {size} 条，多于此处：这是账本的旧副本或另一部历史"),
            format!("it has cosigned {size} entries, more than are here: an old copy, or a fork"),
        ),
        Outcome::OtherHistory { status, message } => pick(
            format!("拒绝（{status}）：与它见过的历史矛盾：{message}"),
            format!("refused ({status}): it was shown another history: {message}"),
        ),
        Outcome::Refused { status, message } => {
            pick(format!("拒绝（{status}）：{message}"), format!("refused ({status}): {message}"))
        }
        Outcome::Invalid => pick(
            "联署无效：签名与策略中的公钥不符".into(),
            "its cosignature is wrong, or is not by the key in the policy".into(),
        ),
    }
}

fn told(asked: &Asked) -> Value {
    let (code, time) = match &asked.outcome {
        Outcome::Cosigned { time } => ("cosigned", Some(*time)),
        Outcome::AlreadyCosigned { time } => ("already_cosigned", Some(*time)),
        Outcome::NoAddress => ("no_address", None),
        Outcome::Silent(_) => ("no_answer", None),
        Outcome::Ahead { .. } => ("ahead", None),
        Outcome::OtherHistory { .. } => ("other_history", None),
        Outcome::Refused { .. } => ("refused", None),
        Outcome::Invalid => ("invalid", None),
    };
    json!({
        "name": asked.name,
        "url": asked.url,
        "outcome": code,
        "time": time.map(moment),
        "message": said(&asked.outcome, Language::English),
    })
}

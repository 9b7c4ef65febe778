//! `trueline ledger`: what was recorded, who vouches for it, and with which keys.
//!
//! What only reads needs no key and takes no lock, so it works on a copy and beside an import.

mod check;
mod cosign;
mod history;
pub(super) mod prove;

use serde_json::{Value, json};
use trueline_language::{Explain as _, text};
use trueline_ledger::{Party, Policy, VerifierKey};

use super::ledger_arguments::LedgerCommand;
use super::place::InstanceFolders;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::instance::Instance;
use crate::ledger::{LedgerHistory, LedgerKey, find_cosign_time};
use crate::state::State;
pub(super) use history::format_moment;
use history::{parse_checkpoint_size, read_history};

pub(super) fn run_ledger(
    command: &LedgerCommand,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let state = place.open_instance()?.state;
    let instance = &state.instance;
    match command {
        LedgerCommand::Status { format } => print_status(&state, *format, language),
        LedgerCommand::Key => print_keys(instance, language),
        LedgerCommand::Checkpoint => {
            print!("{}", read_history(instance)?.newest_note());
            Ok(())
        }
        LedgerCommand::Commit => commit_records(&state, language),
        LedgerCommand::Fsck { since, format } => {
            check::run_fsck(&state, since.as_deref(), *format, language)
        }
        LedgerCommand::ProveEntry { number, out, entry } => {
            check::prove_entry(&state, *number, out.as_deref(), entry.as_deref())
        }
        LedgerCommand::Prove { case, report, out } => {
            let asked =
                prove::CaseQuestion { case, report: report.as_deref(), out: out.as_deref() };
            prove::run_prove(&state, &asked, language)
        }
        LedgerCommand::Cosign { timeout, format } => {
            cosign::run_cosign(&state, *timeout, *format, language)
        }
        LedgerCommand::Rotate => {
            let key = state.open_ledger()?.add_ed25519(instance)?;
            print_added_key(&key, language);
            Ok(())
        }
        LedgerCommand::Sm2 => {
            let key = state.open_ledger()?.add_sm2(instance)?;
            print_added_key(&key, language);
            Ok(())
        }
        LedgerCommand::Retire { key } => retire_key(&state, key, language),
    }
}

/// The newest checkpoint that a witness cosigned: its size and the time.
fn find_newest_cosigned(witness: &Party, history: &LedgerHistory) -> Option<(u64, u64)> {
    let notes = std::iter::once(history.newest_note()).chain(history.cosigned_notes());
    let mut found = notes
        .filter_map(|note| Some((parse_checkpoint_size(note)?, find_cosign_time(witness, note)?)));
    found.next()
}

fn print_status(state: &State, format: OutputFormat, language: Language) -> Result<(), Failure> {
    let history = read_history(&state.instance)?;
    let policy = state.read_policy()?;
    let checkpoint = history.newest_checkpoint();
    let batches = history.count_batches()?;
    let retired = history.read_retirements()?;
    let mut rows = vec![
        (language.pick("账本名称", "log"), checkpoint.origin().to_owned()),
        (language.pick("条目数", "entries"), checkpoint.size().to_string()),
        (language.pick("其中批次", "of these, batches"), batches.to_string()),
        (language.pick("根哈希", "root"), checkpoint.root().to_string()),
    ];
    let mut witnesses = Vec::new();
    for witness in policy.iter().flat_map(Policy::witnesses) {
        let newest = find_newest_cosigned(witness, &history);
        let said = match newest {
            Some((size, time)) => language.pick(
                format!("{} 联署至第 {size} 条", format_moment(time)),
                format!("cosigned {size} entries at {}", format_moment(time)),
            ),
            None => language.pick("尚未联署", "has not cosigned").to_owned(),
        };
        rows.push((language.pick("见证方", "witness"), format!("{}: {said}", witness.name)));
        witnesses.push(json!({
            "name": witness.name,
            "url": witness.url,
            "entries": newest.map(|(size, _)| size),
            "time": newest.map(|(_, time)| format_moment(time)),
        }));
    }
    let verdict =
        policy.as_ref().map(|policy| policy.check_checkpoint(history.newest_note(), &retired));
    let quorum = match &verdict {
        None => language.pick("未设置策略", "no policy is set").to_owned(),
        Some(Ok(_)) => language.pick("已达到", "met").to_owned(),
        Some(Err(error)) => {
            format!("{}: {}", language.pick("未达到", "missing"), error.sentence_in(language))
        }
    };
    rows.push((language.pick("法定数", "quorum"), quorum));
    for fact in &retired {
        rows.push((
            language.pick("已停用的密钥", "retired key"),
            format!("{} ({})", fact.key, format_moment(fact.at)),
        ));
    }
    let mut table = TextTable::new(&[
        (language.pick("项目", "what"), Align::Left),
        (language.pick("内容", "is"), Align::Left),
    ]);
    for (name, text) in rows {
        table.add_row(vec![name.to_owned(), text]);
    }
    let retired: Vec<Value> = retired
        .iter()
        .map(|fact| json!({ "key": fact.key.to_string(), "at": format_moment(fact.at) }))
        .collect();
    let json = json!({
        "origin": checkpoint.origin(),
        "entries": checkpoint.size(),
        "batches": batches,
        "root": checkpoint.root().to_string(),
        "checkpoint": history.newest_note().to_string(),
        "witnesses": witnesses,
        "quorum_met": verdict.map(|verdict| verdict.is_ok()),
        "retired": retired,
    });
    table.print_as(format, &json)?;
    Ok(())
}

fn print_keys(instance: &Instance, language: Language) -> Result<(), Failure> {
    let history = read_history(instance)?;
    let keys = instance.ledger_keys()?;
    if keys.is_empty() {
        return Err(Failure::wrong_request(
            text!("这里没有账本的密钥", "the ledger's keys are not here"),
            text!("以 --keys 指定其所在文件夹", "name their folder with --keys DIR"),
        ));
    }
    let retired = history.read_retirements()?;
    println!("# {}", language.pick("策略文件所需的行", "lines for a policy"));
    for known in &keys {
        let fact = retired.iter().find(|fact| fact.key == known.key);
        if let Some(fact) = fact {
            let said = language.pick("自此停用", "retired at");
            println!("# {said} {}", format_moment(fact.at));
        }
        println!("log {}", known.key);
    }
    Ok(())
}

fn commit_records(state: &State, language: Language) -> Result<(), Failure> {
    let mut ledger = state.open_ledger()?;
    let done = state.commit_batches(&mut ledger)?;
    let (new, size) = (done.len(), ledger.entries().len());
    println!(
        "{}",
        language.pick(
            format!("新记入 {new} 个批次，账本共 {size} 条"),
            format!("committed to {new} batches, the ledger has {size} entries"),
        )
    );
    Ok(())
}

fn print_added_key(key: &LedgerKey, language: Language) {
    let file = key.file.display();
    match language {
        Language::Chinese => {
            println!("新密钥自此与现有密钥一同签署；私钥在 {file}");
            println!("请将此行加入各方的策略文件与见证服务：");
        }
        Language::English => {
            println!(
                "a new key signs beside the present ones from now on; its secret is in {file}"
            );
            println!("add this line to everybody's policy, and the key to every witness:");
        }
    }
    println!("log {}", key.key);
}

/// A key by its text or by the eight digits of its id.
fn find_key(text: &str, keys: &[LedgerKey]) -> Option<LedgerKey> {
    let id = |key: &VerifierKey| format!("{:08x}", key.id());
    let same = |known: &&LedgerKey| {
        known.key.to_string() == text || id(&known.key) == text.to_ascii_lowercase()
    };
    keys.iter().find(same).cloned()
}

fn retire_key(state: &State, text: &str, language: Language) -> Result<(), Failure> {
    let mut ledger = state.open_ledger()?;
    let Some(known) = find_key(text, ledger.signing_keys()) else {
        return Err(Failure::wrong_request(
            text!(
                "签署该账本的密钥中没有 `{text}`",
                "no key that signs this ledger is called `{text}`"
            ),
            text!(
                "`trueline ledger key` 列出各密钥；已停用的不能再次停用",
                "`trueline ledger key` prints them; a retired one cannot be retired again"
            ),
        ));
    };
    let now = state.clock.now_unsigned();
    let entry = ledger.retire_key(&known.key, now).map_err(|error| {
        Failure::from(error).with_next(text!(
            "先增加一个密钥：`trueline ledger rotate`",
            "add another key first: `trueline ledger rotate`"
        ))
    })?;
    let (at, file) = (format_moment(now), known.file.display());
    println!(
        "{}",
        language.pick(
            format!("该密钥自 {at} 起停用，记为第 {entry} 条；{file} 不再使用，请妥善销毁"),
            format!(
                "the key is retired from {at} on, by entry {entry}; {file} is not used any more"
            ),
        )
    );
    Ok(())
}

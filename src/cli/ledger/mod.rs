//! `trueline ledger`: what was recorded, who vouches for it, and with which keys.
//!
//! What only reads needs no key and takes no lock, so it works on a copy and beside an import.

mod check;
mod cosign;
pub(super) mod prove;

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use trueline_language::text;
use trueline_ledger::{Note, Policy, VerifierKey};

use super::ledger_arguments::LedgerCommand;
use super::place::Place;
use super::{Align, Failure, Format, Language, Table};
use crate::instance::Instance;
use crate::ledger::{History, LedgerKey, time_of};
use crate::state::State;

pub(super) fn run(
    command: &LedgerCommand,
    place: &Place,
    language: Language,
) -> Result<(), Failure> {
    let state = place.open()?.state;
    let instance = &state.instance;
    match command {
        LedgerCommand::Status { format } => status(&state, *format, language),
        LedgerCommand::Key => key(instance, language),
        LedgerCommand::Checkpoint => {
            print!("{}", history(instance)?.note());
            Ok(())
        }
        LedgerCommand::Commit => commit(&state, language),
        LedgerCommand::Fsck { since, format } => {
            check::fsck(&state, since.as_deref(), *format, language)
        }
        LedgerCommand::ProveEntry { number, out, entry } => {
            check::prove(&state, *number, out.as_deref(), entry.as_deref())
        }
        LedgerCommand::Prove { case, report, out } => {
            let asked = prove::Asked { case, report: report.as_deref(), out: out.as_deref() };
            prove::run(&state, &asked, language)
        }
        LedgerCommand::Cosign { timeout, format } => {
            cosign::run(&state, *timeout, *format, language)
        }
        LedgerCommand::Rotate => {
            let key = state.open_ledger()?.rotate(instance)?;
            added(&key, language);
            Ok(())
        }
        LedgerCommand::Sm2 => {
            let key = state.open_ledger()?.add_sm2(instance)?;
            added(&key, language);
            Ok(())
        }
        LedgerCommand::Retire { key } => retire(&state, key, language),
    }
}

/// The ledger to read, which must be there.
fn history(instance: &Instance) -> Result<History, Failure> {
    let history = History::read(instance)?;
    history.ok_or_else(|| {
        Failure::request(
            text!("该实例还没有账本", "this instance has no ledger yet"),
            text!(
                "首次导入或运行 `trueline ledger commit` 时建立",
                "it begins with the first import, or with `trueline ledger commit`"
            ),
        )
    })
}

/// A file that somebody named.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))
}

/// A moment as people and programs read it.
pub(super) fn moment(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|at| Timestamp::from_second(at).ok());
    moment.map_or_else(|| seconds.to_string(), |moment| moment.to_string())
}

/// The newest checkpoint that a witness cosigned: its size and the time.
fn newest_of(witness: &trueline_ledger::Party, history: &History) -> Option<(u64, u64)> {
    let notes = std::iter::once(history.note()).chain(history.cosigned());
    let mut found = notes.filter_map(|note| Some((size(note)?, time_of(witness, note)?)));
    found.next()
}

fn size(note: &Note) -> Option<u64> {
    Some(trueline_ledger::Checkpoint::parse(note.text()).ok()?.size())
}

fn status(state: &State, format: Format, language: Language) -> Result<(), Failure> {
    let history = history(&state.instance)?;
    let policy = state.read_policy()?;
    let checkpoint = history.checkpoint();
    let batches = history.batches()?;
    let retired = history.retirements()?;
    let mut rows = vec![
        (language.pick("账本名称", "log"), checkpoint.origin().to_owned()),
        (language.pick("条目数", "entries"), checkpoint.size().to_string()),
        (language.pick("其中批次", "of these, batches"), batches.to_string()),
        (language.pick("根哈希", "root"), checkpoint.root().to_string()),
    ];
    let mut witnesses = Vec::new();
    for witness in policy.iter().flat_map(Policy::witnesses) {
        let newest = newest_of(witness, &history);
        let said = match newest {
            Some((size, time)) => language.pick(
                format!("{} 联署至第 {size} 条", moment(time)),
                format!("cosigned {size} entries at {}", moment(time)),
            ),
            None => language.pick("尚未联署", "has not cosigned").to_owned(),
        };
        rows.push((language.pick("见证方", "witness"), format!("{}: {said}", witness.name)));
        witnesses.push(json!({
            "name": witness.name,
            "url": witness.url,
            "entries": newest.map(|(size, _)| size),
            "time": newest.map(|(_, time)| moment(time)),
        }));
    }
    let verdict = policy.as_ref().map(|policy| policy.check(history.note(), &retired));
    let quorum = match &verdict {
        None => language.pick("未设置策略", "no policy is set").to_owned(),
        Some(Ok(_)) => language.pick("已达到", "met").to_owned(),
        Some(Err(error)) => format!("{}: {error}", language.pick("未达到", "missing")),
    };
    rows.push((language.pick("法定数", "quorum"), quorum));
    for fact in &retired {
        rows.push((
            language.pick("已停用的密钥", "retired key"),
            format!("{} ({})", fact.key, moment(fact.at)),
        ));
    }
    let mut table = Table::new(&[
        (language.pick("项目", "what"), Align::Left),
        (language.pick("内容", "is"), Align::Left),
    ]);
    for (name, text) in rows {
        table.row(vec![name.to_owned(), text]);
    }
    let retired: Vec<Value> = retired
        .iter()
        .map(|fact| json!({ "key": fact.key.to_string(), "at": moment(fact.at) }))
        .collect();
    let json = json!({
        "origin": checkpoint.origin(),
        "entries": checkpoint.size(),
        "batches": batches,
        "root": checkpoint.root().to_string(),
        "checkpoint": history.note().to_string(),
        "witnesses": witnesses,
        "quorum_met": verdict.map(|verdict| verdict.is_ok()),
        "retired": retired,
    });
    table.print(format, &json)?;
    Ok(())
}

fn key(instance: &Instance, language: Language) -> Result<(), Failure> {
    let history = history(instance)?;
    let keys = instance.ledger_keys()?;
    if keys.is_empty() {
        return Err(Failure::request(
            text!("这里没有账本的密钥", "the ledger's keys are not here"),
            text!("以 --keys 指定其所在文件夹", "name their folder with --keys DIR"),
        ));
    }
    let retired = history.retirements()?;
    println!("# {}", language.pick("策略文件所需的行", "lines for a policy"));
    for known in &keys {
        let fact = retired.iter().find(|fact| fact.key == known.key);
        if let Some(fact) = fact {
            let said = language.pick("自此停用", "retired at");
            println!("# {said} {}", moment(fact.at));
        }
        println!("log {}", known.key);
    }
    Ok(())
}

fn commit(state: &State, language: Language) -> Result<(), Failure> {
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

fn added(key: &LedgerKey, language: Language) {
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
fn named(text: &str, keys: &[LedgerKey]) -> Option<LedgerKey> {
    let id = |key: &VerifierKey| format!("{:08x}", key.id());
    let same = |known: &&LedgerKey| {
        known.key.to_string() == text || id(&known.key) == text.to_ascii_lowercase()
    };
    keys.iter().find(same).cloned()
}

fn retire(state: &State, text: &str, language: Language) -> Result<(), Failure> {
    let mut ledger = state.open_ledger()?;
    let Some(known) = named(text, ledger.keys()) else {
        return Err(Failure::request(
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
    let entry = ledger.retire(&known.key, now).map_err(|error| {
        Failure::from(error).with_next(text!(
            "先增加一个密钥：`trueline ledger rotate`",
            "add another key first: `trueline ledger rotate`"
        ))
    })?;
    let (at, file) = (moment(now), known.file.display());
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

/// Writes a file that somebody asked for.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes)
        .map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))
}

//! `trueline ledger fsck` and `prove-entry`: the ledger against its checkpoints.

use std::fs;
use std::path::Path;

use serde_json::json;
use trueline_language::text;
use trueline_ledger::{Checkpoint, Finding, Note, Policy, VerifierKey, fsck as read_again};

use super::super::{Align, Failure, Format, Language, Table};
use super::{History, history, size, write};
use crate::state::State;

/// Reads everything again, against the ledger's own checkpoint and one that was kept elsewhere.
pub(super) fn fsck(
    state: &State,
    since: Option<&Path>,
    format: Format,
    language: Language,
) -> Result<(), Failure> {
    let history = history(&state.instance)?;
    let keys = known_keys(state, &history)?;
    let mut findings = Vec::new();
    if !keys.is_empty()
        && let Err(error) = history.note().verify(&keys)
    {
        findings.push(format!("checkpoint: {error}"));
    }
    let report = read_again(history.folder(), history.checkpoint());
    findings.extend(report.findings.iter().map(|finding| said(finding, language)));
    if let Some(path) = since {
        findings.extend(against(&history, path, &keys, language)?);
    }
    let (good, size) = (report.entries_good, history.checkpoint().size());
    match format {
        Format::Json => {
            let json = json!({
                "entries": size,
                "entries_good": good,
                "signature_checked": !keys.is_empty(),
                "findings": findings,
                "is_cut": report.is_cut,
            });
            Table::new(&[("", Align::Left)]).print(format, &json)?;
        }
        Format::Table | Format::Csv => {
            for finding in &findings {
                println!("{finding}");
            }
            println!(
                "{}",
                language.pick(
                    format!("{size} 条中 {good} 条与记录相符"),
                    format!("{good} of {size} entries are the ones that were recorded"),
                )
            );
            if keys.is_empty() {
                let unsure = language.pick(
                    "检查点的签名未核对：这里没有账本的公钥",
                    "the checkpoint's signature was not checked: no key of the log is known here",
                );
                println!("{unsure}");
            }
        }
    }
    if findings.is_empty() && !report.is_cut {
        return Ok(());
    }
    Err(Failure::no(text!("账本与其检查点不符", "the ledger is not what it signed")))
}

/// The log's public keys: from its policy, and from the key files if they are here.
fn known_keys(state: &State, history: &History) -> Result<Vec<VerifierKey>, Failure> {
    let origin = history.checkpoint().origin();
    let own = state.instance.ledger_keys()?;
    let mut keys: Vec<VerifierKey> = own.into_iter().map(|known| known.key).collect();
    for party in state.read_policy()?.iter().flat_map(Policy::logs) {
        if !keys.contains(&party.key) {
            keys.push(party.key.clone());
        }
    }
    keys.retain(|key| key.name() == origin);
    Ok(keys)
}

/// Whether the ledger still begins with a checkpoint that somebody kept.
fn against(
    history: &History,
    path: &Path,
    keys: &[VerifierKey],
    language: Language,
) -> Result<Option<String>, Failure> {
    let name = path.display().to_string();
    let failed = |error: Failure| error.with_prefix(&name);
    let bytes = fs::read(path).map_err(|error| failed(error.into()))?;
    let kept = Note::parse(&bytes).map_err(|error| failed(error.into()))?;
    let old = Checkpoint::parse(kept.text()).map_err(|error| failed(error.into()))?;
    let new = history.checkpoint();
    if old.origin() != new.origin() {
        return Err(Failure::request(
            text!("{name} 是 {} 的检查点", "{name} is a checkpoint of {}", old.origin()),
            text!("这里是 {} 的账本", "this is the ledger of {}", new.origin()),
        ));
    }
    if !keys.is_empty() {
        kept.verify(keys).map_err(|error| failed(error.into()))?;
    }
    let same = old.size() <= new.size() && history.reader().root(old.size())? == *old.root();
    let (then, now) = (old.size(), new.size());
    Ok((!same).then(|| {
        language.pick(
            format!("{name}：账本不再以这 {then} 条开头（现有 {now} 条）：历史被改写或缩短"),
            format!("{name}: the ledger ({now} entries) does not begin with these {then} entries"),
        )
    }))
}

fn said(finding: &Finding, language: Language) -> String {
    if language == Language::English {
        return finding.to_string();
    }
    match finding {
        Finding::Entry { file, index } => format!("{file}：第 {index} 条不是当初记录的内容"),
        Finding::Tile { file, position } => {
            format!("{file}：第 {position} 个哈希有误，其所代表的内容完好")
        }
        Finding::Rewritten { file } => format!("{file}：连同其下全部内容被一并改写"),
        Finding::Unreadable { file, why } => format!("{file}：无法读取（{why}）"),
        Finding::OtherTree => "整部账本与检查点不符".to_owned(),
    }
}

/// Writes the proof of an entry, under the newest checkpoint that the policy trusts; without such a
/// one, under the newest there is.
pub(super) fn prove(
    state: &State,
    number: u64,
    out: Option<&Path>,
    entry: Option<&Path>,
) -> Result<(), Failure> {
    let history = history(&state.instance)?;
    let last = history.checkpoint().size();
    if number >= last {
        return Err(Failure::request(
            text!(
                "没有第 {number} 条：账本共 {last} 条",
                "there is no entry {number}: the ledger has {last}"
            ),
            text!("条目从 0 编号", "entries are numbered from 0"),
        ));
    }
    let trusted = match state.read_policy()? {
        Some(policy) => {
            let retired = history.retirements()?;
            let notes = std::iter::once(history.note()).chain(history.cosigned());
            let mut notes = notes.filter(|note| size(note).is_some_and(|size| size > number));
            notes.find(|note| policy.check(note, &retired).is_ok())
        }
        None => None,
    };
    let receipt = history.receipt(number, trusted.unwrap_or(history.note()))?.to_string();
    if let Some(path) = entry {
        write(path, &history.entry(number)?)?;
    }
    match out {
        Some(path) => write(path, receipt.as_bytes()),
        None => {
            print!("{receipt}");
            Ok(())
        }
    }
}

//! `trueline ledger fsck` and `prove-entry`: the ledger against its checkpoints.

use std::fs;
use std::path::Path;

use serde_json::json;
use trueline_language::{Explain, Text, text};
use trueline_ledger::{Checkpoint, Note, Policy, VerifierKey, check_log_folder};

use super::super::named_file::write_named_file;
use super::super::{Align, Failure, Language, OutputFormat, TextTable};
use super::LedgerHistory;
use super::history::{parse_checkpoint_size, read_history};
use crate::state::State;

/// Reads everything again, against the ledger's own checkpoint and one that was kept elsewhere.
pub(super) fn run_fsck(
    state: &State,
    since: Option<&Path>,
    format: OutputFormat,
    language: Language,
) -> Result<(), Failure> {
    let history = read_history(&state.instance)?;
    let keys = list_known_keys(state, &history)?;
    let mut findings = Vec::new();
    if !keys.is_empty()
        && let Err(error) = history.newest_note().verify_signatures(&keys)
    {
        findings.push(text!("检查点：{error}", "checkpoint: {error}"));
    }
    let report = check_log_folder(history.folder(), history.newest_checkpoint());
    findings.extend(report.findings.iter().map(Explain::to_text));
    if let Some(path) = since {
        findings.extend(compare_with_kept(&history, path, &keys)?);
    }
    let findings: Vec<&str> = findings.iter().map(|finding| finding.as_str(language)).collect();
    let (good, size) = (report.entries_good, history.newest_checkpoint().size());
    match format {
        OutputFormat::Json => {
            let json = json!({
                "entries": size,
                "entries_good": good,
                "signature_checked": !keys.is_empty(),
                "findings": findings,
                "is_cut": report.is_cut,
            });
            TextTable::new(&[("", Align::Left)]).print_as(format, &json)?;
        }
        OutputFormat::Table | OutputFormat::Csv => {
            for finding in &findings {
                println!("{finding}");
            }
            let summary = text!(
                "{size} 条中 {good} 条与记录相符",
                "{good} of {size} entries are the ones that were recorded"
            );
            println!("{}", summary.as_str(language));
            if keys.is_empty() {
                let unchecked = language.pick(
                    "检查点的签名未核对：这里没有账本的公钥",
                    "the checkpoint's signature was not checked: no key of the log is known here",
                );
                println!("{unchecked}");
            }
        }
    }
    if findings.is_empty() && !report.is_cut {
        return Ok(());
    }
    Err(Failure::negative_answer(text!("账本与其检查点不符", "the ledger is not what it signed")))
}

/// The log's public keys: from its policy, and from the key files if they are here.
fn list_known_keys(state: &State, history: &LedgerHistory) -> Result<Vec<VerifierKey>, Failure> {
    let origin = history.newest_checkpoint().origin();
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
fn compare_with_kept(
    history: &LedgerHistory,
    path: &Path,
    keys: &[VerifierKey],
) -> Result<Option<Text>, Failure> {
    let name = path.display().to_string();
    let failed = |error: Failure| error.with_prefix(&name);
    let bytes = fs::read(path).map_err(|error| failed(error.into()))?;
    let kept = Note::parse(&bytes).map_err(|error| failed(error.into()))?;
    let old = Checkpoint::parse(kept.text()).map_err(|error| failed(error.into()))?;
    let new = history.newest_checkpoint();
    if old.origin() != new.origin() {
        return Err(Failure::wrong_request(
            text!("{name} 是 {} 的检查点", "{name} is a checkpoint of {}", old.origin()),
            text!("这里是 {} 的账本", "this is the ledger of {}", new.origin()),
        ));
    }
    if !keys.is_empty() {
        kept.verify_signatures(keys).map_err(|error| failed(error.into()))?;
    }
    let same =
        old.size() <= new.size() && history.entry_reader().compute_root(old.size())? == *old.root();
    let (then, now) = (old.size(), new.size());
    Ok((!same).then(|| {
        text!(
            "{name}：账本不再以这 {then} 条开头（现有 {now} 条）：历史被改写或缩短",
            "{name}: the ledger ({now} entries) does not begin with these {then} entries"
        )
    }))
}

/// Writes the proof of an entry under the newest checkpoint that the policy trusts, or under the
/// newest one if it trusts none.
pub(super) fn prove_entry(
    state: &State,
    number: u64,
    out: Option<&Path>,
    entry: Option<&Path>,
) -> Result<(), Failure> {
    let history = read_history(&state.instance)?;
    let last = history.newest_checkpoint().size();
    if number >= last {
        return Err(Failure::wrong_request(
            text!(
                "没有第 {number} 条：账本共 {last} 条",
                "there is no entry {number}: the ledger has {last}"
            ),
            text!("条目从 0 编号", "entries are numbered from 0"),
        ));
    }
    let trusted = match state.read_policy()? {
        Some(policy) => {
            let retired = history.read_retirements()?;
            let notes = std::iter::once(history.newest_note()).chain(history.cosigned_notes());
            let mut notes =
                notes.filter(|note| parse_checkpoint_size(note).is_some_and(|size| size > number));
            notes.find(|note| policy.check_checkpoint(note, &retired).is_ok())
        }
        None => None,
    };
    let receipt =
        history.make_receipt(number, trusted.unwrap_or(history.newest_note()))?.to_string();
    if let Some(path) = entry {
        write_named_file(path, &history.read_entry(number)?)?;
    }
    if let Some(path) = out {
        write_named_file(path, receipt.as_bytes())
    } else {
        print!("{receipt}");
        Ok(())
    }
}

//! The ledger's folder beside a sealed file: whether it holds the same history, and what came
//! later.

use std::path::Path;

use trueline_ledger::{
    Checkpoint, Distrust, LogReadError, LogReader, Note, Retirement, check_log_folder, leaf_hash,
    verify_consistency, verify_inclusion,
};

use super::options::VerifyOptions;
use super::trust::describe_distrust;
use crate::entries::BatchEntry;
use crate::evidence::{BatchInput, Evidence};
use crate::seal::{Seal, Statement, StatementStatus, statement_id};
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding, describe_with_cause};
use trueline_language::{Text, text};

/// A seal, and the folder of the ledger in which its statement should be.
pub(crate) struct SealedHistory<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) seal: &'a Seal,
    pub(crate) statement: &'a Statement,
    pub(crate) evidence: Option<&'a Evidence>,
    pub(crate) options: &'a VerifyOptions<'a>,
}

/// The folder as it is today: a reader of it, and its newest checkpoint.
struct LedgerFolder<'a> {
    path: &'a Path,
    reader: LogReader,
    newest: Checkpoint,
}

/// Checks history. Returns the retirements that the ledger holds.
pub(crate) fn check_history(
    case: &SealedHistory<'_>,
    verdict: &mut FileVerdict,
) -> Vec<Retirement> {
    let reader = LogReader::new(case.folder);
    let newest = reader.read_checkpoint().and_then(|note| {
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok((note, checkpoint))
    });
    let (note, newest) = match newest {
        Ok(pair) => pair,
        Err(error) => {
            verdict.add_finding(describe_read_error(&error));
            return Vec::new();
        }
    };
    let Ok(sealed) = Checkpoint::parse(case.seal.receipt.checkpoint().text()) else {
        return Vec::new();
    };
    let ledger = LedgerFolder { path: case.folder, reader, newest };
    let is_prefix = ledger.check_prefix(("封印", "the seal"), &sealed, verdict);
    if let Some(since) = case.options.since {
        ledger.check_kept(since, verdict);
    }
    let entries = match ledger.read_entries() {
        Ok(entries) => entries,
        Err(finding) => {
            verdict.add_finding(finding);
            ledger.name_damage(verdict);
            return Vec::new();
        }
    };
    let retired: Vec<Retirement> =
        entries.iter().filter_map(|entry| Retirement::from_entry(entry)).collect();
    check_newest(case, &note, &retired, verdict);
    if is_prefix {
        ledger.check_statement(case.seal, &entries, verdict);
        if let Some(evidence) = case.evidence {
            check_inputs(case, evidence, &entries, verdict);
            check_times(case, evidence, verdict);
        }
        list_later_entries(case, &entries, verdict);
    }
    retired
}

fn describe_read_error(error: &LogReadError) -> VerdictFinding {
    let why = describe_with_cause(error);
    let says = text!("账本文件夹无法读取：{why}", "the ledger's folder cannot be read: {why}");
    VerdictFinding::new(FindingKind::History, says)
}

fn history_finding(zh: String, en: String) -> VerdictFinding {
    VerdictFinding::new(FindingKind::History, Text::new(zh, en))
}

impl LedgerFolder<'_> {
    /// Checks that an older checkpoint belongs to the history that the folder holds.
    fn check_prefix(
        &self,
        whose: (&str, &str),
        old: &Checkpoint,
        verdict: &mut FileVerdict,
    ) -> bool {
        let new = &self.newest;
        if old.origin() != new.origin() {
            verdict.add_finding(history_finding(
                format!("{}属于账本 {}，文件夹是 {} 的", whose.0, old.origin(), new.origin()),
                format!(
                    "{} is of the ledger {}, the folder of {}",
                    whose.1,
                    old.origin(),
                    new.origin()
                ),
            ));
            return false;
        }
        if new.size() < old.size() {
            verdict.add_finding(history_finding(
                format!("账本缩短了：{}时有{}条，现只有{}条", whose.0, old.size(), new.size()),
                format!(
                    "the ledger has shrunk: {} knew {} entries, now there are {}",
                    whose.1,
                    old.size(),
                    new.size()
                ),
            ));
            return false;
        }
        if self.begins_with(old) {
            verdict.add_proved(
                format!(
                    "账本现有{}条，完整包含{}时的{}条，没有分叉或缩短",
                    new.size(),
                    whose.0,
                    old.size()
                ),
                format!(
                    "the ledger of {} entries begins with the whole history of {} known to {}",
                    new.size(),
                    old.size(),
                    whose.1
                ),
            );
            return true;
        }
        // A damaged tile does not make another history: only tiles that lead to the newest root can
        // show one.
        if self.reader.compute_root(new.size()).is_ok_and(|root| root == *new.root()) {
            verdict.add_finding(history_finding(
                format!(
                    "账本分叉：现有历史不是{}时历史的延续（{}条处的根不同）",
                    whose.0,
                    old.size()
                ),
                format!(
                    "the ledger has forked: its history is not the one known to {} (another root \
                     at {} entries)",
                    whose.1,
                    old.size()
                ),
            ));
        } else {
            self.name_damage(verdict);
        }
        false
    }

    /// Whether a proof from the tiles leads from an older checkpoint to the newest.
    fn begins_with(&self, old: &Checkpoint) -> bool {
        let new = &self.newest;
        self.reader.prove_consistency(old.size(), new.size()).is_ok_and(|proof| {
            verify_consistency((old.size(), old.root()), (new.size(), new.root()), &proof).is_ok()
        })
    }

    /// Names what is damaged in the folder.
    fn name_damage(&self, verdict: &mut FileVerdict) {
        for one in &check_log_folder(self.path, &self.newest).findings {
            verdict.add_finding(history_finding(
                format!("账本文件夹已损坏：{one}"),
                format!("the ledger's folder is damaged: {one}"),
            ));
        }
    }

    fn check_kept(&self, since: &Note, verdict: &mut FileVerdict) {
        match Checkpoint::parse(since.text()) {
            Ok(old) => {
                let whose = ("您保存的检查点", "the checkpoint that you kept");
                self.check_prefix(whose, &old, verdict);
            }
            Err(error) => {
                let says = text!(
                    "--since 的文件不是检查点：{error}",
                    "the file of --since is no checkpoint: {error}"
                );
                verdict.add_finding(VerdictFinding::new(FindingKind::History, says));
            }
        }
    }

    /// Reads every entry, and checks it against its hash in the tile.
    fn read_entries(&self) -> Result<Vec<Vec<u8>>, VerdictFinding> {
        let size = self.newest.size();
        let mut entries = Vec::new();
        for index in 0..size {
            let entry =
                self.reader.read_entry(index, size).map_err(|error| describe_read_error(&error))?;
            let leaf = self
                .reader
                .read_leaf_hash(index, size)
                .map_err(|error| describe_read_error(&error))?;
            if leaf_hash(&entry) != leaf {
                return Err(history_finding(
                    format!("账本第{index}条已被改动"),
                    format!("entry {index} of the ledger was changed"),
                )
                .at_place(format!("entry {index}")));
            }
            entries.push(entry);
        }
        match self.reader.compute_root(size) {
            Ok(root) if root == *self.newest.root() => Ok(entries),
            Ok(_) => Err(history_finding(
                "账本的条目不能导出其检查点的根".to_owned(),
                "the entries of the ledger do not lead to the root of its checkpoint".to_owned(),
            )),
            Err(error) => Err(describe_read_error(&error)),
        }
    }

    fn check_statement(&self, seal: &Seal, entries: &[Vec<u8>], verdict: &mut FileVerdict) {
        let newest = &self.newest;
        let index = seal.receipt.index();
        let is_there = usize::try_from(index).ok().and_then(|at| entries.get(at));
        let is_there = is_there.is_some_and(|entry| entry == seal.entry.as_bytes());
        let path = self.reader.prove_inclusion(index, newest.size()).unwrap_or_default();
        let leaf = leaf_hash(seal.entry.as_bytes());
        let leads = verify_inclusion(&leaf, index, &path, newest.size(), newest.root()).is_ok();
        if is_there && leads {
            verdict.add_proved(
                format!("声明确为账本第{index}条"),
                format!("the statement is entry {index} in the ledger's folder"),
            );
        } else {
            verdict.add_finding(history_finding(
                format!("账本第{index}条不是该声明"),
                format!("entry {index} of the ledger is not this statement"),
            ));
        }
    }
}

/// Checks who vouches for the newest checkpoint. A missing quorum is no finding, for the checkpoint
/// may be minutes old.
fn check_newest(
    case: &SealedHistory<'_>,
    note: &Note,
    retired: &[Retirement],
    verdict: &mut FileVerdict,
) {
    let Some(policy) = case.options.policy else { return };
    match policy.check_checkpoint(note, retired) {
        Ok(_) => verdict.add_proved(
            "账本最新检查点为策略所信任",
            "the newest checkpoint of the ledger is trusted by your policy",
        ),
        Err(error @ Distrust::NoQuorum { .. }) => verdict.add_unproved(
            format!("账本最新检查点：{}", describe_distrust(&error)),
            format!("that witnesses saw the newest checkpoint: {error}"),
        ),
        Err(error) => verdict.add_finding(VerdictFinding::new(
            FindingKind::Trust,
            Text::new(
                format!("账本最新检查点不可信：{}", describe_distrust(&error)),
                format!("the newest checkpoint of the ledger is not trusted: {error}"),
            ),
        )),
    }
}

/// Checks the batches that the evidence names, and lists those that it leaves out.
fn check_inputs(
    case: &SealedHistory<'_>,
    evidence: &Evidence,
    entries: &[Vec<u8>],
    verdict: &mut FileVerdict,
) {
    let index = case.seal.receipt.index();
    let batch_at = |at: u64| BatchEntry::from_entry(entries.get(usize::try_from(at).ok()?)?);
    let agrees = |input: &BatchInput, batch: &BatchEntry| {
        batch.dataset == input.dataset
            && batch.batch == input.batch
            && batch.rows == input.rows
            && batch.root == input.root
            && batch.recorded == input.recorded
    };
    let mut held = 0;
    for input in &evidence.inputs {
        let (dataset, batch, entry) = (&input.dataset, &input.batch, input.entry);
        if entry < index && batch_at(entry).is_some_and(|batch| agrees(input, &batch)) {
            held += 1;
        } else {
            verdict.add_finding(history_finding(
                format!("证据所用批次 {dataset}/{batch} 与账本第{entry}条不符"),
                format!(
                    "the batch {dataset}/{batch} of the evidence is not entry {entry} of the ledger"
                ),
            ).at_place(format!("entry {entry}")));
        }
    }
    if held == evidence.inputs.len() {
        verdict.add_proved(
            format!("证据所用的{held}个批次都在账本中，先于声明记录"),
            format!(
                "all {held} batches of the evidence are in the ledger, recorded before the \
                 statement"
            ),
        );
    }
    let cut = evidence.as_of.unwrap_or(i64::MAX);
    for at in 0..index {
        let Some(batch) = batch_at(at).filter(|batch| batch.recorded <= cut) else { continue };
        if !evidence.inputs.iter().any(|input| input.entry == at) {
            verdict.add_remark(
                format!(
                    "账本第{at}条（批次 {}/{}）先于声明，但报告未使用",
                    batch.dataset, batch.batch
                ),
                format!(
                    "entry {at} (batch {}/{}) is older than the statement, but was not read",
                    batch.dataset, batch.batch
                ),
            );
        }
    }
}

/// Checks the witnesses' times in the evidence against the cosigned checkpoints that the ledger
/// keeps.
fn check_times(case: &SealedHistory<'_>, evidence: &Evidence, verdict: &mut FileVerdict) {
    let stated: Vec<(&BatchInput, i64)> =
        evidence.inputs.iter().filter_map(|input| Some((input, input.witnessed?))).collect();
    let Some(policy) = case.options.policy else {
        if !stated.is_empty() {
            verdict.add_unproved(
                "证据所列见证时间是否属实（请以 --policy 给出可信密钥）",
                "that the witnesses' times in the evidence are true (give --policy)",
            );
        }
        return;
    };
    let notes = read_cosigned(case.folder);
    let mut held = 0;
    for (input, time) in &stated {
        let is_vouched = |(size, note): &(u64, Note)| {
            let keys = policy.witnesses().iter().map(|witness| &witness.key);
            let signed = note.verify_signatures(keys).unwrap_or_default();
            let times = signed.iter().filter_map(|one| i64::try_from(one.time?).ok());
            *size > input.entry && times.min() == Some(*time)
        };
        if notes.iter().any(is_vouched) {
            held += 1;
            continue;
        }
        let (dataset, batch) = (&input.dataset, &input.batch);
        verdict.add_finding(
            history_finding(
                format!("批次 {dataset}/{batch} 的见证时间没有见证方的联署佐证"),
                format!("no witness of your policy cosigned {dataset}/{batch} at the time stated"),
            )
            .at_place(format!("entry {}", input.entry)),
        );
    }
    if held > 0 && held == stated.len() {
        verdict.add_proved(
            format!("{held}个批次的入账时间均有见证方联署佐证"),
            format!("witnesses vouch for the times at which {held} batches were committed to"),
        );
    }
}

/// Reads the cosigned checkpoints that the ledger keeps, and how many entries each has. A file that
/// cannot be read vouches for nothing.
fn read_cosigned(ledger: &Path) -> Vec<(u64, Note)> {
    let files = std::fs::read_dir(ledger.join("cosigned")).into_iter().flatten().flatten();
    let notes = files.filter_map(|file| {
        let note = Note::parse(&std::fs::read(file.path()).ok()?).ok()?;
        let size = Checkpoint::parse(note.text()).ok()?.size();
        Some((size, note))
    });
    notes.collect()
}

/// Lists what the ledger says after the statement about this report.
fn list_later_entries(case: &SealedHistory<'_>, entries: &[Vec<u8>], verdict: &mut FileVerdict) {
    let own = trueline_ledger::Hash::digest_of(case.seal.entry.as_bytes()).to_hex();
    let after = usize::try_from(case.seal.receipt.index()).unwrap_or(usize::MAX).saturating_add(1);
    let mut changed = 0;
    for (at, entry) in entries.iter().enumerate().skip(after) {
        if let Some(imported) = BatchEntry::from_entry(entry) {
            changed += 1;
            let (dataset, batch, rows) = (&imported.dataset, &imported.batch, imported.rows);
            let replaces = imported.superseded.is_some();
            let what = if replaces {
                ("更改了先前记录", "it replaces earlier records")
            } else {
                ("新记录", "new records")
            };
            verdict.add_remark(
                format!("声明之后导入：第{at}条，批次 {dataset}/{batch}，{rows}行，{}", what.0),
                format!(
                    "imported after the statement: entry {at}, batch {dataset}/{batch}, {rows} \
                     rows, {}",
                    what.1
                ),
            );
        }
        let Some(other) = Statement::from_entry(entry) else { continue };
        let id = statement_id(&String::from_utf8_lossy(entry));
        let reason = other.reason.clone().unwrap_or_default();
        if other.restates.as_ref() == Some(&own) {
            verdict.add_remark(
                format!("本报告已被更正：见声明 {id}（第{at}条），理由：{reason}"),
                format!(
                    "this report was corrected: see statement {id} (entry {at}), because: {reason}"
                ),
            );
        } else if other.pack == case.statement.pack
            && other.period == case.statement.period
            && other.status == StatementStatus::Published
        {
            verdict.add_remark(
                format!("同一规则包和期间后来另有已发布的声明 {id}（第{at}条）"),
                format!(
                    "another statement of the same pack and period was published later: {id} \
                     (entry {at})"
                ),
            );
        }
    }
    if changed > 0 {
        verdict.add_unproved(
            "声明之后的导入对指标的影响（需数据）",
            "what the imports after the statement would change in the figures (needs the data)",
        );
    }
}

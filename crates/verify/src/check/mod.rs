//! One file, checked by itself or with a folder of the ledger.

mod attachments;
mod charts;
mod difference;
mod evidence;
mod figure;
mod history;
mod numbers;
mod opened;
mod options;
mod page;
mod proof;
mod reference;
mod report;
mod shape;
mod sheets;
mod statement;
mod trust;

use evidence::read_evidence;
use history::{SealedHistory, check_history};
use numbers::compare_numbers;
use opened::open_report;
pub use options::VerifyOptions;
use proof::{check_proof, is_proof};
use statement::read_seal;
use trust::check_trust;

use crate::evidence::{EVIDENCE, Evidence};
use crate::json::read_canonical_json;
use crate::seal::Seal;
use crate::verdict::FileVerdict;

/// Checks one file. The verdict says everything that could be decided.
pub fn check_file(bytes: &[u8], name: &str, options: &VerifyOptions<'_>) -> FileVerdict {
    let mut verdict = FileVerdict::new(name);
    if is_proof(bytes) {
        check_proof(bytes, options, &mut verdict);
        return verdict.close_verdict();
    }
    verdict.with_ledger = options.ledger.is_some();
    if let Some(opened) = open_report(bytes, &mut verdict) {
        let sealed = read_seal(&opened, &mut verdict);
        let evidence = read_evidence(&opened, sealed.as_ref(), &mut verdict);
        if let Some(sealed) = &sealed {
            let history = options.ledger.map(|folder| SealedHistory {
                folder,
                seal: &sealed.seal,
                statement: &sealed.statement,
                evidence: evidence.as_ref(),
                options,
            });
            let retired = history.map(|history| check_history(&history, &mut verdict));
            let note = sealed.seal.receipt.checkpoint();
            check_trust(note, options.policy, &retired.unwrap_or_default(), &mut verdict);
        }
        compare_numbers(&opened, evidence.as_ref(), sealed.as_ref(), &mut verdict);
    }
    add_standing_limits(options, &mut verdict);
    verdict.close_verdict()
}

/// The evidence in a file, not yet believed. Whoever computes it again from the records compares
/// the two, and reads what [`check_file`] says of the same file.
pub fn extract_evidence(bytes: &[u8]) -> Option<Evidence> {
    let opened = open_report(bytes, &mut FileVerdict::new(""))?;
    let evidence: Evidence = read_canonical_json(&opened.evidence?).ok()?;
    (evidence.format == EVIDENCE).then_some(evidence)
}

/// The seal in a file, not yet believed.
pub fn extract_seal(bytes: &[u8]) -> Option<Seal> {
    open_report(bytes, &mut FileVerdict::new(""))?.seal.ok()
}

/// The data of the report in a file, not yet believed.
pub fn extract_report(bytes: &[u8]) -> Option<Vec<u8>> {
    open_report(bytes, &mut FileVerdict::new(""))?.report
}

/// Adds what no check of this kind can show.
fn add_standing_limits(options: &VerifyOptions<'_>, verdict: &mut FileVerdict) {
    verdict.add_unproved(
        "现场发生的事情是否如记录所载；封印只能使改动可察觉，不能保证记录真实",
        "that what happened in the field is what was recorded: a seal is tamper-evident, no more",
    );
    verdict.add_unproved(
        "封印之前是否漏记或改过记录",
        "that nothing was left out or changed before the records were committed to",
    );
    if options.ledger.is_none() {
        if options.policy.is_some() {
            verdict.add_unproved(
                "策略所列的密钥是否已停用（停用记在账本中：--ledger）",
                "that no key of the policy was retired (the ledger says so: --ledger)",
            );
        }
        verdict.add_unproved(
            "账本历史是否分叉或缩短（需账本文件夹：--ledger）",
            "that the ledger's history has not forked or shrunk (needs its folder: --ledger)",
        );
    }
    verdict.add_unproved(
        "分块数据是否由记录本身得出（需数据，由 trueline verify 核验）",
        "that the partial figures follow from the records (needs the data: trueline verify)",
    );
}

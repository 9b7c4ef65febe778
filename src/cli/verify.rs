//! `trueline verify FILE`: is this the report that was sealed, and do the records give its figures?
//!
//! What the file and the ledger show is decided by the small verifier, `trueline-verify`; this
//! command adds the records: every row hashed, every figure worked out again.

use std::path::{Path, PathBuf};

use trueline_language::text;

use trueline_ledger::Note;
use trueline_verify::{FileVerdict, VerifyOptions, check_file, extract_evidence};

use super::named_file::read_named_file;
use super::report_arguments::{VerdictFormat, VerifyArguments};
use super::{Failure, Language, ProgressStep};
use crate::clock::Clock;
use crate::ledger::{fetch_file, fetch_ledger, is_address, read_policy_file};
use crate::program::Program;
use crate::systems::proofs::{add_records, find_changed_pages};

pub(super) fn run_verify(
    asked: &VerifyArguments,
    clock: Clock,
    language: Language,
) -> Result<(), Failure> {
    let fetched = fetch_named(asked, language)?;
    let asked = fetched.as_ref().unwrap_or(asked);
    let bytes = read_named_file(&asked.file)?;
    let policy = asked.policy.as_deref().map(read_policy_file).transpose()?;
    let since = asked.since.as_deref().map(|path| -> Result<Note, Failure> {
        let named = path.display().to_string();
        Note::parse(&read_named_file(path)?)
            .map_err(|error| Failure::from(error).with_prefix(&named))
    });
    let since = since.transpose()?;
    // What is handed over for verification holds the ledger, too.
    let beside = asked.data.as_ref().map(|data| data.join("ledger"));
    let ledger: Option<PathBuf> = asked.ledger.clone().or(beside.filter(|path| path.is_dir()));
    let options =
        VerifyOptions { policy: policy.as_ref(), ledger: ledger.as_deref(), since: since.as_ref() };
    let mut verdict = check_file(&bytes, &asked.file.display().to_string(), &options);
    if !verdict.holds {
        // They say more than that the bytes differ, so they stand first.
        verdict.findings.splice(0..0, find_changed_pages(&bytes));
        verdict = verdict.close_verdict();
    }
    if let Some(data) = &asked.data {
        check_records(&bytes, data, clock, &mut verdict, language)?;
        verdict = verdict.close_verdict();
    }
    if asked.format == VerdictFormat::Json {
        println!("{}", serde_json::to_string_pretty(&verdict).map_err(Failure::from_foreign)?);
    } else {
        let words =
            language.pick(trueline_verify::Language::Chinese, trueline_verify::Language::English);
        print!("{}", verdict.render_text(words));
    }
    if verdict.holds {
        return Ok(());
    }
    Err(Failure::negative_answer(text!("核验不一致", "the report does not agree")))
}

/// Fetches what is named by an address into a folder, to be checked there. `None` if nothing is.
fn fetch_named(
    asked: &VerifyArguments,
    language: Language,
) -> Result<Option<VerifyArguments>, Failure> {
    let address = |path: &Path| path.to_str().filter(|name| is_address(name)).map(str::to_owned);
    let file = address(&asked.file);
    let ledger = asked.ledger.as_deref().and_then(address);
    if file.is_none() && ledger.is_none() {
        return Ok(None);
    }
    let into = asked.into.clone().unwrap_or_else(|| "fetched".into());
    let mut local = asked.clone();
    if let Some(url) = file {
        local.file = fetch_file(&url, &into)?;
    }
    if let Some(url) = ledger {
        local.ledger = Some(fetch_ledger(&url, &into.join("ledger"))?);
    }
    eprintln!("{}: {}", language.pick("已取回到", "fetched into"), into.display());
    Ok(Some(local))
}

/// Compares the file's evidence with what the records give now.
fn check_records(
    bytes: &[u8],
    data: &Path,
    clock: Clock,
    verdict: &mut FileVerdict,
    language: Language,
) -> Result<(), Failure> {
    let Some(evidence) = extract_evidence(bytes) else {
        return Ok(());
    };
    let state = Program::open(data, None, clock)?.state;
    let step = language.pick("逐行核对记录", "checking the records");
    let bar = ProgressStep::start_step(step, 0);
    let rows = add_records(&evidence, &state, verdict)?;
    bar.finish_step(&format!("{step}: {rows}"));
    Ok(())
}

//! `trueline witness`: the server for somebody who does not trust the operator, and its evidence.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use trueline_language::text;
use trueline_ledger::witness::{Fork, LogWitness};
use trueline_ledger::{Hash, KeyError, VerifierKey};

use super::ledger_arguments::{self, WitnessCommand};
use super::place::InstanceFolders;
use super::serve::listen_on;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::router::build_witness_router;
use crate::witness::{KeptFork, WitnessServer, forks_by_tiles, load_or_make_key, read_kept_forks};

pub(super) fn run_witness(
    asked: &ledger_arguments::WitnessArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    match &asked.command {
        None => serve_witness(asked, place, language),
        Some(WitnessCommand::Forks { state, out, ledger, format }) => {
            let mut kept = read_forks(state)?;
            if let Some(out) = out {
                export_forks(&mut kept, out)?;
                let made = ledger.as_deref().map(|ledger| forks_by_tiles(state, ledger));
                kept.extend(save_forks(made.transpose()?.unwrap_or_default(), out)?);
            }
            print_forks(&kept, *format, language)
        }
        Some(WitnessCommand::CheckFork { file, log, logs }) => {
            check_fork(file, &read_keys(log, logs.as_deref())?, language)
        }
    }
}

fn serve_witness(
    asked: &ledger_arguments::WitnessArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let state = asked.state.clone().ok_or_else(|| {
        Failure::wrong_request(
            text!("没有指明见证服务的状态文件夹", "where does the witness keep its state?"),
            text!("以 --state 指定文件夹", "name a folder with --state DIR",),
        )
    })?;
    let logs = read_keys(&asked.log, asked.logs.as_deref())?;
    let listener = listen_on(&asked.listen)?;
    let file = asked.key.clone().unwrap_or_else(|| choose_key_file(&state, place));
    let key = load_or_make_key(&file, &state, asked.name.as_deref())?;
    let verifier = key.verifier_key().clone();
    let witness = LogWitness::open(&state, key, logs.iter().cloned())?;
    let server = WitnessServer::new(witness, state.clone(), &logs, (language, place.clock));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = format!("http://{}", listener.local_addr()?);
        let url = asked.url.clone().unwrap_or_else(|| address.clone());
        println!("{} {verifier}", language.pick("见证公钥", "public key"));
        println!("{} {}", language.pick("私钥文件", "secret key in"), file.display());
        let line = language.pick("策略文件中的一行", "line for policies");
        println!("{line}: witness {} {verifier} {url}", verifier.name());
        println!("{} {address}/?lang={}", language.pick("打开", "open"), language.code());
        let stop = async {
            // A signal that cannot be listened for leaves the usual way out: the process is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        axum::serve(listener, build_witness_router(server)).with_graceful_shutdown(stop).await?;
        Ok(())
    })
}

/// The key's file: outside the state, which may be handed to anybody.
fn choose_key_file(state: &Path, place: &InstanceFolders) -> PathBuf {
    let folder = place.keys.clone().unwrap_or_else(|| {
        let mut name = state.file_name().unwrap_or_default().to_os_string();
        name.push("-keys");
        state.with_file_name(name)
    });
    folder.join("witness.key")
}

/// The logs' keys, from the command line and from a file: a policy, or one key per line.
pub(super) fn read_keys(
    given: &[String],
    file: Option<&Path>,
) -> Result<Vec<VerifierKey>, Failure> {
    let mut texts: Vec<String> = given.to_vec();
    if let Some(path) = file {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))?;
        for line in text.lines().map(str::trim) {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("log"), Some(key)) => texts.push(key.to_owned()),
                // The other lines of a policy are about whom its readers trust.
                (Some("witness" | "group" | "quorum") | None, _) => {}
                (Some(word), _) if word.starts_with('#') => {}
                (Some(key), _) => texts.push(key.to_owned()),
            }
        }
    }
    if texts.is_empty() {
        return Err(Failure::wrong_request(
            text!("没有指明账本", "no log is named"),
            text!(
                "以 --log 给出每部账本的公钥（由运营商以 `trueline ledger key` 输出）",
                "give the public key of each log with --log (the operator prints it: `trueline \
                 ledger key`)"
            ),
        ));
    }
    let mut keys: Vec<VerifierKey> = Vec::new();
    for text in texts {
        let key: VerifierKey = text.parse().map_err(|error: KeyError| {
            Failure::wrong_request(
                text!("`{text}` 不是公钥：{error}", "`{text}` is no public key: {error}"),
                text!(
                    "请完整复制运营商的 `trueline ledger key` 输出的一行",
                    "copy the whole line that the operator's `trueline ledger key` prints"
                ),
            )
        })?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn read_forks(state: &Path) -> Result<Vec<KeptFork>, Failure> {
    if !state.is_dir() {
        return Err(Failure::wrong_request(
            text!("{} 不是文件夹", "{} is no folder", state.display()),
            text!("以 --state 指定见证服务的文件夹", "name the witness's folder with --state DIR"),
        ));
    }
    Ok(read_kept_forks(state)?)
}

fn print_forks(kept: &[KeptFork], format: OutputFormat, language: Language) -> Result<(), Failure> {
    if kept.is_empty() && format == OutputFormat::Table {
        println!("{}", language.pick("未发现分叉", "no fork was found"));
        return Ok(());
    }
    let mut table = TextTable::new(&[
        (language.pick("账本名称", "log"), Align::Left),
        (language.pick("先前条目数", "entries before"), Align::Right),
        (language.pick("后来条目数", "entries after"), Align::Right),
        (language.pick("证据文件", "evidence"), Align::Left),
    ]);
    let mut json = Vec::new();
    for one in kept {
        let (smaller, larger) = (&one.smaller, &one.larger);
        let file = &one.file;
        table.add_row(vec![
            smaller.origin().to_owned(),
            smaller.size().to_string(),
            larger.size().to_string(),
            file.display().to_string(),
        ]);
        json.push(json!({
            "log": smaller.origin(),
            "smaller": { "size": smaller.size(), "root": smaller.root().to_string() },
            "larger": { "size": larger.size(), "root": larger.root().to_string() },
            "evidence": file.display().to_string(),
        }));
    }
    table.print_as(format, &json.into())?;
    Ok(())
}

/// Copies evidence, which is listed under its copy from then on.
fn export_forks(forks: &mut [KeptFork], out: &Path) -> Result<(), Failure> {
    fs::create_dir_all(out)?;
    for fork in forks {
        let to = out.join(format!("{}.fork", fork.name()));
        write_fork(&to, &fork.fork)?;
        fork.file = to;
    }
    Ok(())
}

fn save_forks(forks: Vec<Fork>, out: &Path) -> Result<Vec<KeptFork>, Failure> {
    let mut made = Vec::new();
    for fork in forks {
        let name = Hash::digest_of(fork.to_string().as_bytes()).to_hex();
        let to = out.join(format!("{name}.fork"));
        write_fork(&to, &fork)?;
        made.push(KeptFork::read(&to)?);
    }
    Ok(made)
}

fn write_fork(path: &Path, fork: &Fork) -> Result<(), Failure> {
    fs::write(path, fork.to_string())
        .map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))
}

fn check_fork(file: &Path, keys: &[VerifierKey], language: Language) -> Result<(), Failure> {
    let kept = KeptFork::read(file)?;
    let signers = kept.fork.verify_contradiction(keys).map_err(|error| {
        Failure::negative_answer(text!(
            "这不是分叉的证据：{error}",
            "this is no evidence of a fork: {error}"
        ))
    })?;
    let (origin, smaller, larger) =
        (kept.smaller.origin(), kept.smaller.size(), kept.larger.size());
    match language {
        Language::Chinese => {
            println!("分叉成立：账本 {origin} 签署了两部互相矛盾的历史");
            println!("  先前的检查点：{smaller} 条，根 {}", kept.smaller.root());
            println!("  后来的检查点：{larger} 条，根 {}", kept.larger.root());
        }
        Language::English => {
            println!("this is a fork: the log {origin} signed two histories that contradict");
            println!("  earlier checkpoint: {smaller} entries, root {}", kept.smaller.root());
            println!("  later checkpoint:   {larger} entries, root {}", kept.larger.root());
        }
    }
    for key in signers {
        println!("  {} {key}", language.pick("两者均由此密钥签署", "both signed by"));
    }
    Ok(())
}

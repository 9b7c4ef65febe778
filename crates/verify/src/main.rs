//! `trueline-verify`: checks a sealed report on a laptop, offline.
//!
//! Exit 0 if everything that was checked holds, 1 if something does not, 2 for a wrong request,
//! 3 if a file cannot be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use trueline_ledger::{Note, Policy};
use trueline_verify::{Language, Options, check_file};

const USAGE: &str = "\
usage: trueline-verify FILE [--policy FILE] [--ledger DIR] [--since CHECKPOINT]
                            [--lang zh|en] [--format text|json]

  FILE      a sealed report: PDF, HTML, JSON or XLSX          待核验的报告
  --policy  whose signatures to believe (C2SP tlog-policy)    可信密钥（策略文件）
  --ledger  a copy of the operator's ledger                   账本文件夹
  --since   a checkpoint of the ledger that you kept          您保存的检查点
";

struct VerifyRequest {
    file: PathBuf,
    policy: Option<PathBuf>,
    ledger: Option<PathBuf>,
    since: Option<PathBuf>,
    language: Language,
    is_json: bool,
}

/// A refusal: the exit code and the message.
struct RefusedRequest(u8, String);

fn main() -> ExitCode {
    match run_check() {
        Ok(code) => code,
        Err(RefusedRequest(code, says)) => {
            eprintln!("{says}");
            ExitCode::from(code)
        }
    }
}

fn run_check() -> Result<ExitCode, RefusedRequest> {
    let asked = read_request()?;
    let bytes = read_file(&asked.file)?;
    let policy = asked.policy.as_deref().map(|path| {
        let wrong = |error| RefusedRequest(2, format!("{}: {error}", path.display()));
        Policy::parse(&read_file(path)?).map_err(wrong)
    });
    let policy = policy.transpose()?;
    let since = asked.since.as_deref().map(|path| {
        let wrong = |error| RefusedRequest(2, format!("{}: {error}", path.display()));
        Note::parse(&read_file(path)?).map_err(wrong)
    });
    let since = since.transpose()?;
    if since.is_some() && asked.ledger.is_none() {
        return Err(RefusedRequest(
            2,
            "--since needs --ledger / --since 须与 --ledger 同用".to_owned(),
        ));
    }
    let options =
        Options { policy: policy.as_ref(), ledger: asked.ledger.as_deref(), since: since.as_ref() };
    let verdict = check_file(&bytes, &asked.file.display().to_string(), &options);
    if asked.is_json {
        let text = serde_json::to_string_pretty(&verdict);
        println!("{}", text.map_err(|error| RefusedRequest(3, error.to_string()))?);
    } else {
        print!("{}", verdict.text(asked.language));
    }
    Ok(if verdict.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_file(path: &Path) -> Result<Vec<u8>, RefusedRequest> {
    fs::read(path).map_err(|error| RefusedRequest(3, format!("{}: {error}", path.display())))
}

fn read_request() -> Result<VerifyRequest, RefusedRequest> {
    let usage = || RefusedRequest(2, USAGE.to_owned());
    let (mut file, mut policy, mut ledger, mut since) = (None, None, None, None);
    let (mut language, mut is_json) = (language_of_environment(), false);
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let mut value = || words.next().ok_or_else(usage);
        match text.as_str() {
            "--help" | "-h" => {
                print!("{USAGE}");
                std::process::exit(0);
            }
            "--policy" => policy = Some(PathBuf::from(value()?)),
            "--ledger" => ledger = Some(PathBuf::from(value()?)),
            "--since" => since = Some(PathBuf::from(value()?)),
            "--lang" => {
                language = match value()?.to_str() {
                    Some("zh") => Language::Zh,
                    Some("en") => Language::En,
                    Some(_) | None => return Err(usage()),
                }
            }
            "--format" => {
                is_json = match value()?.to_str() {
                    Some("json") => true,
                    Some("text") => false,
                    Some(_) | None => return Err(usage()),
                }
            }
            option if option.starts_with('-') => return Err(usage()),
            _ if file.is_none() => file = Some(PathBuf::from(word)),
            _ => return Err(usage()),
        }
    }
    let file = file.ok_or_else(usage)?;
    Ok(VerifyRequest { file, policy, ledger, since, language, is_json })
}

/// Chinese if the terminal is set to Chinese, else English.
fn language_of_environment() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match set {
        Some(value) if value.starts_with("zh") => Language::Zh,
        Some(_) | None => Language::En,
    }
}

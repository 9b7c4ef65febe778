//! `trueline-verify`: checks a sealed report on a laptop, offline.
//!
//! Exit 0 if everything that was checked holds, 1 if something does not, 2 for a wrong request,
//! 3 if a file cannot be read.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use trueline_language::{AnyError, Explain, Language, Text, text};
use trueline_ledger::{Note, Policy};
use trueline_verify::{VerifyOptions, check_file};

const USAGE_ZH: &str = "\
用法：trueline-verify FILE [--policy FILE] [--ledger DIR] [--since CHECKPOINT]
                           [--lang zh|en] [--format text|json]

  FILE      待核验的报告：PDF、HTML、JSON 或 XLSX
  --policy  采信哪些签名（C2SP tlog-policy 策略文件）
  --ledger  企业账本的副本
  --since   您保存的账本检查点
  --lang    结论的语言
  --format  结论的格式
";

const USAGE_EN: &str = "\
usage: trueline-verify FILE [--policy FILE] [--ledger DIR] [--since CHECKPOINT]
                            [--lang zh|en] [--format text|json]

  FILE      a sealed report: PDF, HTML, JSON or XLSX
  --policy  whose signatures to believe (C2SP tlog-policy)
  --ledger  a copy of the operator's ledger
  --since   a checkpoint of the ledger that you kept
  --lang    the language of the verdict
  --format  the form of the verdict
";

struct VerifyRequest {
    file: PathBuf,
    policy: Option<PathBuf>,
    ledger: Option<PathBuf>,
    since: Option<PathBuf>,
    is_json: bool,
}

/// A refusal: the exit code and the message.
struct RefusedRequest(u8, Text);

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let language = find_language(&words);
    match run_check(words, language) {
        Ok(code) => code,
        Err(RefusedRequest(code, says)) => {
            eprintln!("{}", says.as_str(language));
            ExitCode::from(code)
        }
    }
}

fn run_check(words: Vec<OsString>, language: Language) -> Result<ExitCode, RefusedRequest> {
    let Some(asked) = read_request(words)? else {
        print!("{}", language.pick(USAGE_ZH, USAGE_EN));
        return Ok(ExitCode::SUCCESS);
    };
    let bytes = read_file(&asked.file)?;
    let policy = asked.policy.as_deref().map(|path| {
        let wrong = |error| refuse_file(2, path, &error);
        Policy::parse(&read_file(path)?).map_err(wrong)
    });
    let policy = policy.transpose()?;
    let since = asked.since.as_deref().map(|path| {
        let wrong = |error| refuse_file(2, path, &error);
        Note::parse(&read_file(path)?).map_err(wrong)
    });
    let since = since.transpose()?;
    if since.is_some() && asked.ledger.is_none() {
        let needs = text!("--since 须与 --ledger 同用", "--since needs --ledger");
        return Err(RefusedRequest(2, needs));
    }
    let options = VerifyOptions {
        policy: policy.as_ref(),
        ledger: asked.ledger.as_deref(),
        since: since.as_ref(),
    };
    let verdict = check_file(&bytes, &asked.file.display().to_string(), &options);
    if asked.is_json {
        let text = serde_json::to_string_pretty(&verdict);
        let wrong = |error| RefusedRequest(3, Text::of_error(&AnyError::of_foreign(error)));
        println!("{}", text.map_err(wrong)?);
    } else {
        print!("{}", verdict.render_text(language));
    }
    Ok(if verdict.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_file(path: &Path) -> Result<Vec<u8>, RefusedRequest> {
    fs::read(path).map_err(|error| refuse_file(3, path, &error))
}

fn refuse_file(code: u8, path: &Path, error: &dyn Explain) -> RefusedRequest {
    let (file, why) = (path.display(), Text::of_error(error));
    RefusedRequest(code, text!("{file}：{why}", "{file}: {why}"))
}

/// What is asked for; `None` if it is help.
fn read_request(words: Vec<OsString>) -> Result<Option<VerifyRequest>, RefusedRequest> {
    let usage = || RefusedRequest(2, Text::new(USAGE_ZH, USAGE_EN));
    let (mut file, mut policy, mut ledger, mut since) = (None, None, None, None);
    let mut is_json = false;
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let mut value = || words.next().ok_or_else(usage);
        match text.as_str() {
            "--help" | "-h" => return Ok(None),
            "--policy" => policy = Some(PathBuf::from(value()?)),
            "--ledger" => ledger = Some(PathBuf::from(value()?)),
            "--since" => since = Some(PathBuf::from(value()?)),
            "--lang" => {
                value()?.to_string_lossy().parse::<Language>().map_err(|_| usage())?;
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
    Ok(Some(VerifyRequest { file, policy, ledger, since, is_json }))
}

/// The language of `--lang`; without it Chinese if the terminal is set to Chinese, else English.
///
/// It is needed before the arguments are read, because a wrong one is refused in this language.
fn find_language(words: &[OsString]) -> Language {
    let asked = words.iter().skip_while(|word| *word != "--lang").nth(1);
    if let Some(language) = asked.and_then(|code| code.to_str()?.parse().ok()) {
        return language;
    }
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of_locale(&set.unwrap_or_default())
}

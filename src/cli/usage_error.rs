//! What is wrong with a command line, told in the reader's language. Clap knows English only.
//!
//! Clap keeps what it found (which argument, which value, which would be valid) beside its
//! sentence, so the Chinese is written from that. Help and version are no mistakes and print as
//! they are.

use std::fmt::Write as _;
use std::num::{IntErrorKind, ParseIntError};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use trueline_language::{Explain as _, Text, explain_foreign, text};

use super::Language;

/// Prints a wrong command line, help or the version, each where it belongs.
pub(super) fn print_usage_error(error: &clap::Error, language: Language) {
    let is_mistake = error.use_stderr() && error.kind() != SHORT_HELP;
    match language {
        Language::Chinese if is_mistake => eprint!("{}", describe_in_chinese(error)),
        Language::Chinese | Language::English => {
            let _ = error.print();
        }
    }
}

/// What a command answers to no arguments: its help.
const SHORT_HELP: ErrorKind = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

fn describe_in_chinese(error: &clap::Error) -> String {
    let mut out = format!("错误：{}\n", say_what_is_wrong(error));
    let mut tips = list_similar(error);
    tips.extend(list_advice(error));
    for tip in tips {
        let _ = writeln!(out, "提示：{tip}");
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).trim();
        let _ = writeln!(out, "\n用法：{usage}");
    }
    out.push_str("\n详情请用 --help 查看。\n");
    out
}

fn say_what_is_wrong(error: &clap::Error) -> String {
    let argument = find_text(error, ContextKind::InvalidArg);
    let value = find_text(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("`{argument}` 需要一个值{}", list_choices(error, ContextKind::ValidValue))
        }
        ErrorKind::InvalidValue => {
            let choices = list_choices(error, ContextKind::ValidValue);
            format!("`{argument}` 不能取值 `{value}`{choices}")
        }
        ErrorKind::ValueValidation => {
            format!("`{argument}` 不能取值 `{value}`{}", say_cause(error))
        }
        ErrorKind::UnknownArgument => format!("没有参数 `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 `{}`", find_text(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::NoEquals => format!("`{argument}` 的值须写在等号之后"),
        ErrorKind::TooManyValues => format!("`{argument}` 的值过多：不应再有 `{value}`"),
        ErrorKind::TooFewValues => {
            let least = find_number(error, ContextKind::MinValues);
            let actual = find_number(error, ContextKind::ActualNumValues);
            format!("`{argument}` 至少需要 {least} 个值，只给了 {actual} 个")
        }
        ErrorKind::WrongNumberOfValues => {
            let expected = find_number(error, ContextKind::ExpectedNumValues);
            let actual = find_number(error, ContextKind::ActualNumValues);
            format!("`{argument}` 需要 {expected} 个值，给了 {actual} 个")
        }
        ErrorKind::ArgumentConflict => say_conflict(error),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{argument}"),
        ErrorKind::MissingSubcommand => {
            let command = find_text(error, ContextKind::InvalidSubcommand);
            let choices = list_choices(error, ContextKind::ValidSubcommand);
            format!("`{command}` 之后须写一个命令{choices}")
        }
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文字".to_owned(),
        ErrorKind::Io | ErrorKind::Format => format!("无法输出：“{}”", quote_clap(error)),
        // Help and version are no mistakes. What a later clap adds is told in its own words.
        _ => format!("参数有误：“{}”", quote_clap(error)),
    }
}

/// Clap's own English, where it keeps nothing else.
fn quote_clap(error: &clap::Error) -> String {
    let text = error.to_string();
    text.trim().trim_start_matches("error: ").to_owned()
}

fn say_conflict(error: &clap::Error) -> String {
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(_) => find_text(error, ContextKind::InvalidArg),
        None => find_text(error, ContextKind::InvalidSubcommand),
    };
    match list_texts(error, ContextKind::PriorArg).as_slice() {
        [] => format!("`{argument}` 不能与所给的其他参数同用"),
        [prior] if *prior == argument => format!("`{argument}` 只能写一次"),
        prior => format!("`{argument}` 不能与 {} 同用", quote_all(prior)),
    }
}

/// Why a value was refused. Our own parsers say it in both languages; those of numbers tell the
/// kind.
fn say_cause(error: &clap::Error) -> String {
    let Some(cause) = std::error::Error::source(error) else { return String::new() };
    let language = trueline_language::Language::Chinese;
    if let Some(text) = cause.downcast_ref::<Text>() {
        return format!("：{}", text.sentence_in(language));
    }
    match cause.downcast_ref::<ParseIntError>().map(ParseIntError::kind) {
        Some(IntErrorKind::Empty | IntErrorKind::InvalidDigit) => "：不是整数".to_owned(),
        Some(IntErrorKind::PosOverflow) => "：数值过大".to_owned(),
        Some(IntErrorKind::NegOverflow) => "：数值过小".to_owned(),
        Some(_) | None => format!("：{}", explain_foreign(cause, language)),
    }
}

/// Parses a number of things, of which there must be at least one.
pub(super) fn parse_positive(number: &str) -> Result<u32, Text> {
    match number.parse() {
        Ok(0) | Err(_) => Err(text!("请写 1 或更大的整数", "write a whole number of at least 1")),
        Ok(number) => Ok(number),
    }
}

fn list_similar(error: &clap::Error) -> Vec<String> {
    let kinds = [
        (ContextKind::SuggestedSubcommand, "相近的命令"),
        (ContextKind::SuggestedArg, "相近的参数"),
        (ContextKind::SuggestedValue, "相近的值"),
    ];
    let named = kinds.into_iter().map(|(kind, name)| (name, list_texts(error, kind)));
    let named = named.filter(|(_, similar)| !similar.is_empty());
    named.map(|(name, similar)| format!("{name}：{}", quote_all(&similar))).collect()
}

/// The advice that clap has only as a sentence; what it quotes tells which one it is.
fn list_advice(error: &clap::Error) -> Vec<String> {
    let Some(ContextValue::StyledStrs(all)) = error.get(ContextKind::Suggested) else {
        return Vec::new();
    };
    let translate = |advice: String| {
        let quoted: Vec<&str> = advice.split('\'').skip(1).step_by(2).collect();
        match quoted.as_slice() {
            [value, call] if advice.contains("as a value") => {
                Some(format!("若要将 `{value}` 作为值，请写 `{call}`"))
            }
            [command, dashes] if advice.contains("remove") => {
                Some(format!("有命令 `{command}`：去掉其前的 `{dashes}` 即可"))
            }
            [other] if advice.ends_with("exists") => Some(format!("另有 `{other}`")),
            _ => None,
        }
    };
    all.iter().filter_map(|advice| translate(advice.to_string())).collect()
}

/// `（可选：a、b）`, or nothing where any value will do.
fn list_choices(error: &clap::Error, kind: ContextKind) -> String {
    match list_texts(error, kind) {
        choices if choices.is_empty() => String::new(),
        choices => format!("（可选：{}）", choices.join("、")),
    }
}

fn list_texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(all)) => all.clone(),
        _ => Vec::new(),
    }
}

/// One text as it is; several of them quoted, in a row.
fn find_text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(all)) => quote_all(all),
        _ => String::new(),
    }
}

fn find_number(error: &clap::Error, kind: ContextKind) -> isize {
    match error.get(kind) {
        Some(ContextValue::Number(number)) => *number,
        _ => 0,
    }
}

fn quote_all(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use clap::{Arg, Command};

    use super::*;
    use crate::cli::help::localized_command;

    fn refuse(command: Command, line: &str) -> clap::Error {
        command.try_get_matches_from(line.split(' ')).unwrap_err()
    }

    fn check(error: &clap::Error, kind: ErrorKind, sentence: &str) {
        assert_eq!(error.kind(), kind, "{error}");
        let text = describe_in_chinese(error);
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(first, format!("错误：{sentence}"));
        for line in text.lines().filter(|line| !line.is_empty()) {
            assert!(trueline_language::contains_chinese(line), "`{line}` in\n{text}");
        }
    }

    #[test]
    fn every_mistake_of_a_command_line_is_said_in_chinese() {
        let all = "（可选：demo、init、serve、simulate、import、mapping、pack、indicators、cases、\
                   quality、report、publish、verify、spot-check、export、ledger、witness、\
                   completions、help）";
        for (line, kind, sentence) in [
            (
                "trueline verify a.pdf --format xx",
                ErrorKind::InvalidValue,
                "`--format <FORMAT>` 不能取值 `xx`（可选：text、json）",
            ),
            (
                "trueline spot-check a --data b --value=",
                ErrorKind::InvalidValue,
                "`--value <TEXT>` 需要一个值",
            ),
            ("trueline init a --oops", ErrorKind::UnknownArgument, "没有参数 `--oops`"),
            ("trueline reprot", ErrorKind::InvalidSubcommand, "没有命令 `reprot`"),
            (
                "trueline demo --cases a",
                ErrorKind::ValueValidation,
                "`--cases <N>` 不能取值 `a`：不是整数",
            ),
            (
                "trueline import case --full=yes a.csv",
                ErrorKind::TooManyValues,
                "`--full` 的值过多：不应再有 `yes`",
            ),
            (
                "trueline import case a.csv --from b",
                ErrorKind::ArgumentConflict,
                "`[DATASET]` 不能与 `--from <DIR>` 同用",
            ),
            (
                "trueline init a --pack b --pack c",
                ErrorKind::ArgumentConflict,
                "`--pack <PACK>` 只能写一次",
            ),
            (
                "trueline report --period 2020H1",
                ErrorKind::MissingRequiredArgument,
                "缺少必需的参数：`--out <FILE>...`",
            ),
            (
                "trueline --lang zh",
                ErrorKind::MissingSubcommand,
                &format!("`trueline` 之后须写一个命令{all}"),
            ),
        ] {
            check(&refuse(localized_command(Language::Chinese), line), kind, sentence);
        }
        let bytes = [b"trueline".to_vec(), b"indicators".into(), b"--by".into(), vec![0xff]];
        let words = bytes.map(OsString::from_vec);
        let error = localized_command(Language::Chinese).try_get_matches_from(words).unwrap_err();
        check(&error, ErrorKind::InvalidUtf8, "参数不是 UTF-8 文字");
    }

    /// Kinds that none of our commands can give today.
    #[test]
    fn a_mistake_that_no_command_allows_yet_is_said_in_chinese_too() {
        let command = |argument: Arg| Command::new("t").arg(argument.long("a").value_name("A"));
        for (argument, line, kind, sentence) in [
            (
                Arg::new("a").require_equals(true),
                "t --a 1",
                ErrorKind::NoEquals,
                "`--a=<A>` 的值须写在等号之后",
            ),
            (
                Arg::new("a").num_args(2..),
                "t --a 1",
                ErrorKind::TooFewValues,
                "`--a <A> <A>...` 至少需要 2 个值，只给了 1 个",
            ),
            (
                Arg::new("a").num_args(2),
                "t --a 1",
                ErrorKind::WrongNumberOfValues,
                "`--a <A> <A>` 需要 2 个值，给了 1 个",
            ),
        ] {
            check(&refuse(command(argument), line), kind, sentence);
        }
        let full = clap::Error::from(std::io::Error::from_raw_os_error(28));
        let system = std::io::Error::from_raw_os_error(28);
        check(&full, ErrorKind::Io, &format!("无法输出：“{system}”"));
        let format = clap::Error::from(std::fmt::Error);
        check(&format, ErrorKind::Format, &format!("无法输出：“{}”", std::fmt::Error));
    }

    #[test]
    fn a_refused_value_is_explained_by_our_own_parser() {
        let line = "trueline spot-check a --data b --value c --cases 0";
        check(
            &refuse(localized_command(Language::Chinese), line),
            ErrorKind::ValueValidation,
            "`--cases <N>` 不能取值 `0`：请写 1 或更大的整数",
        );
    }

    #[test]
    fn advice_is_translated() {
        for (line, advice) in [
            ("trueline reprot", "提示：相近的命令：`export`、`report`"),
            ("trueline verify a --format jsn", "提示：相近的值：`json`"),
            ("trueline init a --pac b", "提示：相近的参数：`--pack`"),
            ("trueline verify a --1", "提示：若要将 `--1` 作为值，请写 `-- --1`"),
        ] {
            let text = describe_in_chinese(&refuse(localized_command(Language::Chinese), line));
            assert!(text.lines().any(|line| line == advice), "no {advice} in\n{text}");
            assert!(text.ends_with("\n详情请用 --help 查看。\n"));
        }
    }

    #[test]
    fn help_is_no_mistake() {
        assert_eq!(refuse(localized_command(Language::Chinese), "trueline").kind(), SHORT_HELP);
        let help = refuse(localized_command(Language::Chinese), "trueline --help");
        assert!(!help.use_stderr());
    }
}

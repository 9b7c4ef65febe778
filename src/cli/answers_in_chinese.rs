//! Tests: with `--lang zh` a failure is told in Chinese, without it in English alone.

use std::fs;
use std::path::Path;

use clap::FromArgMatches as _;
use trueline_language::contains_chinese;

use super::help::localized_command;
use super::{Arguments, Failure, Language, run_command};

/// Runs a command line on the instance in `folder`/data.
fn run_words(folder: &Path, words: &str, language: Language) -> Result<(), Failure> {
    let data = folder.join("data").display().to_string();
    let place = folder.display().to_string();
    let words = words.split(' ').map(|word| word.replace("PLACE", &place));
    let given = ["trueline".to_owned(), "--dir".to_owned(), data].into_iter().chain(words);
    let matches = localized_command(language).try_get_matches_from(given).unwrap();
    run_command(Arguments::from_arg_matches(&matches).unwrap(), language)
}

/// The lines that a failing command line prints, in a language.
fn list_lines_of_failure(folder: &Path, words: &str, language: Language) -> Vec<String> {
    let Err(failure) = run_words(folder, words, language) else {
        panic!("`{words}` did not fail");
    };
    failure.list_lines(language)
}

/// Asserts that each command line fails, in Chinese and in English.
fn assert_told_in_both(folder: &Path, commands: &[&str]) {
    for words in commands {
        for line in list_lines_of_failure(folder, words, Language::Chinese) {
            let (_, said) = line.split_once('：').unwrap();
            assert!(contains_chinese(said), "`{words}`: {line}");
        }
        for line in list_lines_of_failure(folder, words, Language::English) {
            assert!(!contains_chinese(&line), "`{words}`: {line}");
        }
    }
}

#[test]
fn a_failure_without_an_instance_is_told_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let commands = [
        "indicators --period 2020H1",
        "pack show nope",
        "pack check nope",
        "mapping show nope",
        "simulate --out PLACE/made --period 2020H9",
        "simulate --out PLACE/made --cases 0",
        "verify PLACE/missing.pdf",
        "witness",
        "witness --state PLACE/state",
        "witness --state PLACE/state --log nonsense",
        "witness forks --state PLACE/missing",
    ];
    assert_told_in_both(folder.path(), &commands);
}

#[test]
fn a_failure_of_an_instance_is_told_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    run_words(folder.path(), "init PLACE/data", Language::English).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    fs::write(folder.path().join("rows.csv"), "a,b\n1,2\n").unwrap();
    fs::write(folder.path().join("pack.toml"), "[pack]\ntitl = 1\n").unwrap();
    fs::write(folder.path().join("data/narrative/zh.md"), "{{fixed.nope}}\n").unwrap();
    fs::write(folder.path().join("data/narrative/en.md"), "{{fixed.nope}}\n").unwrap();
    let serve = format!("serve --period 2020H1 --listen {address}");
    let commands = [
        "init PLACE/data",
        "indicators --period 2020H3",
        "indicators --period 2020H1 --as-of yesterday",
        "indicators --period 2020H1 --pack nope",
        "indicators --period 2020H1 --indicator nope",
        "indicators --period 2020H1 --by nope",
        "indicators --period 2020H1 --where nope",
        "indicators --period 2020H1 --where nope=1",
        "indicators --period 2020H1 --where month=2021-05",
        "pack check PLACE/pack.toml",
        "import nope PLACE/rows.csv",
        "import case PLACE/missing.csv",
        "import case PLACE/rows.csv --mapping nope",
        "import --from PLACE/missing",
        "report --period 2020H1 --out PLACE/report.txt",
        "report --period 2020H1 --out PLACE/report.html",
        "publish 0000 --prepared-by a --reviewed-by b --signed-by c",
        "ledger prove nope",
        "ledger cosign",
        "serve",
        &serve,
    ];
    assert_told_in_both(folder.path(), &commands);
}

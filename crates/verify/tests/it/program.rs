//! The program: what it prints, and how it ends.

use std::process::{Command, Output};

use crate::fixture::Fixture;

fn run(words: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueline-verify"));
    program.args(words).env("LC_ALL", "C").output().unwrap()
}

#[test]
fn it_ends_as_the_manual_says() {
    let fixture = Fixture::new();
    let work = tempfile::tempdir().unwrap();
    let path = |name: &str| work.path().join(name).display().to_string();
    let (good, bad, policy) = (path("good.json"), path("bad.json"), path("policy"));
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    std::fs::write(&good, &text).unwrap();
    std::fs::write(&bad, text.replacen("\"printed\":\"3.00\"", "\"printed\":\"2.00\"", 1)).unwrap();
    std::fs::write(&policy, format!("log {}\nquorum none\n", fixture.key)).unwrap();
    let ledger = fixture.folder().display().to_string();
    let since = path("since");
    std::fs::write(&since, fixture.since.to_string()).unwrap();
    for (words, code, says) in [
        (vec![good.as_str(), "--lang", "zh"], 0, "结论：一致"),
        (
            vec![
                &good, "--policy", &policy, "--ledger", &ledger, "--since", &since, "--lang", "en",
            ],
            0,
            "agrees",
        ),
        (vec![&bad, "--lang", "en"], 1, "fixed.repair.mean[area=urban] (2020H1)"),
        (vec![&bad, "--format", "json"], 1, "\"what\": \"figure\""),
        (vec![&good, "--policy", &bad], 2, "line 1"),
        (vec![&good, "--since", &since], 2, "--ledger"),
        (vec![&good, "--colour", "--lang", "en"], 2, "usage"),
        (vec![&good, "--colour", "--lang", "zh"], 2, "用法"),
        (vec!["--help", "--lang", "zh"], 0, "待核验的报告"),
        (vec!["--lang", "en"], 2, "usage"),
        (vec![&good, "--policy", &bad, "--lang", "zh"], 2, "bad.json：第 1 行："),
        (vec![&good, "--colour"], 2, "usage"),
        (vec!["--colour"], 2, "usage"),
        (vec![&good, &bad], 2, "usage"),
        (vec![&good, "--lang", "fr"], 2, "usage"),
        (vec![&good, "--format", "xml"], 2, "usage"),
        (vec![&good, "--policy"], 2, "usage"),
        (vec!["--help"], 0, "usage"),
        (vec![&good, "--format", "text", "--lang", "en"], 0, "RESULT: it agrees"),
        (vec![], 2, "usage"),
        (vec!["nowhere.pdf"], 3, "nowhere.pdf"),
        (vec!["nowhere.pdf", "--lang", "zh"], 3, "nowhere.pdf：没有该文件或目录"),
    ] {
        let output = run(&words);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(says), "{words:?}: {said}");
    }
}

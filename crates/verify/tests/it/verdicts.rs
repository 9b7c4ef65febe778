//! A verdict as a person reads it: the order of its lists, and what to do.

use trueline_verify::{
    FileVerdict, FindingKind, Language, Text, VerdictFinding, VerifyOptions, check_file,
};

use crate::fixture::Fixture;

fn finding(what: FindingKind, en: &str) -> VerdictFinding {
    VerdictFinding::new(what, Text::new(format!("{en}（中文）"), en))
}

/// The verdict of the unchanged file, with findings that the test adds.
fn verdict_with(findings: Vec<VerdictFinding>) -> FileVerdict {
    let fixture = Fixture::new();
    let mut verdict = check_file(&fixture.json, "report.json", &VerifyOptions::default());
    assert!(verdict.holds);
    for finding in findings {
        verdict.add_finding(finding);
    }
    verdict.close_verdict()
}

#[test]
fn what_names_a_figure_comes_first_then_the_kinds_in_their_order() {
    let verdict = verdict_with(vec![
        finding(FindingKind::Unreadable, "unreadable"),
        finding(FindingKind::History, "history"),
        finding(FindingKind::Rendering, "rendering").at_place("file"),
        finding(FindingKind::Evidence, "evidence of a figure").about_figure("a.b.c"),
        finding(FindingKind::Figure, "figure").about_figure("a.b.c").at_place("page"),
    ]);
    assert!(!verdict.holds);
    let order: Vec<&str> =
        verdict.findings.iter().map(|one| one.says.as_str(Language::English)).collect();
    let expected = ["figure", "evidence of a figure", "rendering", "history", "unreadable"];
    assert_eq!(order, expected);
    assert_eq!(verdict.findings[0].place.as_deref(), Some("page"));
    assert_eq!(verdict.findings[0].figure.as_deref(), Some("a.b.c"));
}

#[test]
fn a_person_reads_the_first_twenty_findings() {
    let many = |count: usize| {
        let all =
            (0..count).map(|at| finding(FindingKind::Figure, &format!("number {at} is wrong")));
        verdict_with(all.collect()).render_text(Language::English)
    };
    let text = many(20);
    assert!(text.contains("number 19 is wrong") && !text.contains("--format json"));
    let text = many(23);
    assert!(!text.contains("number 20 is wrong"));
    assert!(text.contains("3 more; --format json lists them all"));
}

#[test]
fn the_text_has_its_lists_in_order_in_both_languages() {
    let verdict = verdict_with(vec![finding(FindingKind::Figure, "a number is wrong")]);
    for (language, heads) in [
        (
            Language::English,
            [
                "RESULT: it does NOT agree",
                "FOUND",
                "✗ a number is wrong",
                "PROVED",
                "✓ ",
                "NOT PROVED",
                "– ",
                "WHAT TO DO",
                "→ Keep the file as it is",
            ],
        ),
        (
            Language::Chinese,
            [
                "结论：不一致。请勿采信。",
                "发现",
                "✗ a number is wrong（中文）",
                "已证明",
                "✓ ",
                "未证明",
                "– ",
                "怎么办",
                "→ 保留本文件原样",
            ],
        ),
    ] {
        let text = verdict.render_text(language);
        assert!(text.starts_with("report.json\n"));
        let mut rest = text.as_str();
        for head in heads {
            let at = rest.find(head).unwrap_or_else(|| panic!("{head} is not in {text}"));
            rest = &rest[at + head.len()..];
        }
    }
    assert!(!verdict.render_text(Language::English).contains("REMARKS"));
}

#[test]
fn what_to_do_depends_on_what_was_found_and_given() {
    let fixture = Fixture::new();
    let plain = verdict_with(Vec::new()).render_text(Language::English);
    assert!(plain.contains("RESULT: it agrees"));
    assert!(plain.contains("With a copy of the ledger, check history too: --ledger."));
    assert!(plain.contains("the ledger's history has not forked or shrunk (needs its folder"));
    let folder = fixture.folder();
    let options = VerifyOptions { ledger: Some(&folder), ..VerifyOptions::default() };
    let with_ledger = check_file(&fixture.json, "x", &options);
    assert!(with_ledger.with_ledger);
    let text = with_ledger.render_text(Language::English);
    assert!(text.contains("give it as --since next time"));
    assert!(!text.contains("(needs its folder"));
    assert!(!text.contains("that no key of the policy was retired"));
    let unsealed =
        check_file(b"plain text", "x", &VerifyOptions::default()).render_text(Language::English);
    assert!(unsealed.contains("RESULT: it cannot be checked: there is no seal to read."));
    assert!(unsealed.contains("Ask the operator for a sealed PDF, HTML, JSON or XLSX file."));
    // Without a seal, but with a number that is wrong, it does not agree.
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    let wrong = text.replacen("\"printed\":\"3.00\"", "\"printed\":\"2.00\"", 1);
    let wrong = wrong.replacen("TRUELINE-SEAL/1", "TRUELINE-SEAL/9", 1);
    let wrong = check_file(wrong.as_bytes(), "x", &VerifyOptions::default());
    assert!(wrong.sealed_as.is_none());
    assert!(wrong.render_text(Language::English).contains("it does NOT agree"));
}

#[test]
fn a_policy_without_a_ledger_says_that_retired_keys_are_not_known() {
    let fixture = Fixture::new();
    let policy = format!("log {}\nquorum none\n", fixture.key);
    let policy = trueline_ledger::Policy::parse(policy.as_bytes()).unwrap();
    let options = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
    let verdict = check_file(&fixture.json, "x", &options);
    let told = |word: &str| {
        verdict.not_proved.iter().any(|one| one.as_str(Language::English).contains(word))
    };
    assert!(told("that no key of the policy was retired"));
    assert!(told("no witness: the operator may have shown others another history"));
    assert!(told("that the commitment lag is true"));
    assert!(!told("whether the counts that figures are divided by"));
    assert!(
        verdict.proved.iter().any(|one| {
            one.as_str(Language::English).contains("is signed by log.example/quality")
        })
    );
}

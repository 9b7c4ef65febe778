//! Everything that somebody could change in a sealed report is found, and named where it can be.

use crate::fixture::{Fixture, finding_about};
use trueline_ledger::{Log, Policy, Signer};
use trueline_verify::{FindingKind, Language, VerifyOptions, check_file, workbook_digest};

#[test]
fn what_nobody_changed_agrees() {
    let fixture = Fixture::new();
    for (name, bytes) in fixture.files() {
        let verdict = check_file(bytes, name, &VerifyOptions::default());
        assert!(verdict.holds, "{}", verdict.render_text(Language::English));
        let first = verdict.not_proved[0].as_str(Language::English);
        assert!(first.starts_with("signed by key log.example"), "{first}");
        let text = verdict.render_text(Language::Chinese) + &verdict.render_text(Language::English);
        assert!(text.contains("tamper-evident") && !text.contains("tamper-proof"), "{text}");
    }
}

/// From, to, the figure that must be named first (or nothing), a word of the finding.
const IN_JSON: &[(&str, &str, &str, &str)] = &[
    ("\"printed\":\"3.00\"", "\"printed\":\"2.00\"", "fixed.repair.mean[area=urban]", "2.00"),
    ("\"value\":3.0", "\"value\":2.0", "fixed.repair.mean[area=urban]", "value"),
    ("\"n\":5,", "\"n\":6,", "fixed.repair.mean[area=urban]", "says 6"),
    ("\"limited\":5", "\"limited\":4", "fixed.repair.mean[area=urban]", "limited"),
    ("\"sum\":54000", "\"sum\":44000", "fixed.repair.mean[area=urban]", "54000"),
    ("\"longest\":20000", "\"longest\":19000", "fixed.repair.mean[area=urban]", "longest"),
    ("\"shortest\":5000", "\"shortest\":6000", "fixed.repair.mean[area=urban]", "shortest"),
    ("\"late\":1", "\"late\":0", "fixed.repair.mean[area=urban]", "late"),
    ("\"p95\":20000", "\"p95\":10000", "fixed.repair.mean[area=urban]", "p95"),
    ("\"p50\":9000", "\"p50\":8000", "fixed.repair.mean[area=urban]", "p50"),
    ("\"unmeasurable\":0", "\"unmeasurable\":3", "fixed.repair.mean[area=urban]", "unmeasurable"),
    (
        "\"reason\":\"duplicate\",\"n\":2",
        "\"reason\":\"duplicate\",\"n\":1",
        "fixed.repair",
        "excl",
    ),
    ("\"without_approver\":1", "\"without_approver\":0", "fixed.repair.mean", "unapproved"),
    (
        "{\"reason\":\"duplicate\",\"n\":2,\"title\":\"duplicate\",\"without_approver\":1}",
        "",
        "fixed.repair.mean",
        "excluded.duplicate",
    ),
    ("\"cases\":1,\"seconds\":600", "\"cases\":1,\"seconds\":500", "fixed.repair.mean", "paused."),
    ("\"oldest\":700", "\"oldest\":600", "fixed.repair.mean", "oldest"),
    ("\"past_limit\":1", "\"past_limit\":0", "fixed.repair.mean", "open past"),
    (
        "\"printed\":\"4.00\"",
        "\"printed\":\"5.00\"",
        "fixed.repair.mean[area=urban] (2019H2)",
        "4.00",
    ),
    ("\"printed\":\"80.00\"", "\"printed\":\"90.00\"", "fixed.repair.on_time", "80.00"),
    ("\"text\":\"3.00 hours\"", "\"text\":\"1.00 hours\"", "fixed.repair.mean[area=urban]", "1.00"),
    ("\"printed\":\"−1.00\"", "\"printed\":\"−2.00\"", "fixed.repair.mean", "−1.00"),
    ("1.00 hours shorter", "2.00 hours shorter", "fixed.repair.mean[area=urban]|change", "2.00"),
    ("37.55–96.38", "77.55–96.38", "fixed.repair.on_time[area=urban]|interval", "37.55"),
    ("\"low\":37.5", "\"low\":77.5", "fixed.repair.on_time", "interval"),
    (
        "\"without_exclusions\":3.3333333333333335",
        "\"without_exclusions\":3.1",
        "fixed.repair.mean",
        "without exclusions",
    ),
    ("\"median\":200000", "\"median\":100000", "case 2020H1 lag", "100000 s"),
    ("Example Telecom", "Another Telecom", "", "not the one that was sealed"),
];

#[test]
fn a_changed_number_is_named_in_json() {
    let fixture = Fixture::new();
    for (from, to, figure, word) in IN_JSON {
        let text = String::from_utf8(fixture.json.clone()).unwrap();
        assert!(text.contains(from), "{from}");
        let verdict =
            check_file(text.replacen(from, to, 1).as_bytes(), "x", &VerifyOptions::default());
        finding_about(&verdict, figure, word);
        assert!(verdict.findings.iter().any(|one| one.what == FindingKind::Rendering), "{from}");
    }
}

#[test]
fn a_changed_partial_figure_is_named() {
    let fixture = Fixture::new();
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    for (from, to, figure, word) in [
        ("\"sum\":36000", "\"sum\":35000", "fixed.repair.mean[area=urban]", "add up to"),
        ("\"upto.20000\":3", "\"upto.20000\":2", "fixed.repair.longest_p95", "rank"),
        ("\"rows\":65536}", "\"rows\":65535}", "", "rows"),
        ("waited", "jumped", "", "digest"),
        ("\"late\":1,\"median\"", "\"late\":4,\"median\"", "", "lag of case in 2020H1"),
        (&fixture.block_root, &"0".repeat(64), "", "root"),
        ("\"batch\":\"000001\"", "\"batch\":\"000002\"", "", "evidence is not the one"),
    ] {
        assert!(text.contains(from), "{from}");
        let verdict =
            check_file(text.replacen(from, to, 1).as_bytes(), "x", &VerifyOptions::default());
        finding_about(&verdict, figure, word);
    }
}

#[test]
fn a_changed_number_is_named_in_a_page() {
    let fixture = Fixture::new();
    let page = String::from_utf8(fixture.html.clone()).unwrap();
    for (from, to, figure, word) in [
        ("value\">3.00<", "value\">2.00<", "fixed.repair.mean[area=urban]", "2.00"),
        ("\"number\">5<", "\"number\">7<", "fixed.repair.mean[area=urban]", "says 7"),
        ("\"number\">5.56<", "\"number\">4.56<", "fixed.repair.mean[area=urban]", "longest"),
        ("\"number\">4.00<", "\"number\">9.00<", "fixed.repair.mean[area=urban]", "previous"),
        (">3.00 hours</data>", ">2.00 hours</data>", "fixed.repair.mean[area=urban]", "2.00"),
        ("\"printed\":\"3.00\"", "\"printed\":\"2.00\"", "fixed.repair.mean[area=urban]", "2.00"),
        ("tile-value\">3.00", "tile-value\">2.00", "", "the overview shows 2.00"),
        ("Example Telecom", "Another Telecom", "", "not the one that was sealed"),
    ] {
        assert!(page.contains(from), "{from}");
        let verdict =
            check_file(page.replacen(from, to, 1).as_bytes(), "x", &VerifyOptions::default());
        finding_about(&verdict, figure, word);
    }
}

#[test]
fn a_changed_pdf_says_which_part() {
    let fixture = Fixture::new();
    let change = |from: &[u8], to: &[u8]| {
        let at = fixture.pdf.windows(from.len()).position(|part| part == from).unwrap();
        let mut bytes = fixture.pdf.clone();
        bytes[at..at + from.len()].copy_from_slice(to);
        check_file(&bytes, "x.pdf", &VerifyOptions::default())
    };
    let pages = change(b"(3.00) Tj", b"(2.00) Tj");
    finding_about(&pages, "", "not the one that was sealed");
    assert!(
        pages
            .remarks
            .iter()
            .any(|one| one.as_str(Language::English).contains("attachments still agree"))
    );
    let attached = change(b"\"printed\":\"3.00\"", b"\"printed\":\"2.00\"");
    finding_about(&attached, "fixed.repair.mean[area=urban]", "2.00");
    let twice = [fixture.pdf.as_slice(), &fixture.pdf_attachment].concat();
    let twice = check_file(&twice, "x.pdf", &VerifyOptions::default());
    finding_about(&twice, "", "twice");
}

#[test]
fn a_changed_cell_is_named_and_another_save_is_not() {
    let fixture = Fixture::new();
    let again = fixture.workbook(&[], true);
    assert_ne!(again, fixture.xlsx);
    let verdict = check_file(&again, "x.xlsx", &VerifyOptions::default());
    assert!(verdict.holds, "{}", verdict.render_text(Language::English));
    let verdict =
        check_file(&fixture.workbook(&[(1, 1, 2.5)], false), "x", &VerifyOptions::default());
    finding_about(&verdict, "fixed.repair.mean", "cell B2 says 2.5");
    let verdict =
        check_file(&fixture.workbook(&[(4, 1, 9.0)], false), "x", &VerifyOptions::default());
    finding_about(&verdict, "", "sheet Figures, row 5");
    assert!(workbook_digest(b"PK\x03\x04").is_err());
}

#[test]
fn a_cell_that_shows_another_number_is_named() {
    let fixture = Fixture::new();
    let formula = fixture.workbook_with(|sheet| {
        let formula = rust_xlsxwriter::Formula::new("=1+1").set_result("3");
        sheet.write_formula(1, 1, formula).unwrap();
    });
    let verdict = check_file(&formula, "x", &VerifyOptions::default());
    finding_about(&verdict, "fixed.repair.mean", "row 2");
    let format = fixture.workbook_with(|sheet| {
        let shown = rust_xlsxwriter::Format::new().set_num_format("\"2.00\"");
        sheet.write_number_with_format(1, 1, 3.0, &shown).unwrap();
    });
    let verdict = check_file(&format, "x", &VerifyOptions::default());
    finding_about(&verdict, "", "cell B2: its number format");
}

#[test]
fn a_retired_key_counts_no_more() {
    let fixture = Fixture::retired();
    let policy = format!("log {}\nquorum none\n", fixture.key);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let alone = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
    assert!(check_file(&fixture.json, "x", &alone).holds);
    let folder = fixture.folder();
    let with = VerifyOptions { ledger: Some(&folder), ..alone };
    finding_about(&check_file(&fixture.json, "x", &with), "", "was retired");
}

#[test]
fn a_seal_of_another_report_is_refused() {
    let fixture = Fixture::new();
    let other = Fixture::with_company("Another Telecom");
    let mut mixed = fixture.json.clone();
    let place = trueline_verify::find_place(&mixed).unwrap();
    let theirs = trueline_verify::find_place(&other.json).unwrap();
    mixed[place].copy_from_slice(&other.json[theirs]);
    finding_about(
        &check_file(&mixed, "x", &VerifyOptions::default()),
        "",
        "not the one that was sealed",
    );
    let mut unsealed = fixture.json.clone();
    let place = trueline_verify::find_place(&unsealed).unwrap();
    unsealed[place].copy_from_slice(trueline_verify::empty_place().as_bytes());
    finding_about(&check_file(&unsealed, "x", &VerifyOptions::default()), "", "never sealed");
}

#[test]
fn a_policy_decides_whom_to_believe() {
    let fixture = Fixture::new();
    let check = |policy: &str| {
        let policy = Policy::parse(policy.as_bytes()).unwrap();
        let options = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
        check_file(&fixture.json, "x", &options)
    };
    let key = &fixture.key;
    let verdict = check(&format!("log {key}\nquorum none\n"));
    assert!(verdict.holds, "{}", verdict.render_text(Language::English));
    assert!(
        verdict
            .not_proved
            .iter()
            .all(|one| !one.as_str(Language::English).starts_with("signed by key"))
    );
    let witness = trueline_ledger::Cosigner::generate("witness.example/w1").unwrap();
    let witness = witness.verifier_key();
    let verdict = check(&format!("log {key}\nwitness w1 {witness}\nquorum w1\n"));
    finding_about(&verdict, "", "quorum is missing");
    let stranger = Signer::generate("log.example/quality").unwrap();
    let verdict = check(&format!("log {}\nquorum none\n", stranger.verifier_key()));
    finding_about(&verdict, "", "not trusted");
}

#[test]
fn a_ledger_shows_a_fork_a_loss_and_damage() {
    let fixture = Fixture::new();
    let check = |folder: &std::path::Path, since: Option<&trueline_ledger::Note>| {
        let options = VerifyOptions { ledger: Some(folder), since, ..VerifyOptions::default() };
        check_file(&fixture.json, "x", &options)
    };
    let whole = check(&fixture.folder(), Some(&fixture.since));
    assert!(whole.holds, "{}", whole.render_text(Language::English));
    for word in ["was corrected", "imported after the statement", "replaces earlier records"] {
        assert!(
            whole.remarks.iter().any(|one| one.as_str(Language::English).contains(word)),
            "{word}"
        );
    }
    let work = tempfile::tempdir().unwrap();
    let other = |name: &str, entries: usize| {
        let folder = work.path().join(name);
        let signer = Signer::generate("log.example/quality").unwrap();
        let mut log = Log::create(&folder, "log.example/quality", vec![signer]).unwrap();
        let entries: Vec<String> = (0..entries).map(|at| format!("another {at}")).collect();
        log.append_entries(&entries).unwrap();
        folder
    };
    finding_about(&check(&other("fork", 9), None), "", "has forked");
    finding_about(&check(&other("short", 1), None), "", "has shrunk");
    let bundle = fixture.folder().join("tile/entries/000.p/5");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&bundle, &bytes).unwrap();
    finding_about(&check(&fixture.folder(), None), "", "entry 0");
}

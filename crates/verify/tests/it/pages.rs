//! What a person sees in an HTML report is what its data says, cell by cell.

use serde_json::{Value, json};
use trueline_verify::{FindingKind, Language, VerifyOptions, check_file, to_canonical_json};

use crate::data::{block_roots, evidence, report};
use crate::files::page;

/// The page of a report, after a change of the data and one of the text.
fn findings(report: &Value, from: &str, to: &str) -> Vec<String> {
    let evidence = to_canonical_json(&evidence(&block_roots())).unwrap();
    let file = page(report, &evidence, "Example Telecom");
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains(from), "{from}");
    let changed = text.replacen(from, to, 1);
    let verdict = check_file(changed.as_bytes(), "report.html", &VerifyOptions::default());
    let found = verdict.findings.into_iter().filter(|one| one.what != FindingKind::Seal);
    found.map(|one| one.says.as_str(Language::English).to_owned()).collect()
}

fn base() -> Value {
    report("Example Telecom")
}

#[test]
fn every_cell_of_a_row_is_compared() {
    for (from, to, says) in [
        (
            "\"fixed.repair.mean\"><th",
            "\"fixed.repair.max\"><th",
            "figure: the file says fixed.repair.max",
        ),
        (
            "value\">3.00<",
            "value\">3.01<",
            "value: the file says 3.01, the evidence 3.00 (in page)",
        ),
        (
            "<td class=\"split\">hours<",
            "<td class=\"split\">days<",
            "unit: the file says days, the evidence hours",
        ),
        ("\"number\">5<", "\"number\">6<", "n: the file says 6, the evidence 5"),
        ("\"number\">1<", "\"number\">2<", "late: the file says 2, the evidence 1"),
        ("\"number\">5.56<", "\"number\">5.57<", "longest: the file says 5.57, the evidence 5.56"),
        ("\"number\">4.00<", "\"number\">4.01<", "previous: the file says 4.01, the evidence 4.00"),
        ("none\">−1.00<", "none\">−1.01<", "change: the file says −1.01, the evidence −1.00"),
        ("\"number value\">3.00", "\"number\">3.00", "value: the file says , the evidence 3.00"),
        (">3.00 hours</data>", ">3.01 hours</data>", "narrative: the file says 3.01 hours"),
        ("tile-value\">3.00", "tile-value\">3.01", "the overview shows 3.01, which is no figure"),
        (
            "<tr data-figure=\"fixed.repair.on_time\"",
            "<tr",
            "the page shows 1 rows of figures, its data 2",
        ),
    ] {
        let found = findings(&base(), from, to);
        assert!(found.iter().any(|one| one.contains(says)), "{from}: {found:?}");
    }
    assert_eq!(findings(&base(), "3.00", "3.00"), [""; 0]);
}

#[test]
fn a_page_is_read_as_a_browser_shows_it() {
    for (from, to) in [
        ("value\">3.00<", "value\"><b>3.00</b><"),
        ("\"fixed.repair.mean[area=urban]\" title", "\"fixed.repair.mean[area&#x3d;urban]\" title"),
        ("<td class=\"number\">1<", "<td class=\"number\"><"),
        ("−1.00<", "−1.00 better<"),
        ("tile-value\">3.00 <span>", "tile-value\">80.00 <span>"),
    ] {
        assert_eq!(findings(&base(), from, to), [""; 0], "{from}");
    }
    let mut report = base();
    for line in [0, 1] {
        report["groups"][0]["lines"][line]["unit_title"] = json!("<h> & \"'/");
        report["groups"][0]["lines"][line]["clock"] = Value::Null;
    }
    report["narrative"] = json!([]);
    let shown = "&lt;h&gt; &amp; &quot;&#x27;&#x2f;";
    let found =
        findings(&report, "<td class=\"split\">hours<", &format!("<td class=\"split\">{shown}<"));
    assert!(!found.iter().any(|one| one.contains("mean") && one.contains("unit")), "{found:?}");
    assert!(found.iter().any(|one| one.contains("on_time") && one.contains("unit")), "{found:?}");
}

#[test]
fn only_main_lines_of_groups_with_values_are_shown() {
    let mut report = base();
    report["groups"][0]["lines"][1]["main"] = json!(false);
    let found = findings(&report, "3.00", "3.00");
    assert_eq!(found, ["the page shows 2 rows of figures, its data 1"]);
    let mut empty = report["groups"][0].clone();
    empty["lines"][0]["figure"]["value"] = Value::Null;
    empty["lines"][0]["figure"]["status"] = json!("published");
    empty["lines"][1]["figure"]["value"] = Value::Null;
    empty["lines"][1]["figure"]["status"] = json!("published");
    report["groups"].as_array_mut().unwrap().push(empty);
    let found = findings(&report, "3.00", "3.00");
    assert_eq!(found, ["the page shows 2 rows of figures, its data 1"]);
}

#[test]
fn a_published_figure_has_no_count_and_one_without_a_limit_no_late_cases() {
    let mut report = base();
    report["narrative"] = json!([]);
    report["groups"][0]["lines"][0]["figure"]["status"] = json!("published");
    assert_eq!(findings(&report, "\"number\">5<", "\"number\">9<"), [""; 0]);
    let mut report = base();
    report["groups"][0]["lines"][0]["figure"]["limited"] = json!(0);
    let found = findings(&report, "\"number\">1<", "\"number\">—<");
    assert!(!found.iter().any(|one| one.contains("in page")), "{found:?}");
}

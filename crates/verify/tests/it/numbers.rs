//! Every number of a report is compared with its evidence, and every reference in its words.

use serde_json::{Value, json};
use trueline_verify::{FindingKind, Language, VerifyOptions, check_file, to_canonical_json};

use crate::data::{block_roots, evidence, report};
use crate::files::sealed_json;

/// A report and its evidence, which the tests change.
struct Pair {
    report: Value,
    evidence: Value,
}

impl Pair {
    fn new() -> Pair {
        Pair { report: report("Example Telecom"), evidence: evidence(&block_roots()) }
    }

    /// The columns of the one cell in the first block.
    fn columns(&mut self) -> &mut Value {
        &mut self.evidence["populations"][0]["blocks"][0]["cells"][0][1]
    }

    /// The first line's figure.
    fn figure(&mut self) -> &mut Value {
        &mut self.report["groups"][0]["lines"][0]["figure"]
    }

    /// What is found about numbers, besides that nothing is sealed.
    fn findings(&self) -> Vec<String> {
        let evidence = to_canonical_json(&self.evidence).unwrap();
        let file = sealed_json(&self.report, &evidence);
        let verdict = check_file(&file, "report.json", &VerifyOptions::default());
        let numbers = verdict.findings.into_iter().filter(|one| one.what != FindingKind::Seal);
        numbers.map(|one| one.says.as_str(Language::English).to_owned()).collect()
    }

    /// The narrative is one reference that prints this.
    fn narrate(&mut self, reference: &str, text: &str) {
        let origin = json!({ "from": "figure", "reference": reference });
        self.report["narrative"] = json!([{ "text": text, "origin": origin }]);
    }

    fn is_narrated(&mut self, reference: &str, text: &str) -> bool {
        self.narrate(reference, text);
        let found = self.findings();
        assert!(found.iter().all(|one| one.contains("narrative")), "{reference}: {found:?}");
        found.is_empty()
    }
}

fn assert_found(found: &[String], says: &str) {
    assert!(found.iter().any(|one| one.contains(says)), "{says}: {found:?}");
}

#[test]
fn a_figure_without_pauses_and_exclusions_is_recomputed() {
    let mut pair = Pair::new();
    for (column, value) in [("bare.n", 5), ("bare.sum", 90_000)] {
        pair.columns()[column] = json!(value);
    }
    pair.figure()["without_pauses"] = json!(5.0);
    assert_eq!(pair.findings(), [""; 0]);
    pair.figure()["without_pauses"] = json!(5.1);
    assert_found(&pair.findings(), "without pauses: the file says 5.1, the evidence 5");
    pair.figure()["without_pauses"] = Value::Null;
    pair.figure()["without_exclusions"] = json!(1.0);
    assert_found(&pair.findings(), "without exclusions: the file says 1,");
    // A view whose columns are not there cannot be recomputed.
    let mut pair = Pair::new();
    let evidence = &mut pair.evidence["figures"][0]["value"];
    evidence["numerator"] = json!({ "sum": 1, "late": 0 });
    pair.figure()["without_exclusions"] = json!(1.0);
    assert_eq!(pair.findings(), [""; 0]);
}

#[test]
fn the_longest_of_a_view_is_recomputed() {
    let mut pair = Pair::new();
    pair.columns()["all.longest"] = json!(36_000);
    pair.evidence["figures"][0]["value"] =
        json!({ "kind": "extreme", "column": "longest", "divide": 3600 });
    pair.evidence["figures"][0]["printed"] = json!("5.56");
    let figure = pair.figure();
    figure["value"] = json!(20_000.0 / 3600.0);
    figure["printed"] = json!("5.56");
    figure["without_exclusions"] = json!(10.0);
    pair.report["narrative"] = json!([]);
    pair.report["groups"][0]["lines"][0]["change"] = Value::Null;
    assert_eq!(pair.findings(), [""; 0]);
    pair.figure()["without_exclusions"] = json!(9.0);
    assert_found(&pair.findings(), "without exclusions: the file says 9, the evidence 10");
}

#[test]
fn a_figure_that_the_evidence_does_not_have_is_named() {
    let mut pair = Pair::new();
    pair.figure()["statistic"] = json!("other");
    assert_found(
        &pair.findings(),
        "fixed.repair.other[area=urban] (2020H1): the evidence has no such",
    );
    let mut pair = Pair::new();
    pair.report["slices"][0]["statistic"] = json!("other");
    assert_found(
        &pair.findings(),
        "fixed.repair.other[area=urban] (2020H1): the evidence has no such",
    );
    // What others published is listed, and not looked for.
    let mut pair = Pair::new();
    pair.report["narrative"] = json!([]);
    pair.figure()["status"] = json!("published");
    pair.figure()["statistic"] = json!("other");
    assert_eq!(pair.findings(), [""; 0]);
    let evidence = to_canonical_json(&pair.evidence).unwrap();
    let verdict = check_file(&sealed_json(&pair.report, &evidence), "x", &VerifyOptions::default());
    let listed = "taken from elsewhere as published, not computed: fixed.repair.other[area=urban]";
    assert!(verdict.not_proved.iter().any(|one| one.as_str(Language::English).contains(listed)));
}

#[test]
fn every_number_of_a_slice_and_of_the_period_before_is_compared() {
    for (place, value, says) in [
        (
            "/slices/0/printed",
            json!("5.57"),
            "printed: the file says 5.57, the evidence 5.56 (in slices)",
        ),
        ("/slices/0/value", json!(5.0), "value: the file says 5, the evidence 5.5"),
        ("/slices/0/value", Value::Null, "value: the file says —"),
        ("/slices/0/n", json!(6), "n: the file says 6, the evidence 5"),
        ("/slices/0/late", json!(2), "late: the file says 2, the evidence 1"),
        ("/slices/0/longest", json!(2), "longest: the file says 2, the evidence 20000"),
        (
            "/slices/0/percentiles",
            json!({"p50": 9000.0, "p80": 1, "p95": 20000, "p99": 20000}),
            "p80: the file says 1, the evidence 13000",
        ),
        (
            "/slices/0/percentiles",
            json!({"p50": 9000.0, "p80": 13000, "p95": 20000, "p99": 1}),
            "p99: the file says 1, the evidence 20000",
        ),
        (
            "/groups/0/lines/0/previous/value",
            json!(4.1),
            "(2019H2), value: the file says 4.1, the evidence 4",
        ),
        ("/groups/0/lines/0/previous/n", json!(2), "(2019H2), n: the file says 2, the evidence 1"),
        (
            "/groups/0/lines/0/figure/percentiles/p50",
            json!(9000.5),
            "p50: the file says 9000.5, the evidence 9000",
        ),
        (
            "/groups/0/lines/0/figure/subtracted",
            json!([]),
            "paused.customer/absent.cases: the file says 0, the evidence 1",
        ),
        (
            "/groups/0/lines/0/figure/subtracted/0/seconds_without_approver",
            json!(1),
            "paused.customer/absent.unapproved",
        ),
        ("/groups/0/lines/0/figure/open/n", json!(1), "open: the file says 1, the evidence 2"),
        ("/groups/0/lines/1/figure/interval/high", json!(99.0), "interval: the file says"),
        (
            "/groups/0/lines/0/change/printed",
            json!("−1.01"),
            "change: the file says −1.01, the evidence −1.00",
        ),
        ("/lags/0/dataset", json!("other"), "case 2020H1 lag, commitment lag: the file says —"),
    ] {
        let mut pair = Pair::new();
        pair.report["narrative"] = json!([]);
        *pair.report.pointer_mut(place).unwrap() = value;
        assert_found(&pair.findings(), says);
    }
}

#[test]
fn what_was_published_before_is_not_compared() {
    let mut pair = Pair::new();
    let before = &mut pair.report["groups"][0]["lines"][0]["previous"];
    before["value"] = json!(5.0);
    before["as_published"] = json!(true);
    assert_eq!(pair.findings(), [""; 0]);
}

#[test]
fn an_interval_is_recomputed_by_its_method() {
    let mut pair = Pair::new();
    pair.report["narrative"] = json!([]);
    let exact = trueline_numbers::clopper_pearson_interval(4, 5, 0.95).unwrap();
    pair.report["groups"][0]["lines"][1]["figure"]["interval"] = json!({
        "low": exact.low * 100.0, "high": exact.high * 100.0, "level": 0.95,
        "method": "clopper_pearson",
    });
    assert_eq!(pair.findings(), [""; 0]);
    pair.report["groups"][0]["lines"][1]["figure"]["interval"]["method"] = json!("wilson");
    assert_found(&pair.findings(), "interval");
    // One that nobody knows how to make, or of what is no share, is not recomputed.
    pair.report["groups"][0]["lines"][1]["figure"]["interval"]["method"] = json!("other");
    assert_eq!(pair.findings(), [""; 0]);
}

#[test]
fn a_percentile_of_an_even_number_lies_between_two() {
    let mut pair = Pair::new();
    pair.report["narrative"] = json!([]);
    // A sixth case of 25 000 seconds: the median lies between 9000 and 13 000.
    let more = json!({
        "n": 4, "sum": 61_000, "limited": 4, "longest": 25_000, "upto.25000": 4, "below.25000": 3,
    });
    for (column, value) in more.as_object().unwrap() {
        pair.columns()[column] = value.clone();
    }
    pair.evidence["populations"][0]["blocks"][1]["cells"][0][1]["upto.25000"] = json!(2);
    pair.evidence["populations"][0]["blocks"][1]["cells"][0][1]["below.25000"] = json!(2);
    for line in [0, 1] {
        let figure = &mut pair.report["groups"][0]["lines"][line]["figure"];
        figure["percentiles"] =
            json!({ "p50": 11_000.0, "p80": 20_000, "p95": 25_000, "p99": 25_000 });
    }
    let found = pair.findings();
    assert!(!found.iter().any(|one| one.contains(", p")), "{found:?}");
    pair.figure()["percentiles"]["p50"] = json!(9000.0);
    assert_found(&pair.findings(), "p50: the file says 9000, the evidence 11000");
}

#[test]
fn a_chart_shows_the_numbers_of_its_slices() {
    let mut pair = Pair::new();
    let slice = json!({
        "indicator": "fixed.repair", "statistic": "mean", "slice": { "area": "urban" },
        "value": 3.0, "printed": "3.00", "unit": "h", "n": 5, "late": 1, "longest": 20000,
        "percentiles": null,
    });
    pair.report["slices"].as_array_mut().unwrap().push(slice);
    let row = json!({ "code": "urban", "printed": "3.00", "n": 5, "late": 1 });
    pair.report["charts"] = json!([{ "id": "regions.fixed.repair", "body": { "rows": [row] } }]);
    assert_eq!(pair.findings(), [""; 0]);
    for (key, value, says) in [
        ("printed", json!("2.00"), "printed: the file says 2.00, the evidence 3.00 (in chart)"),
        ("n", json!(6), "n: the file says 6, the evidence 5 (in chart)"),
        ("late", json!(0), "late: the file says 0, the evidence 1 (in chart)"),
    ] {
        let mut changed = Pair { report: pair.report.clone(), evidence: pair.evidence.clone() };
        changed.report["charts"][0]["body"]["rows"][0][key] = value;
        assert_eq!(changed.findings().len(), 1);
        assert_found(&changed.findings(), says);
    }
    // With a promise of its own it counts late cases by another limit; another place has no slice.
    pair.report["charts"][0]["body"]["rows"][0]["late_promise"] = json!(1);
    pair.report["charts"][0]["body"]["rows"][0]["late"] = json!(0);
    assert_eq!(pair.findings(), [""; 0]);
    pair.report["charts"][0]["body"]["rows"][0] =
        json!({ "code": "rural", "printed": "9", "n": 9, "late": 9 });
    assert_eq!(pair.findings(), [""; 0]);
}

const MEAN: &str = "fixed.repair.mean[area=urban]";
const RATE: &str = "fixed.repair.on_time[area=urban]";
const P95: &str = "fixed.repair.longest_p95[area=urban]";

#[test]
fn every_reference_in_the_words_prints_its_number() {
    let mut pair = Pair::new();
    pair.figure()["limits"] = json!([{ "printed": "≤48 hours" }, { "printed": "≤1 hour" }]);
    for (reference, text) in [
        (MEAN, "3.00 hours"),
        ("fixed.repair.mean[ area = urban ] | value", "3.00"),
        ("fixed.repair.mean[area=urban]|unit", "hours"),
        ("fixed.repair.mean[area=urban]|n", "5"),
        ("fixed.repair.mean[area=urban]|late", "1"),
        ("fixed.repair.mean[area=urban]|longest", "5.56 hours"),
        ("fixed.repair.mean[area=urban]|p50", "2.50 hours"),
        ("fixed.repair.mean[area=urban]|p95", "5.56 hours"),
        ("fixed.repair.mean[area=urban]|previous", "4.00 hours"),
        ("fixed.repair.on_time[area=urban]|previous", "—"),
        ("fixed.repair.mean[area=urban]|limit", "≤48 hours"),
        ("fixed.repair.on_time[area=urban]|limit", "—"),
        ("fixed.repair.mean[area=urban]|excluded", "2"),
        ("fixed.repair.mean[area=urban]|change", "1.00 hours shorter"),
        ("fixed.repair.on_time[area=urban]|change", "not comparable"),
        ("fixed.repair.mean[area=urban]|interval", "—"),
        ("fixed.repair.on_time[area=urban]|interval", "37.55–96.38"),
        ("fixed.repair.mean[area=urban]|open", "2"),
        (RATE, "80.00%"),
        (P95, "5.56 h"),
        ("fixed.repair.longest_p95[area=urban]|value", "5.56"),
        ("fixed.repair.longest_p95[area=urban]|unit", "h"),
        ("fixed.repair.longest_p95[area=urban]|n", "5"),
        ("fixed.repair.longest_p95[area=urban]|late", "1"),
        ("fixed.repair.longest_p95[area=urban]|longest", "—"),
        ("fixed.repair.longest_p95[area=urban]|p50", "—"),
        ("fixed.repair.longest_p95[area=urban]|p95", "—"),
    ] {
        assert!(pair.is_narrated(reference, text), "{reference} does not print {text}");
        assert!(!pair.is_narrated(reference, "another"), "{reference} is not compared");
    }
    // What is not recomputed: names, unknown filters, other slices, broken references.
    for reference in [
        "company",
        "fixed.repair.mean[area=urban]|other",
        "fixed.repair.longest_p95[area=urban]|other",
        "fixed.repair.mean[area=rural]",
        "fixed.repair.mean",
        "fixed.repair.mean[area]",
        "fixed.repair.mean[area=urban",
    ] {
        assert!(pair.is_narrated(reference, "anything"), "{reference} is compared");
    }
}

#[test]
fn a_reference_to_a_slice_needs_its_name_and_its_slice() {
    let mut pair = Pair::new();
    let first = pair.report["slices"][0].clone();
    let mut other = first.clone();
    other["slice"] = json!({ "area": "rural" });
    other["printed"] = json!("9.99");
    let mut another = first.clone();
    another["statistic"] = json!("max");
    another["printed"] = json!("8.88");
    pair.report["slices"] = json!([other, another, first]);
    for (reference, text) in [
        (P95, "5.56 h"),
        ("fixed.repair.longest_p95[area=rural]", "9.99 h"),
        ("fixed.repair.max[area=urban]", "8.88 h"),
    ] {
        pair.narrate(reference, text);
        let found = pair.findings();
        assert!(!found.iter().any(|one| one.contains("narrative")), "{reference}: {found:?}");
    }
}

#[test]
fn a_finding_names_its_place_in_both_languages() {
    for (place, value, name) in [
        ("/groups/0/lines/0/figure/n", json!(6), "位置：报告数据"),
        ("/groups/0/lines/0/previous/printed", json!("5.00"), "位置：上期"),
        ("/slices/0/printed", json!("5.57"), "位置：分项数据"),
        ("/narrative/0/blocks/0/spans/1/text", json!("9.99"), "位置：正文"),
    ] {
        let mut pair = Pair::new();
        *pair.report.pointer_mut(place).unwrap() = value;
        let evidence = to_canonical_json(&pair.evidence).unwrap();
        let verdict =
            check_file(&sealed_json(&pair.report, &evidence), "x", &VerifyOptions::default());
        let named =
            verdict.findings.iter().any(|one| one.says.as_str(Language::Chinese).contains(name));
        assert!(named, "{place}: {:?}", verdict.findings);
    }
}

#[test]
fn only_what_comes_from_a_figure_is_a_reference() {
    let mut pair = Pair::new();
    let origin = json!({ "from": "author", "reference": MEAN });
    pair.report["narrative"] = json!([{ "text": "9.99 hours", "origin": origin }]);
    assert_eq!(pair.findings(), [""; 0]);
    let origin = json!({ "from": "figure", "reference": MEAN });
    let deep = json!({ "blocks": [{ "spans": [{ "text": "9.99 hours", "origin": origin }] }] });
    pair.report["narrative"] = json!([deep]);
    assert_found(
        &pair.findings(),
        "the file says 9.99 hours, the evidence 3.00 hours (in narrative)",
    );
}

#[test]
fn numbers_in_the_words_are_written_as_people_write_them() {
    let mut pair = Pair::new();
    let late = |pair: &mut Pair, value: u64, text: &str| {
        pair.figure()["excluded"] =
            json!([{ "reason": "duplicate", "n": value, "title": "x", "without_approver": 1 }]);
        pair.narrate("fixed.repair.mean[area=urban]|excluded", text);
        let found = pair.findings();
        assert!(!found.iter().any(|one| one.contains("narrative")), "{value}: {found:?}");
    };
    for (value, text) in
        [(999, "999"), (9999, "9999"), (10_000, "10,000"), (1_234_567, "1,234,567")]
    {
        late(&mut pair, value, text);
    }
    let mut pair = Pair::new();
    let mut waited = |seconds: f64, text: &str| {
        pair.figure()["percentiles"]["p50"] = json!(seconds);
        pair.narrate("fixed.repair.mean[area=urban]|p50", text);
        let found = pair.findings();
        assert!(!found.iter().any(|one| one.contains("narrative")), "{seconds}: {found:?}");
    };
    waited(-3600.0, "−1.00 hours");
    waited(-1.0, "0.00 hours");
    waited(36.0, "0.01 hours");
}

#[test]
fn a_change_is_told_in_words() {
    let change = |pair: &mut Pair, line: usize, value: f64, printed: &str, text: &str| {
        pair.report["groups"][0]["lines"][line]["change"] =
            json!({ "kind": "other", "value": value, "printed": printed });
        let reference = if line == 0 { MEAN } else { RATE };
        assert!(pair.is_narrated(&format!("{reference}|change"), text), "{printed}: {text}");
    };
    let mut pair = Pair::new();
    change(&mut pair, 0, -0.5, "−0.50", "0.50 hours shorter");
    change(&mut pair, 0, 0.5, "+0.50", "0.50 hours longer");
    change(&mut pair, 0, -0.001, "0.00", "unchanged");
    change(&mut pair, 1, -0.5, "-0.50", "0.50 percentage points lower");
    change(&mut pair, 1, 0.0, "+0.50", "0.50 percentage points higher");
    pair.report["language"] = json!("zh");
    change(&mut pair, 0, -0.5, "−0.50", "缩短0.50hours");
    change(&mut pair, 0, 0.5, "+0.50", "延长0.50hours");
    change(&mut pair, 0, 0.0, "0.00", "与上期持平");
    change(&mut pair, 1, -0.5, "−0.50", "下降0.50个百分点");
    change(&mut pair, 1, 0.5, "+0.50", "提高0.50个百分点");
    assert!(pair.is_narrated(MEAN, "3.00hours"));
    pair.report["groups"][0]["lines"][0]["change"] = Value::Null;
    assert!(pair.is_narrated(&format!("{MEAN}|change"), "无可比数据"));
    // Neither a share nor a time.
    let line = &mut pair.report["groups"][0]["lines"][0];
    line["unit_title"] = json!("件");
    line["figure"]["unit"] = json!("1");
    change(&mut pair, 0, -2.0, "−2", "减少2件");
    change(&mut pair, 0, 2.0, "+2", "增加2件");
    // A break has no number, so its words are not recomputed.
    pair.report["groups"][0]["lines"][0]["change"] = json!({ "kind": "break", "text": "x" });
    assert!(pair.is_narrated(&format!("{MEAN}|change"), "anything"));
}

#[test]
fn an_interval_never_reaches_a_limit_by_rounding() {
    let mut pair = Pair::new();
    let mut interval = |low: f64, high: f64, text: &str| {
        let figure = &mut pair.report["groups"][0]["lines"][1]["figure"];
        figure["interval"] = json!({ "low": low, "high": high, "level": 0.95, "method": "other" });
        let is_narrated = pair.is_narrated(&format!("{RATE}|interval"), text);
        assert!(is_narrated, "{low} {high}: {text}");
    };
    interval(12.345, 98.765, "12.35–98.77");
    interval(0.0, 100.0, "0–100");
    interval(-1.0, 101.0, "0–100");
    interval(0.001, 99.999, "0.001–99.999");
    interval(0.000_000_001, 99.999_999_999, ">0–<100");
}

//! The main job, as a newcomer runs it: a simulated province, its report in every format.
//!
//! The program is run as a program; what it wrote is read back by tools that are not ours.

use std::fs;
use std::sync::LazyLock;

use crate::instances::Made;
use crate::program::{Folder, tool, trueline};
use serde_json::Value;

/// Indicator, statistic, area, and what the sample report of 2020H1 prints.
const PRINTED: &[(&str, &str, &str, &str)] = &[
    ("fixed.install", "mean", "urban", "0.84"),
    ("fixed.install", "mean", "rural", "1.04"),
    ("fixed.install", "on_time", "urban", "100"),
    ("fixed.install", "on_time", "rural", "100"),
    ("fixed.repair", "mean", "urban", "7.41"),
    ("fixed.repair", "mean", "rural", "9.21"),
    ("fixed.repair", "on_time", "urban", "100"),
    ("fixed.repair", "on_time", "rural", "100"),
    ("mobile.change", "mean", "", "0.33"),
    ("mobile.change", "on_time", "", "100"),
    ("mobile.restore", "mean", "", "0.41"),
    ("mobile.restore", "on_time", "", "100"),
    ("mobile.repair", "mean", "", "1.90"),
    ("mobile.repair", "on_time", "", "100"),
    ("broadband.install", "mean", "", "0.85"),
    ("broadband.install", "on_time", "", "100"),
    ("broadband.repair", "mean", "", "4.96"),
    ("broadband.repair", "on_time", "", "100"),
    ("leased.opening", "mean", "", "2.25"),
    ("leased.repair", "mean", "", "2.41"),
    ("complaint.handling", "mean", "", "11.54"),
    ("complaint.satisfaction", "share", "", "88.14"),
    ("rollout.l900", "count", "", "3390"),
];

/// The half year of the sample report, with fifty thousand cases in place of millions.
static PROVINCE: LazyLock<Made> = LazyLock::new(|| {
    let made = Made::new();
    made.import_simulated("2020H1", "50000", "1");
    made
});

#[test]
fn a_simulated_half_year_prints_the_values_of_the_sample_report() {
    let larger = Made::new();
    larger.import_simulated("2020H1", "120000", "7");
    for (made, what) in [(&*PROVINCE, "50 000 cases"), (&larger, "120 000 cases, another seed")] {
        let rows = figures(&made.dir(), &["--period", "2020H1"]);
        for (indicator, statistic, area, printed) in PRINTED {
            let row = find(&rows, indicator, statistic, area);
            assert_eq!(row["printed"], *printed, "{indicator}.{statistic}[{area}], {what}");
        }
        let bound = find(&rows, "fixed.billing_error", "bound", "");
        let value = bound["value"].as_f64().expect("the bound is a number");
        assert!(value > 0.0 && value <= 1e-4, "one-sided bound {value}");
    }
}

#[test]
fn a_slice_adds_up_to_its_whole() {
    let dir = PROVINCE.dir();
    let whole = figures(&dir, &["--period", "2020H1", "--indicator", "broadband.repair"]);
    let slices = figures(
        &dir,
        &["--period", "2020H1", "--indicator", "broadband.repair", "--by", "prefecture,month"],
    );
    let whole = find(&whole, "broadband.repair", "mean", "");
    let add = |key: &str| -> i64 {
        slices
            .iter()
            .filter(|row| row["statistic"] == "mean")
            .filter(|row| {
                let slice = row["slice"].as_object().expect("a slice is an object");
                slice.contains_key("prefecture") && slice.contains_key("month")
            })
            .map(|row| row[key].as_i64().expect("an integer"))
            .sum()
    };
    assert_eq!(add("n"), whole["n"].as_i64().unwrap());
    assert_eq!(add("sum"), whole["sum"].as_i64().unwrap());
}

#[test]
fn the_report_is_the_same_bytes_again_in_every_format() {
    let (folder, dir) = PROVINCE.copy();
    let mut runs = Vec::new();
    for run in ["first", "second"] {
        let files: Vec<String> = ["pdf", "html", "xlsx", "json", "docx"]
            .iter()
            .map(|ending| folder.path(&format!("{run}.{ending}")))
            .collect();
        let mut program = trueline(&["--dir", &dir, "report", "--period", "2020H1", "--out"]);
        program.args(files.iter().map(String::as_str)).done();
        runs.push(files);
    }
    for (first, second) in runs[0].iter().zip(&runs[1]) {
        let (first_bytes, second_bytes) = (fs::read(first).unwrap(), fs::read(second).unwrap());
        assert!(first_bytes.len() > 1000, "{first} is empty");
        assert_eq!(first_bytes, second_bytes, "{first} and {second} differ");
    }
}

#[test]
fn every_number_of_the_sample_stands_in_the_pdf_that_a_stranger_reads() {
    let folder = Folder::new();
    let dir = folder.path("demo");
    trueline(&["--dir", &dir, "demo", "--no-serve", "--cases", "50000"]).done();
    let pdf = format!("{dir}/reports/report.zh.pdf");
    let text = tool("pdftotext", &["-layout", &pdf, "-"]);
    for (indicator, statistic, _, printed) in PRINTED {
        assert!(text.contains(printed), "{indicator}.{statistic}: {printed} is not in the PDF");
    }
    for words in ["年上半年服务质量状况报告", "10010-5", "客观、真实、准确", "模拟"]
    {
        assert!(text.contains(words), "{words} is not in the PDF");
    }
    tool("qpdf", &["--check", &pdf]);
    let attached = tool("qpdf", &["--list-attachments", &pdf]);
    assert!(attached.contains(".json"), "figures and definitions are attached: {attached}");
    for name in ["report.zh.html", "report.en.html", "report.en.json"] {
        let page = fs::read_to_string(format!("{dir}/reports/{name}")).expect("written");
        assert!(page.contains("88.14") && page.contains("7.41"), "{name} has the figures");
    }
    // A second demo is the same demo.
    let before = fs::read(&pdf).expect("written");
    trueline(&["--dir", &dir, "demo", "--no-serve", "--cases", "50000"]).done();
    assert_eq!(before, fs::read(&pdf).expect("written again"));
}

#[test]
fn simulated_records_say_so_in_an_instance_that_does_not() {
    let (folder, dir) = PROVINCE.copy();
    let json = folder.path("report.json");
    trueline(&["--dir", &dir, "report", "--period", "2020H1", "--out", &json]).done();
    let report: Value = serde_json::from_slice(&fs::read(json).expect("written")).expect("JSON");
    assert_eq!(report["simulated"], true);
}

#[test]
fn the_same_files_twice_add_nothing() {
    let (_folder, dir) = PROVINCE.copy();
    let before = figures(&dir, &["--period", "2020H1"]);
    let sources = PROVINCE.path("sources-2020H1");
    let mut program = trueline(&["--dir", &dir, "import", "--format", "json"]);
    let again: Vec<Value> =
        serde_json::from_str(&program.args(["--from", &sources]).done()).expect("JSON");
    assert!(again.iter().all(|file| file["new"] == 0 && file["revised"] == 0), "{again:?}");
    assert!(again.iter().all(|file| !file["known_in"].is_null()), "{again:?}");
    assert_eq!(before, figures(&dir, &["--period", "2020H1"]));
}

#[test]
fn the_cases_behind_a_figure_are_as_many_as_it_counts() {
    let dir = PROVINCE.dir();
    let question = ["--period", "2020H1", "--indicator", "fixed.repair"];
    let rows = figures(&dir, &[&question[..], &["--by", "prefecture,area"]].concat());
    let slow = rows
        .iter()
        .find(|row| {
            row["statistic"] == "mean"
                && row["slice"]["prefecture"] == "141100"
                && row["slice"]["area"] == "rural"
        })
        .expect("Lüliang has rural repairs");
    let listed = trueline(&["--dir", &dir, "cases", "--format", "json", "--limit", "0"])
        .args(question)
        .args(["--where", "prefecture=141100,area=rural"])
        .done();
    let listed: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
    let counted = listed.iter().filter(|case| case["outcome"] == "counted");
    assert_eq!(counted.count() as u64, slow["n"].as_u64().unwrap());
}

fn figures(dir: &str, more: &[&str]) -> Vec<Value> {
    let text = trueline(&["--dir", dir, "indicators", "--format", "json"]).args(more).done();
    serde_json::from_str(&text).expect("the rows are JSON")
}

fn find<'a>(rows: &'a [Value], indicator: &str, statistic: &str, area: &str) -> &'a Value {
    rows.iter()
        .find(|row| {
            let slice = row["slice"].as_object().expect("a slice is an object");
            row["indicator"] == indicator
                && row["statistic"] == statistic
                && slice.get("area").and_then(Value::as_str).unwrap_or("") == area
        })
        .unwrap_or_else(|| panic!("no row {indicator}.{statistic}[{area}]"))
}

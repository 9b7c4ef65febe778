//! The page that checks a report without a program, in a real Chromium, beside the program: what
//! one of them refuses, the other refuses too.

mod pdf;
mod ranks;
mod trust;
mod vectors;

use std::fs;
use std::sync::LazyLock;

use crate::browser::Browser;
use crate::instances::{Made, SEALED, SEALED_FORMATS};
use crate::program::trueline;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A report in every format that carries a seal.
struct Sealed {
    files: Vec<(&'static str, Vec<u8>)>,
}

/// What all tests read and none changes.
fn shared() -> &'static Sealed {
    static READ: LazyLock<Sealed> = LazyLock::new(|| {
        let read = |format| (format, fs::read(SEALED.path(&format!("report.{format}"))).unwrap());
        Sealed { files: SEALED_FORMATS.map(read).into() }
    });
    &READ
}

/// The data of a sealed report of other records.
fn other_report() -> String {
    let other = Made::new();
    other.import_simulated("2020H1", "2000", "2");
    let path = other.path("report.json");
    trueline(&["--dir", &other.dir(), "report", "--period", "2020H1", "--out", &path]).done();
    fs::read_to_string(path).unwrap()
}

impl Sealed {
    fn file(&self, ending: &str) -> &[u8] {
        &self.files.iter().find(|(known, _)| *known == ending).unwrap().1
    }

    fn text(&self, ending: &str) -> String {
        String::from_utf8(self.file(ending).to_vec()).unwrap()
    }
}

/// What the small verifier, `trueline-verify`, says of some bytes.
fn by_program(bytes: &[u8]) -> Value {
    let verdict =
        trueline_verify::check_file(bytes, "r", &trueline_verify::VerifyOptions::default());
    serde_json::to_value(verdict).unwrap()
}

fn page() -> Browser {
    let browser = Browser::start();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/verify/verify.html");
    browser.open(&format!("file://{path}"));
    browser
}

/// What the page says of some bytes.
fn judged(browser: &Browser, bytes: &[u8], ending: &str) -> Value {
    let text = STANDARD.encode(bytes);
    browser.js(&format!(
        "(async () => {{ const bytes = Uint8Array.from(atob('{text}'), (c) => c.charCodeAt(0));
           return JSON.parse(JSON.stringify(await window.check(bytes, 'r.{ending}'))); }})()"
    ))
}

/// The figure that the first finding names.
fn named(verdict: &Value) -> Option<String> {
    verdict["findings"][0]["figure"].as_str().map(str::to_owned)
}

#[test]
fn what_nobody_changed_holds_on_the_page_too() {
    let sealed = shared();
    let browser = page();
    for (ending, bytes) in &sealed.files {
        let verdict = judged(&browser, bytes, ending);
        assert_eq!(verdict["holds"], true, "{ending}: {}", verdict["findings"]);
        assert!(verdict["not_proved"].as_array().unwrap().len() > 2, "{ending}");
        assert_eq!(verdict["sealed_as"], by_program(bytes)["sealed_as"]);
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn page_and_program_refuse_the_same_changes_and_name_the_same_figure() {
    let (sealed, other) = (shared(), other_report());
    let browser = page();
    let (json, html) = (sealed.text("json"), sealed.text("html"));
    let in_row = |text: &str, from: &str, to: &str| {
        let mark = "<tr data-figure=\"fixed.repair.mean";
        let (before, after) = text.split_once(mark).unwrap();
        format!("{before}{mark}{}", after.replacen(from, to, 1))
    };
    let place = |text: &str| {
        let from = text.find("TRUELINE-SEAL/1 ").unwrap();
        text[from..from + 32_768].to_owned()
    };
    let mut pdf = sealed.file("pdf").to_vec();
    let at = pdf.windows(6).position(|part| part == b"stream").unwrap() + 200;
    pdf[at] ^= 1;
    let evidence = json.find("\"evidence\":").unwrap();
    let (report, rest) = json.split_at(evidence);
    let changed: Vec<(&str, &str, Vec<u8>)> = vec![
        (
            "a printed number of the data",
            "json",
            json.replacen("\"printed\": \"7.41\"", "\"printed\": \"6.41\"", 1).into(),
        ),
        ("a count of the data", "json", json.replacen("\"late\": 0,", "\"late\": 1,", 1).into()),
        ("a number on the page", "html", in_row(&html, "7.41", "6.41").into()),
        ("a percentile of the data", "json", json.replacen("\"p95\": ", "\"p95\": 1", 1).into()),
        ("an interval of the data", "json", json.replacen("\"low\": ", "\"low\": 1", 1).into()),
        (
            "a figure without exclusions",
            "json",
            json.replacen("\"without_exclusions\": ", "\"without_exclusions\": 1", 1).into(),
        ),
        (
            "a figure without pauses",
            "json",
            json.replacen("\"without_pauses\": ", "\"without_pauses\": 1", 1).into(),
        ),
        ("a median of the data", "json", json.replacen("\"p50\": ", "\"p50\": 1", 1).into()),
        (
            "a printed number of the evidence",
            "json",
            format!("{report}{}", rest.replacen("\"printed\":\"7.41\"", "\"printed\":\"6.41\"", 1))
                .into(),
        ),
        (
            "a partial figure",
            "json",
            format!("{report}{}", rest.replacen("\"sum\":", "\"sum\":1", 1)).into(),
        ),
        ("a word of the page", "html", html.replacen("</p>", ".</p>", 1).into()),
        ("a byte of the PDF", "pdf", pdf),
        ("the seal of another report", "json", json.replace(&place(&json), &place(&other)).into()),
        (
            "no seal",
            "html",
            html.replace(&place(&html), &format!("TRUELINE-SEAL/1 032768 {:32745}", "")).into(),
        ),
        ("half a file", "json", json.as_bytes()[..json.len() / 2].to_vec()),
    ];
    for (what, ending, bytes) in changed {
        assert_ne!(bytes, sealed.file(ending), "{what} changed nothing");
        let (page, program) = (judged(&browser, &bytes, ending), by_program(&bytes));
        assert_eq!(page["holds"], false, "{what}: the page lets it pass");
        assert_eq!(program["holds"], false, "{what}: the program lets it pass");
        let (on_page, by_program) = (named(&page), named(&program));
        assert_eq!(on_page, by_program, "{what}\n{}\n{}", page["findings"], program["findings"]);
    }
}

#[test]
fn the_kept_reports_of_all_releases_hold_on_the_page() {
    let browser = page();
    let releases = concat!(env!("CARGO_MANIFEST_DIR"), "/acceptance/releases");
    let mut checked = 0;
    for release in fs::read_dir(releases).unwrap().map(|entry| entry.unwrap().path()) {
        if !release.is_dir() {
            continue;
        }
        let policy = fs::read_to_string(release.join("policy.txt")).unwrap();
        for ending in ["json", "html", "xlsx", "pdf"] {
            let report = release.join(format!("report.zh.{ending}"));
            let text = STANDARD.encode(fs::read(&report).unwrap());
            let verdict = browser.js(&format!(
                "(async () => {{ const bytes = Uint8Array.from(atob('{text}'), (c) => c.charCodeAt(0));
                   const verdict = await window.check(bytes, 'r', {policy:?});
                   return JSON.parse(JSON.stringify(verdict)); }})()"
            ));
            assert_eq!(verdict["holds"], true, "{}: {verdict:#}", report.display());
            let proved = verdict["proved"].to_string();
            assert!(proved.contains("signed by a key that you trust, witnessed:"), "{proved}");
            checked += 1;
        }
    }
    assert!(checked >= 4, "{checked}");
}

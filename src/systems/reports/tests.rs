//! Whole reports of the simulated province, in every format.

use super::model::{Language, Report};
use super::narrative::{self, Context};
use super::{default_fields, pdf};

/// The report of the fixture, with the demo's narrative.
pub(super) fn province(language: Language) -> Report {
    let (fixture, words) = match language {
        Language::Zh => (
            include_str!("fixtures/province-zh.json"),
            include_str!("narratives/demo-zh.md"),
        ),
        Language::En => (
            include_str!("fixtures/province-en.json"),
            include_str!("narratives/demo-en.md"),
        ),
    };
    let mut report: Report = serde_json::from_str(fixture).unwrap();
    let context = Context {
        language,
        groups: &report.groups,
        slices: &report.slices,
        fields: default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve(words, "demo.md", &context).unwrap();
    report.narrative = narrative.parts;
    report.not_from_records = narrative.not_from_records;
    report
}

/// Leaves a rendering where a person can look at it, if `TRUELINE_LOOK` names a folder.
fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("TRUELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn the_pdf_is_made_in_both_languages() {
    for (language, name) in [(Language::Zh, "zh.pdf"), (Language::En, "en.pdf")] {
        let report = province(language);
        let shown = serde_json::to_vec(&super::view::view(&report, None)).unwrap();
        keep(&format!("{name}.view.json"), &shown);
        let once = pdf::render(&report, None).unwrap();
        keep(name, &once);
        assert!(once.starts_with(b"%PDF-1.7"));
        assert!(once == pdf::render(&report, None).unwrap(), "the bytes differ");
    }
}

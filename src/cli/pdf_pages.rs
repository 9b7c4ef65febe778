//! Which page of a changed PDF says something else than the report attached to it.
//!
//! The attached report is typeset again, and both are read as a reader's program reads them: what
//! differs then was changed on the page.

use lopdf::Document;
use trueline_verify::{Finding, What, Words, report_in};

use crate::systems::reports::{self, Report};

/// The pages that differ, and the first words that do; empty if that cannot be told.
pub(super) fn changed(pdf: &[u8]) -> Vec<Finding> {
    let told = report_in(pdf).and_then(|bytes| serde_json::from_slice::<Report>(&bytes).ok());
    let Some(report) = told else {
        return Vec::new();
    };
    let Ok(made) = reports::pdf::render(&report, None, None) else {
        return Vec::new();
    };
    let (Some(shown), Some(made)) = (texts(pdf), texts(&made)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if shown.len() != made.len() {
        let (pages, expected) = (shown.len(), made.len());
        found.push(finding(
            format!("PDF 有{pages}页，附件中的报告应为{expected}页"),
            format!("the PDF has {pages} pages, the report attached to it {expected}"),
        ));
    }
    for (at, (shown, made)) in shown.iter().zip(&made).enumerate() {
        found.extend(page(at + 1, shown, made, &report));
    }
    found
}

/// The text of each page.
fn texts(pdf: &[u8]) -> Option<Vec<String>> {
    let document = Document::load_mem(pdf).ok()?;
    let pages = document.get_pages();
    pages.keys().map(|page| document.extract_text(&[*page]).ok()).collect()
}

fn finding(zh: String, en: String) -> Finding {
    Finding::new(What::Rendering, Words { zh, en })
}

/// What a page says else. How a program cuts text into runs does not count.
fn page(number: usize, shown: &str, made: &str, report: &Report) -> Option<Finding> {
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    if joined(shown) == joined(made) {
        return None;
    }
    let place = format!("page {number}");
    let mut before = String::new();
    for (says, expected) in shown.split_whitespace().zip(made.split_whitespace()) {
        if says == expected {
            before.push_str(expected);
            continue;
        }
        let found = finding(
            format!("第{number}页上为“{says}”，据附件中的报告应为“{expected}”"),
            format!("page {number} says “{says}”, the report attached to it “{expected}”"),
        );
        let found = found.at(place);
        return Some(match figure(expected, &before, report) {
            Some(name) => found.of(name),
            None => found,
        });
    }
    let found = finding(
        format!("第{number}页的文字与附件中的报告不同"),
        format!("the text of page {number} is not that of the report attached to it"),
    );
    Some(found.at(place))
}

/// The figure that prints a word: of those that do, the one whose title stands last before it.
fn figure(word: &str, before: &str, report: &Report) -> Option<String> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let printing = report.lines().filter(|line| line.figure.printed == word);
    let nearest = printing.filter_map(|line| Some((before.rfind(&bare(&line.title))?, line)));
    let (_, line) = nearest.max_by_key(|(place, _)| *place)?;
    let figure = &line.figure;
    Some(trueline_verify::figure_name(&line.id(), &figure.slice, &figure.period))
}

//! Where a changed PDF or page says something other than the report that is inside it.
//!
//! That report is typeset again, and both are read as a viewer reads them: what then differs was
//! changed where people look.

use lopdf::Document;
use trueline_verify::{FindingKind, Text, VerdictFinding, extract_report};

use crate::systems::reports::{self, QualityReport};

/// Finds the pages that differ, and the first words that do; empty if that cannot be determined.
pub(crate) fn find_changed_pages(bytes: &[u8]) -> Vec<VerdictFinding> {
    let told = extract_report(bytes)
        .and_then(|bytes| serde_json::from_slice::<QualityReport>(&bytes).ok());
    let Some(report) = told else {
        return Vec::new();
    };
    if bytes.starts_with(b"%PDF-") {
        let made = reports::pdf::render_pdf(&report, None, None).ok();
        let texts = made.and_then(|made| Some((read_pdf_pages(bytes)?, read_pdf_pages(&made)?)));
        texts.map_or_else(Vec::new, |(shown, made)| compare_pages(&shown, &made, &report))
    } else if bytes.trim_ascii_start().starts_with(b"<") {
        let made = reports::html::render_html(&report, None, None).ok();
        let found = made.and_then(|made| {
            let (shown, made) = (read_page_text(bytes)?, read_page_text(&made)?);
            find_difference(&Place::Page, &shown, &made, &report)
        });
        found.into_iter().collect()
    } else {
        Vec::new()
    }
}

fn compare_pages(shown: &[String], made: &[String], report: &QualityReport) -> Vec<VerdictFinding> {
    let mut found = Vec::new();
    if shown.len() != made.len() {
        let (pages, expected) = (shown.len(), made.len());
        found.push(make_finding(
            format!("PDF 有{pages}页，附件中的报告应为{expected}页"),
            format!("the PDF has {pages} pages, the report attached to it {expected}"),
        ));
    }
    for (at, (shown, made)) in shown.iter().zip(made).enumerate() {
        found.extend(find_difference(&Place::Sheet(at + 1), shown, made, report));
    }
    found
}

/// Reads what a person sees of a web page: no styles, no data, no tags.
fn read_page_text(page: &[u8]) -> Option<String> {
    let page = std::str::from_utf8(page).ok()?;
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let closing = ["script", "style"].into_iter().find(|name| tag.starts_with(name));
        let after = match closing {
            Some(name) => tag.split_once(&format!("</{name}"))?.1,
            None => tag,
        };
        rest = after.split_once('>')?.1;
    }
    Some(text + rest)
}

/// Reads the text of each page of a PDF.
fn read_pdf_pages(pdf: &[u8]) -> Option<Vec<String>> {
    let document = Document::load_mem(pdf).ok()?;
    let pages = document.get_pages();
    pages.keys().map(|page| document.extract_text(&[*page]).ok()).collect()
}

fn make_finding(zh: String, en: String) -> VerdictFinding {
    VerdictFinding::new(FindingKind::Rendering, Text::new(zh, en))
}

/// The place that somebody reads.
enum Place {
    /// A page of a PDF, from 1.
    Sheet(usize),
    /// The page in a browser.
    Page,
}

impl Place {
    fn zh(&self) -> String {
        match self {
            Place::Sheet(number) => format!("第{number}页"),
            Place::Page => "网页".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Place::Sheet(number) => format!("page {number}"),
            Place::Page => "the page".to_owned(),
        }
    }
}

/// Finds what a page says differently. How a program splits text into runs does not count.
fn find_difference(
    place: &Place,
    shown: &str,
    made: &str,
    report: &QualityReport,
) -> Option<VerdictFinding> {
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    if joined(shown) == joined(made) {
        return None;
    }
    let (zh, en) = (place.zh(), place.en());
    let mut before = String::new();
    for (says, expected) in shown.split_whitespace().zip(made.split_whitespace()) {
        if says == expected {
            before.push_str(expected);
            continue;
        }
        let found = make_finding(
            format!("{zh}上为“{says}”，据所附报告应为“{expected}”"),
            format!("{en} says “{says}”, the report attached to it “{expected}”"),
        );
        let found = found.at_place(en);
        return Some(match find_figure(expected, &before, report) {
            Some(name) => found.about_figure(name),
            None => found,
        });
    }
    let found = make_finding(
        format!("{zh}的文字与所附报告不同"),
        format!("the text of {en} is not that of the report attached to it"),
    );
    Some(found.at_place(en))
}

/// Finds the figure that prints a word: of those that do, the one whose title was the last before
/// it.
fn find_figure(word: &str, before: &str, report: &QualityReport) -> Option<String> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let printing = report.lines().filter(|line| line.figure.printed == word);
    let nearest = printing.filter_map(|line| Some((before.rfind(&bare(&line.title))?, line)));
    let (_, line) = nearest.max_by_key(|(place, _)| *place)?;
    let figure = &line.figure;
    Some(trueline_verify::figure_name(&line.id(), &figure.slice, &figure.period))
}

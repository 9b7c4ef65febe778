//! The Word draft of difficult reports: a valid package that says everything, and that it is not
//! the master.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};

use super::{PARTS, render_docx};
use crate::systems::reports::charts::ChartBody;
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::tests::{
    assert_rows, hard, keep, province, table_rows, text_of, words_to_say,
};
use crate::systems::reports::words::pick_words;

const BOTH: [Language; 2] = [Language::Chinese, Language::English];

fn part(report: &QualityReport, name: &str) -> String {
    let bytes = render_docx(report).unwrap();
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    package.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The values of an attribute, in the order of the document.
fn values<'a>(xml: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!("{attribute}=\"");
    xml.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_draft_says_all_that_the_report_says() {
    for language in BOTH {
        for (name, report) in [("demo", province(language)), ("hard", hard(language))] {
            let bytes = render_docx(&report).unwrap();
            keep(&format!("{name}-{}.docx", language.language_tag()), &bytes);
            assert!(bytes == render_docx(&report).unwrap(), "the bytes differ");
            let document = part(&report, "word/document.xml");
            assert_rows(&report, &table_rows(&document, "w:tr", ["w:tc", "w:tc"]));
            let text = text_of(&document);
            for words in words_to_say(&report) {
                for line in words.lines() {
                    assert!(text.contains(line.trim()), "the draft does not say `{line}`");
                }
            }
            // The counts close to the limit and past it stand only in these words.
            for chart in &report.charts {
                let told = !matches!(chart.body, ChartBody::Distribution { .. })
                    || text.contains(&chart.alt);
                assert!(told, "{} has no words", chart.id);
            }
        }
    }
}

#[test]
fn every_page_says_that_it_is_a_draft_and_simulated() {
    for language in BOTH {
        let mut report = province(language);
        for simulated in [true, false] {
            report.simulated = simulated;
            let t = pick_words(language);
            let header = part(&report, "word/header1.xml");
            assert!(header.contains(t.draft), "{header}");
            assert_eq!(header.contains(t.simulated), simulated, "{header}");
            assert!(text_of(&part(&report, "word/document.xml")).contains(t.draft_long));
            assert!(part(&report, "docProps/core.xml").contains(t.draft));
        }
    }
}

#[test]
fn every_part_is_xml_whose_elements_close() {
    for language in BOTH {
        let report = hard(language);
        for (name, _) in PARTS {
            let xml = part(&report, name);
            let mut open = Vec::new();
            for piece in xml.split('<').skip(1) {
                let (tag, _) = piece.split_once('>').expect(name);
                let element = tag.split([' ', '/']).next().unwrap();
                if let Some(closed) = tag.strip_prefix('/') {
                    assert_eq!(open.pop(), Some(closed), "{name}: {closed} closes another");
                } else if !tag.ends_with(['/', '?']) {
                    open.push(element);
                }
            }
            assert!(open.is_empty(), "{name}: {open:?} stay open");
            for rest in xml.split('&').skip(1) {
                let known = ["lt;", "gt;", "amp;", "quot;", "#x27;", "#x2f;"];
                assert!(known.iter().any(|code| rest.starts_with(code)), "{name}: {rest:.20}");
            }
        }
    }
}

#[test]
fn links_lists_and_tables_fit_together() {
    for language in BOTH {
        let report = hard(language);
        let document = part(&report, "word/document.xml");
        let marks: BTreeSet<&str> = values(&document, "w:name").into_iter().collect();
        for anchor in values(&document, "w:anchor") {
            assert!(marks.contains(anchor), "nothing is called {anchor}");
        }
        assert!(marks.contains("source-1") && marks.contains("source-2"));
        let ids = values(&document, "<w:bookmarkStart w:id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "a bookmark twice");
        let numbering = part(&report, "word/numbering.xml");
        let lists: BTreeSet<&str> = values(&numbering, "<w:num w:numId").into_iter().collect();
        for list in values(&document, "<w:numId w:val") {
            assert!(lists.contains(list), "no list {list}");
        }
        let depths: BTreeSet<&str> = values(&document, "<w:ilvl w:val").into_iter().collect();
        assert_eq!(depths, BTreeSet::from(["0", "1", "2"]));
        assert!(numbering.contains("<w:startOverride w:val=\"3\"/>"));
        let looks = part(&report, "word/styles.xml");
        let known: BTreeSet<&str> = values(&looks, "w:styleId").into_iter().collect();
        for style in values(&document, "<w:pStyle w:val") {
            assert!(known.contains(style), "no style {style}");
        }
        for table in document.split("<w:tbl>").skip(1) {
            let table = table.split("</w:tbl>").next().unwrap();
            let grid: Vec<u32> = values(table, "<w:gridCol w:w")
                .iter()
                .map(|width| width.parse().unwrap())
                .collect();
            assert!(grid.iter().sum::<u32>() <= 9638, "wider than the page: {grid:?}");
            for row in table.split("<w:tr>").skip(1) {
                assert_eq!(row.matches("<w:tc>").count(), grid.len(), "{row:.400}");
            }
        }
    }
}

#[test]
fn a_break_within_a_paragraph_is_kept() {
    let document = part(&hard(Language::English), "word/document.xml");
    assert!(text_of(&document).contains("stressed words.\nAfter the break."));
}

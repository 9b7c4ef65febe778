//! The page of difficult reports: it says everything, a machine can find its way in it, and hostile
//! text stays text.

use std::collections::{BTreeMap, BTreeSet};

use super::{STYLE, render_html};
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::tests::{
    assert_rows, drawn, hard, keep, province, table_rows, text_of, words_to_say,
};
use crate::systems::reports::{Logo, LogoKind};

const BOTH: [Language; 2] = [Language::Chinese, Language::English];

fn page(report: &QualityReport) -> String {
    String::from_utf8(render_html(report, None, None).unwrap()).unwrap()
}

/// The page without its style and its data.
fn body(page: &str) -> &str {
    let (_, body) = page.split_once("<body>").unwrap();
    body.split("<script").next().unwrap()
}

/// The values of an attribute, in the order of the page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    page.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Each element of this name, from its tag to its end.
fn elements<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let close = format!("</{name}>");
    let open = format!("<{name}");
    let opened = page
        .match_indices(&open)
        .filter(|(at, mark)| page[at + mark.len()..].starts_with([' ', '>']));
    opened.map(|(at, _)| page[at..].split(&close).next().unwrap()).collect()
}

#[test]
fn the_page_says_all_that_the_report_says() {
    for language in BOTH {
        for (name, report) in [("demo", province(language)), ("hard", hard(language))] {
            let page = page(&report);
            let body = body(&page);
            keep(&format!("{name}-{}.html", language.language_tag()), page.as_bytes());
            assert_rows(&report, &table_rows(body, "tr", ["th", "td"]));
            let text = text_of(body);
            for words in words_to_say(&report) {
                for line in words.lines() {
                    assert!(text.contains(line.trim()), "the page does not say `{line}`");
                }
            }
            assert_eq!(
                page.as_bytes(),
                render_html(&report, None, None).unwrap(),
                "the bytes differ"
            );
        }
    }
}

#[test]
fn nothing_is_fetched_and_no_script_runs() {
    let logo = Logo { kind: LogoKind::Svg, bytes: b"<svg/>".to_vec() };
    let page = String::from_utf8(render_html(&hard(Language::Chinese), Some(&logo), None).unwrap())
        .unwrap();
    // A namespace is a name, not an address; what a browser would fetch is not there.
    for fetched in ["src=\"http", "href=\"http", "url(", "@import", "<link", "<iframe"] {
        assert!(!page.contains(fetched), "{fetched} fetches from outside");
    }
    for script in page.split("<script").skip(1) {
        assert!(script.starts_with(" type=\"application/json\""), "{}", &script[..40]);
    }
    for tag in body(&page).split('<').filter_map(|piece| piece.split('>').next()) {
        let handler = tag.split_whitespace().any(|one| one.starts_with("on") && one.contains('='));
        assert!(!handler, "{tag}");
    }
    let page = page.replace("&#x2f;", "/");
    assert!(page.contains("src=\"data:image/svg+xml;base64,PHN2Zy8+\""));
}

#[test]
fn a_script_in_a_name_stays_text() {
    let mut report = province(Language::Chinese);
    report.company.name = "<script>alert(1)</script>".into();
    assert!(!page(&report).contains("<script>alert"));
}

#[test]
fn the_report_in_the_page_is_the_report() {
    let report = hard(Language::English);
    let page = page(&report);
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"report\">").unwrap();
    let read: QualityReport =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    assert_eq!(read, report);
}

#[test]
fn landmarks_headings_and_links_lead_somewhere() {
    for language in BOTH {
        let page = page(&hard(language));
        let body = body(&page);
        assert!(page.contains(&format!("<html lang=\"{}\">", language.language_tag())));
        for landmark in ["header", "nav", "main", "footer", "h1"] {
            assert_eq!(elements(body, landmark).len(), 1, "{landmark}");
        }
        assert!(body.trim_start().starts_with("<a class=\"skip\" href=\"#main\">"));
        let ids: Vec<&str> = values(body, "id");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id is there twice");
        let links = values(body, "href").into_iter().map(|link| link.trim_start_matches('#'));
        let named = values(body, "aria-labelledby").into_iter().flat_map(str::split_whitespace);
        for id in links.chain(named) {
            assert!(known.contains(id), "nothing is called {id}");
        }
        let mut last = 0;
        for piece in body.split("<h").skip(1) {
            let Some(level) = piece.chars().next().and_then(|sign| sign.to_digit(10)) else {
                continue;
            };
            assert!(level <= last + 1, "a heading jumps from {last} to {level}: {piece:.60}");
            last = level;
        }
    }
}

#[test]
fn a_number_with_a_source_leads_to_it_and_back() {
    let report = hard(Language::Chinese);
    let page = page(&report);
    assert_eq!(report.not_from_records.len(), 2);
    for number in 1..=2 {
        assert!(page.contains(&format!("<sup id=\"cite-{number}\"><a href=\"#source-{number}\"")));
        let row = elements(&page, "tr");
        let row = row.iter().find(|row| row.contains(&format!("id=\"source-{number}\""))).unwrap();
        assert!(row.contains(&format!("href=\"#cite-{number}\"")), "{row}");
    }
}

#[test]
fn tables_have_names_and_heads_and_charts_have_words() {
    for language in BOTH {
        let report = hard(language);
        let page = page(&report);
        let body = body(&page);
        for table in elements(body, "table") {
            assert!(
                table.contains("<caption") || table.starts_with("<table class=\"plain written\"")
            );
            assert!(table.contains("<thead>") && table.contains("scope=\"col\""), "{table:.200}");
            for head in elements(table, "th") {
                assert!(head.contains("scope=\""), "{head}");
            }
            for row in elements(table, "tr").iter().skip(1) {
                assert_eq!(row.matches("scope=\"row\"").count(), 1, "{row}");
            }
        }
        // What scrolls can be reached with the keyboard and has a name.
        for piece in body.split("tabindex=\"0\"").skip(1) {
            let tag = piece.split('>').next().unwrap();
            assert!(tag.contains("aria-label"), "{tag}");
        }
        let painted = report.charts.iter().filter(|chart| drawn(chart));
        let pictures = elements(body, "svg");
        assert_eq!(pictures.len(), painted.clone().count());
        for chart in painted {
            let said = |picture: &&&str| {
                let text = text_of(picture);
                picture.contains("role=\"img\"") && text.contains(&chart.alt)
            };
            assert!(pictures.iter().any(|picture| said(&picture)), "{} has no words", chart.id);
        }
        let figures = elements(body, "figure");
        assert_eq!(figures.len(), report.charts.len());
        for figure in figures {
            assert!(
                figure.contains("<table") != figure.contains("class=\"quiet\">"),
                "{figure:.200}"
            );
        }
    }
}

#[test]
fn items_and_breaks_stay_apart() {
    let page = page(&hard(Language::English));
    assert!(page.contains("stressed words</em>.<br>After the break."), "a break is lost");
    assert!(page.contains("<li><p>loose point") || page.contains("<li>loose point<p>second"));
    assert!(page.contains("<ol start=\"3\">"));
    assert!(page.contains("<li>nested point<ul>"));
}

/// The contrast of text and background in all three modes, by the formula of WCAG 2.
#[test]
fn colours_contrast_with_their_background() {
    let modes = STYLE.split(":root {").skip(1).map(|block| {
        let inside = block.split('}').next().unwrap();
        let pairs = inside.split(';').filter_map(|pair| pair.trim().split_once(": "));
        pairs.collect::<BTreeMap<&str, &str>>()
    });
    let modes: Vec<_> = modes.collect();
    assert_eq!(modes.len(), 3, "light, dark, paper");
    for mode in modes {
        for ink in ["--ink", "--muted", "--accent", "--warn", "--good"] {
            for ground in ["--paper", "--pale", "--notice"] {
                let contrast = contrast(mode[ink], mode[ground]);
                assert!(contrast >= 4.5, "{ink} on {ground}: {contrast:.2}");
            }
        }
    }
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let whole = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&whole[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

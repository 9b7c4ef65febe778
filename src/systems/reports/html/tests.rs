//! The page of a fixture: what it shows, and that hostile text stays text.

use super::render;
use crate::systems::reports::model::Report;

fn fixture() -> Report {
    serde_json::from_str(include_str!("../fixtures/province-zh.json")).unwrap()
}

#[test]
fn every_printed_value_stands_on_the_page_and_twice_is_the_same() {
    let report = fixture();
    let page = render(&report, None).unwrap();
    assert_eq!(page, render(&report, None).unwrap());
    let page = String::from_utf8(page).unwrap();
    for line in report.groups.iter().flat_map(|group| &group.lines) {
        assert!(page.contains(&line.figure.printed), "{}: {}", line.id(), line.figure.printed);
    }
    // A namespace is a name, not an address; what a browser would fetch is not there.
    for fetched in ["src=\"http", "href=\"http", "url(http", "@import", "<link", "<iframe"] {
        assert!(!page.contains(fetched), "{fetched} fetches from outside");
    }
}

#[test]
fn a_script_in_a_name_stays_text() {
    let mut report = fixture();
    report.company.name = "<script>alert(1)</script>".into();
    let page = String::from_utf8(render(&report, None).unwrap()).unwrap();
    assert!(!page.contains("<script>alert"));
}

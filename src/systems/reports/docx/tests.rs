//! The Word draft of a fixture: a sound package that says what it is.

use std::io::{Cursor, Read as _};

use super::render;
use crate::systems::reports::model::Report;

#[test]
fn the_draft_is_a_package_with_every_value_and_the_same_bytes_twice() {
    let report: Report =
        serde_json::from_str(include_str!("../fixtures/province-zh.json")).unwrap();
    let bytes = render(&report).unwrap();
    assert_eq!(bytes, render(&report).unwrap());
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    package.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    for line in report.groups.iter().flat_map(|group| &group.lines) {
        assert!(text.contains(&line.figure.printed), "{}", line.id());
    }
    let mut header = String::new();
    package.by_name("word/header1.xml").unwrap().read_to_string(&mut header).unwrap();
    assert!(header.contains("征求意见"), "{header}");
}

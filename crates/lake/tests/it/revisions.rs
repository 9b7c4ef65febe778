//! Exports that overlap: unchanged rows, revisions, cuts.

use crate::dataset::{MAPPING, Place};

const REVISED: &str = r#"
[columns.revised]
from = "changed"
"#;

fn with_revised() -> String {
    format!("{MAPPING}{REVISED}")
}

const HEAD: &str = "number,size,grams,posted,note,changed\n";

fn export(rows: &[(&str, &str, &str)]) -> String {
    let line = |(number, note, changed): &(&str, &str, &str)| {
        format!("{number},小,1,2020-01-01,{note},{changed}\n")
    };
    format!("{HEAD}{}", rows.iter().map(line).collect::<String>())
}

#[test]
fn a_later_export_adds_only_what_changed() {
    let place = Place::new();
    let first = place.file("1.csv", export(&[("A", "a", ""), ("B", "b", ""), ("C", "c", "")]));
    let second = place.file("2.csv", export(&[("B", "b2", ""), ("C", "c", ""), ("D", "d", "")]));
    place.import_at(&with_revised(), &first, 100).expect("an import");
    let summary = place.import_at(&with_revised(), &second, 200).expect("an import");
    let counts = summary.counts;
    assert_eq!((counts.new, counts.revised, counts.unchanged), (1, 1, 1));
    assert_eq!(place.rows(&["number", "note"], None), ["A|a", "C|c", "B|b2", "D|d"]);
    assert_eq!(place.rows(&["number", "note"], Some(199)), ["A|a", "B|b", "C|c"]);
    assert!(place.rows(&["number"], Some(99)).is_empty());
}

#[test]
fn a_repeated_file_adds_nothing() {
    let place = Place::new();
    let file = place.file("1.csv", export(&[("A", "a", ""), ("B", "b", "")]));
    place.import_at(&with_revised(), &file, 100).expect("an import");
    let again = place.import_at(&with_revised(), &file, 200).expect("an import");
    assert_eq!((again.counts.unchanged, again.files[0].batch.clone()), (2, None));
    assert_eq!(again.files[0].known_in.as_deref(), Some("000001"));
    let reordered = place.file("2.csv", export(&[("B", "b", ""), ("A", "a", "")]));
    let again = place.import_at(&with_revised(), &reordered, 300).expect("an import");
    assert_eq!((again.counts.unchanged, again.files[0].batch.clone()), (2, None));
    assert_eq!(place.lake.manifest("parcel").expect("a manifest").batches.len(), 1);
}

#[test]
fn an_older_state_that_comes_late_does_not_win() {
    let place = Place::new();
    let new = place.file("new.csv", export(&[("A", "new", "2020-03-01")]));
    let old = place.file("old.csv", export(&[("A", "old", "2020-02-01")]));
    place.import_at(&with_revised(), &new, 100).expect("an import");
    let late = place.import_at(&with_revised(), &old, 200).expect("an import");
    assert_eq!(late.counts.revised, 1);
    assert_eq!(place.rows(&["number", "note"], None), ["A|new"]);
}

#[test]
fn of_several_states_in_one_file_the_last_revised_wins() {
    let place = Place::new();
    let rows = [("A", "2", "2020-02-01"), ("A", "3", "2020-03-01"), ("A", "1", "2020-01-01")];
    let file = place.file("1.csv", export(&rows));
    let counts = place.import(&with_revised(), &file).expect("an import").counts;
    assert_eq!((counts.new, counts.revised, counts.quarantined), (1, 2, 0));
    assert_eq!(place.rows(&["number", "note"], None), ["A|3"]);
}

#[test]
fn without_revised_two_states_in_one_file_conflict() {
    let place = Place::new();
    let file = place.file("1.csv", "number,size,grams,posted,note\nA,小,1,,x\nA,小,1,,y\n");
    let summary = place.import(MAPPING, &file).expect("an import");
    assert_eq!((summary.counts.new, summary.counts.quarantined), (1, 1));
    assert_eq!(summary.files[0].reasons[0].reason.kind(), "conflict");
}

#[test]
fn a_full_export_tells_which_rows_it_lacks() {
    let place = Place::new();
    let mapping = with_revised().replace("[mapping]", "[mapping]\nfull_export = true");
    let first = place.file("1.csv", export(&[("A", "a", ""), ("B", "b", ""), ("C", "c", "")]));
    let second = place.file("2.csv", export(&[("B", "b", "")]));
    place.import_at(&mapping, &first, 100).expect("an import");
    let summary = place.import_at(&mapping, &second, 200).expect("an import");
    let missing = &summary.files[0].missing;
    assert_eq!(
        (missing.rows, missing.examples.clone()),
        (2, vec!["post/A".into(), "post/C".into()])
    );
    assert_eq!(place.rows(&["number"], None).len(), 3);
}

#[test]
fn a_clock_that_went_back_is_refused() {
    let place = Place::new();
    let first = place.file("1.csv", export(&[("A", "a", "")]));
    let second = place.file("2.csv", export(&[("B", "b", "")]));
    place.import_at(&with_revised(), &first, 100).expect("an import");
    let error = place.import_at(&with_revised(), &second, 99).expect_err("a refusal");
    assert!(error.to_string().contains("clock"), "{error}");
}

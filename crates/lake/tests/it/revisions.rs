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
    assert_eq!(place.lake.read_manifest("parcel").expect("a manifest").batches.len(), 1);
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
    assert_eq!(summary.files[0].reasons[0].reason.kind_name(), "conflict");
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

#[test]
fn a_state_that_is_told_again_after_a_newer_one_is_unchanged() {
    let place = Place::new();
    let mut at = 100;
    let mut import = |rows: &[(&str, &str, &str)]| {
        at += 100;
        let file = place.file(&format!("{at}.csv"), export(rows));
        place.import_at(&with_revised(), &file, at).expect("an import").counts
    };
    import(&[("A", "1", "2020-01-01")]);
    import(&[("A", "2", "2020-02-01")]);
    let again = import(&[("A", "1", "2020-01-01"), ("B", "1", "2020-01-01")]);
    assert_eq!((again.new, again.revised, again.unchanged), (1, 0, 1));
    // The same words at another time are another state.
    let back = import(&[("A", "1", "2020-03-01")]);
    assert_eq!(back.revised, 1);
    assert_eq!(place.rows(&["number", "note"], None), ["B|1", "A|1"]);
}

#[test]
fn two_states_of_the_same_moment_conflict() {
    let place = Place::new();
    let rows = [("A", "x", "2020-01-01"), ("A", "y", "2020-01-01"), ("A", "w", "2019-01-01")];
    let summary = place.import(&with_revised(), &place.file("1.csv", export(&rows)));
    let summary = summary.expect("an import");
    assert_eq!((summary.counts.quarantined, summary.counts.cases), (1, 2));
    let reason = &summary.files[0].reasons[0];
    assert_eq!((reason.reason.kind_name(), reason.examples[0].0), ("conflict", 3));
    assert_eq!(place.rows(&["number", "note"], None), ["A|x"]);
}

#[test]
fn a_key_at_the_edge_of_an_earlier_batch_is_found() {
    let place = Place::new();
    let first = export(&[("B", "1", ""), ("C", "1", ""), ("D", "1", "")]);
    place.import_at(&with_revised(), &place.file("1.csv", first), 100).expect("an import");
    let low = place.file("2.csv", export(&[("A", "2", ""), ("B", "2", "")]));
    let counts = place.import_at(&with_revised(), &low, 200).expect("an import").counts;
    assert_eq!((counts.new, counts.revised), (1, 1));
    let high = place.file("3.csv", export(&[("D", "3", ""), ("E", "3", "")]));
    let counts = place.import_at(&with_revised(), &high, 300).expect("an import").counts;
    assert_eq!((counts.new, counts.revised), (1, 1));
    assert_eq!(place.rows(&["number", "note"], None), ["C|1", "A|2", "B|2", "D|3", "E|3"]);
}

#[test]
fn of_identical_rows_the_first_is_counted() {
    let place = Place::new();
    let rows = [("A", "x", "2020-01-01"), ("A", "x", "2020-01-01"), ("A", "x", "2020-02-01")];
    let summary = place.import(&with_revised(), &place.file("1.csv", export(&rows)));
    let summary = summary.expect("an import");
    let kinds: Vec<(&str, u64)> = summary.files[0]
        .reasons
        .iter()
        .map(|reason| (reason.reason.kind_name(), reason.examples[0].0))
        .collect();
    assert_eq!(kinds, [("duplicate", 3)]);
    assert_eq!((summary.counts.new, summary.counts.unchanged), (1, 1));
}

#[test]
fn an_import_without_files_is_refused() {
    let place = Place::new();
    let error = place.import_all(MAPPING, &[], 100).expect_err("a refusal");
    assert!(matches!(error, trueline_lake::ImportError::NothingToDo), "{error}");
}

#[test]
fn only_files_of_the_lake_are_swept() {
    let place = Place::new();
    let file = place.file("1.csv", export(&[("A", "a", "")]));
    place.import_at(&with_revised(), &file, 100).expect("an import");
    let folder = place.lake.dataset_folder("parcel");
    for name in ["notes.txt", "000009.parquet", "000009.superseded", "batches.json.new"] {
        std::fs::write(folder.join(name), "x").expect("a file");
    }
    place.import_at(&with_revised(), &file, 200).expect("an import");
    let names = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = names
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    assert_eq!(names, ["000001.parquet", "batches.json", "notes.txt"]);
}

#[test]
fn a_manifest_that_is_damaged_or_too_new_is_refused() {
    let place = Place::new();
    let file = place.file("1.csv", export(&[("A", "a", "")]));
    place.import_at(&with_revised(), &file, 100).expect("an import");
    let path = place.lake.dataset_folder("parcel").join("batches.json");
    let text = std::fs::read_to_string(&path).expect("a manifest");
    std::fs::write(&path, text.replace("\"version\": 1", "\"version\": 2")).expect("a manifest");
    let told = place.lake.read_manifest("parcel").expect_err("a refusal").to_string();
    assert!(told.contains("version 2"), "{told}");
    std::fs::write(&path, &text[..text.len() / 2]).expect("a manifest");
    let told = place.lake.read_manifest("parcel").expect_err("a refusal").to_string();
    assert!(told.contains("damaged"), "{told}");
    assert!(place.import_at(&with_revised(), &file, 200).is_err());
}

#[test]
fn a_column_that_nobody_has_cannot_be_scanned() {
    let place = Place::new();
    let file = place.file("1.csv", export(&[("A", "a", "")]));
    place.import_at(&with_revised(), &file, 100).expect("an import");
    let told = place.lake.scan_rows(&place.schema, &["x_none"], None).expect_err("a refusal");
    assert!(told.to_string().contains("no column `x_none`"), "{told}");
}

//! Parquet in the dataset's own layout: what is taken over and what is refused.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
use parquet::arrow::ArrowWriter;
use trueline_lake::{ImportError, ImportSummary, import_own_layout};

use crate::dataset::Place;

fn import(place: &Place, columns: Vec<(&str, ArrayRef)>) -> Result<ImportSummary, ImportError> {
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    let file = place.file("a.parquet", writer.into_inner().expect("a file"));
    import_own_layout(&place.lake, &place.schema, &[file], &place.options(100))
}

fn texts(values: [Option<&str>; 3]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn keys() -> Vec<(&'static str, ArrayRef)> {
    let numbers = texts([Some("1"), Some("2"), Some("3")]);
    vec![("source", texts([Some("post"); 3])), ("number", numbers)]
}

#[test]
fn moments_without_a_stated_precision_are_known_to_the_second() {
    let place = Place::new();
    let posted = TimestampSecondArray::from(vec![Some(1_580_466_030), None, Some(0)]);
    let mut columns = keys();
    columns.push(("posted", Arc::new(posted.with_timezone("UTC"))));
    columns.push(("x_colour", texts([Some("red"), None, Some("blue")])));
    import(&place, columns).expect("an import");
    assert_eq!(
        place.rows(&["number", "posted", "precision", "x_colour"], None),
        ["1|2020-01-31 10:20:30|s-|red", "2|-|--|-", "3|1970-01-01 00:00:00|s-|blue"]
    );
}

#[test]
fn rows_pass_the_checks_that_mapped_rows_pass() {
    let place = Place::new();
    let sizes = texts([Some("small"), Some("huge"), None]);
    let numbers = texts([Some("1"), None, Some("1")]);
    let columns = vec![("source", texts([Some("post"); 3])), ("number", numbers), ("size", sizes)];
    let summary = import(&place, columns).expect("an import");
    let mut kinds: Vec<(&str, &str, u64)> = summary.files[0]
        .reasons
        .iter()
        .map(|found| (found.reason.kind_name(), found.column.as_str(), found.examples[0].0))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("conflict", "", 3), ("missing", "number", 2), ("not_listed", "size", 2)]);
    assert_eq!(place.rows(&["number", "size"], None), ["1|small"]);
    let path = summary.files[0].quarantine.as_ref().expect("a quarantine file");
    let content = std::fs::read_to_string(path).expect("readable");
    assert!(content.contains("post,,huge,") && content.contains("post,1,,"), "{content}");
}

#[test]
fn columns_that_are_not_the_datasets_are_refused() {
    let refused = |columns: Vec<(&str, ArrayRef)>, told: &str| {
        let place = Place::new();
        let error = import(&place, columns).expect_err("a refusal").to_string();
        assert!(error.contains("a.parquet") && error.contains(told), "{error}");
        assert!(place.rows(&["number"], None).is_empty());
    };
    let with = |name: &'static str, array: ArrayRef| {
        let mut columns = keys();
        columns.push((name, array));
        columns
    };
    let words = || texts([Some("x"); 3]);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    refused(with("grams", words()), "its column `grams` is Utf8; make it Int64");
    refused(with("note", numbers), "its column `note` is Int64; make it Utf8");
    refused(keys().split_off(1), "it lacks the column `source`");
    refused(with("colour", words()), "or name it `x_colour`");
    refused(with("x_at", Arc::new(TimestampSecondArray::from(vec![0; 3]))), "`x_at`");
}

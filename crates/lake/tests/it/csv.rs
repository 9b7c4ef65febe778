//! Separated text: encodings, quotes, quarantine.

use crate::dataset::{MAPPING, Place};

const SMALL: &str = "number,size,grams,posted,note\n\
    B2,大,20,2020-01-31 10:20:30,\"a, b\"\n\
    A1,小,10,2020-01-31 08:00,\n";

#[test]
fn rows_come_back_sorted_by_key() {
    let place = Place::new();
    let file = place.file("a.csv", SMALL);
    let summary = place.import(MAPPING, &file).expect("an import");
    assert_eq!((summary.counts.read, summary.counts.new), (2, 2));
    let rows = place.rows(&["source", "number", "size", "grams", "posted", "note", "precision"], None);
    assert_eq!(
        rows,
        [
            "post|A1|small|10|2020-01-31T00:00:00Z|-|m-",
            "post|B2|large|20|2020-01-31T02:20:30Z|a, b|s-",
        ]
    );
}

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
    let columns = ["source", "number", "size", "grams", "posted", "note", "precision"];
    let rows = place.rows(&columns, None);
    assert_eq!(
        rows,
        [
            "post|A1|small|10|2020-01-31 00:00:00|-|m-",
            "post|B2|large|20|2020-01-31 02:20:30|a, b|s-",
        ]
    );
}

#[test]
fn encodings_are_detected() {
    let place = Place::new();
    let (gb, _, _) = encoding_rs::GB18030.encode(SMALL);
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}"
            .chars()
            .chain(SMALL.chars())
            .collect::<String>()
            .encode_utf16()
            .flat_map(to_bytes)
            .collect()
    };
    let files: [(&str, Vec<u8>); 5] = [
        ("bom.csv", format!("\u{feff}{SMALL}").into_bytes()),
        ("gb.csv", gb.to_vec()),
        ("le.csv", utf16(u16::to_le_bytes)),
        ("be.csv", utf16(u16::to_be_bytes)),
        ("bars.csv", encoding_rs::GB18030.encode(&SMALL.replace(',', "|")).0.to_vec()),
    ];
    for (name, content) in files {
        let place = Place::new();
        let file = place.file(name, content);
        let summary = place.import(MAPPING, &file).expect(name);
        assert_eq!(summary.counts.new, 2, "{name}");
        let sizes = place.rows(&["number", "size"], None);
        assert_eq!(sizes, ["A1|small", "B2|large"], "{name}");
    }
    drop(place);
}

#[test]
fn refused_rows_import_again_once_mended() {
    let place = Place::new();
    let text = "number,size,grams,posted,note\n\
        A1,小,10,2020-01-31,one\n\
        A2,中,x,2020-02-30,\"two\nlines\"\n\
        A3,大,1\n\
        A1,小,10,2020-01-31,one\n\
        A4,大,4,2020-01-31,four\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let file = place.file("a.csv", &gb);
    let summary = place.import(MAPPING, &file).expect("an import");
    let counts = summary.counts;
    assert_eq!((counts.read, counts.accepted, counts.quarantined), (5, 2, 3));
    let kinds: Vec<(&str, &str)> = summary.files[0]
        .reasons
        .iter()
        .map(|r| (r.reason.kind_name(), r.column.as_str()))
        .collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    for kind in ["cells", "duplicate", "no_integer", "no_moment", "not_listed"] {
        assert!(kinds.iter().any(|(found, _)| *found == kind), "{kinds:?}");
    }
    let path = summary.files[0].quarantine.clone().expect("a quarantine file");
    let content = std::fs::read(&path).expect("readable");
    let (content, _, bad) = encoding_rs::GB18030.decode(&content);
    assert!(!bad);
    assert!(content.starts_with("number,size,grams,posted,note,\"quarantine_reason\","));
    let mended =
        content.replace("中,x,2020-02-30", "大,2,2020-02-29").replace("A3,大,1,", "A3,大,1,,,");
    let again = place.file("mended.csv", mended);
    let summary = place.import_at(MAPPING, &again, 2_000).expect("an import");
    assert_eq!((summary.counts.new, summary.counts.unchanged), (2, 1), "{summary:?}");
    assert_eq!(place.rows(&["number"], None), ["A1", "A4", "A2", "A3"]);
}

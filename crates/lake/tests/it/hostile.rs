//! Files that are broken or mean harm: a clear error, and the lake as it was.

use std::io::Write as _;

use crate::dataset::{MAPPING, Place};

fn refused(name: &str, content: impl AsRef<[u8]>, told: &str) {
    let place = Place::new();
    let file = place.file(name, content);
    let error = place.import(MAPPING, &file).expect_err("a refusal").to_string();
    assert!(error.contains(name) && error.contains(told), "{error}");
    assert!(!error.contains(place.path().to_str().expect("text")), "a path is shown: {error}");
    let folder = place.lake.dataset_folder("parcel");
    let left = std::fs::read_dir(folder).map_or(0, Iterator::count);
    assert_eq!(left, 0, "something was left behind");
}

const HEAD: &str = "number,size,grams,posted,note\n";

#[test]
fn files_cut_short_are_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for row in 0..5_000 {
        write!(packed, "{row}{HEAD}").expect("in memory");
    }
    let packed = packed.finish().expect("in memory");
    refused("cut.csv.gz", &packed[..packed.len() / 2], "cut short");
    refused("cut.parquet", b"PAR1 and then nothing that it promised", "fetch");
    refused("cut.json", r#"{"number":"A","note":"#, "does not end");
    refused("cut.xlsx", b"PK\x03\x04 and then nothing", "workbook");
    refused("empty.csv", b"", "names its columns");
}

#[test]
fn a_table_that_unpacks_without_end_is_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"PAR1").expect("in memory");
    for _ in 0..64 {
        packed.write_all(&vec![0; 1 << 20]).expect("in memory");
    }
    let packed = packed.finish().expect("in memory");
    assert!(packed.len() < 100_000, "{}", packed.len());
    refused("bomb.parquet.gz", packed, "100 times its size");
}

#[test]
fn a_quote_left_open_is_told_with_its_line() {
    refused("open.csv", format!("{HEAD}A,小,1,,x\nB,小,1,,\"x\nC,小,1,,y\n"), "line 3");
}

#[test]
fn the_wrong_encoding_is_told() {
    let rows: String = (0..100).map(|n| format!("{n},大,1,,中文\n")).collect();
    let place = Place::new();
    let file = place.file("wrong.csv", encoding_rs::GB18030.encode(&format!("{HEAD}{rows}")).0);
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nencoding = \"utf-8\"");
    let error = place.import(&mapping, &file).expect_err("a refusal").to_string();
    assert!(error.contains("wrong.csv") && error.contains("encoding"), "{error}");
}

#[test]
fn one_broken_character_costs_one_row() {
    let rows: String = (0..100).map(|n| format!("{n},大,1,,中文\n")).collect();
    let mut bytes = format!("{HEAD}{rows}").into_bytes();
    let at = bytes.len() - 3;
    bytes[at] = 0xff;
    let place = Place::new();
    let summary = place.import(MAPPING, &place.file("one.csv", bytes)).expect("an import");
    assert_eq!((summary.counts.new, summary.counts.quarantined), (99, 1));
    assert_eq!(summary.files[0].reasons[0].reason.kind_name(), "no_text");
}

#[test]
fn a_cell_of_ten_megabytes_is_a_cell() {
    let place = Place::new();
    let long = "x".repeat(10 << 20);
    let file = place.file("long.csv", format!("{HEAD}A,小,1,,{long}\nB,小,1,,x\n"));
    assert_eq!(place.import(MAPPING, &file).expect("an import").counts.new, 2);
}

#[test]
fn deep_json_is_refused() {
    let deep = format!("{{\"number\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    refused("deep.json", deep, "not valid JSON");
}

#[test]
fn a_forgotten_column_is_refused() {
    refused("more.csv", "number,size,grams,posted,note,phone\nA,小,1,,x,139\n", "`phone`");
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let place = Place::new();
    let error = place.import(MAPPING, &place.path().join("none.csv")).expect_err("a refusal");
    assert!(error.to_string().contains("none.csv"), "{error}");
}

/// A text in an encoding.
fn encoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

#[test]
fn one_broken_character_in_gb18030_costs_one_row_whatever_separates_the_cells() {
    for separator in ["|", ","] {
        let rows: String = (0..100).map(|n| format!("{n},大,1,,中文\n")).collect();
        let text = format!("{HEAD}{rows}").replace(',', separator);
        let mut bytes = encoded(&text, encoding_rs::GB18030);
        let at = bytes.len() - 3;
        bytes[at] = 0xff;
        for declared in ["", "encoding = \"gb18030\""] {
            let mapping = MAPPING.replace("[mapping]", &format!("[mapping]\n{declared}"));
            let place = Place::new();
            let summary = place.import(&mapping, &place.file("one.csv", &bytes)).expect("it");
            assert_eq!((summary.counts.new, summary.counts.quarantined), (99, 1));
            let file = &summary.files[0];
            assert_eq!(file.reasons[0].reason.kind_name(), "no_text");
            let path = file.quarantine.clone().expect("a quarantine file");
            let kept = std::fs::read(path).expect("readable");
            let bad = &bytes[bytes.len() - 5..bytes.len() - 1];
            assert!(kept.windows(4).any(|part| part == bad), "the bytes are lost");
        }
    }
}

#[test]
fn too_many_broken_characters_still_are_the_wrong_encoding() {
    let rows: String = (0..100).map(|n| format!("{n}|大|1||中文\n")).collect();
    let text = format!("{}{rows}", HEAD.replace(',', "|"));
    let bytes = encoded(&text, encoding_rs::GB18030);
    let bytes: Vec<u8> = bytes.iter().map(|b| if *b == 0xce { 0xff } else { *b }).collect();
    refused("wrong.csv", bytes, "encoding");
}

#[test]
fn what_may_be_western_text_is_not_guessed_to_be_chinese() {
    use encoding_rs::{WINDOWS_1251, WINDOWS_1252, WINDOWS_1253};
    let cases = [
        ("München Köln Größe naïve café", WINDOWS_1252),
        ("é", WINDOWS_1252),
        ("Żółw", encoding_rs::ISO_8859_2),
        ("Москва улица Ленина", WINDOWS_1251),
        ("Αθήνα", WINDOWS_1253),
        ("東京都港区", encoding_rs::SHIFT_JIS),
    ];
    for (words, encoding) in cases {
        let plain: String = (0..20_000).map(|n| format!("{n},,1,,plain\n")).collect();
        for before in ["", plain.as_str()] {
            let text = format!("{HEAD}{before}A,,1,,{words}\n");
            let bytes = encoded(&text, encoding);
            refused("west.csv", bytes.clone(), "`encoding =");
            let declared = format!("[mapping]\nencoding = \"{}\"", encoding.name());
            let mapping = MAPPING.replace("[mapping]", &declared);
            let place = Place::new();
            let summary = place.import(&mapping, &place.file("west.csv", bytes)).expect("it");
            assert_eq!(summary.files[0].encoding, Some(encoding.name()));
            let rows = place.rows(&["number", "note"], None);
            assert_eq!(rows.last(), Some(&format!("A|{words}")));
        }
    }
}

#[test]
fn chinese_is_told_from_western_text() {
    for words in ["客户报障，宽带不通", "故障", "（第１号）", "郑州市金水区花园路３号院"]
    {
        let bytes = encoded(&format!("{HEAD}A,大,1,,{words}\n"), encoding_rs::GB18030);
        let place = Place::new();
        let summary = place.import(MAPPING, &place.file("a.csv", bytes)).expect(words);
        assert_eq!(summary.files[0].encoding, Some("gb18030"));
        assert_eq!(place.rows(&["note"], None), [words]);
    }
}

//! Quarantine as a clerk meets it: told in both languages, mended, imported again.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};
use trueline_lake::{ImportSummary, Language, Mapping, import_through_mapping};

use crate::dataset::{MAPPING, Place};

const TWO_BAD: &str = "number,size,grams,posted,note\n\
    A1,小,10,2020-01-31,one\n\
    A2,中,10,2020-01-31,\"two, \"\"or\"\" three\"\n\
    A3,大,1,2020-02-30,\n";

fn told(place: &Place, mapping: &str, file: &Path, language: Language) -> ImportSummary {
    let mapping = Mapping::parse("test.toml", mapping, &place.schema).expect("a mapping");
    let mut options = place.options(1_000);
    options.language = language;
    import_through_mapping(&place.lake, &place.schema, &[file.to_owned()], &mapping, &options)
        .expect("an import")
}

fn quarantine(summary: &ImportSummary) -> Vec<u8> {
    let path = summary.files[0].quarantine.as_ref().expect("a quarantine file");
    std::fs::read(path).expect("readable")
}

/// Mends one row, then the other, each in what the last import left.
#[test]
fn rows_are_mended_step_by_step_in_both_languages() {
    type Coded = (fn(&str) -> Vec<u8>, fn(&[u8]) -> String);
    let utf8: Coded = (
        |text| text.as_bytes().to_vec(),
        |bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8").replace('\u{feff}', ""),
    );
    let gb18030: Coded = (
        |text| encoding_rs::GB18030.encode(text).0.into_owned(),
        |bytes| encoding_rs::GB18030.decode(bytes).0.into_owned(),
    );
    for (encode, decode) in [utf8, gb18030] {
        for (language, header, said) in [
            (Language::Chinese, ",\"隔离_原因\",\"隔离_处理办法\"\n", "不是有效的日期或时间"),
            (
                Language::English,
                ",\"quarantine_reason\",\"quarantine_remedy\"\n",
                "no such date or time",
            ),
        ] {
            let place = Place::new();
            let file = place.file("a.csv", encode(TWO_BAD));
            let summary = told(&place, MAPPING, &file, language);
            assert_eq!((summary.counts.accepted, summary.counts.quarantined), (1, 2));
            let first = decode(&quarantine(&summary));
            assert!(first.contains(header) && first.contains(said), "{first}");
            let file = place.file("b.csv", encode(&first.replace("A2,中", "A2,大")));
            let summary = told(&place, MAPPING, &file, language);
            assert_eq!((summary.counts.new, summary.counts.quarantined), (1, 1));
            let second = decode(&quarantine(&summary));
            assert!(second.contains(header), "the columns stand there once: {second}");
            assert_eq!(second.lines().count(), 2, "{second}");
            assert!(second.contains("A3,大,1,2020-02-30,,"), "{second}");
            let file = place.file("c.csv", encode(&second.replace("02-30", "02-29")));
            let summary = told(&place, MAPPING, &file, language);
            assert_eq!((summary.counts.new, summary.counts.quarantined), (1, 0));
            let notes = place.rows(&["number", "note"], None);
            assert_eq!(notes, ["A1|one", "A2|two, \"or\" three", "A3|-"]);
        }
    }
}

#[test]
fn the_language_may_change_between_two_imports() {
    let place = Place::new();
    let file = place.file("a.csv", TWO_BAD);
    let chinese = quarantine(&told(&place, MAPPING, &file, Language::Chinese));
    let file = place.file("b.csv", chinese);
    let english = quarantine(&told(&place, MAPPING, &file, Language::English));
    let english = String::from_utf8(english).expect("UTF-8");
    assert!(!english.contains("隔离") && english.contains("quarantine_reason"), "{english}");
    let json = r#"{"number":"A","size":"中","grams":1,"posted":"","note":"n"}"#;
    let file = place.file("a.json", json);
    let chinese = quarantine(&told(&place, MAPPING, &file, Language::Chinese));
    let file = place.file("b.json", chinese);
    let english = quarantine(&told(&place, MAPPING, &file, Language::English));
    let english = String::from_utf8(english).expect("UTF-8");
    assert!(!english.contains("隔离") && english.contains("quarantine_reason"), "{english}");
}

#[test]
fn an_encoding_without_chinese_is_answered_in_english() {
    let place = Place::new();
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nencoding = \"windows-1252\"");
    let text = b"number,size,grams,posted,note\nA1,large,x,,caf\xe9\n".to_vec();
    let file = place.file("a.csv", &text);
    let mapping = mapping.replace("\"大\"", "\"large\"");
    let summary = told(&place, &mapping, &file, Language::Chinese);
    let content = quarantine(&summary);
    assert!(content.windows(4).any(|four| four == b"caf\xe9"));
    let (content, _, bad) = encoding_rs::WINDOWS_1252.decode(&content);
    assert!(!bad && content.contains("not a whole number") && !content.contains("&#"), "{content}");
}

/// A workbook whose header is the third row, as the mapping says; its quarantine has one header.
#[test]
fn a_workbooks_quarantine_is_mended_twice() {
    let place = Place::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 4, "包裹登记", &Format::new()).expect("a title");
    for (row, cells) in TWO_BAD.lines().enumerate() {
        let cells = cells.replace("\"two, \"\"or\"\" three\"", "two");
        for (column, cell) in cells.split(',').enumerate() {
            sheet.write(row as u32 + 2, column as u16, cell).expect("a cell");
        }
    }
    let file = place.file("a.xlsx", book.save_to_buffer().expect("a workbook"));
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nheader_row = 3\nheader_rows = 1");
    let summary = told(&place, &mapping, &file, Language::Chinese);
    assert_eq!((summary.counts.accepted, summary.counts.quarantined), (1, 2));
    let content = String::from_utf8(quarantine(&summary)).expect("UTF-8");
    assert!(content.starts_with('\u{feff}'), "a spreadsheet program must know that it is UTF-8");
    // As such a program writes it: the quotes gone, tabs between, in GB18030.
    let respelt = content.replace(['\u{feff}', '"'], "").replace(',', "\t");
    let respelt = encoding_rs::GB18030.encode(&respelt.replace("中", "大")).0.into_owned();
    let summary = told(&place, &mapping, &place.file("b.csv", respelt), Language::Chinese);
    assert_eq!((summary.counts.new, summary.counts.quarantined), (1, 1), "{summary:?}");
    let content = quarantine(&summary);
    let content = encoding_rs::GB18030.decode(&content).0.into_owned();
    let mended = content.replace("02-30", "02-29");
    let summary = told(&place, &mapping, &place.file("c.csv", mended), Language::Chinese);
    assert_eq!((summary.counts.new, summary.counts.quarantined), (1, 0), "{summary:?}");
}

/// Two entries of one list, of which only the second has an end, and only the first has its reason
/// from the source.
#[test]
fn each_entry_of_a_list_knows_its_own_columns() {
    let place = Place::new();
    let mapping = "[mapping]\ndataset = \"parcel\"\n[columns.source]\nvalue = \"post\"\n\
        [columns.number]\nfrom = \"number\"\n\
        [[stops]]\nkind = \"held\"\nfrom = { from = \"held\" }\nreason = { from = \"why\" }\n\
        [[stops]]\nkind = \"away\"\nfrom = { from = \"left\" }\nto = { from = \"back\" }\n\
        reason = \"a trip\"\n";
    let file = place.file(
        "a.csv",
        "number,held,why,left,back\n\
         A,2020-01-01,rain,,\n\
         B,,,2020-01-02,2020-01-03\n\
         C,,,,2020-01-03\n\
         D,,,,\n\
         E,,snow,,\n",
    );
    let summary = told(&place, mapping, &file, Language::English);
    let reasons: Vec<(&str, &str, u64)> = summary.files[0]
        .reasons
        .iter()
        .map(|found| (found.reason.kind_name(), found.column.as_str(), found.rows))
        .collect();
    assert_eq!(reasons, [("half_record", "held", 1), ("half_record", "left", 1)]);
    assert_eq!(
        place.rows(&["number", "stops"], None),
        [
            "A|(held 2019-12-31 16:00:00 - rain)",
            "B|(away 2020-01-01 16:00:00 2020-01-02 16:00:00 a trip)",
            "D|",
        ]
    );
}

#[test]
fn values_are_masked_in_the_summary_and_whole_in_the_file() {
    let place = Place::new();
    let rows: String = (0..7).map(|n| format!("{n},13900001234,x\n")).collect();
    let text = format!("number,size,grams,posted,note\n{}", rows.replace(",x\n", ",,,x\n"));
    let file = place.file("a.csv", text);
    let summary = told(&place, MAPPING, &file, Language::English);
    let reason = &summary.files[0].reasons[0];
    assert_eq!(
        (reason.reason.kind_name(), reason.rows, reason.examples.len()),
        ("not_listed", 7, 5)
    );
    assert_eq!(reason.examples[0], (2, "13*******34".to_owned()));
    let content = String::from_utf8(quarantine(&summary)).expect("UTF-8");
    assert!(content.contains("line 2, size = 13900001234:"), "{content}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_quarantine_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let summary = told(&place, MAPPING, &place.file("a.csv", TWO_BAD), Language::English);
    let path = summary.files[0].quarantine.as_ref().expect("a quarantine file");
    let mode = std::fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(name.ends_with("-a.csv") && name.len() == "01234567-a.csv".len(), "{name}");
}

#[test]
fn an_encoding_is_wrong_if_more_than_a_twentieth_of_the_rows_is_no_text() {
    let import = |bad: usize, all: usize| {
        let place = Place::new();
        let mut bytes = b"number,size,grams,posted,note\n".to_vec();
        for row in 0..all {
            bytes.extend_from_slice(format!("{row},,1,,").as_bytes());
            bytes.extend_from_slice(if row < bad {
                b"\xff\n".as_slice()
            } else {
                "中文\n".as_bytes()
            });
        }
        let mapping = MAPPING.replace("[mapping]", "[mapping]\nencoding = \"utf-8\"");
        let file = place.file("a.csv", bytes);
        place.import(&mapping, &file).map(|summary| summary.counts.quarantined).ok()
    };
    assert_eq!(import(11, 220), Some(11));
    assert_eq!(import(11, 219), None);
    // So few rows say nothing about the file.
    assert_eq!(import(10, 10), Some(10));
}

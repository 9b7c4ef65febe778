//! Workbooks, JSON, Parquet, gzip: the same rows out of each.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use trueline_lake::import_own_layout;

use crate::dataset::{MAPPING, Place, totals};

const COLUMNS: [&str; 6] = ["source", "number", "size", "grams", "posted", "note"];
const EXPECTED: [&str; 2] =
    ["post|A1|small|10|2020-01-30 16:00:00|-", "post|B2|large|20|2020-01-31 02:20:30|a, b"];
const SMALL: &str = "number,size,grams,posted,note\n\
    B2,大,20,2020-01-31 10:20:30,\"a, b\"\n\
    A1,小,10,2020-01-31,\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(content).expect("in memory");
    out.finish().expect("in memory")
}

#[test]
fn gzip_is_unpacked_whatever_the_file_is_called() {
    let place = Place::new();
    let file = place.file("plain.csv", gzip(SMALL.as_bytes()));
    place.import(MAPPING, &file).expect("an import");
    assert_eq!(place.rows(&COLUMNS, None), EXPECTED);
}

/// A workbook with the rows of [`SMALL`].
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in SMALL.replace("\"a, b\"", "a; b").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell.replace(';', ",")).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn every_format_may_be_inside_gzip() {
    let json = r#"{"number":"B2","size":"大","grams":20,"posted":"2020-01-31T10:20:30+08:00",
        "note":"a, b"}
        {"number":"A1","size":"小","grams":10,"posted":"2020-01-31","note":null}"#;
    for (name, content) in [("a.json.gz", json.into()), ("a.xlsx.gz", workbook())] {
        let place = Place::new();
        place.import(MAPPING, &place.file(name, gzip(&content))).expect(name);
        assert_eq!(place.rows(&COLUMNS, None), EXPECTED, "{name}");
    }
    let place = Place::new();
    place.import(MAPPING, &place.file("a.csv", SMALL)).expect("an import");
    let written = place.lake.dataset_folder("parcel").join("000001.parquet");
    let packed = gzip(&std::fs::read(written).expect("readable"));
    let other = Place::new();
    let file = other.file("a.parquet.gz", &packed);
    let summary = import_own_layout(
        &other.lake,
        &other.schema,
        std::slice::from_ref(&file),
        &other.options(5),
    );
    assert_eq!(summary.expect("an import").counts.new, 2);
    assert_eq!(other.rows(&COLUMNS, None), EXPECTED);
    let third = Place::new();
    let plain = MAPPING
        .replace("[mapping]", "[mapping]\nrest = \"drop\"")
        .replace("values = { \"小\" = \"small\", \"大\" = \"large\" }", "");
    third.import(&plain, &file).expect("an import");
    assert_eq!(third.rows(&COLUMNS, None), EXPECTED);
}

#[test]
fn a_title_alone_in_its_row_is_passed_over() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "A register of parcels").expect("a title");
    sheet.write(1, 3, "in grams").expect("a unit");
    for (row, line) in SMALL.replace("\"a, b\"", "a; b").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write(row as u32 + 2, column as u16, cell.replace(';', ",")).expect("a cell");
        }
    }
    let place = Place::new();
    let file = place.file("a.xlsx", book.save_to_buffer().expect("a workbook"));
    place.import(MAPPING, &file).expect("an import");
    assert_eq!(place.rows(&COLUMNS, None), EXPECTED);
}

#[test]
fn json_comes_in_lines_and_in_arrays() {
    let lines = r#"{"number":"B2","size":"大","grams":20,"posted":"2020-01-31T10:20:30+08:00",
        "note":"a, b"}
        {"number":"A1","size":"小","grams":10,"posted":"2020-01-31","note":null}"#;
    let array = format!("\n[ {} ]", lines.replacen("}\n", "},\n", 1));
    for content in [lines.to_owned(), array] {
        let place = Place::new();
        let file = place.file("a.json", content);
        place.import(MAPPING, &file).expect("an import");
        assert_eq!(place.rows(&COLUMNS, None), EXPECTED);
    }
}

#[test]
fn nested_json_is_named_by_its_path() {
    let place = Place::new();
    let mapping = MAPPING
        .replace("from = \"size\"", "from = \"what.size\"")
        .replace("from = \"note\"", "from = \"notes.1.text\"")
        .replace("[mapping]", "[mapping]\nrest = \"drop\"");
    let file = place.file(
        "a.json",
        r#"{"number":"A","what":{"size":"小"},"notes":[{"text":"x"},{"text":"y"}]}"#,
    );
    place.import(&mapping, &file).expect("an import");
    assert_eq!(place.rows(&["number", "size", "note", "grams"], None), ["A|small|y|-"]);
}

#[test]
fn refused_json_imports_again_once_mended() {
    let place = Place::new();
    let file =
        place.file("a.json", r#"{"number":"A","size":"中","grams":1,"posted":"","note":"n"}"#);
    let summary = place.import(MAPPING, &file).expect("an import");
    let path = summary.files[0].quarantine.clone().expect("a quarantine file");
    let content = std::fs::read_to_string(path).expect("readable");
    assert!(content.contains("quarantine_reason"), "{content}");
    let mended = place.file("b.json", content.replace('中', "小"));
    let counts = place.import(MAPPING, &mended).expect("an import").counts;
    assert_eq!((counts.new, counts.quarantined), (1, 0));
}

#[test]
fn a_workbook_with_a_title_and_grouped_columns_is_read() {
    let place = Place::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    sheet.merge_range(0, 0, 0, 4, "A register of parcels", &plain).expect("a title");
    sheet.merge_range(1, 0, 2, 0, "number", &plain).expect("a header");
    sheet.merge_range(1, 1, 1, 2, "parcel", &plain).expect("a header");
    sheet.write(2, 1, "size").expect("a header");
    sheet.write(2, 2, "grams").expect("a header");
    sheet.merge_range(1, 3, 2, 3, "posted", &plain).expect("a header");
    sheet.merge_range(1, 4, 2, 4, "note", &plain).expect("a header");
    sheet.write(3, 0, "B2").expect("a cell");
    sheet.write(3, 1, "大").expect("a cell");
    sheet.write(3, 2, 20).expect("a cell");
    let at = ExcelDateTime::from_ymd(2020, 1, 31).and_then(|d| d.and_hms(10, 20, 30));
    sheet.write_with_format(3, 3, at.expect("a time"), &date).expect("a cell");
    sheet.write(3, 4, "a, b").expect("a cell");
    sheet.write(4, 0, "A1").expect("a cell");
    sheet.write(4, 1, "小").expect("a cell");
    sheet.write(4, 2, 10).expect("a cell");
    let day = ExcelDateTime::from_ymd(2020, 1, 31).expect("a day");
    sheet.write_with_format(4, 3, &day, &date).expect("a cell");
    let content = book.save_to_buffer().expect("a workbook");
    let mapping = MAPPING
        .replace("from = \"size\"", "from = \"parcel/size\"")
        .replace("from = \"grams\"", "from = \"parcel/grams\"");
    let file = place.file("a.xlsx", &content);
    place.import(&mapping, &file).expect("an import");
    assert_eq!(place.rows(&COLUMNS, None), EXPECTED);
    // A value that is not allowed: the refused row comes as plain text and imports again.
    let place = Place::new();
    let strict = mapping.replace("\"大\" = \"large\"", "\"巨\" = \"large\"");
    let file = place.file("a.xlsx", &content);
    let summary = place.import(&strict, &file).expect("an import");
    assert_eq!(summary.counts.quarantined, 1);
    let path = summary.files[0].quarantine.clone().expect("a quarantine file");
    let text = std::fs::read_to_string(path).expect("readable").replace('大', "巨");
    let again = place.file("again.csv", text);
    let counts = place.import(&strict, &again).expect("an import").counts;
    assert_eq!((counts.new, counts.quarantined), (1, 0));
    assert_eq!(place.rows(&COLUMNS, None), EXPECTED);
}

#[test]
fn what_a_lake_wrote_another_takes_as_it_is() {
    let place = Place::new();
    let mapping = format!(
        "{MAPPING}[extras.x_note]\nfrom = \"note\"\n\
         [[stops]]\nkind = \"held\"\nfrom = {{ from = \"posted\" }}\n"
    );
    let file = place.file("a.csv", SMALL);
    place.import(&mapping, &file).expect("an import");
    let columns = [&COLUMNS[..], &["x_note", "precision", "stops"]].concat();
    let rows = place.rows(&columns, None);
    let written = place.lake.dataset_folder("parcel").join("000001.parquet");
    let other = Place::new();
    let summary = import_own_layout(
        &other.lake,
        &other.schema,
        std::slice::from_ref(&written),
        &other.options(5),
    );
    assert_eq!(summary.expect("an import").counts.new, 2);
    assert_eq!(other.rows(&columns, None), rows);
    // Through a mapping the same file is a table like any other.
    let third = Place::new();
    let plain = MAPPING
        .replace("[mapping]", "[mapping]\nrest = \"drop\"")
        .replace("values = { \"小\" = \"small\", \"大\" = \"large\" }", "");
    third.import(&plain, &written).expect("an import");
    assert_eq!(third.rows(&COLUMNS, None), EXPECTED);
}

#[test]
fn text_in_the_datasets_own_layout_needs_no_mapping() {
    let place = Place::new();
    let file =
        place.file("a.csv", "source,number,size,x_colour\nshop,7,large,red\n,8,small,blue\n");
    let summary = import_own_layout(&place.lake, &place.schema, &[file], &place.options(5));
    let counts = summary.expect("an import").counts;
    assert_eq!((counts.new, counts.quarantined), (1, 1));
    assert_eq!(place.rows(&["source", "number", "x_colour"], None), ["shop|7|red"]);
}

#[test]
fn a_record_that_ends_before_it_begins_is_refused() {
    let mapping = format!(
        "{MAPPING}[[stops]]\nkind = \"held\"\nfrom = {{ from = \"from\" }}\n\
         to = {{ from = \"to\" }}\n"
    );
    let place = Place::new();
    let rows = "number,size,grams,posted,note,from,to\n\
        A,小,1,2020-01-01,,2020-01-02 10:00,2020-01-02 09:00\n\
        B,小,1,2020-01-01,,2020-01-02 10:00,2020-01-02\n\
        C,小,1,2020-01-01,,2020-01-02 10:00,2020-01-01\n\
        D,小,1,2020-01-01,,2020-01-02 10:00,\n";
    let summary = place.import(&mapping, &place.file("p.csv", rows)).expect("an import");
    assert_eq!(place.rows(&["number"], None), ["B", "D"]);
    let reason = &summary.files[0].reasons[0];
    assert_eq!(
        (reason.reason.kind_name(), reason.column.as_str(), reason.rows),
        ("ends_first", "to", 2)
    );
}

#[test]
fn day_numbers_of_a_spreadsheet_are_read_by_their_format() {
    let mapping = MAPPING
        .replace("from = \"posted\"", "from = \"posted\"\nformats = [\"excel\", \"%Y-%m-%d\"]");
    let place = Place::new();
    let rows = "number,size,grams,posted,note\nA,小,1,44213.489,\nB,小,1,2021-01-17,\n";
    place.import(&mapping, &place.file("p.csv", rows)).expect("an import");
    assert_eq!(
        place.rows(&["number", "posted"], None),
        ["A|2021-01-17 03:44:10", "B|2021-01-16 16:00:00"]
    );
}

#[test]
fn an_error_in_a_cell_is_refused_with_its_place() {
    let mut book = Workbook::new();
    for (name, bad) in [("一月", "B2"), ("二月", "A1")] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (row, line) in SMALL.replace("\"a, b\"", "a").lines().enumerate() {
            for (column, cell) in line.split(',').enumerate() {
                let (row, column) = (row as u32, column as u16);
                if line.starts_with(bad) && column == 3 {
                    let formula = Formula::new("=NA()").set_result("#N/A");
                    sheet.write(row, column, formula).expect("a cell");
                } else {
                    sheet.write(row, column, cell).expect("a cell");
                }
            }
        }
    }
    let book = book.save_to_buffer().expect("a workbook");
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nsheets = [\"一月\"]");
    let place = Place::new();
    let summary = place.import(&mapping, &place.file("a.xlsx", &book)).expect("an import");
    let file = &summary.files[0];
    assert_eq!((file.counts.new, file.unread_sheets.clone()), (1, vec!["二月".to_owned()]));
    let reason = &file.reasons[0];
    assert_eq!((reason.reason.kind_name(), reason.column.as_str()), ("cell_error", "posted"));
    assert_eq!((reason.rows, reason.sheet.as_deref()), (1, Some("一月")));
    let path = file.quarantine.clone().expect("a quarantine file");
    let content = std::fs::read_to_string(path).expect("readable");
    let told = "sheet `一月`, line 2, posted = #N/A: cell D2 holds an error";
    assert!(content.contains(told), "{content}");

    let place = Place::new();
    let listed = mapping.replace("[mapping]", "[mapping]\nmissing = [\"\", \"#N/A\"]");
    let counts = place.import(&listed, &place.file("a.xlsx", &book)).expect("it").counts;
    assert_eq!((counts.new, counts.quarantined), (2, 0));
    assert_eq!(place.rows(&["number", "posted"], None), ["A1|2020-01-30 16:00:00", "B2|-"]);
}

#[test]
fn a_torn_line_of_json_costs_itself() {
    let line = |n: u32| {
        format!(
            "{{\"number\":\"{n}\",\"size\":\"小\",\"grams\":{n},\"posted\":null,\"note\":\"x\"}}"
        )
    };
    let lines: Vec<String> = (0..50).map(line).collect();
    let torn = |from: usize, text: &str| {
        let mut lines = lines.clone();
        lines[from] = text.to_owned();
        lines.join("\n") + "\n"
    };
    let half = &lines[7][..20];
    let check = |content: String, kind: &str| {
        let place = Place::new();
        let summary = place.import(MAPPING, &place.file("a.jsonl", content)).expect("an import");
        let file = &summary.files[0];
        assert_eq!((file.counts.new, file.counts.quarantined), (49, 1), "{:?}", file.reasons);
        assert_eq!(file.reasons[0].reason.kind_name(), kind);
        let path = file.quarantine.clone().expect("a quarantine file");
        let kept = std::fs::read_to_string(&path).expect("readable");
        let mended = place.file("m.jsonl", format!("{kept}{}\n", line(100)));
        let again = place.import_at(MAPPING, &mended, 2_000).expect("an import");
        assert_eq!((again.counts.new, again.counts.quarantined), (1, 1), "{kept}");
    };
    check(torn(7, half), "no_json");
    check(torn(7, "{\"number\":\"7\",,}"), "no_json");
    check(torn(7, &lines[7][20..]), "no_json");
    check(torn(49, &lines[49][20..]), "no_json");
    // Where the file ends inside a record, nobody knows what else is missing.
    for content in [torn(49, half), torn(49, half).trim_end().to_owned()] {
        let place = Place::new();
        let error = place.import(MAPPING, &place.file("a.jsonl", content)).unwrap_err();
        assert!(error.to_string().contains("cut short"), "{error}");
    }
}

#[test]
fn what_an_expression_leaves_unread_is_told() {
    let mapping = MAPPING.replace(
        "[columns.posted]\nfrom = \"posted\"",
        "[columns.posted]\nexpr = \"if(size == '小', time(posted, '%d.%m.%Y'), null)\"",
    );
    let rows = "number,size,grams,posted,note\nA,小,1,31.01.2020,\nB,小,1,2020-01-31,\n\
        C,小,1,,\nD,小,1,x,\n";
    let place = Place::new();
    let summary = place.import(&mapping, &place.file("p.csv", rows)).expect("an import");
    let told: Vec<(&str, u64, &[u64])> = summary.files[0]
        .unread
        .iter()
        .map(|unread| (unread.column.as_str(), unread.rows, unread.lines.as_slice()))
        .collect();
    assert_eq!(told, [("posted", 2, &[3, 5][..])]);
}

#[test]
fn an_empty_part_of_a_key_may_be_a_value_of_its_own() {
    let mut place = Place::new();
    place.schema = totals();
    let rows = "year,country,parcels\n2020,,7\n2020,NL,3\n,NL,1\n";
    let file = place.file("t.csv", rows);
    let summary =
        import_own_layout(&place.lake, &place.schema, &[file], &place.options(1)).expect("it");
    assert_eq!((summary.counts.new, summary.counts.quarantined), (2, 1));
    assert_eq!(summary.files[0].reasons[0].column, "year");
    assert_eq!(place.rows(&["year", "country", "parcels"], None), ["2020||7", "2020|NL|3"]);
}

#[test]
fn a_date_against_the_order_that_was_said_is_told_as_such() {
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nday_first = true");
    let place = Place::new();
    let rows = "number,size,grams,posted,note\nA,小,1,31/1/2020,\nB,小,1,1/31/2020,\n";
    let summary = place.import(&mapping, &place.file("p.csv", rows)).expect("an import");
    assert_eq!(summary.counts.new, 1);
    assert_eq!(summary.files[0].reasons[0].reason.kind_name(), "other_day_order");
}

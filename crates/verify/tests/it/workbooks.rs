//! The cells of a workbook: what its digest is over, and which row was changed.

use rust_xlsxwriter::{Format, Formula, Workbook};
use trueline_verify::{
    CELL_CHARACTERS, FileVerdict, Language, VerifyOptions, WorkbookCell, WorkbookRow, check_file,
    cut_into_cells, read_workbook, row_marks, workbook_digest,
};

use crate::fixture::Fixture;

fn found(verdict: &FileVerdict, word: &str) -> bool {
    verdict.findings.iter().any(|one| one.says.as_str(Language::English).contains(word))
}

fn check(file: &[u8]) -> FileVerdict {
    check_file(file, "x.xlsx", &VerifyOptions::default())
}

#[test]
fn a_row_s_lines_name_sheet_row_column_kind_and_value() {
    let cell =
        |column, kind, value: &str| WorkbookCell { row: 3, column, kind, value: value.to_owned() };
    let row = WorkbookRow {
        sheet: "a\tb".to_owned(),
        row: 3,
        cells: vec![cell(1, 's', "x\\y\nz\r"), cell(28, 'n', "2.5")],
    };
    let lines = "a\\tb\t3\t1\ts\tx\\\\y\\nz\\r\na\\tb\t3\t28\tn\t2.5\n";
    assert_eq!(row.print_lines(), lines);
    let digest = trueline_ledger::Hash::digest_of(lines.as_bytes()).to_hex();
    assert_eq!(row.digest_mark(), digest[..16]);
    assert_eq!(row_marks(&[row]), format!("a\\tb\t3\t{}\n", &digest[..16]));
}

#[test]
fn a_long_text_is_cut_into_cells() {
    assert_eq!(cut_into_cells(""), [""; 0]);
    assert_eq!(cut_into_cells(&"x".repeat(CELL_CHARACTERS)).len(), 1);
    let parts = cut_into_cells(&"x".repeat(CELL_CHARACTERS + 1));
    assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [CELL_CHARACTERS, 1]);
}

/// A workbook of one sheet of cells and an empty last one.
fn book(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Figures").unwrap());
    book.add_worksheet().set_name("Seal").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn every_kind_of_cell_is_read_and_empty_ones_are_not() {
    let file = book(|sheet| {
        sheet.write_string(0, 0, "text").unwrap();
        sheet.write_number(0, 1, 0.1 + 0.2).unwrap();
        sheet.write_boolean(0, 2, true).unwrap();
        sheet.write_boolean(0, 3, false).unwrap();
        sheet.write_formula(0, 4, Formula::new("=1+1").set_result("2")).unwrap();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(0, 5, 43_831.5, &date).unwrap();
        sheet.write_blank(0, 6, &Format::new().set_bold()).unwrap();
        sheet.write_string(2, 27, "far").unwrap();
    });
    let read = read_workbook(&file).unwrap();
    let cells: Vec<(u32, u32, char, &str)> = read
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .map(|cell| (cell.row, cell.column, cell.kind, cell.value.as_str()))
        .collect();
    assert_eq!(
        cells,
        [
            (1, 1, 's', "text"),
            (1, 2, 'n', "0.3"),
            (1, 3, 'b', "1"),
            (1, 4, 'b', "0"),
            (1, 5, 'f', "1+1"),
            (1, 6, 'n', "43831.5"),
            (3, 28, 's', "far"),
        ]
    );
    assert_eq!(read.rows.len(), 2);
    assert!(read.last.is_empty() && read.disguised.is_empty());
    let (digest, rows) = workbook_digest(&file).unwrap();
    let lines: String = rows.iter().map(WorkbookRow::print_lines).collect();
    assert_eq!(digest, trueline_ledger::Hash::digest_of(lines.as_bytes()));
}

#[test]
fn a_disguised_cell_is_named_by_its_letters() {
    for (column, name) in [(0, "A1"), (25, "Z1"), (26, "AA1"), (701, "ZZ1"), (702, "AAA1")] {
        let file = book(|sheet| {
            let format = Format::new().set_num_format("\"2.00\"");
            sheet.write_number_with_format(0, column, 3.0, &format).unwrap();
        });
        let disguised = read_workbook(&file).unwrap().disguised;
        assert_eq!(disguised.len(), 1);
        assert_eq!((disguised[0].0.as_str(), disguised[0].1.as_str()), ("Figures", name));
    }
}

#[test]
fn what_stands_beside_the_parts_of_the_last_sheet_is_told() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Figures").unwrap();
    let sheet = book.add_worksheet().set_name("Seal").unwrap();
    for (row, text) in ["a note", "EVIDENCE", "one", "two", "SEAL", "three"].iter().enumerate() {
        sheet.write_string(row as u32, 0, *text).unwrap();
    }
    sheet.write_string(2, 1, "beside").unwrap();
    sheet.write_number(9, 0, 7.0).unwrap();
    let read = read_workbook(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(read.join_part("EVIDENCE").as_deref(), Some("onetwo"));
    assert_eq!(read.join_part("SEAL").as_deref(), Some("three"));
    assert_eq!(read.join_part("ROWS"), None);
    let mut beside: Vec<&str> = read.beside.iter().map(|cell| cell.value.as_str()).collect();
    beside.sort_unstable();
    assert_eq!(beside, ["7", "a note", "beside"]);
}

#[test]
fn a_changed_row_is_named_by_its_figure_or_its_place() {
    let fixture = Fixture::new();
    assert!(check(&fixture.xlsx).holds);
    // A share stands in the workbook as a fraction of its percent.
    let verdict = check(&fixture.workbook(&[(2, 1, 0.9)], false));
    assert!(found(
        &verdict,
        "fixed.repair.on_time: sheet Figures, cell B3 says 0.9, which is no value"
    ));
    let verdict = check(&fixture.workbook(&[(2, 5, 1.0)], false));
    assert!(found(&verdict, "fixed.repair.on_time: sheet Figures, row 3 is not what was sealed"));
    let gone = fixture.workbook_with(|sheet| {
        let format = Format::new();
        sheet.write_blank(4, 0, &format).unwrap();
        sheet.write_blank(4, 1, &format).unwrap();
    });
    assert!(found(&check(&gone), "sheet Figures, row 5: it was there and is gone"));
    let more = check(&fixture.workbook(&[(7, 0, 1.0)], false));
    assert!(found(&more, "sheet Figures, row 8: it is not what was sealed"));
    let other = fixture.workbook_with(|sheet| {
        sheet.write_string(1, 0, "fixed.repair.longest_p95").unwrap();
    });
    assert!(found(&check(&other), "fixed.repair.longest_p95: sheet Figures, cell B2 says 3"));
}

#[test]
fn a_workbook_s_verdict_says_what_is_not_sealed() {
    let fixture = Fixture::new();
    let verdict = check(&fixture.xlsx);
    let told = |word: &str| {
        verdict.not_proved.iter().any(|one| one.as_str(Language::English).contains(word))
    };
    assert!(told("number formats, widths, hidden rows, charts and drawings: not sealed"));
    assert!(!told("other text on the last sheet"));
    assert!(
        verdict
            .remarks
            .iter()
            .any(|one| one.as_str(Language::English).contains("checked cell by cell"))
    );
    let changed = check(&fixture.workbook(&[(1, 1, 2.5)], false));
    assert!(
        !changed
            .remarks
            .iter()
            .any(|one| one.as_str(Language::English).contains("checked cell by cell"))
    );
}

//! The workbook as a whole: its cover and words, both languages, and how it prints.

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _};

use super::expected::open;
use super::full_report::full;
use crate::systems::reports::model::Language;
use crate::systems::reports::view;
use crate::systems::reports::xlsx::render_xlsx;

#[test]
fn the_words_of_the_report_are_in_the_workbook() {
    for (language, sheets) in
        [(Language::Chinese, ["文字说明", "比较"]), (Language::English, ["Text", "Comparison"])]
    {
        let report = full(language);
        let mut book = open(&report);
        let range = book.worksheet_range(sheets[0]).unwrap();
        let written: Vec<String> =
            range.rows().skip(1).map(|row| row.last().unwrap().to_string()).collect();
        for part in &report.narrative {
            for said in crate::systems::reports::tests::sentences(&part.blocks) {
                assert!(written.iter().any(|text| text.contains(&said)), "{said}");
            }
        }
        let range = book.worksheet_range(sheets[1]).unwrap();
        let written: Vec<String> = range.rows().skip(1).map(|row| row[0].to_string()).collect();
        assert_eq!(written, view::list_comparison_sentences(&report));
    }
}

/// Both languages have the same sheets, columns and numbers; only the words differ.
#[test]
fn the_english_workbook_has_the_same_numbers() {
    let (mut zh, mut en) = (open(&full(Language::Chinese)), open(&full(Language::English)));
    let (chinese, english) = (zh.sheet_names(), en.sheet_names());
    assert_eq!(chinese.len(), english.len());
    for (chinese, english) in chinese.iter().zip(&english).skip(1) {
        assert!(english.is_ascii(), "{english}");
        if english == "Text" || english == "Comparison" {
            continue;
        }
        let (zh, en) = (zh.worksheet_range(chinese).unwrap(), en.worksheet_range(english).unwrap());
        assert_eq!(zh.get_size(), en.get_size(), "{english}");
        for (zh, en) in zh.rows().zip(en.rows()).flat_map(|(zh, en)| zh.iter().zip(en)) {
            match (zh, en) {
                (Data::String(_), Data::String(_)) | (Data::Empty, Data::Empty) => {}
                // The charts of the two fixtures are drawn from different numbers.
                (Data::Float(_), Data::Float(_)) if english == "Chart data" => {}
                (zh, en) => assert_eq!(zh, en, "{english}"),
            }
        }
        for head in en.rows().next().unwrap() {
            assert!(head.to_string().is_ascii(), "{english}: {head}");
        }
    }
}

#[test]
fn the_cover_says_whose_report_it_is_with_dates_as_dates() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    let range = book.worksheet_range("封面").unwrap();
    let said = |label: &str| {
        let row = range.rows().find(|row| row[0] == *label).unwrap();
        row[1].clone()
    };
    assert_eq!(range.get_value((1, 0)).unwrap().to_string(), report.title());
    assert!(range.get_value((2, 0)).unwrap().to_string().contains("模拟数据"));
    for (label, text) in [
        ("企业", &report.company.name),
        ("统计期", &report.period.title),
        ("报送单位", &report.filing.addressee),
        ("逾期原因", report.filing.late_reason.as_ref().unwrap()),
        ("受理投诉电话", report.company.complaint_phone.as_ref().unwrap()),
    ] {
        assert_eq!(said(label).to_string(), *text, "{label}");
    }
    for (label, day) in [
        ("自", &report.period.from),
        ("至", &report.period.to),
        ("报告日期", &report.filing.date),
        ("应报日期", report.filing.due.as_ref().unwrap()),
    ] {
        let Data::DateTime(date) = said(label) else {
            panic!("{label} is no date: {:?}", said(label));
        };
        let (year, month, dom, ..) = date.to_ymd_hms_milli();
        assert_eq!(format!("{year}-{month:02}-{dom:02}"), *day, "{label}");
    }
    // Every other sheet is named in the contents.
    for name in book.sheet_names().iter().skip(1) {
        assert!(range.rows().any(|row| row[1].to_string() == *name), "{name}");
    }
}

/// A part of the package as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    package.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn every_printed_page_names_the_report_and_that_it_is_simulated() {
    let mut report = full(Language::Chinese);
    report.company.name = "A&B".repeat(80);
    for simulated in [true, false] {
        report.simulated = simulated;
        let bytes = render_xlsx(&report, None).unwrap();
        for sheet in 1..=open(&report).sheet_names().len() {
            let xml = part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
            let header = xml.split("<oddHeader>").nth(1).unwrap().split('<').next().unwrap();
            assert!(header.contains("A&amp;&amp;B"), "sheet {sheet}: {header}");
            assert!(header.contains("2020年上半年"), "sheet {sheet}: {header}");
            assert_eq!(header.contains("模拟数据"), simulated, "sheet {sheet}: {header}");
            assert!(xml.contains("<oddFooter>"), "sheet {sheet}");
            if sheet > 1 {
                assert!(xml.contains("state=\"frozen\""), "sheet {sheet} does not hold its head");
            }
        }
        let names = part(&bytes, "xl/workbook.xml");
        let titles = names.matches("_xlnm.Print_Titles").count();
        assert_eq!(titles, open(&report).sheet_names().len() - 1);
    }
}

#[test]
fn a_share_is_shown_in_percent_with_the_rounding_of_its_indicator() {
    let report = full(Language::Chinese);
    let bytes = render_xlsx(&report, None).unwrap();
    let styles = part(&bytes, "xl/styles.xml");
    let formats: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").collect();
    let attribute = |text: &str, name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let place = report.groups.iter().position(|group| group.id == "complaint").unwrap();
    let group = &report.groups[place];
    let row = group.lines.iter().position(|line| line.figure.printed == "88.14").unwrap();
    let xml = part(&bytes, &format!("xl/worksheets/sheet{}.xml", place + 2));
    let shown = |cell: &str| {
        let cell = xml.split(&format!("<c r=\"{cell}\"")).nth(1).unwrap();
        let style: usize = attribute(cell, "s").parse().unwrap();
        let id = attribute(formats[style + 1], "numFmtId");
        if id == "10" {
            return "0.00%".to_owned();
        }
        let format = styles.split(&format!("<numFmt numFmtId=\"{id}\"")).nth(1).unwrap();
        attribute(format, "formatCode")
    };
    assert_eq!(shown(&format!("C{}", row + 2)), "0.00%");
    assert!(shown(&format!("L{}", row + 2)).contains("个百分点"));
}

#[test]
fn an_empty_report_still_has_every_sheet() {
    let mut report = full(Language::English);
    report.slices.clear();
    report.charts.clear();
    report.narrative.clear();
    report.not_from_records.clear();
    report.data.findings.clear();
    for line in report.groups.iter_mut().flat_map(|group| &mut group.lines) {
        line.figure.limits.clear();
        line.figure.open = None;
    }
    let mut book = open(&report);
    for (name, says) in [
        ("Slices", "none"),
        ("Limits", "none"),
        ("Still open at the end", "none"),
        ("Chart data", "no data"),
        ("Text", "No text was submitted for this period."),
        ("Numbers not from records", "Every number in the text is computed from records."),
        ("Quality findings", "Nothing was found wrong with the records."),
    ] {
        let range = book.worksheet_range(name).unwrap();
        assert_eq!(range.get_value((1, 0)).unwrap().to_string(), says, "{name}");
    }
}

#[test]
fn groups_of_the_same_name_and_texts_like_formulas_do_no_harm() {
    let mut report = full(Language::Chinese);
    let long = "很长的名称".repeat(40);
    for group in &mut report.groups {
        group.title.clone_from(&long);
        group.lines[0].title = "=1+1".into();
    }
    report.company.name.clone_from(&long);
    let bytes = render_xlsx(&report, None).unwrap();
    assert!(bytes == render_xlsx(&report, None).unwrap(), "the bytes differ");
    let mut book = open(&report);
    let first = book.sheet_names()[1].clone();
    let sheet = book.worksheet_range(&first).unwrap();
    assert_eq!(sheet.get_value((1, 0)).unwrap().to_string(), "=1+1");
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
}

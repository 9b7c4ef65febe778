//! Your own report in ten minutes: a small provider's ticket export, in a layout that no shipped
//! mapping knows, from an empty folder to a report, as `docs/own-report.md` tells it.

use std::fs;

use crate::program::{Folder, trueline};
use serde_json::Value;

/// Fault repairs and installations of half a year: day-first dates apart from their times, in
/// GB18030, with what nobody should import. Says what the figures must be.
struct Export {
    csv: Vec<u8>,
    repairs: u64,
    repair_seconds: u64,
}

const HEADER: &str = "服务单流水,产品名称,业务类型,城乡标识,客户姓名,联系电话,装机地址,\
    受理日期,受理时刻,竣工日期,竣工时刻,挂起时间,解挂时间,挂起原因,回访满意度,处理备注";

fn export() -> Export {
    let mut csv = format!("{HEADER}\r\n");
    let (mut repairs, mut repair_seconds) = (0, 0);
    for row in 0..900_u64 {
        let (month, day) = (1 + row % 6, 1 + row % 27);
        let (hour, minute) = (8 + row % 9, row * 7 % 60);
        let kind = if row % 3 == 0 { "新装" } else { "障碍" };
        // Ends the same day, between one and four hours and a bit after it began.
        let (hours, minutes) = (1 + row % 4, row * 13 % 60);
        let end = hour * 60 + minute + hours * 60 + minutes;
        let date = format!("{day:02}/{month:02}/2020");
        let paused = if row % 50 == 1 { 30 } else { 0 };
        let pause = if paused > 0 {
            let from = hour * 60 + minute + 10;
            let to = from + paused;
            let time = |at: u64| format!("{date} {:02}:{:02}", at / 60, at % 60);
            format!("{},{},用户原因", time(from), time(to))
        } else {
            ",,".to_owned()
        };
        if kind == "障碍" {
            repairs += 1;
            repair_seconds += (hours * 60 + minutes - paused) * 60;
        }
        let area = if row % 5 == 0 { "农村" } else { "城市" };
        let said = ["满意", "不满意", "", "一般"][(row % 4) as usize];
        csv += &format!(
            "FW2020{row:06},宽带,{kind},{area},王小{},138{:08},太原市小店区平阳路{row}号,\
             {date},{hour:02}:{minute:02},{date},{:02}:{:02},{pause},{said},已联系用户\r\n",
            ["明", "红", "刚", "丽"][(row % 4) as usize],
            13_000_000 + row * 37,
            end / 60,
            end % 60,
        );
    }
    let (bytes, _, lost) = encoding_rs::GB18030.encode(&csv);
    assert!(!lost, "GB18030 holds every character");
    Export { csv: bytes.into_owned(), repairs, repair_seconds }
}

#[test]
fn a_stranger_s_export_becomes_a_report() {
    let folder = Folder::new();
    let dir = folder.path("own");
    let file = folder.path("服务单.csv");
    let export = export();
    fs::write(&file, &export.csv).expect("written");

    trueline(&["init", &dir, "--pack", "cn-miit"]).done();
    let mapping = format!("{dir}/mappings/own.toml");
    trueline(&["--dir", &dir, "mapping", "suggest", &file, "--out", &mapping]).done();
    let draft = fs::read_to_string(&mapping).expect("the draft");
    for private in ["王小明", "13813000037", "平阳路1号", "已联系用户"] {
        assert!(!draft.contains(private), "{private} stands in the draft");
    }

    let summary =
        trueline(&["--dir", &dir, "import", "case", &file, "--mapping", "own", "--format", "json"])
            .done();
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let count = |what: &str| summary[0][what].as_u64().expect("a count");
    assert_eq!((count("read"), count("accepted"), count("quarantined")), (900, 900, 0));

    let figures = trueline(&["--dir", &dir, "indicators", "--period", "2020H1"])
        .args(["--format", "json", "--indicator", "broadband.repair"])
        .done();
    let rows: Vec<Value> = serde_json::from_str(&figures).expect("JSON");
    let mean = rows
        .iter()
        .find(|row| {
            row["statistic"] == "mean"
                && row["slice"].as_object().is_some_and(serde_json::Map::is_empty)
        })
        .expect("the mean of all repairs");
    assert_eq!(mean["n"].as_u64(), Some(export.repairs));
    assert_eq!(mean["sum"].as_u64(), Some(export.repair_seconds));

    let (pdf, html) = (folder.path("report.pdf"), folder.path("report.html"));
    trueline(&["--dir", &dir, "report", "--period", "2020H1", "--out", &pdf, &html]).done();
    let bytes = fs::read(&pdf).expect("the report");
    assert!(bytes.starts_with(b"%PDF") && bytes.len() > 10_000);
    let page = fs::read_to_string(&html).expect("the page");
    assert!(page.contains(mean["printed"].as_str().expect("a text")), "the mean is on the page");
}

#[test]
fn nothing_private_from_the_export_reaches_the_lake() {
    let folder = Folder::new();
    let dir = folder.path("own");
    let file = folder.path("export.csv");
    fs::write(&file, export().csv).expect("written");
    trueline(&["init", &dir]).done();
    let mapping = folder.path("draft.toml");
    trueline(&["mapping", "suggest", &file, "--out", &mapping]).done();
    trueline(&["--dir", &dir, "import", "case", &file, "--mapping", &mapping]).done();
    let cases = trueline(&["--dir", &dir, "cases", "--period", "2020H1", "--format", "json"])
        .args(["--indicator", "broadband.repair", "--limit", "0"])
        .done();
    for private in ["王小", "138130", "平阳路", "已联系用户"] {
        assert!(!cases.contains(private), "{private} came through");
    }
}

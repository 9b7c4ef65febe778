//! Reports from records in memory: the figures, what stands beside them, and every format.

use trueline_figures::Period;

use super::{
    AssembleError, ReportBasis, ReportFigures, ReportParts, assemble_report, compute_report_figures,
};
use crate::program::datasets;
use crate::systems::cases::CASE;
use crate::systems::indicators::tables::build_batch;
use crate::systems::indicators::{MemoryRecords, Pack, load_pack};
use crate::systems::reports::charts::ChartBody;
use crate::systems::reports::model::{
    DataNote, FigureChange, Language, QualityReport, ReportedStatus,
};
use crate::systems::reports::{ReportSettings, docx, html, json, pdf, xlsx};

/// Repairs in two prefectures and two half-years; one is still open at the end.
const CASES: [&str; 8] = [
    "kind | service | region | accepted | resolved",
    "repair | broadband | 140100 | 2019-11-01T00:00 | 2019-11-01T06:00",
    "repair | broadband | 140100 | 2020-05-01T00:00 | 2020-05-01T01:00",
    "repair | broadband | 140105 | 2020-05-31T23:00 | 2020-06-01T00:00",
    "repair | broadband | 140106 | 2020-05-01T00:00 | 2020-05-01T01:00",
    "repair | broadband | 141100 | 2020-05-01T00:00 | 2020-05-01T05:00",
    "repair | broadband | 141100 | 2020-06-30T12:00 |",
    "repair | mobile | 141100 | 2020-06-01T00:00 | 2020-06-01T03:00",
];

fn pack() -> Pack {
    load_pack("cn-miit", &[], &datasets()).unwrap()
}

fn material(pack: &Pack, records: &MemoryRecords) -> ReportFigures {
    let zone = pack.zone.rules().clone();
    compute_report_figures(pack, &Period::parse("2020H1", &zone).unwrap(), records).unwrap()
}

fn records(pack: &Pack) -> MemoryRecords {
    let mut records = MemoryRecords::default();
    let cases = build_batch(CASE, &CASES, pack.zone.name()).unwrap();
    records.batches.insert(CASE, vec![cases]);
    records
}

fn settings() -> ReportSettings {
    ReportSettings {
        company: "示例电信".into(),
        short_name: "示例".into(),
        region: "山西省".into(),
        addressee: "山西省通信管理局".into(),
        ..ReportSettings::default()
    }
}

fn report(pack: &Pack, material: &ReportFigures, language: Language, words: &str) -> QualityReport {
    assemble_report(ReportParts {
        basis: ReportBasis { pack, language, material },
        settings: &settings(),
        data: DataNote::default(),
        lags: &[],
        correction: None,
        narrative: Some(("words.md", words)),
        as_of: None,
    })
    .unwrap()
}

/// The page. Also checks that every quick format renders and gives the same bytes twice.
fn rendered(report: &QualityReport) -> String {
    assert!(xlsx::render_xlsx(report, None).unwrap() == xlsx::render_xlsx(report, None).unwrap());
    assert!(docx::render_docx(report).unwrap() == docx::render_docx(report).unwrap());
    json::render_json(report, None).unwrap();
    String::from_utf8(html::render_html(report, None, None).unwrap()).unwrap()
}

#[test]
fn a_report_follows_from_records_in_memory() {
    let pack = pack();
    let material = material(&pack, &records(&pack));
    let words = "# 电信服务质量状况\n\n宽带修复{{broadband.repair.mean}}，吕梁\
                 {{broadband.repair.mean[prefecture=141100]}}。\n";
    let report = report(&pack, &material, Language::Chinese, words);
    let line = report.lines().find(|line| line.id() == "broadband.repair.mean").unwrap();
    assert_eq!((line.figure.printed.as_str(), line.figure.n), ("2.00", 4));
    assert_eq!(line.figure.open.unwrap().n, 1);
    assert_eq!(line.previous.as_ref().unwrap().printed, "6.00");
    let Some(FigureChange::Difference { printed, .. }) = &line.change else {
        panic!("no change: {:?}", line.change);
    };
    assert_eq!(printed, "−4.00");
    let sliced = |region: &str| {
        let mut rows = report.slices.iter().filter(|row| {
            let only = row.slice.len() == 1;
            only && row.slice.get("prefecture").is_some_and(|code| code == region)
        });
        rows.find(|row| row.indicator == "broadband.repair" && row.statistic == "mean")
    };
    assert_eq!(sliced("140100").unwrap().printed, "1.00");
    assert_eq!(sliced("141100").unwrap().printed, "5.00");
    let regions = report.charts.iter().find_map(|chart| match &chart.body {
        ChartBody::Regions { rows, .. } if chart.group == "broadband" => Some(rows),
        ChartBody::Regions { .. } | ChartBody::Trend { .. } | ChartBody::Distribution { .. } => {
            None
        }
    });
    let names: Vec<&str> = regions.unwrap().iter().map(|row| row.name.as_str()).collect();
    assert!(names.contains(&"吕梁") && names.contains(&"太原"), "{names:?}");
    assert_eq!(report.filing.date, "2020-07-15");
    let page = rendered(&report);
    assert!(page.contains("宽带修复"));
    assert!(page.contains("5.00小时"), "the slice in the words");
    pdf::render_pdf(&report, None, None).unwrap();
}

#[test]
fn parts_are_numbered_without_gaps_when_the_company_has_no_text() {
    let pack = pack();
    let material = material(&pack, &records(&pack));
    let words = "# State of service quality\n\n## One\n\nWords.\n";
    let page = rendered(&report(&pack, &material, Language::English, words));
    for heading in
        ["1  State of service quality", "1.1  One", "2  Main service indicators", "2.1  "]
    {
        assert!(page.contains(heading), "{heading}");
    }
    assert!(!page.contains("3.1  "), "a part of a part that is not there");
}

#[test]
fn no_records_are_neither_zero_nor_a_hundred_percent() {
    let pack = pack();
    let material = material(&pack, &MemoryRecords::default());
    for language in [Language::Chinese, Language::English] {
        let report = report(&pack, &material, language, "");
        assert!(report.previous.is_none());
        for line in report.lines() {
            assert_ne!(line.figure.status, ReportedStatus::Published, "{}", line.id());
            if line.figure.value.is_none() {
                assert_eq!(line.figure.printed, "—", "{}", line.id());
            } else {
                // A count of none is a count.
                assert_eq!(line.figure.printed, "0", "{}", line.id());
            }
        }
        let page = rendered(&report);
        assert!(!page.contains(">100<"), "a hundred percent of nothing");
        if language == Language::English {
            pdf::render_pdf(&report, None, None).unwrap();
        }
    }
}

#[test]
fn a_late_report_needs_a_reason() {
    let pack = pack();
    let material = material(&pack, &MemoryRecords::default());
    let late = ReportSettings { date: Some("2020-08-01".into()), ..settings() };
    let assembly = |settings| ReportParts {
        basis: ReportBasis { pack: &pack, language: Language::Chinese, material: &material },
        settings,
        data: DataNote::default(),
        lags: &[],
        correction: None,
        narrative: None,
        as_of: None,
    };
    assert!(matches!(assemble_report(assembly(&late)), Err(AssembleError::Filing(_))));
    let said = ReportSettings { late_reason: Some("系统迁移".into()), ..late.clone() };
    let report = assemble_report(assembly(&said)).unwrap();
    assert_eq!(report.filing.late_reason.as_deref(), Some("系统迁移"));
}

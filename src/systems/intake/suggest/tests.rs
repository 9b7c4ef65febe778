//! Drafts of mappings for files in many layouts, parsed and checked.

use std::io::Write as _;

use trueline_lake::{ImportOptions, ImportSummary, Lake, Mapping, import_through_mapping};
use trueline_language::Language;

use super::*;
use crate::systems::cases::CASE;

/// Writes a file, drafts its mapping, and checks that the file imports by the draft.
fn suggest_draft(name: &str, bytes: &[u8]) -> (String, Suggestion) {
    let (text, suggestion, _) = import_draft(name, bytes);
    (text, suggestion)
}

fn import_draft(name: &str, bytes: &[u8]) -> (String, Suggestion, ImportSummary) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::File::create(&path).expect("a file").write_all(bytes).expect("written");
    let suggestion = suggest_mapping(&path, &CASE.schema()).expect("readable");
    let text = suggestion.draft.render_toml(Language::English);
    let mapping = Mapping::parse("draft", &text, &CASE.schema());
    let mapping = mapping.unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
    assert_eq!(format!("{:?}", mapping.rest), "Refuse", "the draft names every column\n{text}");
    let lake = Lake::create(&folder.path().join("lake")).expect("a lake");
    let mut options = ImportOptions::new(0, folder.path().join("quarantine"));
    options.pseudonym_key = Some(b"a key");
    let summary = import_through_mapping(&lake, &CASE.schema(), &[path], &mapping, &options);
    let summary = summary.unwrap_or_else(|error| panic!("{error}\n{text}"));
    (text, suggestion, summary)
}

fn encode_gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// A work-order export with day-first dates, split into date and time.
fn write_orders() -> String {
    let mut csv = String::from(
        "工单编号,业务类型,区县,城乡,联系人,联系电话,装机地址,受理日期,受理时刻,竣工日期,竣工时刻,\
         挂起时间,解挂时间,挂起原因,回访满意度,备注\r\n",
    );
    for row in 0..60 {
        let day = 1 + row % 28;
        let later = 1 + (row + 1) % 28;
        let kind = ["装机", "移机", "修障"][row % 3];
        let area = ["城市", "农村"][row % 2];
        let said = ["满意", "不满意", ""][row % 3];
        let pause = if row % 10 == 0 {
            format!("{day:02}/05/2020 10:00,{day:02}/05/2020 18:00,用户原因")
        } else {
            ",,".to_owned()
        };
        csv += &format!(
            "GD{row:06},{kind},小店区,{area},王小{name},1380013{row:04},\
             太原市小店区平阳路{row}号,{day:02}/05/2020,09:{minute:02},{later:02}/06/2020,16:30,\
             {pause},{said},\r\n",
            name = ["明", "红", "刚", "丽"][row % 4],
            minute = row % 60,
        );
    }
    csv
}

#[test]
fn a_gb18030_export_with_split_day_first_dates_gets_a_mapping_that_parses() {
    let (text, suggestion) = suggest_draft("工单.csv", &encode_gb18030(&write_orders()));
    let has = |line: &str| assert!(text.contains(line), "{line} is not in\n{text}");
    has("day_first = true");
    has("[columns.source_key]\nfrom = \"工单编号\"");
    has("[columns.accepted]\ndate = \"受理日期\"\ntime = \"受理时刻\"");
    has("[columns.resolved]\ndate = \"竣工日期\"\ntime = \"竣工时刻\"");
    has("from = { from = \"挂起时间\" }");
    has("to = { from = \"解挂时间\" }");
    has("\"装机\" = \"install\" # × 20");
    has("\"不满意\" = \"dissatisfied\" # × 20");
    has("\"农村\" = \"rural\" # × 30");
    has("drop = [\"联系人\", \"联系电话\", \"装机地址\", \"备注\"]");
    assert!(!text.contains("王小明"), "no name stands in the draft");
    assert!(!text.contains("13800130001"), "no number stands in the draft");
    assert_eq!(suggestion.rows, 60);
}

#[test]
fn dates_that_no_row_decides_are_asked_about() {
    let csv = "id,opened_at,resolved_at\n1,03/04/2020 10:00,05/04/2020 11:00\n\
               2,04/05/2020 10:00,06/05/2020 12:00\n";
    let (text, suggestion) = suggest_draft("t.csv", csv.as_bytes());
    assert!(text.contains("0 can only be day first, 0 only month first, 4 fit both"), "{text}");
    let asked = suggestion
        .draft
        .open_questions()
        .iter()
        .any(|question| question.as_str(Language::English).contains("day first"));
    assert!(asked, "{:?}", suggestion.draft.open_questions());
}

#[test]
fn month_first_dates_are_told_from_day_first_ones() {
    let csv = "id,opened_at,resolved_at\n1,12/31/2020 10:00,01/02/2021 11:00\n\
               2,04/05/2020 10:00,06/05/2020 12:00\n";
    let (text, _) = suggest_draft("t.csv", csv.as_bytes());
    assert!(text.contains("day_first = false"), "{text}");
}

#[test]
fn rows_that_share_a_number_are_events() {
    let mut csv = String::from("number,state,made_sla,sys_mod_count,opened_at,resolved_at\n");
    for case in 0..30 {
        for step in 0..3 {
            let sla = step < 2;
            csv += &format!(
                "INC{case},S{step},{sla},{step},2020-01-02 10:00:00,2020-01-03 11:00:00\n"
            );
        }
    }
    let (text, suggestion) = suggest_draft("t.csv", csv.as_bytes());
    assert!(text.contains("[events]\nkey = \"number\"\norder = \"sys_mod_count\""), "{text}");
    let flips: Vec<&str> = suggestion
        .findings
        .iter()
        .filter(|finding| finding.kind.code() == "flag_flips")
        .map(|finding| finding.column.as_str())
        .collect();
    assert_eq!(flips, ["made_sla"]);
}

#[test]
fn moments_without_a_telling_name_are_placed_by_their_order() {
    let mut csv = String::from("ticket,t1,t2\n");
    for row in 1..30 {
        csv += &format!("A{row},2020-03-{row:02} 08:00:00,2020-03-{row:02} 17:30:00\n");
    }
    let (text, _) = suggest_draft("t.csv", csv.as_bytes());
    assert!(text.contains("[columns.accepted]\nfrom = \"t1\""), "{text}");
    assert!(text.contains("[columns.resolved]\nfrom = \"t2\""), "{text}");
    assert!(text.contains("a guess from the order of the moments"), "{text}");
}

#[test]
fn a_file_with_nothing_familiar_still_gets_a_mapping_that_parses() {
    let (text, suggestion) = suggest_draft("odd.csv", b"a\tb\n1\tx\n1\ty\n");
    assert!(text.contains("line = true"), "{text}");
    assert!(
        suggestion.draft.open_questions().len() >= 3,
        "{:?}",
        suggestion.draft.open_questions()
    );
}

#[test]
fn hostile_headers_and_values_cannot_break_out_of_the_draft() {
    let csv = "id,\"a\"\"\n[mapping]\",\"x = 1 # y\"\n1,\"\"\"]\n[drop]\",\u{1}\n2,b,c\n";
    let (text, _) = suggest_draft("t.csv", csv.as_bytes());
    assert_eq!(text.matches("\n[mapping]").count(), 1, "{text}");
}

#[test]
fn a_column_named_for_a_moment_is_one_though_some_of_its_cells_are_mistyped() {
    let csv = "工单编号,受理/时间,完成日期\n1,2020-01-30 08:00,3/4/2020\n2,43861.5,30/4/2020\n\
               3,2020-13-01,4/5/2020\n4,2020-02-01 09:30,5/6/2020\n5,2020-02-01,6/6/2020\n";
    let (text, _) = suggest_draft("登记表.csv", csv.as_bytes());
    assert!(text.contains("[columns.accepted]\nfrom = \"受理/时间\""), "{text}");
    assert!(text.contains("[columns.resolved]\nfrom = \"完成日期\""), "{text}");
}

#[test]
fn repeated_whole_rows_are_not_events() {
    let rows: String = (0..20)
        .map(|row| format!("G{},2020-01-{:02} 08:00,障碍\n", row % 10, row % 10 + 1))
        .collect();
    let (text, _) =
        suggest_draft("twice.csv", format!("工单编号,受理时间,类型\n{rows}").as_bytes());
    assert!(!text.contains("[events]"), "{text}");
    let events = rows.replacen("障碍", "移机", 1);
    let (text, _) =
        suggest_draft("events.csv", format!("工单编号,受理时间,类型\n{events}").as_bytes());
    assert!(text.contains("[events]"), "{text}");
}

#[test]
fn a_draft_for_sparse_events_imports_all_of_them() {
    let mut lines = String::new();
    for case in 0..40 {
        for (step, more) in [
            (1, r#""kind":"fault","region":"R1","#),
            (2, r#""state":"open","#),
            (3, r#""state":"done","#),
        ] {
            lines += &format!(
                "{{\"ticket\":\"T{case}\",{more}\"seq\":{step},\"at\":\"2022-01-0{step}T10:00:00Z\"}}\n"
            );
        }
    }
    let (text, _, summary) = import_draft("log.jsonl", lines.as_bytes());
    let counts = summary.counts;
    assert_eq!((counts.read, counts.quarantined, counts.cases), (120, 0, 40), "{text}");
}

#[test]
fn a_reason_for_pauses_without_their_start_is_named_all_the_same() {
    let mut csv = String::from("工单编号,受理时间,竣工时间,挂起原因,挂起申请人,时刻\n");
    for row in 1..40 {
        csv += &format!("GD{row:04},2020-03-01 08:00:00,2020-03-02 08:00:00,用户,李四,10:20\n");
    }
    let (_, _, summary) = import_draft("工单.csv", csv.as_bytes());
    assert_eq!(summary.counts.quarantined, 0);
}

#[test]
fn a_detected_encoding_is_stated_and_a_guessed_one_is_asked_about() {
    let (text, _) = suggest_draft("工单.csv", &encode_gb18030(&write_orders()));
    assert!(text.contains("encoding = \"gb18030\""), "{text}");
    let csv = "id,city\n1,M\u{fc}nchen\n2,K\u{f6}ln\n";
    let bytes = encoding_rs::WINDOWS_1252.encode(csv).0.into_owned();
    let (text, suggestion) = suggest_draft("cities.csv", &bytes);
    assert!(text.contains("encoding = \"windows-1252\"") && text.contains("München"), "{text}");
    let asked = suggestion
        .draft
        .open_questions()
        .iter()
        .any(|text| text.as_str(Language::English).contains("encoding"));
    assert!(asked, "{text}");
}

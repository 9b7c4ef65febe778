//! `trueline cases`: the cases behind a figure, each with its clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::arguments::CasesArguments;
use super::indicators::open_inquiry;
use super::place::InstanceFolders;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::systems::cases::{self, CaseLine, CaseOutcome, CaseSelection, case_to_json};
use crate::systems::indicators::format_span;

pub(super) fn run_cases(
    asked: &CasesArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let program = place.open_instance()?;
    let inquiry = open_inquiry(&program.state, &asked.question, &asked.filter)?;
    let which = if asked.late { CaseSelection::Late } else { CaseSelection::All };
    let list = cases::list_cases(
        &inquiry.pack,
        &asked.indicator,
        &inquiry.question,
        which,
        &inquiry.lake_records(),
    )?;
    let most = if asked.limit == 0 { usize::MAX } else { asked.limit };
    let zone = inquiry.pack.zone.rules();
    let shown = &list.lines[..list.lines.len().min(most)];
    let json: Vec<Value> = shown.iter().map(|case| case_to_json(case, zone)).collect();
    build_case_table(shown, zone, language).print_as(asked.format, &Value::Array(json))?;
    if asked.format == OutputFormat::Table {
        let (chinese, english) = (
            format!("共 {} 件，列出 {} 件", list.total, shown.len()),
            format!("{} of {} cases", shown.len(), list.total),
        );
        println!("{}", language.pick(chinese, english));
    }
    Ok(())
}

fn build_case_table(cases: &[CaseLine], zone: &TimeZone, language: Language) -> TextTable {
    let left = |chinese, english| (language.pick(chinese, english), Align::Left);
    let right = |chinese, english| (language.pick(chinese, english), Align::Right);
    let mut table = TextTable::new(&[
        left("工单", "case"),
        left("区域", "region"),
        left("城乡", "area"),
        left("处置", "outcome"),
        left("起", "start"),
        left("止", "stop"),
        right("历时", "elapsed"),
        right("扣除", "subtracted"),
        left("应完成", "due"),
        right("超时", "late by"),
        left("限值", "limit"),
    ]);
    for case in cases {
        let subtracted = match (case.without_pauses, case.value) {
            (Some(all), Some(value)) if all > value => format_span(all - value),
            _ => String::new(),
        };
        let late = case.late_by.filter(|late| *late > 0);
        let limit = match (&case.limit, &case.limit_by) {
            (Some(limit), Some(by)) => format!("{limit} ({by})"),
            _ => String::new(),
        };
        table.add_row(vec![
            case.id.clone(),
            format_column(case, "region"),
            format_column(case, "area"),
            describe_outcome(case, language),
            format_zoned_moment(case.start, zone),
            format_zoned_moment(case.stop, zone),
            case.value.map_or(String::new(), format_span),
            subtracted,
            format_zoned_moment(case.due, zone),
            late.map_or(String::new(), format_span),
            limit,
        ]);
    }
    table
}

fn format_column(case: &CaseLine, name: &str) -> String {
    let found = case.columns.iter().find(|(column, _)| column == name);
    found.map_or(String::new(), |(_, value)| value.clone())
}

fn describe_outcome(case: &CaseLine, language: Language) -> String {
    match &case.outcome {
        CaseOutcome::Counted => language.pick("计入", "counted").to_owned(),
        CaseOutcome::Excluded { reason, is_approved } => {
            let word = language.pick("排除", "excluded");
            let open = if *is_approved {
                ""
            } else {
                language.pick("（无审批）", " (nobody approved)")
            };
            format!("{word}: {reason}{open}")
        }
        CaseOutcome::Unmeasurable => language.pick("无法计时", "unmeasurable").to_owned(),
        CaseOutcome::Open => language.pick("未完", "open").to_owned(),
    }
}

/// The moment on the clock of the pack's zone.
fn format_zoned_moment(seconds: Option<i64>, zone: &TimeZone) -> String {
    let Some(moment) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) else {
        return String::new();
    };
    zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

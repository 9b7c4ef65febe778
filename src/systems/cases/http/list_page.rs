//! The cases behind a figure, each with a picture of its clock.

use axum::Json;
use axum::response::{Html, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{Value, context};

use super::names::describe_outcome;
use super::query::{CaseQuery, offer_choices};
use crate::language::Language;
use crate::systems::cases::{CaseLine, CaseList, CaseOutcome, case_to_json, list_cases};
use crate::systems::indicators::http::names::{NOTHING, indicator_title, value_label};
use crate::systems::indicators::http::{Console, PageQuery, form, link_to_figures};
use crate::systems::indicators::{FigureQuestion, Indicator, LakeRecords, format_span};
use crate::web::query::encoded;
use crate::web::{Refusal, csv};

/// How many cases one page shows.
const PAGE: usize = 100;

pub(super) fn render_cases(console: &Console, query: &CaseQuery) -> Result<Html<String>, Refusal> {
    let asked = &query.asked;
    let indicator = asked.chosen_indicator(console)?;
    let list = query_cases(console, query, indicator)?;
    let pages = list.lines.len().div_ceil(PAGE).max(1);
    let at = query.page.min(pages);
    let first = (at - 1) * PAGE;
    let lines: Vec<&CaseLine> = list.lines.iter().skip(first).take(PAGE).collect();
    let scale =
        lines.iter().filter_map(|case| count_natural_seconds(case)).max().unwrap_or(1).max(1);
    let zone = find_zone(console);
    let row = |case: &&CaseLine| make_table_line(console, asked, indicator, case, (&zone, scale));
    let rows: Vec<Value> = lines.iter().map(row).collect();
    let address = asked.link_to("", &indicator.id, &asked.filter_text(), &asked.view_parameters());
    let body = context! {
        lead => asked.pick_words(&indicator.says),
        caption => write_caption(asked, first, rows.len(), list.total),
        indicators => form::list_indicators(console, asked, &indicator.id),
        ask => form::build_conditions(console, asked, "/cases"),
        which => offer_choices(query),
        head => make_table_head(asked),
        on_clock => indicator.clock_spec().is_some(),
        pager => make_pager_links(asked, &address, at, pages),
        everything => asked.link_to("/cases", &indicator.id, "", ""),
        save => context! {
            csv => format!("/cases.csv{address}"),
            json => format!("/api/cases{address}"),
        },
        rows,
    };
    let title = indicator_title(console, asked, indicator);
    let title = format!("{title} · {}", asked.pick_text("工单", "cases"));
    console.site.render("cases.html", &console.build_page(asked, &title, "/cases"), body)
}

/// Writes all cases that the page asks for, in the order of the page.
pub(super) fn write_csv(console: &Console, query: &CaseQuery) -> Result<Response, Refusal> {
    let asked = &query.asked;
    let indicator = asked.chosen_indicator(console)?;
    let list = query_cases(console, query, indicator)?;
    let zone = find_zone(console);
    let head = [
        ("工单", "case"),
        ("处置", "outcome"),
        ("排除原因", "reason"),
        ("区域", "region"),
        ("城乡", "area"),
        ("起", "start"),
        ("止", "stop"),
        ("历时（秒）", "elapsed (s)"),
        ("不扣除历时（秒）", "elapsed without pauses (s)"),
        ("应完成", "due"),
        ("超时（秒）", "late by (s)"),
        ("限值", "limit"),
        ("限值来源", "limit by"),
    ]
    .map(|(chinese, english)| asked.pick_text(chinese, english).to_owned());
    let number = |seconds: Option<i64>| seconds.map_or(String::new(), |n| n.to_string());
    let rows = list.lines.iter().map(|case| {
        let said =
            describe_outcome(asked, indicator, &case.outcome, case.late_by, case.open.is_some());
        let said = |name: &str| said.get_attr(name).map_or(String::new(), |word| word.to_string());
        vec![
            case.id.clone(),
            said("text"),
            said("why"),
            find_column_value(case, "region").to_owned(),
            find_column_value(case, "area").to_owned(),
            format_moment(case.start, &zone).unwrap_or_default(),
            format_moment(case.stop, &zone).unwrap_or_default(),
            number(case.value),
            number(case.without_pauses),
            format_moment(case.due, &zone).unwrap_or_default(),
            number(case.late_by),
            case.limit.clone().unwrap_or_default(),
            case.limit_by.clone().unwrap_or_default(),
        ]
    });
    let name = format!("{}-{}-cases", indicator.id, asked.question.period.name);
    Ok(csv::download(&name, &head, rows))
}

pub(super) fn write_json(
    console: &Console,
    query: &CaseQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    let indicator = query.asked.chosen_indicator(console)?;
    let list = query_cases(console, query, indicator)?;
    let zone = find_zone(console);
    Ok(Json(list.lines.iter().map(|case| case_to_json(case, &zone)).collect()))
}

fn query_cases(
    console: &Console,
    query: &CaseQuery,
    indicator: &Indicator,
) -> Result<CaseList, Refusal> {
    let question =
        FigureQuestion { by: Vec::new(), only: Vec::new(), ..query.asked.question.clone() };
    let records = LakeRecords::newest(&console.lake, &console.calendars);
    list_cases(&console.pack, &indicator.id, &question, query.which, &records)
        .map_err(|error| console.refusal_for(&error))
}

pub(super) fn find_zone(console: &Console) -> TimeZone {
    console.pack.zone.rules().clone()
}

fn write_caption(asked: &PageQuery, first: usize, shown: usize, total: u64) -> String {
    let (from, to) = (first + 1, first + shown);
    if asked.language == Language::Chinese {
        format!("共 {total} 件，这里是第 {from}–{to} 件，超时多者在前。")
    } else {
        format!("Cases {from}–{to} of {total}, the latest first.")
    }
}

/// Makes links to the previous and the next page.
fn make_pager_links(asked: &PageQuery, query: &str, at: usize, pages: usize) -> Value {
    let link = |page: usize| format!("/cases{query}&page={page}");
    let here = if asked.language == Language::Chinese {
        format!("第 {at} 页，共 {pages} 页")
    } else {
        format!("page {at} of {pages}")
    };
    context! {
        title => asked.pick_text("翻页", "Pages of cases"),
        earlier => (at > 1).then(|| link(at - 1)),
        later => (at < pages).then(|| link(at + 1)),
        earlier_text => asked.pick_text("上一页", "Previous"),
        later_text => asked.pick_text("下一页", "Next"),
        here,
    }
}

fn make_table_head(asked: &PageQuery) -> Value {
    context! {
        case => asked.pick_text("工单", "Case"),
        region => asked.pick_text("区域", "Region"),
        times => asked.pick_text("起、止", "Start, stop"),
        clock => asked.pick_text("时钟", "Clock"),
        elapsed => asked.pick_text("历时", "Elapsed"),
        due => asked.pick_text("应完成", "Due"),
        outcome => asked.pick_text("处置", "Outcome"),
    }
}

fn count_natural_seconds(case: &CaseLine) -> Option<i64> {
    Some(case.stop? - case.start?)
}

fn find_column_value<'a>(case: &'a CaseLine, name: &str) -> &'a str {
    let found = case.columns.iter().find(|(column, _)| column == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn make_table_line(
    console: &Console,
    asked: &PageQuery,
    indicator: &Indicator,
    case: &CaseLine,
    (zone, scale): (&TimeZone, i64),
) -> Value {
    let about: Vec<String> = ["service", "kind", "area", "channel", "cause"]
        .iter()
        .map(|name| (*name, find_column_value(case, name)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| value_label(console, asked, name, value))
        .collect();
    let subtracted = match (case.without_pauses, case.value) {
        (Some(all), Some(value)) if all > value => {
            format!("{} {}", asked.pick_text("扣除", "less"), format_span(all - value))
        }
        _ => String::new(),
    };
    let is_out = case.outcome != CaseOutcome::Counted;
    let on_clock = indicator.clock_spec().is_some();
    let nothing = || NOTHING.to_owned();
    context! {
        case => case.id.clone(),
        href => asked.link_to(
            "/case",
            &indicator.id,
            &asked.filter_text(),
            &format!("{}&case={}", asked.view_parameters(), encoded(&case.id)),
        ),
        about => about.join(" · "),
        region => value_label(console, asked, "region", find_column_value(case, "region")),
        start => format_moment(case.start, zone).unwrap_or_else(nothing),
        stop => format_moment(case.stop, zone).unwrap_or_else(nothing),
        clock => draw_clock(asked, case, scale),
        elapsed => case.value.or(case.open).filter(|_| on_clock).map_or_else(nothing, format_span),
        subtracted,
        due => format_moment(case.due, zone).unwrap_or_else(nothing),
        late_by => describe_lateness(asked, case),
        out => is_out,
        outcome => describe_outcome(
            asked,
            indicator,
            &case.outcome,
            case.late_by,
            case.open.is_some(),
        ),
    }
}

/// Says by how much a case is late. For a case that is not counted, it says how late it would be,
/// which is worth knowing about an exclusion.
pub(super) fn describe_lateness(asked: &PageQuery, case: &CaseLine) -> Option<String> {
    let late = case.late_by.filter(|late| *late > 0)?;
    Some(format!("{} {}", choose_late_word(asked, &case.outcome), format_span(late)))
}

pub(super) fn choose_late_word<'a>(asked: &PageQuery, outcome: &CaseOutcome) -> &'a str {
    match outcome {
        CaseOutcome::Counted => asked.pick_text("超时", "late by"),
        CaseOutcome::Open => asked.pick_text("未完已超时", "not done, overdue by"),
        CaseOutcome::Excluded { .. } | CaseOutcome::Unmeasurable => {
            asked.pick_text("若计入则超时", "if counted, late by")
        }
    }
}

/// Draws a bar from start to stop on a common scale, with counted time, subtracted time and the due
/// mark.
fn draw_clock(asked: &PageQuery, case: &CaseLine, scale: i64) -> String {
    let (Some(start), Some(value), Some(natural)) =
        (case.start, case.value, count_natural_seconds(case))
    else {
        return String::new();
    };
    let whole = natural.max(value);
    let part = |seconds: i64| 300.0 * seconds as f64 / scale as f64;
    let late = case.late_by.is_some_and(|late| late > 0);
    let fill = match (&case.outcome, late) {
        (CaseOutcome::Counted, true) => "late",
        (CaseOutcome::Counted, false) => "counted",
        (CaseOutcome::Excluded { .. } | CaseOutcome::Unmeasurable | CaseOutcome::Open, _) => "out",
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 302 22\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} {}\">",
        asked.pick_text("历时", "elapsed"),
        format_span(value)
    );
    svg.push_str(&format!(
        "<rect class=\"taken\" x=\"1\" y=\"6\" width=\"{:.1}\" height=\"10\"/>\
         <rect class=\"{fill}\" x=\"1\" y=\"6\" width=\"{:.1}\" height=\"10\"/>",
        part(whole),
        part(value)
    ));
    if let Some(due) = case.due.map(|due| due - start).filter(|due| *due <= scale) {
        let x = 1.0 + part(due);
        svg.push_str(&format!(
            "<line class=\"due\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"1\" y2=\"21\"/>"
        ));
    }
    svg.push_str("</svg>");
    svg
}

pub(super) fn format_moment(seconds: Option<i64>, zone: &TimeZone) -> Option<String> {
    let moment = Timestamp::from_second(seconds?).ok()?;
    Some(zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string())
}

/// Links to the list from which a case was opened.
pub(super) fn link_back(asked: &PageQuery, indicator: &Indicator) -> String {
    if asked.by.is_empty() {
        asked.link_to("/cases", &indicator.id, &asked.filter_text(), &asked.view_parameters())
    } else {
        link_to_figures(asked, indicator)
    }
}

//! The page of one case: what happened, and how the clock of an indicator reads it.

use axum::response::Html;
use jiff::tz::TimeZone;
use minijinja::{Value, context};

use super::list_page::{choose_late_word, find_zone, format_moment, link_back};
use super::names::{describe_outcome, name_event};
use super::query::CaseQuery;
use crate::language::Language;
use crate::systems::cases::{CaseFile, CaseInterval, CaseOutcome, read_case_file};
use crate::systems::indicators::http::names::{dimension_title, indicator_title, value_label};
use crate::systems::indicators::http::{Console, PageQuery};
use crate::systems::indicators::{FigureQuestion, Filter, Indicator, LakeRecords, format_span};
use crate::web::Refusal;

pub(super) fn render_case(console: &Console, query: &CaseQuery) -> Result<Html<String>, Refusal> {
    let asked = &query.asked;
    let indicator = asked.chosen_indicator(console)?;
    let id = query.case.as_deref().unwrap_or_default();
    let question = FigureQuestion {
        by: Vec::new(),
        only: Vec::new(),
        // The page names the case, so no condition narrows it further.
        filter: Filter::default(),
        ..asked.question.clone()
    };
    let records = LakeRecords::newest(&console.lake, &console.calendars);
    let found = read_case_file(&console.pack, &indicator.id, id, &question, &records)
        .map_err(|error| console.refusal_for(&error))?;
    let file = found.ok_or_else(|| {
        Refusal::not_found(format!("没有工单 `{id}`"), format!("there is no case `{id}`"))
            .at("case")
            .with_next(
                "工单号写作「来源系统/来源工单号」；从工单列表点进来最稳妥",
                "a case is written SOURCE/NUMBER; open it from a list of cases",
            )
    })?;
    let zone = find_zone(console);
    let line = &file.line;
    let is_open = line.open.is_some();
    let facts: Vec<Value> = file
        .facts
        .iter()
        .map(|(name, value)| {
            let name_text = dimension_title(console, asked, name);
            context! { name => name_text, text => value_label(console, asked, name, value) }
        })
        .collect();
    let title = id.to_owned();
    let body = context! {
        lead => format!("{}: {}", indicator_title(console, asked, indicator), asked.pick_words(&indicator.says)),
        back => link_back(asked, indicator),
        back_text => asked.pick_text("回到工单列表", "Back to the cases"),
        outcome => describe_outcome(asked, indicator, &line.outcome, line.late_by, is_open),
        reading => make_reading(asked, indicator, &file, &zone),
        clock => draw_timeline(asked, &file, indicator, &zone),
        head_clock => asked.pick_text("时钟", "Clock"),
        definition => describe_clock(asked, indicator),
        events => list_events(asked, &file, indicator, &zone),
        facts,
    };
    console.site.render("case.html", &console.build_page(asked, &title, "/case"), body)
}

/// What the indicator reads off the case: elapsed, subtracted, due, late.
fn make_reading(
    asked: &PageQuery,
    indicator: &Indicator,
    file: &CaseFile,
    zone: &TimeZone,
) -> Vec<Value> {
    let line = &file.line;
    if indicator.clock_spec().is_none() {
        return Vec::new();
    }
    let taken = match (line.without_pauses, line.value) {
        (Some(all), Some(value)) if all > value => Some(format_span(all - value)),
        _ => None,
    };
    let limit = line.limit.as_ref().map(|limit| match &line.limit_by {
        Some(by) if asked.language == Language::Chinese => format!("{limit}（{by}）"),
        Some(by) => format!("{limit} ({by})"),
        None => limit.clone(),
    });
    let late = line.late_by.filter(|late| *late > 0).map(format_span);
    let is_counted = line.outcome == CaseOutcome::Counted;
    let late_name = choose_late_word(asked, &line.outcome);
    [
        (asked.pick_text("起", "Start"), format_moment(line.start, zone), false),
        (asked.pick_text("止", "Stop"), format_moment(line.stop, zone), false),
        (asked.pick_text("历时", "Elapsed"), line.value.map(format_span), false),
        (asked.pick_text("其中扣除", "Subtracted"), taken, false),
        (asked.pick_text("期末已历时", "Elapsed at the end"), line.open.map(format_span), false),
        (asked.pick_text("限值", "Limit"), limit, false),
        (asked.pick_text("应完成", "Due"), format_moment(line.due, zone), false),
        (late_name, late, is_counted),
    ]
    .into_iter()
    .filter_map(|(name, text, late)| Some(context! { name, text => text?, late }))
    .collect()
}

fn describe_clock(asked: &PageQuery, indicator: &Indicator) -> String {
    let Some(clock) = indicator.clock_spec() else { return String::new() };
    let mut text =
        format!("{}: {} → {}", asked.pick_text("时钟", "clock"), clock.start.text, clock.stop.text);
    if !clock.subtract.is_empty() {
        let word = asked.pick_text("扣除", "subtracted");
        text.push_str(&format!(" · {word}: {}", clock.subtract.join(", ")));
    }
    text
}

fn is_subtracted(indicator: &Indicator, interval: &CaseInterval) -> bool {
    indicator.clock_spec().is_some_and(|clock| clock.subtract.contains(&interval.kind))
}

/// Lists moments and intervals in the order in which they happened.
fn list_events(
    asked: &PageQuery,
    file: &CaseFile,
    indicator: &Indicator,
    zone: &TimeZone,
) -> Vec<Value> {
    let mut events: Vec<(i64, String, String)> = file
        .moments
        .iter()
        .map(|(name, at)| (*at, name_event(asked, name), String::new()))
        .collect();
    for interval in &file.intervals {
        events.push((
            interval.from,
            name_interval(asked, interval),
            describe_interval(asked, indicator, interval, zone),
        ));
    }
    events.sort_by_key(|event| event.0);
    events
        .into_iter()
        .map(|(at, text, note)| context! { at => format_moment(Some(at), zone), text, note })
        .collect()
}

fn name_interval(asked: &PageQuery, interval: &CaseInterval) -> String {
    let title = name_event(asked, &interval.kind);
    match interval.to {
        Some(to) => format!("{title} {}", format_span(to - interval.from)),
        None => title,
    }
}

/// Says until when an interval lasts, why, who approved it, and whether the clock subtracts it.
fn describe_interval(
    asked: &PageQuery,
    indicator: &Indicator,
    interval: &CaseInterval,
    zone: &TimeZone,
) -> String {
    let until = asked.pick_text("至", "until");
    let mut parts = vec![match interval.to {
        Some(to) => format!("{until} {}", format_moment(Some(to), zone).unwrap_or_default()),
        None => asked.pick_text("未结束", "not ended").to_owned(),
    }];
    if !interval.reason.is_empty() {
        parts.push(interval.reason.clone());
    }
    parts.push(if interval.approved_by.is_empty() {
        asked.pick_text("无审批", "nobody approved").to_owned()
    } else {
        format!("{} {}", asked.pick_text("审批", "approved by"), interval.approved_by)
    });
    if indicator.clock_spec().is_some() {
        parts.push(if is_subtracted(indicator, interval) {
            asked.pick_text("此时钟扣除", "this clock subtracts it").to_owned()
        } else {
            asked.pick_text("此时钟不扣除", "this clock does not subtract it").to_owned()
        });
    }
    parts.join(" · ")
}

/// Draws the time from start to stop on an axis of natural time, with the subtracted parts where
/// they happened. Empty without a start and a stop.
fn draw_timeline(
    asked: &PageQuery,
    file: &CaseFile,
    indicator: &Indicator,
    zone: &TimeZone,
) -> String {
    let line = &file.line;
    let (Some(start), Some(stop), true) = (line.start, line.stop, indicator.clock_spec().is_some())
    else {
        return String::new();
    };
    let end = line.due.unwrap_or(stop).max(stop).max(start + 1);
    let x = |at: i64| 60.0 + 780.0 * (at.clamp(start, end) - start) as f64 / (end - start) as f64;
    let bar = |class: &str, from: i64, to: i64| {
        let width = (x(to) - x(from)).max(0.0);
        format!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"40\" width=\"{width:.1}\" height=\"26\"/>",
            x(from)
        )
    };
    let is_late = line.late_by.is_some_and(|late| late > 0);
    let class = if line.outcome == CaseOutcome::Counted { "counted" } else { "out" };
    let mut svg = format!(
        "<svg class=\"axis\" viewBox=\"0 0 900 110\" role=\"img\" aria-label=\"{}\">",
        asked.pick_text("从起到止的时间轴", "the time from start to stop")
    );
    svg.push_str(&bar(class, start, stop));
    if let Some(due) = line.due.filter(|_| is_late && class == "counted") {
        svg.push_str(&bar("late", due.max(start), stop));
    }
    for interval in file.intervals.iter().filter(|interval| is_subtracted(indicator, interval)) {
        svg.push_str(&bar("taken", interval.from, interval.to.unwrap_or(stop).min(stop)));
    }
    let mut mark = |at: i64, y: i64, class: &str, word: &str| {
        let when = format_moment(Some(at), zone).unwrap_or_default();
        let anchor = match x(at) {
            x if x < 200.0 => "start",
            x if x > 700.0 => "end",
            _ => "middle",
        };
        svg.push_str(&format!(
            "<line class=\"{class}\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"30\" y2=\"76\"/>\
             <text x=\"{0:.1}\" y=\"{1}\" text-anchor=\"{anchor}\">{word} {when}</text>",
            x(at),
            y
        ));
    };
    mark(start, 96, "tick", asked.pick_text("起", "start"));
    mark(stop, 96, "tick", asked.pick_text("止", "stop"));
    if let Some(due) = line.due {
        mark(due, 20, "due", asked.pick_text("应完成", "due"));
    }
    svg.push_str("</svg>");
    svg
}

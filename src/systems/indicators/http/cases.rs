//! The cases behind a figure, each with a picture of its clock.

use axum::response::Html;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{Value, context};

use super::asked::Asked;
use super::{Console, LakeRecords};
use crate::systems::indicators::{CaseLine, CaseOutcome, Question, Which, cases, span};
use crate::web::Refusal;

/// Cases on one page; the command line lists all.
const CASES_MAX: usize = 200;

pub(super) fn page(console: &Console, asked: &Asked) -> Result<Html<String>, Refusal> {
    let indicator = asked.indicator(console)?;
    let which = if asked.late { Which::Late } else { Which::All };
    let question = Question { by: Vec::new(), only: Vec::new(), ..asked.question.clone() };
    let records = LakeRecords::newest(&console.lake, &console.calendars);
    let list = cases(&console.pack, &indicator.id, &question, which, &records)
        .map_err(|error| Refusal::failed(&error))?;
    let zone = TimeZone::get(&console.pack.zone).unwrap_or(TimeZone::UTC);
    let scale = list.lines.iter().take(CASES_MAX).filter_map(natural).max().unwrap_or(1).max(1);
    let rows: Vec<Value> = list
        .lines
        .iter()
        .take(CASES_MAX)
        .map(|case| line(console, asked, case, &zone, scale))
        .collect();
    let body = context! {
        lead => asked.words(&indicator.says),
        caption => caption(asked, rows.len(), list.total),
        indicators => choices(console, asked, &indicator.id),
        filter => asked.filter.clone(),
        late => asked.late,
        head => head(asked),
        rows,
    };
    let title = format!("{} · {}", asked.words(&indicator.title), asked.pick("工单", "cases"));
    console.templates.render("cases.html", &console.page(asked, &title, "/cases"), body)
}

fn caption(asked: &Asked, shown: usize, total: u64) -> String {
    if asked.chinese {
        format!("共 {total} 件，列出 {shown} 件，超时多者在前。")
    } else {
        format!("{shown} of {total} cases, the latest first.")
    }
}

fn head(asked: &Asked) -> Value {
    context! {
        case => asked.pick("工单", "Case"),
        region => asked.pick("区域", "Region"),
        start => asked.pick("起", "Start"),
        stop => asked.pick("止", "Stop"),
        clock => asked.pick("时钟", "Clock"),
        elapsed => asked.pick("历时", "Elapsed"),
        subtracted => asked.pick("扣除", "Subtracted"),
        due => asked.pick("应完成", "Due"),
        outcome => asked.pick("处置", "Outcome"),
    }
}

/// The indicators of the pack, grouped, for a form.
pub(super) fn choices(console: &Console, asked: &Asked, chosen: &str) -> Vec<Value> {
    let groups = console.pack.groups.iter();
    groups
        .map(|group| {
            let options: Vec<Value> = console
                .pack
                .in_group(&group.id)
                .map(|one| {
                    let text = asked.words(&one.title);
                    context! { value => one.id.clone(), text, chosen => one.id == chosen }
                })
                .collect();
            context! { title => asked.words(&group.title), options }
        })
        .collect()
}

fn natural(case: &CaseLine) -> Option<i64> {
    Some(case.stop? - case.start?)
}

fn line(console: &Console, asked: &Asked, case: &CaseLine, zone: &TimeZone, scale: i64) -> Value {
    let column = |name: &str| {
        let found = case.columns.iter().find(|(column, _)| column == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let region = column("region");
    let region_name = console.pack.label("region", region).map_or(region, |w| asked.words(w));
    let about: Vec<&str> = ["service", "kind", "area", "channel", "cause"]
        .iter()
        .map(|name| column(name))
        .filter(|value| !value.is_empty())
        .collect();
    let subtracted = match (case.without_pauses, case.value) {
        (Some(all), Some(value)) if all > value => span(all - value),
        _ => String::new(),
    };
    context! {
        case => case.id.clone(),
        about => about.join(" · "),
        region => region_name,
        start => moment(case.start, zone),
        stop => moment(case.stop, zone),
        clock => clock(asked, case, scale),
        elapsed => case.value.map(span),
        subtracted,
        due => moment(case.due, zone),
        late_by => case.late_by.filter(|late| *late > 0).map(|late| {
            format!("{} {}", asked.pick("超时", "late by"), span(late))
        }),
        outcome => outcome(asked, case),
    }
}

fn outcome(asked: &Asked, case: &CaseLine) -> String {
    match &case.outcome {
        CaseOutcome::Counted => asked.pick("计入", "counted").to_owned(),
        CaseOutcome::Excluded { reason, is_approved } => {
            let word = asked.pick("排除", "excluded");
            let open =
                if *is_approved { "" } else { asked.pick("，无审批", ", nobody approved") };
            format!("{word}: {reason}{open}")
        }
        CaseOutcome::Unmeasurable => asked.pick("无法计时", "cannot be measured").to_owned(),
        CaseOutcome::Open => asked.pick("未完", "open").to_owned(),
    }
}

/// A bar from start to stop on a common scale: counted time, subtracted time, the due mark.
fn clock(asked: &Asked, case: &CaseLine, scale: i64) -> String {
    let (Some(start), Some(value)) = (case.start, case.value) else { return String::new() };
    let whole = natural(case).unwrap_or(value).max(value);
    let part = |seconds: i64| 300.0 * seconds as f64 / scale as f64;
    let late = case.late_by.is_some_and(|late| late > 0);
    let colour = if late { "var(--bad)" } else { "var(--accent)" };
    let mut svg = format!(
        "<svg viewBox=\"0 0 302 22\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} {}\">",
        asked.pick("历时", "elapsed"),
        span(value)
    );
    svg.push_str(&format!(
        "<rect x=\"1\" y=\"6\" width=\"{:.1}\" height=\"10\" fill=\"var(--line)\"/>\
         <rect x=\"1\" y=\"6\" width=\"{:.1}\" height=\"10\" fill=\"{colour}\"/>",
        part(whole),
        part(value)
    ));
    if let Some(due) = case.due.map(|due| due - start).filter(|due| *due <= scale) {
        let x = 1.0 + part(due);
        svg.push_str(&format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"1\" y2=\"21\" stroke=\"currentColor\" \
             stroke-width=\"1.5\"/>"
        ));
    }
    svg.push_str("</svg>");
    svg
}

fn moment(seconds: Option<i64>, zone: &TimeZone) -> String {
    let Some(moment) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) else {
        return String::new();
    };
    zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
}

//! One indicator, sliced as the reader likes; every cell leads to its cases.

use axum::response::Html;
use minijinja::{Value, context};

use super::asked::Asked;
use super::overview::{limit_tag, longest, unit};
use super::{Console, cases};
use crate::systems::indicators::{FigureRow, Indicator, known_names, span};
use crate::web::Refusal;

/// Beyond this a page is no longer read; the JSON has all rows.
const ROWS_MAX: usize = 2000;

pub(super) fn page(console: &Console, asked: &Asked) -> Result<Html<String>, Refusal> {
    let indicator = asked.indicator(console)?;
    let by = asked.by.clone();
    let results = asked.compute(console, by.clone(), vec![indicator.id.clone()])?;
    let first = indicator.publish.first().map(|statistic| statistic.id.as_str());
    let rows: Vec<&FigureRow> = results
        .rows
        .iter()
        .filter(|row| Some(row.statistic.as_str()) == first)
        .filter(|row| {
            let all = row.slice.len() == by.len();
            row.slice.is_empty() || all && by.iter().all(|name| row.slice.contains_key(name))
        })
        .collect();
    let total = rows.len();
    let mut shown: Vec<Value> = Vec::new();
    for row in rows.iter().filter(|row| !row.slice.is_empty()).take(ROWS_MAX) {
        shown.push(line(console, asked, indicator, row, &results.rows));
    }
    for row in rows.iter().filter(|row| row.slice.is_empty()) {
        shown.push(line(console, asked, indicator, row, &results.rows));
    }
    let title = asked.words(&indicator.title).to_owned();
    let whole = rows.iter().find(|row| row.slice.is_empty());
    let limits: Vec<Value> = whole
        .map(|row| row.limits.iter().map(|limit| limit_tag(console, asked, limit)).collect())
        .unwrap_or_default();
    let body = context! {
        lead => asked.words(&indicator.says),
        definition => definition(asked, indicator),
        limits => limits.iter().map(|tag| tag.get_attr("text").unwrap_or_default()).collect::<Vec<_>>(),
        caption => caption(asked, total),
        indicators => cases::choices(console, asked, &indicator.id),
        dimensions => boxes(console, asked),
        filter => asked.filter.clone(),
        keys => by.iter().map(|name| dimension_title(console, asked, name)).collect::<Vec<_>>(),
        columns => columns(asked, indicator),
        rows => shown,
    };
    console.templates.render("figures.html", &console.page(asked, &title, "/figures"), body)
}

fn caption(asked: &Asked, total: usize) -> String {
    if asked.chinese {
        format!("共 {total} 行；末行为整体。点数字可看工单。")
    } else {
        format!("{total} rows; the last is the whole. Open a number to see its cases.")
    }
}

fn definition(asked: &Asked, indicator: &Indicator) -> String {
    let population = asked.pick("范围", "population");
    let mut text = format!("{population}: {}", indicator.population.text);
    if let Some(clock) = indicator.clock() {
        let clock_word = asked.pick("时钟", "clock");
        let subtracted = asked.pick("扣除", "subtracted");
        text.push_str(&format!(" · {clock_word}: {} → {}", clock.start.text, clock.stop.text));
        if !clock.subtract.is_empty() {
            text.push_str(&format!(" · {subtracted}: {}", clock.subtract.join(", ")));
        }
    }
    text
}

fn columns(asked: &Asked, indicator: &Indicator) -> Vec<String> {
    let mut columns: Vec<String> =
        indicator.publish.iter().map(|one| asked.words(&one.title).to_owned()).collect();
    let rest = [
        ("件数", "Cases"),
        ("超时", "Late"),
        ("中位", "Median"),
        ("P95", "P95"),
        ("最长", "Longest"),
        ("排除", "Excluded"),
        ("期末未完", "Open"),
    ];
    columns.extend(rest.iter().map(|(chinese, english)| asked.pick(chinese, english).to_owned()));
    columns
}

fn line(
    console: &Console,
    asked: &Asked,
    indicator: &Indicator,
    row: &FigureRow,
    rows: &[FigureRow],
) -> Value {
    let mut filter: Vec<String> =
        asked.filter.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    filter.extend(row.slice.iter().map(|(name, value)| format!("{name}={value}")));
    let filter = filter.join(",");
    let cases = |more: &str| asked.link("/cases", &indicator.id, &filter, more);
    let plain = |text: String| context! { text };
    let mut cells: Vec<Value> = indicator
        .publish
        .iter()
        .map(|statistic| {
            let mine = rows
                .iter()
                .find(|other| other.statistic == statistic.id && other.slice == row.slice);
            let text = mine.map_or("—".to_owned(), |mine| {
                format!("{} {}", mine.printed, unit(console, asked, &mine.unit))
            });
            context! { text, href => cases("") }
        })
        .collect();
    cells.push(context! { text => row.n, href => cases("") });
    let late = if row.limited > 0 { row.late.to_string() } else { String::new() };
    cells.push(if row.late > 0 {
        context! { text => late, href => cases("&late=yes"), bad => true }
    } else {
        plain(late)
    });
    let is_clock = row.measured_in == "s";
    let percentile =
        |value: Option<i64>| plain(value.filter(|_| is_clock).map_or(String::new(), span));
    cells.push(percentile(row.percentiles.as_ref().map(|p| p.p50 as i64)));
    cells.push(percentile(row.percentiles.as_ref().map(|p| p.p95)));
    cells.push(plain(longest(row)));
    cells.push(plain(row.excluded.iter().map(|one| one.n).sum::<u64>().to_string()));
    cells.push(plain(row.open.as_ref().map_or(String::new(), |open| open.n.to_string())));
    let is_total = row.slice.is_empty();
    let keys: Vec<Value> = asked
        .by
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let text = match row.slice.get(name) {
                Some(value) => label(console, asked, name, value),
                None if index == 0 => asked.pick("整体", "Whole").to_owned(),
                None => String::new(),
            };
            context! { text }
        })
        .collect();
    context! { keys, cells, total => is_total && !asked.by.is_empty() }
}

fn label(console: &Console, asked: &Asked, name: &str, value: &str) -> String {
    if value.is_empty() {
        return asked.pick("未填", "not given").to_owned();
    }
    console.pack.label(name, value).map_or(value, |words| asked.words(words)).to_owned()
}

fn dimension_title(console: &Console, asked: &Asked, name: &str) -> String {
    if let Some(level) = console.pack.levels.iter().find(|level| level.name == name) {
        return asked.words(&level.title).to_owned();
    }
    let chinese = match name {
        "month" => "月份",
        "quarter" => "季度",
        "day" => "日期",
        "area" => "城乡",
        "channel" => "渠道",
        "kind" => "业务类型",
        "service" => "业务",
        "cause" => "原因",
        "maintainer" => "维护方",
        other => other,
    };
    asked.pick(chinese, name).to_owned()
}

/// The dimensions that most people slice by, and those already chosen.
fn boxes(console: &Console, asked: &Asked) -> Vec<Value> {
    const USUAL: [&str; 9] =
        ["prefecture", "county", "month", "quarter", "area", "channel", "kind", "service", "cause"];
    let known = known_names(&console.pack);
    let usual = USUAL.iter().map(|name| (*name).to_owned()).filter(|name| known.contains(name));
    let mut names: Vec<String> = usual.collect();
    for name in &asked.by {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
        .iter()
        .map(|name| {
            let text = dimension_title(console, asked, name);
            context! { value => name, text, chosen => asked.by.contains(name) }
        })
        .collect()
}

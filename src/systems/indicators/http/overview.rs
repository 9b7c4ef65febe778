//! The overview: every published figure with its limits and its months.

use std::fmt::Write as _;

use axum::response::Html;
use minijinja::{Value, context};

use super::console::Console;
use super::names::{NOTHING, format_count, format_longest, limit_tag, unit_name, value_label};
use super::page_query::PageQuery;
use crate::language::Language;
use crate::systems::indicators::{FigureResults, FigureRow, Indicator};
use crate::web::Refusal;

pub(super) fn render_overview(
    console: &Console,
    asked: &PageQuery,
) -> Result<Html<String>, Refusal> {
    let results = asked.compute_figures(console, vec!["month".into()], Vec::new())?;
    let lines: Vec<(&str, Vec<&FigureRow>)> = console
        .pack
        .groups
        .iter()
        .map(|group| {
            let indicators = console.pack.in_group(&group.id);
            let rows =
                indicators.flat_map(|indicator| list_main_rows(indicator, &results)).collect();
            (asked.pick_words(&group.title), rows)
        })
        .filter(|(_, rows): &(&str, Vec<&FigureRow>)| !rows.is_empty())
        .collect();
    let shown: Vec<&FigureRow> = lines.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let groups: Vec<Value> = lines
        .iter()
        .map(|(title, rows)| {
            let rows: Vec<Value> =
                rows.iter().map(|row| build_line(console, asked, &results, row)).collect();
            context! { title => *title, rows }
        })
        .collect();
    let body = context! {
        groups,
        files => list_files(console, asked),
        lead => write_lead(console, asked),
        head => title_columns(asked),
        summary => summarize_limits(asked, &shown),
        empty => shown.iter().all(|row| row.value.is_none()),
    };
    let title = asked.pick_text("指标总览", "Indicators");
    console.site.render("overview.html", &console.build_page(asked, title, "/"), body)
}

/// The main figures of an indicator: one, or one for each segment that is published.
fn list_main_rows<'a>(indicator: &'a Indicator, results: &'a FigureResults) -> Vec<&'a FigureRow> {
    let mine = results.rows.iter().filter(|row| row.indicator == indicator.id);
    mine.filter(|row| {
        let mut main = indicator.publish.iter().filter(|statistic| statistic.main);
        let is_published = if indicator.segments.is_empty() {
            row.slice.is_empty()
        } else {
            row.slice.len() == indicator.segments.len()
                && indicator
                    .segments
                    .iter()
                    .all(|name| row.slice.get(name).is_some_and(|value| !value.is_empty()))
        };
        is_published && main.any(|statistic| statistic.id == row.statistic)
    })
    .collect()
}

fn write_lead(console: &Console, asked: &PageQuery) -> String {
    let pack = asked.pick_words(&console.pack.title);
    let version = &console.pack.version;
    if asked.language == Language::Chinese {
        format!("{pack}（{version}）。点指标名可任意切分，点件数可看背后的工单。")
    } else {
        format!("{pack} ({version}). Open a name to slice it, a count to see its cases.")
    }
}

fn title_columns(asked: &PageQuery) -> Value {
    context! {
        indicator => asked.pick_text("指标", "Indicator"),
        value => asked.pick_text("值", "Value"),
        n => asked.pick_text("件数", "Cases"),
        late => asked.pick_text("超时", "Late"),
        longest => asked.pick_text("最长（时:分:秒）", "Longest (h:min:s)"),
        limits => asked.pick_text("限值", "Limits"),
        trend => asked.pick_text("逐月", "By month"),
        excluded => asked.pick_text("排除", "Excluded"),
        open => asked.pick_text("期末未完", "Open at the end"),
    }
}

/// The files of the report, by language.
fn list_files(console: &Console, asked: &PageQuery) -> Vec<Value> {
    [("zh", "中文", "Chinese"), ("en", "英文", "English")]
        .into_iter()
        .map(|(code, chinese, english)| {
            let mine = console.files.iter().filter_map(|name| {
                let ending = name.strip_prefix(&format!("report.{code}."))?;
                let text = ending.to_ascii_uppercase();
                Some(context! { href => format!("/report/{name}"), text })
            });
            let files: Vec<Value> = mine.collect();
            context! { title => asked.pick_text(chinese, english), files }
        })
        .filter(|group| group.get_attr("files").is_ok_and(|files| files.is_true()))
        .collect()
}

/// How many limits are met, are missed, and have not been read in their source.
fn summarize_limits(asked: &PageQuery, rows: &[&FigureRow]) -> Vec<Value> {
    let limits = || rows.iter().flat_map(|row| &row.limits);
    let met = limits().filter(|limit| limit.met == Some(true)).count();
    let missed = limits().filter(|limit| limit.met == Some(false)).count();
    let unverified = limits().filter(|limit| !limit.verified).count();
    let text = |n: usize, chinese: &str, english: &str| {
        if asked.language == Language::Chinese {
            chinese.replace('N', &n.to_string())
        } else {
            format!("{n} {english}")
        }
    };
    let mut counts = vec![
        context! { kind => " good", text => text(met, "✓ 限值达标 N 项", "limits met ✓") },
        context! {
            kind => if missed > 0 { " bad" } else { " plain" },
            text => text(missed, "✗ 未达标 N 项", "missed ✗"),
        },
    ];
    if unverified > 0 {
        let text = text(
            unverified,
            "其中 N 项限值未在原文中核实",
            "limits unverified: nobody has read them in their primary text",
        );
        counts.push(context! { kind => " plain", text });
    }
    counts
}

fn build_line(
    console: &Console,
    asked: &PageQuery,
    results: &FigureResults,
    row: &FigureRow,
) -> Value {
    let pack = &console.pack;
    let id = format!("{}.{}", row.indicator, row.statistic);
    let found = pack.find_figure(&id);
    let title = found.map_or("", |(_, statistic)| asked.pick_words(&statistic.title));
    let filter: Vec<String> =
        row.slice.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let filter = filter.join(",");
    let slice: Vec<String> =
        row.slice.iter().map(|(name, value)| value_label(console, asked, name, value)).collect();
    let limits: Vec<Value> =
        row.limits.iter().map(|limit| limit_tag(console, asked, limit)).collect();
    let rows_page = found.and_then(|(indicator, _)| indicator.dataset.rows_page);
    let cell = |name: &str, n: Option<u64>, more: &str, bad: bool| {
        let page = rows_page.filter(|_| n > Some(0));
        let href = page.map(|page| asked.link_to(page, &row.indicator, &filter, more));
        context! { name, text => n.map_or(NOTHING.to_owned(), format_count), href, bad }
    };
    let excluded = row.excluded.iter().map(|excluded| excluded.n).sum::<u64>();
    let late = (row.limited > 0).then_some(row.late);
    let longest =
        context! { name => asked.pick_text("最长", "Longest"), text => format_longest(row) };
    context! {
        title,
        slice => slice.join(" · "),
        printed => row.printed.clone(),
        unit => row.value.map_or_else(String::new, |_| unit_name(console, asked, &row.unit)),
        counts => vec![
            cell(asked.pick_text("件数", "Cases"), Some(row.n), "", false),
            cell(asked.pick_text("超时", "Late"), late, "&which=late", true),
            longest,
        ],
        limits,
        spark => draw_sparkline(results, row, asked),
        rest => vec![
            cell(asked.pick_text("排除", "Excluded"), Some(excluded), "&which=excluded", false),
            cell(
                asked.pick_text("期末未完", "Open at the end"),
                row.open.as_ref().map(|open| open.n),
                "&which=open",
                false,
            ),
        ],
        href => asked.link_to("/figures", &row.indicator, &filter, "&by=prefecture"),
    }
}

/// Draws the months of a figure as a small line, with words for those who cannot see it.
fn draw_sparkline(results: &FigureResults, row: &FigureRow, asked: &PageQuery) -> String {
    let months: Vec<(&str, f64, &str)> = results
        .rows
        .iter()
        .filter(|other| {
            other.indicator == row.indicator
                && other.statistic == row.statistic
                && other.slice.len() == row.slice.len() + 1
                && row.slice.iter().all(|(name, value)| other.slice.get(name) == Some(value))
        })
        .filter_map(|other| {
            let month = other.slice.get("month")?;
            Some((month.as_str(), other.value?, other.printed.as_str()))
        })
        .collect();
    if months.len() < 2 {
        return String::new();
    }
    let low = months.iter().map(|month| month.1).fold(f64::INFINITY, f64::min);
    let high = months.iter().map(|month| month.1).fold(f64::NEG_INFINITY, f64::max);
    // A figure that never moves is a line through the middle.
    let (low, height) = if high > low { (low, high - low) } else { (low - 0.5, 1.0) };
    let mut points = String::new();
    let mut said = String::new();
    for (index, (name, value, printed)) in months.iter().enumerate() {
        let x = 2.0 + 96.0 * index as f64 / (months.len() - 1) as f64;
        let y = 20.0 - 16.0 * (value - low) / height;
        let _ = write!(points, "{x:.1},{y:.1} ");
        let _ = write!(said, "{name} {printed}; ");
    }
    let label = asked.pick_text("逐月", "by month");
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 24\" role=\"img\" aria-label=\"{label}: {}\">\
         <polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/></svg>",
        said.trim_end_matches("; "),
        points.trim_end()
    )
}

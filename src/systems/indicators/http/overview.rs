//! The indicator wall: every published figure, its limits, its months.

use std::fmt::Write as _;

use axum::response::Html;
use minijinja::{Value, context};

use super::Console;
use super::asked::Asked;
use crate::systems::indicators::{FigureRow, Results, span};
use crate::web::Refusal;

pub(super) fn page(console: &Console, asked: &Asked) -> Result<Html<String>, Refusal> {
    let results = asked.compute(console, vec!["month".into()], Vec::new())?;
    let groups: Vec<Value> = console
        .pack
        .groups
        .iter()
        .map(|group| {
            let rows: Vec<Value> = console
                .pack
                .in_group(&group.id)
                .flat_map(|indicator| {
                    let mine = results.rows.iter().filter(|row| row.indicator == indicator.id);
                    let shown = mine.filter(|row| {
                        let is_main = indicator
                            .publish
                            .iter()
                            .any(|statistic| statistic.main && statistic.id == row.statistic);
                        let published = if indicator.segments.is_empty() {
                            row.slice.is_empty()
                        } else {
                            row.slice.len() == indicator.segments.len()
                                && indicator.segments.iter().all(|name| {
                                    row.slice.get(name).is_some_and(|value| !value.is_empty())
                                })
                        };
                        is_main && published
                    });
                    shown.map(|row| line(console, asked, &results, row)).collect::<Vec<_>>()
                })
                .collect();
            context! { title => asked.words(&group.title), rows }
        })
        .collect();
    let title = asked.pick("指标总览", "Indicators");
    let files: Vec<Value> = console
        .files
        .iter()
        .map(|name| context! { href => format!("/report/{name}"), text => name })
        .collect();
    let body = context! { groups, files, lead => lead(console, asked), head => head(asked) };
    console.templates.render("overview.html", &console.page(asked, title, "/"), body)
}

fn lead(console: &Console, asked: &Asked) -> String {
    let pack = asked.words(&console.pack.title);
    let version = &console.pack.version;
    if asked.chinese {
        format!("{pack}（{version}）。点指标名可任意切分，点超时件数可看工单。")
    } else {
        format!("{pack} ({version}). Open a name to slice it, a late count to see its cases.")
    }
}

fn head(asked: &Asked) -> Value {
    context! {
        indicator => asked.pick("指标", "Indicator"),
        value => asked.pick("值", "Value"),
        n => asked.pick("件数", "Cases"),
        late => asked.pick("超时", "Late"),
        longest => asked.pick("最长", "Longest"),
        limits => asked.pick("限值", "Limits"),
        trend => asked.pick("逐月", "By month"),
        excluded => asked.pick("排除", "Excluded"),
        open => asked.pick("期末未完", "Open at the end"),
    }
}

fn line(console: &Console, asked: &Asked, results: &Results, row: &FigureRow) -> Value {
    let pack = &console.pack;
    let id = format!("{}.{}", row.indicator, row.statistic);
    let title = pack.figure(&id).map_or("", |(_, statistic)| asked.words(&statistic.title));
    let filter: Vec<String> =
        row.slice.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let filter = filter.join(",");
    let slice: Vec<&str> = row
        .slice
        .iter()
        .map(|(name, value)| pack.label(name, value).map_or(value.as_str(), |w| asked.words(w)))
        .collect();
    let limits: Vec<Value> =
        row.limits.iter().map(|limit| limit_tag(console, asked, limit)).collect();
    let has_limit = row.limited > 0;
    context! {
        title,
        slice => slice.join(" · "),
        printed => row.printed.clone(),
        unit => unit(console, asked, &row.unit),
        n => row.n,
        late => if has_limit { row.late.to_string() } else { String::new() },
        late_href => (row.late > 0)
            .then(|| asked.link("/cases", &row.indicator, &filter, "&late=yes")),
        longest => longest(row),
        limits,
        spark => spark(results, row, asked),
        excluded => row.excluded.iter().map(|excluded| excluded.n).sum::<u64>(),
        open => row.open.as_ref().map(|open| open.n),
        href => asked.link("/figures", &row.indicator, &filter, "&by=prefecture"),
    }
}

/// The unit as it is printed after a number.
pub(super) fn unit(console: &Console, asked: &Asked, unit: &str) -> String {
    console.pack.units.get(unit).map_or(unit, |words| asked.words(words)).to_owned()
}

/// The longest case as hours and minutes; nothing for what is not on a clock.
pub(super) fn longest(row: &FigureRow) -> String {
    let seconds = row.longest.filter(|_| row.measured_in == "s");
    seconds.map_or(String::new(), span)
}

/// A limit in words, marked when it is broken or nobody has read it in a primary text.
pub(super) fn limit_tag(
    console: &Console,
    asked: &Asked,
    limit: &crate::systems::indicators::LimitRow,
) -> Value {
    let kind = match limit.kind {
        "mean" => asked.pick("平均", "mean"),
        "longest" => asked.pick("最长", "longest"),
        "share" => asked.pick("比率", "share"),
        "bound" => asked.pick("上限", "bound"),
        "percentile" => asked.pick("分位", "percentile"),
        other => other,
    };
    let unverified = if limit.verified { "" } else { asked.pick("·未核实", " · unverified") };
    let unit = unit(console, asked, &limit.unit);
    let value = if limit.value != 0.0 && limit.value.abs() < 0.001 {
        format!("{:e}", limit.value)
    } else {
        limit.value.to_string()
    };
    context! { text => format!("{kind} {value} {unit}{unverified}"), met => limit.met }
}

/// The months of a figure as a small line with words for those who cannot see it.
fn spark(results: &Results, row: &FigureRow, asked: &Asked) -> String {
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
    let height = if high > low { high - low } else { 1.0 };
    let mut points = String::new();
    let mut said = String::new();
    for (index, (name, value, printed)) in months.iter().enumerate() {
        let x = 2.0 + 96.0 * index as f64 / (months.len() - 1) as f64;
        let y = 20.0 - 16.0 * (value - low) / height;
        let _ = write!(points, "{x:.1},{y:.1} ");
        let _ = write!(said, "{name} {printed}; ");
    }
    let label = asked.pick("逐月", "by month");
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 24\" role=\"img\" aria-label=\"{label}: {}\">\
         <polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/></svg>",
        said.trim_end_matches("; "),
        points.trim_end()
    )
}

//! What a reference prints: a figure, a number beside it, or a field of the settings.

use std::collections::BTreeMap;

use trueline_expression::find_nearest_word;
use trueline_language::{Text, text};

use super::context::ReferenceContext;
use super::marks::FigureReference;
use crate::systems::reports::model::{FigureChange, Language, ReportLine, ReportedSlice};
use crate::systems::reports::print;

/// Every filter, for messages.
const FILTERS: &[&str] = &[
    "value", "unit", "n", "late", "longest", "p50", "p95", "previous", "change", "limit",
    "interval", "excluded", "open",
];

/// Why a reference names nothing, and what may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnknownReference {
    pub(super) says: Text,
    pub(super) instead: Option<Text>,
}

/// The text that a reference prints.
pub(super) fn evaluate_reference(
    reference: &FigureReference,
    context: &ReferenceContext<'_>,
) -> Result<String, UnknownReference> {
    if let Some((_, text)) = context.fields.iter().find(|(name, _)| *name == reference.name) {
        return print_field(reference, text);
    }
    let wanted: BTreeMap<String, String> = reference.slice.iter().cloned().collect();
    let of_id = |line: &&ReportLine| line.id() == reference.name;
    let lines = || context.groups.iter().flat_map(|group| &group.lines);
    if let Some(line) = lines().filter(of_id).find(|line| line.figure.slice == wanted) {
        return print_line(reference, line, context.language);
    }
    let rows = || {
        let id =
            |row: &&ReportedSlice| format!("{}.{}", row.indicator, row.statistic) == reference.name;
        context.slices.iter().filter(id)
    };
    if let Some(row) = rows().find(|row| row.slice == wanted) {
        return print_slice(reference, row, lines().find(of_id), context.language);
    }
    if lines().any(|line| of_id(&line)) || rows().next().is_some() {
        return Err(report_unknown_slice(reference, context));
    }
    let indicator = reference.name.rsplit_once('.').map(|(indicator, _)| indicator);
    if context.empty.iter().any(|id| Some(id.as_str()) == indicator || *id == reference.name) {
        return Ok(print::NOTHING.to_owned());
    }
    Err(report_unknown_name(reference, context))
}

fn print_field(reference: &FigureReference, text: &str) -> Result<String, UnknownReference> {
    if reference.slice.is_empty() && reference.filter.is_none() {
        return Ok(text.to_owned());
    }
    Err(UnknownReference {
        says: text!("`{}` 是文字，不是指标值", "`{}` is a text, not a figure", reference.name),
        instead: Some(text!("请写 `{{{{{}}}}}`", "write `{{{{{}}}}}`", reference.name)),
    })
}

fn print_line(
    reference: &FigureReference,
    line: &ReportLine,
    language: Language,
) -> Result<String, UnknownReference> {
    let figure = &line.figure;
    let unit = line.unit_title.as_str();
    let with_unit = |text: &str| print::with_unit(text, unit, language);
    let waited = |seconds: Option<f64>| print::format_wait(seconds, line.clock.as_ref(), language);
    let percentiles = figure.percentiles;
    Ok(match reference.filter.as_deref() {
        None => with_unit(&figure.printed),
        Some("value") => figure.printed.clone(),
        Some("unit") => unit.to_owned(),
        Some("n") => print::format_count(figure.n),
        Some("late") => print::format_count(figure.late),
        Some("longest") => waited(figure.longest.map(|longest| longest as f64)),
        Some("p50") => waited(percentiles.map(|all| all.p50)),
        Some("p95") => waited(percentiles.map(|all| all.p95 as f64)),
        Some("previous") => {
            let previous = line.previous.as_ref();
            previous.map_or_else(|| print::NOTHING.to_owned(), |p| with_unit(&p.printed))
        }
        Some("change") => print_change(line, language),
        Some("limit") => {
            let strictest = figure.limits.first();
            strictest.map_or_else(|| print::NOTHING.to_owned(), |limit| limit.printed.clone())
        }
        Some("interval") => print::format_interval(figure.interval.as_ref(), &figure.printed)
            .unwrap_or_else(|| print::NOTHING.to_owned()),
        Some("excluded") => print::format_count(figure.excluded.iter().map(|one| one.n).sum()),
        Some("open") => {
            let open = figure.open.map(|open| print::format_count(open.n));
            open.unwrap_or_else(|| print::NOTHING.to_owned())
        }
        Some(filter) => return Err(report_unknown_filter(filter)),
    })
}

fn print_slice(
    reference: &FigureReference,
    row: &ReportedSlice,
    line: Option<&ReportLine>,
    language: Language,
) -> Result<String, UnknownReference> {
    let unit = line.map_or(row.unit.as_str(), |line| &line.unit_title);
    let clock = line.and_then(|line| line.clock.as_ref());
    let with_unit = |text: &str| print::with_unit(text, unit, language);
    let waited = |seconds: Option<f64>| print::format_wait(seconds, clock, language);
    Ok(match reference.filter.as_deref() {
        None => with_unit(&row.printed),
        Some("value") => row.printed.clone(),
        Some("unit") => unit.to_owned(),
        Some("n") => print::format_count(row.n),
        Some("late") => print::format_count(row.late),
        Some("longest") => waited(row.longest.map(|longest| longest as f64)),
        Some("p50") => waited(row.percentiles.map(|all| all.p50)),
        Some("p95") => waited(row.percentiles.map(|all| all.p95 as f64)),
        Some(filter) if FILTERS.contains(&filter) => {
            return Err(UnknownReference {
                says: text!(
                    "`|{filter}` 只用于公布的指标值，不用于切片",
                    "`|{filter}` is known for published figures, not for slices"
                ),
                instead: Some(text!(
                    "可用 value、unit、n、late、longest、p50 或 p95",
                    "use value, unit, n, late, longest, p50 or p95"
                )),
            });
        }
        Some(filter) => return Err(report_unknown_filter(filter)),
    })
}

/// `缩短0.47小时`: how a figure changed since the period before.
fn print_change(line: &ReportLine, language: Language) -> String {
    match &line.change {
        Some(FigureChange::Difference { value, printed, .. }) => {
            let size = printed.trim_start_matches(['+', '−', '-']);
            print::change_in_words(*value, size, line, language)
        }
        Some(FigureChange::Break { says }) => says.clone(),
        None => match language {
            Language::Chinese => "无可比数据".to_owned(),
            Language::English => "not comparable".to_owned(),
        },
    }
}

fn report_unknown_filter(filter: &str) -> UnknownReference {
    let meant = find_nearest_word(filter, FILTERS.iter().copied());
    let instead = match meant {
        Some(meant) => text!("是否指 `|{meant}`？", "did you mean `|{meant}`?"),
        None => text!("可用的修饰：{}", "filters are {}", FILTERS.join(", ")),
    };
    UnknownReference {
        says: text!("没有名为 `{filter}` 的修饰", "no filter is called `{filter}`"),
        instead: Some(instead),
    }
}

fn report_unknown_slice(
    reference: &FigureReference,
    context: &ReferenceContext<'_>,
) -> UnknownReference {
    let mut known: Vec<String> = Vec::new();
    let lines = context.groups.iter().flat_map(|group| &group.lines);
    for line in lines.filter(|line| line.id() == reference.name) {
        known.push(print::format_slice(&line.figure.slice));
    }
    let id =
        |row: &&ReportedSlice| format!("{}.{}", row.indicator, row.statistic) == reference.name;
    for row in context.slices.iter().filter(id) {
        known.push(print::format_slice(&row.slice));
    }
    let pairs = reference.slice.iter().cloned().collect();
    let asked = print::format_slice(&pairs);
    let meant = find_nearest_word(&asked, known.iter().map(String::as_str));
    let instead = match (meant, known.first()) {
        (Some(meant), _) => Some(text!("是否指 `[{meant}]`？", "did you mean `[{meant}]`?")),
        (None, Some(first)) if first.is_empty() => {
            Some(text!("没有这个切片", "it has no such slice"))
        }
        (None, Some(first)) => {
            Some(text!("例如 `{}[{first}]`", "for example `{}[{first}]`", reference.name))
        }
        (None, None) => None,
    };
    UnknownReference {
        says: text!("`{}` 没有切片 `[{asked}]`", "`{}` has no slice `[{asked}]`", reference.name),
        instead,
    }
}

fn report_unknown_name(
    reference: &FigureReference,
    context: &ReferenceContext<'_>,
) -> UnknownReference {
    let mut known: Vec<String> =
        context.fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    for line in context.groups.iter().flat_map(|group| &group.lines) {
        known.push(line.id());
    }
    known.dedup();
    let meant = find_nearest_word(&reference.name, known.iter().map(String::as_str));
    UnknownReference {
        says: text!("没有名为 `{}` 的指标值", "no figure is called `{}`", reference.name),
        instead: Some(match meant {
            Some(meant) => text!("是否指 `{meant}`？", "did you mean `{meant}`?"),
            None => {
                text!("`trueline indicators` 列出全部指标值", "`trueline indicators` lists them")
            }
        }),
    }
}

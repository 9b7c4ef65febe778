//! `trueline indicators`: figures on the terminal, as JSON or as CSV.

use super::arguments::{Engine, IndicatorsArguments};
use super::place::InstanceFolders;
use super::question::{QuestionArguments, parse_moment};
use super::{Align, Failure, Language, TextTable};
use crate::state::State;
use crate::systems::indicators::{
    self, FigureResults, FigureRow, FigureStatus, Inquiry, InquiryRequest, Pack, format_span,
};

/// Reads the pack and the words of the command line.
pub(super) fn open_inquiry(
    state: &State,
    question: &QuestionArguments,
    filter: &[String],
) -> Result<Inquiry, Failure> {
    let request = InquiryRequest {
        pack: question.pack.as_deref(),
        period: &question.period,
        filter: &filter.join(","),
        as_of: parse_moment(question.as_of.as_deref())?,
    };
    Ok(Inquiry::open(state, &request)?)
}

pub(super) fn run_indicators(
    asked: &IndicatorsArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let program = place.open_instance()?;
    let mut inquiry = open_inquiry(&program.state, &asked.question, &asked.filter)?;
    inquiry.question.by.clone_from(&asked.by);
    inquiry.question.only.clone_from(&asked.indicator);
    if asked.explain == Some(Engine::Sql) {
        let Inquiry { pack, question, lake, calendars, .. } = &inquiry;
        let sql = indicators::explain_sql(pack, question, lake, calendars)?;
        print!("{sql}");
        return Ok(());
    }
    let results = indicators::compute_or_quote_figures(
        &inquiry.pack,
        &inquiry.question,
        &inquiry.lake_records(),
    )?;
    note_if_empty(&results, language);
    let json = serde_json::to_value(&results.rows).map_err(Failure::from_foreign)?;
    build_figure_table(&inquiry.pack, &results, language).print_as(asked.format, &json)?;
    Ok(())
}

/// An empty period is an answer, but rarely the one that was hoped for.
pub(super) fn note_if_empty(results: &FigureResults, language: Language) {
    if results.rows.iter().any(|row| row.value.is_some()) {
        return;
    }
    let period = &results.period.name;
    eprintln!(
        "{}",
        language.pick(
            format!("提示：{period} 没有符合条件的记录；换一个统计期，去掉 --where，或先导入"),
            format!(
                "note: no record of {period} fits; try another period, leave --where out, or \
                 import first"
            ),
        )
    );
}

fn build_figure_table(pack: &Pack, results: &FigureResults, language: Language) -> TextTable {
    let right = |chinese, english| (language.pick(chinese, english), Align::Right);
    let left = |chinese, english| (language.pick(chinese, english), Align::Left);
    let mut table = TextTable::new(&[
        left("指标", "figure"),
        left("名称", "title"),
        left("切片", "slice"),
        right("值", "value"),
        left("单位", "unit"),
        right("件数", "n"),
        right("超时", "late"),
        right("中位", "p50"),
        right("p95", "p95"),
        right("最长", "longest"),
        right("排除", "excluded"),
        right("未完", "open"),
        left("限值", "limits"),
    ]);
    for row in &results.rows {
        table.add_row(list_figure_cells(pack, row, language));
    }
    table
}

fn list_figure_cells(pack: &Pack, row: &FigureRow, language: Language) -> Vec<String> {
    let indicator = pack.indicators.iter().find(|indicator| indicator.id == row.indicator);
    let title = indicator.map_or("", |indicator| indicator.title.as_str(language));
    let title = match (row.status, &row.note) {
        (FigureStatus::Published, Some(note)) => language
            .pick(format!("{title}（{}）", note.as_str(language)), format!("{title} ({note})")),
        _ => title.to_owned(),
    };
    let is_clock = row.measured_in == "s";
    let seconds =
        |value: Option<i64>| value.filter(|_| is_clock).map_or(String::new(), format_span);
    let percentiles = row.percentiles.as_ref();
    let excluded: u64 = row.excluded.iter().map(|excluded| excluded.n).sum();
    let open = row.open.as_ref().map_or(String::new(), |open| open.n.to_string());
    let limited = row.limited > 0;
    vec![
        format!("{}.{}", row.indicator, row.statistic),
        title,
        describe_slice(pack, row, language),
        row.printed.clone(),
        name_unit(pack, &row.unit, language),
        row.n.to_string(),
        if limited { row.late.to_string() } else { String::new() },
        seconds(percentiles.map(|p| p.p50 as i64)),
        seconds(percentiles.map(|p| p.p95)),
        seconds(row.longest),
        excluded.to_string(),
        open,
        describe_limits(pack, row, language),
    ]
}

fn name_unit(pack: &Pack, unit: &str, language: Language) -> String {
    pack.units.get(unit).map_or(unit, |title| title.as_str(language)).to_owned()
}

/// `吕梁 · 2020-05`
fn describe_slice(pack: &Pack, row: &FigureRow, language: Language) -> String {
    let parts: Vec<String> = row
        .slice
        .iter()
        .map(|(dimension, value)| {
            let label = pack.labels.get(dimension).and_then(|labels| labels.get(value));
            let label = label.or_else(|| pack.regions.get(value));
            match label {
                Some(label) => label.as_str(language).to_owned(),
                None if value.is_empty() => "—".to_owned(),
                None => value.clone(),
            }
        })
        .collect();
    parts.join(" · ")
}

/// Each limit, whether it is kept, and whether anybody read it in a primary source.
fn describe_limits(pack: &Pack, row: &FigureRow, language: Language) -> String {
    let texts: Vec<String> = row
        .limits
        .iter()
        .map(|limit| {
            let met = match limit.met {
                Some(true) => "✓",
                Some(false) => "✗",
                None => "·",
            };
            let unverified =
                if limit.verified { "" } else { language.pick("（未核实）", " (unverified)") };
            let unit = name_unit(pack, &limit.unit, language);
            let (chinese, english) = limit.kind_words();
            let kind = language.pick(chinese, english);
            format!("{met} {kind} {}{unit}{unverified}", limit.value)
        })
        .collect();
    texts.join("; ")
}

//! The page of one indicator, sliced as the reader likes; every cell leads to its cases.

use axum::response::{Html, Response};
use minijinja::{Value, context};

use super::console::Console;
use super::cross::build_cross_table;
use super::form;
use super::names::indicator_title;
use super::page_query::PageQuery;
use super::sliced_figures::SlicedFigures;
use crate::language::Language;
use crate::systems::indicators::Indicator;
use crate::web::query::encoded;
use crate::web::{Refusal, csv};

/// Nobody reads a page with more rows; the downloads have all of them.
const ROWS_MAX: usize = 500;

pub(super) fn render_sliced(console: &Console, asked: &PageQuery) -> Result<Html<String>, Refusal> {
    let indicator = asked.chosen_indicator(console)?;
    let results = asked.compute_figures(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = SlicedFigures { console, asked, indicator, results: &results };
    let rows = sliced.list_rows();
    let total = rows.len();
    let mut shown: Vec<Value> =
        rows.iter().take(ROWS_MAX).map(|row| sliced.build_line(row)).collect();
    if total > ROWS_MAX {
        shown.extend(rows.last().map(|whole| sliced.build_line(whole)));
    }
    let title = indicator_title(console, asked, indicator);
    let query = asked.link_to("", &indicator.id, &asked.filter_text(), &asked.view_parameters());
    let body = context! {
        lead => asked.pick_words(&indicator.says),
        definition => write_definition(asked, indicator),
        limits => sliced.list_limits(),
        caption => write_caption(asked, total),
        indicators => form::list_indicators(console, asked, &indicator.id),
        dimensions => form::list_dimensions(console, asked),
        ask => form::build_conditions(console, asked, "/figures"),
        keys => sliced.title_keys(),
        columns => sliced.title_columns(),
        cross => build_cross_table(&sliced),
        empty => rows.iter().all(|row| row.n == 0 && row.value.is_none()),
        save => context! {
            csv => format!("/figures.csv{query}"),
            json => format!("/api/figures{query}"),
        },
        rows => shown,
    };
    console.site.render("figures.html", &console.build_page(asked, &title, "/figures"), body)
}

/// Writes every row of the page as CSV, the whole last.
pub(super) fn write_csv(console: &Console, asked: &PageQuery) -> Result<Response, Refusal> {
    let indicator = asked.chosen_indicator(console)?;
    let results = asked.compute_figures(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = SlicedFigures { console, asked, indicator, results: &results };
    let mut head = sliced.title_keys();
    head.extend(sliced.title_columns());
    let rows = sliced.list_rows();
    let rows = rows.iter().map(|row| {
        let mut cells = sliced.print_keys(row);
        cells.extend(sliced.build_cells(row, false).into_iter().map(|cell| cell.text));
        cells
    });
    let name = format!("{}-{}", indicator.id, asked.question.period.name);
    Ok(csv::download(&name, &head, rows))
}

fn write_caption(asked: &PageQuery, total: usize) -> String {
    let cut = match (total > ROWS_MAX, asked.language) {
        (false, _) => String::new(),
        (true, Language::Chinese) => format!("这里列出前 {ROWS_MAX} 行，下载可得全部。"),
        (true, Language::English) => {
            format!(" The first {ROWS_MAX} are listed, a download has all.")
        }
    };
    match asked.language {
        Language::Chinese => {
            format!("共 {total} 行，末行为整体；时长为时:分:秒。点数字可看工单。{cut}")
        }
        Language::English => format!(
            "{total} rows, the last is the whole; durations in h:min:s. Open a number to see its \
             cases.{cut}"
        ),
    }
}

fn write_definition(asked: &PageQuery, indicator: &Indicator) -> String {
    let population = asked.pick_text("范围", "population");
    let mut text = format!("{population}: {}", indicator.population.text);
    if let Some(clock) = indicator.clock_spec() {
        let clock_word = asked.pick_text("时钟", "clock");
        let subtracted = asked.pick_text("扣除", "subtracted");
        text.push_str(&format!(" · {clock_word}: {} → {}", clock.start.text, clock.stop.text));
        if !clock.subtract.is_empty() {
            text.push_str(&format!(" · {subtracted}: {}", clock.subtract.join(", ")));
        }
    }
    text
}

/// A link back to the figure that a list of cases belongs to.
pub(crate) fn link_to_figures(asked: &PageQuery, indicator: &Indicator) -> String {
    let by: String = asked.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
    asked.link_to("/figures", &indicator.id, &asked.filter_text(), &by)
}

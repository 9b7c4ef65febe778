//! One indicator, sliced as the reader likes; every cell leads to its cases.

use axum::response::{Html, Response};
use minijinja::{Value, context};

use super::asked::PageQuery;
use super::names::{
    NOTHING, dimension_title, format_count, indicator_title, limit_tag, limit_text, unit_name,
    value_label,
};
use super::overview::format_longest;
use super::{Console, cross, form};
use crate::language::Language;
use crate::systems::indicators::{FigureResults, FigureRow, Indicator, LimitRow, format_span};
use crate::web::query::encoded;
use crate::web::{Refusal, csv};

/// Beyond this a page is no longer read; the downloads have all rows.
const ROWS_MAX: usize = 500;

/// The figures of one indicator along the dimensions that were asked for.
pub(super) struct Sliced<'a> {
    pub(super) console: &'a Console,
    pub(super) asked: &'a PageQuery,
    pub(super) indicator: &'a Indicator,
    pub(super) results: &'a FigureResults,
}

/// One number of a row, with the cases behind it.
struct FigureCell {
    text: String,
    href: Option<String>,
    bad: bool,
    missed: Option<String>,
}

pub(super) fn render_sliced(console: &Console, asked: &PageQuery) -> Result<Html<String>, Refusal> {
    let indicator = asked.chosen_indicator(console)?;
    let results = asked.compute_figures(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = Sliced { console, asked, indicator, results: &results };
    let rows = sliced.slice_rows();
    let total = rows.len();
    let mut shown: Vec<Value> =
        rows.iter().take(ROWS_MAX).map(|row| sliced.table_line(row)).collect();
    if total > ROWS_MAX {
        shown.extend(rows.last().map(|whole| sliced.table_line(whole)));
    }
    let title = indicator_title(console, asked, indicator);
    let query = asked.link_to("", &indicator.id, &asked.filter_text(), &asked.view_parameters());
    let body = context! {
        lead => asked.pick_words(&indicator.says),
        definition => definition_text(asked, indicator),
        limits => sliced.list_limits(),
        caption => caption_text(asked, total),
        indicators => form::list_indicators(console, asked, &indicator.id),
        dimensions => form::offered_dimensions(console, asked),
        ask => form::build_conditions(console, asked, "/figures"),
        keys => sliced.key_titles(),
        columns => sliced.column_titles(),
        cross => cross::cross_table(&sliced),
        empty => rows.iter().all(|row| row.n == 0 && row.value.is_none()),
        save => context! {
            csv => format!("/figures.csv{query}"),
            json => format!("/api/figures{query}"),
        },
        rows => shown,
    };
    console.site.render("figures.html", &console.build_page(asked, &title, "/figures"), body)
}

/// Every row of the page, the whole last.
pub(super) fn write_csv(console: &Console, asked: &PageQuery) -> Result<Response, Refusal> {
    let indicator = asked.chosen_indicator(console)?;
    let results = asked.compute_figures(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = Sliced { console, asked, indicator, results: &results };
    let mut head = sliced.key_titles();
    head.extend(sliced.column_titles());
    let rows = sliced.slice_rows();
    let rows = rows.iter().map(|row| {
        let mut cells = sliced.key_texts(row);
        cells.extend(sliced.row_cells(row, false).into_iter().map(|cell| cell.text));
        cells
    });
    let name = format!("{}-{}", indicator.id, asked.question.period.name);
    Ok(csv::download(&name, &head, rows))
}

fn caption_text(asked: &PageQuery, total: usize) -> String {
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

fn definition_text(asked: &PageQuery, indicator: &Indicator) -> String {
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

impl<'a> Sliced<'a> {
    /// Rows of the first published statistic that are cut along all dimensions, then the whole.
    fn slice_rows(&self) -> Vec<&'a FigureRow> {
        let by = &self.asked.by;
        let whole = self.main_rows().filter(|row| row.slice.is_empty());
        let cut = self.main_rows().filter(|row| {
            !by.is_empty()
                && row.slice.len() == by.len()
                && by.iter().all(|name| row.slice.contains_key(name))
        });
        cut.chain(whole).collect()
    }

    /// Every row of the first published statistic.
    pub(super) fn main_rows(&self) -> impl Iterator<Item = &'a FigureRow> + use<'a> {
        let first = self.indicator.publish.first().map(|statistic| statistic.id.as_str());
        self.results.rows.iter().filter(move |row| Some(row.statistic.as_str()) == first)
    }

    /// The limits of all statistics, each once; missed if any figure of the whole misses it.
    fn list_limits(&self) -> Vec<Value> {
        let segments = &self.indicator.segments;
        let is_published = |row: &&FigureRow| row.slice.keys().all(|key| segments.contains(key));
        let all = self.results.rows.iter().filter(is_published).flat_map(|row| &row.limits);
        let mut found: Vec<(String, &LimitRow)> = Vec::new();
        for limit in all {
            let text = limit_text(self.console, self.asked, limit);
            match found.iter_mut().find(|(known, _)| *known == text) {
                Some((_, known)) if limit.met == Some(false) => *known = limit,
                Some(_) => {}
                None => found.push((text, limit)),
            }
        }
        found.iter().map(|(_, limit)| limit_tag(self.console, self.asked, limit)).collect()
    }

    fn key_titles(&self) -> Vec<String> {
        let by = self.asked.by.iter();
        let titles: Vec<String> =
            by.map(|name| dimension_title(self.console, self.asked, name)).collect();
        // Without a slice there is one row, and it needs a name too.
        if titles.is_empty() {
            vec![self.asked.pick_text("切片", "Slice").to_owned()]
        } else {
            titles
        }
    }

    fn column_titles(&self) -> Vec<String> {
        let mut columns: Vec<String> = self
            .indicator
            .publish
            .iter()
            .map(|one| {
                let title = self.asked.pick_words(&one.title);
                let unit = unit_name(self.console, self.asked, &one.unit);
                match (unit.is_empty(), self.asked.language) {
                    (true, _) => title.to_owned(),
                    (false, Language::Chinese) => format!("{title}（{unit}）"),
                    (false, Language::English) => format!("{title} ({unit})"),
                }
            })
            .collect();
        let rest = [
            ("件数", "Cases"),
            ("超时", "Late"),
            ("中位", "Median"),
            ("P95", "P95"),
            ("最长", "Longest"),
            ("排除", "Excluded"),
            ("期末未完", "Open"),
        ];
        columns.extend(
            rest.iter().map(|(chinese, english)| self.asked.pick_text(chinese, english).to_owned()),
        );
        columns
    }

    fn key_texts(&self, row: &FigureRow) -> Vec<String> {
        let whole = self.asked.pick_text("整体", "Whole");
        if self.asked.by.is_empty() {
            return vec![whole.to_owned()];
        }
        let text = |(index, name): (usize, &String)| match row.slice.get(name) {
            Some(value) => value_label(self.console, self.asked, name, value),
            None if index == 0 => whole.to_owned(),
            None => String::new(),
        };
        self.asked.by.iter().enumerate().map(text).collect()
    }

    fn table_line(&self, row: &FigureRow) -> Value {
        let keys: Vec<Value> =
            self.key_texts(row).into_iter().map(|text| context! { text }).collect();
        let cells: Vec<Value> = self
            .row_cells(row, true)
            .into_iter()
            .map(|cell| {
                let FigureCell { text, href, bad, missed } = cell;
                context! { text, href, bad, missed }
            })
            .collect();
        context! { keys, cells, total => row.slice.is_empty() && !self.asked.by.is_empty() }
    }

    fn row_cells(&self, row: &FigureRow, for_reading: bool) -> Vec<FigureCell> {
        let n = |n: u64| if for_reading { format_count(n) } else { n.to_string() };
        let plain = |text: String| FigureCell { text, href: None, bad: false, missed: None };
        let linked = |number: u64, more: &str, bad: bool| FigureCell {
            text: n(number),
            href: (number > 0).then(|| self.link_to_cases(row, more)).flatten(),
            bad: bad && number > 0,
            missed: None,
        };
        let nothing = || plain(NOTHING.to_owned());
        let mut cells: Vec<FigureCell> = Vec::new();
        for statistic in &self.indicator.publish {
            let mut rows = self.results.rows.iter();
            let mine =
                rows.find(|other| other.statistic == statistic.id && other.slice == row.slice);
            cells.push(mine.map_or_else(nothing, |mine| self.value_cell(mine)));
        }
        cells.push(linked(row.n, "", false));
        cells.push(if row.limited > 0 { linked(row.late, "&which=late", true) } else { nothing() });
        let spell = |seconds: Option<i64>| {
            let seconds = seconds.filter(|_| row.measured_in == "s");
            plain(seconds.map_or(NOTHING.to_owned(), format_span))
        };
        let percentiles = row.percentiles.as_ref();
        cells.push(spell(percentiles.map(|p| p.p50 as i64)));
        cells.push(spell(percentiles.map(|p| p.p95)));
        cells.push(plain(format_longest(row)));
        let excluded = row.excluded.iter().map(|one| one.n).sum::<u64>();
        cells.push(linked(excluded, "&which=excluded", false));
        let open = row.open.as_ref();
        cells.push(open.map_or_else(nothing, |open| linked(open.n, "&which=open", false)));
        cells
    }

    fn value_cell(&self, row: &FigureRow) -> FigureCell {
        FigureCell {
            text: row.printed.clone(),
            href: (row.n > 0).then(|| self.link_to_cases(row, "")).flatten(),
            bad: false,
            missed: self.missed_limits(row),
        }
    }

    /// The limits that a figure does not keep, in words.
    pub(super) fn missed_limits(&self, row: &FigureRow) -> Option<String> {
        let missed: Vec<&LimitRow> =
            row.limits.iter().filter(|limit| limit.met == Some(false)).collect();
        let texts = missed.iter().map(|limit| limit_text(self.console, self.asked, limit));
        let texts: Vec<String> = texts.collect();
        let word = self.asked.pick_text("未达限值", "limit missed:");
        (!texts.is_empty()).then(|| format!("{word} {}", texts.join("; ")))
    }

    /// The page of the cases behind a row; `None` for what has no cases.
    pub(super) fn link_to_cases(&self, row: &FigureRow, more: &str) -> Option<String> {
        let page = self.indicator.dataset.rows_page?;
        let mut pairs = self.asked.pairs.clone();
        for (name, value) in &row.slice {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name.clone(), value.clone()));
        }
        let filter: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let filter = filter.join(",");
        Some(self.asked.link_to(page, &self.indicator.id, &filter, more))
    }
}

/// A link back to the figure that a list of cases belongs to.
pub(crate) fn link_to_figures(asked: &PageQuery, indicator: &Indicator) -> String {
    let by: String = asked.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
    asked.link_to("/figures", &indicator.id, &asked.filter_text(), &by)
}

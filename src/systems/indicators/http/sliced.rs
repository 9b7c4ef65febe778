//! One indicator, sliced as the reader likes; every cell leads to its cases.

use axum::response::{Html, Response};
use minijinja::{Value, context};

use super::asked::Asked;
use super::names::{
    NOTHING, count, dimension_title, indicator_title, label, limit_tag, limit_text, unit,
};
use super::overview::longest;
use super::{Console, cross, form};
use crate::language::Language;
use crate::systems::indicators::{FigureRow, Indicator, LimitRow, Results, span};
use crate::web::query::encoded;
use crate::web::{Refusal, csv};

/// Beyond this a page is no longer read; the downloads have all rows.
const ROWS_MAX: usize = 500;

/// The figures of one indicator along the dimensions that were asked for.
pub(super) struct Sliced<'a> {
    pub(super) console: &'a Console,
    pub(super) asked: &'a Asked,
    pub(super) indicator: &'a Indicator,
    pub(super) results: &'a Results,
}

/// One number of a row, with the cases behind it.
struct Cell {
    text: String,
    href: Option<String>,
    bad: bool,
    missed: Option<String>,
}

pub(super) fn page(console: &Console, asked: &Asked) -> Result<Html<String>, Refusal> {
    let indicator = asked.indicator(console)?;
    let results = asked.compute(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = Sliced { console, asked, indicator, results: &results };
    let rows = sliced.rows();
    let total = rows.len();
    let mut shown: Vec<Value> = rows.iter().take(ROWS_MAX).map(|row| sliced.line(row)).collect();
    if total > ROWS_MAX {
        shown.extend(rows.last().map(|whole| sliced.line(whole)));
    }
    let title = indicator_title(console, asked, indicator);
    let query = asked.link("", &indicator.id, &asked.filter(), &asked.manner());
    let body = context! {
        lead => asked.words(&indicator.says),
        definition => definition(asked, indicator),
        limits => sliced.limits(),
        caption => caption(asked, total),
        indicators => form::indicators(console, asked, &indicator.id),
        dimensions => form::dimensions(console, asked),
        ask => form::conditions(console, asked, "/figures"),
        keys => sliced.keys(),
        columns => sliced.columns(),
        cross => cross::table(&sliced),
        empty => rows.iter().all(|row| row.n == 0 && row.value.is_none()),
        save => context! {
            csv => format!("/figures.csv{query}"),
            json => format!("/api/figures{query}"),
        },
        rows => shown,
    };
    console.site.render("figures.html", &console.page(asked, &title, "/figures"), body)
}

/// Every row of the page, the whole last.
pub(super) fn csv(console: &Console, asked: &Asked) -> Result<Response, Refusal> {
    let indicator = asked.indicator(console)?;
    let results = asked.compute(console, asked.by.clone(), vec![indicator.id.clone()])?;
    let sliced = Sliced { console, asked, indicator, results: &results };
    let mut head = sliced.keys();
    head.extend(sliced.columns());
    let rows = sliced.rows();
    let rows = rows.iter().map(|row| {
        let mut cells = sliced.key_texts(row);
        cells.extend(sliced.cells(row, false).into_iter().map(|cell| cell.text));
        cells
    });
    let name = format!("{}-{}", indicator.id, asked.question.period.name);
    Ok(csv::download(&name, &head, rows))
}

fn caption(asked: &Asked, total: usize) -> String {
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

impl<'a> Sliced<'a> {
    /// Rows of the first published statistic that are cut along all dimensions, then the whole.
    fn rows(&self) -> Vec<&'a FigureRow> {
        let by = &self.asked.by;
        let whole = self.main().filter(|row| row.slice.is_empty());
        let cut = self.main().filter(|row| {
            !by.is_empty()
                && row.slice.len() == by.len()
                && by.iter().all(|name| row.slice.contains_key(name))
        });
        cut.chain(whole).collect()
    }

    /// Every row of the first published statistic.
    pub(super) fn main(&self) -> impl Iterator<Item = &'a FigureRow> + use<'a> {
        let first = self.indicator.publish.first().map(|statistic| statistic.id.as_str());
        self.results.rows.iter().filter(move |row| Some(row.statistic.as_str()) == first)
    }

    /// The limits of all statistics, each once; missed if any figure of the whole misses it.
    fn limits(&self) -> Vec<Value> {
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

    fn keys(&self) -> Vec<String> {
        let by = self.asked.by.iter();
        let titles: Vec<String> =
            by.map(|name| dimension_title(self.console, self.asked, name)).collect();
        // Without a slice there is one row, and it needs a name too.
        if titles.is_empty() { vec![self.asked.pick("切片", "Slice").to_owned()] } else { titles }
    }

    fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self
            .indicator
            .publish
            .iter()
            .map(|one| {
                let title = self.asked.words(&one.title);
                let unit = unit(self.console, self.asked, &one.unit);
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
            rest.iter().map(|(chinese, english)| self.asked.pick(chinese, english).to_owned()),
        );
        columns
    }

    fn key_texts(&self, row: &FigureRow) -> Vec<String> {
        let whole = self.asked.pick("整体", "Whole");
        if self.asked.by.is_empty() {
            return vec![whole.to_owned()];
        }
        let text = |(index, name): (usize, &String)| match row.slice.get(name) {
            Some(value) => label(self.console, self.asked, name, value),
            None if index == 0 => whole.to_owned(),
            None => String::new(),
        };
        self.asked.by.iter().enumerate().map(text).collect()
    }

    fn line(&self, row: &FigureRow) -> Value {
        let keys: Vec<Value> =
            self.key_texts(row).into_iter().map(|text| context! { text }).collect();
        let cells: Vec<Value> = self
            .cells(row, true)
            .into_iter()
            .map(|cell| {
                let Cell { text, href, bad, missed } = cell;
                context! { text, href, bad, missed }
            })
            .collect();
        context! { keys, cells, total => row.slice.is_empty() && !self.asked.by.is_empty() }
    }

    fn cells(&self, row: &FigureRow, for_reading: bool) -> Vec<Cell> {
        let n = |n: u64| if for_reading { count(n) } else { n.to_string() };
        let plain = |text: String| Cell { text, href: None, bad: false, missed: None };
        let linked = |number: u64, more: &str, bad: bool| Cell {
            text: n(number),
            href: (number > 0).then(|| self.cases(row, more)).flatten(),
            bad: bad && number > 0,
            missed: None,
        };
        let nothing = || plain(NOTHING.to_owned());
        let mut cells: Vec<Cell> = Vec::new();
        for statistic in &self.indicator.publish {
            let mut rows = self.results.rows.iter();
            let mine =
                rows.find(|other| other.statistic == statistic.id && other.slice == row.slice);
            cells.push(mine.map_or_else(nothing, |mine| self.value(mine)));
        }
        cells.push(linked(row.n, "", false));
        cells.push(if row.limited > 0 { linked(row.late, "&which=late", true) } else { nothing() });
        let spell = |seconds: Option<i64>| {
            let seconds = seconds.filter(|_| row.measured_in == "s");
            plain(seconds.map_or(NOTHING.to_owned(), span))
        };
        let percentiles = row.percentiles.as_ref();
        cells.push(spell(percentiles.map(|p| p.p50 as i64)));
        cells.push(spell(percentiles.map(|p| p.p95)));
        cells.push(plain(longest(row)));
        let excluded = row.excluded.iter().map(|one| one.n).sum::<u64>();
        cells.push(linked(excluded, "&which=excluded", false));
        let open = row.open.as_ref();
        cells.push(open.map_or_else(nothing, |open| linked(open.n, "&which=open", false)));
        cells
    }

    fn value(&self, row: &FigureRow) -> Cell {
        Cell {
            text: row.printed.clone(),
            href: (row.n > 0).then(|| self.cases(row, "")).flatten(),
            bad: false,
            missed: self.missed(row),
        }
    }

    /// The limits that a figure does not keep, in words.
    pub(super) fn missed(&self, row: &FigureRow) -> Option<String> {
        let missed: Vec<&LimitRow> =
            row.limits.iter().filter(|limit| limit.met == Some(false)).collect();
        let texts = missed.iter().map(|limit| limit_text(self.console, self.asked, limit));
        let texts: Vec<String> = texts.collect();
        let word = self.asked.pick("未达限值", "limit missed:");
        (!texts.is_empty()).then(|| format!("{word} {}", texts.join("; ")))
    }

    /// The page of the cases behind a row; `None` for what has no cases.
    pub(super) fn cases(&self, row: &FigureRow, more: &str) -> Option<String> {
        let page = self.indicator.dataset.rows_page?;
        let mut pairs = self.asked.pairs.clone();
        for (name, value) in &row.slice {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name.clone(), value.clone()));
        }
        let filter: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let filter = filter.join(",");
        Some(self.asked.link(page, &self.indicator.id, &filter, more))
    }
}

/// A link back to the figure that a list of cases belongs to.
pub(crate) fn link_to_figures(asked: &Asked, indicator: &Indicator) -> String {
    let by: String = asked.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
    asked.link("/figures", &indicator.id, &asked.filter(), &by)
}

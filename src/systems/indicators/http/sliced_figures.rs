//! The rows and cells of the page of one indicator.

use minijinja::{Value, context};

use super::console::Console;
use super::names::{
    NOTHING, dimension_title, format_count, format_longest, limit_tag, limit_text, unit_name,
    value_label,
};
use super::page_query::PageQuery;
use crate::language::Language;
use crate::systems::indicators::{FigureResults, FigureRow, Indicator, LimitRow, format_span};

/// The figures of one indicator along the dimensions that were asked for.
pub(super) struct SlicedFigures<'a> {
    pub(super) console: &'a Console,
    pub(super) asked: &'a PageQuery,
    pub(super) indicator: &'a Indicator,
    pub(super) results: &'a FigureResults,
}

/// One number of a row, with the cases behind it.
pub(super) struct FigureCell {
    pub(super) text: String,
    href: Option<String>,
    bad: bool,
    missed: Option<String>,
}

impl<'a> SlicedFigures<'a> {
    /// The rows of the first published statistic sliced along all dimensions, then the whole.
    pub(super) fn list_rows(&self) -> Vec<&'a FigureRow> {
        let by = &self.asked.by;
        let whole = self.list_main_rows().filter(|row| row.slice.is_empty());
        let cut = self.list_main_rows().filter(|row| {
            !by.is_empty()
                && row.slice.len() == by.len()
                && by.iter().all(|name| row.slice.contains_key(name))
        });
        cut.chain(whole).collect()
    }

    /// Every row of the first published statistic.
    pub(super) fn list_main_rows(&self) -> impl Iterator<Item = &'a FigureRow> + use<'a> {
        let first = self.indicator.publish.first().map(|statistic| statistic.id.as_str());
        self.results.rows.iter().filter(move |row| Some(row.statistic.as_str()) == first)
    }

    /// Lists the limits of all statistics, each once. A limit counts as missed if any published
    /// figure misses it.
    pub(super) fn list_limits(&self) -> Vec<Value> {
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

    pub(super) fn title_keys(&self) -> Vec<String> {
        let by = self.asked.by.iter();
        let titles: Vec<String> =
            by.map(|name| dimension_title(self.console, self.asked, name)).collect();
        // Without a slice there is one row, which needs a name too.
        if titles.is_empty() {
            vec![self.asked.pick_text("切片", "Slice").to_owned()]
        } else {
            titles
        }
    }

    pub(super) fn title_columns(&self) -> Vec<String> {
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

    pub(super) fn print_keys(&self, row: &FigureRow) -> Vec<String> {
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

    pub(super) fn build_line(&self, row: &FigureRow) -> Value {
        let keys: Vec<Value> =
            self.print_keys(row).into_iter().map(|text| context! { text }).collect();
        let cells: Vec<Value> = self
            .build_cells(row, true)
            .into_iter()
            .map(|cell| {
                let FigureCell { text, href, bad, missed } = cell;
                context! { text, href, bad, missed }
            })
            .collect();
        context! { keys, cells, total => row.slice.is_empty() && !self.asked.by.is_empty() }
    }

    pub(super) fn build_cells(&self, row: &FigureRow, for_reading: bool) -> Vec<FigureCell> {
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
            cells.push(mine.map_or_else(nothing, |mine| self.build_value_cell(mine)));
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

    fn build_value_cell(&self, row: &FigureRow) -> FigureCell {
        FigureCell {
            text: row.printed.clone(),
            href: (row.n > 0).then(|| self.link_to_cases(row, "")).flatten(),
            bad: false,
            missed: self.describe_missed_limits(row),
        }
    }

    /// The limits that a figure misses, in words; `None` if it misses none.
    pub(super) fn describe_missed_limits(&self, row: &FigureRow) -> Option<String> {
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

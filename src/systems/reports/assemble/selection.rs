//! Finds the statistics and rows that a chart shows, and writes units into titles.

use crate::systems::indicators::{FigureResults, FigureRow, Indicator, Statistic, StatisticKind};
use crate::systems::reports::model::Language;

pub(super) fn find_mean(indicator: &Indicator) -> Option<&Statistic> {
    indicator.publish.iter().find(|statistic| statistic.kind == StatisticKind::Mean)
}

pub(super) fn add_unit_in_brackets(title: &str, unit: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("{title}（{unit}）"),
        Language::English => format!("{title} ({unit})"),
    }
}

/// Selects the rows of one statistic that are sliced by exactly these dimensions.
pub(super) fn select_rows<'a>(
    results: &'a FigureResults,
    indicator: &'a str,
    statistic: &'a str,
    by: &'a [&str],
) -> impl Iterator<Item = &'a FigureRow> {
    results.rows.iter().filter(move |row| {
        row.indicator == indicator
            && row.statistic == statistic
            && row.slice.len() == by.len()
            && by.iter().all(|name| row.slice.contains_key(*name))
    })
}

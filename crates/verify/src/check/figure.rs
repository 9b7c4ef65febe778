//! One figure of a report against its cell of the evidence: every number beside it.

use std::collections::BTreeMap;

use trueline_numbers::{clopper_pearson_interval, wilson_interval};

use super::difference::difference_finding;
use super::shape::{
    ShownExclusion, ShownFigure, ShownLine, ShownPause, ShownPercentiles, SliceKey,
};
use crate::evidence::{CellColumns, Evidence, FigureUsed, Population, PrintRule, ValueRule};
use crate::figures::{figure_value, share_parts, view_value};
use crate::verdict::VerdictFinding;

/// Every figure of the evidence by its name, with its cell added up.
pub(crate) struct FigureIndex<'a> {
    figures: BTreeMap<(&'a str, &'a SliceKey, &'a str), &'a FigureUsed>,
    totals: Vec<Vec<CellColumns>>,
    none: CellColumns,
}

impl<'a> FigureIndex<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> FigureIndex<'a> {
        let key = |used: &'a FigureUsed| {
            ((used.figure.as_str(), &used.slice, used.period.as_str()), used)
        };
        FigureIndex {
            figures: evidence.figures.iter().map(key).collect(),
            totals: evidence.populations.iter().map(Population::sum_blocks).collect(),
            none: CellColumns::new(),
        }
    }

    pub(crate) fn find_figure(
        &self,
        figure: &str,
        slice: &SliceKey,
        period: &str,
    ) -> Option<(&'a FigureUsed, &CellColumns)> {
        let used = self.figures.get(&(figure, slice, period)).copied()?;
        let cell = used.population.zip(used.cell);
        let cell = cell.and_then(|(population, cell)| self.totals.get(population)?.get(cell));
        Some((used, cell.unwrap_or(&self.none)))
    }
}
/// A figure that the evidence has, and the findings about it.
pub(crate) struct FigureComparison<'a, 'f> {
    pub(crate) name: String,
    pub(crate) used: &'a FigureUsed,
    pub(crate) cell: &'a CellColumns,
    pub(crate) found: &'f mut Vec<VerdictFinding>,
}

impl FigureComparison<'_, '_> {
    /// All numbers of a line of the report, except its change and the period before.
    pub(crate) fn compare_line(&mut self, figure: &ShownFigure) {
        self.compare_printed("groups", &figure.printed);
        self.compare_value(figure.value);
        self.compare_count(("件数", "n"), figure.n, "n");
        self.compare_count(("有限值的件数", "limited"), figure.limited, "limited");
        self.compare_count(("超限", "late"), figure.late, "late");
        self.compare_count(("无法计量", "unmeasurable"), figure.unmeasurable, "unmeasurable");
        self.compare_if_shown(("合计", "sum"), figure.sum, "sum");
        self.compare_if_shown(("最长", "longest"), figure.longest, "longest");
        self.compare_if_shown(("最短", "shortest"), figure.shortest, "shortest");
        self.compare_percentiles(figure.percentiles);
        self.compare_views(figure);
        self.compare_interval(figure);
        self.compare_exclusions(&figure.excluded);
        self.compare_pauses(&figure.subtracted);
        if let Some(open) = figure.open {
            self.compare_count(("期末未办结", "open"), open.n, "open.n");
            self.compare_count(("未办结已超限", "open past"), open.past_limit, "open.past");
            self.compare_if_shown(("未办结最长", "oldest open"), open.oldest, "open.oldest");
        }
    }

    fn add_difference(&mut self, field: (&str, &str), shown: &str, proved: &str) {
        self.found.push(difference_finding(&self.name, "report", field, shown, proved));
    }

    pub(crate) fn compare_printed(&mut self, place: &str, shown: &str) {
        if shown != self.used.printed {
            let field = ("印刷值", "printed");
            self.found.push(difference_finding(
                &self.name,
                place,
                field,
                shown,
                &self.used.printed,
            ));
        }
    }

    pub(crate) fn compare_value(&mut self, shown: Option<f64>) {
        if matches!(self.used.value, ValueRule::Published | ValueRule::Bound { .. }) {
            return;
        }
        let proved = figure_value(self.used, self.cell);
        let same = match (shown, proved) {
            (Some(shown), Some(proved)) => is_close(shown, proved),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            let text = |value: Option<f64>| value.map_or("—".to_owned(), |one| one.to_string());
            self.add_difference(("数值", "value"), &text(shown), &text(proved));
        }
    }

    pub(crate) fn compare_count(
        &mut self,
        field: (&str, &str),
        shown: impl Into<i128>,
        column: &str,
    ) {
        let proved = self.cell.get(column).map_or(0, |value| value.0);
        let shown: i128 = shown.into();
        if shown != proved {
            self.add_difference(field, &shown.to_string(), &proved.to_string());
        }
    }

    pub(crate) fn compare_if_shown(
        &mut self,
        field: (&str, &str),
        shown: Option<i64>,
        column: &str,
    ) {
        if let Some(shown) = shown {
            self.compare_count(field, shown, column);
        }
    }

    /// Compares the figure with nothing excluded, and with no pause subtracted.
    fn compare_views(&mut self, figure: &ShownFigure) {
        let views = [
            (("不作排除", "without exclusions"), "all", figure.without_exclusions),
            (("不扣暂停", "without pauses"), "bare", figure.without_pauses),
        ];
        for (field, view, shown) in views {
            let Some((shown, proved)) = shown.zip(view_value(self.used, self.cell, view)) else {
                continue;
            };
            if !is_close(shown, proved) {
                self.add_difference(field, &shown.to_string(), &proved.to_string());
            }
        }
    }

    /// Computes the interval of a share again from the counts.
    fn compare_interval(&mut self, figure: &ShownFigure) {
        let Some(shown) = &figure.interval else { return };
        let factor = if figure.unit == "%" { 100 } else { 1 };
        let Some((hits, of)) = share_parts(self.used, self.cell, factor) else { return };
        let made = match shown.method.as_str() {
            "wilson" => wilson_interval(hits, of, shown.level),
            "clopper_pearson" => clopper_pearson_interval(hits, of, shown.level),
            _ => None,
        };
        let Some(made) = made else { return };
        let (low, high) = (made.low * factor as f64, made.high * factor as f64);
        if !is_close(shown.low, low) || !is_close(shown.high, high) {
            let field = ("置信区间", "interval");
            let text = |low: f64, high: f64| format!("{low}–{high}");
            self.add_difference(field, &text(shown.low, shown.high), &text(low, high));
        }
    }

    /// Compares the change with the difference of the two printed values.
    pub(crate) fn compare_change(&mut self, line: &ShownLine) {
        let Some((change, before)) = line.change.as_ref().zip(line.previous.as_ref()) else {
            return;
        };
        let figure = &line.figure;
        let decimals = match self.used.print {
            PrintRule::Decimal { decimals } | PrintRule::Percent { decimals } => Some(decimals),
            PrintRule::Bound => None,
        };
        let read = |printed: &str| printed.replace(',', "").parse::<f64>().ok();
        let values = read(&figure.printed).zip(read(&before.printed));
        let (Some(decimals), Some((now, before)), Some("difference")) =
            (decimals, values, change["kind"].as_str())
        else {
            return;
        };
        let (shown, proved) = (change["printed"].as_str(), print_signed(now - before, decimals));
        if shown != Some(&proved) {
            let field = ("变化", "change");
            self.add_difference(field, shown.unwrap_or_default(), &proved);
        }
    }

    fn compare_exclusions(&mut self, all: &[ShownExclusion]) {
        for one in all {
            let columns = [
                (format!("excluded.{}", one.reason), one.n),
                (format!("unapproved.{}", one.reason), one.without_approver),
            ];
            for (column, shown) in columns {
                self.compare_count(("排除", &column), shown, &column);
            }
        }
        for (column, value) in self.cell {
            let reason = column.strip_prefix("excluded.");
            let is_gone = |reason: &str| !all.iter().any(|one| one.reason == reason);
            if reason.is_some_and(is_gone) {
                self.add_difference(("排除", column), "0", &value.0.to_string());
            }
        }
    }

    fn compare_pauses(&mut self, all: &[ShownPause]) {
        for one in all {
            let of = format!("paused.{}/{}", one.kind, one.reason);
            let columns = [
                (format!("{of}.cases"), one.cases.into()),
                (format!("{of}.seconds"), i128::from(one.seconds)),
                (format!("{of}.unapproved"), one.seconds_without_approver.into()),
            ];
            for (column, shown) in columns {
                self.compare_count(("扣除", &column), shown, &column);
            }
        }
        for (column, value) in self.cell {
            let of = column.strip_prefix("paused.").and_then(|rest| rest.strip_suffix(".cases"));
            let is_gone =
                |of: &str| !all.iter().any(|one| format!("{}/{}", one.kind, one.reason) == of);
            if of.is_some_and(is_gone) {
                self.add_difference(("扣除", column), "0", &value.0.to_string());
            }
        }
    }

    /// Checks that percentiles stand at their ranks. The median may lie between two values.
    pub(crate) fn compare_percentiles(&mut self, all: Option<ShownPercentiles>) {
        let Some(all) = all else { return };
        let cell = self.cell;
        let n = cell.get("n").map_or(0, |value| value.0);
        let at = |rank: i128| {
            let values =
                cell.keys().filter_map(|key| key.strip_prefix("upto.")?.parse::<i64>().ok());
            let column = |key: String| cell.get(&key).map_or(0, |value| value.0);
            let mut held = values.filter(|value| {
                column(format!("below.{value}")) < rank && rank <= column(format!("upto.{value}"))
            });
            held.next()
        };
        let share = |percent: i128| (n.saturating_mul(percent).saturating_add(99) / 100).max(1);
        for (label, percent, shown) in
            [("p80", 80, all.p80), ("p95", 95, all.p95), ("p99", 99, all.p99)]
        {
            let proved = at(share(percent));
            if proved != Some(shown) {
                let proved = proved.map_or("…".to_owned(), |one| one.to_string());
                self.add_difference((label, label), &shown.to_string(), &proved);
            }
        }
        let middle = at(n.saturating_add(1) / 2).zip(at(n / 2 + 1));
        let proved = middle.map(|(low, high)| f64::midpoint(low as f64, high as f64));
        if !proved.is_some_and(|proved| is_close(all.p50, proved)) {
            let proved = proved.map_or("…".to_owned(), |one| one.to_string());
            self.add_difference(("p50", "p50"), &all.p50.to_string(), &proved);
        }
    }
}

fn is_close(shown: f64, proved: f64) -> bool {
    (shown - proved).abs() <= 1e-9 * proved.abs().max(1.0)
}

/// A difference with its sign: `+0.12`, `−0.47`, `0.00`.
fn print_signed(value: f64, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let text = format!("{:.decimals$}", value.abs());
    if text.chars().all(|sign| matches!(sign, '0' | '.')) {
        return text;
    }
    format!("{}{text}", if value < 0.0 { '−' } else { '+' })
}

//! The data of a report against its evidence: every number in it, one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trueline_language::Text;
use trueline_numbers::{clopper_pearson, wilson};

use super::reference::{Reference, printed_by};
use super::shape::{Excluded, Figure, Line, Percentiles, Report, Slice, SliceRow, Subtracted};
use crate::evidence::{Columns, Evidence, FigureUsed, Lag, Population, PrintRule, ValueRule};
use crate::figures::{figure_name, parts, value_in, value_of};
use crate::verdict::{Finding, What};

/// Every figure of an evidence by its name, with its cell added up.
pub(crate) struct Book<'a> {
    figures: BTreeMap<(&'a str, &'a Slice, &'a str), &'a FigureUsed>,
    totals: Vec<Vec<Columns>>,
    none: Columns,
}

impl<'a> Book<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Book<'a> {
        let key = |used: &'a FigureUsed| {
            ((used.figure.as_str(), &used.slice, used.period.as_str()), used)
        };
        Book {
            figures: evidence.figures.iter().map(key).collect(),
            totals: evidence.populations.iter().map(Population::totals).collect(),
            none: Columns::new(),
        }
    }

    fn get(&self, figure: &str, slice: &Slice, period: &str) -> Option<(&'a FigureUsed, &Columns)> {
        let used = self.figures.get(&(figure, slice, period)).copied()?;
        let cell = used.population.zip(used.cell);
        let cell = cell.and_then(|(population, cell)| self.totals.get(population)?.get(cell));
        Some((used, cell.unwrap_or(&self.none)))
    }
}

/// Where numbers of a report are looked for, and what was found.
struct Desk<'a> {
    book: &'a Book<'a>,
    seen: BTreeSet<String>,
    found: Vec<Finding>,
}

/// What was compared.
pub(crate) struct Compared {
    pub(crate) findings: Vec<Finding>,
    pub(crate) figures: usize,
    pub(crate) spans: usize,
    /// Figures that others published, so nothing was computed.
    pub(crate) published: Vec<String>,
}

/// Compares all numbers of a report with the evidence.
pub(crate) fn compare(report: &Report, evidence: &Evidence) -> Compared {
    let book = Book::new(evidence);
    let mut desk = Desk { book: &book, seen: BTreeSet::new(), found: Vec::new() };
    let mut published = Vec::new();
    for line in report.groups.iter().flat_map(|group| &group.lines) {
        let id = line.id();
        if line.figure.status == "published" {
            published.push(figure_name(&id, &line.figure.slice, &line.figure.period));
            continue;
        }
        desk.line(&id, &line.figure);
        desk.change(line);
        let before = report.previous.as_ref().zip(line.previous.as_ref());
        if let Some((period, before)) = before.filter(|(_, before)| !before.as_published) {
            let name = figure_name(&id, &line.figure.slice, &period.name);
            if let Some((used, cell)) = desk.known(&id, &line.figure.slice, &period.name) {
                desk.printed(&name, "previous", &before.printed, used);
                desk.value(&name, before.value, used, cell);
                desk.count(&name, ("件数", "n"), before.n, cell, "n");
            }
        }
    }
    for row in &report.slices {
        let id = format!("{}.{}", row.indicator, row.statistic);
        let name = figure_name(&id, &row.slice, &report.period.name);
        if let Some((used, cell)) = desk.known(&id, &row.slice, &report.period.name) {
            desk.printed(&name, "slices", &row.printed, used);
            desk.value(&name, row.value, used, cell);
            desk.count(&name, ("件数", "n"), row.n, cell, "n");
            desk.count(&name, ("超限", "late"), row.late, cell, "late");
            desk.if_any(&name, ("最长", "longest"), row.longest, cell, "longest");
            desk.percentiles(&name, row.percentiles, cell);
        }
    }
    lags(report, evidence, &mut desk.found);
    charts(report, &mut desk.found);
    let spans = spans(report, &mut desk.found);
    Compared { figures: desk.seen.len(), findings: desk.found, spans, published }
}

fn is_close(shown: f64, proved: f64) -> bool {
    (shown - proved).abs() <= 1e-9 * proved.abs().max(1.0)
}

/// A difference with its sign: `+0.12`, `−0.47`, `0.00`.
fn signed(value: f64, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let text = format!("{:.decimals$}", value.abs());
    if text.chars().all(|sign| matches!(sign, '0' | '.')) {
        return text;
    }
    format!("{}{text}", if value < 0.0 { '−' } else { '+' })
}

/// How late records were committed to, as the report says and as the evidence does.
fn lags(report: &Report, evidence: &Evidence, found: &mut Vec<Finding>) {
    let period = &report.period.name;
    let proved = evidence.populations.iter().filter(|one| one.period == *period);
    let proved: BTreeMap<&str, &Lag> =
        proved.filter_map(|one| Some((one.dataset.as_str(), one.lag.as_ref()?))).collect();
    let shown: BTreeMap<&str, &Lag> =
        report.lags.iter().map(|one| (one.dataset.as_str(), &one.lag)).collect();
    let datasets: BTreeSet<&&str> = proved.keys().chain(shown.keys()).collect();
    for dataset in datasets {
        let (shown, proved) = (shown.get(*dataset), proved.get(*dataset));
        if shown == proved {
            continue;
        }
        let name = format!("{dataset} {period} lag");
        let text = |lag: Option<&&Lag>| lag.map_or("—".to_owned(), |lag| lag.to_string());
        let field = ("入账时滞", "commitment lag");
        found.push(differs(&name, "report", field, &text(shown), &text(proved)));
    }
}

/// The rows of charts by region against the slices that they draw.
fn charts(report: &Report, found: &mut Vec<Finding>) {
    for chart in &report.charts {
        let named = chart["id"].as_str().and_then(|id| id.strip_prefix("regions."));
        let rows = chart["body"]["rows"].as_array();
        let Some((indicator, rows)) = named.zip(rows) else { continue };
        for row in rows {
            let code = row["code"].as_str().unwrap_or_default();
            let is_drawn = |slice: &&SliceRow| {
                slice.indicator == indicator
                    && slice.statistic == "mean"
                    && slice.slice.len() == 1
                    && slice.slice.values().any(|value| value == code)
            };
            let Some(slice) = report.slices.iter().find(is_drawn) else { continue };
            let id = format!("{indicator}.mean");
            let name = figure_name(&id, &slice.slice, &report.period.name);
            let mut fields = vec![
                (("印刷值", "printed"), text(&row["printed"]), slice.printed.clone()),
                (("件数", "n"), text(&row["n"]), slice.n.to_string()),
            ];
            // With a promise of its own, the operator tells apart which limit was passed.
            if row["late_promise"].is_null() {
                fields.push((("超限", "late"), text(&row["late"]), slice.late.to_string()));
            }
            for (field, shown, proved) in fields {
                if shown != proved {
                    found.push(differs(&name, "chart", field, &shown, &proved));
                }
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Every figure in the words against the lines beside them. How many there are.
fn spans(report: &Report, found: &mut Vec<Finding>) -> usize {
    let mut all = Vec::new();
    collect(&report.narrative, &mut all);
    let mut compared = 0;
    for (reference, text) in &all {
        let Some(expected) = Reference::read(reference).and_then(|one| printed_by(&one, report))
        else {
            continue;
        };
        compared += 1;
        if expected != *text {
            found.push(differs(reference, "narrative", ("正文", "narrative"), text, &expected));
        }
    }
    compared
}

fn collect<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => {
            let origin = members.get("origin").filter(|origin| origin["from"] == "figure");
            let reference = origin.and_then(|origin| origin["reference"].as_str());
            let text = members.get("text").and_then(Value::as_str);
            match reference.zip(text) {
                Some(pair) => found.push(pair),
                None => members.values().for_each(|value| collect(value, found)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A number that is shown somewhere and is not the proved one.
pub(crate) fn differs(
    figure: &str,
    place: &str,
    field: (&str, &str),
    shown: &str,
    proved: &str,
) -> Finding {
    let place_zh = match place {
        "page" => "页面",
        "narrative" => "正文",
        "slices" => "分项数据",
        "previous" => "上期",
        "chart" => "图表",
        _ => "报告数据",
    };
    let says = Text::new(
        format!(
            "{figure} 的“{}”：文件中为 {shown}，据证据应为 {proved}（位置：{place_zh}）",
            field.0
        ),
        format!("{figure}, {}: the file says {shown}, the evidence {proved} (in {place})", field.1),
    );
    Finding::new(What::Figure, says).of(figure).at(place)
}

impl<'a> Desk<'a> {
    fn known(
        &mut self,
        id: &str,
        slice: &Slice,
        period: &str,
    ) -> Option<(&'a FigureUsed, &'a Columns)> {
        let name = figure_name(id, slice, period);
        let known = self.book.get(id, slice, period);
        if known.is_none() {
            let says = Text::new(
                format!("{name}：证据中没有该指标"),
                format!("{name}: the evidence has no such figure"),
            );
            self.found.push(Finding::new(What::Figure, says).of(&name).at("report"));
        }
        self.seen.insert(name);
        known
    }

    fn differs(&mut self, name: &str, field: (&str, &str), shown: &str, proved: &str) {
        self.found.push(differs(name, "report", field, shown, proved));
    }

    fn printed(&mut self, name: &str, place: &str, shown: &str, used: &FigureUsed) {
        if shown != used.printed {
            let field = ("印刷值", "printed");
            self.found.push(differs(name, place, field, shown, &used.printed));
        }
    }

    fn value(&mut self, name: &str, shown: Option<f64>, used: &FigureUsed, cell: &Columns) {
        if matches!(used.value, ValueRule::Published | ValueRule::Bound { .. }) {
            return;
        }
        let proved = value_of(used, cell);
        let same = match (shown, proved) {
            (Some(shown), Some(proved)) => is_close(shown, proved),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            let text = |value: Option<f64>| value.map_or("—".to_owned(), |one| one.to_string());
            self.differs(name, ("数值", "value"), &text(shown), &text(proved));
        }
    }

    fn count(
        &mut self,
        name: &str,
        field: (&str, &str),
        shown: impl Into<i128>,
        cell: &Columns,
        column: &str,
    ) {
        let proved = cell.get(column).map_or(0, |value| value.0);
        let shown: i128 = shown.into();
        if shown != proved {
            self.differs(name, field, &shown.to_string(), &proved.to_string());
        }
    }

    fn if_any(
        &mut self,
        name: &str,
        field: (&str, &str),
        shown: Option<i64>,
        cell: &Columns,
        column: &str,
    ) {
        if let Some(shown) = shown {
            self.count(name, field, shown, cell, column);
        }
    }

    fn line(&mut self, id: &str, figure: &Figure) {
        let name = figure_name(id, &figure.slice, &figure.period);
        let Some((used, cell)) = self.known(id, &figure.slice, &figure.period) else {
            return;
        };
        self.printed(&name, "groups", &figure.printed, used);
        self.value(&name, figure.value, used, cell);
        self.count(&name, ("件数", "n"), figure.n, cell, "n");
        self.count(&name, ("有限值的件数", "limited"), figure.limited, cell, "limited");
        self.count(&name, ("超限", "late"), figure.late, cell, "late");
        self.count(&name, ("无法计量", "unmeasurable"), figure.unmeasurable, cell, "unmeasurable");
        self.if_any(&name, ("合计", "sum"), figure.sum, cell, "sum");
        self.if_any(&name, ("最长", "longest"), figure.longest, cell, "longest");
        self.if_any(&name, ("最短", "shortest"), figure.shortest, cell, "shortest");
        self.percentiles(&name, figure.percentiles, cell);
        self.views(&name, figure, used, cell);
        self.interval(&name, figure, used, cell);
        self.excluded(&name, &figure.excluded, cell);
        self.subtracted(&name, &figure.subtracted, cell);
        if let Some(open) = figure.open {
            self.count(&name, ("期末未办结", "open"), open.n, cell, "open.n");
            self.count(&name, ("未办结已超限", "open past"), open.past_limit, cell, "open.past");
            self.if_any(&name, ("未办结最长", "oldest open"), open.oldest, cell, "open.oldest");
        }
    }

    /// The figure with nothing excluded and with no pause subtracted.
    fn views(&mut self, name: &str, figure: &Figure, used: &FigureUsed, cell: &Columns) {
        let views = [
            (("不作排除", "without exclusions"), "all", figure.without_exclusions),
            (("不扣暂停", "without pauses"), "bare", figure.without_pauses),
        ];
        for (field, view, shown) in views {
            let Some((shown, proved)) = shown.zip(value_in(used, cell, view)) else {
                continue;
            };
            if !is_close(shown, proved) {
                self.differs(name, field, &shown.to_string(), &proved.to_string());
            }
        }
    }

    /// A share with its interval, worked out again from the counts.
    fn interval(&mut self, name: &str, figure: &Figure, used: &FigureUsed, cell: &Columns) {
        let Some(shown) = &figure.interval else { return };
        let factor = if figure.unit == "%" { 100 } else { 1 };
        let Some((hits, of)) = parts(used, cell, factor) else { return };
        let made = match shown.method.as_str() {
            "wilson" => wilson(hits, of, shown.level),
            "clopper_pearson" => clopper_pearson(hits, of, shown.level),
            _ => None,
        };
        let Some(made) = made else { return };
        let (low, high) = (made.low * factor as f64, made.high * factor as f64);
        if !is_close(shown.low, low) || !is_close(shown.high, high) {
            let field = ("置信区间", "interval");
            let text = |low: f64, high: f64| format!("{low}–{high}");
            self.differs(name, field, &text(shown.low, shown.high), &text(low, high));
        }
    }

    /// The difference of two printed values.
    fn change(&mut self, line: &Line) {
        let Some((change, before)) = line.change.as_ref().zip(line.previous.as_ref()) else {
            return;
        };
        let figure = &line.figure;
        let id = line.id();
        let known = self.book.get(&id, &figure.slice, &figure.period);
        let decimals = known.and_then(|(used, _)| match used.print {
            PrintRule::Decimal { decimals } | PrintRule::Percent { decimals } => Some(decimals),
            PrintRule::Bound => None,
        });
        let read = |printed: &str| printed.replace(',', "").parse::<f64>().ok();
        let values = read(&figure.printed).zip(read(&before.printed));
        let (Some(decimals), Some((now, before)), Some("difference")) =
            (decimals, values, change["kind"].as_str())
        else {
            return;
        };
        let (shown, proved) = (change["printed"].as_str(), signed(now - before, decimals));
        if shown != Some(&proved) {
            let name = figure_name(&id, &figure.slice, &figure.period);
            let field = ("变化", "change");
            self.differs(&name, field, shown.unwrap_or_default(), &proved);
        }
    }

    fn excluded(&mut self, name: &str, all: &[Excluded], cell: &Columns) {
        for one in all {
            let columns = [
                (format!("excluded.{}", one.reason), one.n),
                (format!("unapproved.{}", one.reason), one.without_approver),
            ];
            for (column, shown) in columns {
                self.count(name, ("排除", &column), shown, cell, &column);
            }
        }
        for (column, value) in cell {
            let reason = column.strip_prefix("excluded.");
            let is_gone = |reason: &str| !all.iter().any(|one| one.reason == reason);
            if reason.is_some_and(is_gone) {
                self.differs(name, ("排除", column), "0", &value.0.to_string());
            }
        }
    }

    fn subtracted(&mut self, name: &str, all: &[Subtracted], cell: &Columns) {
        for one in all {
            let of = format!("paused.{}/{}", one.kind, one.reason);
            let columns = [
                (format!("{of}.cases"), one.cases.into()),
                (format!("{of}.seconds"), i128::from(one.seconds)),
                (format!("{of}.unapproved"), one.seconds_without_approver.into()),
            ];
            for (column, shown) in columns {
                self.count(name, ("扣除", &column), shown, cell, &column);
            }
        }
        for (column, value) in cell {
            let of = column.strip_prefix("paused.").and_then(|rest| rest.strip_suffix(".cases"));
            let is_gone =
                |of: &str| !all.iter().any(|one| format!("{}/{}", one.kind, one.reason) == of);
            if of.is_some_and(is_gone) {
                self.differs(name, ("扣除", column), "0", &value.0.to_string());
            }
        }
    }

    /// Percentiles stand at their ranks; the median may lie between two values.
    fn percentiles(&mut self, name: &str, all: Option<Percentiles>, cell: &Columns) {
        let Some(all) = all else { return };
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
                self.differs(name, (label, label), &shown.to_string(), &proved);
            }
        }
        let middle = at(n.saturating_add(1) / 2).zip(at(n / 2 + 1));
        let proved = middle.map(|(low, high)| f64::midpoint(low as f64, high as f64));
        let is_close = |proved: f64| (proved - all.p50).abs() <= 1e-9 * proved.abs().max(1.0);
        if !proved.is_some_and(is_close) {
            let proved = proved.map_or("…".to_owned(), |one| one.to_string());
            self.differs(name, ("p50", "p50"), &all.p50.to_string(), &proved);
        }
    }
}

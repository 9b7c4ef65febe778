//! Numbers that are not cases: lines, users, bills, and values that others published.
//!
//! A count is looked up for a period and a region. Where it is given for smaller regions only,
//! those add up; where it is given for shorter periods only, a flow adds up and a stock takes its last.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_cast::cast;
use arrow_schema::DataType;
use jiff::tz::TimeZone;
use trueline_figures::Period;

use super::columns::texts;
use super::dimensions::cut;
use super::model::{CountKind, Pack};

/// The columns that are read.
pub(super) const COLUMNS: [&str; 10] = [
    "source",
    "period",
    "region",
    "measure",
    "scope",
    "value",
    "unit",
    "role",
    "definition",
    "note",
];

/// One row of the dataset `count`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CountRow {
    pub source: String,
    pub period: String,
    pub region: String,
    pub measure: String,
    pub scope: String,
    pub value: f64,
    pub unit: String,
    pub role: String,
    pub definition: String,
    pub note: String,
}

/// Everything in the dataset `count`.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    rows: Vec<CountRow>,
}

/// Which number is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) measure: &'a str,
    pub(super) scope: &'a str,
    /// `""` is the whole.
    pub(super) region: &'a str,
    pub(super) period: &'a Period,
    pub(super) kind: CountKind,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoCount {
    #[error("`count` has no {measure}{} for {period}{}", of(.scope), at(.region))]
    Missing { measure: String, scope: String, region: String, period: String },
    #[error("sources disagree on {measure} for {period}{}: {}", at(.region), .sources.join(", "))]
    Disagreement { measure: String, region: String, period: String, sources: Vec<String> },
}

fn of(scope: &str) -> String {
    if scope.is_empty() { String::new() } else { format!(" of {scope}") }
}

fn at(region: &str) -> String {
    if region.is_empty() { String::new() } else { format!(" in {region}") }
}

impl Counts {
    /// Counts that did not come from a batch.
    pub fn from_rows(rows: Vec<CountRow>) -> Counts {
        Counts { rows }
    }

    /// Adds the rows of a batch with the columns of [`COLUMNS`], in any order.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        let texts: Vec<Vec<String>> = COLUMNS.iter().map(|name| texts(batch, name)).collect();
        let values = batch.column_by_name("value");
        let values = values.and_then(|column| cast(column, &DataType::Float64).ok());
        let Some(values) = values else { return };
        let values = values.as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            let text = |column: usize| texts[column][row].clone();
            self.rows.push(CountRow {
                source: text(0),
                period: text(1),
                region: text(2),
                measure: text(3),
                scope: text(4),
                value: values.value(row),
                unit: text(6),
                role: text(7),
                definition: text(8),
                note: text(9),
            });
        }
    }

    pub(super) fn published(&self) -> impl Iterator<Item = &CountRow> {
        self.rows.iter().filter(|row| row.role == "published")
    }

    /// The regions for which a measure is given, without the whole.
    pub(super) fn regions(&self, measure: &str) -> BTreeSet<String> {
        self.rows
            .iter()
            .filter(|row| row.role == "input" && row.measure == measure)
            .map(|row| row.region.clone())
            .filter(|region| !region.is_empty())
            .collect()
    }

    /// The number that is wanted, in millionths so that it stays exact.
    pub(super) fn find(&self, pack: &Pack, wanted: Wanted<'_>) -> Result<i128, NoCount> {
        let all: Vec<&CountRow> = self
            .rows
            .iter()
            .filter(|row| row.role == "input")
            .filter(|row| row.measure == wanted.measure && row.scope == wanted.scope)
            .collect();
        if let Some(found) = in_period(pack, &all, wanted, &wanted.period.name)? {
            return Ok(found);
        }
        let missing = || NoCount::Missing {
            measure: wanted.measure.to_owned(),
            scope: wanted.scope.to_owned(),
            region: wanted.region.to_owned(),
            period: wanted.period.name.clone(),
        };
        let parts = shorter_periods(pack, &all, wanted.period);
        let needed: Vec<&String> = match wanted.kind {
            CountKind::Stock => parts.last().into_iter().collect(),
            CountKind::Flow => parts.iter().collect(),
        };
        let mut sum = 0;
        for period in &needed {
            sum += in_period(pack, &all, wanted, period)?.ok_or_else(missing)?;
        }
        if needed.is_empty() { Err(missing()) } else { Ok(sum) }
    }
}

/// The names of shorter periods that touch and together make the period, the longest kind first.
fn shorter_periods(pack: &Pack, rows: &[&CountRow], period: &Period) -> Vec<String> {
    let zone = TimeZone::get(&pack.zone).unwrap_or(TimeZone::UTC);
    let names: BTreeSet<&str> = rows.iter().map(|row| row.period.as_str()).collect();
    let mut inside: Vec<Period> = names
        .into_iter()
        .filter_map(|name| Period::parse(name, &zone).ok())
        .filter(|part| part.from >= period.from && part.to <= period.to)
        .collect();
    inside.sort_by_key(|part| (part.from, -part.to));
    let mut chain = Vec::new();
    let mut at = period.from;
    while at < period.to {
        let Some(next) = inside.iter().find(|part| part.from == at) else {
            // A stock needs only its last part; a flow with a gap has no sum.
            let last = inside.iter().filter(|part| part.to == period.to).min_by_key(|p| -p.from);
            return last.map(|part| vec![String::new(), part.name.clone()]).unwrap_or_default();
        };
        chain.push(next.name.clone());
        at = next.to;
    }
    chain
}

fn in_period(
    pack: &Pack,
    rows: &[&CountRow],
    wanted: Wanted<'_>,
    period: &str,
) -> Result<Option<i128>, NoCount> {
    let mut by_region: BTreeMap<&str, Vec<&CountRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.period == period) {
        by_region.entry(&row.region).or_default().push(row);
    }
    let regions: Vec<&str> = if by_region.contains_key(wanted.region) {
        vec![wanted.region]
    } else {
        parts_of(pack, wanted.region, by_region.keys().copied().collect())
    };
    if regions.is_empty() {
        return Ok(None);
    }
    let mut sum = 0;
    for region in regions {
        let rows = &by_region[region];
        let first = rows[0].value;
        if rows.iter().any(|row| (row.value - first).abs() > 1e-9) {
            return Err(NoCount::Disagreement {
                measure: wanted.measure.to_owned(),
                region: region.to_owned(),
                period: period.to_owned(),
                sources: rows.iter().map(|row| row.source.clone()).collect(),
            });
        }
        sum += millionths(first);
    }
    Ok(Some(sum))
}

/// The largest regions inside a region for which there are counts.
fn parts_of<'a>(pack: &Pack, region: &str, known: Vec<&'a str>) -> Vec<&'a str> {
    let inside: Vec<&str> = known
        .into_iter()
        .filter(|code| region.is_empty() || pack.levels.iter().any(|l| cut(l, code) == region))
        .collect();
    let depth = |code: &str| {
        let at = pack.levels.iter().position(|level| cut(level, code) == code);
        at.unwrap_or(pack.levels.len())
    };
    let least = inside.iter().map(|code| depth(code)).min();
    inside.into_iter().filter(|code| Some(depth(code)) == least).collect()
}

pub(super) fn millionths(value: f64) -> i128 {
    (value * 1e6).round() as i128
}

//! Numbers that are not cases: lines, users, bills, and values that others published.
//!
//! A count is looked up for a period and a region. If it is given only for smaller regions, these
//! are added up. If it is given only for shorter periods, a flow is added up, and of a stock the
//! last one counts.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_cast::cast;
use arrow_schema::DataType;
use trueline_figures::Period;

use super::columns::read_texts;
use super::dimensions::cut_region;
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
pub struct CountTable {
    rows: Vec<CountRow>,
}

/// The number that is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct WantedCount<'a> {
    pub(super) measure: &'a str,
    pub(super) scope: &'a str,
    /// `""` is the whole.
    pub(super) region: &'a str,
    pub(super) period: &'a Period,
    pub(super) kind: CountKind,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub(super) enum NoCount {
    #[error("`count` has no {measure}{} for {period}{}", of_scope(.scope), in_region(.region))]
    #[zh("`count` 中没有 {measure}{}（{period}{}）", of_scope(.scope), in_region(.region))]
    Missing { measure: String, scope: String, region: String, period: String },
    #[error("sources disagree on {measure} for {period}{}: {}", in_region(.region), .sources.join(", "))]
    #[zh("各来源的 {measure} 不一致（{period}{}）：{}", in_region(.region), .sources.join("、"))]
    Disagreement { measure: String, region: String, period: String, sources: Vec<String> },
}

fn of_scope(scope: &str) -> String {
    if scope.is_empty() { String::new() } else { format!(" of {scope}") }
}

fn in_region(region: &str) -> String {
    if region.is_empty() { String::new() } else { format!(" in {region}") }
}

impl CountTable {
    /// A table of counts that do not come from a batch.
    pub fn from_rows(rows: Vec<CountRow>) -> CountTable {
        CountTable { rows }
    }

    /// Adds the rows of a batch with the columns of [`COLUMNS`], in any order.
    pub(super) fn add_batch(&mut self, batch: &RecordBatch) {
        let texts: Vec<Vec<String>> = COLUMNS.iter().map(|name| read_texts(batch, name)).collect();
        let values = batch.column_by_name("value");
        let values = values.and_then(|column| cast(column, &DataType::Float64).ok());
        let Some(values) = values else { return };
        let values = values.as_primitive::<Float64Type>();
        let row = |row: usize| {
            let text = |column: usize| texts[column][row].clone();
            CountRow {
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
            }
        };
        self.rows.extend((0..batch.num_rows()).map(row));
    }

    pub(super) fn list_published_rows(&self) -> impl Iterator<Item = &CountRow> {
        self.rows.iter().filter(|row| row.role == "published")
    }

    /// The regions for which a measure is given, without the whole.
    pub(super) fn list_regions(&self, measure: &str) -> BTreeSet<String> {
        self.rows
            .iter()
            .filter(|row| row.role == "input" && row.measure == measure)
            .map(|row| row.region.clone())
            .filter(|region| !region.is_empty())
            .collect()
    }

    /// Whether a measure is given for the whole.
    pub(super) fn has_whole(&self, measure: &str) -> bool {
        let mut rows = self.rows.iter().filter(|row| row.role == "input");
        rows.any(|row| row.measure == measure && row.region.is_empty())
    }

    /// The number that is wanted, in millionths so that it stays exact.
    ///
    /// Without a wanted scope it is the number that has no scope, or else the sum over all scopes.
    pub(super) fn find_number(
        &self,
        pack: &Pack,
        wanted: WantedCount<'_>,
    ) -> Result<i128, NoCount> {
        let of_measure = |row: &&CountRow| row.role == "input" && row.measure == wanted.measure;
        let has_scope = self.rows.iter().filter(of_measure).any(|row| row.scope == wanted.scope);
        let all: Vec<&CountRow> = self
            .rows
            .iter()
            .filter(of_measure)
            .filter(|row| row.scope == wanted.scope || (wanted.scope.is_empty() && !has_scope))
            .collect();
        if let Some(found) = sum_in_period(pack, &all, wanted, &wanted.period.name)? {
            return Ok(found);
        }
        let missing = || NoCount::Missing {
            measure: wanted.measure.to_owned(),
            scope: wanted.scope.to_owned(),
            region: wanted.region.to_owned(),
            period: wanted.period.name.clone(),
        };
        let inside = list_periods_inside(pack, &all, wanted.period);
        let parts = match wanted.kind {
            CountKind::Stock => find_last_part(&inside, wanted.period).into_iter().collect(),
            CountKind::Flow => list_parts_of_period(&inside, wanted.period),
        };
        if parts.is_empty() {
            return Err(missing());
        }
        let mut sum = 0;
        for part in parts {
            sum += sum_in_period(pack, &all, wanted, &part.name)?.ok_or_else(missing)?;
        }
        Ok(sum)
    }
}

/// Lists the periods inside a period that have counts, by their start and the longest first.
fn list_periods_inside(pack: &Pack, rows: &[&CountRow], period: &Period) -> Vec<Period> {
    let zone = pack.zone.rules();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.period.as_str()).collect();
    let mut inside: Vec<Period> = names
        .into_iter()
        .filter_map(|name| Period::parse(name, zone).ok())
        .filter(|part| part.from >= period.from && part.to <= period.to)
        .collect();
    inside.sort_by_key(|part| (part.from, -part.to));
    inside
}

/// Finds the shortest part that ends with the period, since a stock is a state at the end.
fn find_last_part<'a>(inside: &'a [Period], period: &Period) -> Option<&'a Period> {
    inside.iter().filter(|part| part.to == period.to).max_by_key(|part| part.from)
}

/// Lists parts that follow each other without a gap and make up the period; none if there is a gap.
fn list_parts_of_period<'a>(inside: &'a [Period], period: &Period) -> Vec<&'a Period> {
    let mut parts = Vec::new();
    let mut at = period.from;
    while at < period.to {
        let Some(next) = inside.iter().find(|part| part.from == at) else {
            return Vec::new();
        };
        parts.push(next);
        at = next.to;
    }
    parts
}

fn sum_in_period(
    pack: &Pack,
    rows: &[&CountRow],
    wanted: WantedCount<'_>,
    period: &str,
) -> Result<Option<i128>, NoCount> {
    // By region, then by scope: rows that share both mean the same number and must agree.
    let mut by_region: BTreeMap<&str, BTreeMap<&str, Vec<&CountRow>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.period == period) {
        let scopes = by_region.entry(&row.region).or_default();
        scopes.entry(&row.scope).or_default().push(row);
    }
    let regions: Vec<&str> = if by_region.contains_key(wanted.region) {
        vec![wanted.region]
    } else {
        list_largest_parts(pack, wanted.region, by_region.keys().copied().collect())
    };
    if regions.is_empty() {
        return Ok(None);
    }
    let mut sum = 0;
    for region in regions {
        for rows in by_region[region].values() {
            let first = rows[0].value;
            if rows.iter().any(|row| (row.value - first).abs() > 1e-9) {
                return Err(NoCount::Disagreement {
                    measure: wanted.measure.to_owned(),
                    region: region.to_owned(),
                    period: period.to_owned(),
                    sources: rows.iter().map(|row| row.source.clone()).collect(),
                });
            }
            sum += to_millionths(first);
        }
    }
    Ok(Some(sum))
}

/// Lists the largest regions inside a region that have counts.
fn list_largest_parts<'a>(pack: &Pack, region: &str, known: Vec<&'a str>) -> Vec<&'a str> {
    let inside: Vec<&str> = known
        .into_iter()
        .filter(|code| {
            region.is_empty() || pack.levels.iter().any(|l| cut_region(l, code) == region)
        })
        .collect();
    let depth = |code: &str| {
        let at = pack.levels.iter().position(|level| cut_region(level, code) == code);
        at.unwrap_or(pack.levels.len())
    };
    let least = inside.iter().map(|code| depth(code)).min();
    inside.into_iter().filter(|code| Some(depth(code)) == least).collect()
}

pub(super) fn to_millionths(value: f64) -> i128 {
    (value * 1e6).round() as i128
}

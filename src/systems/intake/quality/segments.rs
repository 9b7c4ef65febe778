//! Segments that are perfect where all others are not.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::Array as _;

use super::evidence::Suspicion;
use super::rows::CaseRows;
use super::{Certainty, ProblemKind, text};

/// Cases in a segment before its perfection means anything.
const CASES_MIN: u64 = 30;
/// The chance that a segment like all others would be perfect.
const CHANCE_MAX: f64 = 1e-6;
/// If others are nearly perfect too, or nearly never, perfection is no news.
const OTHERS: (f64, f64) = (0.3, 0.999);
/// Values of a column that are kept apart.
const VALUES_MAX: usize = 4_096;
/// Columns that cut cases into segments.
const SEGMENTS: [&str; 6] = ["region", "area", "channel", "service", "kind", "cause"];
/// Yes-or-no extras that judge the work have one of these in their names.
const JUDGEMENTS: [&str; 8] =
    ["sla", "on_time", "ontime", "satisf", "及时", "达标", "满意", "合格"];

#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    n: u64,
    hits: u64,
}

/// What is judged: satisfaction, or a yes-or-no extra.
type Judged = String;

/// Hits by (what is judged, segment column, value).
#[derive(Debug, Clone, Default)]
pub(super) struct Segments {
    hits: HashMap<(Judged, String), HashMap<String, Hits>>,
}

const SATISFACTION: &str = "satisfaction";

fn outcome(rows: &CaseRows<'_>, judged: &str, row: usize) -> Option<bool> {
    if judged == SATISFACTION {
        return rows.satisfaction.get(row).map(|said| said == "satisfied");
    }
    let (_, flags) = rows.flags.iter().find(|(name, _)| *name == judged)?;
    flags.is_valid(row).then(|| flags.value(row))
}

fn judged_columns(rows: &CaseRows<'_>) -> Vec<String> {
    let judges = |name: &str| JUDGEMENTS.iter().any(|part| name.contains(part));
    let mut all = vec![SATISFACTION.to_owned()];
    all.extend(
        rows.flags
            .iter()
            .filter(|(name, _)| judges(&name.to_lowercase()))
            .map(|(name, _)| (*name).to_owned()),
    );
    all
}

impl Segments {
    pub(super) fn observe(&mut self, rows: &CaseRows<'_>) {
        for judged in judged_columns(rows) {
            let outcomes: Vec<(usize, bool)> = (0..rows.len)
                .filter_map(|row| outcome(rows, &judged, row).map(|hit| (row, hit)))
                .collect();
            if outcomes.is_empty() {
                continue;
            }
            for (name, labels) in &rows.texts {
                if !SEGMENTS.contains(name) {
                    continue;
                }
                let counts = self.hits.entry((judged.clone(), (*name).to_owned())).or_default();
                for &(row, hit) in &outcomes {
                    if let Some(value) = labels.get(row) {
                        add(counts, value, Hits::one(hit));
                    }
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (key, values) in other.hits {
            let mine = self.hits.entry(key).or_default();
            for (value, hits) in values {
                add(mine, &value, hits);
            }
        }
    }

    pub(super) fn suspicions(&self) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for ((judged, column), values) in &self.hits {
            let n: u64 = values.values().map(|hits| hits.n).sum();
            let all: u64 = values.values().map(|hits| hits.hits).sum();
            for (value, hits) in values {
                if hits.is_too_perfect(n - hits.n, all - hits.hits) {
                    found.push(perfect(judged, column, value, hits.n));
                }
            }
        }
        found.sort_by(|a, b| (&a.column, &a.explanation.en).cmp(&(&b.column, &b.explanation.en)));
        found
    }
}

fn add(counts: &mut HashMap<String, Hits>, value: &str, more: Hits) {
    if let Some(hits) = counts.get_mut(value) {
        hits.n += more.n;
        hits.hits += more.hits;
    } else if counts.len() < VALUES_MAX {
        counts.insert(value.to_owned(), more);
    }
}

impl Hits {
    fn one(hit: bool) -> Self {
        Self { n: 1, hits: u64::from(hit) }
    }

    fn is_too_perfect(self, others: u64, others_hit: u64) -> bool {
        let share = others_hit as f64 / others.max(1) as f64;
        self.hits == self.n
            && self.n >= CASES_MIN
            && others >= CASES_MIN
            && (OTHERS.0..=OTHERS.1).contains(&share)
            && self.n as f64 * share.ln() <= CHANCE_MAX.ln()
    }
}

fn perfect(judged: &str, column: &str, value: &str, cases: u64) -> Suspicion {
    let (judged_name, column_name, wanted) =
        (judged.to_owned(), column.to_owned(), value.to_owned());
    Suspicion {
        kind: ProblemKind::AllPerfect,
        column: format!("{judged} × {column}"),
        certainty: Certainty::Possible,
        explanation: text(
            format!("{column} 为“{value}”的 {cases} 件全部为满分，其余各段并非如此"),
            format!(
                "all {cases} cases with {column} “{value}” are perfect; nowhere else is this so"
            ),
        ),
        remedy: text(
            "抽查该段：是否只登记了好的结果，或由默认值填写",
            "sample this segment: are only good results entered, or is it a default?",
        ),
        test: Arc::new(move |rows, row, _| {
            outcome(rows, &judged_name, row).is_some()
                && rows.texts.iter().any(|(name, labels)| {
                    *name == column_name && labels.get(row) == Some(wanted.as_str())
                })
        }),
    }
}

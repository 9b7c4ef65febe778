//! Segments that are perfect where all others are not.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::Array as _;
use trueline_language::{Language, text};

use super::evidence::Suspicion;
use super::finding::{Certainty, ProblemKind};
use super::rows::CaseRows;

/// A perfect segment means nothing with fewer cases than this.
const CASES_MIN: u64 = 30;
/// The greatest chance at which a segment like the others would be perfect and is still suspected.
const CHANCE_MAX: f64 = 1e-6;
/// If the others nearly always succeed or rarely do, a perfect segment is not remarkable.
const OTHERS: (f64, f64) = (0.3, 0.999);
/// The most values of a column that are counted separately.
const VALUES_MAX: usize = 4_096;
/// Columns that divide cases into segments.
const SEGMENTS: [&str; 6] = ["region", "area", "channel", "service", "kind", "cause"];
/// A yes-or-no extra judges the work if its name contains one of these.
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

fn read_outcome(rows: &CaseRows<'_>, judged: &str, row: usize) -> Option<bool> {
    if judged == SATISFACTION {
        return rows.satisfaction.get(row).map(|said| said == "satisfied");
    }
    let (_, flags) = rows.flags.iter().find(|(name, _)| *name == judged)?;
    flags.is_valid(row).then(|| flags.value(row))
}

fn list_judged_columns(rows: &CaseRows<'_>) -> Vec<String> {
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
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>) {
        for judged in list_judged_columns(rows) {
            let outcomes: Vec<(usize, bool)> = (0..rows.len)
                .filter_map(|row| read_outcome(rows, &judged, row).map(|hit| (row, hit)))
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
                        add_hits(counts, value, Hits::from_outcome(hit));
                    }
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (key, values) in other.hits {
            let mine = self.hits.entry(key).or_default();
            for (value, hits) in values {
                add_hits(mine, &value, hits);
            }
        }
    }

    pub(super) fn find_suspicions(&self) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for ((judged, column), values) in &self.hits {
            let n: u64 = values.values().map(|hits| hits.n).sum();
            let all: u64 = values.values().map(|hits| hits.hits).sum();
            for (value, hits) in values {
                if hits.is_too_perfect(n - hits.n, all - hits.hits) {
                    found.push(suspect_perfect(judged, column, value, hits.n));
                }
            }
        }
        let order = |one: &Suspicion| {
            (one.column.clone(), one.explanation.as_str(Language::English).to_owned())
        };
        found.sort_by_cached_key(order);
        found
    }
}

fn add_hits(counts: &mut HashMap<String, Hits>, value: &str, more: Hits) {
    if let Some(hits) = counts.get_mut(value) {
        hits.n += more.n;
        hits.hits += more.hits;
    } else if counts.len() < VALUES_MAX {
        counts.insert(value.to_owned(), more);
    }
}

impl Hits {
    fn from_outcome(hit: bool) -> Self {
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

fn suspect_perfect(judged: &str, column: &str, value: &str, cases: u64) -> Suspicion {
    let (judged_name, column_name, wanted) =
        (judged.to_owned(), column.to_owned(), value.to_owned());
    Suspicion {
        kind: ProblemKind::AllPerfect,
        column: format!("{judged} × {column}"),
        certainty: Certainty::Possible,
        explanation: text!(
            "{column} 为“{value}”的 {cases} 件全部为满分，其余各段并非如此",
            "all {cases} cases with {column} “{value}” are perfect; nowhere else is this so"
        ),
        remedy: text!(
            "抽查该段：是否只登记了好的结果，或由默认值填写",
            "sample this segment: are only good results entered, or is it a default?"
        ),
        test: Arc::new(move |rows, row, _| {
            read_outcome(rows, &judged_name, row).is_some()
                && rows.texts.iter().any(|(name, labels)| {
                    *name == column_name && labels.get(row) == Some(wanted.as_str())
                })
        }),
    }
}

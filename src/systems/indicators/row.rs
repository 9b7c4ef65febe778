//! A figure as it leaves the system: one JSON object that follows `docs/figures.schema.json`.
//!
//! Times on a clock (`sum`, `longest`, `percentiles`, `open.oldest`, `subtracted`) stay in whole
//! seconds; `value` and what it is compared with are in `unit`.

use std::collections::BTreeMap;

use serde::Serialize;
use trueline_figures::Slice;
use trueline_language::Text;
use trueline_verify::{PrintRule, ValueRule};

use super::model::{Direction, ProportionInterval, Read};
use crate::datasets::Dataset;

/// One figure of one slice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureRow {
    pub indicator: String,
    pub statistic: String,
    pub slice: Slice,
    pub period: String,
    /// The pack that defined it, with its version.
    pub definition: String,
    /// Full precision, in `unit`; null when there is nothing to measure.
    pub value: Option<f64>,
    /// Rounded once; "—" for nothing.
    pub printed: String,
    pub unit: String,
    /// What `sum`, `longest`, `shortest` and `percentiles` are counted in: `s` for clocks.
    pub measured_in: String,
    /// Rows counted; the denominator of shares and ratios.
    pub n: u64,
    /// Rows that had a limit; `late` counts some of these.
    pub limited: u64,
    /// The sum over the rows counted; the numerator of shares and ratios.
    pub sum: Option<i64>,
    pub longest: Option<i64>,
    pub shortest: Option<i64>,
    /// Rows past the limits that this figure is about.
    pub late: u64,
    pub percentiles: Option<FigurePercentiles>,
    /// Rows of the population whose clock has no reading, or that a share is not about.
    pub unmeasurable: u64,
    pub excluded: Vec<ExcludedRow>,
    /// The same figure with nothing excluded.
    pub without_exclusions: Option<f64>,
    /// The same figure with no pause subtracted.
    pub without_pauses: Option<f64>,
    pub subtracted: Vec<SubtractedRow>,
    pub interval: Option<IntervalRow>,
    pub bound: Option<BoundRow>,
    pub open: Option<OpenRow>,
    pub limits: Vec<LimitRow>,
    pub status: FigureStatus,
    /// What a reader must know about this figure: which input is missing, who published the value.
    pub note: Option<Text>,
    /// What it is computed from; `None` for a value that others published.
    #[serde(skip)]
    pub basis: Option<Basis>,
}

/// How a figure follows from partial figures, for the evidence of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    pub dataset: Dataset,
    /// The id of the engine's definition that its tally belongs to.
    pub definition: String,
    pub value: ValueRule,
    pub print: PrintRule,
}

/// How a figure came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureStatus {
    /// From records.
    Computed,
    /// There were no records in this slice and period.
    Nothing,
    /// A number that the figure is divided by is not in `count`.
    MissingInput,
    /// Published elsewhere and not recomputed.
    Published,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FigurePercentiles {
    /// The median; with an even n, the mean of the two middle values.
    pub p50: f64,
    pub p80: i64,
    pub p95: i64,
    pub p99: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcludedRow {
    pub reason: String,
    pub n: u64,
    pub without_approver: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubtractedRow {
    pub kind: String,
    pub reason: String,
    pub cases: u64,
    pub seconds: i64,
    pub seconds_without_approver: i64,
}

/// The confidence interval of a proportion, in the unit of the figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntervalRow {
    pub low: f64,
    pub high: f64,
    pub level: f64,
    pub method: ProportionInterval,
}

/// An error rate with its one-sided upper bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoundRow {
    pub errors: u64,
    pub records: u64,
    pub upper: f64,
    pub level: f64,
    pub claim: f64,
    pub claim_holds: bool,
    /// Records that must be tested in all, with no further error, before the claim holds.
    pub records_needed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenRow {
    pub n: u64,
    pub past_limit: u64,
    /// Seconds on the clock of the oldest.
    pub oldest: Option<i64>,
}

/// A limit that the figure, or the cases behind it, must keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitRow {
    pub kind: &'static str,
    pub value: f64,
    pub unit: String,
    pub direction: Direction,
    /// Column → the values it holds for; empty when it holds for all cases.
    pub segment: BTreeMap<String, Vec<String>>,
    pub from: Option<String>,
    pub until: Option<String>,
    pub by: String,
    pub source: Option<String>,
    pub clause: Option<String>,
    pub read: Read,
    /// False prints as "unverified limit".
    pub verified: bool,
    /// Cases past this limit, for limits on single cases.
    pub late: Option<u64>,
    /// Null when nothing was measured, or when the limit was in force for only part of the period.
    pub met: Option<bool>,
}

impl LimitRow {
    /// The kind in Chinese and English.
    pub(crate) fn kind_words(&self) -> (&'static str, &'static str) {
        match self.kind {
            "mean" => ("平均", "mean"),
            "longest" => ("最长", "longest"),
            "share" => ("比率", "share"),
            "bound" => ("上限", "bound"),
            "percentile" => ("分位", "percentile"),
            "rate" => ("比值", "rate"),
            other => (other, other),
        }
    }
}

/// A figure with something in every field, for the test of the schema.
#[cfg(test)]
pub(super) fn make_full_figure() -> FigureRow {
    FigureRow {
        indicator: "fixed.repair".to_owned(),
        statistic: "mean".to_owned(),
        slice: Slice::from([("area".to_owned(), "urban".to_owned())]),
        period: "2020H1".to_owned(),
        definition: "cn-miit 2026.1".to_owned(),
        value: Some(7.41),
        printed: "7.41".to_owned(),
        unit: "h".to_owned(),
        measured_in: "s".to_owned(),
        n: 2,
        limited: 2,
        sum: Some(53_352),
        longest: Some(30_000),
        shortest: Some(23_352),
        late: 0,
        percentiles: Some(FigurePercentiles {
            p50: 26_676.0,
            p80: 30_000,
            p95: 30_000,
            p99: 30_000,
        }),
        unmeasurable: 0,
        excluded: vec![ExcludedRow { reason: "disaster".to_owned(), n: 1, without_approver: 1 }],
        without_exclusions: Some(8.0),
        without_pauses: Some(9.0),
        subtracted: vec![SubtractedRow {
            kind: "paused".to_owned(),
            reason: "no_line".to_owned(),
            cases: 1,
            seconds: 60,
            seconds_without_approver: 0,
        }],
        interval: Some(IntervalRow {
            low: 0.1,
            high: 0.9,
            level: 0.95,
            method: ProportionInterval::Wilson,
        }),
        bound: Some(BoundRow {
            errors: 0,
            records: 29_956,
            upper: 1e-4,
            level: 0.95,
            claim: 1e-4,
            claim_holds: true,
            records_needed: 29_956,
        }),
        open: Some(OpenRow { n: 1, past_limit: 0, oldest: Some(60) }),
        limits: vec![make_full_limit()],
        status: FigureStatus::Computed,
        note: Some(Text::new("", "")),
        basis: None,
    }
}

#[cfg(test)]
fn make_full_limit() -> LimitRow {
    LimitRow {
        kind: "longest",
        value: 48.0,
        unit: "h".to_owned(),
        direction: Direction::AtMost,
        segment: BTreeMap::new(),
        from: None,
        until: None,
        by: "cn-miit".to_owned(),
        source: Some("S1".to_owned()),
        clause: None,
        read: Read::Primary,
        verified: true,
        late: Some(0),
        met: Some(true),
    }
}

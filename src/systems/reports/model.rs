//! The report as data: what every rendering prints and what the JSON publishes.
//!
//! `docs/report.schema.json` describes it field by field. Numbers have full precision; beside each
//! stands the text that is printed, so that no rendering rounds by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::charts::Chart;
use super::prose::{NarrativePart, NotFromRecords};
pub use super::trend::Trend;
pub use crate::language::Language;

/// The name and version of the published shape.
pub const SCHEMA: &str = "trueline.report/1";

/// A half-year service quality report in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityReport {
    pub schema: String,
    pub language: Language,
    /// Whether it is made from simulated records; every rendering says so.
    pub simulated: bool,
    pub period: ReportPeriod,
    /// The period before, of the same length.
    pub previous: Option<ReportPeriod>,
    pub company: ReportingCompany,
    pub filing: Filing,
    pub pack: PackNote,
    pub made: ReportProvenance,
    pub narrative: Vec<NarrativePart>,
    pub groups: Vec<ReportGroup>,
    pub charts: Vec<Chart>,
    pub definitions: Vec<ReportedDefinition>,
    pub legal_sources: Vec<ReportedSource>,
    pub not_answered: Vec<UnansweredItem>,
    pub data: DataNote,
    /// How late the records of the period were committed to, by dataset; empty without a ledger.
    pub lags: Vec<ReportedLag>,
    pub not_from_records: Vec<NotFromRecords>,
    pub slices: Vec<ReportedSlice>,
}

/// A period, as computed and as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportPeriod {
    /// `2020H1`
    pub name: String,
    /// `2020年上半年`
    pub title: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportingCompany {
    pub name: String,
    pub short_name: String,
    pub region: String,
    pub hotline: Option<String>,
    pub complaint_phone: Option<String>,
}

/// Who answers for the report, and when it was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    pub addressee: String,
    /// The date of the report: `2020-07-10`.
    pub date: String,
    pub due: Option<String>,
    /// Why it is filed after the due date.
    pub late_reason: Option<String>,
    /// The id of the published report that this one corrects, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restates: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restatement_reason: Option<String>,
    pub prepared_by: Option<String>,
    pub reviewed_by: Option<String>,
    pub signed_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackNote {
    pub id: String,
    pub version: String,
    pub title: String,
    /// The most general first, the pack itself last.
    pub lineage: Vec<LineagePack>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineagePack {
    pub id: String,
    pub version: String,
    pub title: String,
    pub digest: String,
}

/// What made the report and from which state of the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportProvenance {
    pub program: String,
    pub version: String,
    /// The cut of the records; `None` means everything imported.
    pub as_of: Option<String>,
    pub zone: String,
}

/// One group of indicators, such as fixed telephone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportGroup {
    pub id: String,
    pub title: String,
    pub lines: Vec<ReportLine>,
}

/// A published figure with what stands beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLine {
    pub title: String,
    /// `城市`
    pub segment: Option<String>,
    /// `不含客户自维线路`
    pub note: Option<String>,
    /// The unit as printed: `天`.
    pub unit_title: String,
    /// The unit in which times on the clock are printed; `None` for figures without a clock.
    pub clock: Option<ClockUnit>,
    /// Whether it is among the main indicators; the others stand in an annex.
    pub main: bool,
    pub figure: ReportedFigure,
    pub previous: Option<PreviousFigure>,
    pub change: Option<FigureChange>,
}

/// A figure, in the shape that `trueline indicators --format json` prints: times on a clock stay in
/// whole seconds; `value` and what is compared with it are in `unit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedFigure {
    pub indicator: String,
    pub statistic: String,
    pub slice: BTreeMap<String, String>,
    pub period: String,
    /// Full precision, in `unit`; null for nothing.
    pub value: Option<f64>,
    /// Rounded; `—` for nothing.
    pub printed: String,
    pub unit: String,
    /// What `sum`, `longest` and `percentiles` are counted in: `s` for clocks.
    pub measured_in: String,
    pub n: u64,
    pub limited: u64,
    pub sum: Option<i64>,
    pub longest: Option<i64>,
    pub shortest: Option<i64>,
    pub late: u64,
    pub percentiles: Option<ReportedPercentiles>,
    pub unmeasurable: u64,
    pub excluded: Vec<ReportedExclusion>,
    pub without_exclusions: Option<f64>,
    pub without_pauses: Option<f64>,
    pub subtracted: Vec<ReportedSubtraction>,
    pub interval: Option<ReportedInterval>,
    pub bound: Option<ReportedBound>,
    pub open: Option<OpenCases>,
    pub limits: Vec<ReportedLimit>,
    pub status: ReportedStatus,
}

/// An error rate with its one-sided upper bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedBound {
    pub errors: u64,
    pub records: u64,
    pub upper: f64,
    pub level: f64,
    pub claim: f64,
    pub claim_holds: bool,
    /// Records that must be tested, with no further error, before the claim holds.
    pub records_needed: u64,
}

/// Whether a figure could be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedStatus {
    /// From records.
    Computed,
    /// There were no records.
    Nothing,
    /// A number that the figure is divided by is missing.
    MissingInput,
    /// As published elsewhere, not recomputed.
    Published,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedPercentiles {
    pub p50: f64,
    pub p80: i64,
    pub p95: i64,
    pub p99: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedExclusion {
    pub reason: String,
    pub title: String,
    pub n: u64,
    pub without_approver: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedSubtraction {
    pub kind: String,
    pub reason: String,
    pub title: String,
    pub cases: u64,
    pub seconds: i64,
    pub seconds_without_approver: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedInterval {
    pub low: f64,
    pub high: f64,
    pub level: f64,
    pub method: String,
}

/// What was open at the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenCases {
    pub n: u64,
    pub past_limit: u64,
    /// Seconds on the clock of the oldest.
    pub oldest: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedLimit {
    /// mean, longest, percentile, share, rate, bound
    pub kind: String,
    pub value: f64,
    pub unit: String,
    /// As printed: `≤48小时`.
    pub printed: String,
    /// The pack that set it.
    pub by: String,
    pub by_title: String,
    pub source: Option<String>,
    pub verified: bool,
    /// Cases past this limit, for limits on single cases.
    pub late: Option<u64>,
    pub met: Option<bool>,
    /// The operator's own promise, not a rule.
    pub promise: bool,
}

/// A unit of time on a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockUnit {
    /// `小时`
    pub title: String,
    pub seconds: i64,
}

/// The same figure in the period before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousFigure {
    pub value: Option<f64>,
    pub printed: String,
    pub n: u64,
    /// Whether it is taken from a publication instead of computed from records.
    pub as_published: bool,
}

/// How a figure changed from the period before to this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FigureChange {
    Difference {
        value: f64,
        printed: String,
        trend: Trend,
    },
    /// The definition changed in between, so a difference would mean nothing.
    Break {
        says: String,
    },
}

/// The meaning of an indicator, for the annex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedDefinition {
    pub indicator: String,
    pub group: String,
    pub title: String,
    pub says: String,
    pub population: String,
    pub period_moment: Option<String>,
    pub measure: String,
    pub subtract: Vec<String>,
    pub exclusions: Vec<String>,
    pub limits: Vec<ReportedLimit>,
    pub sources: Vec<String>,
    pub set_by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedSource {
    pub id: String,
    pub title: String,
    pub citation: String,
    /// `primary`, `secondary`, `memory` or `own_design`.
    pub read: String,
    pub verified: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnansweredItem {
    pub id: String,
    pub title: String,
    pub missing: String,
}

/// Where the records came from and what was found in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataNote {
    pub batches: Vec<ReportedBatch>,
    pub findings: Vec<ReportedFinding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedBatch {
    pub dataset: String,
    pub batch: String,
    pub source: String,
    pub imported: Option<String>,
    pub read: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub digest: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedFinding {
    pub kind: String,
    pub dataset: String,
    pub column: Option<String>,
    pub rows: u64,
    pub explanation: String,
    pub remedy: String,
}

/// How long after the events the records of a dataset were committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedLag {
    pub dataset: String,
    /// Cases of the period.
    pub cases: u64,
    /// Seconds from the moment that counts a case to the first commitment that states it.
    pub median: i64,
    pub p95: i64,
    /// Cases committed more than seven days after.
    pub late: u64,
    /// Cases that a later batch changed after they were committed as closed.
    pub changed_after_close: u64,
    /// Cases that were changed by a batch committed after the period had ended.
    pub changed_after_period: u64,
    /// Whether the times are a witness's; otherwise they are the operator's own clock.
    pub witnessed: bool,
}

/// A figure in one slice, without its side notes; times on the clock in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedSlice {
    pub indicator: String,
    pub statistic: String,
    pub slice: BTreeMap<String, String>,
    pub value: Option<f64>,
    pub printed: String,
    pub unit: String,
    pub n: u64,
    pub late: u64,
    pub longest: Option<i64>,
    pub percentiles: Option<ReportedPercentiles>,
}

impl ClockUnit {
    /// Seconds in this unit.
    pub fn convert_seconds(&self, seconds: f64) -> f64 {
        seconds / self.seconds as f64
    }
}

impl ReportLine {
    /// `fixed.repair.mean`
    pub fn id(&self) -> String {
        format!("{}.{}", self.figure.indicator, self.figure.statistic)
    }
}

impl QualityReport {
    /// Every published line, in print order.
    pub fn lines(&self) -> impl Iterator<Item = &ReportLine> {
        self.groups.iter().flat_map(|group| &group.lines)
    }

    /// `中国联通山西省分公司 2020年上半年服务质量状况报告`, without the company.
    pub fn title(&self) -> String {
        match self.language {
            Language::Chinese => format!("{}服务质量状况报告", self.period.title),
            Language::English => format!("Service Quality Report, {}", self.period.title),
        }
    }
}

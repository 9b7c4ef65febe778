//! The part of a report's data that a check reads (`docs/report.schema.json`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::evidence::CommitmentLag;

pub(crate) type SliceKey = BTreeMap<String, String>;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownReport {
    pub(crate) language: String,
    pub(crate) period: ShownPeriod,
    pub(crate) previous: Option<ShownPeriod>,
    pub(crate) narrative: Value,
    pub(crate) groups: Vec<ShownGroup>,
    pub(crate) slices: Vec<ShownSlice>,
    pub(crate) lags: Vec<ShownLag>,
    #[serde(default)]
    pub(crate) charts: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownLag {
    pub(crate) dataset: String,
    #[serde(flatten)]
    pub(crate) lag: CommitmentLag,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownPeriod {
    pub(crate) name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownGroup {
    pub(crate) lines: Vec<ShownLine>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownLine {
    pub(crate) unit_title: String,
    pub(crate) clock: Option<ShownClock>,
    pub(crate) main: bool,
    pub(crate) figure: ShownFigure,
    pub(crate) previous: Option<ShownPrevious>,
    pub(crate) change: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownClock {
    pub(crate) title: String,
    pub(crate) seconds: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownFigure {
    pub(crate) indicator: String,
    pub(crate) statistic: String,
    pub(crate) slice: SliceKey,
    pub(crate) period: String,
    pub(crate) value: Option<f64>,
    pub(crate) printed: String,
    pub(crate) unit: String,
    pub(crate) n: u64,
    pub(crate) limited: u64,
    pub(crate) sum: Option<i64>,
    pub(crate) longest: Option<i64>,
    pub(crate) shortest: Option<i64>,
    pub(crate) late: u64,
    pub(crate) percentiles: Option<ShownPercentiles>,
    pub(crate) unmeasurable: u64,
    pub(crate) excluded: Vec<ShownExclusion>,
    pub(crate) without_exclusions: Option<f64>,
    pub(crate) without_pauses: Option<f64>,
    pub(crate) interval: Option<ShownInterval>,
    pub(crate) subtracted: Vec<ShownPause>,
    pub(crate) open: Option<ShownOpenCases>,
    pub(crate) limits: Vec<Value>,
    pub(crate) status: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct ShownPercentiles {
    pub(crate) p50: f64,
    pub(crate) p80: i64,
    pub(crate) p95: i64,
    pub(crate) p99: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownExclusion {
    pub(crate) reason: String,
    pub(crate) n: u64,
    pub(crate) without_approver: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownPause {
    pub(crate) kind: String,
    pub(crate) reason: String,
    pub(crate) cases: u64,
    pub(crate) seconds: i64,
    pub(crate) seconds_without_approver: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownInterval {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) level: f64,
    pub(crate) method: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct ShownOpenCases {
    pub(crate) n: u64,
    pub(crate) past_limit: u64,
    pub(crate) oldest: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownPrevious {
    pub(crate) value: Option<f64>,
    pub(crate) printed: String,
    pub(crate) n: u64,
    pub(crate) as_published: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ShownSlice {
    pub(crate) indicator: String,
    pub(crate) statistic: String,
    pub(crate) slice: SliceKey,
    pub(crate) value: Option<f64>,
    pub(crate) printed: String,
    pub(crate) unit: String,
    pub(crate) n: u64,
    pub(crate) late: u64,
    pub(crate) longest: Option<i64>,
    pub(crate) percentiles: Option<ShownPercentiles>,
}

impl ShownLine {
    pub(crate) fn id(&self) -> String {
        format!("{}.{}", self.figure.indicator, self.figure.statistic)
    }
}

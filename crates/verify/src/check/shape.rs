//! What a check reads of the data of a report (`docs/report.schema.json`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::evidence::Lag;

pub(crate) type Slice = BTreeMap<String, String>;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Report {
    pub(crate) language: String,
    pub(crate) period: Stretch,
    pub(crate) previous: Option<Stretch>,
    pub(crate) narrative: Value,
    pub(crate) groups: Vec<Group>,
    pub(crate) slices: Vec<SliceRow>,
    pub(crate) lags: Vec<DatasetLag>,
    #[serde(default)]
    pub(crate) charts: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DatasetLag {
    pub(crate) dataset: String,
    #[serde(flatten)]
    pub(crate) lag: Lag,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Stretch {
    pub(crate) name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Group {
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) unit_title: String,
    pub(crate) clock: Option<Clock>,
    pub(crate) main: bool,
    pub(crate) figure: Figure,
    pub(crate) previous: Option<Previous>,
    pub(crate) change: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Clock {
    pub(crate) title: String,
    pub(crate) seconds: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Figure {
    pub(crate) indicator: String,
    pub(crate) statistic: String,
    pub(crate) slice: Slice,
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
    pub(crate) percentiles: Option<Percentiles>,
    pub(crate) unmeasurable: u64,
    pub(crate) excluded: Vec<Excluded>,
    pub(crate) without_exclusions: Option<f64>,
    pub(crate) without_pauses: Option<f64>,
    pub(crate) interval: Option<Interval>,
    pub(crate) subtracted: Vec<Subtracted>,
    pub(crate) open: Option<Open>,
    pub(crate) limits: Vec<Value>,
    pub(crate) status: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p80: i64,
    pub(crate) p95: i64,
    pub(crate) p99: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Excluded {
    pub(crate) reason: String,
    pub(crate) n: u64,
    pub(crate) without_approver: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Subtracted {
    pub(crate) kind: String,
    pub(crate) reason: String,
    pub(crate) cases: u64,
    pub(crate) seconds: i64,
    pub(crate) seconds_without_approver: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) level: f64,
    pub(crate) method: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Open {
    pub(crate) n: u64,
    pub(crate) past_limit: u64,
    pub(crate) oldest: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Previous {
    pub(crate) value: Option<f64>,
    pub(crate) printed: String,
    pub(crate) n: u64,
    pub(crate) as_published: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SliceRow {
    pub(crate) indicator: String,
    pub(crate) statistic: String,
    pub(crate) slice: Slice,
    pub(crate) value: Option<f64>,
    pub(crate) printed: String,
    pub(crate) unit: String,
    pub(crate) n: u64,
    pub(crate) late: u64,
    pub(crate) longest: Option<i64>,
    pub(crate) percentiles: Option<Percentiles>,
}

impl Line {
    pub(crate) fn id(&self) -> String {
        format!("{}.{}", self.figure.indicator, self.figure.statistic)
    }
}

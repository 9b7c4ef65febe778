//! Charts as data: what each shows, before anybody draws it.
//!
//! `drawing` turns a chart into marks, which the PDF and the page paint alike. The same numbers
//! stand in a table beside the chart, for those who cannot see it.

use serde::{Deserialize, Serialize};

use super::model::Trend;

/// One chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// `trend.fixed.repair`
    pub id: String,
    /// The group of indicators it stands under.
    pub group: String,
    pub title: String,
    /// What a listener should know: the shape, the extremes, the limit.
    pub alt: String,
    pub unit_title: String,
    pub body: ChartBody,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChartBody {
    Trend {
        series: Vec<Series>,
        rules: Vec<ChartRule>,
    },
    Regions {
        rows: Vec<RegionRow>,
        /// The mean of all regions together.
        whole: Option<Point>,
        rules: Vec<ChartRule>,
    },
    Distribution {
        bins: Vec<Bin>,
        marks: Vec<ChartRule>,
        limit: Option<ChartRule>,
        /// Cases in the last tenth before the limit, and past it.
        near: u64,
        past: u64,
        n: u64,
    },
}

/// One line of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    pub title: String,
    pub points: Vec<Point>,
    /// The period before, drawn behind.
    pub earlier: bool,
}

/// A value at a place with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub label: String,
    pub value: Option<f64>,
    pub printed: String,
    pub n: u64,
}

/// A value that everything is held against: a limit, a promise, a percentile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartRule {
    pub value: f64,
    pub title: String,
    pub role: RuleRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleRole {
    Limit,
    Promise,
    Percentile,
}

/// One region: its mean, its tail, and how many were late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionRow {
    pub code: String,
    pub name: String,
    pub mean: Option<f64>,
    pub printed: String,
    pub p95: Option<f64>,
    pub longest: Option<f64>,
    pub n: u64,
    pub late: u64,
    /// Late against the operator's own promise, where it has one.
    pub late_promise: Option<u64>,
    /// Against the whole.
    pub stands: Trend,
}

/// Cases whose value is in `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub n: u64,
}

/// A step of 1, 2 or 5 times a power of ten that gives `most` steps or fewer up to `top`.
pub(super) fn nice_step(top: f64, most: u32) -> f64 {
    if top.is_nan() || top <= 0.0 {
        return 1.0;
    }
    let raw = top / f64::from(most.max(1));
    let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fits = steps.iter().find(|step| *step * power >= raw * 0.999_999);
    fits.copied().unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few_enough() {
        for (top, step) in [(10.0, 2.0), (48.0, 10.0), (0.84, 0.2), (1000.0, 200.0), (0.0, 1.0)] {
            assert!((nice_step(top, 5) - step).abs() < 1e-9, "{top}");
        }
    }
}

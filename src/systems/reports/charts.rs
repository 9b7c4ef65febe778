//! Charts as data: what each of them shows, before it is drawn.
//!
//! `drawing` turns a chart into marks, which the PDF and the page paint alike. The same numbers
//! stand in a table beside the chart, for readers who cannot see it.

use serde::{Deserialize, Serialize};

use super::trend::Trend;

/// One chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// `trend.fixed.repair`
    pub id: String,
    /// The group of indicators it stands under.
    pub group: String,
    pub title: String,
    /// What someone who hears the chart described should know: its shape, extremes and limit.
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
        /// Cases in the last tenth before the limit; `past` counts those past it.
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

/// A value with the label of its place on the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub label: String,
    pub value: Option<f64>,
    pub printed: String,
    pub n: u64,
}

/// A line that values are compared with: a limit, a promise or a percentile.
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

/// One region: its mean, its slowest cases, and how many were late.
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
    /// Cases past the operator's own promise, if it has made one.
    pub late_promise: Option<u64>,
    /// How it compares with all regions together.
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

/// Chooses 1, 2 or 5 times a power of ten as the step of an axis, so that at most `most` steps
/// reach `top`.
pub(super) fn choose_step(top: f64, most: u32) -> f64 {
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
            assert!((choose_step(top, 5) - step).abs() < 1e-9, "{top}");
        }
    }
}

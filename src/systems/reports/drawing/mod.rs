//! Charts as marks: lines, bars, dots and words at places, in points.
//!
//! The PDF paints the marks natively and the page writes them as SVG, so that both show the same
//! picture.

mod distribution;
mod marks;
mod regions;
mod trend;

use self::distribution::draw_distribution;
pub(super) use self::marks::Drawing;
use self::regions::draw_regions;
use self::trend::draw_trend;
use super::charts::{Chart, ChartBody};
use super::model::Language;

/// Lays out a chart.
pub(super) fn draw_chart(chart: &Chart, language: Language) -> Drawing {
    match &chart.body {
        ChartBody::Trend { series, rules } => draw_trend(series, rules),
        ChartBody::Regions { rows, whole, rules } => {
            draw_regions(rows, whole.as_ref(), rules, language)
        }
        ChartBody::Distribution { bins, marks, limit, .. } => {
            draw_distribution(bins, marks, limit.as_ref(), language)
        }
    }
}

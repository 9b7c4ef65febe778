//! What a drawing is made of: lines, bars, dots and words at places, in points.

use serde::Serialize;

use crate::systems::reports::charts::{RuleRole, choose_step};

/// A chart that is ready to paint; the origin is top left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Drawing {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<DrawingMark>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub(crate) enum DrawingMark {
    Line {
        from: [f64; 2],
        to: [f64; 2],
        tone: Tone,
        width: f64,
        dashed: bool,
    },
    Bar {
        at: [f64; 2],
        size: [f64; 2],
        tone: Tone,
    },
    Path {
        points: Vec<[f64; 2]>,
        tone: Tone,
        width: f64,
    },
    Dot {
        at: [f64; 2],
        radius: f64,
        tone: Tone,
        hollow: bool,
    },
    Text {
        /// The baseline's start, middle or end, as `anchor` says.
        at: [f64; 2],
        anchor: Anchor,
        size: f64,
        tone: Tone,
        bold: bool,
        text: String,
    },
}

/// A colour by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Ink,
    Muted,
    Grid,
    Accent,
    Warn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

pub(super) const FULL: f64 = 482.0;
pub(super) const HALF: f64 = 234.0;
pub(super) const SIZE: f64 = 7.5;

pub(super) fn make_text(
    at: [f64; 2],
    anchor: Anchor,
    tone: Tone,
    words: impl Into<String>,
) -> DrawingMark {
    DrawingMark::Text { at, anchor, size: SIZE, tone, bold: false, text: words.into() }
}

pub(super) fn make_line(from: [f64; 2], to: [f64; 2], tone: Tone, width: f64) -> DrawingMark {
    DrawingMark::Line { from, to, tone, width, dashed: false }
}

pub(super) fn make_dashed_line(from: [f64; 2], to: [f64; 2], tone: Tone) -> DrawingMark {
    DrawingMark::Line { from, to, tone, width: 0.8, dashed: true }
}

/// A number on an axis, with as few decimals as its step needs.
pub(super) fn format_axis_number(value: f64, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-libm::log10(step)).ceil().max(0.0) as usize };
    format!("{value:.decimals$}")
}

/// The ticks of an axis from 0 to `top`, and their step.
pub(super) fn list_ticks(top: f64, most: u32) -> (Vec<f64>, f64) {
    let step = choose_step(top, most);
    let count = (top / step + 1e-9).floor() as u32;
    ((0..=count).map(|n| f64::from(n) * step).collect(), step)
}

/// Roughly the width of printed words: Chinese signs are square, Latin ones about half as wide.
pub(super) fn estimate_width(words: &str) -> f64 {
    let ems = words.chars().map(|sign| if sign.is_ascii() { 0.55 } else { 1.0 });
    ems.sum::<f64>() * SIZE
}

/// Where a value stands along an axis.
pub(super) type AxisScale<'a, T> = &'a dyn Fn(T) -> f64;

/// The tone of the line of a rule.
pub(super) fn pick_rule_tone(role: RuleRole) -> Tone {
    match role {
        RuleRole::Limit => Tone::Warn,
        RuleRole::Promise => Tone::Accent,
        RuleRole::Percentile => Tone::Muted,
    }
}

//! Draws regions in rows: the mean as a bar, the 95th percentile as a line, the longest as a ring.

use super::marks::{
    Anchor, AxisScale, Drawing, DrawingMark, FULL, SIZE, Tone, estimate_width, format_axis_number,
    list_ticks, make_dashed_line, make_line, make_text, pick_rule_tone,
};
use crate::systems::reports::charts::{ChartRule, Point, RegionRow};
use crate::systems::reports::model::Language;
use crate::systems::reports::print;
use crate::systems::reports::trend::Trend;

struct RegionColumns {
    left: f64,
    right: f64,
    mean: f64,
    n: f64,
    late: f64,
    /// `None` if the operator has promised nothing.
    promise: Option<f64>,
}

pub(super) fn draw_regions(
    rows: &[RegionRow],
    whole: Option<&Point>,
    rules: &[ChartRule],
    language: Language,
) -> Drawing {
    let widest = rows.iter().map(|row| estimate_width(&row.name)).fold(24.0, f64::max).min(110.0);
    let promised = rows.iter().any(|row| row.late_promise.is_some());
    let columns = RegionColumns {
        left: widest + 8.0,
        right: FULL - if promised { 182.0 } else { 132.0 },
        mean: FULL - if promised { 142.0 } else { 92.0 },
        n: FULL - if promised { 98.0 } else { 44.0 },
        late: FULL - if promised { 60.0 } else { 2.0 },
        promise: promised.then_some(FULL - 2.0),
    };
    let step = 14.0;
    let ends = rows.iter().flat_map(|row| [row.longest, row.p95, row.mean]).flatten();
    let held = rules.iter().map(|rule| rule.value);
    let roof = ends.chain(held).fold(0.0_f64, f64::max) * 1.02;
    let roof = if roof > 0.0 { roof } else { 1.0 };
    let x = |value: f64| columns.left + (columns.right - columns.left) * value / roof;
    let whole = whole.and_then(|whole| Some((whole.value?, whole)));
    let mean =
        whole.map(|(at, whole)| (x(at), Tone::Ink, format!("{} {}", whole.label, whole.printed)));
    let rules_said =
        rules.iter().map(|rule| (x(rule.value), pick_rule_tone(rule.role), rule.title.clone()));
    let (said, lines) = place_on_lines(mean.into_iter().chain(rules_said).collect());
    let top = 12.0 + LABEL_STEP * lines as f64;
    let bottom = top + step * rows.len() as f64;
    let mut marks = draw_region_frame(&columns, [top, bottom], roof, language);
    for rule in rules {
        let at = x(rule.value);
        marks.push(make_dashed_line([at, top - 4.0], [at, bottom], pick_rule_tone(rule.role)));
    }
    if let Some((at, _)) = whole {
        marks.push(make_line([x(at), top - 2.0], [x(at), bottom], Tone::Ink, 0.6));
    }
    for (line, (at, tone, words)) in said {
        let place = [at, top - 6.0 - LABEL_STEP * line as f64];
        marks.push(make_text(place, Anchor::Middle, tone, words));
    }
    for (index, row) in rows.iter().enumerate() {
        let middle = top + step * (index as f64 + 0.5);
        marks.extend(draw_region_row(row, &x, middle, &columns));
    }
    Drawing { width: FULL, height: bottom + 18.0, marks }
}

/// Words above a chart, centred over their place: the place, the tone and the words.
type LabelAbove = (f64, Tone, String);

const LABEL_STEP: f64 = 9.0;

/// Puts words on as many lines as they need so that none touch. Returns the line of each, from the
/// lowest, and the number of lines.
fn place_on_lines(mut words: Vec<LabelAbove>) -> (Vec<(usize, LabelAbove)>, usize) {
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for over in words {
        let half = estimate_width(&over.2) / 2.0;
        let free = ends.iter().position(|&end| end + 4.0 <= over.0 - half);
        let line = free.unwrap_or(ends.len());
        if line == ends.len() {
            ends.push(0.0);
        }
        ends[line] = over.0 + half;
        placed.push((line, over));
    }
    (placed, ends.len().max(2))
}

fn draw_region_frame(
    columns: &RegionColumns,
    span: [f64; 2],
    roof: f64,
    language: Language,
) -> Vec<DrawingMark> {
    let [top, bottom] = span;
    let mut marks = Vec::new();
    let (ticks, step) = list_ticks(roof, 8);
    for tick in ticks {
        let at = columns.left + (columns.right - columns.left) * tick / roof;
        marks.push(make_line([at, top], [at, bottom], Tone::Grid, 0.5));
        let place = [at, bottom + 10.0];
        marks.push(make_text(place, Anchor::Middle, Tone::Muted, format_axis_number(tick, step)));
    }
    let heads = match language {
        Language::Chinese => ["平均", "件数", "超限", "超承诺"],
        Language::English => ["mean", "cases", "late", "past promise"],
    };
    let places = [Some(columns.mean), Some(columns.n), Some(columns.late), columns.promise];
    for (head, at) in heads.into_iter().zip(places).filter_map(|(head, at)| Some((head, at?))) {
        marks.push(make_text([at, top - 6.0], Anchor::End, Tone::Muted, head));
    }
    marks
}

fn draw_region_row(
    row: &RegionRow,
    x: AxisScale<f64>,
    middle: f64,
    columns: &RegionColumns,
) -> Vec<DrawingMark> {
    let base = middle + 2.6;
    let slow = row.stands == Trend::Worse;
    let tone = if slow { Tone::Warn } else { Tone::Accent };
    let mut marks = vec![DrawingMark::Text {
        at: [columns.left - 6.0, base],
        anchor: Anchor::End,
        size: SIZE,
        tone: if slow { Tone::Warn } else { Tone::Ink },
        bold: slow,
        text: row.name.clone(),
    }];
    if let (Some(mean), Some(p95)) = (row.mean, row.p95) {
        marks.push(make_line([x(mean), middle], [x(p95), middle], tone, 1.0));
        let (high, low) = ([x(p95), middle - 2.5], [x(p95), middle + 2.5]);
        marks.push(make_line(high, low, tone, 1.0));
    }
    if let Some(mean) = row.mean {
        let (at, size) = ([x(0.0), middle - 3.5], [x(mean) - x(0.0), 7.0]);
        marks.push(DrawingMark::Bar { at, size, tone });
    }
    if let Some(longest) = row.longest {
        marks.push(DrawingMark::Dot { at: [x(longest), middle], radius: 1.6, tone, hollow: true });
    }
    let promise = row.late_promise.map_or_else(|| print::NOTHING.to_owned(), print::format_count);
    marks.push(make_text([columns.mean, base], Anchor::End, Tone::Ink, row.printed.as_str()));
    marks.push(make_text([columns.n, base], Anchor::End, Tone::Ink, print::format_count(row.n)));
    marks.push(make_text(
        [columns.late, base],
        Anchor::End,
        Tone::Ink,
        print::format_count(row.late),
    ));
    if let Some(at) = columns.promise {
        let tone = if row.late_promise > Some(0) { Tone::Warn } else { Tone::Ink };
        marks.push(make_text([at, base], Anchor::End, tone, promise));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_above_a_chart_never_touch() {
        let over = |at, words: &str| (at, Tone::Ink, words.to_owned());
        let all = vec![
            over(40.0, "all 11.54"),
            over(46.0, "promise 48"),
            over(50.0, "promise 50"),
            over(200.0, "limit 360"),
        ];
        let (placed, lines) = place_on_lines(all);
        assert_eq!(lines, 3);
        for (index, (line, (at, _, words))) in placed.iter().enumerate() {
            for (other_line, (other, _, others)) in &placed[index + 1..] {
                let apart =
                    (at - other).abs() >= estimate_width(words).midpoint(estimate_width(others));
                assert!(line != other_line || apart, "{words} touches {others}");
            }
        }
    }
}

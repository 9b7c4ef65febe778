//! Draws a trend: lines over the months, with the period before behind them.

use super::marks::{
    Anchor, AxisScale, Drawing, DrawingMark, HALF, SIZE, Tone, estimate_width, format_axis_number,
    list_ticks, make_dashed_line, make_line, make_text,
};
use crate::systems::reports::charts::{ChartRule, Point, Series};

const TREND_HEIGHT: f64 = 128.0;

pub(super) fn draw_trend(series: &[Series], rules: &[ChartRule]) -> Drawing {
    let names: Vec<f64> =
        series.iter().map(|one| estimate_width(&write_end_label(one, series))).collect();
    let beside = names.into_iter().fold(0.0, f64::max).min(90.0);
    let (left, right) = (24.0, HALF - beside - 8.0);
    let (top, bottom) = (14.0, TREND_HEIGHT - 18.0);
    let values = || series.iter().flat_map(|one| &one.points).filter_map(|point| point.value);
    let highest = values().fold(0.0_f64, f64::max);
    let near = rules.iter().map(|rule| rule.value).filter(|&value| value <= highest * 1.6);
    let roof = near.fold(highest, f64::max) * 1.15;
    let roof = if roof > 0.0 { roof } else { 1.0 };
    let y = |value: f64| bottom - (bottom - top) * value / roof;
    let mut marks = Vec::new();
    let (ticks, step) = list_ticks(roof, 4);
    for tick in ticks {
        marks.push(make_line([left, y(tick)], [right, y(tick)], Tone::Grid, 0.5));
        let place = [left - 4.0, y(tick) + 2.6];
        marks.push(make_text(place, Anchor::End, Tone::Muted, format_axis_number(tick, step)));
    }
    for rule in rules.iter().filter(|rule| rule.value <= roof) {
        marks.push(make_dashed_line([left, y(rule.value)], [right, y(rule.value)], Tone::Warn));
        let place = [right, y(rule.value) - 2.5];
        marks.push(make_text(place, Anchor::End, Tone::Warn, rule.title.as_str()));
    }
    let longest = series.iter().map(|one| one.points.len()).max().unwrap_or(1).max(2);
    // The first value must not touch the numbers of the axis.
    let (first, last) = (left + 14.0, right - 3.0);
    let x = |index: usize| first + (last - first) * index as f64 / (longest - 1) as f64;
    if let Some(first) = series.iter().find(|one| !one.earlier) {
        for (index, point) in first.points.iter().enumerate() {
            let place = [x(index), bottom + 11.0];
            marks.push(make_text(place, Anchor::Middle, Tone::Muted, point.label.as_str()));
        }
    }
    for one in series.iter().filter(|one| one.earlier) {
        marks.extend(draw_series(&one.points, &x, &y, Tone::Muted));
    }
    let current: Vec<&Series> = series.iter().filter(|one| !one.earlier).collect();
    for (rank, one) in current.iter().enumerate() {
        let tone = if rank == 0 { Tone::Accent } else { Tone::Ink };
        marks.extend(draw_series(&one.points, &x, &y, tone));
        if current.len() == 1 {
            let earlier = series.iter().find(|one| one.earlier);
            marks.extend(label_values(one, earlier, &x, &y));
        }
    }
    marks.extend(label_ends(series, &x, &y));
    Drawing { width: HALF, height: TREND_HEIGHT, marks }
}

/// The line of a series, broken where nothing was measured, with a dot at each value.
fn draw_series(
    points: &[Point],
    x: AxisScale<usize>,
    y: AxisScale<f64>,
    tone: Tone,
) -> Vec<DrawingMark> {
    let mut marks = Vec::new();
    let mut path: Vec<[f64; 2]> = Vec::new();
    let width = if tone == Tone::Muted { 0.8 } else { 1.4 };
    for (index, point) in points.iter().enumerate() {
        match point.value {
            Some(value) => {
                path.push([x(index), y(value)]);
                marks.push(DrawingMark::Dot {
                    at: [x(index), y(value)],
                    radius: if tone == Tone::Muted { 0.9 } else { 1.7 },
                    tone,
                    hollow: false,
                });
            }
            None => finish_path(&mut marks, &mut path, tone, width),
        }
    }
    finish_path(&mut marks, &mut path, tone, width);
    marks
}

fn finish_path(marks: &mut Vec<DrawingMark>, path: &mut Vec<[f64; 2]>, tone: Tone, width: f64) {
    let points = std::mem::take(path);
    if points.len() > 1 {
        marks.insert(0, DrawingMark::Path { points, tone, width });
    }
}

/// Each value but the last, on the side of its line that is away from the line of the period
/// before; the last stands beside the name.
fn label_values(
    one: &Series,
    earlier: Option<&Series>,
    x: AxisScale<usize>,
    y: AxisScale<f64>,
) -> Vec<DrawingMark> {
    let last = one.points.iter().rposition(|point| point.value.is_some());
    let labelled = one.points.iter().enumerate();
    labelled
        .filter(|(index, _)| Some(*index) != last)
        .filter_map(|(index, point)| {
            let value = point.value?;
            let before = earlier.and_then(|line| line.points.get(index)?.value);
            let below = before.is_some_and(|before| before >= value);
            let lift = if below { SIZE + 3.0 } else { -5.0 };
            let place = [x(index), y(value) + lift];
            Some(make_text(place, Anchor::Middle, Tone::Accent, point.printed.as_str()))
        })
        .collect()
}

/// The name of each line at its end, moved apart where two would touch.
fn label_ends(series: &[Series], x: AxisScale<usize>, y: AxisScale<f64>) -> Vec<DrawingMark> {
    let mut ends: Vec<(f64, f64, &Series)> = Vec::new();
    for one in series {
        let last = one.points.iter().enumerate().rev();
        let end = { last }.find_map(|(i, p)| Some((x(i), y(p.value?))));
        if let Some((at, height)) = end {
            ends.push((at, height, one));
        }
    }
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut lowest = f64::NEG_INFINITY;
    let mut marks = Vec::new();
    for (at, height, one) in ends {
        let place = height.max(lowest + SIZE + 0.5);
        lowest = place;
        let tone = if one.earlier { Tone::Muted } else { Tone::Ink };
        let words = write_end_label(one, series);
        marks.push(make_text([at + 5.0, place + 2.6], Anchor::Start, tone, words));
    }
    marks
}

/// What stands at the end of a line: its name, if there are several, and its last value.
fn write_end_label(one: &Series, series: &[Series]) -> String {
    let last = one.points.iter().rev().find(|point| point.value.is_some());
    let last = last.filter(|_| !one.earlier).map_or("", |point| &point.printed);
    let name = if series.len() == 1 { "" } else { &one.title };
    format!("{name} {last}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_stands_beside_its_name_and_no_series_is_nameless() {
        let point = |value: f64| Point {
            label: "Jan".into(),
            value: Some(value),
            printed: format!("{value:.2}"),
            n: 1,
        };
        let series = |title: &str, earlier| Series {
            title: title.into(),
            points: vec![point(0.87), point(0.84)],
            earlier,
        };
        let both = [series("2020H1", false), series("2019H2", true)];
        assert_eq!(write_end_label(&both[0], &both), "2020H1 0.84");
        assert_eq!(write_end_label(&both[1], &both), "2019H2");
        assert_eq!(write_end_label(&both[0], &both[..1]), "0.84");
        let drawing = draw_trend(&both, &[]);
        let right = drawing.marks.iter().filter_map(|mark| match mark {
            DrawingMark::Text { at, anchor: Anchor::Start, text, .. } => {
                Some(at[0] + estimate_width(text))
            }
            _ => None,
        });
        assert!(right.fold(0.0, f64::max) <= drawing.width, "words leave the paper");
    }
}

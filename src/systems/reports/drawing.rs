//! Charts as marks: lines, bars, dots and words at places, in points.
//!
//! One layout serves the PDF, which paints the marks natively, and the page, which writes them as
//! SVG, so that both show the same picture.

use serde::Serialize;

use super::charts::{
    Bin, Chart, ChartBody, ChartRule, Point, RegionRow, RuleRole, Series, nice_step,
};
use super::model::{Language, Trend};
use super::print;

/// A chart that is ready to paint; the origin is top left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Drawing {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<DrawingMark>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub(super) enum DrawingMark {
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
pub(super) enum Tone {
    Ink,
    Muted,
    Grid,
    Accent,
    Warn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

const FULL: f64 = 482.0;
const HALF: f64 = 234.0;
const SIZE: f64 = 7.5;

/// Lays a chart out.
pub(super) fn draw(chart: &Chart, language: Language) -> Drawing {
    match &chart.body {
        ChartBody::Trend { series, rules } => trend(series, rules),
        ChartBody::Regions { rows, whole, rules } => regions(rows, whole.as_ref(), rules, language),
        ChartBody::Distribution { bins, marks, limit, .. } => {
            distribution(bins, marks, limit.as_ref(), language)
        }
    }
}

fn text(at: [f64; 2], anchor: Anchor, tone: Tone, words: impl Into<String>) -> DrawingMark {
    DrawingMark::Text { at, anchor, size: SIZE, tone, bold: false, text: words.into() }
}

fn line(from: [f64; 2], to: [f64; 2], tone: Tone, width: f64) -> DrawingMark {
    DrawingMark::Line { from, to, tone, width, dashed: false }
}

fn dashed(from: [f64; 2], to: [f64; 2], tone: Tone) -> DrawingMark {
    DrawingMark::Line { from, to, tone, width: 0.8, dashed: true }
}

/// A number of an axis: as few decimals as its step needs.
fn axis_number(value: f64, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-libm::log10(step)).ceil().max(0.0) as usize };
    format!("{value:.decimals$}")
}

/// The ticks of an axis from nothing to `top`.
fn ticks(top: f64, most: u32) -> (Vec<f64>, f64) {
    let step = nice_step(top, most);
    let count = (top / step + 1e-9).floor() as u32;
    ((0..=count).map(|n| f64::from(n) * step).collect(), step)
}

/// How wide words print, roughly: Chinese is square, Latin about half.
fn breadth(words: &str) -> f64 {
    let ems = words.chars().map(|sign| if sign.is_ascii() { 0.55 } else { 1.0 });
    ems.sum::<f64>() * SIZE
}

// ---- trend

const TREND_HEIGHT: f64 = 128.0;

fn trend(series: &[Series], rules: &[ChartRule]) -> Drawing {
    let names: Vec<f64> = series.iter().map(|one| breadth(&end_words(one, series))).collect();
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
    let (ticks, step) = ticks(roof, 4);
    for tick in ticks {
        marks.push(line([left, y(tick)], [right, y(tick)], Tone::Grid, 0.5));
        let place = [left - 4.0, y(tick) + 2.6];
        marks.push(text(place, Anchor::End, Tone::Muted, axis_number(tick, step)));
    }
    for rule in rules.iter().filter(|rule| rule.value <= roof) {
        marks.push(dashed([left, y(rule.value)], [right, y(rule.value)], Tone::Warn));
        let place = [right, y(rule.value) - 2.5];
        marks.push(text(place, Anchor::End, Tone::Warn, rule.title.as_str()));
    }
    let longest = series.iter().map(|one| one.points.len()).max().unwrap_or(1).max(2);
    // The first value must not touch the numbers of the axis.
    let (first, last) = (left + 14.0, right - 3.0);
    let x = |index: usize| first + (last - first) * index as f64 / (longest - 1) as f64;
    if let Some(first) = series.iter().find(|one| !one.earlier) {
        for (index, point) in first.points.iter().enumerate() {
            let place = [x(index), bottom + 11.0];
            marks.push(text(place, Anchor::Middle, Tone::Muted, point.label.as_str()));
        }
    }
    for one in series.iter().filter(|one| one.earlier) {
        marks.extend(series_marks(&one.points, &x, &y, Tone::Muted));
    }
    let current: Vec<&Series> = series.iter().filter(|one| !one.earlier).collect();
    for (rank, one) in current.iter().enumerate() {
        let tone = if rank == 0 { Tone::Accent } else { Tone::Ink };
        marks.extend(series_marks(&one.points, &x, &y, tone));
        if current.len() == 1 {
            let earlier = series.iter().find(|one| one.earlier);
            marks.extend(value_labels(one, earlier, &x, &y));
        }
    }
    marks.extend(end_labels(series, &x, &y));
    Drawing { width: HALF, height: TREND_HEIGHT, marks }
}

type Scale<'a, T> = &'a dyn Fn(T) -> f64;

/// The line of a series, broken where nothing was measured, with a dot at each value.
fn series_marks(points: &[Point], x: Scale<usize>, y: Scale<f64>, tone: Tone) -> Vec<DrawingMark> {
    let mut marks = Vec::new();
    let mut stretch: Vec<[f64; 2]> = Vec::new();
    let width = if tone == Tone::Muted { 0.8 } else { 1.4 };
    for (index, point) in points.iter().enumerate() {
        match point.value {
            Some(value) => {
                stretch.push([x(index), y(value)]);
                marks.push(DrawingMark::Dot {
                    at: [x(index), y(value)],
                    radius: if tone == Tone::Muted { 0.9 } else { 1.7 },
                    tone,
                    hollow: false,
                });
            }
            None => finish_stretch(&mut marks, &mut stretch, tone, width),
        }
    }
    finish_stretch(&mut marks, &mut stretch, tone, width);
    marks
}

fn finish_stretch(
    marks: &mut Vec<DrawingMark>,
    stretch: &mut Vec<[f64; 2]>,
    tone: Tone,
    width: f64,
) {
    let points = std::mem::take(stretch);
    if points.len() > 1 {
        marks.insert(0, DrawingMark::Path { points, tone, width });
    }
}

/// Each value but the last, on the side of its line that is away from the line of the period
/// before; the last stands beside the name.
fn value_labels(
    one: &Series,
    earlier: Option<&Series>,
    x: Scale<usize>,
    y: Scale<f64>,
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
            Some(text(place, Anchor::Middle, Tone::Accent, point.printed.as_str()))
        })
        .collect()
}

/// The name of each line at its end, moved apart where two would touch.
fn end_labels(series: &[Series], x: Scale<usize>, y: Scale<f64>) -> Vec<DrawingMark> {
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
        let words = end_words(one, series);
        marks.push(text([at + 5.0, place + 2.6], Anchor::Start, tone, words));
    }
    marks
}

/// What stands at the end of a line: its name, if there are several, and its last value.
fn end_words(one: &Series, series: &[Series]) -> String {
    let last = one.points.iter().rev().find(|point| point.value.is_some());
    let last = last.filter(|_| !one.earlier).map_or("", |point| &point.printed);
    let name = if series.len() == 1 { "" } else { &one.title };
    format!("{name} {last}").trim().to_owned()
}

// ---- regions

struct RegionColumns {
    left: f64,
    right: f64,
    mean: f64,
    n: f64,
    late: f64,
    /// None where the operator has promised nothing.
    promise: Option<f64>,
}

fn regions(
    rows: &[RegionRow],
    whole: Option<&Point>,
    rules: &[ChartRule],
    language: Language,
) -> Drawing {
    let widest = rows.iter().map(|row| breadth(&row.name)).fold(24.0, f64::max).min(110.0);
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
        rules.iter().map(|rule| (x(rule.value), rule_tone(rule.role), rule.title.clone()));
    let (said, lines) = on_lines(mean.into_iter().chain(rules_said).collect());
    let top = 12.0 + LABEL_STEP * lines as f64;
    let bottom = top + step * rows.len() as f64;
    let mut marks = region_frame(&columns, [top, bottom], roof, language);
    for rule in rules {
        let at = x(rule.value);
        marks.push(dashed([at, top - 4.0], [at, bottom], rule_tone(rule.role)));
    }
    if let Some((at, _)) = whole {
        marks.push(line([x(at), top - 2.0], [x(at), bottom], Tone::Ink, 0.6));
    }
    for (line, (at, tone, words)) in said {
        let place = [at, top - 6.0 - LABEL_STEP * line as f64];
        marks.push(text(place, Anchor::Middle, tone, words));
    }
    for (index, row) in rows.iter().enumerate() {
        let middle = top + step * (index as f64 + 0.5);
        marks.extend(region_row(row, &x, middle, &columns));
    }
    Drawing { width: FULL, height: bottom + 18.0, marks }
}

/// Words above a chart, each in the middle over its place.
type LabelAbove = (f64, Tone, String);

const LABEL_STEP: f64 = 9.0;

/// Puts words on as many lines as it takes for none to touch; gives the line of each, from the
/// lowest, and how many lines there are.
fn on_lines(mut words: Vec<LabelAbove>) -> (Vec<(usize, LabelAbove)>, usize) {
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for over in words {
        let half = breadth(&over.2) / 2.0;
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

fn rule_ink(role: RuleRole) -> Tone {
    match role {
        RuleRole::Limit => Tone::Warn,
        RuleRole::Promise => Tone::Accent,
        RuleRole::Percentile => Tone::Ink,
    }
}

fn rule_tone(role: RuleRole) -> Tone {
    match role {
        RuleRole::Limit => Tone::Warn,
        RuleRole::Promise => Tone::Accent,
        RuleRole::Percentile => Tone::Muted,
    }
}

fn region_frame(
    columns: &RegionColumns,
    span: [f64; 2],
    roof: f64,
    language: Language,
) -> Vec<DrawingMark> {
    let [top, bottom] = span;
    let mut marks = Vec::new();
    let (ticks, step) = ticks(roof, 8);
    for tick in ticks {
        let at = columns.left + (columns.right - columns.left) * tick / roof;
        marks.push(line([at, top], [at, bottom], Tone::Grid, 0.5));
        let place = [at, bottom + 10.0];
        marks.push(text(place, Anchor::Middle, Tone::Muted, axis_number(tick, step)));
    }
    let heads = match language {
        Language::Chinese => ["平均", "件数", "超限", "超承诺"],
        Language::English => ["mean", "cases", "late", "past promise"],
    };
    let places = [Some(columns.mean), Some(columns.n), Some(columns.late), columns.promise];
    for (head, at) in heads.into_iter().zip(places).filter_map(|(head, at)| Some((head, at?))) {
        marks.push(text([at, top - 6.0], Anchor::End, Tone::Muted, head));
    }
    marks
}

fn region_row(
    row: &RegionRow,
    x: Scale<f64>,
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
        marks.push(line([x(mean), middle], [x(p95), middle], tone, 1.0));
        let (high, low) = ([x(p95), middle - 2.5], [x(p95), middle + 2.5]);
        marks.push(line(high, low, tone, 1.0));
    }
    if let Some(mean) = row.mean {
        let (at, size) = ([x(0.0), middle - 3.5], [x(mean) - x(0.0), 7.0]);
        marks.push(DrawingMark::Bar { at, size, tone });
    }
    if let Some(longest) = row.longest {
        marks.push(DrawingMark::Dot { at: [x(longest), middle], radius: 1.6, tone, hollow: true });
    }
    let promise = row.late_promise.map_or_else(|| print::NOTHING.to_owned(), print::count);
    marks.push(text([columns.mean, base], Anchor::End, Tone::Ink, row.printed.as_str()));
    marks.push(text([columns.n, base], Anchor::End, Tone::Ink, print::count(row.n)));
    marks.push(text([columns.late, base], Anchor::End, Tone::Ink, print::count(row.late)));
    if let Some(at) = columns.promise {
        let tone = if row.late_promise > Some(0) { Tone::Warn } else { Tone::Ink };
        marks.push(text([at, base], Anchor::End, tone, promise));
    }
    marks
}

// ---- distribution

const DISTRIBUTION_HEIGHT: f64 = 132.0;

fn distribution(
    bins: &[Bin],
    percentiles: &[ChartRule],
    limit: Option<&ChartRule>,
    language: Language,
) -> Drawing {
    let last = bins.last().map_or(1.0, |bin| bin.to);
    let roof = limit.map_or(last, |limit| limit.value.max(last)) * 1.01;
    let split = FULL * 0.66;
    let whole = Panel::new([26.0, split - 8.0], [0.0, roof], bins);
    let mut marks = whole.paint(bins, percentiles, limit);
    let tail_from = limit.map_or(last * 0.75, |limit| limit.value * 0.75);
    let tail: Vec<Bin> = bins.iter().copied().filter(|bin| bin.from >= tail_from - 1e-9).collect();
    let panel = Panel::new([split + 26.0, FULL - 4.0], [tail_from, roof], &tail);
    marks.extend(panel.paint(&tail, &[], limit));
    let words = match language {
        Language::Chinese => "尾部放大",
        Language::English => "the tail, enlarged",
    };
    marks.push(text([split + 26.0, 9.0], Anchor::Start, Tone::Muted, words));
    Drawing { width: FULL, height: DISTRIBUTION_HEIGHT, marks }
}

struct Panel {
    left: f64,
    right: f64,
    from: f64,
    to: f64,
    most: u64,
}

const PANEL_TOP: f64 = 28.0;
const PANEL_BOTTOM: f64 = DISTRIBUTION_HEIGHT - 16.0;

impl Panel {
    fn new(sides: [f64; 2], span: [f64; 2], bins: &[Bin]) -> Self {
        Panel {
            left: sides[0],
            right: sides[1],
            from: span[0],
            to: span[1],
            most: bins.iter().map(|bin| bin.n).max().unwrap_or(0),
        }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0)
    }

    fn paint(
        &self,
        bins: &[Bin],
        percentiles: &[ChartRule],
        limit: Option<&ChartRule>,
    ) -> Vec<DrawingMark> {
        let mut marks = self.axes();
        let roof = (self.most.max(1)) as f64 * 1.05;
        for bin in bins.iter().filter(|bin| bin.n > 0) {
            let height = ((PANEL_BOTTOM - PANEL_TOP) * bin.n as f64 / roof).max(0.6);
            let past = limit.is_some_and(|limit| bin.from >= limit.value - 1e-9);
            let (left, right) = (self.x(bin.from), self.x(bin.to));
            marks.push(DrawingMark::Bar {
                at: [left + 0.3, PANEL_BOTTOM - height],
                size: [(right - left - 0.6).max(0.4), height],
                tone: if past { Tone::Warn } else { Tone::Accent },
            });
        }
        for (index, mark) in percentiles.iter().enumerate() {
            let at = self.x(mark.value);
            let ends = [[at, PANEL_TOP - 3.0], [at, PANEL_BOTTOM]];
            marks.push(match mark.role {
                RuleRole::Percentile => line(ends[0], ends[1], Tone::Muted, 0.6),
                RuleRole::Limit | RuleRole::Promise => {
                    dashed(ends[0], ends[1], rule_tone(mark.role))
                }
            });
            let lift = if index % 2 == 0 { 5.0 } else { 14.0 };
            let place = [at, PANEL_TOP - lift];
            // The first would run out of the panel to the left if it stood in the middle.
            let anchor = if index == 0 { Anchor::Start } else { Anchor::Middle };
            marks.push(text(place, anchor, rule_ink(mark.role), mark.title.as_str()));
        }
        if let Some(limit) = limit {
            let at = self.x(limit.value);
            marks.push(dashed([at, PANEL_TOP - 3.0], [at, PANEL_BOTTOM], Tone::Warn));
            let place = [at, PANEL_TOP - 5.0];
            marks.push(text(place, Anchor::End, Tone::Warn, limit.title.as_str()));
        }
        marks
    }

    fn axes(&self) -> Vec<DrawingMark> {
        let mut marks = Vec::new();
        let step = nice_step(self.to - self.from, if self.from > 0.0 { 4 } else { 8 });
        let mut tick = (self.from / step).ceil() * step;
        while tick <= self.to + 1e-9 {
            let place = [self.x(tick), PANEL_BOTTOM + 10.0];
            marks.push(text(place, Anchor::Middle, Tone::Muted, axis_number(tick, step)));
            tick += step;
        }
        let base = [[self.left, PANEL_BOTTOM], [self.right, PANEL_BOTTOM]];
        marks.push(line(base[0], base[1], Tone::Muted, 0.6));
        let roof = self.most.max(1) as f64 * 1.05;
        let step = nice_step(roof, 3).max(1.0);
        let mut count = step;
        while count <= roof {
            let y = PANEL_BOTTOM - (PANEL_BOTTOM - PANEL_TOP) * count / roof;
            marks.push(line([self.left, y], [self.right, y], Tone::Grid, 0.5));
            let place = [self.left - 3.0, y + 2.6];
            marks.push(text(place, Anchor::End, Tone::Muted, axis_number(count, step)));
            count += step;
        }
        marks
    }
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
        let (placed, lines) = on_lines(all);
        assert_eq!(lines, 3);
        for (index, (line, (at, _, words))) in placed.iter().enumerate() {
            for (other_line, (other, _, others)) in &placed[index + 1..] {
                let apart = (at - other).abs() >= breadth(words).midpoint(breadth(others));
                assert!(line != other_line || apart, "{words} touches {others}");
            }
        }
    }

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
        assert_eq!(end_words(&both[0], &both), "2020H1 0.84");
        assert_eq!(end_words(&both[1], &both), "2019H2");
        assert_eq!(end_words(&both[0], &both[..1]), "0.84");
        let drawing = trend(&both, &[]);
        let right = drawing.marks.iter().filter_map(|mark| match mark {
            DrawingMark::Text { at, anchor: Anchor::Start, text, .. } => {
                Some(at[0] + breadth(text))
            }
            _ => None,
        });
        assert!(right.fold(0.0, f64::max) <= drawing.width, "words leave the paper");
    }
}

//! Draws a distribution: the whole, and beside it the tail, enlarged.

use super::marks::{
    Anchor, Drawing, DrawingMark, FULL, Tone, format_axis_number, make_dashed_line, make_line,
    make_text, pick_rule_tone,
};
use crate::systems::reports::charts::{Bin, ChartRule, RuleRole, choose_step};
use crate::systems::reports::model::Language;

const DISTRIBUTION_HEIGHT: f64 = 132.0;

pub(super) fn draw_distribution(
    bins: &[Bin],
    percentiles: &[ChartRule],
    limit: Option<&ChartRule>,
    language: Language,
) -> Drawing {
    let last = bins.last().map_or(1.0, |bin| bin.to);
    let roof = limit.map_or(last, |limit| limit.value.max(last)) * 1.01;
    let split = FULL * 0.66;
    let whole = Panel::new([26.0, split - 8.0], [0.0, roof], bins);
    let mut marks = whole.paint_bins(bins, percentiles, limit);
    let tail_from = limit.map_or(last * 0.75, |limit| limit.value * 0.75);
    let tail: Vec<Bin> = bins.iter().copied().filter(|bin| bin.from >= tail_from - 1e-9).collect();
    let panel = Panel::new([split + 26.0, FULL - 4.0], [tail_from, roof], &tail);
    marks.extend(panel.paint_bins(&tail, &[], limit));
    let words = match language {
        Language::Chinese => "尾部放大",
        Language::English => "the tail, enlarged",
    };
    marks.push(make_text([split + 26.0, 9.0], Anchor::Start, Tone::Muted, words));
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

    fn map_x(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0)
    }

    fn paint_bins(
        &self,
        bins: &[Bin],
        percentiles: &[ChartRule],
        limit: Option<&ChartRule>,
    ) -> Vec<DrawingMark> {
        let mut marks = self.paint_axes();
        let roof = (self.most.max(1)) as f64 * 1.05;
        for bin in bins.iter().filter(|bin| bin.n > 0) {
            let height = ((PANEL_BOTTOM - PANEL_TOP) * bin.n as f64 / roof).max(0.6);
            let past = limit.is_some_and(|limit| bin.from >= limit.value - 1e-9);
            let (left, right) = (self.map_x(bin.from), self.map_x(bin.to));
            marks.push(DrawingMark::Bar {
                at: [left + 0.3, PANEL_BOTTOM - height],
                size: [(right - left - 0.6).max(0.4), height],
                tone: if past { Tone::Warn } else { Tone::Accent },
            });
        }
        for (index, mark) in percentiles.iter().enumerate() {
            let at = self.map_x(mark.value);
            let ends = [[at, PANEL_TOP - 3.0], [at, PANEL_BOTTOM]];
            marks.push(match mark.role {
                RuleRole::Percentile => make_line(ends[0], ends[1], Tone::Muted, 0.6),
                RuleRole::Limit | RuleRole::Promise => {
                    make_dashed_line(ends[0], ends[1], pick_rule_tone(mark.role))
                }
            });
            let lift = if index % 2 == 0 { 5.0 } else { 14.0 };
            let place = [at, PANEL_TOP - lift];
            // The first would leave the panel on the left if it were centred.
            let anchor = if index == 0 { Anchor::Start } else { Anchor::Middle };
            marks.push(make_text(place, anchor, pick_label_tone(mark.role), mark.title.as_str()));
        }
        if let Some(limit) = limit {
            let at = self.map_x(limit.value);
            marks.push(make_dashed_line([at, PANEL_TOP - 3.0], [at, PANEL_BOTTOM], Tone::Warn));
            let place = [at, PANEL_TOP - 5.0];
            marks.push(make_text(place, Anchor::End, Tone::Warn, limit.title.as_str()));
        }
        marks
    }

    fn paint_axes(&self) -> Vec<DrawingMark> {
        let mut marks = Vec::new();
        let step = choose_step(self.to - self.from, if self.from > 0.0 { 4 } else { 8 });
        let mut tick = (self.from / step).ceil() * step;
        while tick <= self.to + 1e-9 {
            let place = [self.map_x(tick), PANEL_BOTTOM + 10.0];
            marks.push(make_text(
                place,
                Anchor::Middle,
                Tone::Muted,
                format_axis_number(tick, step),
            ));
            tick += step;
        }
        let base = [[self.left, PANEL_BOTTOM], [self.right, PANEL_BOTTOM]];
        marks.push(make_line(base[0], base[1], Tone::Muted, 0.6));
        let roof = self.most.max(1) as f64 * 1.05;
        let step = choose_step(roof, 3).max(1.0);
        let mut count = step;
        while count <= roof {
            let y = PANEL_BOTTOM - (PANEL_BOTTOM - PANEL_TOP) * count / roof;
            marks.push(make_line([self.left, y], [self.right, y], Tone::Grid, 0.5));
            let place = [self.left - 3.0, y + 2.6];
            marks.push(make_text(place, Anchor::End, Tone::Muted, format_axis_number(count, step)));
            count += step;
        }
        marks
    }
}

fn pick_label_tone(role: RuleRole) -> Tone {
    match role {
        RuleRole::Limit => Tone::Warn,
        RuleRole::Promise => Tone::Accent,
        RuleRole::Percentile => Tone::Ink,
    }
}

//! The plan of a stretch: how many cases each cell has, on which days, and how long they take.
//!
//! A cell is a class in a prefecture. Its cases have ordinals in the order of the days on which
//! they come in, so a case can be drawn from its ordinal alone, in any order and on any thread.

use super::chance::{Shuffle, derive_key, mix_bits, normal_share, split_by_weights};
use super::class_table::CLASSES;
use super::classes::{Class, Lognormal, PublishedMean, SourceSystem, UserArea};
use super::province::PREFECTURES;
use super::season::{LEVEL_STEP, LEVELS, Season};
use super::stretch::DayStretch;

/// A lognormal in seconds, cut off below a limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct CutLognormal {
    /// Logarithm of the median.
    pub(super) middle: f64,
    pub(super) spread: f64,
    /// The share of the uncut lognormal that lies below the limit.
    pub(super) kept: f64,
}

impl CutLognormal {
    fn new(part: Lognormal, scale: f64, limit: f64) -> CutLognormal {
        let middle = libm::log(part.median * 3600.0 * scale);
        let kept = normal_share((libm::log(limit) - middle) / part.spread);
        CutLognormal { middle, spread: part.spread, kept }
    }

    fn expected_mean(self, limit: f64) -> f64 {
        let edge = (libm::log(limit) - self.middle) / self.spread;
        let whole = libm::exp(self.middle + self.spread * self.spread / 2.0);
        whole * normal_share(edge - self.spread) / self.kept
    }
}

/// A class in a prefecture.
#[derive(Debug)]
pub(super) struct PlanCell {
    pub(super) class: &'static Class,
    pub(super) place: usize,
    pub(super) key: u64,
    pub(super) size: u64,
    /// The ordinal of the first case of each day, and one more at the end.
    starts: Vec<u32>,
    /// The level of slowness of each day.
    slow: Vec<u8>,
    /// The two parts of the mixture at each level.
    pub(super) cuts: [[CutLognormal; 2]; LEVELS],
    /// Where the even points of the class begin, and how many of them belong to earlier cells.
    class_key: u64,
    pub(super) shift: u64,
    pub(super) first_place: u64,
    pub(super) shuffle: Shuffle,
    pub(super) hours: [u8; 256],
}

impl PlanCell {
    /// The ordinals of the cases that come in on a day.
    pub(super) fn cases_on(&self, day: usize) -> std::ops::Range<u64> {
        u64::from(self.starts[day])..u64::from(self.starts[day + 1])
    }

    pub(super) fn slowness_on(&self, day: usize) -> usize {
        usize::from(self.slow[day])
    }

    pub(super) fn limit_seconds(&self) -> f64 {
        self.class.below_hours * 3600.0
    }

    /// Scales every duration, and returns the expected mean in seconds.
    fn scale_durations(&mut self, scale: f64, pace: f64) -> f64 {
        let class = self.class;
        let limit = self.limit_seconds();
        let felt = libm::exp(class.feels_pace * libm::log(pace));
        let mut means = [0.0; LEVELS];
        for (level, mean) in means.iter_mut().enumerate() {
            let slower = libm::exp(LEVEL_STEP * level as f64);
            let quick = CutLognormal::new(class.quick, scale * felt * slower, limit);
            let lengthy = CutLognormal::new(class.lengthy, scale * felt * slower, limit);
            self.cuts[level] = [quick, lengthy];
            *mean = class.quick_share * quick.expected_mean(limit)
                + (1.0 - class.quick_share) * lengthy.expected_mean(limit);
        }
        let days = self.slow.len();
        let total: f64 = (0..days)
            .map(|day| {
                let cases = self.cases_on(day);
                (cases.end - cases.start) as f64 * means[self.slowness_on(day)]
            })
            .sum();
        total / (self.size as f64).max(1.0)
    }
}

/// Everything about a stretch that is decided before the first case is drawn.
#[derive(Debug)]
pub(super) struct SimulationPlan {
    pub(super) stretch: DayStretch,
    pub(super) seed: u64,
    /// Cells in the order of their sources.
    pub(super) cells: Vec<PlanCell>,
    /// Marks the run in the keys of its cases.
    pub(super) tag: u16,
}

impl SimulationPlan {
    pub(super) fn new(stretch: DayStretch, seed: u64, cases: u64) -> SimulationPlan {
        let season = Season::new(&stretch, seed);
        let shares: Vec<f64> = CLASSES.iter().map(|class| class.share).collect();
        let sizes = split_by_weights(cases, &shares);
        let mut cells = Vec::with_capacity(CLASSES.len() * PREFECTURES.len());
        for (number, class) in CLASSES.iter().enumerate() {
            let weights: Vec<f64> = PREFECTURES
                .iter()
                .map(|prefecture| match class.users {
                    UserArea::Town => prefecture.residents * prefecture.urban,
                    UserArea::Country => prefecture.residents * (1.0 - prefecture.urban),
                    UserArea::Either => prefecture.residents,
                })
                .collect();
            let class_key = derive_key(seed, &[&stretch.name, "class", &number.to_string()]);
            let mut first_place = 0;
            let parts = split_by_weights(sizes[number], &weights);
            for (place, size) in parts.into_iter().enumerate() {
                let seat = CellPosition { class, place, size, first_place };
                cells.push(make_cell(&seat, class_key, &season));
                first_place += size;
            }
        }
        let tag = mix_bits(derive_key(seed, &["tag", &stretch.name]) ^ cases) as u16;
        let mut plan = SimulationPlan { stretch, seed, cells, tag };
        plan.scale_to_targets();
        plan
    }

    /// How many cases of a source come in before a day.
    pub(super) fn cases_before(&self, source: SourceSystem, day: usize) -> u64 {
        let own = self.cells.iter().filter(|cell| cell.class.source == source);
        own.map(|cell| u64::from(cell.starts[day])).sum()
    }

    /// The mean that a figure is brought to, in seconds.
    pub(super) fn target_seconds(&self, figure: PublishedMean) -> f64 {
        figure.sample_hours() * 3600.0 * duration_drift(self.stretch.halves_since_sample())
    }

    /// Moves the start of the even points of a figure's classes, which draws another sample of the
    /// same durations.
    pub(super) fn shift_points(&mut self, figure: PublishedMean, attempt: u64) {
        let cells = self.cells.iter_mut();
        for cell in cells.filter(|cell| cell.class.figure == Some(figure)) {
            cell.shift = mix_bits(cell.class_key.wrapping_add(attempt));
        }
    }

    /// Scales the classes of each figure until their expected mean is the target. This takes a few
    /// rounds, because the cut at the limit makes the relation nonlinear.
    fn scale_to_targets(&mut self) {
        for figure in PublishedMean::ALL {
            let target = self.target_seconds(figure);
            let mut scale = 1.0;
            for _ in 0..6 {
                let mean = self.scale_figure(figure, scale);
                if mean > 0.0 {
                    scale *= target / mean;
                }
            }
            self.scale_figure(figure, scale);
        }
        let pace = duration_drift(self.stretch.halves_since_sample());
        for cell in &mut self.cells {
            if cell.class.figure.is_none() {
                cell.scale_durations(pace, PREFECTURES[cell.place].pace);
            }
        }
    }

    fn scale_figure(&mut self, figure: PublishedMean, scale: f64) -> f64 {
        let (mut total, mut cases) = (0.0, 0.0);
        let cells = self.cells.iter_mut();
        for cell in cells.filter(|cell| cell.class.figure == Some(figure)) {
            total += cell.scale_durations(scale, PREFECTURES[cell.place].pace) * cell.size as f64;
            cases += cell.size as f64;
        }
        if cases > 0.0 { total / cases } else { 0.0 }
    }
}

/// How the durations of a half year compare with those of 2020H1: 4 % longer for each half year
/// before it, and as much shorter after it, for three years either way.
pub(super) fn duration_drift(halves_since_sample: i32) -> f64 {
    libm::exp(-0.04 * f64::from(halves_since_sample.clamp(-6, 6)))
}

/// The position of a cell in its class.
struct CellPosition {
    class: &'static Class,
    place: usize,
    size: u64,
    first_place: u64,
}

fn make_cell(seat: &CellPosition, class_key: u64, season: &Season) -> PlanCell {
    let class = seat.class;
    let own = mix_bits(class_key ^ (seat.place as u64 + 1));
    let nothing = CutLognormal { middle: 0.0, spread: 1.0, kept: 1.0 };
    PlanCell {
        class,
        place: seat.place,
        key: own,
        size: seat.size,
        starts: spread_over_days(seat.size, season.busy_days(class.rhythm, seat.place), own),
        slow: season.slow_days(class.rhythm, seat.place).to_vec(),
        cuts: [[nothing; 2]; LEVELS],
        class_key,
        shift: mix_bits(class_key),
        first_place: seat.first_place,
        shuffle: Shuffle::new(mix_bits(own ^ 0x5A), seat.size),
        hours: class.rhythm.arrival_hours(),
    }
}

/// The ordinal of the first case of each day, in proportion to how busy the days are. Small cells
/// begin at different fractions, so that their few cases do not all fall on the same days.
fn spread_over_days(size: u64, busy: &[f64], own: u64) -> Vec<u32> {
    let total: f64 = busy.iter().sum();
    let fraction = super::chance::unit_from_bits(mix_bits(own ^ 0xA5));
    let mut sum = 0.0;
    let mut starts = vec![0];
    for day in &busy[..busy.len() - 1] {
        sum += day;
        starts.push((size as f64 * sum / total + fraction) as u32);
    }
    starts.push(size as u32);
    starts
}

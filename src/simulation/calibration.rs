//! The first pass: every duration is drawn once, to learn what brings the mean of each figure to
//! its target.
//!
//! The plan already aims at the targets; what is left is the error of sampling, a few parts in a
//! thousand. All durations of a figure are multiplied by one factor close to 1. The ratings are
//! settled here too: how many customers answer, and how many of those are satisfied, in whole
//! numbers.

use rayon::prelude::*;

use super::chance::split_by_weights;
use super::classes::PublishedMean;
use super::course::Course;
use super::days::CarriedCase;
use super::plan::{PlanCell, SimulationPlan};
use super::province::PREFECTURES;
use super::stretch::DAY;

/// The largest share by which a duration is changed.
pub(super) const LARGEST_MOVE: f64 = 0.02;

/// A sample whose mean is further from the target is drawn anew.
const STRAY: f64 = 0.0015;
/// Samples of more cases than this never stray that far.
const SMALL_FIGURE: u64 = 30_000;
const MOST_ATTEMPTS: u64 = 60;

/// The share of complaints whose customer answers the question about satisfaction.
const RESPONSE: f64 = 0.58;

/// Which complaints of a cell are rated, and how: those whose rank is below a threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ratings {
    /// Complaints with a rank below this are rated; those below `unhappy` are not satisfied.
    pub(super) rated: u64,
    pub(super) unhappy: u64,
}

/// What the first pass has found.
#[derive(Debug)]
pub(super) struct Calibration {
    /// By figure, in the order of [`PublishedMean::ALL`].
    pub(super) moves: Vec<DurationFactor>,
    /// By cell of the plan.
    pub(super) ratings: Vec<Ratings>,
    /// Rated complaints, and those satisfied.
    pub(super) rated: u64,
    pub(super) satisfied: u64,
}

/// By how much the durations of a figure are changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct DurationFactor {
    pub(super) cases: u64,
    /// What would bring the mean to its target.
    pub(super) exact: f64,
    /// What the durations are multiplied by: the same, unless it changes them too much.
    pub(super) factor: f64,
}

/// What one cell adds up to.
#[derive(Debug, Default)]
struct DurationSum {
    cases: u64,
    seconds: i64,
    /// Ranks of cases that did not end in the stretch.
    unended: Vec<u64>,
}

impl Calibration {
    pub(super) fn new(
        plan: &SimulationPlan,
        before: &SimulationPlan,
        carried: &[CarriedCase],
    ) -> Calibration {
        let sums: Vec<DurationSum> =
            plan.cells.par_iter().map(|cell| sum_cell(plan, cell)).collect();
        let late: Vec<DurationSum> =
            carried.par_iter().map(|case| sum_carried(plan, before, *case)).collect();
        let mut moves = Vec::with_capacity(PublishedMean::ALL.len());
        for figure in PublishedMean::ALL {
            let own = plan.cells.iter().zip(&sums);
            let own = own.filter(|(cell, _)| cell.class.figure == Some(figure));
            let old = carried.iter().zip(&late).map(|(case, sum)| {
                let cell = &before.cells[case.cell as usize];
                (cell, sum)
            });
            let old = old.filter(|(cell, _)| cell.class.figure == Some(figure));
            let (mut cases, mut seconds) = (0, 0);
            for (_, sum) in own.chain(old) {
                cases += sum.cases;
                seconds += sum.seconds;
            }
            moves.push(factor_to_target(plan.target_seconds(figure), cases, seconds));
        }
        let (ratings, rated, satisfied) = settle_ratings(plan, &sums);
        Calibration { moves, ratings, rated, satisfied }
    }

    /// The factor for the durations of a cell.
    pub(super) fn cell_factor(&self, cell: &PlanCell) -> f64 {
        cell.class.figure.map_or(1.0, |figure| self.moves[figure as usize].factor)
    }
}

/// The factor that brings the mean of `cases` durations with this sum to the target, or as near to
/// it as the largest change allows.
fn factor_to_target(target: f64, cases: u64, seconds: i64) -> DurationFactor {
    let exact = if cases == 0 { 1.0 } else { target * cases as f64 / seconds as f64 };
    // Rounding to whole seconds changes a duration a little more than the factor does.
    let allowed = LARGEST_MOVE - 0.001;
    DurationFactor { cases, exact, factor: exact.clamp(1.0 - allowed, 1.0 + allowed) }
}

/// Draws the durations of small figures again if their sample strays from the target by more than
/// [`STRAY`]. It looks only at the plan's own cases, so that the plan of the previous stretch comes
/// out the same here as in its own run.
pub(super) fn redraw_strays(plan: &mut SimulationPlan) {
    for figure in PublishedMean::ALL {
        let target = plan.target_seconds(figure);
        let mut best = (f64::INFINITY, 0);
        for attempt in 0..MOST_ATTEMPTS {
            plan.shift_points(figure, attempt);
            let own = plan.cells.iter().filter(|cell| cell.class.figure == Some(figure));
            let own: Vec<&PlanCell> = own.collect();
            if own.iter().map(|cell| cell.size).sum::<u64>() > SMALL_FIGURE {
                break;
            }
            let samples = own.par_iter().map(|cell| DurationSample::of_cell(plan, cell));
            let sample = samples.reduce(DurationSample::default, DurationSample::add_sample);
            let stray = sample.relative_error(target, (plan.stretch.days as i64 * DAY) as f64);
            if stray < best.0 {
                best = (stray, attempt);
            }
            if sample.cases == 0 || best.0 < STRAY {
                break;
            }
        }
        plan.shift_points(figure, best.1);
    }
}

/// The durations of cases that came in and ended in a stretch.
#[derive(Debug, Default, Clone, Copy)]
struct DurationSample {
    cases: u64,
    seconds: i64,
    squares: i128,
}

impl DurationSample {
    fn of_cell(plan: &SimulationPlan, cell: &PlanCell) -> DurationSample {
        let mut sample = DurationSample::default();
        let end = plan.stretch.end_second();
        for day in 0..plan.stretch.days {
            let midnight = plan.stretch.midnight_of(day);
            for ordinal in cell.cases_on(day) {
                let course = Course::draw(cell, ordinal, day, midnight);
                if course.withdrawn.is_none() && course.drawn_end() < end {
                    sample.cases += 1;
                    sample.seconds += course.drawn;
                    sample.squares += i128::from(course.drawn) * i128::from(course.drawn);
                }
            }
        }
        sample
    }

    fn add_sample(self, other: DurationSample) -> DurationSample {
        DurationSample {
            cases: self.cases + other.cases,
            seconds: self.seconds + other.seconds,
            squares: self.squares + other.squares,
        }
    }

    /// How far the mean is from where it should be, as a share of that.
    ///
    /// A case that takes d runs past the end of the stretch with the probability d ÷ length of the
    /// stretch, so the mean of the other cases is lower than the target by variance ÷ length.
    fn relative_error(&self, target: f64, length: f64) -> f64 {
        let cases = self.cases as f64;
        let mean = self.seconds as f64 / cases;
        let variance = self.squares as f64 / cases - mean * mean;
        ((mean + variance / length) / target - 1.0).abs()
    }
}

fn sum_cell(plan: &SimulationPlan, cell: &PlanCell) -> DurationSum {
    let mut sum = DurationSum::default();
    if cell.class.figure.is_none() {
        return sum;
    }
    let asked = cell.class.figure == Some(PublishedMean::ComplaintHandling);
    let end = plan.stretch.end_second();
    for day in 0..plan.stretch.days {
        let midnight = plan.stretch.midnight_of(day);
        for ordinal in cell.cases_on(day) {
            let course = Course::draw(cell, ordinal, day, midnight);
            let ended = course.drawn_end() < end;
            if ended && course.withdrawn.is_none() {
                sum.cases += 1;
                sum.seconds += course.drawn;
            } else if asked {
                sum.unended.push(course.rank);
            }
        }
    }
    sum.unended.sort_unstable();
    sum
}

fn sum_carried(plan: &SimulationPlan, before: &SimulationPlan, case: CarriedCase) -> DurationSum {
    let course = case.draw_course(before);
    let counts = course.withdrawn.is_none() && course.drawn_end() < plan.stretch.end_second();
    DurationSum {
        cases: u64::from(counts),
        seconds: if counts { course.drawn } else { 0 },
        unended: Vec::new(),
    }
}

/// Chooses the thresholds so that exactly the wanted number of raters is satisfied.
fn settle_ratings(plan: &SimulationPlan, sums: &[DurationSum]) -> (Vec<Ratings>, u64, u64) {
    let asked = |cell: &PlanCell| cell.class.figure == Some(PublishedMean::ComplaintHandling);
    let mut ratings = vec![Ratings::default(); plan.cells.len()];
    let mut answers = vec![0; plan.cells.len()];
    for (number, cell) in plan.cells.iter().enumerate().filter(|(_, cell)| asked(cell)) {
        ratings[number].rated = (cell.size as f64 * RESPONSE) as u64;
        answers[number] = count_ended_below(ratings[number].rated, &sums[number].unended);
    }
    let target = satisfaction_target(plan);
    let all: u64 = answers.iter().sum();
    let (rated, satisfied) = choose_raters(all, target);
    for _ in rated..all {
        let largest = (0..answers.len()).max_by_key(|number| answers[*number]).unwrap_or(0);
        answers[largest] -= 1;
        ratings[largest].rated = find_threshold(answers[largest], &sums[largest].unended);
    }
    let weights: Vec<f64> = plan
        .cells
        .iter()
        .zip(&answers)
        .map(|(cell, answers)| *answers as f64 * (1.0 - PREFECTURES[cell.place].gladness))
        .collect();
    for (number, unhappy) in split_by_weights(rated - satisfied, &weights).into_iter().enumerate() {
        ratings[number].unhappy = find_threshold(unhappy, &sums[number].unended);
    }
    (ratings, rated, satisfied)
}

/// How many ranks below a threshold belong to cases that ended.
fn count_ended_below(threshold: u64, unended: &[u64]) -> u64 {
    threshold - unended.partition_point(|rank| *rank < threshold) as u64
}

/// The smallest threshold below which this many ranks belong to cases that ended.
fn find_threshold(wanted: u64, unended: &[u64]) -> u64 {
    let mut threshold = wanted;
    for rank in unended {
        if *rank < threshold {
            threshold += 1;
        }
    }
    threshold
}

/// The share of raters who are satisfied: that of the sample report, 0.6 points lower for each half
/// year before it, and as much higher for each after it, for three years either way.
pub(super) fn satisfaction_target(plan: &SimulationPlan) -> f64 {
    let halves = plan.stretch.halves_since_sample().clamp(-6, 6);
    0.8814 + 0.006 * f64::from(halves)
}

/// The greatest number of raters up to `all` of whom a whole number is the target share within a
/// fifth of the last printed digit, and that whole number.
fn choose_raters(all: u64, target: f64) -> (u64, u64) {
    let near = |rated: u64| {
        let satisfied = libm::round(target * rated as f64) as u64;
        let off = (satisfied as f64 / rated as f64 - target).abs();
        (off < 0.000_045).then_some((rated, satisfied))
    };
    let fewest = all.saturating_sub(400).max(1);
    let found = (fewest..=all).rev().find_map(near);
    found.unwrap_or((all, libm::round(target * all as f64) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_counts_only_cases_that_ended() {
        let check = |wanted, unended: &[u64], expected| {
            let found = find_threshold(wanted, unended);
            assert_eq!(found, expected);
            assert_eq!(count_ended_below(found, unended), wanted);
        };
        check(5, &[], 5);
        check(5, &[7, 9], 5);
        check(5, &[0, 5, 6], 8);
        check(0, &[2], 0);
    }

    #[test]
    fn raters_are_chosen_so_that_the_share_prints_as_wanted() {
        for all in [900, 2_580, 2_581, 10_007, 123_456] {
            let (rated, satisfied) = choose_raters(all, 0.8814);
            assert!(rated <= all && rated + 400 > all);
            let percent = satisfied as f64 / rated as f64 * 100.0;
            assert!((percent - 88.14).abs() < 0.0049, "{satisfied} of {rated} is {percent}");
        }
    }

    #[test]
    fn no_duration_is_changed_by_more_than_two_hundredths() {
        let near = factor_to_target(100.0, 1000, 101_000);
        assert!((near.factor - 100.0 / 101.0).abs() < 1e-12 && near.exact < 0.991);
        let far = factor_to_target(100.0, 1000, 110_000);
        assert!((far.factor - 0.981).abs() < 1e-12 && far.exact < 0.91);
        assert!((factor_to_target(100.0, 0, 0).factor - 1.0).abs() < 1e-12);
    }
}

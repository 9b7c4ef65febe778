//! The course of a case: what decides when it ends. Everything else about the case comes later.
//!
//! Both passes draw it: the first to learn the means, the second to write the case.

use super::chance::{ChanceSequence, even_point};
use super::classes::Finish;
use super::plan::PlanCell;
use super::stretch::{AHEAD, DAY};

/// A span in which the clock stands still.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockPause {
    /// How much of the net time has passed when it begins.
    pub(super) after: f64,
    pub(super) seconds: i64,
    /// Why: an index into [`super::words::REASONS`].
    pub(super) reason: u8,
}

/// The pauses of a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum CasePauses {
    None,
    One(ClockPause),
    /// The second begins after the first has ended.
    Two(ClockPause, ClockPause),
    /// The second begins inside the first, this many seconds after it.
    Overlapping(ClockPause, ClockPause, i64),
}

impl CasePauses {
    /// How many seconds they cover together, each counted once.
    pub(super) fn total_seconds(self) -> i64 {
        match self {
            CasePauses::None => 0,
            CasePauses::One(only) => only.seconds,
            CasePauses::Two(first, second) => first.seconds + second.seconds,
            CasePauses::Overlapping(first, second, later) => {
                first.seconds.max(later + second.seconds)
            }
        }
    }
}

/// How a case goes, in whole seconds.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) accepted: i64,
    /// From acceptance to the start of the clock: the customer still had to pay.
    pub(super) unpaid: i64,
    /// The net duration as drawn, before the mean of its figure is corrected.
    pub(super) drawn: i64,
    pub(super) pauses: CasePauses,
    /// After how many seconds the customer withdrew, if at all.
    pub(super) withdrawn: Option<i64>,
    /// The rank of the case in the shuffle of its cell; no other case of the cell has it.
    pub(super) rank: u64,
    /// For everything else that is drawn about the case.
    pub(super) chance: ChanceSequence,
}

impl Course {
    /// Draws the case with this ordinal, which comes in on `day` that begins at `midnight`.
    pub(super) fn draw(cell: &PlanCell, ordinal: u64, day: usize, midnight: i64) -> Course {
        let class = cell.class;
        let mut chance = ChanceSequence::new(cell.key, ordinal);
        let rank = cell.shuffle.map_index(ordinal);
        let point = even_point(cell.shift, cell.first_place + rank);
        let drawn = find_duration(cell, cell.slowness_on(day), point);
        let unpaid = wait_for_payment(cell, &mut chance);
        let withdrawn = chance
            .draw_bool(class.withdrawn)
            .then(|| unpaid + (drawn as f64 * (0.1 + 0.8 * chance.draw_unit())) as i64);
        let stops = chance.draw_bool(class.paused) && withdrawn.is_none();
        let pauses = if stops { draw_pauses(&mut chance) } else { CasePauses::None };
        let gross = unpaid + drawn + pauses.total_seconds();
        let accepted = midnight + choose_time_of_day(cell, gross, &mut chance);
        Course { accepted, unpaid, drawn, pauses, withdrawn, rank, chance }
    }

    /// When the case would end if it took as long as drawn. This decides in which stretch it
    /// counts, so that correcting the mean moves no case from one stretch to another.
    pub(super) fn drawn_end(&self) -> i64 {
        match self.withdrawn {
            Some(after) => self.accepted + after,
            None => self.accepted + self.unpaid + self.drawn + self.pauses.total_seconds(),
        }
    }
}

/// The duration at a point of 0..1: the quick part takes the lowest points, as many as its share.
fn find_duration(cell: &PlanCell, level: usize, point: f64) -> i64 {
    let share = cell.class.quick_share;
    let [quick, lengthy] = &cell.cuts[level];
    let (cut, within) = if point < share {
        (quick, point / share)
    } else {
        (lengthy, (point - share) / (1.0 - share))
    };
    let z = super::chance::normal_quantile(within * cut.kept);
    let seconds = libm::exp(cut.middle + cut.spread * z).min(cell.limit_seconds());
    (seconds as i64).max(60)
}

/// Orders may wait for the customer's payment: most are paid at once, some within six hours.
fn wait_for_payment(cell: &PlanCell, chance: &mut ChanceSequence) -> i64 {
    match cell.class.kind {
        "install" | "move" | "opening" => {
            let longest = if chance.draw_bool(0.2) { 6 * 3600 } else { 240 };
            chance.draw_below(longest) as i64
        }
        "change" | "restore" | "port" => chance.draw_below(90) as i64,
        _ => 0,
    }
}

fn draw_pauses(chance: &mut ChanceSequence) -> CasePauses {
    let after = 0.05 + 0.45 * chance.draw_unit();
    let first = draw_pause(chance, after);
    match chance.draw_below(100) {
        0..=3 => {
            let second = draw_pause(chance, first.after);
            let later = (first.seconds as f64 * (0.3 + 0.6 * chance.draw_unit())) as i64;
            CasePauses::Overlapping(first, second, later)
        }
        4..=7 => CasePauses::Two(first, draw_pause(chance, first.after + 0.2)),
        _ => CasePauses::One(first),
    }
}

fn draw_pause(chance: &mut ChanceSequence, after: f64) -> ClockPause {
    let reason = chance.pick_index([62, 28, 10].into_iter());
    let median_hours = [5.0, 16.0, 9.0][reason];
    let hours = chance.draw_lognormal(median_hours, 0.8).clamp(0.25, 60.0);
    ClockPause { after, seconds: (hours * 3600.0) as i64, reason: reason as u8 }
}

/// When on the day the case comes in, in seconds after midnight.
///
/// Work that needs a visit ends by day. So of a few times that fit the rhythm, it takes the first
/// from which the gross duration leads to an end between 8 o'clock and the end of the crew's day,
/// which lies between 17:30 and 21:30.
fn choose_time_of_day(cell: &PlanCell, gross: i64, chance: &mut ChanceSequence) -> i64 {
    let anytime = cell.class.finish == Finish::Anytime;
    let mut time = 0;
    for _ in 0..8 {
        let bits = chance.next_number();
        let hour = i64::from(cell.hours[(bits >> 56) as usize]);
        time = hour * 3600 + scale_bits(bits >> 32, 3600);
        let end = (time + gross) % DAY;
        let day_ends = 63_000 + scale_bits(bits, 4 * 3600);
        if anytime || (8 * 3600..day_ends).contains(&end) {
            break;
        }
    }
    time
}

/// A number below `end` from the 24 lower bits.
fn scale_bits(bits: u64, end: u64) -> i64 {
    (((bits & 0xFF_FFFF) * end) >> 24) as i64
}

/// Seconds after local midnight.
pub(super) fn clock_time(moment: i64) -> i64 {
    (moment + AHEAD).rem_euclid(DAY)
}

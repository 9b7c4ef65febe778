//! The course of a case: what decides when it ends, before anything else is told about it.
//!
//! Both passes draw it: the first to learn the means, the second to write the case.

use super::chance::{Chance, even_point};
use super::classes::Finish;
use super::plan::Cell;
use super::stretch::{AHEAD, DAY};

/// A stretch in which the clock stands still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    /// How much of the net time has passed when it begins.
    pub(super) after: f64,
    pub(super) seconds: i64,
    /// Why: an index into [`super::words::REASONS`].
    pub(super) reason: u8,
}

/// The pauses of a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pauses {
    None,
    One(Pause),
    /// The second begins after the first has ended.
    Two(Pause, Pause),
    /// The second begins inside the first: this many seconds after its beginning.
    Overlapping(Pause, Pause, i64),
}

impl Pauses {
    /// The seconds that they cover, each counted once.
    pub(super) fn seconds(self) -> i64 {
        match self {
            Pauses::None => 0,
            Pauses::One(only) => only.seconds,
            Pauses::Two(first, second) => first.seconds + second.seconds,
            Pauses::Overlapping(first, second, later) => first.seconds.max(later + second.seconds),
        }
    }
}

/// How a case goes, in whole seconds.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) accepted: i64,
    /// From acceptance to the start of the clock: the customer still had to pay.
    pub(super) unpaid: i64,
    /// The net duration as drawn, before the mean of its figure is put right.
    pub(super) drawn: i64,
    pub(super) pauses: Pauses,
    /// After how many seconds the customer withdrew, if he did.
    pub(super) withdrawn: Option<i64>,
    /// Where the case stands in the cell's shuffle: a rank no other case of the cell has.
    pub(super) rank: u64,
    /// For whatever else there is to be told.
    pub(super) chance: Chance,
}

impl Course {
    /// Draws the case with this ordinal, which comes in on `day` that begins at `midnight`.
    pub(super) fn draw(cell: &Cell, ordinal: u64, day: usize, midnight: i64) -> Course {
        let class = cell.class;
        let mut chance = Chance::new(cell.key, ordinal);
        let rank = cell.shuffle.place(ordinal);
        let point = even_point(cell.shift, cell.first_place + rank);
        let drawn = duration(cell, cell.level(day), point);
        let unpaid = wait_for_payment(cell, &mut chance);
        let withdrawn = chance
            .hits(class.withdrawn)
            .then(|| unpaid + (drawn as f64 * (0.1 + 0.8 * chance.unit())) as i64);
        let stops = chance.hits(class.paused) && withdrawn.is_none();
        let pauses = if stops { pauses(&mut chance) } else { Pauses::None };
        let gross = unpaid + drawn + pauses.seconds();
        let accepted = midnight + time_of_day(cell, gross, &mut chance);
        Course { accepted, unpaid, drawn, pauses, withdrawn, rank, chance }
    }

    /// When the case would end if it took as long as drawn. Whether it counts in a stretch is
    /// decided by this, so that putting the mean right moves no case from one stretch to another.
    pub(super) fn drawn_end(&self) -> i64 {
        match self.withdrawn {
            Some(after) => self.accepted + after,
            None => self.accepted + self.unpaid + self.drawn + self.pauses.seconds(),
        }
    }
}

/// The duration at a point of 0..1: the quick part takes its share of the points from below.
fn duration(cell: &Cell, level: usize, point: f64) -> i64 {
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
fn wait_for_payment(cell: &Cell, chance: &mut Chance) -> i64 {
    match cell.class.kind {
        "install" | "move" | "opening" => {
            let longest = if chance.hits(0.2) { 6 * 3600 } else { 240 };
            chance.below(longest) as i64
        }
        "change" | "restore" | "port" => chance.below(90) as i64,
        _ => 0,
    }
}

fn pauses(chance: &mut Chance) -> Pauses {
    let after = 0.05 + 0.45 * chance.unit();
    let first = pause(chance, after);
    match chance.below(100) {
        0..=3 => {
            let second = pause(chance, first.after);
            let later = (first.seconds as f64 * (0.3 + 0.6 * chance.unit())) as i64;
            Pauses::Overlapping(first, second, later)
        }
        4..=7 => Pauses::Two(first, pause(chance, first.after + 0.2)),
        _ => Pauses::One(first),
    }
}

fn pause(chance: &mut Chance, after: f64) -> Pause {
    let reason = chance.pick([62, 28, 10].into_iter());
    let median_hours = [5.0, 16.0, 9.0][reason];
    let hours = chance.lognormal(median_hours, 0.8).clamp(0.25, 60.0);
    Pause { after, seconds: (hours * 3600.0) as i64, reason: reason as u8 }
}

/// When on the day the case comes in, in seconds after midnight.
///
/// Work that needs a visit ends by day: of a few times that fit the rhythm, the first is taken from
/// which the given time leads to an end between 8 o'clock and the end of that crew's day, which
/// lies between half past 17 and half past 21.
fn time_of_day(cell: &Cell, gross: i64, chance: &mut Chance) -> i64 {
    let anytime = cell.class.finish == Finish::Anytime;
    let mut time = 0;
    for _ in 0..8 {
        let bits = chance.next();
        let hour = i64::from(cell.hours[(bits >> 56) as usize]);
        time = hour * 3600 + part_of(bits >> 32, 3600);
        let end = (time + gross) % DAY;
        let day_ends = 63_000 + part_of(bits, 4 * 3600);
        if anytime || (8 * 3600..day_ends).contains(&end) {
            break;
        }
    }
    time
}

/// A number below `end` from the 24 lower bits.
fn part_of(bits: u64, end: u64) -> i64 {
    (((bits & 0xFF_FFFF) * end) >> 24) as i64
}

/// Seconds after local midnight.
pub(super) fn clock_time(moment: i64) -> i64 {
    (moment + AHEAD).rem_euclid(DAY)
}

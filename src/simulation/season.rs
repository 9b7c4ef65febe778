//! Seasons: how busy a day and an hour are, and which days make the work slower.
//!
//! Weekdays, months, the festivals, the spring of 2020 with its closed halls, summer storms that
//! break lines in one prefecture for two days, and a little noise, so that no two weeks are alike.

use jiff::civil::{Date, date};

use super::chance::{ChanceSequence, derive_key};
use super::province::{PREFECTURES, Prefecture};
use super::stretch::{DayStretch, day_number};

/// When a kind of case comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Orders that a person in a hall or on the telephone takes.
    Orders,
    /// Orders that an app takes at any hour.
    Automatic,
    /// Orders of companies.
    Business,
    /// Reports of faults; storms multiply them.
    Faults,
    /// Complaints and questions.
    Complaints,
}

const RHYTHMS: usize = 5;

/// How many levels of slowness there are.
pub(super) const LEVELS: usize = 10;
/// What a level adds to the logarithm of a duration.
pub(super) const LEVEL_STEP: f64 = 0.05;

/// How busy each day is, and how slow its work, for each rhythm and prefecture.
#[derive(Debug)]
pub(super) struct Season {
    days: usize,
    busy: Vec<f64>,
    slow: Vec<u8>,
}

impl Season {
    pub(super) fn new(stretch: &DayStretch, seed: u64) -> Season {
        let days = stretch.days;
        let mut busy = vec![0.0; RHYTHMS * PREFECTURES.len() * days];
        let mut slow = vec![0; RHYTHMS * PREFECTURES.len() * days];
        for (place, prefecture) in PREFECTURES.iter().enumerate() {
            let storms = draw_storms(stretch, seed, prefecture);
            for rhythm in ALL_RHYTHMS {
                let noise = derive_key(seed, &["noise", prefecture.code, rhythm.seed_word()]);
                for (day, storm) in storms.iter().enumerate() {
                    let when = stretch.date_of(day);
                    let mut chance = ChanceSequence::new(noise, day_number(when) as u64);
                    let at = (rhythm as usize * PREFECTURES.len() + place) * days + day;
                    busy[at] = rhythm.busy_level(when) * chance.draw_lognormal(1.0, 0.07);
                    slow[at] = rhythm.slow_level(when);
                    if rhythm == Rhythm::Faults {
                        busy[at] *= 1.0 + storm;
                        slow[at] = (slow[at] + (1.6 * storm) as u8).min(LEVELS as u8 - 1);
                    }
                }
            }
        }
        Season { days, busy, slow }
    }

    /// How busy each day is compared with the others.
    pub(super) fn busy_days(&self, rhythm: Rhythm, place: usize) -> &[f64] {
        &self.busy[self.day_range(rhythm, place)]
    }

    /// The level of slowness of each day.
    pub(super) fn slow_days(&self, rhythm: Rhythm, place: usize) -> &[u8] {
        &self.slow[self.day_range(rhythm, place)]
    }

    fn day_range(&self, rhythm: Rhythm, place: usize) -> std::ops::Range<usize> {
        let from = (rhythm as usize * PREFECTURES.len() + place) * self.days;
        from..from + self.days
    }
}

const ALL_RHYTHMS: [Rhythm; RHYTHMS] =
    [Rhythm::Orders, Rhythm::Automatic, Rhythm::Business, Rhythm::Faults, Rhythm::Complaints];

impl Rhythm {
    fn seed_word(self) -> &'static str {
        match self {
            Rhythm::Orders => "orders",
            Rhythm::Automatic => "automatic",
            Rhythm::Business => "business",
            Rhythm::Faults => "faults",
            Rhythm::Complaints => "complaints",
        }
    }

    /// How busy a day is, before noise and storms; 1 is an ordinary one.
    fn busy_level(self, when: Date) -> f64 {
        let monday_first = when.weekday().to_monday_zero_offset() as usize;
        let (week, months, rest) = match self {
            Rhythm::Orders => (ORDER_WEEK, ORDER_MONTHS, 0.30),
            Rhythm::Automatic => (AUTOMATIC_WEEK, ORDER_MONTHS, 0.80),
            Rhythm::Business => (BUSINESS_WEEK, ORDER_MONTHS, 0.10),
            Rhythm::Faults => (FAULT_WEEK, FAULT_MONTHS, 0.75),
            Rhythm::Complaints => (COMPLAINT_WEEK, COMPLAINT_MONTHS, 0.45),
        };
        let ordinary = week[monday_first] * months[usize::from(when.month() as u8) - 1];
        let festival = if is_festival(when) { rest } else { 1.0 };
        ordinary * festival * self.hall_level(when)
    }

    /// The level of halls in early 2020: they closed after the festival, and reopened step by step
    /// until April.
    fn hall_level(self, when: Date) -> f64 {
        let share = match day_number(when) - day_number(date(2020, 2, 1)) {
            0..=16 => 1.0,
            17..=35 => 0.6,
            36..=59 => 0.25,
            _ => 0.0,
        };
        let loss = match self {
            Rhythm::Orders => 0.60,
            Rhythm::Business => 0.75,
            Rhythm::Automatic => 0.10,
            Rhythm::Faults => 0.20,
            Rhythm::Complaints => 0.35,
        };
        1.0 - loss * share
    }

    /// How slow the work of a day is; 0 is ordinary.
    fn slow_level(self, when: Date) -> u8 {
        let backlog = u8::from(when.weekday().to_monday_zero_offset() == 0);
        let festival = if is_festival(when) { 2 } else { 0 };
        let closed = if self.hall_level(when) < 0.7 { 2 } else { 0 };
        match self {
            Rhythm::Automatic => 0,
            Rhythm::Orders | Rhythm::Business => backlog + festival + closed,
            Rhythm::Faults => festival + closed / 2,
            Rhythm::Complaints => backlog + festival,
        }
    }

    /// The hour in which each 256th of the cases of a day comes in.
    pub(super) fn arrival_hours(self) -> [u8; 256] {
        let weights = match self {
            Rhythm::Orders => ORDER_HOURS,
            Rhythm::Automatic => AUTOMATIC_HOURS,
            Rhythm::Business => BUSINESS_HOURS,
            Rhythm::Faults => FAULT_HOURS,
            Rhythm::Complaints => COMPLAINT_HOURS,
        };
        let parts = super::chance::split_by_weights(256, &weights.map(f64::from));
        let mut table = [0; 256];
        let mut at = 0;
        for (hour, part) in parts.into_iter().enumerate() {
            table[at..at + part as usize].fill(hour as u8);
            at += part as usize;
        }
        table
    }
}

const ORDER_WEEK: [f64; 7] = [1.12, 1.06, 1.03, 1.02, 1.05, 0.92, 0.80];
const AUTOMATIC_WEEK: [f64; 7] = [1.02, 1.0, 0.99, 0.99, 1.03, 1.02, 0.95];
const BUSINESS_WEEK: [f64; 7] = [1.25, 1.20, 1.18, 1.15, 1.10, 0.25, 0.12];
const FAULT_WEEK: [f64; 7] = [1.08, 1.02, 0.99, 0.98, 0.99, 0.98, 0.96];
const COMPLAINT_WEEK: [f64; 7] = [1.28, 1.12, 1.06, 1.03, 1.00, 0.82, 0.69];
const ORDER_MONTHS: [f64; 12] =
    [0.95, 0.90, 1.12, 1.05, 1.02, 0.98, 0.97, 1.05, 1.15, 1.0, 1.02, 0.98];
const FAULT_MONTHS: [f64; 12] =
    [0.92, 0.90, 0.93, 0.97, 1.05, 1.22, 1.38, 1.30, 1.08, 0.95, 0.92, 0.93];
const COMPLAINT_MONTHS: [f64; 12] =
    [1.02, 0.95, 1.05, 1.02, 1.0, 1.03, 1.08, 1.05, 0.98, 0.95, 0.98, 1.0];
const ORDER_HOURS: [u8; 24] =
    [0, 0, 0, 0, 0, 0, 1, 3, 28, 60, 66, 52, 30, 30, 46, 58, 54, 42, 18, 10, 6, 3, 1, 0];
const AUTOMATIC_HOURS: [u8; 24] =
    [5, 3, 2, 2, 2, 3, 8, 18, 34, 46, 50, 46, 42, 38, 40, 44, 44, 42, 40, 42, 42, 34, 22, 11];
const BUSINESS_HOURS: [u8; 24] =
    [0, 0, 0, 0, 0, 0, 0, 2, 34, 66, 70, 50, 14, 22, 56, 66, 60, 34, 8, 2, 0, 0, 0, 0];
const FAULT_HOURS: [u8; 24] =
    [4, 2, 2, 2, 2, 4, 9, 20, 36, 44, 44, 40, 36, 32, 34, 36, 38, 40, 46, 54, 54, 40, 20, 9];
const COMPLAINT_HOURS: [u8; 24] =
    [3, 2, 1, 1, 1, 2, 6, 16, 38, 56, 60, 50, 32, 30, 46, 54, 50, 42, 34, 32, 28, 18, 10, 5];

/// The official first days of the lunar year. Years outside the list have no Spring Festival here.
const NEW_YEARS: [Date; 9] = [
    date(2019, 2, 5),
    date(2020, 1, 25),
    date(2021, 2, 12),
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
];

/// The days around Spring Festival, the first of May and the first week of October.
fn is_festival(when: Date) -> bool {
    let number = day_number(when);
    let spring = |new_year: &Date| (-2..=6).contains(&(number - day_number(*new_year)));
    matches!((when.month(), when.day()), (5, 1..=4) | (10, 1..=7) | (1, 1))
        || NEW_YEARS.iter().any(spring)
}

/// What a storm adds to the faults of each day: 1.0 doubles them. Most days have none.
fn draw_storms(stretch: &DayStretch, seed: u64, prefecture: &Prefecture) -> Vec<f64> {
    let fates = derive_key(seed, &["storm", prefecture.code]);
    let strength = |day: usize| {
        let when = stretch.date_of(day);
        let likely = match when.month() {
            6 => 0.055,
            7 | 8 => 0.075,
            5 | 9 => 0.02,
            _ => 0.0,
        };
        let mut chance = ChanceSequence::new(fates, day_number(when) as u64);
        if chance.draw_bool(likely) { 1.5 + 3.0 * chance.draw_unit() } else { 0.0 }
    };
    let felt = |day: usize| {
        // The damage of a storm also keeps people busy on the next day.
        let yesterday = if day > 0 { strength(day - 1) * 0.4 } else { 0.0 };
        f64::max(strength(day), yesterday)
    };
    (0..stretch.days).map(felt).collect()
}

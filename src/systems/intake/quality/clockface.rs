//! Suspicious times of day: midnight for "time unknown", times rounded by hand.

use std::sync::Arc;

use trueline_language::{phrase, text};

use super::by_name::{ByName, fits_row};
use super::evidence::{RowTest, Suspicion};
use super::finding::{Certainty, ProblemKind};
use super::local::{DAY, LocalTime};
use super::rows::{APPOINTMENT, CaseRows, MOMENTS, Moment, MomentPrecision};

/// Rows at midnight, compared with those in the minutes within an hour of it.
const MIDNIGHT_MIN: u64 = 10;
const MIDNIGHT_SHARE_MIN: f64 = 0.002;
const MIDNIGHT_TIMES_BESIDE: f64 = 8.0;
/// Roundness is judged only from this many rows on, and these shares are too high: by chance, one
/// minute in thirty is a full or half hour (3 %), and one in five is a multiple of five (20 %).
const ROUND_ROWS_MIN: u64 = 100;
const HALF_HOURS_MAX: f64 = 0.15;
const FIVES_MAX: f64 = 0.45;
/// If more rows than the first share have zero seconds, that is too many; above the second share it
/// is simply how the source writes times.
const ZERO_SECONDS: (f64, f64) = (0.08, 0.95);

#[derive(Debug, Clone)]
struct TimeOfDayCounts {
    minutes: Vec<u64>,
    /// Rows written to the second, and how many of them have zero seconds.
    by_second: u64,
    zero_seconds: u64,
}

impl Default for TimeOfDayCounts {
    fn default() -> Self {
        Self { minutes: vec![0; 1_440], by_second: 0, zero_seconds: 0 }
    }
}

/// Times of day by source and moment.
#[derive(Debug, Clone, Default)]
pub(super) struct TimeOfDayProfile {
    sources: ByName<[TimeOfDayCounts; MOMENTS.len()]>,
}

/// The local second of the day, for moments known more precisely than the day. Agreed visits are
/// round by nature and are left out.
fn read_second_of_day(which: usize, moment: Moment, local: &LocalTime) -> Option<i64> {
    let judged = moment.precision != MomentPrecision::Day && which != APPOINTMENT;
    judged.then(|| local.to_wall_seconds(moment.at).rem_euclid(DAY))
}

impl TimeOfDayProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>, local: &LocalTime) {
        for which in 0..MOMENTS.len() {
            if !rows.has_moment(which) {
                continue;
            }
            for row in 0..rows.len {
                let Some(moment) = rows.read_moment(which, row) else {
                    continue;
                };
                let Some(second) = read_second_of_day(which, moment, local) else {
                    continue;
                };
                let counts =
                    &mut self.sources.counter_of(rows.source.get(row).unwrap_or_default())[which];
                counts.minutes[(second / 60) as usize] += 1;
                if moment.precision == MomentPrecision::Second {
                    counts.by_second += 1;
                    counts.zero_seconds += u64::from(second % 60 == 0);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.sources.merge(other.sources, |mine, theirs| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.by_second += theirs.by_second;
                mine.zero_seconds += theirs.zero_seconds;
                for (sum, more) in mine.minutes.iter_mut().zip(theirs.minutes) {
                    *sum += more;
                }
            }
        });
    }

    pub(super) fn find_suspicions(&self) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for (source, moments) in self.sources.list_by_name() {
            for (which, counts) in moments.iter().enumerate() {
                if counts.has_false_midnight() {
                    found.push(suspect_midnight(source, which));
                }
                if let Some(roundness) = counts.find_roundness() {
                    found.push(suspect_round_times(source, which, roundness));
                }
            }
        }
        found
    }
}

/// How times are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Roundness {
    HalfHours,
    FiveMinutes,
    WholeMinutes,
}

impl TimeOfDayCounts {
    fn has_false_midnight(&self) -> bool {
        let n: u64 = self.minutes.iter().sum();
        let midnight = self.minutes[0];
        let beside: u64 =
            self.minutes[1..60].iter().sum::<u64>() + self.minutes[1_380..].iter().sum::<u64>();
        let usual = beside as f64 / 119.0;
        // Where every full hour is crowded, times were rounded, and midnight is no exception.
        let round_hours: u64 = [30, 60, 1_380, 1_410].iter().map(|&at| self.minutes[at]).sum();
        midnight >= MIDNIGHT_MIN
            && midnight >= round_hours
            && midnight as f64 >= MIDNIGHT_SHARE_MIN * n as f64
            && midnight as f64 >= MIDNIGHT_TIMES_BESIDE * usual
    }

    fn find_roundness(&self) -> Option<Roundness> {
        // Midnight has its own test.
        let n: u64 = self.minutes[1..].iter().sum();
        if n < ROUND_ROWS_MIN {
            return None;
        }
        let at_multiples = |of: usize| {
            let all: u64 = self.minutes.iter().skip(of).step_by(of).sum();
            all as f64 / n as f64
        };
        let zero_seconds =
            self.zero_seconds.saturating_sub(self.minutes[0]) as f64 / self.by_second.max(1) as f64;
        if at_multiples(30) > HALF_HOURS_MAX {
            Some(Roundness::HalfHours)
        } else if at_multiples(5) > FIVES_MAX {
            Some(Roundness::FiveMinutes)
        } else if self.by_second >= ROUND_ROWS_MIN
            && (ZERO_SECONDS.0..ZERO_SECONDS.1).contains(&zero_seconds)
        {
            Some(Roundness::WholeMinutes)
        } else {
            None
        }
    }
}

fn make_second_test(
    source: &str,
    which: usize,
    accept: impl Fn(i64, MomentPrecision) -> bool + Send + Sync + 'static,
) -> RowTest {
    let source = source.to_owned();
    Arc::new(move |rows, row, local| {
        let Some(moment) = rows.read_moment(which, row) else {
            return false;
        };
        fits_row(&source, rows.source.get(row))
            && read_second_of_day(which, moment, local)
                .is_some_and(|second| accept(second, moment.precision))
    })
}

fn suspect_midnight(source: &str, which: usize) -> Suspicion {
    Suspicion {
        kind: ProblemKind::MidnightUnknown,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "恰为零点的记录远多于零点前后各一小时，零点多半表示“只知日期”",
            "far more rows lie exactly at midnight than in the hour on either side: midnight \
             stands for “only the day is known”"
        ),
        remedy: text!(
            "在映射中把零点读作“精确到日”，这些记录不再按小时计时",
            "let the mapping read midnight as a date without a time; such rows are then not \
             measured in hours"
        ),
        test: make_second_test(source, which, |second, _| second / 60 == 0),
    }
}

fn suspect_round_times(source: &str, which: usize, roundness: Roundness) -> Suspicion {
    let (times, every) = match roundness {
        Roundness::HalfHours => (phrase!("整点或半点", "full and half hours"), 1_800),
        Roundness::FiveMinutes => (phrase!("五分钟的整倍数", "multiples of five minutes"), 300),
        Roundness::WholeMinutes => (phrase!("整分（秒为零）", "whole minutes (zero seconds)"), 60),
    };
    let unit = if every == 60 { 1 } else { 60 };
    Suspicion {
        kind: ProblemKind::RoundTimes,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Possible,
        explanation: text!(
            "落在{times}的时间过多，像是人工补填而非系统记录",
            "too many times are {times}: entered by hand, not written by a system"
        ),
        remedy: text!(
            "改用系统记录的时间；没有时注明时间的精度",
            "use the time that the system wrote; where there is none, state how exact it is"
        ),
        test: make_second_test(source, which, move |second, precision| {
            let judged = every != 60 || precision == MomentPrecision::Second;
            judged && second / 60 != 0 && (second / unit * unit) % every == 0
        }),
    }
}

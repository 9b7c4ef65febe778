//! Administrative closing: many cases closed in the same minute, or always a fixed time after
//! another step.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use trueline_language::text;

use super::evidence::Suspicion;
use super::finding::{Certainty, ProblemKind};
use super::local::{DAY, LocalTime};
use super::rows::{
    CANCELLED, CLOSED, CONFIRMED, CaseRows, MOMENTS, Moment, MomentPrecision, RESOLVED,
};

/// Moments at which a case can end.
const STOPS: [usize; 4] = [RESOLVED, CONFIRMED, CLOSED, CANCELLED];
/// A minute is suspect if it holds at least this many cases, and far more than the minutes in the
/// half hour on either side.
const IN_MINUTE_MIN: u64 = 30;
const TIMES_BESIDE: f64 = 8.0;
const MINUTES_BESIDE: i64 = 30;
/// So many cases in one second are no coincidence, whatever the minute holds.
const IN_SECOND_MIN: u64 = 25;
const TIMES_SECOND: f64 = 12.0;
/// Past this many minutes, those that hold only one case are forgotten.
const MINUTES_MAX: usize = 1 << 20;

/// Steps that a machine may follow, and what it then writes.
const FOLLOWS: [(usize, usize); 3] =
    [(RESOLVED, CONFIRMED), (RESOLVED, CLOSED), (CONFIRMED, CLOSED)];
const DAYS_MAX: usize = 60;
const AUTOMATIC_MIN: u64 = 50;
const AUTOMATIC_SHARE: f64 = 0.2;
/// The hour at N days is compared with the twelve hours on either side.
const AUTOMATIC_TIMES_BESIDE: f64 = 10.0;

#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    count: u64,
    /// The most frequent second, by Boyer and Moore's majority vote.
    second: u8,
    votes: u64,
}

impl Minute {
    fn vote_for_second(&mut self, second: u8, votes: u64) {
        if self.second == second {
            self.votes += votes;
        } else if votes > self.votes {
            self.second = second;
            self.votes = votes - self.votes;
        } else {
            self.votes -= votes;
        }
    }
}

/// Cases by the minute of each stop, and gaps between stops by the hour.
#[derive(Debug, Clone, Default)]
pub(super) struct ClosingProfile {
    minutes: [HashMap<i64, Minute>; STOPS.len()],
    gaps: [BTreeMap<i64, u64>; FOLLOWS.len()],
}

fn is_finer_than_day(moment: Moment) -> bool {
    moment.precision != MomentPrecision::Day
}

/// Hours between two stops, rounded to the nearest, if both are known more precisely than the day.
fn measure_gap_hours(rows: &CaseRows<'_>, row: usize, (from, to): (usize, usize)) -> Option<i64> {
    let from = rows.read_moment(from, row).filter(|&moment| is_finer_than_day(moment))?;
    let to = rows.read_moment(to, row).filter(|&moment| is_finer_than_day(moment))?;
    Some((to.at - from.at + 1_800).div_euclid(3_600))
}

impl ClosingProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>) {
        for (minutes, &which) in self.minutes.iter_mut().zip(&STOPS) {
            if !rows.has_moment(which) {
                continue;
            }
            for row in 0..rows.len {
                if let Some(moment) =
                    rows.read_moment(which, row).filter(|&moment| is_finer_than_day(moment))
                {
                    let minute = minutes.entry(moment.at.div_euclid(60)).or_default();
                    minute.count += 1;
                    if moment.precision == MomentPrecision::Second {
                        minute.vote_for_second(moment.at.rem_euclid(60) as u8, 1);
                    }
                }
            }
            forget_singles(minutes);
        }
        for (gaps, &pair) in self.gaps.iter_mut().zip(&FOLLOWS) {
            for row in 0..rows.len {
                if let Some(hours) = measure_gap_hours(rows, row, pair) {
                    // Gaps outside the range still count towards the total.
                    let hours = hours.clamp(-1, DAYS_MAX as i64 * 24 + 13);
                    *gaps.entry(hours).or_default() += 1;
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.minutes.iter_mut().zip(other.minutes) {
            for (at, minute) in theirs {
                let sum = mine.entry(at).or_default();
                sum.count += minute.count;
                sum.vote_for_second(minute.second, minute.votes);
            }
            forget_singles(mine);
        }
        for (mine, theirs) in self.gaps.iter_mut().zip(other.gaps) {
            for (hours, count) in theirs {
                *mine.entry(hours).or_default() += count;
            }
        }
    }

    pub(super) fn find_suspicions(&self, local: &LocalTime) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for (minutes, &which) in self.minutes.iter().zip(&STOPS) {
            let suspect = find_suspect_minutes(minutes, local);
            if !suspect.is_empty() {
                found.push(suspect_bulk_closing(which, suspect));
            }
        }
        for (gaps, &pair) in self.gaps.iter().zip(&FOLLOWS) {
            if let Some(days) = find_automatic_days(gaps) {
                found.push(suspect_automatic_closing(pair, days));
            }
        }
        found
    }
}

fn forget_singles(minutes: &mut HashMap<i64, Minute>) {
    if minutes.len() > MINUTES_MAX {
        minutes.retain(|_, minute| minute.count > 1);
    }
}

fn find_suspect_minutes(minutes: &HashMap<i64, Minute>, local: &LocalTime) -> BTreeSet<i64> {
    minutes
        .iter()
        .filter(|&(&at, minute)| {
            if minute.count < IN_SECOND_MIN {
                return false;
            }
            // Midnight for "time unknown" is a problem of its own.
            if local.to_wall_seconds(at * 60).rem_euclid(DAY) == 0 {
                return false;
            }
            let beside: u64 = (at - MINUTES_BESIDE..=at + MINUTES_BESIDE)
                .filter(|&other| other != at)
                .filter_map(|other| minutes.get(&other))
                // A neighbour that is itself a bulk closing says nothing about ordinary minutes.
                .map(|other| other.count.min(minute.count / 2))
                .sum();
            let usual = beside as f64 / (2 * MINUTES_BESIDE) as f64;
            let in_minute = minute.count >= IN_MINUTE_MIN
                && minute.count as f64 >= TIMES_BESIDE * usual + 6.0 * usual.sqrt();
            let in_second = minute.votes >= IN_SECOND_MIN
                && minute.votes as f64 >= TIMES_SECOND * (usual / 60.0).max(1.0);
            in_minute || in_second
        })
        .map(|(&at, _)| at)
        .collect()
}

fn suspect_bulk_closing(which: usize, minutes: BTreeSet<i64>) -> Suspicion {
    let many = minutes.len();
    Suspicion {
        kind: ProblemKind::BulkClosing,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "在 {many} 个不同的分钟里各有大量记录同时结束，远多于前后半小时",
            "in {many} single minutes far more cases end than in the half hours before and \
                 after: closed by a batch, not by the work"
        ),
        remedy: text!(
            "时长改用实际竣工或恢复的时间，不用归档时间；无此时间的记录请注明",
            "measure to the moment the work was done, not to the archive; name the cases that \
             have no such moment"
        ),
        test: Arc::new(move |rows, row, _| {
            rows.read_moment(which, row).is_some_and(|moment| {
                is_finer_than_day(moment) && minutes.contains(&moment.at.div_euclid(60))
            })
        }),
    }
}

fn find_automatic_days(gaps: &BTreeMap<i64, u64>) -> Option<i64> {
    let n: u64 = gaps.values().sum();
    (1..=DAYS_MAX as i64).find(|days| {
        let hour = days * 24;
        let near: u64 = gaps.range(hour - 1..=hour + 1).map(|(_, count)| count).sum();
        let around: u64 = gaps.range(hour - 12..=hour + 12).map(|(_, count)| count).sum();
        let usual = (around - near) as f64 * 3.0 / 22.0;
        near >= AUTOMATIC_MIN
            && near as f64 >= AUTOMATIC_SHARE * n as f64
            && near as f64 >= AUTOMATIC_TIMES_BESIDE * usual
    })
}

fn suspect_automatic_closing((from, to): (usize, usize), days: i64) -> Suspicion {
    let hour = days * 24;
    Suspicion {
        kind: ProblemKind::AutomaticClosing,
        column: format!("{} → {}", MOMENTS[from], MOMENTS[to]),
        certainty: Certainty::Likely,
        explanation: text!(
            "大量记录在前一步之后恰好 {days} 天结束：由系统自动归档",
            "many cases end exactly {days} days after the step before: a machine closes them"
        ),
        remedy: text!(
            "时限用 {} 计算，不用 {}",
            "measure to `{}`, not to `{}`",
            MOMENTS[from],
            MOMENTS[to]
        ),
        test: Arc::new(move |rows, row, _| {
            measure_gap_hours(rows, row, (from, to))
                .is_some_and(|gap| (hour - 1..=hour + 1).contains(&gap))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{TestProvince, shanghai_time};
    use super::*;

    /// 2020-05-04T09:00 in Shanghai, as a minute.
    const NINE: i64 = 1_588_554_000 / 60;

    fn minute(count: u64, votes: u64) -> Minute {
        Minute { count, second: 0, votes }
    }

    #[test]
    fn twenty_five_cases_in_one_second_are_a_bulk_closing_and_one_fewer_are_none() {
        let local = shanghai_time();
        let is_suspect = |count| {
            let minutes = HashMap::from([(NINE, minute(count, count))]);
            !find_suspect_minutes(&minutes, &local).is_empty()
        };
        assert!(is_suspect(IN_SECOND_MIN));
        assert!(!is_suspect(IN_SECOND_MIN - 1));
    }

    #[test]
    fn a_full_minute_is_suspect_only_beside_emptier_ones() {
        let local = shanghai_time();
        let is_suspect = |count| {
            let mut minutes: HashMap<i64, Minute> =
                (-30..=30).map(|at| (NINE + at, minute(20, 0))).collect();
            minutes.insert(NINE, minute(count, 0));
            find_suspect_minutes(&minutes, &local).contains(&NINE)
        };
        // Eight times twenty, and six times the square root of twenty.
        assert!(is_suspect(190));
        assert!(!is_suspect(180));
    }

    #[test]
    fn local_midnight_is_left_to_the_unknown_times() {
        let midnight = NINE - 9 * 60;
        let minutes = HashMap::from([(midnight, minute(500, 500)), (NINE, minute(500, 500))]);
        assert_eq!(find_suspect_minutes(&minutes, &shanghai_time()), BTreeSet::from([NINE]));
    }

    #[test]
    fn a_step_that_follows_after_whole_days_is_compared_with_the_hours_beside() {
        let days = |gaps: &[(i64, u64)]| find_automatic_days(&gaps.iter().copied().collect());
        assert_eq!(days(&[(120, 60), (50, 200)]), Some(5));
        assert_eq!(days(&[(119, 20), (120, 20), (121, 20)]), Some(5));
        assert_eq!(days(&[(120, 60), (109, 50)]), None);
        assert_eq!(days(&[(120, 49)]), None);
        assert_eq!(days(&[(120, 60), (50, 241)]), None);
    }

    #[test]
    fn a_gap_is_rounded_to_the_nearest_hour() {
        let mut province = TestProvince::make_clean(1);
        province.cases.truncate(1);
        let resolved = province.cases[0].moments[RESOLVED].expect("always set");
        let mut gap = |seconds: i64| {
            province.cases[0].moments[CLOSED] = Some(resolved + seconds);
            let batch = province.make_batches().remove(0);
            measure_gap_hours(&CaseRows::new(&batch), 0, (RESOLVED, CLOSED))
        };
        assert_eq!(gap(5 * DAY - 1_200), Some(120));
        assert_eq!(gap(5 * DAY - 2_400), Some(119));
    }

    #[test]
    fn parts_add_their_counts() {
        let part = |count| ClosingProfile {
            minutes: [(); STOPS.len()].map(|()| HashMap::from([(NINE, minute(count, count))])),
            gaps: [(); FOLLOWS.len()].map(|()| BTreeMap::from([(120, 3)])),
        };
        let mut whole = part(3);
        whole.merge(part(4));
        assert_eq!((whole.minutes[0][&NINE].count, whole.minutes[0][&NINE].votes), (7, 7));
        assert_eq!(whole.gaps[2][&120], 6);
    }
}

//! Waits that run backwards because of swapped dates, mixed zones or plain contradictions, and the
//! durations of the others.

use std::sync::Arc;

use trueline_language::text;

use super::by_name::{ByName, fits_row};
use super::durations::Durations;
use super::evidence::{RowTest, Suspicion};
use super::finding::{Certainty, ProblemKind};
use super::local::{DAY, LocalTime, swap_day_month};
use super::rows::{
    ACCEPTED, ARRIVED, CANCELLED, CLOSED, CONFIRMED, CaseRows, FIRST_CONTACT, MOMENTS,
    MomentPrecision, RESOLVED,
};

/// Moments that must follow one another.
const PAIRS: [(usize, usize); 8] = [
    (ACCEPTED, FIRST_CONTACT),
    (ACCEPTED, ARRIVED),
    (ACCEPTED, RESOLVED),
    (ACCEPTED, CONFIRMED),
    (ACCEPTED, CLOSED),
    (ACCEPTED, CANCELLED),
    (RESOLVED, CONFIRMED),
    (RESOLVED, CLOSED),
];

/// The furthest that a zone in use lies from UTC.
const ZONE_SECONDS_MAX: i64 = 14 * 3_600;
/// A shifted zone makes every short wait negative, so it affects a certain share of the rows.
const ZONE_ROWS_MIN: u64 = 8;
const ZONE_SHARE_MIN: f64 = 0.01;
const ZONE_SHARE_OF_NEGATIVES_MIN: f64 = 0.9;
/// How many negative waits, and which share of them, a swap of day and month must mend.
const SWAP_ROWS_MIN: u64 = 5;
const SWAP_SHARE_MIN: f64 = 0.6;
/// A swap mends a wait if it ends within this time.
const PLAUSIBLE_WAIT: i64 = 45 * DAY;

#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    n: u64,
    negative: u64,
    within_zone: u64,
    /// Negative by more than a day, and how many of those a swap of day and month mends.
    far: u64,
    mended_by_swap: u64,
    /// The largest gap among those within a zone's width.
    deepest: i64,
}

/// Waits by source, and durations by kind of case.
#[derive(Debug, Clone, Default)]
pub(super) struct WaitProfile {
    pairs: ByName<[Pair; PAIRS.len()]>,
    durations: ByName<Durations>,
}

/// How far a pair of moments runs backwards; `None` if it does not.
fn measure_backward_gap(
    rows: &CaseRows<'_>,
    row: usize,
    (start, stop): (usize, usize),
) -> Option<i64> {
    let start = rows.read_moment(start, row)?;
    let stop = rows.read_moment(stop, row)?;
    let gap = start.at - stop.latest_instant();
    (gap > 0).then_some(gap)
}

fn is_mended_by_swap(
    rows: &CaseRows<'_>,
    row: usize,
    (start, stop): (usize, usize),
    local: &LocalTime,
) -> bool {
    let (Some(start), Some(stop)) = (rows.read_moment(start, row), rows.read_moment(stop, row))
    else {
        return false;
    };
    let (start, stop) = (local.to_wall_seconds(start.at), local.to_wall_seconds(stop.at));
    let plausible = |start: i64, stop: i64| (0..=PLAUSIBLE_WAIT).contains(&(stop - start));
    let other_start = swap_day_month(start);
    let other_stop = swap_day_month(stop);
    other_start.is_some_and(|start| plausible(start, stop))
        || other_stop.is_some_and(|stop| plausible(start, stop))
        || other_start.zip(other_stop).is_some_and(|(start, stop)| plausible(start, stop))
}

impl WaitProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>, local: &LocalTime) {
        for row in 0..rows.len {
            let source = rows.source.get(row).unwrap_or_default();
            let pairs = self.pairs.counter_of(source);
            for (pair, &moments) in pairs.iter_mut().zip(&PAIRS) {
                if !rows.has_moment(moments.1) || rows.read_moment(moments.1, row).is_none() {
                    continue;
                }
                pair.n += 1;
                if let Some(gap) = measure_backward_gap(rows, row, moments) {
                    let mended = gap > DAY && is_mended_by_swap(rows, row, moments, local);
                    pair.add_negative(gap, mended);
                }
            }
            if let Some(wait) = rows.measure_wait(row) {
                let kind = rows.kind.get(row).unwrap_or_default();
                let minute = rows
                    .read_moment(RESOLVED, row)
                    .is_some_and(|stop| stop.precision == MomentPrecision::Minute);
                self.durations.counter_of(kind).add_wait(wait, u64::from(minute));
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.pairs.merge(other.pairs, |mine, theirs| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.n += theirs.n;
                mine.negative += theirs.negative;
                mine.within_zone += theirs.within_zone;
                mine.far += theirs.far;
                mine.mended_by_swap += theirs.mended_by_swap;
                mine.deepest = mine.deepest.max(theirs.deepest);
            }
        });
        self.durations.merge(other.durations, Durations::merge);
    }

    pub(super) fn find_suspicions(&self, dates_swapped: &[usize]) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for (source, pairs) in self.pairs.list_by_name() {
            found.extend(suspect_negative(source, pairs, dates_swapped));
        }
        for (kind, durations) in self.durations.list_by_name() {
            found.extend(durations.suspect_zeros(kind));
            found.extend(durations.suspect_repeats(kind));
        }
        found
    }
}

impl Pair {
    fn add_negative(&mut self, gap: i64, mended: bool) {
        self.negative += 1;
        self.far += u64::from(gap > DAY);
        self.mended_by_swap += u64::from(mended);
        if gap <= ZONE_SECONDS_MAX {
            self.within_zone += 1;
            self.deepest = self.deepest.max(gap);
        }
    }

    fn is_swapped(&self) -> bool {
        self.mended_by_swap >= SWAP_ROWS_MIN
            && self.mended_by_swap as f64 >= SWAP_SHARE_MIN * self.far as f64
    }

    fn is_shifted(&self) -> bool {
        self.within_zone >= ZONE_ROWS_MIN
            && self.within_zone as f64 >= ZONE_SHARE_MIN * self.n as f64
            && self.is_within_zone()
    }

    /// Whether the width of a zone covers nearly all negative waits that no swap explains.
    fn is_within_zone(&self) -> bool {
        let unexplained = self.negative - self.mended_by_swap;
        self.negative > 0
            && self.within_zone as f64 >= ZONE_SHARE_OF_NEGATIVES_MIN * unexplained as f64
    }
}

/// The explanations for the negative waits of one source, at most one suspicion of each kind.
fn suspect_negative(
    source: &str,
    pairs: &[Pair; PAIRS.len()],
    dates_swapped: &[usize],
) -> Vec<Suspicion> {
    let (mut swapped, mut shifted, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let mut deepest = 0;
    // One pair that is shifted explains the few negative waits of the others.
    let source_shifted = pairs.iter().any(Pair::is_shifted);
    for (pair, &moments) in pairs.iter().zip(&PAIRS) {
        let known = dates_swapped.contains(&moments.0) || dates_swapped.contains(&moments.1);
        if !known && pair.is_swapped() {
            swapped.push(moments);
        }
        let far_explained = known || pair.is_swapped();
        if pair.is_shifted() || (source_shifted && pair.is_within_zone()) {
            shifted.push(moments);
            deepest = deepest.max(pair.deepest);
        } else if pair.negative > if far_explained { pair.far } else { 0 } {
            plain.push((moments, far_explained));
        }
    }
    let mut found = Vec::new();
    if !swapped.is_empty() {
        found.push(suspect_swapped_pairs(source, swapped));
    }
    if !shifted.is_empty() {
        found.push(suspect_shifted_pairs(source, shifted, deepest));
    }
    if !plain.is_empty() {
        found.push(suspect_stop_before_start(source, plain));
    }
    found
}

fn join_pair_names(pairs: impl Iterator<Item = (usize, usize)>) -> String {
    let names: Vec<String> =
        pairs.map(|(start, stop)| format!("{} → {}", MOMENTS[start], MOMENTS[stop])).collect();
    names.join(", ")
}

/// Makes a test for rows of the source in which any of the pairs runs backwards by an accepted gap.
fn make_backward_test<P: Copy + Send + Sync + 'static>(
    source: &str,
    pairs: Vec<P>,
    moments: fn(P) -> (usize, usize),
    accept: impl Fn(&CaseRows<'_>, usize, &LocalTime, P, i64) -> bool + Send + Sync + 'static,
) -> RowTest {
    let source = source.to_owned();
    Arc::new(move |rows, row, local| {
        fits_row(&source, rows.source.get(row))
            && pairs.iter().any(|&pair| {
                measure_backward_gap(rows, row, moments(pair))
                    .is_some_and(|gap| accept(rows, row, local, pair, gap))
            })
    })
}

fn suspect_swapped_pairs(source: &str, pairs: Vec<(usize, usize)>) -> Suspicion {
    Suspicion {
        kind: ProblemKind::SwappedDayMonth,
        column: join_pair_names(pairs.iter().copied()),
        certainty: Certainty::Likely,
        explanation: text!(
            "结束早于开始一天以上；把其中一个日期的日与月对调后，时长恢复正常",
            "the end lies more than a day before the start; with day and month of one date \
             exchanged the wait is an ordinary one"
        ),
        remedy: text!(
            "检查映射的日期格式（日在前还是月在前），更正后重新导入",
            "check the date format of the mapping (day first or month first) and import again"
        ),
        test: make_backward_test(
            source,
            pairs,
            |pair| pair,
            |rows, row, local, pair, gap| gap > DAY && is_mended_by_swap(rows, row, pair, local),
        ),
    }
}

fn suspect_shifted_pairs(source: &str, pairs: Vec<(usize, usize)>, deepest: i64) -> Suspicion {
    // Whole half hours: that is how zones differ.
    let hours = ((deepest as f64 / 1_800.0).ceil() / 2.0).to_string();
    Suspicion {
        kind: ProblemKind::ZoneShift,
        column: join_pair_names(pairs.iter().copied()),
        certainty: Certainty::Likely,
        explanation: text!(
            "大量记录的结束早于开始，但都不超过 {hours} 小时：两列时间写于不同时区",
            "many rows end before they start, none by more than {hours} h: the two columns \
                 were written in different zones"
        ),
        remedy: text!(
            "在映射中为两列分别写明时区后重新导入",
            "name the zone of each column in the mapping and import again"
        ),
        test: make_backward_test(
            source,
            pairs,
            |pair| pair,
            |_, _, _, _, gap| gap <= ZONE_SECONDS_MAX,
        ),
    }
}

fn suspect_stop_before_start(source: &str, pairs: Vec<((usize, usize), bool)>) -> Suspicion {
    Suspicion {
        kind: ProblemKind::StopBeforeStart,
        column: join_pair_names(pairs.iter().map(|&(moments, _)| moments)),
        certainty: Certainty::Certain,
        explanation: text!(
            "后一时间早于前一时间，时长为负",
            "the later step lies before the earlier one, so the wait is negative"
        ),
        remedy: text!(
            "在源系统改正；不能计时的记录会单独列出，不计入时长",
            "mend them in the source system; rows that cannot be measured are listed apart and \
             count in no duration"
        ),
        test: make_backward_test(
            source,
            pairs,
            |(moments, _)| moments,
            |_, _, _, (_, far_explained), gap| gap <= DAY || !far_explained,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_must_mend_six_in_ten_of_the_waits_that_are_negative_by_more_than_a_day() {
        let is_swapped = |mended, far| {
            let mut pair = Pair::default();
            (0..far).for_each(|at| pair.add_negative(2 * DAY, at < mended));
            pair.is_swapped()
        };
        assert!(is_swapped(5, 8));
        assert!(!is_swapped(5, 9));
        assert!(!is_swapped(4, 4), "too few");
    }

    #[test]
    fn a_wait_that_is_negative_by_a_day_is_not_far() {
        let mut pair = Pair::default();
        pair.add_negative(DAY, false);
        pair.add_negative(DAY + 1, false);
        assert_eq!((pair.negative, pair.far, pair.within_zone), (2, 1, 0));
    }
}

//! What happens just before a limit: pauses that begin there, cases that end there.

use std::collections::BTreeMap;
use std::sync::Arc;

use trueline_language::text;

use super::by_name::{ByName, fits_row};
use super::evidence::Suspicion;
use super::finding::{Certainty, ProblemKind};
use super::rows::{ACCEPTED, CaseRows};

/// The bins of a histogram are ten minutes wide and cover 31 days.
const BIN_SECONDS: i64 = 600;
const BINS: usize = 31 * 144;
const BINS_PER_HOUR: usize = 6;
/// Common limits in hours, tried besides those that the caller names.
const COMMON_HOURS: [i64; 12] = [4, 8, 12, 24, 36, 48, 72, 96, 120, 168, 240, 360];
/// The last hour before a limit is compared with this many hours on either side.
const HOURS_BESIDE: usize = 6;
const PAUSES_MIN: u64 = 10;
const PAUSES_TIMES_EXPECTED: f64 = 5.0;
/// Cases that end in the last half hour. Some always do, because people work towards a deadline.
const STOPS_MIN: u64 = 30;
const STOPS_TIMES_EXPECTED: f64 = 4.0;

#[derive(Debug, Clone)]
struct Histogram(Vec<u32>);

impl Default for Histogram {
    fn default() -> Self {
        Self(vec![0; BINS])
    }
}

impl Histogram {
    fn add_seconds(&mut self, seconds: i64) {
        let bin = seconds.div_euclid(BIN_SECONDS);
        if let Some(count) = usize::try_from(bin).ok().and_then(|bin| self.0.get_mut(bin)) {
            *count = count.saturating_add(1);
        }
    }

    fn sum_bins(&self, from: usize, to: usize) -> u64 {
        let (from, to) = (from.min(BINS), to.min(BINS));
        self.0[from..to].iter().map(|&count| u64::from(count)).sum()
    }

    /// How much the `width` bins before `limit` hold, and how much they would hold if they were
    /// like the hours on either side.
    fn compare_before(&self, limit: usize, width: usize) -> (u64, f64) {
        let near = self.sum_bins(limit - width, limit);
        let beside = HOURS_BESIDE * BINS_PER_HOUR;
        let first = (limit - width).saturating_sub(beside);
        let last = (limit + beside).min(BINS);
        let around = self.sum_bins(first, limit - width) + self.sum_bins(limit, last);
        let bins = (limit - width - first) + (last - limit);
        (near, around as f64 * width as f64 / bins.max(1) as f64)
    }
}

#[derive(Debug, Clone, Default)]
struct KindHistograms {
    pauses: Histogram,
    stops: Histogram,
}

/// When pauses begin and cases end, counted from acceptance, by kind of case.
#[derive(Debug, Clone, Default)]
pub(super) struct LimitProfile {
    kinds: ByName<KindHistograms>,
}

fn list_pause_starts<'a>(rows: &'a CaseRows<'_>, row: usize) -> impl Iterator<Item = i64> + 'a {
    let accepted = rows.read_moment(ACCEPTED, row).map(|moment| moment.at);
    rows.intervals
        .iter()
        .flat_map(move |intervals| intervals.list_pause_starts(row))
        .filter_map(move |from| accepted.map(|accepted| from - accepted))
}

impl LimitProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>) {
        for row in 0..rows.len {
            let kind = self.kinds.counter_of(rows.kind.get(row).unwrap_or_default());
            for elapsed in list_pause_starts(rows, row) {
                kind.pauses.add_seconds(elapsed);
            }
            if let Some(wait) = rows.measure_wait(row) {
                // A wait equal to the limit belongs to the last bin, not to the next one.
                kind.stops.add_seconds(wait - 1);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        let add = |mine: &mut Histogram, theirs: Histogram| {
            for (mine, theirs) in mine.0.iter_mut().zip(theirs.0) {
                *mine = mine.saturating_add(theirs);
            }
        };
        self.kinds.merge(other.kinds, |mine, theirs| {
            add(&mut mine.pauses, theirs.pauses);
            add(&mut mine.stops, theirs.stops);
        });
    }

    pub(super) fn find_suspicions(&self, known: &BTreeMap<String, Vec<i64>>) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for (name, kind) in self.kinds.list_by_name() {
            let mut limits: Vec<i64> = COMMON_HOURS.iter().map(|hours| hours * 3_600).collect();
            limits.extend(known.get(name).into_iter().flatten());
            limits.retain(|limit| (3_600..=BIN_SECONDS * BINS as i64).contains(limit));
            limits.sort_unstable();
            limits.dedup();
            for limit in limits {
                let bin = (limit / BIN_SECONDS) as usize;
                let (near, expected) = kind.pauses.compare_before(bin, BINS_PER_HOUR);
                if near >= PAUSES_MIN && near as f64 >= PAUSES_TIMES_EXPECTED * expected {
                    found.push(suspect_pauses(name, limit));
                }
                let (near, expected) = kind.stops.compare_before(bin, BINS_PER_HOUR / 2);
                if near >= STOPS_MIN && near as f64 >= STOPS_TIMES_EXPECTED * expected {
                    found.push(suspect_stops(name, limit));
                }
            }
        }
        found
    }
}

fn suspect_pauses(kind: &str, limit: i64) -> Suspicion {
    let hours = limit / 3_600;
    let name = kind.to_owned();
    Suspicion {
        kind: ProblemKind::PauseBeforeLimit,
        column: "intervals".to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "“{kind}”的挂起集中在受理后 {hours} 小时之前的一小时内开始",
            "pauses of “{kind}” begin in the hour before {hours} h after acceptance far more \
                 often than before or after"
        ),
        remedy: text!(
            "核对挂起的原因、申请人和批准人；报告同时列出不扣除挂起的数值",
            "check reason, requester and approver of these pauses; the report prints the value \
             with no pause subtracted beside the other"
        ),
        test: Arc::new(move |rows, row, _| {
            fits_row(&name, rows.kind.get(row))
                && list_pause_starts(rows, row)
                    .any(|elapsed| (limit - 3_600..limit).contains(&elapsed))
        }),
    }
}

fn suspect_stops(kind: &str, limit: i64) -> Suspicion {
    let hours = limit / 3_600;
    let name = kind.to_owned();
    Suspicion {
        kind: ProblemKind::StopBeforeLimit,
        column: "accepted → resolved".to_owned(),
        certainty: Certainty::Possible,
        explanation: text!(
            "“{kind}”有大量记录恰在 {hours} 小时之前的半小时内竣工",
            "many cases of “{kind}” end in the half hour before {hours} h, few before and \
                 few after"
        ),
        remedy: text!(
            "抽查这些记录的回单时间与实际恢复时间是否一致",
            "sample these cases: does the recorded end agree with the real one?"
        ),
        test: Arc::new(move |rows, row, _| {
            fits_row(&name, rows.kind.get(row))
                && rows
                    .measure_wait(row)
                    .is_some_and(|wait| (limit - 1_800 + 1..=limit).contains(&wait))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_histogram_expects_before_a_limit_what_is_there() {
        let mut even = Histogram::default();
        for bin in 0..BINS as i64 {
            even.add_seconds(bin * BIN_SECONDS);
            even.add_seconds(bin * BIN_SECONDS + BIN_SECONDS - 1);
        }
        // In the middle, less than the hours beside from the start, and at the end.
        for limit in [288, 8, BINS] {
            assert_eq!(even.compare_before(limit, 6), (12, 12.0), "{limit}");
        }
    }

    #[test]
    fn six_hours_on_either_side_are_compared() {
        let expected = |bin: i64| {
            let mut single = Histogram::default();
            single.add_seconds(bin * BIN_SECONDS);
            single.compare_before(288, 6)
        };
        // Before the limit stand its own six bins, and 36 on either side of them.
        assert_eq!(expected(245), (0, 0.0));
        assert_eq!(expected(246), (0, 6.0 / 72.0));
        assert_eq!(expected(281), (0, 6.0 / 72.0));
        assert_eq!(expected(282), (1, 0.0));
        assert_eq!(expected(323), (0, 6.0 / 72.0));
        assert_eq!(expected(324), (0, 0.0));
    }
}

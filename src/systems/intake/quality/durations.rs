//! Implausible durations: zeros in bulk, and one exact duration again and again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use trueline_language::text;

use super::by_name::fits_row;
use super::evidence::{RowTest, Suspicion};
use super::finding::{Certainty, ProblemKind};

const ZEROS_MIN: u64 = 10;
const ZEROS_SHARE_MIN: f64 = 0.002;
const ZEROS_TIMES_EXPECTED: f64 = 5.0;

const REPEATS_MIN: u64 = 20;
const REPEATS_SHARE_MIN: f64 = 0.005;
const REPEATS_TIMES_EXPECTED: f64 = 10.0;
/// Counters of the sketch: a duration in more than 1/513 of the rows is never missed.
const SKETCH_SIZE: usize = 512;
/// Durations within 3 % of one are its neighbours.
const NEIGHBOURHOOD: f64 = 0.03;
/// This many possible durations on either side must together be rarer than the duration itself.
const NEIGHBOURS: i64 = 10;

/// The durations of one kind of case.
#[derive(Debug, Clone, Default)]
pub(super) struct Durations {
    n: u64,
    by_minute: u64,
    zeros: u64,
    /// From one second to ten minutes.
    short: u64,
    sketch: HashMap<i64, u64>,
    /// Durations by hundredths of their natural logarithm.
    density: BTreeMap<i64, u64>,
}

fn find_density_bin(seconds: i64) -> i64 {
    ((seconds as f64).ln() * 100.0).floor() as i64
}

impl Durations {
    pub(super) fn add_wait(&mut self, wait: i64, by_minute: u64) {
        self.n += 1;
        self.by_minute += by_minute;
        match wait {
            ..0 => {}
            0 => self.zeros += 1,
            _ => {
                self.short += u64::from(wait <= 600);
                *self.density.entry(find_density_bin(wait)).or_default() += 1;
                self.count_wait(wait, 1);
            }
        }
    }

    /// Counts as Misra and Gries do: when the sketch overflows, every counter loses as much as the
    /// smallest holds.
    fn count_wait(&mut self, wait: i64, times: u64) {
        *self.sketch.entry(wait).or_default() += times;
        if self.sketch.len() > SKETCH_SIZE {
            let least = self.sketch.values().min().copied().unwrap_or_default();
            self.sketch.retain(|_, count| {
                *count -= least;
                *count > 0
            });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.by_minute += other.by_minute;
        self.zeros += other.zeros;
        self.short += other.short;
        for (bin, count) in other.density {
            *self.density.entry(bin).or_default() += count;
        }
        for (wait, times) in other.sketch {
            self.count_wait(wait, times);
        }
    }

    /// Seconds from one possible duration to the next.
    fn step_seconds(&self) -> f64 {
        if self.by_minute * 2 > self.n { 60.0 } else { 1.0 }
    }

    pub(super) fn suspect_zeros(&self, kind: &str) -> Option<Suspicion> {
        let expected = self.short as f64 / (600.0 / self.step_seconds());
        let suspect = self.zeros >= ZEROS_MIN
            && self.zeros as f64 >= ZEROS_SHARE_MIN * self.n as f64
            && self.zeros as f64 > ZEROS_TIMES_EXPECTED * expected + ZEROS_MIN as f64 / 2.0;
        suspect.then(|| Suspicion {
            kind: ProblemKind::ZeroedDuration,
            column: "accepted → resolved".to_owned(),
            certainty: Certainty::Likely,
            explanation: text!(
                "“{kind}”有 {} 行时长恰为零，远多于很短的时长",
                "{} rows of “{kind}” take exactly no time, far more than take a short time",
                self.zeros
            ),
            remedy: text!(
                "查明是否有脚本把超长工单的时长清零；取回原始时间，否则不得计入平均时限和及时率",
                "ask whether a script sets long orders to zero; get the original times, or leave \
                 these rows out of means and on-time rates"
            ),
            test: make_wait_test(kind, 0),
        })
    }

    pub(super) fn suspect_repeats(&self, kind: &str) -> Vec<Suspicion> {
        let mut values: Vec<(i64, u64)> = self
            .sketch
            .iter()
            .map(|(&wait, &count)| (wait, count))
            .filter(|&(wait, count)| self.is_repeated(wait, count))
            .collect();
        values.sort_unstable();
        values.into_iter().map(|(wait, _)| suspect_repeated_wait(kind, wait)).collect()
    }

    fn is_repeated(&self, wait: i64, count: u64) -> bool {
        let (from, to) = (wait as f64 * (1.0 - NEIGHBOURHOOD), wait as f64 * (1.0 + NEIGHBOURHOOD));
        let near: u64 = self
            .density
            .range(find_density_bin(from as i64)..=find_density_bin(to as i64))
            .map(|(_, &count)| count)
            .sum();
        let steps = ((to - from) / self.step_seconds()).max(1.0);
        let expected = near.saturating_sub(count) as f64 / steps;
        // A crowd of neighbours is a habit or a deadline, not one value filled in.
        let step = self.step_seconds() as i64;
        let beside: u64 = (1..=NEIGHBOURS)
            .flat_map(|steps| [wait - steps * step, wait + steps * step])
            .filter_map(|other| self.sketch.get(&other))
            .sum();
        count >= REPEATS_MIN
            && count > beside
            && count as f64 >= REPEATS_SHARE_MIN * self.n as f64
            && count as f64 >= REPEATS_TIMES_EXPECTED * expected
    }
}

fn make_wait_test(kind: &str, seconds: i64) -> RowTest {
    let kind = kind.to_owned();
    Arc::new(move |rows, row, _| {
        fits_row(&kind, rows.kind.get(row)) && rows.measure_wait(row) == Some(seconds)
    })
}

fn suspect_repeated_wait(kind: &str, wait: i64) -> Suspicion {
    let hours = format!("{:.4}", wait as f64 / 3_600.0);
    let hours = hours.trim_end_matches('0').trim_end_matches('.');
    Suspicion {
        kind: ProblemKind::RepeatedDuration,
        column: "accepted → resolved".to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "“{kind}”的时长恰为 {hours} 小时的记录，远多于相近的时长",
            "far more rows of “{kind}” take exactly {hours} h than any time near it"
        ),
        remedy: text!(
            "查明这一时长是否由系统或人工补填；取回原始时间",
            "ask whether a system or a person fills this duration in; get the original times"
        ),
        test: make_wait_test(kind, wait),
    }
}

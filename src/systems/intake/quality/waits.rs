//! Waits that cannot be: negative ones, zeros in bulk, one exact duration again and again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::by_name::{ByName, fits};
use super::evidence::{RowTest, Suspicion};
use super::local::{DAY, LocalTime, swap_day_month};
use super::rows::{
    ACCEPTED, ARRIVED, CANCELLED, CLOSED, CONFIRMED, CaseRows, FIRST_CONTACT, MOMENTS,
    MomentPrecision, RESOLVED,
};
use super::{Certainty, ProblemKind, text};

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

/// The widest that two zones in use lie apart from UTC on one side.
const ZONE_SECONDS_MAX: i64 = 14 * 3_600;
/// A shifted zone makes every short case negative, so it shows in a share of the rows.
const ZONE_ROWS_MIN: u64 = 8;
const ZONE_SHARE_MIN: f64 = 0.01;
const ZONE_SHARE_OF_NEGATIVES_MIN: f64 = 0.9;
/// Negative waits that a swap of day and month mends.
const SWAP_ROWS_MIN: u64 = 5;
const SWAP_SHARE_MIN: f64 = 0.6;
/// A swap mends a wait if it ends within this time.
const PLAUSIBLE_WAIT: i64 = 45 * DAY;

const ZEROS_MIN: u64 = 10;
const ZEROS_SHARE_MIN: f64 = 0.002;
const ZEROS_TIMES_EXPECTED: f64 = 5.0;

const REPEATS_MIN: u64 = 20;
const REPEATS_SHARE_MIN: f64 = 0.005;
const REPEATS_TIMES_EXPECTED: f64 = 10.0;
/// Counters of the sketch: a duration in more than 1/513 of the rows is never missed.
const SKETCH_SIZE: usize = 512;
/// Neighbours of a duration are those within 3 % of it.
const NEIGHBOURHOOD: f64 = 0.03;
/// So many possible durations on either side must together be rarer.
const NEIGHBOURS: i64 = 10;

#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    n: u64,
    negative: u64,
    within_zone: u64,
    /// Negative by more than a day, and of those what a swap of day and month mends.
    far: u64,
    mended_by_swap: u64,
    /// The most negative among those within a zone's width.
    deepest: i64,
}

#[derive(Debug, Clone, Default)]
struct Durations {
    n: u64,
    by_minute: u64,
    zeros: u64,
    /// From one second to ten minutes.
    short: u64,
    sketch: HashMap<i64, u64>,
    /// Durations by hundredths of their natural logarithm.
    density: BTreeMap<i64, u64>,
}

/// Waits by source, and durations by kind of case.
#[derive(Debug, Clone, Default)]
pub(super) struct WaitProfile {
    pairs: ByName<[Pair; PAIRS.len()]>,
    durations: ByName<Durations>,
}

/// By how much a pair of moments runs backwards; `None` if it does not.
fn backwards(rows: &CaseRows<'_>, row: usize, (start, stop): (usize, usize)) -> Option<i64> {
    let start = rows.moment(start, row)?;
    let stop = rows.moment(stop, row)?;
    let gap = start.at - stop.latest();
    (gap > 0).then_some(gap)
}

fn mended_by_swap(
    rows: &CaseRows<'_>,
    row: usize,
    (start, stop): (usize, usize),
    local: &LocalTime,
) -> bool {
    let (Some(start), Some(stop)) = (rows.moment(start, row), rows.moment(stop, row)) else {
        return false;
    };
    let (start, stop) = (local.wall(start.at), local.wall(stop.at));
    let plausible = |start: i64, stop: i64| (0..=PLAUSIBLE_WAIT).contains(&(stop - start));
    let other_start = swap_day_month(start);
    let other_stop = swap_day_month(stop);
    other_start.is_some_and(|start| plausible(start, stop))
        || other_stop.is_some_and(|stop| plausible(start, stop))
        || other_start.zip(other_stop).is_some_and(|(start, stop)| plausible(start, stop))
}

impl WaitProfile {
    pub(super) fn observe(&mut self, rows: &CaseRows<'_>, local: &LocalTime) {
        for row in 0..rows.len {
            let source = rows.source.get(row).unwrap_or_default();
            let pairs = self.pairs.of(source);
            for (pair, &moments) in pairs.iter_mut().zip(&PAIRS) {
                if !rows.has(moments.1) || rows.moment(moments.1, row).is_none() {
                    continue;
                }
                pair.n += 1;
                if let Some(gap) = backwards(rows, row, moments) {
                    let mended = gap > DAY && mended_by_swap(rows, row, moments, local);
                    pair.add_negative(gap, mended);
                }
            }
            if let Some(wait) = rows.wait(row) {
                let kind = rows.kind.get(row).unwrap_or_default();
                let minute = rows
                    .moment(RESOLVED, row)
                    .is_some_and(|stop| stop.precision == MomentPrecision::Minute);
                self.durations.of(kind).add(wait, u64::from(minute));
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

    pub(super) fn suspicions(&self, dates_swapped: &[usize]) -> Vec<Suspicion> {
        let mut found = Vec::new();
        for (source, pairs) in self.pairs.sorted() {
            found.extend(negative(source, pairs, dates_swapped));
        }
        for (kind, durations) in self.durations.sorted() {
            found.extend(durations.zeroed(kind));
            found.extend(durations.repeated(kind));
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

/// What explains the negative waits of one source: at most one suspicion of each kind.
fn negative(source: &str, pairs: &[Pair; PAIRS.len()], dates_swapped: &[usize]) -> Vec<Suspicion> {
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
        found.push(swapped_pairs(source, swapped));
    }
    if !shifted.is_empty() {
        found.push(shifted_pairs(source, shifted, deepest));
    }
    if !plain.is_empty() {
        found.push(stop_before_start(source, plain));
    }
    found
}

fn columns(pairs: impl Iterator<Item = (usize, usize)>) -> String {
    let names: Vec<String> =
        pairs.map(|(start, stop)| format!("{} → {}", MOMENTS[start], MOMENTS[stop])).collect();
    names.join(", ")
}

/// True for rows of the source in which any of the pairs runs backwards by a gap that is accepted.
fn any_backwards<P: Copy + Send + Sync + 'static>(
    source: &str,
    pairs: Vec<P>,
    moments: fn(P) -> (usize, usize),
    accept: impl Fn(&CaseRows<'_>, usize, &LocalTime, P, i64) -> bool + Send + Sync + 'static,
) -> RowTest {
    let source = source.to_owned();
    Arc::new(move |rows, row, local| {
        fits(&source, rows.source.get(row))
            && pairs.iter().any(|&pair| {
                backwards(rows, row, moments(pair))
                    .is_some_and(|gap| accept(rows, row, local, pair, gap))
            })
    })
}

fn swapped_pairs(source: &str, pairs: Vec<(usize, usize)>) -> Suspicion {
    Suspicion {
        kind: ProblemKind::SwappedDayMonth,
        column: columns(pairs.iter().copied()),
        certainty: Certainty::Likely,
        explanation: text(
            "结束早于开始一天以上；把其中一个日期的日与月对调后，时长恢复正常",
            "the end lies more than a day before the start; with day and month of one date \
             exchanged the wait is an ordinary one",
        ),
        remedy: text(
            "检查映射的日期格式（日在前还是月在前），更正后重新导入",
            "check the date format of the mapping (day first or month first) and import again",
        ),
        test: any_backwards(
            source,
            pairs,
            |pair| pair,
            |rows, row, local, pair, gap| gap > DAY && mended_by_swap(rows, row, pair, local),
        ),
    }
}

fn shifted_pairs(source: &str, pairs: Vec<(usize, usize)>, deepest: i64) -> Suspicion {
    // Whole half hours: that is how zones differ.
    let hours = ((deepest as f64 / 1_800.0).ceil() / 2.0).to_string();
    Suspicion {
        kind: ProblemKind::ZoneShift,
        column: columns(pairs.iter().copied()),
        certainty: Certainty::Likely,
        explanation: text(
            format!("大量记录的结束早于开始，但都不超过 {hours} 小时：两列时间写于不同时区"),
            format!(
                "many rows end before they start, none by more than {hours} h: the two columns \
                 were written in different zones"
            ),
        ),
        remedy: text(
            "在映射中为两列分别写明时区后重新导入",
            "name the zone of each column in the mapping and import again",
        ),
        test: any_backwards(source, pairs, |pair| pair, |_, _, _, _, gap| gap <= ZONE_SECONDS_MAX),
    }
}

fn stop_before_start(source: &str, pairs: Vec<((usize, usize), bool)>) -> Suspicion {
    Suspicion {
        kind: ProblemKind::StopBeforeStart,
        column: columns(pairs.iter().map(|&(moments, _)| moments)),
        certainty: Certainty::Certain,
        explanation: text(
            "后一时间早于前一时间，时长为负",
            "the later step lies before the earlier one, so the wait is negative",
        ),
        remedy: text(
            "在源系统改正；不能计时的记录会单独列出，不计入时长",
            "mend them in the source system; rows that cannot be measured are listed apart and \
             count in no duration",
        ),
        test: any_backwards(
            source,
            pairs,
            |(moments, _)| moments,
            |_, _, _, (_, far_explained), gap| gap <= DAY || !far_explained,
        ),
    }
}

fn density_bin(seconds: i64) -> i64 {
    ((seconds as f64).ln() * 100.0).floor() as i64
}

impl Durations {
    fn add(&mut self, wait: i64, by_minute: u64) {
        self.n += 1;
        self.by_minute += by_minute;
        match wait {
            ..0 => {}
            0 => self.zeros += 1,
            _ => {
                self.short += u64::from(wait <= 600);
                *self.density.entry(density_bin(wait)).or_default() += 1;
                self.count(wait, 1);
            }
        }
    }

    /// Misra and Gries: when the sketch overflows, every counter loses what the smallest holds.
    fn count(&mut self, wait: i64, times: u64) {
        *self.sketch.entry(wait).or_default() += times;
        if self.sketch.len() > SKETCH_SIZE {
            let least = self.sketch.values().min().copied().unwrap_or_default();
            self.sketch.retain(|_, count| {
                *count -= least;
                *count > 0
            });
        }
    }

    fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.by_minute += other.by_minute;
        self.zeros += other.zeros;
        self.short += other.short;
        for (bin, count) in other.density {
            *self.density.entry(bin).or_default() += count;
        }
        for (wait, times) in other.sketch {
            self.count(wait, times);
        }
    }

    /// Seconds from one possible duration to the next.
    fn step(&self) -> f64 {
        if self.by_minute * 2 > self.n { 60.0 } else { 1.0 }
    }

    fn zeroed(&self, kind: &str) -> Option<Suspicion> {
        let expected = self.short as f64 / (600.0 / self.step());
        let suspect = self.zeros >= ZEROS_MIN
            && self.zeros as f64 >= ZEROS_SHARE_MIN * self.n as f64
            && self.zeros as f64 > ZEROS_TIMES_EXPECTED * expected + ZEROS_MIN as f64 / 2.0;
        suspect.then(|| Suspicion {
            kind: ProblemKind::ZeroedDuration,
            column: "accepted → resolved".to_owned(),
            certainty: Certainty::Likely,
            explanation: text(
                format!("“{kind}”有 {} 行时长恰为零，远多于很短的时长", self.zeros),
                format!(
                    "{} rows of “{kind}” take exactly no time, far more than take a short time",
                    self.zeros
                ),
            ),
            remedy: text(
                "查明是否有脚本把超长工单的时长清零；取回原始时间，否则不得计入平均时限和及时率",
                "ask whether a script sets long orders to zero; get the original times, or leave \
                 these rows out of means and on-time rates",
            ),
            test: waits_exactly(kind, 0),
        })
    }

    fn repeated(&self, kind: &str) -> Vec<Suspicion> {
        let mut values: Vec<(i64, u64)> = self
            .sketch
            .iter()
            .map(|(&wait, &count)| (wait, count))
            .filter(|&(wait, count)| self.is_repeated(wait, count))
            .collect();
        values.sort_unstable();
        values.into_iter().map(|(wait, _)| repeated_wait(kind, wait)).collect()
    }

    fn is_repeated(&self, wait: i64, count: u64) -> bool {
        let (from, to) = (wait as f64 * (1.0 - NEIGHBOURHOOD), wait as f64 * (1.0 + NEIGHBOURHOOD));
        let near: u64 = self
            .density
            .range(density_bin(from as i64)..=density_bin(to as i64))
            .map(|(_, &count)| count)
            .sum();
        let steps = ((to - from) / self.step()).max(1.0);
        let expected = near.saturating_sub(count) as f64 / steps;
        // A crowd of neighbours is a habit or a deadline, not one value filled in.
        let step = self.step() as i64;
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

fn waits_exactly(kind: &str, seconds: i64) -> RowTest {
    let kind = kind.to_owned();
    Arc::new(move |rows, row, _| fits(&kind, rows.kind.get(row)) && rows.wait(row) == Some(seconds))
}

fn repeated_wait(kind: &str, wait: i64) -> Suspicion {
    let hours = format!("{:.4}", wait as f64 / 3_600.0);
    let hours = hours.trim_end_matches('0').trim_end_matches('.');
    Suspicion {
        kind: ProblemKind::RepeatedDuration,
        column: "accepted → resolved".to_owned(),
        certainty: Certainty::Likely,
        explanation: text(
            format!("“{kind}”的时长恰为 {hours} 小时的记录，远多于相近的时长"),
            format!("far more rows of “{kind}” take exactly {hours} h than any time near it"),
        ),
        remedy: text(
            "查明这一时长是否由系统或人工补填；取回原始时间",
            "ask whether a system or a person fills this duration in; get the original times",
        ),
        test: waits_exactly(kind, wait),
    }
}

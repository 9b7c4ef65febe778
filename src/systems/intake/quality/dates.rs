//! Swapped days and months, and moments in impossible years.
//!
//! When day and month change places, a row can only land on a day of month 1–12, and its "day" is
//! a true month. So months that hold no true rows show only days that equal the months that do. The
//! true months are known by their days 13–31, which no swap can produce.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::by_name::{ByName, fits};
use super::evidence::Suspicion;
use super::local::{CivilDate, DAY, LocalTime, date_of_day};
use super::rows::{APPOINTMENT, CaseRows, MOMENTS};
use super::{Certainty, ProblemKind, text};

/// Months that together hold this share of the days 13–31 are the true ones.
const TRUE_MONTHS_SHARE: f64 = 0.97;
/// Rows outside the true months before anything is suspected: by chance, 20 rows that all avoid
/// the days 13–31 happen once in ten million.
const ROWS_OUTSIDE_MIN: u64 = 20;
/// At most this share of the rows outside may lie on days 13–31; honest rows have six in ten.
const HIGH_DAYS_OUTSIDE_MAX: f64 = 0.1;
/// So many of the rows outside must have a "day" that is a true month.
const CONSISTENT_MIN: f64 = 0.95;
/// Days that should hold so many rows but hold none show that every row was swapped.
const HOLE_EXPECTED_MIN: f64 = 10.0;
const HOLE_ALONE_EXPECTED_MIN: f64 = 60.0;
const HOLE_FILLED_MAX: f64 = 0.05;
/// No record of a telecom service desk is older: such years are stand-ins (1900, 1970).
const YEAR_FIRST: i64 = 1990;

/// Hours east of UTC that are tried where the zone that we were told shows nothing: a file from
/// elsewhere has its dates shifted.
const OTHER_OFFSETS: RangeInclusive<i64> = -11..=13;

type YearMonth = (i64, u8);

/// What is kept of one moment of one source.
#[derive(Debug, Clone, Default)]
struct HourCounts {
    /// Rows by the UTC hour, so that any zone's dates can be counted at the end.
    rows: HashMap<i64, u64>,
    impossible: u64,
}

/// Rows by (year, month), then day.
#[derive(Debug, Clone, Default)]
struct DayCounts {
    cells: BTreeMap<YearMonth, [u64; 31]>,
}

/// Whose calendar a date is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateOffset {
    Told,
    /// So many hours east of UTC.
    East(i64),
}

impl DateOffset {
    fn date(self, at: i64, local: &LocalTime) -> CivilDate {
        match self {
            DateOffset::Told => local.date(at),
            DateOffset::East(hours) => date_of_day((at + hours * 3_600).div_euclid(DAY)),
        }
    }
}

/// Counts of local dates by source and moment.
#[derive(Debug, Clone, Default)]
pub(super) struct DateProfile {
    hours: ByName<[HourCounts; MOMENTS.len()]>,
}

/// What is known of the swap in one table.
#[derive(Debug, Clone, PartialEq)]
struct DateSwap {
    calendar: DateOffset,
    true_cells: BTreeSet<YearMonth>,
    /// Every row with a day up to 12 was swapped, also inside the true months.
    everywhere: bool,
    rows_outside: u64,
    rows_explained: u64,
    days: BTreeSet<u8>,
}

impl DateProfile {
    pub(super) fn observe(&mut self, rows: &CaseRows<'_>, as_of: i64) {
        for which in 0..MOMENTS.len() {
            if !rows.has(which) {
                continue;
            }
            for row in 0..rows.len {
                let Some(moment) = rows.moment(which, row) else {
                    continue;
                };
                let source = rows.source.get(row).unwrap_or_default();
                let hours = &mut self.hours.of(source)[which];
                if is_impossible(which, moment.at, as_of) {
                    hours.impossible += 1;
                } else {
                    *hours.rows.entry(moment.at.div_euclid(3_600)).or_default() += 1;
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.hours.merge(other.hours, |mine, theirs| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.impossible += theirs.impossible;
                for (hour, count) in theirs.rows {
                    *mine.rows.entry(hour).or_default() += count;
                }
            }
        });
    }

    /// Moments whose dates look swapped in any source, and everything suspected.
    pub(super) fn suspicions(&self, local: &LocalTime, as_of: i64) -> (Vec<usize>, Vec<Suspicion>) {
        let mut moments = Vec::new();
        let mut found = Vec::new();
        let sorted = self.hours.sorted();
        for (source, all) in &sorted {
            for (which, hours) in all.iter().enumerate() {
                if let Some(swap) = hours.swap(local) {
                    moments.push(which);
                    found.push(swapped(source, which, swap));
                }
            }
        }
        for which in 0..MOMENTS.len() {
            if sorted.iter().any(|(_, all)| all[which].impossible > 0) {
                found.push(impossible(which, as_of));
            }
        }
        (moments, found)
    }
}

impl HourCounts {
    fn swap(&self, local: &LocalTime) -> Option<DateSwap> {
        let look = |calendar| self.table(calendar, local).swap(calendar);
        look(DateOffset::Told).or_else(|| {
            // The calendar of the people who wrote the dates leaves the fewest rows unexplained.
            let others = OTHER_OFFSETS.map(DateOffset::East).filter_map(look);
            others.max_by_key(|swap| swap.rows_explained)
        })
    }

    fn table(&self, calendar: DateOffset, local: &LocalTime) -> DayCounts {
        let mut table = DayCounts::default();
        for (hour, count) in &self.rows {
            let date = calendar.date(hour * 3_600, local);
            let days = table.cells.entry((date.year, date.month)).or_default();
            days[usize::from(date.day) - 1] += count;
        }
        table
    }
}

fn is_impossible(which: usize, at: i64, as_of: i64) -> bool {
    // A visit may be agreed for a day to come, but not for years ahead.
    let slack = if which == APPOINTMENT { 730 * DAY } else { DAY };
    at > as_of.saturating_add(slack) || at < year_first()
}

fn year_first() -> i64 {
    super::local::day_of_date(CivilDate { year: YEAR_FIRST, month: 1, day: 1 }) * DAY
}

fn low(days: &[u64; 31]) -> u64 {
    days[..12].iter().sum()
}

fn high(days: &[u64; 31]) -> u64 {
    days[12..].iter().sum()
}

fn month_before((year, month): YearMonth) -> YearMonth {
    if month == 1 { (year - 1, 12) } else { (year, month - 1) }
}

impl DayCounts {
    fn swap(&self, calendar: DateOffset) -> Option<DateSwap> {
        let true_cells = self.true_cells()?;
        let everywhere = self.hole(&true_cells);
        let outside = self.outside(&true_cells);
        if let Some((rows_outside, rows_explained, days)) = outside {
            return Some(DateSwap {
                calendar,
                everywhere: everywhere >= HOLE_EXPECTED_MIN,
                true_cells,
                rows_outside,
                rows_explained,
                days,
            });
        }
        (everywhere >= HOLE_ALONE_EXPECTED_MIN).then(|| DateSwap {
            calendar,
            everywhere: true,
            days: true_cells.iter().map(|&(_, month)| month).collect(),
            true_cells,
            rows_outside: 0,
            rows_explained: 0,
        })
    }

    fn true_cells(&self) -> Option<BTreeSet<YearMonth>> {
        let mut by_high: Vec<(u64, YearMonth)> =
            self.cells.iter().map(|(&cell, days)| (high(days), cell)).collect();
        by_high.sort_unstable_by(|a, b| b.cmp(a));
        let total: u64 = by_high.iter().map(|&(count, _)| count).sum();
        let mut covered = 0;
        let mut true_cells = BTreeSet::new();
        for (count, cell) in by_high {
            if covered as f64 >= TRUE_MONTHS_SHARE * total as f64 {
                break;
            }
            covered += count;
            true_cells.insert(cell);
        }
        (total > 0).then_some(true_cells)
    }

    /// Rows outside the true months, how many a swap explains, their days; `None` if honest.
    fn outside(&self, true_cells: &BTreeSet<YearMonth>) -> Option<(u64, u64, BTreeSet<u8>)> {
        let (mut rows, mut on_high, mut consistent) = (0, 0, 0);
        let mut seen = BTreeSet::new();
        for (&cell, days) in &self.cells {
            // An export that ends on the fifth leaves a last month with days 1–5 only, and the
            // last cases of a period fade into the month after it: both honest.
            let honest_end = true_cells.contains(&month_before(cell));
            if true_cells.contains(&cell) || honest_end {
                continue;
            }
            rows += low(days) + high(days);
            on_high += high(days);
            for day in 1..=12 {
                let count = days[usize::from(day) - 1];
                if count > 0 && true_cells.contains(&(cell.0, day)) {
                    consistent += count;
                    seen.insert(day);
                }
            }
        }
        let suspect = rows >= ROWS_OUTSIDE_MIN
            && on_high as f64 <= HIGH_DAYS_OUTSIDE_MAX * rows as f64
            && consistent as f64 >= CONSISTENT_MIN * (rows - on_high) as f64
            && (seen.len() > 1 || true_cells.len() == 1);
        suspect.then_some((rows, consistent, seen))
    }

    /// How many rows the days 1–12 that are no true month should hold, if they hold next to none.
    fn hole(&self, true_cells: &BTreeSet<YearMonth>) -> f64 {
        let (mut expected, mut found) = (0.0, 0);
        for cell in true_cells {
            let days = &self.cells[cell];
            let days_present = days[12..].iter().filter(|&&count| count > 0).count().max(1);
            let usual = high(days) as f64 / days_present as f64;
            for day in (1..=12).filter(|&day| !true_cells.contains(&(cell.0, day))) {
                expected += usual;
                found += days[usize::from(day) - 1];
            }
        }
        if found as f64 <= HOLE_FILLED_MAX * expected { expected } else { 0.0 }
    }
}

impl DateSwap {
    fn contains(&self, date: CivilDate) -> bool {
        let came_from = self.true_cells.contains(&(date.year, date.day));
        let landed_outside = !self.true_cells.contains(&(date.year, date.month));
        date.day <= 12 && came_from && (landed_outside || self.everywhere)
    }
}

fn swapped(source: &str, which: usize, swap: DateSwap) -> Suspicion {
    let join = |numbers: &mut dyn Iterator<Item = String>| {
        let all: Vec<String> = numbers.collect();
        all.join(", ")
    };
    let days = join(&mut swap.days.iter().map(u8::to_string));
    let true_months =
        join(&mut swap.true_cells.iter().map(|(year, month)| format!("{year}-{month:02}")));
    let rows_outside = swap.rows_outside;
    let source = source.to_owned();
    Suspicion {
        kind: ProblemKind::SwappedDayMonth,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Likely,
        explanation: text(
            format!(
                "13日至31日只出现在 {true_months}；其余月份的 {rows_outside} 行只有 {days} 日，\
                 恰好等于这些月份的数字，说明日与月读反了"
            ),
            format!(
                "days 13 to 31 occur only in {true_months}; {rows_outside} rows in other months \
                 have only the days {days}, which are the numbers of those months: day and month \
                 were swapped"
            ),
        ),
        remedy: text(
            format!("在映射中对“日”为 {days} 的行交换日与月，或改正导出的日期格式后重新导入"),
            format!(
                "in the mapping, swap day and month where the day is one of {days}, or mend the \
                 date format of the export, and import again"
            ),
        ),
        test: Arc::new(move |rows, row, local| {
            rows.moment(which, row).is_some_and(|moment| {
                fits(&source, rows.source.get(row))
                    && swap.contains(swap.calendar.date(moment.at, local))
            })
        }),
    }
}

fn impossible(which: usize, as_of: i64) -> Suspicion {
    Suspicion {
        kind: ProblemKind::ImpossibleMoment,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Certain,
        explanation: text(
            format!("时间晚于导入时刻，或早于{YEAR_FIRST}年（常为“未知”的代替值）"),
            format!(
                "moments after the time of the import, or before {YEAR_FIRST}, which stand for \
                 “unknown”"
            ),
        ),
        remedy: text(
            "在映射中把这些值当作缺失，或在源系统改正",
            "let the mapping read these values as missing, or mend them in the source system",
        ),
        test: Arc::new(move |rows, row, _| {
            rows.moment(which, row).is_some_and(|moment| is_impossible(which, moment.at, as_of))
        }),
    }
}

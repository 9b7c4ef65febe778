//! Swapped days and months, and moments in impossible years.
//!
//! When day and month change places, a row can only land on days 1–12 of a month, and its "day" is
//! in truth the month. So a month without true rows shows only days whose numbers are those of true
//! months. The true months are known by their days 13–31, which no swap can produce.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use trueline_language::text;

use super::by_name::{ByName, fits_row};
use super::evidence::Suspicion;
use super::finding::{Certainty, ProblemKind};
use super::local::{CivilDate, DAY, LocalTime, date_of_day, day_of_date};
use super::rows::{APPOINTMENT, CaseRows, MOMENTS};

/// The true months are those that together hold this share of the rows on days 13–31.
const TRUE_MONTHS_SHARE: f64 = 0.97;
/// Rows outside the true months before anything is suspected: by chance, 20 rows that all avoid
/// the days 13–31 happen once in ten million.
const ROWS_OUTSIDE_MIN: u64 = 20;
/// At most this share of the rows outside may lie on days 13–31; honest rows have six in ten.
const HIGH_DAYS_OUTSIDE_MAX: f64 = 0.1;
/// At least this share of the rows outside must have a "day" that is a true month.
const CONSISTENT_MIN: f64 = 0.95;
/// If days that should hold this many rows hold almost none, every row was swapped.
const HOLE_EXPECTED_MIN: f64 = 10.0;
const HOLE_ALONE_EXPECTED_MIN: f64 = 60.0;
const HOLE_FILLED_MAX: f64 = 0.05;
/// No record of a telecom service desk is older: such years are stand-ins (1900, 1970).
const YEAR_FIRST: i64 = 1990;

/// Hours east of UTC to try where the given zone shows nothing: in a file from elsewhere the dates
/// are shifted.
const OTHER_OFFSETS: RangeInclusive<i64> = -11..=13;

type YearMonth = (i64, u8);

/// The rows of one moment in one source.
#[derive(Debug, Clone, Default)]
struct HourCounts {
    /// Rows by UTC hour, so that the dates of any zone can be counted at the end.
    rows: HashMap<i64, u64>,
    impossible: u64,
}

/// Rows by (year, month), then day.
#[derive(Debug, Clone, Default)]
struct DayCounts {
    cells: BTreeMap<YearMonth, [u64; 31]>,
}

/// The zone in which a date is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateOffset {
    /// The zone that the caller gave.
    Given,
    /// This many hours east of UTC.
    East(i64),
}

impl DateOffset {
    fn date_at(self, at: i64, local: &LocalTime) -> CivilDate {
        match self {
            DateOffset::Given => local.to_local_date(at),
            DateOffset::East(hours) => date_of_day((at + hours * 3_600).div_euclid(DAY)),
        }
    }
}

/// Counts of local dates by source and moment.
#[derive(Debug, Clone, Default)]
pub(super) struct DateProfile {
    hours: ByName<[HourCounts; MOMENTS.len()]>,
}

/// A swap of day and month, as one table shows it.
#[derive(Debug, Clone, PartialEq)]
struct DateSwap {
    calendar: DateOffset,
    true_cells: BTreeSet<YearMonth>,
    /// Every row with a day up to 12 was swapped, even inside the true months.
    everywhere: bool,
    rows_outside: u64,
    rows_explained: u64,
    days: BTreeSet<u8>,
}

impl DateProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>, as_of: i64) {
        for which in 0..MOMENTS.len() {
            if !rows.has_moment(which) {
                continue;
            }
            for row in 0..rows.len {
                let Some(moment) = rows.read_moment(which, row) else {
                    continue;
                };
                let source = rows.source.get(row).unwrap_or_default();
                let hours = &mut self.hours.counter_of(source)[which];
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

    /// The moments whose dates look swapped in any source, and all suspicions.
    pub(super) fn find_suspicions(
        &self,
        local: &LocalTime,
        as_of: i64,
    ) -> (Vec<usize>, Vec<Suspicion>) {
        let mut moments = Vec::new();
        let mut found = Vec::new();
        let sorted = self.hours.list_by_name();
        for (source, all) in &sorted {
            for (which, hours) in all.iter().enumerate() {
                if let Some(swap) = hours.find_swap(local) {
                    moments.push(which);
                    found.push(suspect_swapped_dates(source, which, swap));
                }
            }
        }
        for which in 0..MOMENTS.len() {
            if sorted.iter().any(|(_, all)| all[which].impossible > 0) {
                found.push(suspect_impossible_moments(which, as_of));
            }
        }
        (moments, found)
    }
}

impl HourCounts {
    fn find_swap(&self, local: &LocalTime) -> Option<DateSwap> {
        let look = |calendar| self.count_days(calendar, local).find_swap(calendar);
        look(DateOffset::Given).or_else(|| {
            // The zone of the people who wrote the dates explains the most rows.
            let others = OTHER_OFFSETS.map(DateOffset::East).filter_map(look);
            others.max_by_key(|swap| swap.rows_explained)
        })
    }

    fn count_days(&self, calendar: DateOffset, local: &LocalTime) -> DayCounts {
        let mut table = DayCounts::default();
        for (hour, count) in &self.rows {
            let date = calendar.date_at(hour * 3_600, local);
            let days = table.cells.entry((date.year, date.month)).or_default();
            days[usize::from(date.day) - 1] += count;
        }
        table
    }
}

fn is_impossible(which: usize, at: i64, as_of: i64) -> bool {
    // A visit may be agreed for a day to come, but not for years ahead.
    let slack = if which == APPOINTMENT { 730 * DAY } else { DAY };
    at > as_of.saturating_add(slack) || at < first_plausible_second()
}

fn first_plausible_second() -> i64 {
    day_of_date(CivilDate { year: YEAR_FIRST, month: 1, day: 1 }) * DAY
}

fn count_to_twelfth(days: &[u64; 31]) -> u64 {
    days[..12].iter().sum()
}

fn count_after_twelfth(days: &[u64; 31]) -> u64 {
    days[12..].iter().sum()
}

fn month_before((year, month): YearMonth) -> YearMonth {
    if month == 1 { (year - 1, 12) } else { (year, month - 1) }
}

impl DayCounts {
    fn find_swap(&self, calendar: DateOffset) -> Option<DateSwap> {
        let true_cells = self.find_true_cells()?;
        let everywhere = self.count_missing_rows(&true_cells);
        let outside = self.explain_outside_rows(&true_cells);
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

    fn find_true_cells(&self) -> Option<BTreeSet<YearMonth>> {
        let mut by_high: Vec<(u64, YearMonth)> =
            self.cells.iter().map(|(&cell, days)| (count_after_twelfth(days), cell)).collect();
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

    /// The rows outside the true months, how many of them a swap explains, and their days; `None`
    /// if they look honest.
    fn explain_outside_rows(
        &self,
        true_cells: &BTreeSet<YearMonth>,
    ) -> Option<(u64, u64, BTreeSet<u8>)> {
        let (mut rows, mut on_high, mut consistent) = (0, 0, 0);
        let mut seen = BTreeSet::new();
        for (&cell, days) in &self.cells {
            // An export that ends on the fifth leaves a last month with only days 1–5, and the last
            // cases of a period run on into the month after it. Both are honest.
            let honest_end = true_cells.contains(&month_before(cell));
            if true_cells.contains(&cell) || honest_end {
                continue;
            }
            rows += count_to_twelfth(days) + count_after_twelfth(days);
            on_high += count_after_twelfth(days);
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

    /// How many rows should lie on those of the days 1–12 that are no true month; zero unless
    /// almost none do.
    fn count_missing_rows(&self, true_cells: &BTreeSet<YearMonth>) -> f64 {
        let (mut expected, mut found) = (0.0, 0);
        for cell in true_cells {
            let days = &self.cells[cell];
            let days_present = days[12..].iter().filter(|&&count| count > 0).count().max(1);
            let usual = count_after_twelfth(days) as f64 / days_present as f64;
            for day in (1..=12).filter(|&day| !true_cells.contains(&(cell.0, day))) {
                expected += usual;
                found += days[usize::from(day) - 1];
            }
        }
        if found as f64 <= HOLE_FILLED_MAX * expected { expected } else { 0.0 }
    }
}

impl DateSwap {
    fn affects_date(&self, date: CivilDate) -> bool {
        let came_from = self.true_cells.contains(&(date.year, date.day));
        let landed_outside = !self.true_cells.contains(&(date.year, date.month));
        date.day <= 12 && came_from && (landed_outside || self.everywhere)
    }
}

fn suspect_swapped_dates(source: &str, which: usize, swap: DateSwap) -> Suspicion {
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
        explanation: text!(
            "13日至31日只出现在 {true_months}；其余月份的 {rows_outside} 行只有 {days} 日，\
                 恰好等于这些月份的数字，说明日与月读反了",
            "days 13 to 31 occur only in {true_months}; {rows_outside} rows in other months \
                 have only the days {days}, which are the numbers of those months: day and month \
                 were swapped"
        ),
        remedy: text!(
            "在映射中对“日”为 {days} 的行交换日与月，或改正导出的日期格式后重新导入",
            "in the mapping, swap day and month where the day is one of {days}, or mend the \
                 date format of the export, and import again"
        ),
        test: Arc::new(move |rows, row, local| {
            rows.read_moment(which, row).is_some_and(|moment| {
                fits_row(&source, rows.source.get(row))
                    && swap.affects_date(swap.calendar.date_at(moment.at, local))
            })
        }),
    }
}

fn suspect_impossible_moments(which: usize, as_of: i64) -> Suspicion {
    Suspicion {
        kind: ProblemKind::ImpossibleMoment,
        column: MOMENTS[which].to_owned(),
        certainty: Certainty::Certain,
        explanation: text!(
            "时间晚于导入时刻，或早于{YEAR_FIRST}年（常为“未知”的代替值）",
            "moments after the time of the import, or before {YEAR_FIRST}, which stand for \
                 “unknown”"
        ),
        remedy: text!(
            "在映射中把这些值当作缺失，或在源系统改正",
            "let the mapping read these values as missing, or mend them in the source system"
        ),
        test: Arc::new(move |rows, row, _| {
            rows.read_moment(which, row)
                .is_some_and(|moment| is_impossible(which, moment.at, as_of))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APRIL: YearMonth = (2020, 4);

    fn swap(everywhere: bool) -> DateSwap {
        DateSwap {
            calendar: DateOffset::Given,
            true_cells: BTreeSet::from([APRIL, (2020, 5), (2020, 6)]),
            everywhere,
            rows_outside: 0,
            rows_explained: 0,
            days: BTreeSet::new(),
        }
    }

    #[test]
    fn the_month_before_january_is_december() {
        assert_eq!(month_before((2020, 3)), (2020, 2));
        assert_eq!(month_before((2020, 1)), (2019, 12));
    }

    #[test]
    fn a_swap_affects_dates_whose_day_is_a_true_month() {
        let affects = |everywhere, month, day| {
            swap(everywhere).affects_date(CivilDate { year: 2020, month, day })
        };
        assert!(affects(false, 1, 5));
        assert!(!affects(false, 1, 2), "February is no true month");
        assert!(!affects(false, 1, 13), "no swap makes a thirteenth");
        assert!(!affects(false, 4, 5), "inside the true months it may be honest");
        assert!(affects(true, 4, 5));
    }

    #[test]
    fn rows_outside_the_true_months_are_explained_by_a_swap_or_honest() {
        let explained = |day: usize, count, on_high| {
            let mut outside = [0; 31];
            outside[day - 1] = count;
            outside[20] = on_high;
            let counts = DayCounts { cells: BTreeMap::from([((2020, 1), outside)]) };
            counts.explain_outside_rows(&BTreeSet::from([APRIL]))
        };
        assert_eq!(explained(4, 25, 0), Some((25, 25, BTreeSet::from([4]))));
        assert_eq!(explained(4, 25, 10), None, "too many after the twelfth");
        assert_eq!(explained(5, 25, 0), None, "May is no true month");
        assert_eq!(explained(4, 19, 0), None, "too few");
    }
}

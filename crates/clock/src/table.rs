//! Working time as a table: how many working seconds lie before any instant, and which day is due.
//!
//! One entry per day and one per working period, made once when a rule is compiled with its
//! calendar. After that a question costs an index and a few comparisons, however far apart two
//! instants are.

use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::local::{DAY, LocalDays};
use crate::rule::Unmeasurable;

/// The working time of all years of a calendar, in one zone.
pub(crate) struct WorkTable {
    /// The first day tabulated, counted from 1970-01-01.
    first_day: i64,
    /// One entry per day and one more, which begins where the last day ends.
    days: Vec<DayEntry>,
    /// In order; those of a day are found through `DayEntry::periods`.
    periods: Vec<(i64, i64)>,
    /// The working days, counted from 1970-01-01.
    working: Vec<i64>,
    /// The years on both sides of the table, which have no file.
    year_before: i16,
    year_after: i16,
}

#[derive(Debug, Clone, Copy)]
struct DayEntry {
    /// Its first instant.
    start: i64,
    /// Working seconds of the table before it.
    worked: i64,
    /// Index of its first period; the next day's index ends them.
    periods: u32,
    /// Index in `WorkTable::working` of the first working day that is not before it.
    working: u32,
}

impl std::fmt::Debug for WorkTable {
    /// Thousands of days would drown whatever is printed around them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkTable").finish_non_exhaustive()
    }
}

impl WorkTable {
    /// Tabulates a calendar whose years follow one another without a gap.
    pub(crate) fn new(calendar: &Calendar, local: &LocalDays) -> Result<Self, Unmeasurable> {
        let mut years = calendar.known_years();
        let first_year = years.next().ok_or(Unmeasurable::NoCalendar)?;
        let last_year = years.last().unwrap_or(first_year);
        let first = Date::new(first_year, 1, 1).map_err(|_| Unmeasurable::OutOfRange)?;
        let mut table = WorkTable {
            first_day: days_since_1970(first),
            days: Vec::new(),
            periods: Vec::new(),
            working: Vec::new(),
            year_before: first_year - 1,
            year_after: last_year + 1,
        };
        let mut worked = 0;
        for date in first.series(jiff::Span::new().days(1)) {
            table.days.push(table.next_day(local, worked));
            if date.year() > last_year {
                break;
            }
            let day = days_since_1970(date);
            let mut works = false;
            for period in calendar.working_periods(date)? {
                works = true;
                let from = local.instant_of(day, period.from);
                let to = local.instant_of(day, period.to);
                table.periods.push((from, to));
                worked += to - from;
            }
            if works {
                table.working.push(day);
            }
        }
        Ok(table)
    }

    fn next_day(&self, local: &LocalDays, worked: i64) -> DayEntry {
        DayEntry {
            start: local.start_of(self.first_day + self.days.len() as i64),
            worked,
            periods: self.periods.len() as u32,
            working: self.working.len() as u32,
        }
    }

    /// Working seconds from the beginning of the table to an instant.
    pub(crate) fn worked_at(&self, instant: i64) -> Result<i64, Unmeasurable> {
        let index = self.index_at(instant)?;
        let day = self.days[index];
        let end = self.days.get(index + 1).map_or(day.periods, |next| next.periods);
        let mut worked = day.worked;
        for &(from, to) in &self.periods[day.periods as usize..end as usize] {
            if instant <= from {
                break;
            }
            worked += instant.min(to) - from;
        }
        Ok(worked)
    }

    /// The last instant at which not more than `target` working seconds have passed.
    ///
    /// If work stops exactly there, that is the instant at which it begins again: nothing is
    /// counted in between.
    pub(crate) fn last_instant_at(&self, target: i64) -> Result<i64, Unmeasurable> {
        let next = self.days.partition_point(|day| day.worked <= target);
        // Below the first entry lies the year before; at the last one, the year after.
        let Some(index) = next.checked_sub(1) else {
            return Err(missing_year(self.year_before));
        };
        if next == self.days.len() {
            return Err(missing_year(self.year_after));
        }
        let mut left = target - self.days[index].worked;
        let periods = self.days[index].periods as usize..self.days[next].periods as usize;
        for &(from, to) in &self.periods[periods] {
            if left < to - from {
                return Ok(from + left);
            }
            left -= to - from;
        }
        Ok(self.days[next].start)
    }

    /// The `count`-th working day after `day`; for 0, the first that is not before it.
    pub(crate) fn working_day_after(&self, day: i64, count: i64) -> Result<i64, Unmeasurable> {
        let index = day - self.first_day;
        let here = usize::try_from(index).ok().and_then(|i| self.days.get(i));
        let Some(here) = here else {
            return Err(missing_year(if index < 0 { self.year_before } else { self.year_after }));
        };
        let mut first = i64::from(here.working);
        let is_working = self.working.get(first as usize) == Some(&day);
        if count > 0 && !is_working {
            first -= 1;
        }
        let found = usize::try_from(first.saturating_add(count)).ok();
        let found = found.and_then(|index| self.working.get(index));
        found.copied().ok_or(missing_year(self.year_after))
    }

    /// The index of the day that an instant lies in.
    fn index_at(&self, instant: i64) -> Result<usize, Unmeasurable> {
        let last = self.days.len() - 1;
        if instant < self.days[0].start {
            return Err(missing_year(self.year_before));
        }
        if instant > self.days[last].start {
            return Err(missing_year(self.year_after));
        }
        // Offsets shift a day's start by hours at most, so the guess is off by one at most.
        let mut index = ((instant - self.days[0].start) / DAY) as usize;
        index = index.min(last);
        if instant < self.days[index].start {
            index -= 1;
        } else if index < last && instant >= self.days[index + 1].start {
            index += 1;
        }
        Ok(index)
    }
}

fn missing_year(year: i16) -> Unmeasurable {
    Unmeasurable::NoCalendarYear { year }
}

/// Days since 1970-01-01.
pub(crate) fn days_since_1970(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from((date - epoch).get_days())
}

//! Due times: the last instant at which a limit is not passed, and how far a stop lies from it.

use jiff::Span;
use jiff::civil::Date;

use crate::local::{END, FIRST};
use crate::rule::{TimeLimit, Unmeasurable};
use crate::ruler::{OPEN, Pause, Ruler};
use crate::table::WorkTable;

/// Pauses in order, the open ones ending at the moment of asking.
#[derive(Debug, Clone, Copy)]
struct SortedPauses<'a> {
    sorted: &'a [Pause],
    now: i64,
}

impl SortedPauses<'_> {
    /// The pauses that last at all, clipped to the tabulated years.
    fn iter_clipped(&self) -> impl Iterator<Item = Pause> {
        let ends = |&(from, to): &Pause| {
            let to = if to == OPEN { self.now } else { to };
            (from.max(FIRST), to.min(END - 1))
        };
        self.sorted.iter().map(ends).filter(|(from, to)| from < to)
    }
}

/// What a clock shows for one wait, and how that stands against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasuredWait {
    /// Seconds on the clock, pauses taken off.
    pub elapsed: i64,
    /// Seconds left; if negative, seconds late. See [`Ruler::margin_seconds`].
    pub margin: i64,
}

impl MeasuredWait {
    /// Whether the limit was passed.
    pub fn is_late(self) -> bool {
        self.margin < 0
    }
}

impl Ruler {
    /// The last instant at which a stop is still on time.
    ///
    /// An open pause is taken to end at `now`. If work or the clock stops exactly when the limit
    /// is reached, the due time is the instant at which it resumes, since nothing is counted in
    /// between.
    pub fn due_time(
        &self,
        start: i64,
        limit: TimeLimit,
        pauses: &mut [Pause],
        now: i64,
    ) -> Result<i64, Unmeasurable> {
        pauses.sort_unstable();
        let pauses = SortedPauses { sorted: pauses, now };
        let last = match limit {
            TimeLimit::Elapsed { seconds } => {
                return last_instant_showing(self, start, self.seconds_allowed(seconds), pauses);
            }
            TimeLimit::Dates { days } => {
                let day = count_days(self, start, days, pauses)?;
                match &self.table {
                    Some(table) => roll_to_working_day(self, table, day, pauses)?,
                    None => day,
                }
            }
            TimeLimit::WorkingDates { days } => {
                let table = self.table.as_deref().ok_or(Unmeasurable::NoCalendar)?;
                count_working_days(self, table, start, days, pauses)?
            }
            TimeLimit::SameDay { before_hour } => {
                let hour = self.local.second_of_day(start) / 3600;
                let days = i64::from(hour >= i64::from(before_hour));
                count_days(self, start, days, pauses)?
            }
        };
        // 24:00 is the limit itself; the rule says whether that is on time.
        Ok(self.seconds_allowed(self.local.start_of(last + 1)))
    }

    /// An instant written as a due time in the rule's zone: `2020-05-18 17:30`, with seconds only
    /// if they are not zero. Midnight is the end of a day: `2020-05-18 24:00`.
    pub fn due_text(&self, instant: i64) -> Result<String, Unmeasurable> {
        let local = &self.local;
        let ends = local.day_of(instant.saturating_sub(1))?;
        let day = local.day_of(instant)?;
        if day != ends {
            return Ok(format!("{} 24:00", date_of_day(ends)?));
        }
        let second = local.second_of_day(instant);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let date = date_of_day(day)?;
        Ok(match second {
            0 => format!("{date} {hour:02}:{minute:02}"),
            _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        })
    }

    /// Seconds left at `at` before the limit is passed; if negative, seconds late.
    ///
    /// For [`Limit::Elapsed`] these are seconds of this clock. The other limits are civil dates, so
    /// for them they are natural seconds to the due time. The margin is negative exactly when `at`
    /// lies after [`Ruler::due_time`].
    pub fn margin_seconds(
        &self,
        start: i64,
        at: i64,
        limit: TimeLimit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok(self.measure_wait(start, at, limit, pauses)?.margin)
    }

    /// Elapsed time and margin together.
    pub fn measure_wait(
        &self,
        start: i64,
        at: i64,
        limit: TimeLimit,
        pauses: &mut [Pause],
    ) -> Result<MeasuredWait, Unmeasurable> {
        let elapsed = self.elapsed_seconds(start, at, pauses)?;
        let margin = match limit {
            TimeLimit::Elapsed { seconds } => self.seconds_allowed(seconds).saturating_sub(elapsed),
            TimeLimit::Dates { .. }
            | TimeLimit::WorkingDates { .. }
            | TimeLimit::SameDay { .. } => {
                self.due_time(start, limit, pauses, at)?.saturating_sub(at)
            }
        };
        Ok(MeasuredWait { elapsed, margin })
    }

    /// The seconds left before a limit is passed, 0 when it is.
    pub fn remaining_seconds(
        &self,
        start: i64,
        now: i64,
        limit: TimeLimit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok(self.margin_seconds(start, now, limit, pauses)?.max(0))
    }

    /// The seconds past the limit, 0 when it was kept.
    pub fn late_by(
        &self,
        start: i64,
        stop: i64,
        limit: TimeLimit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok((-self.margin_seconds(start, stop, limit, pauses)?).max(0))
    }
}

fn date_of_day(day: i64) -> Result<Date, Unmeasurable> {
    let days = Span::new().try_days(day).map_err(|_| Unmeasurable::OutOfRange)?;
    let date = Date::constant(1970, 1, 1).checked_add(days);
    date.map_err(|_| Unmeasurable::OutOfRange)
}

/// The last instant at which the clock shows at most `allowed` seconds.
fn last_instant_showing(
    ruler: &Ruler,
    start: i64,
    allowed: i64,
    pauses: SortedPauses,
) -> Result<i64, Unmeasurable> {
    if allowed < 0 {
        return Ok(start.saturating_sub(1));
    }
    let mut left = allowed;
    let mut running_from = start;
    for (from, to) in pauses.iter_clipped() {
        if to <= running_from {
            continue;
        }
        if from > running_from {
            // A pause after the due time may lie in a year that the calendar lacks, and need not
            // be read. So the due time without it is tried first.
            let unpaused = last_instant_unpaused(ruler, running_from, left);
            if let Ok(due) = unpaused
                && due < from
            {
                return Ok(due);
            }
            left -= ruler.reading_at(from)? - ruler.reading_at(running_from)?;
        }
        running_from = to;
    }
    last_instant_unpaused(ruler, running_from, left)
}

/// The last instant with at most `left` clock seconds after `from`, with nothing subtracted.
fn last_instant_unpaused(ruler: &Ruler, from: i64, left: i64) -> Result<i64, Unmeasurable> {
    let target = ruler.reading_at(from)?.saturating_add(left);
    match &ruler.table {
        Some(table) if ruler.rule.unit.counts_working_time() => table.last_instant_at(target),
        Some(_) | None => Ok(target),
    }
}

/// The `days`-th natural day after the day of `start`. Days that are wholly paused do not count.
fn count_days(
    ruler: &Ruler,
    start: i64,
    days: i64,
    pauses: SortedPauses,
) -> Result<i64, Unmeasurable> {
    let mut day = ruler.local.day_of(start)?;
    let mut left = days.clamp(0, MOST_DAYS);
    let last_paused = last_paused_day(ruler, pauses)?;
    while left > 0 && day < last_paused {
        day += 1;
        if !is_paused_whole(ruler, day, pauses) {
            left -= 1;
        }
    }
    day += left;
    while is_paused_whole(ruler, day, pauses) {
        day += 1;
    }
    Ok(day)
}

/// The `days`-th working day after the day of `start`. Days whose work is wholly paused do not
/// count.
fn count_working_days(
    ruler: &Ruler,
    table: &WorkTable,
    start: i64,
    days: i64,
    pauses: SortedPauses,
) -> Result<i64, Unmeasurable> {
    let mut day = ruler.local.day_of(start)?;
    let mut left = days.clamp(0, MOST_DAYS);
    let last_paused = last_paused_day(ruler, pauses)?;
    while left > 0 && day < last_paused {
        day = table.working_day_after(day, 1)?;
        if !is_work_paused_whole(ruler, table, day, pauses)? {
            left -= 1;
        }
    }
    day = table.working_day_after(day, left)?;
    while is_work_paused_whole(ruler, table, day, pauses)? {
        day = table.working_day_after(day, 1)?;
    }
    Ok(day)
}

/// The first working day from `day` on that is not wholly paused.
fn roll_to_working_day(
    ruler: &Ruler,
    table: &WorkTable,
    day: i64,
    pauses: SortedPauses,
) -> Result<i64, Unmeasurable> {
    let mut day = table.working_day_after(day, 0)?;
    while is_paused_whole(ruler, day, pauses) {
        day = table.working_day_after(day, 1)?;
    }
    Ok(day)
}

/// Two centuries have fewer days, so a longer limit leaves every calendar anyway.
const MOST_DAYS: i64 = 100_000;

/// The last day that a pause touches, or a day long past if there is none.
fn last_paused_day(ruler: &Ruler, pauses: SortedPauses) -> Result<i64, Unmeasurable> {
    match pauses.iter_clipped().map(|(_, to)| to).max() {
        Some(to) => ruler.local.day_of(to),
        None => Ok(i64::MIN),
    }
}

/// Whether pauses cover every second of a local day.
fn is_paused_whole(ruler: &Ruler, day: i64, pauses: SortedPauses) -> bool {
    if pauses.sorted.is_empty() {
        return false;
    }
    let (start, end) = (ruler.local.start_of(day), ruler.local.start_of(day + 1));
    let mut covered_to = start;
    for (from, to) in pauses.iter_clipped() {
        if from > covered_to {
            break;
        }
        covered_to = covered_to.max(to);
    }
    covered_to >= end
}

/// Whether pauses cover every working second of a working day.
fn is_work_paused_whole(
    ruler: &Ruler,
    table: &WorkTable,
    day: i64,
    pauses: SortedPauses,
) -> Result<bool, Unmeasurable> {
    if pauses.sorted.is_empty() {
        return Ok(false);
    }
    let (start, end) = (ruler.local.start_of(day), ruler.local.start_of(day + 1));
    let mut free = table.worked_at(end)? - table.worked_at(start)?;
    let mut seen = start;
    for (from, to) in pauses.iter_clipped() {
        let (from, to) = (from.max(seen), to.min(end));
        if from < to {
            free -= table.worked_at(to)? - table.worked_at(from)?;
            seen = to;
        }
    }
    Ok(free <= 0)
}

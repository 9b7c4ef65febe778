//! Due times: the last instant at which a limit is not passed.

use jiff::Span;
use jiff::civil::Date;

use crate::local::{END, FIRST};
use crate::rule::{Limit, Unmeasurable};
use crate::ruler::{OPEN, Pause, Ruler};
use crate::table::WorkTable;

/// Pauses in order, the open ones ending at the moment of asking.
#[derive(Debug, Clone, Copy)]
struct Pauses<'a> {
    sorted: &'a [Pause],
    now: i64,
}

impl Pauses<'_> {
    /// Those that last at all, as far as they lie in the years that are tabulated.
    fn iter(&self) -> impl Iterator<Item = Pause> {
        let ends = |&(from, to): &Pause| {
            let to = if to == OPEN { self.now } else { to };
            (from.max(FIRST), to.min(END - 1))
        };
        self.sorted.iter().map(ends).filter(|(from, to)| from < to)
    }
}

/// The last instant on time. Sorts the pauses; an open one ends at `now`.
pub(crate) fn due(
    ruler: &Ruler,
    start: i64,
    limit: Limit,
    pauses: &mut [Pause],
    now: i64,
) -> Result<i64, Unmeasurable> {
    pauses.sort_unstable();
    let pauses = Pauses { sorted: pauses, now };
    let last = match limit {
        Limit::Elapsed { seconds } => {
            return clock_shows(ruler, start, ruler.allowed(seconds), pauses);
        }
        Limit::Dates { days } => {
            let day = count_days(ruler, start, days, pauses)?;
            match &ruler.table {
                Some(table) => roll(ruler, table, day, pauses)?,
                None => day,
            }
        }
        Limit::WorkingDates { days } => {
            let table = ruler.table.as_deref().ok_or(Unmeasurable::NoCalendar)?;
            count_working_days(ruler, table, start, days, pauses)?
        }
        Limit::SameDay { before_hour } => {
            let hour = ruler.local.second_of_day(start) / 3600;
            let days = i64::from(hour >= i64::from(before_hour));
            count_days(ruler, start, days, pauses)?
        }
    };
    // 24:00 is the limit itself, so whether it is on time is for the rule to say.
    Ok(ruler.allowed(ruler.local.start_of(last + 1)))
}

/// An instant with its local date; midnight belongs to the day that it ends.
pub(crate) fn text(ruler: &Ruler, instant: i64) -> Result<String, Unmeasurable> {
    let local = &ruler.local;
    let ends = local.day_of(instant.saturating_sub(1))?;
    let day = local.day_of(instant)?;
    if day != ends {
        return Ok(format!("{} 24:00", date(ends)?));
    }
    let second = local.second_of_day(instant);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let date = date(day)?;
    Ok(match second {
        0 => format!("{date} {hour:02}:{minute:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    })
}

fn date(day: i64) -> Result<Date, Unmeasurable> {
    let days = Span::new().try_days(day).map_err(|_| Unmeasurable::OutOfRange)?;
    let date = Date::constant(1970, 1, 1).checked_add(days);
    date.map_err(|_| Unmeasurable::OutOfRange)
}

/// The last instant at which the clock shows at most `allowed` seconds.
fn clock_shows(
    ruler: &Ruler,
    start: i64,
    allowed: i64,
    pauses: Pauses,
) -> Result<i64, Unmeasurable> {
    if allowed < 0 {
        return Ok(start.saturating_sub(1));
    }
    let mut left = allowed;
    let mut running_from = start;
    for (from, to) in pauses.iter() {
        if to <= running_from {
            continue;
        }
        if from > running_from {
            // A pause beyond the due time may lie in a year that the calendar has not, and need
            // not be read for it; so the due time without it is tried first.
            let unpaused = last_instant(ruler, running_from, left);
            if let Ok(due) = unpaused
                && due < from
            {
                return Ok(due);
            }
            left -= ruler.reading(from)? - ruler.reading(running_from)?;
        }
        running_from = to;
    }
    last_instant(ruler, running_from, left)
}

/// The last instant with at most `left` clock seconds after `from`, with nothing subtracted.
fn last_instant(ruler: &Ruler, from: i64, left: i64) -> Result<i64, Unmeasurable> {
    let target = ruler.reading(from)?.saturating_add(left);
    match &ruler.table {
        Some(table) if ruler.rule.unit.counts_working_time() => table.last_instant_at(target),
        Some(_) | None => Ok(target),
    }
}

/// The `days`-th natural day after that of `start`. Days that pauses cover whole do not count.
fn count_days(ruler: &Ruler, start: i64, days: i64, pauses: Pauses) -> Result<i64, Unmeasurable> {
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

/// The `days`-th working day after that of `start`. Days whose work pauses cover do not count.
fn count_working_days(
    ruler: &Ruler,
    table: &WorkTable,
    start: i64,
    days: i64,
    pauses: Pauses,
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
fn roll(ruler: &Ruler, table: &WorkTable, day: i64, pauses: Pauses) -> Result<i64, Unmeasurable> {
    let mut day = table.working_day_after(day, 0)?;
    while is_paused_whole(ruler, day, pauses) {
        day = table.working_day_after(day, 1)?;
    }
    Ok(day)
}

/// A limit of more days than two centuries have leads out of the calendar anyway.
const MOST_DAYS: i64 = 100_000;

/// The last day that a pause touches, or a day long past if there is none.
fn last_paused_day(ruler: &Ruler, pauses: Pauses) -> Result<i64, Unmeasurable> {
    match pauses.iter().map(|(_, to)| to).max() {
        Some(to) => ruler.local.day_of(to),
        None => Ok(i64::MIN),
    }
}

/// Whether no second of a local day is free of pauses, which come sorted.
fn is_paused_whole(ruler: &Ruler, day: i64, pauses: Pauses) -> bool {
    if pauses.sorted.is_empty() {
        return false;
    }
    let (start, end) = (ruler.local.start_of(day), ruler.local.start_of(day + 1));
    let mut covered_to = start;
    for (from, to) in pauses.iter() {
        if from > covered_to {
            break;
        }
        covered_to = covered_to.max(to);
    }
    covered_to >= end
}

/// Whether no working second of a working day is free of pauses, which come sorted.
fn is_work_paused_whole(
    ruler: &Ruler,
    table: &WorkTable,
    day: i64,
    pauses: Pauses,
) -> Result<bool, Unmeasurable> {
    if pauses.sorted.is_empty() {
        return Ok(false);
    }
    let (start, end) = (ruler.local.start_of(day), ruler.local.start_of(day + 1));
    let mut free = table.worked_at(end)? - table.worked_at(start)?;
    let mut seen = start;
    for (from, to) in pauses.iter() {
        let (from, to) = (from.max(seen), to.min(end));
        if from < to {
            free -= table.worked_at(to)? - table.worked_at(from)?;
            seen = to;
        }
    }
    Ok(free <= 0)
}

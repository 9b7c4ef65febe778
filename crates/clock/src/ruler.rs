//! A rule that has met its calendar, and what it measures.
//!
//! Everything follows from one function: what the clock of the whole world would show at an
//! instant, in this unit. Elapsed time is its difference between two instants, less what it gained
//! inside the pauses. A due time is the last instant at which a limit is not passed, so that a stop
//! is late exactly when it lies after the due time, and remaining time and lateness are one signed
//! number, the margin. Nothing here is stored and patched later.

use std::sync::Arc;

use thiserror::Error;

use crate::calendar::Calendar;
use crate::due;
use crate::local::{DAY, LocalDays, in_range};
use crate::rule::{Limit, Rule, Unit, Unmeasurable};
use crate::table::WorkTable;

/// The end of a pause that has none yet. It then runs to the stop, or to the moment of asking.
pub const OPEN: i64 = i64::MAX;

/// A stretch of time from the first instant to the second; the second may be [`OPEN`]. A pause
/// that ends before it begins is worth nothing.
pub type Pause = (i64, i64);

/// A rule compiled with its calendar. Cheap to clone and to share between threads.
#[derive(Debug, Clone)]
pub struct Ruler {
    pub(crate) rule: Arc<Rule>,
    pub(crate) local: Arc<LocalDays>,
    /// There whenever the rule names a calendar.
    pub(crate) table: Option<Arc<WorkTable>>,
    /// Seconds that one printed unit has.
    unit_seconds: i64,
}

/// Why a rule cannot measure anything.
#[derive(Debug, Clone, PartialEq, Eq, Error, trueline_language::Explain)]
pub enum RulerError {
    #[error("no such time zone: {0}")]
    #[zh("没有此时区：{0}")]
    UnknownZone(String),
    #[error("no such calendar: {name}; there are {known}")]
    #[zh("没有此日历：{name}；现有 {known}")]
    UnknownCalendar { name: String, known: String },
    #[error("working time needs a calendar")]
    #[zh("工作时间需要日历")]
    NeedsCalendar,
    #[error("calendar {name} has no file for {year}, but for years on both sides of it")]
    #[zh("日历 {name} 缺少 {year} 年的文件，而其前后年份都有")]
    Gap { name: String, year: i16 },
    #[error("calendar {name} has no year at all")]
    #[zh("日历 {name} 没有任何年份")]
    Empty { name: String },
}

/// What a clock shows of one stretch, and where it stands against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Seconds on the clock, pauses taken off.
    pub elapsed: i64,
    /// Seconds left; negative: late by so many. See [`Ruler::margin`].
    pub margin: i64,
}

impl Measured {
    /// Whether the limit was passed.
    pub fn is_late(self) -> bool {
        self.margin < 0
    }
}

impl Ruler {
    /// Compiles a rule with the calendar it names.
    pub fn new(rule: &Rule, calendars: &[Calendar]) -> Result<Self, RulerError> {
        let local = LocalDays::of_zone(&rule.zone)
            .ok_or_else(|| RulerError::UnknownZone(rule.zone.clone()))?;
        let calendar = match &rule.calendar {
            None if rule.unit.counts_working_time() => return Err(RulerError::NeedsCalendar),
            None => None,
            Some(name) => Some(find(calendars, name)?),
        };
        let table = calendar.map(|c| tabulate(c, &local)).transpose()?;
        let unit_seconds = match (rule.unit, calendar) {
            (Unit::WorkingDays, Some(calendar)) => calendar.day_seconds(),
            (Unit::WorkingDays, None) => return Err(RulerError::NeedsCalendar),
            (Unit::NaturalDays, _) => DAY,
            (Unit::NaturalHours | Unit::WorkingHours, _) => 3600,
        };
        Ok(Ruler {
            rule: Arc::new(rule.clone()),
            local: Arc::new(local),
            table: table.map(Arc::new),
            unit_seconds,
        })
    }

    /// The rule as it was given.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// How many seconds of this clock make one hour or one day of the rule's unit.
    pub fn unit_seconds(&self) -> i64 {
        self.unit_seconds
    }

    /// What a clock that never stops shows at an instant: only differences mean anything.
    ///
    /// Natural units show the instant itself; working units the working seconds before it.
    pub fn reading(&self, instant: i64) -> Result<i64, Unmeasurable> {
        match &self.table {
            Some(table) if self.rule.unit.counts_working_time() => table.worked_at(instant),
            Some(_) | None => in_range(instant),
        }
    }

    /// Seconds on the clock between two instants, less what lies in the pauses.
    ///
    /// Pauses may come in any order (they are sorted in place), overlap (counted once), begin
    /// before the start or end after the stop (clipped). Allocates nothing.
    pub fn elapsed(
        &self,
        start: i64,
        stop: i64,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        if stop < start {
            let seconds = start.saturating_sub(stop);
            return Err(Unmeasurable::StopBeforeStart { seconds });
        }
        let mut elapsed = self.reading(stop)? - self.reading(start)?;
        if pauses.len() > 1 {
            pauses.sort_unstable();
        }
        let mut seen = start;
        for &mut (from, to) in pauses {
            elapsed -= self.worth(from, to, stop, &mut seen)?;
        }
        Ok(elapsed)
    }

    /// What each pause takes off the clock, given to `each` with the pause's own mark.
    ///
    /// Where pauses overlap, the one that begins first gets the time (then the one that ends
    /// first, then the lower mark). The parts add up to what [`Ruler::elapsed`] subtracts.
    pub fn each_pause(
        &self,
        start: i64,
        stop: i64,
        pauses: &mut [(i64, i64, u32)],
        mut each: impl FnMut(u32, i64),
    ) -> Result<(), Unmeasurable> {
        if stop < start {
            let seconds = start.saturating_sub(stop);
            return Err(Unmeasurable::StopBeforeStart { seconds });
        }
        pauses.sort_unstable();
        let mut seen = start;
        for &mut (from, to, mark) in pauses {
            each(mark, self.worth(from, to, stop, &mut seen)?);
        }
        Ok(())
    }

    /// Clock seconds of a pause that no earlier pause has taken, and moves `seen` past it.
    fn worth(&self, from: i64, to: i64, stop: i64, seen: &mut i64) -> Result<i64, Unmeasurable> {
        let from = from.max(*seen);
        let to = to.min(stop);
        if to <= from {
            return Ok(0);
        }
        *seen = to;
        Ok(self.reading(to)? - self.reading(from)?)
    }

    /// The last instant at which a stop is still on time.
    ///
    /// An open pause runs to `now`: the answer holds if the clock runs again from then on. Where
    /// work or the clock stands still exactly when the limit is reached, the due time is the
    /// instant at which it goes on, since nothing is counted before.
    pub fn due(
        &self,
        start: i64,
        limit: Limit,
        pauses: &mut [Pause],
        now: i64,
    ) -> Result<i64, Unmeasurable> {
        due::due(self, start, limit, pauses, now)
    }

    /// An instant as the rule's zone writes a due time: `2020-05-18 17:30`, with seconds if there
    /// are any, and midnight as the end of a day, `2020-05-18 24:00`.
    pub fn due_text(&self, instant: i64) -> Result<String, Unmeasurable> {
        due::text(self, instant)
    }

    /// Seconds left at `at` before the limit is passed; negative: late by so many.
    ///
    /// For [`Limit::Elapsed`] these are seconds of this clock. A date is civil time, so for the
    /// other limits they are natural seconds to the due time. It is negative exactly when `at`
    /// lies after [`Ruler::due`].
    pub fn margin(
        &self,
        start: i64,
        at: i64,
        limit: Limit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok(self.measure(start, at, limit, pauses)?.margin)
    }

    /// Elapsed time and margin in one go.
    pub fn measure(
        &self,
        start: i64,
        at: i64,
        limit: Limit,
        pauses: &mut [Pause],
    ) -> Result<Measured, Unmeasurable> {
        let elapsed = self.elapsed(start, at, pauses)?;
        let margin = match limit {
            Limit::Elapsed { seconds } => self.allowed(seconds).saturating_sub(elapsed),
            Limit::Dates { .. } | Limit::WorkingDates { .. } | Limit::SameDay { .. } => {
                self.due(start, limit, pauses, at)?.saturating_sub(at)
            }
        };
        Ok(Measured { elapsed, margin })
    }

    /// The seconds left before a limit is passed, 0 when it is.
    pub fn remaining(
        &self,
        start: i64,
        now: i64,
        limit: Limit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok(self.margin(start, now, limit, pauses)?.max(0))
    }

    /// The seconds past the limit, 0 when it was kept.
    pub fn late_by(
        &self,
        start: i64,
        stop: i64,
        limit: Limit,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        Ok((-self.margin(start, stop, limit, pauses)?).max(0))
    }

    /// The most seconds that are still on time.
    pub(crate) fn allowed(&self, seconds: i64) -> i64 {
        if self.rule.limit_is_on_time { seconds } else { seconds.saturating_sub(1) }
    }
}

fn find<'a>(calendars: &'a [Calendar], name: &str) -> Result<&'a Calendar, RulerError> {
    let found = calendars.iter().find(|calendar| calendar.name() == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = calendars.iter().map(Calendar::name).collect();
        RulerError::UnknownCalendar { name: name.to_owned(), known: known.join(", ") }
    })
}

fn tabulate(calendar: &Calendar, local: &LocalDays) -> Result<WorkTable, RulerError> {
    let name = || calendar.name().to_owned();
    WorkTable::new(calendar, local).map_err(|why| match why {
        Unmeasurable::NoCalendarYear { year } => RulerError::Gap { name: name(), year },
        Unmeasurable::NoCalendar
        | Unmeasurable::OutOfRange
        | Unmeasurable::StopBeforeStart { .. } => RulerError::Empty { name: name() },
    })
}

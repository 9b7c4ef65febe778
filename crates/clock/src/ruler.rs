//! A rule compiled with its calendar, and the time that it measures.
//!
//! Everything follows from one function: what a clock that never stops shows at an instant, in this
//! unit. Elapsed time is its difference between two instants, less what it gained inside the
//! pauses.
//! A due time is the last instant at which a limit is not passed, so a stop is late exactly when it
//! lies after the due time; remaining time and lateness are one signed number, the margin. Both are
//! in `due.rs`. Nothing is stored and patched later.

use std::sync::Arc;

use thiserror::Error;

use crate::calendar::Calendar;
use crate::local::{DAY, LocalDays, in_range};
use crate::rule::{ClockRule, Unit, Unmeasurable};
use crate::table::WorkTable;

/// The end of a pause that has none yet. It then runs to the stop, or to the moment of asking.
pub const OPEN: i64 = i64::MAX;

/// A span of time from the first instant to the second; the second may be [`OPEN`]. A pause that
/// ends before it begins takes nothing off.
pub type Pause = (i64, i64);

/// A rule compiled with its calendar. Cheap to clone and to share between threads.
#[derive(Debug, Clone)]
pub struct Ruler {
    pub(crate) rule: Arc<ClockRule>,
    pub(crate) local: Arc<LocalDays>,
    /// Present whenever the rule names a calendar.
    pub(crate) table: Option<Arc<WorkTable>>,
    /// Seconds in one printed unit.
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

impl Ruler {
    /// Compiles a rule with the calendar it names.
    pub fn new(rule: &ClockRule, calendars: &[Calendar]) -> Result<Self, RulerError> {
        let local = LocalDays::of_zone(&rule.zone)
            .ok_or_else(|| RulerError::UnknownZone(rule.zone.clone()))?;
        let calendar = match &rule.calendar {
            None if rule.unit.counts_working_time() => return Err(RulerError::NeedsCalendar),
            None => None,
            Some(name) => Some(find_calendar(calendars, name)?),
        };
        let table = calendar.map(|c| tabulate_calendar(c, &local)).transpose()?;
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
    pub fn rule(&self) -> &ClockRule {
        &self.rule
    }

    /// How many seconds of this clock make one hour or one day of the rule's unit.
    pub fn unit_seconds(&self) -> i64 {
        self.unit_seconds
    }

    /// What a clock that never stops shows at an instant: only differences mean anything.
    ///
    /// Natural units show the instant itself; working units the working seconds before it.
    pub fn reading_at(&self, instant: i64) -> Result<i64, Unmeasurable> {
        match &self.table {
            Some(table) if self.rule.unit.counts_working_time() => table.worked_at(instant),
            Some(_) | None => in_range(instant),
        }
    }

    /// Seconds on the clock between two instants, less what lies in the pauses.
    ///
    /// Pauses may come in any order (they are sorted in place), overlap (counted once), begin
    /// before the start or end after the stop (clipped). Allocates nothing.
    pub fn elapsed_seconds(
        &self,
        start: i64,
        stop: i64,
        pauses: &mut [Pause],
    ) -> Result<i64, Unmeasurable> {
        if stop < start {
            let seconds = start.saturating_sub(stop);
            return Err(Unmeasurable::StopBeforeStart { seconds });
        }
        let mut elapsed = self.reading_at(stop)? - self.reading_at(start)?;
        if pauses.len() > 1 {
            pauses.sort_unstable();
        }
        let mut seen = start;
        for &mut (from, to) in pauses {
            elapsed -= self.take_pause(from, to, stop, &mut seen)?;
        }
        Ok(elapsed)
    }

    /// Calls `each` with the mark of every pause and the seconds that it takes off the clock.
    ///
    /// Where pauses overlap, the one that begins first gets the time (then the one that ends
    /// first, then the lower mark). The parts add up to what [`Ruler::elapsed_seconds`] subtracts.
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
            each(mark, self.take_pause(from, to, stop, &mut seen)?);
        }
        Ok(())
    }

    /// The clock seconds of a pause that no earlier pause has taken. Moves `seen` past them.
    fn take_pause(
        &self,
        from: i64,
        to: i64,
        stop: i64,
        seen: &mut i64,
    ) -> Result<i64, Unmeasurable> {
        let from = from.max(*seen);
        let to = to.min(stop);
        if to <= from {
            return Ok(0);
        }
        *seen = to;
        Ok(self.reading_at(to)? - self.reading_at(from)?)
    }

    /// The most seconds that are still on time.
    pub(crate) fn seconds_allowed(&self, seconds: i64) -> i64 {
        if self.rule.limit_is_on_time { seconds } else { seconds.saturating_sub(1) }
    }
}

fn find_calendar<'a>(calendars: &'a [Calendar], name: &str) -> Result<&'a Calendar, RulerError> {
    let found = calendars.iter().find(|calendar| calendar.name() == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = calendars.iter().map(Calendar::name).collect();
        RulerError::UnknownCalendar { name: name.to_owned(), known: known.join(", ") }
    })
}

fn tabulate_calendar(calendar: &Calendar, local: &LocalDays) -> Result<WorkTable, RulerError> {
    let name = || calendar.name().to_owned();
    WorkTable::new(calendar, local).map_err(|why| match why {
        Unmeasurable::NoCalendarYear { year } => RulerError::Gap { name: name(), year },
        Unmeasurable::NoCalendar
        | Unmeasurable::OutOfRange
        | Unmeasurable::StopBeforeStart { .. } => RulerError::Empty { name: name() },
    })
}

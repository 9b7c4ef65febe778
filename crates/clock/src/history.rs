//! One history under several limits: what its clock shows, and which due time counts.
//!
//! A history is what happened, in moments and intervals; it holds no deadline. Limits come from
//! outside and may change while the clock runs: the due time is computed again from the start, so
//! nothing that was waited or paused is lost. Several limits run side by side, each on its own
//! clock; the earliest due time counts.
//!
//! Reopening keeps the original start. The last stop counts, and everything between counts too,
//! unless the clock subtracts the kind of interval that lies between a stop that did not hold and
//! the reopening.

use std::sync::Arc;

use crate::rule::{Limit, Unmeasurable};
use crate::ruler::{OPEN, Pause, Ruler};

/// What happened to one thing that somebody waits for.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// The first start, whatever was reopened later.
    pub start: i64,
    /// The last stop; `None` while it is open, also after a reopening.
    pub stop: Option<i64>,
    /// In any order; they may overlap.
    pub intervals: &'a [Interval<'a>],
}

/// A stretch inside a history. What it is worth is for a clock to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval<'a> {
    pub kind: &'a str,
    pub from: i64,
    /// `None` while it lasts.
    pub to: Option<i64>,
}

/// A way to count: a rule, and the kinds of interval that stop it.
#[derive(Debug, Clone)]
pub struct Clock {
    pub ruler: Ruler,
    /// Intervals of these kinds are taken off; all others are not.
    pub subtract: Vec<Arc<str>>,
}

/// A limit of somebody, for a time.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Who set it.
    pub by: Arc<str>,
    pub clock: Clock,
    pub limit: Limit,
    /// In force from this instant on.
    pub from: i64,
    /// No longer in force at this instant; [`OPEN`] if there is no end.
    pub until: i64,
    pub applies: Applies,
}

/// Which clocks a limit rules that comes into force, or leaves it, while they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// Those that start while it is in force; they keep it to their end.
    ToStarts,
    /// Those that are stopped or looked at while it is in force, whenever they started.
    ToReadings,
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Seconds on the clock.
    pub elapsed: i64,
    /// Seconds that the same clock would show more if nothing were taken off.
    pub subtracted: i64,
    pub state: State,
    /// The limit that is due first; `None` if none applies.
    pub due: Option<Due>,
}

/// The due time that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last instant on time.
    pub at: i64,
    /// Seconds left on its clock; negative: late by so many. See [`Ruler::margin`].
    pub margin: i64,
    /// Its place in the list of bounds.
    pub bound: usize,
}

/// Whether a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Running,
    /// An interval that it subtracts is going on.
    Paused,
    Stopped,
}

impl Clock {
    /// Reads a history at `now`, or at its stop, against the limits that apply to it.
    ///
    /// `now` before the start is the same mistake as a stop before it.
    pub fn read(
        &self,
        history: &History,
        bounds: &[Bound],
        now: i64,
    ) -> Result<Shown, Unmeasurable> {
        let at = history.stop.unwrap_or(now);
        let mut pauses = self.pauses(history);
        let elapsed = self.ruler.elapsed(history.start, at, &mut pauses)?;
        let unpaused = self.ruler.elapsed(history.start, at, &mut [])?;
        let stands = pauses.iter().any(|&(from, to)| from <= now && now < to);
        let state = match history.stop {
            Some(_) => State::Stopped,
            None if stands => State::Paused,
            None => State::Running,
        };
        Ok(Shown {
            elapsed,
            subtracted: unpaused - elapsed,
            state,
            due: first_due(history, bounds, at)?,
        })
    }

    /// The intervals of a history that stop this clock.
    pub fn pauses(&self, history: &History) -> Vec<Pause> {
        let stops = |interval: &&Interval| self.subtract.iter().any(|k| **k == *interval.kind);
        let intervals = history.intervals.iter().filter(stops);
        intervals.map(|i| (i.from, i.to.unwrap_or(OPEN))).collect()
    }
}

impl Bound {
    /// Whether it rules a clock that started at `start` and is judged at `at`.
    pub fn applies_to(&self, start: i64, at: i64) -> bool {
        let instant = match self.applies {
            Applies::ToStarts => start,
            Applies::ToReadings => at,
        };
        self.from <= instant && instant < self.until
    }
}

/// The earliest due time of the bounds that apply to a history judged at `at`.
fn first_due(history: &History, bounds: &[Bound], at: i64) -> Result<Option<Due>, Unmeasurable> {
    let mut first: Option<Due> = None;
    for (index, bound) in bounds.iter().enumerate() {
        if !bound.applies_to(history.start, at) {
            continue;
        }
        let ruler = &bound.clock.ruler;
        let mut pauses = bound.clock.pauses(history);
        let due = Due {
            at: ruler.due(history.start, bound.limit, &mut pauses, at)?,
            margin: ruler.margin(history.start, at, bound.limit, &mut pauses)?,
            bound: index,
        };
        if first.is_none_or(|first| due.at < first.at) {
            first = Some(due);
        }
    }
    Ok(first)
}

//! One history under several limits: what its clock shows, and which due time counts.
//!
//! A history is what happened, in moments and intervals; it holds no deadline. Limits come from
//! outside and may change while the clock runs. The due time is then computed again from the start,
//! so no waiting or paused time is lost. Several limits run side by side, each on its own
//! clock; the earliest due time counts.
//!
//! Reopening keeps the original start. The last stop counts, and everything between counts too,
//! unless the clock subtracts the kind of interval that lies between a stop that did not hold and
//! the reopening.

use std::sync::Arc;

use crate::rule::{TimeLimit, Unmeasurable};
use crate::ruler::{OPEN, Pause, Ruler};

/// What happened to one thing that somebody waits for.
#[derive(Debug, Clone, Copy)]
pub struct WaitHistory<'a> {
    /// The first start, whatever was reopened later.
    pub start: i64,
    /// The last stop; `None` while it is open, also after a reopening.
    pub stop: Option<i64>,
    /// In any order; they may overlap.
    pub intervals: &'a [WaitInterval<'a>],
}

/// A span within a history. Each clock decides whether to subtract it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitInterval<'a> {
    pub kind: &'a str,
    pub from: i64,
    /// `None` while it lasts.
    pub to: Option<i64>,
}

/// A way to count: a rule, and the kinds of interval that stop it.
#[derive(Debug, Clone)]
pub struct StoppableClock {
    pub ruler: Ruler,
    /// Intervals of these kinds are taken off; all others are not.
    pub subtract: Vec<Arc<str>>,
}

/// A limit that somebody set, and when it is in force.
#[derive(Debug, Clone)]
pub struct LimitInForce {
    /// Who set it.
    pub by: Arc<str>,
    pub clock: StoppableClock,
    pub limit: TimeLimit,
    /// In force from this instant on.
    pub from: i64,
    /// No longer in force at this instant; [`OPEN`] if there is no end.
    pub until: i64,
    pub applies: GovernedClocks,
}

/// Which clocks a limit governs if it comes into force, or ends, while they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GovernedClocks {
    /// Those that start while it is in force; they keep it to their end.
    ToStarts,
    /// Those that are stopped or read while it is in force, whenever they started.
    ToReadings,
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// Seconds on the clock.
    pub elapsed: i64,
    /// How many more seconds the clock would show if nothing were subtracted.
    pub subtracted: i64,
    pub state: ClockState,
    /// The limit that is due first; `None` if none applies.
    pub due: Option<EarliestDue>,
}

/// The due time that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarliestDue {
    /// The last instant on time.
    pub at: i64,
    /// Seconds left on its clock; if negative, seconds late. See [`Ruler::margin_seconds`].
    pub margin: i64,
    /// The index of its limit in the list.
    pub bound: usize,
}

/// Whether a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    Running,
    /// An interval that it subtracts is in progress.
    Paused,
    Stopped,
}

impl StoppableClock {
    /// Reads a history at `now`, or at its stop, against the limits that apply to it.
    ///
    /// A `now` before the start is an error, as a stop before it is.
    pub fn read_history(
        &self,
        history: &WaitHistory,
        limits: &[LimitInForce],
        now: i64,
    ) -> Result<ClockReading, Unmeasurable> {
        let at = history.stop.unwrap_or(now);
        let mut pauses = self.select_pauses(history);
        let elapsed = self.ruler.elapsed_seconds(history.start, at, &mut pauses)?;
        let unpaused = self.ruler.elapsed_seconds(history.start, at, &mut [])?;
        let is_paused = pauses.iter().any(|&(from, to)| from <= now && now < to);
        let state = match history.stop {
            Some(_) => ClockState::Stopped,
            None if is_paused => ClockState::Paused,
            None => ClockState::Running,
        };
        Ok(ClockReading {
            elapsed,
            subtracted: unpaused - elapsed,
            state,
            due: find_earliest_due(history, limits, at)?,
        })
    }

    /// The intervals of a history that stop this clock.
    pub fn select_pauses(&self, history: &WaitHistory) -> Vec<Pause> {
        let stops = |interval: &&WaitInterval| self.subtract.iter().any(|k| **k == *interval.kind);
        let intervals = history.intervals.iter().filter(stops);
        intervals.map(|i| (i.from, i.to.unwrap_or(OPEN))).collect()
    }
}

impl LimitInForce {
    /// Whether it governs a clock that started at `start` and is read at `at`.
    pub fn applies_to(&self, start: i64, at: i64) -> bool {
        let instant = match self.applies {
            GovernedClocks::ToStarts => start,
            GovernedClocks::ToReadings => at,
        };
        self.from <= instant && instant < self.until
    }
}

/// The earliest due time under the limits that govern a history read at `at`.
fn find_earliest_due(
    history: &WaitHistory,
    limits: &[LimitInForce],
    at: i64,
) -> Result<Option<EarliestDue>, Unmeasurable> {
    let mut first: Option<EarliestDue> = None;
    for (index, bound) in limits.iter().enumerate() {
        if !bound.applies_to(history.start, at) {
            continue;
        }
        let ruler = &bound.clock.ruler;
        let mut pauses = bound.clock.select_pauses(history);
        let due = EarliestDue {
            at: ruler.due_time(history.start, bound.limit, &mut pauses, at)?,
            margin: ruler.margin_seconds(history.start, at, bound.limit, &mut pauses)?,
            bound: index,
        };
        if first.is_none_or(|first| due.at < first.at) {
            first = Some(due);
        }
    }
    Ok(first)
}

//! Calendars and stoppable clocks: how long something waited, and by when it was due.
//!
//! A clock is a pure function of its history (moments and intervals), a calendar version and a
//! rule. It stores no derived deadline, so it cannot drift and can always be replayed.
//!
//! To ask about many rows, compile a [`Rule`] into a [`Ruler`]. To read one history under several
//! limits, use [`StoppableClock::read_history`]. `docs/clocks.md` has worked examples.

mod calendar;
mod calendar_file;
mod due;
pub mod embedded;
mod fuzz;
mod history;
mod local;
mod rule;
mod ruler;
mod table;

pub use calendar::{Calendar, DayKind, NamedDay, Notice, Provenance, WorkPeriod};
pub use calendar_file::{CalendarError, CalendarProblem};
pub use due::MeasuredWait;
pub use fuzz::fuzz_calendar_files;
pub use history::{
    ClockReading, ClockState, EarliestDue, GovernedClocks, LimitInForce, StoppableClock,
    WaitHistory, WaitInterval,
};
pub use local::zone_rules_version;
pub use rule::{ClockRule, TimeLimit, Unit, Unmeasurable};
pub use ruler::{OPEN, Pause, Ruler, RulerError};

//! Calendars and stoppable clocks: how long something waited, and by when it was due.
//!
//! A clock is a pure function of its history (moments and intervals), a calendar version and a
//! rule. It stores no derived deadline, so it cannot drift and can always be replayed.
//!
//! For one question after another about many rows: compile a [`Rule`] into a [`Ruler`] and ask it.
//! For one history under several limits: [`Clock::read`]. `docs/clocks.md` has worked examples.

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

pub use calendar::{Calendar, DayKind, NamedDay, Notice, Period, Provenance};
pub use calendar_file::{CalendarError, Problem};
pub use fuzz::fuzz;
pub use history::{Applies, Bound, Clock, Due, History, Interval, Shown, State};
pub use local::zone_rules_version;
pub use rule::{Limit, Rule, Unit, Unmeasurable};
pub use ruler::{Measured, OPEN, Pause, Ruler, RulerError};

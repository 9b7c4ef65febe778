//! Calendars and stoppable clocks: how long something waited, and by when it was due.
//!
//! A clock is a pure function of its history (moments and intervals), a calendar version and a rule.
//! It stores no derived deadline, so it cannot drift and can always be replayed.

mod rule;

pub use rule::{Limit, Rule, Unit};

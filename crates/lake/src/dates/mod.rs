//! Dates and times in text, as sources write them.
//!
//! A format is written with the letters of strftime. Without one, everything that starts with a
//! four-digit year is understood; whether `3/4/2020` is in March or in April must be said, for a
//! guess that fits most rows silently spoils the rest.

mod any;
mod day_number;
mod fields;
mod format;
mod model;
#[cfg(test)]
mod tests;
mod zone;

pub(crate) use any::{needs_day_order, read_any};
pub(crate) use day_number::day_number;
pub use format::DateFormat;
pub(crate) use model::Local;
pub use model::{DayOrder, Precision};
pub(crate) use zone::{Reading, ZoneClock};

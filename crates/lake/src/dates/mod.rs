//! Dates and times in text, as sources write them.
//!
//! A format is written with the letters of strftime. Without a format, everything that starts with
//! a four-digit year is understood. Whether `3/4/2020` is in March or in April must be stated,
//! because a guess that fits most rows silently corrupts the rest.

mod any;
mod day_number;
mod fields;
mod format;
mod model;
#[cfg(test)]
mod tests;
mod zone;

pub(crate) use any::{needs_day_order, read_any};
pub(crate) use day_number::find_spreadsheet_date;
pub use format::DateFormat;
pub(crate) use model::LocalTime;
pub use model::{DateOrder, TimePrecision};
pub(crate) use zone::{ZoneClock, ZoneReading};

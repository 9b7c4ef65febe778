//! The clock from outside: moments and calendars in, elapsed and due times out.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod boundaries;
mod calendars;
mod conformance;
mod documentation;
mod moments;
mod properties;

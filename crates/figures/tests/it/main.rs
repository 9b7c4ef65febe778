//! The engine from outside: against a plain recount, against the clock, and a second engine.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should stop loudly"
)]

mod agreement;
mod clocks;
mod requests;
mod rows;
mod second_engine;
mod sql_text;

//! The expression language from outside: text in, values, types and errors out.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should stop loudly"
)]

mod language;
mod manual;
mod properties;

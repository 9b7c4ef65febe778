//! Numbers as they are printed and judged: fractions, rounding, proportions, intervals, bounds.
//!
//! Rounding works on integers and happens once. Everything else goes through a pure-Rust `libm`,
//! so that the last digit is the same on every machine.

mod binomial;
mod fraction;
mod interval;
mod rounding;

pub use fraction::{Fraction, bound_text, claim_text};
pub use interval::{
    ConfidenceInterval, IntervalMethod, clean_records_needed, clopper_pearson_interval,
    error_rate_upper_bound, net_promoter_interval, wilson_interval,
};
pub use rounding::{round_half_even, round_percent};

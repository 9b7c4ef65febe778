//! The witness: a small server for somebody who does not trust the operator.
//!
//! It vouches that an operator tells everybody one history. What it signs and why stands in
//! `trueline_ledger::witness`; here are its key, its address, its page and its evidence.

mod evidence;
pub(crate) mod http;
mod key;
mod page;

pub use evidence::{KeptFork, WitnessEvidenceError, forks_by_tiles, kept_forks, kept_suspicions};
pub(crate) use http::WitnessServer;
pub use key::{WitnessKeyError, begin_or_load};

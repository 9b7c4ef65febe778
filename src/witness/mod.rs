//! The witness: a small server for somebody who does not trust the operator.
//!
//! It vouches that an operator tells everybody one history. What it signs and why stands in
//! `trueline_ledger::witness`; here are its key, its address, its page and its evidence.

mod evidence;
pub(crate) mod http;
mod key;
mod page;

pub use evidence::{KeptFork, WitnessEvidenceError};
pub(crate) use evidence::{forks_by_tiles, read_kept_forks};
pub(crate) use http::WitnessServer;
pub use key::WitnessKeyError;
pub(crate) use key::load_or_make_key;

//! Trueline: from records to a report anyone can check.
//!
//! Imports point down: `cli`, `router` and `witness` call `systems`, systems call what stands above
//! them in `systems/mod.rs`, and all of them use `web`, `state`, `ledger`, `settings`,
//! `instance` and the crates.

pub mod cli;
pub mod instance;
pub mod ledger;
pub mod router;
pub mod settings;
pub mod simulation;
pub mod systems;
pub mod web;
pub mod witness;

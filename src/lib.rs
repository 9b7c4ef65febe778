//! Trueline: from records to a report anyone can check.
//!
//! Imports point down, in this order: `cli`, `program`, `settings`, `router`, `witness` and
//! `simulation`, the systems (each calls only those listed above it in `systems/mod.rs`), `web`,
//! `state`, `ledger`, `instance`, then `datasets`, `clock`, `language` and `files`, and below them
//! the crates.

pub mod cli;
pub mod clock;
pub mod datasets;
pub mod files;
pub mod instance;
pub mod language;
pub mod ledger;
pub mod program;
pub mod router;
pub mod settings;
pub mod simulation;
pub mod state;
pub mod systems;
pub mod web;
pub mod witness;

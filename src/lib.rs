//! Trueline: from records to a report anyone can check.

pub mod simulation;
pub mod systems;

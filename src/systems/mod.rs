//! The systems, in reading order: a system may call only systems listed above it.

pub mod billing;
pub mod cases;
pub mod indicators;
pub mod intake;
pub mod proofs;
pub mod reports;
pub mod rollout;

//! The systems, in reading order: a system may call only systems listed above it.

pub mod cases;
pub mod indicators;
pub mod reports;

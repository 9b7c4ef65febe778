//! The systems, in reading order: a system may call only systems listed above it.

/// What other systems say: imports, mappings, doubts about records.
pub mod intake;

/// Packs of definitions, and the figures they give.
pub mod indicators;

/// Everything a customer waits for.
pub mod cases;

/// Proof that what is charged is right.
pub mod billing;

/// Radio sites on their way to service.
pub mod rollout;

/// A report's life: drafts, seals, publication.
pub mod reports;

/// A sealed report against its records.
pub mod proofs;

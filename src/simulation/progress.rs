//! How far a run has come.

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulationProgress {
    /// Durations are drawn to learn the means.
    Calibrating,
    /// `done` of `total` cases are written.
    Writing { done: u64, total: u64 },
}

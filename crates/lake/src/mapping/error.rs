//! Mistakes in mappings.

/// A mistake in a mapping: where it is and what to write instead.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}, line {line}: {problem}; {remedy}")]
pub struct MappingError {
    pub file: String,
    pub line: usize,
    pub problem: String,
    pub remedy: String,
}

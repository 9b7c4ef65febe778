//! Mistakes in mappings.

use trueline_language::Text;

/// A mistake in a mapping: where it is and what to write instead.
#[derive(Debug, thiserror::Error, trueline_language::Explain, PartialEq, Eq)]
#[error("{file}, line {line}: {problem}; {remedy}")]
#[zh("{file}，第 {line} 行：{problem}；{remedy}")]
pub struct MappingError {
    pub file: String,
    pub line: usize,
    pub problem: Text,
    pub remedy: Text,
}

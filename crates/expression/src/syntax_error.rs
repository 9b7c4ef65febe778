//! Why a text is not an expression: where the error starts, and what to write instead.

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("{message} at character {}; {hint}", .offset + 1)]
#[zh("第 {} 个字符处：{message}；{hint}")]
pub struct SyntaxError {
    /// The byte at which the error starts.
    pub offset: usize,
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl SyntaxError {
    pub(crate) fn new(offset: usize, message: String, hint: impl Into<String>) -> SyntaxError {
        SyntaxError { offset, message, hint: hint.into() }
    }
}

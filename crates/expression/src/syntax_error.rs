//! Why a text is not an expression: where the error starts, and what to write instead.

use trueline_language::Text;

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("{message} at character {}; {hint}", .offset + 1)]
#[zh("第 {} 个字符处：{message}；{hint}")]
pub struct SyntaxError {
    /// The byte at which the error starts.
    pub offset: usize,
    pub message: Text,
    /// What to write instead.
    pub hint: Text,
}

impl SyntaxError {
    pub(crate) fn new(
        offset: usize,
        message: impl Into<Text>,
        hint: impl Into<Text>,
    ) -> SyntaxError {
        SyntaxError { offset, message: message.into(), hint: hint.into() }
    }
}

//! Chinese and English: which of them a reader wants, a text in both, an error in both.
//!
//! Nothing here can be made in one language only: a [`Text`] takes both, and `#[derive(Explain)]`
//! does not compile while a variant has no `#[zh("…")]` beside its `#[error("…")]`.
//!
//! ```
//! use trueline_language::{Explain, Language, explain_chain};
//!
//! #[derive(Debug, thiserror::Error, Explain)]
//! enum OpenError {
//!     #[error("cannot read {file}")]
//!     #[zh("无法读取 {file}")]
//!     Read { file: String, source: std::io::Error },
//! }
//!
//! let source = std::io::ErrorKind::NotFound.into();
//! let error = OpenError::Read { file: "a.csv".to_owned(), source };
//! assert_eq!(explain_chain(&error, Language::Chinese), "无法读取 a.csv：没有该文件或目录");
//! assert_eq!(explain_chain(&error, Language::English), "cannot read a.csv: entity not found");
//! ```

mod explain;
mod language;
mod part;
mod system;
mod text;
mod unknown_language;

pub use explain::{AnyError, Cause, Explain, explain_chain, explain_foreign};
pub use language::Language;
pub use text::{Bilingual, Phrase, Text, contains_chinese};
/// Gives an error its sentence in Chinese, beside the English one of `thiserror`.
///
/// Each `#[error("…")]` has a `#[zh("…")]` with the same arguments. A field that has words in both
/// languages itself is given in each; the cause is the field that thiserror takes as the source.
///
/// ```
/// use trueline_language::{Explain, Language};
///
/// #[derive(Debug, thiserror::Error, Explain)]
/// #[error("{count} of {0} lines", count = .1 + 1)]
/// #[zh("{0} 行中的 {count} 行")]
/// struct Part(usize, usize);
///
/// assert_eq!(Part(9, 2).sentence_in(Language::Chinese), "9 行中的 3 行");
/// ```
///
/// A variant without Chinese does not compile:
///
/// ```compile_fail
/// #[derive(Debug, thiserror::Error, trueline_language::Explain)]
/// enum OpenError {
///     #[error("there is no file")]
///     #[zh("没有文件")]
///     NoFile,
///     #[error("the file is empty")]
///     Empty,
/// }
/// ```
///
/// nor does one whose Chinese names other fields than its English, or is not Chinese:
///
/// ```compile_fail
/// #[derive(Debug, thiserror::Error, trueline_language::Explain)]
/// #[error("there is no file {name}")]
/// #[zh("没有文件")]
/// struct NoFile { name: String }
/// ```
///
/// ```compile_fail
/// #[derive(Debug, thiserror::Error, trueline_language::Explain)]
/// #[error("there is no file {name}")]
/// #[zh("no file {name}")]
/// struct NoFile { name: String }
/// ```
pub use trueline_language_derive::Explain;
/// Makes a [`Phrase`], in a constant too: `phrase!("过长", "too long")`.
///
/// ```compile_fail
/// trueline_language::phrase!("too long", "too long");
/// ```
pub use trueline_language_derive::phrase;
/// Makes a [`Text`]: `text!("没有列 {name}", "there is no column {name}")`.
///
/// Both take the same arguments, as `format!` does, and a part that has words in both languages is
/// given in each. It does not compile if one text names what the other does not:
///
/// ```compile_fail
/// let (name, file) = ("a", "b.csv");
/// trueline_language::text!("没有列 {name}", "there is no column {name} in {file}");
/// ```
///
/// nor if the first is not Chinese, or the second is not English:
///
/// ```compile_fail
/// trueline_language::text!("no columns", "no columns");
/// ```
///
/// ```compile_fail
/// trueline_language::text!("没有列", "没有列");
/// ```
pub use trueline_language_derive::text;
pub use unknown_language::UnknownLanguage;

/// What the macros write refers to.
#[doc(hidden)]
pub mod generated {
    pub use crate::part::{
        BilingualPart, BoxedCause, ExplainedCause, ExplainedPart, ForeignCause, Part, PathPart,
        PrintedPart,
    };
}

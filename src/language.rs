//! The two languages that Trueline speaks.

pub use trueline_language::Language;

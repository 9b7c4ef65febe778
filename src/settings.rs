//! What an instance is told once, in its `trueline.toml`.
//!
//! The file that `init` writes is the manual: every key stands in it with a comment. An unknown key
//! stops the program, so that a misspelt one cannot be ignored.

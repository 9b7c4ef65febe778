//! Sealed files, and everything that can be done to them.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made ends the test")]

mod cases;
mod data;
mod figures;
mod files;
mod fixture;
mod history;
mod mutations;
mod numbers;
mod pages;
mod program;
mod rows;
mod seals;
mod tampering;
mod verdicts;
mod workbooks;

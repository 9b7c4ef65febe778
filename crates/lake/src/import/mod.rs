//! Import: files become a batch, or nothing happens.
//!
//! Every row is either accepted or quarantined. The rows of a file are sorted by key, compared with
//! what the lake holds, and written. The manifest is replaced last, so a crash before that leaves
//! the lake as it was.

mod cells;
mod column;
#[cfg(test)]
mod crash_tests;
mod digest;
mod error;
mod event_cells;
mod fold;
mod fragment;
mod gather;
mod labels;
mod layout;
mod list_cells;
mod log;
mod options;
mod order;
mod own;
mod plan;
mod pseudonym;
mod quarantine;
mod read;
mod read_file;
mod reason;
mod refused;
mod revise;
mod rows;
mod run;
mod summary;
mod values;
mod words;
mod write;

pub use error::ImportError;
pub use options::{ImportOptions, ImportProgress, WatchedChunk};
pub use reason::RefusalReason;
pub use run::{import_own_layout, import_through_mapping};
pub use summary::{FileSummary, ImportSummary, MissingRows, ReasonCount, UnreadTexts};

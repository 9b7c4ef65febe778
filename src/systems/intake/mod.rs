//! Intake: takes what other systems say into the lake. It holds imports, mappings and their drafts,
//! and the finder of data-quality problems. It knows datasets by the registry, and no other system.

#[cfg(test)]
mod fuzz;
mod import;
pub mod quality;
mod shipped;
pub mod suggest;

pub(crate) use import::to_lake_language;
pub use import::{DatasetFolderError, ImportFilesError, ImportRequest, Imported};
pub(crate) use import::{import_files, list_dataset_files};
pub(crate) use shipped::{find_shipped_mapping, list_shipped_mappings};

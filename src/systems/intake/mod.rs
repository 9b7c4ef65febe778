//! Intake: what other systems say, taken into the lake: imports, mappings and their drafts, and the
//! finder of data-quality problems. It knows datasets by the registry, and no other system.

#[doc(hidden)]
pub mod fuzz;
mod import;
pub mod quality;
mod shipped;
pub mod suggest;

pub(crate) use import::lake_language;
pub use import::{
    DatasetFolderError, ImportFilesError, ImportRequest, Imported, import_files, list_dataset_files,
};
pub use shipped::{shipped_mapping_text, shipped_mappings};

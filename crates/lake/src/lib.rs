//! Datasets in Parquet over Arrow: import with quarantine, revisions, parallel scans.
//!
//! This crate is given a [`Schema`] and knows nothing of what its rows mean. A [`Lake`] is a
//! folder;
//! [`import`] reads files through a [`Mapping`] into it; [`Lake::scan`] gives the newest revisions
//! at a cut as Arrow batches.

mod canonical;
mod dates;
mod disk;
mod extras;
mod file_name;
#[doc(hidden)]
pub mod fuzz;
mod hex;
mod import;
mod keys;
mod lake;
mod lake_error;
mod manifest;
mod mapping;
mod ordered;
mod quarantine_columns;
mod scan;
mod schema;
mod source;
mod table;

pub use canonical::{
    CanonicalColumn, CanonicalRows, NoForm, canonical_columns, write_count, write_signed,
};
pub use dates::{DateFormat, DayOrder, Precision};
pub use import::{
    FileSummary, ImportError, Missing, Options, Progress, Reason, ReasonCount, Summary, Unread,
    Watched, import, import_own,
};
pub use keys::Keys;
pub use lake::Lake;
pub use lake_error::LakeError;
pub use manifest::{Batch, BatchFile, Counts, Manifest, MappingUsed, SourceFile};
pub use mapping::{Mapping, MappingError, Reading};
pub use ordered::{Block as OrderedBlock, BlockPart, BlockWalk, Ordered};
pub use scan::{ScanBatches, ScanTask};
pub use schema::{Column, Kind, List, Schema};
pub use source::{Block, Chunk, Encoding, FileEncoding, Format, Layout, ReadError, Shape, Source};
pub use trueline_language::Language;

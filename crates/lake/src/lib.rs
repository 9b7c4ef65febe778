//! Datasets in Parquet over Arrow: import with quarantine, revisions, parallel scans.
//!
//! This crate is given a [`Schema`] and knows nothing about what its rows mean. A [`Lake`] is a
//! folder. [`import`] reads files into it through a [`Mapping`]; [`Lake::scan`] returns the newest
//! revisions as of a point in time as Arrow batches.

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
pub use dates::{DateFormat, DayOrder, TimePrecision};
pub use import::{
    FileSummary, ImportError, MissingRows, Options, Progress, Reason, ReasonCount, Summary, Unread,
    Watched, import, import_own,
};
pub use keys::Keys;
pub use lake::Lake;
pub use lake_error::LakeError;
pub use manifest::{Batch, BatchFile, Manifest, MappingUsed, RowCounts, SourceFile};
pub use mapping::{Mapping, MappingError, Reading};
pub use ordered::{BlockPart, BlockWalk, Ordered, OrderedBlock};
pub use scan::{ScanBatches, ScanTask};
pub use schema::{Column, Kind, List, Schema};
pub use source::{
    Chunk, Encoding, FileEncoding, Layout, ReadError, RecordShape, Source, SourceBlock,
    SourceFormat,
};
pub use trueline_language::Language;

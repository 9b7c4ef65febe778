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
pub use dates::{DateFormat, DateOrder, TimePrecision};
pub use import::{
    FileSummary, ImportError, ImportOptions, ImportProgress, ImportSummary, MissingRows,
    ReasonCount, RefusalReason, UnreadTexts, WatchedChunk, import_own_layout,
    import_through_mapping,
};
pub use keys::RowKeys;
pub use lake::Lake;
pub use lake_error::LakeError;
pub use manifest::{BatchFile, LakeBatch, Manifest, MappingUsed, RowCounts, SourceFile};
pub use mapping::{ColumnReading, Mapping, MappingError};
pub use ordered::{BlockPart, BlockWalk, OrderedBlock, OrderedRows};
pub use scan::{ScanBatches, ScanTask};
pub use schema::{DatasetColumn, DatasetSchema, ListColumn, ValueKind};
pub use source::{
    Chunk, Encoding, FileEncoding, RecordShape, SourceBlock, SourceFormat, SourceLayout,
    SourceReadError, SourceReader,
};
pub use trueline_language::Language;

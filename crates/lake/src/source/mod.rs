//! Source files: what people export, read as records of text cells.
//!
//! [`Source::open`] looks at the content, never at the file's extension. Reading has a sequential
//! part ([`Source::next_block`]: take bytes, digest them, find where records end) and a part that
//! can run on any thread ([`SourceBlock::into_chunk`]: find the cells).

mod chunk;
mod csv;
mod encoding;
mod error;
mod file;
mod grid;
mod held;
pub(crate) mod json;
mod layout;
mod names;
mod parquet;
pub(crate) mod split;
mod stream;
mod xlsx;

pub(crate) use chunk::CellError;
pub use chunk::{Chunk, RecordShape};
pub(crate) use encoding::unescape_text;
pub use encoding::{Encoding, FileEncoding};
pub use error::SourceReadError;
pub use file::{SourceBlock, SourceReader};
pub(crate) use layout::{Preamble, QuarantineForm};
pub use layout::{SourceFormat, SourceLayout};
pub(crate) use parquet::{ROWS as PARQUET_ROWS, broken_table};
pub(crate) use stream::FileDigest;

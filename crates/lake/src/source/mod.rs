//! Source files: what people export, read as records of text cells.
//!
//! [`Source::open`] looks at the content, never at the file's ending. Reading has a sequential part
//! ([`Source::next_block`]: take bytes, digest them, find where records end) and a part that may
//! run on any thread ([`Block::into_chunk`]: find the cells).

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
pub use chunk::{Chunk, Shape};
pub(crate) use encoding::unescape;
pub use encoding::{Encoding, FileEncoding};
pub use error::ReadError;
pub use file::{Block, Source};
pub(crate) use layout::{Form, Preamble};
pub use layout::{Format, Layout};
pub(crate) use parquet::{ROWS as PARQUET_ROWS, broken as broken_table};
pub(crate) use stream::Digest;

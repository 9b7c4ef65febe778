//! Why an import did not happen.

use crate::lake_error::LakeError;
use crate::manifest::RowCounts;
use crate::mapping::MappingError;
use crate::source::ReadError;

/// Why an import did not happen. The lake is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error("no file to import")]
    NothingToDo,
    #[error("the mapping makes pseudonyms, but there is no key for them")]
    NoKey,
    #[error(
        "the clock stands at {given}, but a batch was recorded at {last} already; set the clock"
    )]
    ClockWentBack { given: i64, last: i64 },
    #[error(
        "{file}: {refused} of {read} rows are not {encoding} text, the first in line {line}; say \
         in the mapping which `encoding` it has"
    )]
    WrongEncoding { file: String, refused: u64, read: u64, line: u64, encoding: &'static str },
    #[error("cannot write {file}; is the disk full? nothing was imported")]
    Write {
        file: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the counts of {file} do not add up: {counts:?}; this is a fault of the program")]
    Counts { file: String, counts: RowCounts },
}

impl From<parquet::errors::ParquetError> for ImportError {
    fn from(source: parquet::errors::ParquetError) -> ImportError {
        ImportError::Write { file: "the batch".to_owned(), source: Box::new(source) }
    }
}

impl From<arrow_schema::ArrowError> for ImportError {
    fn from(source: arrow_schema::ArrowError) -> ImportError {
        ImportError::Write { file: "the batch".to_owned(), source: Box::new(source) }
    }
}

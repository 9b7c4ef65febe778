//! Errors of the lake itself.

/// What can go wrong with a lake itself.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error("there is no lake in {0}")]
    Absent(String),
    #[error("another import is writing to this lake; wait until it has ended")]
    Locked,
    #[error("cannot {doing} {what}")]
    Io {
        doing: &'static str,
        what: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the manifest of the dataset {dataset} is damaged; restore it from a copy")]
    BadManifest {
        dataset: String,
        #[source]
        source: serde_json::Error,
    },
    #[error(
        "the dataset {dataset} has a manifest of version {found}, which this program is too old for"
    )]
    OtherVersion { dataset: String, found: u32 },
    #[error("{file} of the dataset {dataset} is damaged or missing; restore it or import again")]
    BadFile {
        dataset: String,
        file: String,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("the dataset {dataset} has no column `{column}`")]
    NoColumn { dataset: String, column: String },
    #[error("cannot put the columns of {file} together")]
    Arrow {
        file: String,
        #[source]
        source: arrow_schema::ArrowError,
    },
}

impl LakeError {
    pub(crate) fn from_io(doing: &'static str, what: &str, source: std::io::Error) -> LakeError {
        LakeError::Io { doing, what: what.to_owned(), source }
    }
}

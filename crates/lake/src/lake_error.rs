//! Errors of the lake itself.

use trueline_language::Phrase;

/// What can go wrong with a lake itself.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum LakeError {
    #[error("there is no lake in {0}")]
    #[zh("{0} 中没有数据湖")]
    Absent(String),
    #[error("another import is writing to this lake; wait until it has ended")]
    #[zh("另一次导入正在写入此数据湖；请等它结束")]
    Locked,
    #[error("cannot {doing} {what}")]
    #[zh("无法{doing} {what}")]
    Io {
        doing: Phrase,
        what: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the manifest of the dataset {dataset} is damaged; restore it from a copy")]
    #[zh("数据集 {dataset} 的清单已损坏；请从备份恢复")]
    BadManifest {
        dataset: String,
        #[source]
        source: serde_json::Error,
    },
    #[error(
        "the manifest of the dataset {dataset} has version {found}; this program is too old for \
         it"
    )]
    #[zh("数据集 {dataset} 的清单为第 {found} 版，本程序过旧，无法读取")]
    OtherVersion { dataset: String, found: u32 },
    #[error("{file} of the dataset {dataset} is damaged or missing; restore it or import again")]
    #[zh("数据集 {dataset} 的 {file} 损坏或缺失；请恢复或重新导入")]
    BadFile {
        dataset: String,
        file: String,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("the dataset {dataset} has no column `{column}`")]
    #[zh("数据集 {dataset} 没有列 `{column}`")]
    NoColumn { dataset: String, column: String },
    #[error("cannot put the columns of {file} together")]
    #[zh("无法拼合 {file} 的各列")]
    Arrow {
        file: String,
        #[source]
        source: arrow_schema::ArrowError,
    },
}

impl LakeError {
    pub(crate) fn from_io(doing: Phrase, what: &str, source: std::io::Error) -> LakeError {
        LakeError::Io { doing, what: what.to_owned(), source }
    }
}

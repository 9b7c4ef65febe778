//! Why an import did not happen.

use crate::lake_error::LakeError;
use crate::manifest::RowCounts;
use crate::mapping::MappingError;
use crate::source::SourceReadError;

/// Why an import did not happen. The lake is as it was.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ImportError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] SourceReadError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error("no file to import")]
    #[zh("没有要导入的文件")]
    NothingToDo,
    #[error("the mapping makes pseudonyms, but there is no key for them")]
    #[zh("映射要生成假名，但没有所需的密钥")]
    NoKey,
    #[error(
        "the clock stands at {given}, but a batch was recorded at {last} already; set the clock"
    )]
    #[zh("系统时钟为 {given}，而已有批次记录于 {last}；请校准时钟")]
    ClockWentBack { given: i64, last: i64 },
    #[error(
        "{file}: {refused} of {read} rows are not {encoding} text, the first in line {line}; say \
         in the mapping which `encoding` it has"
    )]
    #[zh(
        "{file}：{read} 行中有 {refused} 行不是 {encoding} 文字，首个在第 {line} 行；\
         请在映射中写明其 `encoding`"
    )]
    WrongEncoding { file: String, refused: u64, read: u64, line: u64, encoding: &'static str },
    #[error("cannot write {file}; is the disk full? nothing was imported")]
    #[zh("无法写入 {file}；磁盘是否已满？未导入任何内容")]
    Write {
        file: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the counts of {file} do not add up: {counts:?}; this is a fault of the program")]
    #[zh("{file} 的行数不符：{counts:?}；这是程序的错误")]
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

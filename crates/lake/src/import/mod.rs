//! Import: files become a batch, or nothing happens.
//!
//! Every row ends accepted or in quarantine. The rows of a file are sorted by key, compared with
//! what the lake holds, and written; the manifest is replaced last, so that a crash before that
//! leaves the lake as it was.

mod cells;
mod column;
#[cfg(test)]
mod crash;
mod digest;
mod events;
mod fragment;
mod gather;
mod labels;
mod layout;
mod log;
mod order;
mod own;
mod pseudonym;
mod quarantine;
mod reason;
mod revise;
mod rows;
mod run;
mod words;

use std::path::{Path, PathBuf};

use crate::lake::LakeError;
use crate::manifest::Counts;
use crate::mapping::MappingError;
use crate::source::{Chunk, ReadError};

pub use reason::Reason;
pub use run::{import, import_own};
pub(crate) use words::Added;
pub use words::Language;

/// What an import is told besides files and mapping.
pub struct Options<'a> {
    /// The time to record the batch under, UTC seconds.
    pub recorded: i64,
    /// The instance's key for pseudonyms; needed only if the mapping makes some.
    pub pseudonym_key: Option<&'a [u8]>,
    /// The folder for quarantine files.
    pub quarantine: PathBuf,
    /// Told now and then how far reading has come.
    pub progress: Option<&'a (dyn Fn(Progress<'_>) + Sync)>,
    /// Threads to read with; `None` takes all cores.
    pub threads: Option<usize>,
    /// What quarantine files are written in.
    pub language: Language,
    /// Given every chunk of text once it is read, on whichever thread read it and in any order.
    pub watch: Option<&'a (dyn Fn(Watched<'_>) + Sync)>,
}

/// A chunk that an import is done with.
#[derive(Debug)]
pub struct Watched<'a> {
    pub path: &'a Path,
    pub headers: &'a [String],
    pub chunk: Chunk,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("recorded", &self.recorded)
            .field("quarantine", &self.quarantine)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Options<'_> {
    /// Options with a time and a folder for quarantine files.
    pub fn new(recorded: i64, quarantine: PathBuf) -> Self {
        Options {
            recorded,
            pseudonym_key: None,
            quarantine,
            progress: None,
            threads: None,
            language: Language::default(),
            watch: None,
        }
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    pub file: &'a str,
    pub rows: u64,
}

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub files: Vec<FileSummary>,
    /// Over all files.
    pub counts: Counts,
}

/// What became of one file.
#[derive(Debug, Clone, Default)]
pub struct FileSummary {
    /// The base name.
    pub file: String,
    /// The sheets of a workbook that were not read.
    pub unread_sheets: Vec<String>,
    /// The encoding that text was read in, as declared or detected.
    pub encoding: Option<&'static str>,
    pub counts: Counts,
    /// The batch its rows are in; `None` when it brought nothing new.
    pub batch: Option<String>,
    /// The very same file was imported before, in this batch.
    pub known_in: Option<String>,
    /// Where its refused rows are.
    pub quarantine: Option<PathBuf>,
    /// Columns whose expressions gave nothing where the source has a text.
    pub unread: Vec<Unread>,
    /// Why rows were refused, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Cases that older files of this source had and this full export lacks.
    pub missing: Missing,
}

/// One reason for quarantine, over all rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason of the first of them; what its kind says of all is its summary.
    pub reason: Reason,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The source's column; empty for the row as a whole.
    pub column: String,
    pub rows: u64,
    /// The first rows: line and masked value.
    pub examples: Vec<(u64, String)>,
}

/// A column whose expression could not read some of the source's texts as moments or numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The column that is filled.
    pub column: String,
    pub rows: u64,
    /// The first lines.
    pub lines: Vec<u64>,
}

/// Cases that a full export lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    pub rows: u64,
    /// The first keys, parts joined by `/`.
    pub examples: Vec<String>,
}

/// Why an import did not happen. The lake is as it was.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ImportError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] ReadError),
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
    Counts { file: String, counts: Counts },
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

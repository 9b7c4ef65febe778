//! Why a source file cannot be read.

/// Why a source file cannot be read. Files are named by their base name only.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot read {file}")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{file} is cut short or damaged (after {bytes} bytes of content); fetch the file once more"
    )]
    Damaged {
        file: String,
        bytes: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot unpack {file} into a temporary file; is there room for it?")]
    Unpack {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{file}, line {line}: its text is not UTF-8 and may be GB18030 or of the West; say in the \
         mapping which it is, such as `encoding = \"gb18030\"` or `\"windows-1252\"`"
    )]
    UnclearEncoding { file: String, line: u64 },
    #[error(
        "{file}, line {line}: a record longer than 64 MiB; most likely a quote is left open there"
    )]
    TooLong { file: String, line: u64 },
    #[error("{file}, line {line}: a quote opens a cell and never closes; close or remove it")]
    OpenQuote { file: String, line: u64 },
    #[error("{file} holds no row that names its columns; is it empty, or `header_row` too large?")]
    NoHeader { file: String },
    #[error("{file}: {problem}; {remedy}")]
    Unusable { file: String, problem: String, remedy: String },
}

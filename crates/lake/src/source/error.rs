//! Why a source file cannot be read.

use trueline_language::Text;

/// Why a source file cannot be read. Files are named by their base name only.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SourceReadError {
    #[error("cannot read {file}")]
    #[zh("无法读取 {file}")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{file} is cut short or damaged (after {bytes} bytes of content); fetch the file once more"
    )]
    #[zh("{file} 不完整或已损坏（内容至第 {bytes} 字节为止）；请重新获取")]
    Damaged {
        file: String,
        bytes: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot unpack {file} into a temporary file; is there room for it?")]
    #[zh("无法将 {file} 解压到临时文件；空间是否足够？")]
    Unpack {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{file}, line {line}: its text is not UTF-8 and may be GB18030 or of the West; say in the \
         mapping which it is, such as `encoding = \"gb18030\"` or `\"windows-1252\"`"
    )]
    #[zh(
        "{file}，第 {line} 行：文字不是 UTF-8，可能是 GB18030 或西文编码；请在映射中写明，如 \
         `encoding = \"gb18030\"` 或 `\"windows-1252\"`"
    )]
    UnclearEncoding { file: String, line: u64 },
    #[error(
        "{file}, line {line}: a record longer than 64 MiB; most likely a quote is left open there"
    )]
    #[zh("{file}，第 {line} 行：一条记录超过 64 MiB；多半是此处有引号未关闭")]
    TooLong { file: String, line: u64 },
    #[error("{file}, line {line}: a quote opens a cell and never closes; close or remove it")]
    #[zh("{file}，第 {line} 行：单元格的引号没有关闭；请补上或删去")]
    OpenQuote { file: String, line: u64 },
    #[error("{file} holds no row that names its columns; is it empty, or `header_row` too large?")]
    #[zh("{file} 没有表头行；文件是否为空，或 `header_row` 过大？")]
    NoHeader { file: String },
    #[error("{file}: {problem}; {remedy}")]
    #[zh("{file}：{problem}；{remedy}")]
    Unusable { file: String, problem: Text, remedy: Text },
}

//! Source files: what people export, read as records of text cells.
//!
//! [`Source::open`] looks at the content, never at the file's ending. Reading has a sequential part
//! ([`Source::next_block`]: take bytes, digest them, find where records end) and a part that may
//! run on any thread ([`Block::into_chunk`]: find the cells).

mod chunk;
mod csv;
mod encoding;
mod grid;
mod held;
pub(crate) mod json;
mod open;
mod parquet;
pub(crate) mod split;
mod xlsx;

use std::path::{Path, PathBuf};

pub(crate) use chunk::CellError;
pub use chunk::{Chunk, Shape};
pub(crate) use encoding::unescape;
pub use encoding::{Encoding, FileEncoding};
pub(crate) use held::Held;
pub(crate) use open::{Digest, hex};
pub(crate) use parquet::{ROWS as PARQUET_ROWS, broken as broken_table};

/// How a source file is to be read; what is `None` is detected.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub format: Option<Format>,
    pub encoding: Option<FileEncoding>,
    pub separator: Option<u8>,
    /// Names of the sheets to read; empty means the first one.
    pub sheets: Vec<String>,
    /// The row that names the columns, from 1; `Some(0)` means that no row does.
    pub header_row: Option<usize>,
    /// How many rows the header takes, where groups of columns have a title of their own.
    pub header_rows: Option<usize>,
    /// Rows to leave out right after the header.
    pub skip_rows: usize,
}

/// The formats we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
    Xlsx,
    Parquet,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        match name {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "xlsx" => Some(Format::Xlsx),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Why a source file cannot be read. Files are named by their base name only.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ReadError {
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
        "{file}，第 {line} 行：文字不是 UTF-8，可能是 GB18030 或西文编码；请在映射中写明，\
         如 `encoding = \"gb18030\"` 或 `\"windows-1252\"`"
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
    Unusable { file: String, problem: String, remedy: String },
}

/// An open source file.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    file: String,
    headers: Vec<String>,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Csv(csv::Blocks),
    Json(json::Records),
    Xlsx(xlsx::Sheets),
    Parquet(parquet::Table),
}

/// Some whole records, perhaps not yet cut into cells.
#[derive(Debug)]
pub struct Block {
    content: Content,
}

#[derive(Debug)]
enum Content {
    Csv(csv::Block),
    Json(json::Block),
    Ready(Chunk),
}

impl Source {
    /// Opens a file and reads the names of its columns.
    pub fn open(path: &Path, layout: &Layout) -> Result<Source, ReadError> {
        let file = base_name(path);
        let mut stream = open::Stream::open(path, &file)?;
        let format = detect_format(&mut stream, layout, &file)?;
        let (reader, headers) = match format {
            Format::Csv => {
                let (blocks, headers) = csv::Blocks::start(stream, &file, layout)?;
                (Reader::Csv(blocks), headers)
            }
            Format::Json => {
                let (records, headers) = json::Records::start(stream, path, &file)?;
                (Reader::Json(records), headers)
            }
            Format::Xlsx => {
                let (sheets, headers) = xlsx::Sheets::start(stream, &file, layout)?;
                (Reader::Xlsx(sheets), headers)
            }
            Format::Parquet => {
                let (table, headers) = parquet::Table::start(stream, path, &file)?;
                (Reader::Parquet(table), headers)
            }
        };
        Ok(Source { path: path.to_owned(), file, headers, reader })
    }

    /// The base name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns; the second `category` is `category#2`.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The format that its content has.
    pub fn format(&self) -> Format {
        match &self.reader {
            Reader::Csv(_) => Format::Csv,
            Reader::Json(_) => Format::Json,
            Reader::Xlsx(_) => Format::Xlsx,
            Reader::Parquet(_) => Format::Parquet,
        }
    }

    /// The content of a Parquet file, for those who read its columns themselves.
    pub(crate) fn held(&self) -> Option<&Held> {
        match &self.reader {
            Reader::Parquet(table) => Some(table.held()),
            Reader::Csv(_) | Reader::Json(_) | Reader::Xlsx(_) => None,
        }
    }

    /// The encoding and the separator of separated text.
    pub fn text_layout(&self) -> Option<(FileEncoding, char)> {
        match &self.reader {
            Reader::Csv(blocks) => {
                let preamble = blocks.preamble();
                Some((preamble.encoding, char::from(preamble.separator)))
            }
            Reader::Json(_) | Reader::Xlsx(_) | Reader::Parquet(_) => None,
        }
    }

    /// The sheets of a workbook that are not read.
    pub fn unread_sheets(&self) -> &[String] {
        match &self.reader {
            Reader::Xlsx(sheets) => &sheets.unread,
            Reader::Csv(_) | Reader::Json(_) | Reader::Parquet(_) => &[],
        }
    }

    /// Whether a record simply leaves out what it does not have.
    pub(crate) fn is_sparse(&self) -> bool {
        self.format() == Format::Json
    }

    /// The next records; `None` at the end.
    pub fn next_block(&mut self) -> Result<Option<Block>, ReadError> {
        let file = &self.file;
        let content = match &mut self.reader {
            Reader::Csv(blocks) => blocks.next_block(file)?.map(Content::Csv),
            Reader::Json(records) => records.next_block(file)?.map(Content::Json),
            Reader::Xlsx(sheets) => sheets.next_chunk().map(Content::Ready),
            Reader::Parquet(table) => table.next_chunk(file)?.map(Content::Ready),
        };
        Ok(content.map(|content| Block { content }))
    }

    /// The next records, cut into cells; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        Ok(self.next_block()?.map(Block::into_chunk))
    }

    /// What the file was, once it is read to its end.
    pub(crate) fn digest(&mut self) -> Result<Digest, ReadError> {
        match &mut self.reader {
            Reader::Csv(blocks) => blocks.digest(&self.file),
            Reader::Json(records) => records.digest(&self.file),
            Reader::Xlsx(sheets) => Ok(sheets.digest()),
            Reader::Parquet(table) => Ok(table.digest()),
        }
    }

    /// How the file starts, so that another in the same layout can be written.
    pub(crate) fn preamble(&self) -> Preamble<'_> {
        match &self.reader {
            Reader::Csv(blocks) => blocks.preamble(),
            Reader::Json(_) => json::preamble(),
            Reader::Xlsx(sheets) => sheets.preamble(),
            Reader::Parquet(table) => table.preamble(),
        }
    }
}

/// What the content says it is; a declared format only decides between text and JSON.
fn detect_format(
    stream: &mut open::Stream,
    layout: &Layout,
    file: &str,
) -> Result<Format, ReadError> {
    let mut head = Vec::new();
    stream.fill(&mut head, 4096, file)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let found = if head.starts_with(b"PK\x03\x04") {
        Format::Xlsx
    } else if head.starts_with(b"PAR1") {
        Format::Parquet
    } else if layout.format != Some(Format::Csv) && matches!(text, [b'{' | b'[', ..]) {
        Format::Json
    } else {
        Format::Csv
    };
    stream.give_back(head);
    if head_is_old_workbook(stream) {
        return Err(ReadError::Unusable {
            file: file.to_owned(),
            problem: "an old Excel workbook (.xls)".to_owned(),
            remedy: "save it as XLSX or CSV".to_owned(),
        });
    }
    Ok(found)
}

fn head_is_old_workbook(stream: &open::Stream) -> bool {
    stream.ahead().starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// What a quarantine file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Separated text, as the source was.
    Separated,
    Json,
    /// Comma-separated text, because the source was a workbook or a table.
    Flat,
}

/// How a file starts, so that another in the same layout can be written.
#[derive(Debug)]
pub(crate) struct Preamble<'a> {
    /// Everything up to the line that names the columns, without that line's end, in UTF-8 or the
    /// chunk's encoding.
    pub(crate) head: &'a [u8],
    /// The rows between header and data.
    pub(crate) tail: &'a [u8],
    pub(crate) separator: u8,
    pub(crate) encoding: FileEncoding,
    /// Chunks are in UTF-8 although the file is not.
    pub(crate) transcoded: bool,
    pub(crate) mark: &'static [u8],
    pub(crate) form: Form,
}

impl Block {
    /// About how many records it holds, for a progress bar.
    pub(crate) fn rows_about(&self) -> u64 {
        match &self.content {
            Content::Csv(block) => block.lines,
            Content::Json(block) => block.rows(),
            Content::Ready(chunk) => chunk.rows() as u64,
        }
    }

    /// Finds the cells.
    pub fn into_chunk(self) -> Chunk {
        match self.content {
            Content::Csv(block) => block.into_chunk(),
            Content::Json(block) => block.into_chunk(),
            Content::Ready(chunk) => chunk,
        }
    }
}

pub(crate) fn base_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Gives the second column of the same name a `#2`, and names those without one by position.
pub(crate) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashMap::new();
    let mut out: Vec<String> = Vec::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        let name = name.trim().to_owned();
        let name = if name.is_empty() { format!("column {}", at + 1) } else { name };
        let count = seen.entry(name.clone()).or_insert(0_usize);
        *count += 1;
        out.push(if *count == 1 { name } else { format!("{name}#{count}") });
    }
    out
}

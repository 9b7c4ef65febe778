//! An open source file, whatever its format.

use std::path::{Path, PathBuf};

use trueline_language::phrase;

use super::chunk::Chunk;
use super::encoding::FileEncoding;
use super::error::ReadError;
use super::held::Held;
use super::layout::{Format, Layout, Preamble};
use super::stream::{Digest, Stream};
use super::{csv, json, parquet, xlsx};
use crate::file_name::base_name;

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
        let mut stream = Stream::open(path, &file)?;
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
fn detect_format(stream: &mut Stream, layout: &Layout, file: &str) -> Result<Format, ReadError> {
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
            problem: phrase!("是旧版 Excel 工作簿（.xls）", "an old Excel workbook (.xls)").into(),
            remedy: phrase!("请另存为 XLSX 或 CSV", "save it as XLSX or CSV").into(),
        });
    }
    Ok(found)
}

fn head_is_old_workbook(stream: &Stream) -> bool {
    stream.ahead().starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
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

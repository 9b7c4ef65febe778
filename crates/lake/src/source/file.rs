//! An open source file, whatever its format.

use std::path::{Path, PathBuf};

use trueline_language::phrase;

use super::chunk::Chunk;
use super::encoding::FileEncoding;
use super::error::SourceReadError;
use super::held::SharedFile;
use super::layout::{Preamble, SourceFormat, SourceLayout};
use super::stream::{FileDigest, SourceStream};
use super::{csv, json, parquet, xlsx};
use crate::file_name::base_name;

/// An open source file.
#[derive(Debug)]
pub struct SourceReader {
    path: PathBuf,
    file: String,
    headers: Vec<String>,
    reader: FormatReader,
}

#[derive(Debug)]
enum FormatReader {
    Csv(csv::CsvBlocks),
    Json(json::JsonRecords),
    Xlsx(xlsx::WorkbookSheets),
    Parquet(parquet::ParquetTable),
}

/// Some whole records, which may not be cut into cells yet.
#[derive(Debug)]
pub struct SourceBlock {
    content: BlockContent,
}

#[derive(Debug)]
enum BlockContent {
    Csv(csv::CsvBlock),
    Json(json::JsonBlock),
    Ready(Chunk),
}

impl SourceReader {
    /// Opens a file and reads the names of its columns.
    pub fn open(path: &Path, layout: &SourceLayout) -> Result<SourceReader, SourceReadError> {
        let file = base_name(path);
        let mut stream = SourceStream::open_path(path, &file)?;
        let format = detect_format(&mut stream, layout, &file)?;
        let (reader, headers) = match format {
            SourceFormat::Csv => {
                let (blocks, headers) = csv::CsvBlocks::open_stream(stream, &file, layout)?;
                (FormatReader::Csv(blocks), headers)
            }
            SourceFormat::Json => {
                let (records, headers) = json::JsonRecords::open_stream(stream, path, &file)?;
                (FormatReader::Json(records), headers)
            }
            SourceFormat::Xlsx => {
                let (sheets, headers) = xlsx::WorkbookSheets::open_stream(stream, &file, layout)?;
                (FormatReader::Xlsx(sheets), headers)
            }
            SourceFormat::Parquet => {
                let (table, headers) = parquet::ParquetTable::open_stream(stream, path, &file)?;
                (FormatReader::Parquet(table), headers)
            }
        };
        Ok(SourceReader { path: path.to_owned(), file, headers, reader })
    }

    /// The base name of the file.
    pub fn file_name(&self) -> &str {
        &self.file
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns. A second `category` is named `category#2`.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The format of the content.
    pub fn format(&self) -> SourceFormat {
        match &self.reader {
            FormatReader::Csv(_) => SourceFormat::Csv,
            FormatReader::Json(_) => SourceFormat::Json,
            FormatReader::Xlsx(_) => SourceFormat::Xlsx,
            FormatReader::Parquet(_) => SourceFormat::Parquet,
        }
    }

    /// The content of a Parquet file, for code that reads its columns itself.
    pub(crate) fn shared_file(&self) -> Option<&SharedFile> {
        match &self.reader {
            FormatReader::Parquet(table) => Some(table.shared_file()),
            FormatReader::Csv(_) | FormatReader::Json(_) | FormatReader::Xlsx(_) => None,
        }
    }

    /// The encoding and the separator of separated text.
    pub fn text_layout(&self) -> Option<(FileEncoding, char)> {
        match &self.reader {
            FormatReader::Csv(blocks) => {
                let preamble = blocks.file_preamble();
                Some((preamble.encoding, char::from(preamble.separator)))
            }
            FormatReader::Json(_) | FormatReader::Xlsx(_) | FormatReader::Parquet(_) => None,
        }
    }

    /// The sheets of a workbook that are not read.
    pub fn unread_sheets(&self) -> &[String] {
        match &self.reader {
            FormatReader::Xlsx(sheets) => &sheets.unread,
            FormatReader::Csv(_) | FormatReader::Json(_) | FormatReader::Parquet(_) => &[],
        }
    }

    /// Whether records may leave out columns.
    pub(crate) fn is_sparse(&self) -> bool {
        self.format() == SourceFormat::Json
    }

    /// The next records; `None` at the end.
    pub fn next_block(&mut self) -> Result<Option<SourceBlock>, SourceReadError> {
        let file = &self.file;
        let content = match &mut self.reader {
            FormatReader::Csv(blocks) => blocks.next_block(file)?.map(BlockContent::Csv),
            FormatReader::Json(records) => records.next_block(file)?.map(BlockContent::Json),
            FormatReader::Xlsx(sheets) => sheets.next_chunk().map(BlockContent::Ready),
            FormatReader::Parquet(table) => table.next_chunk(file)?.map(BlockContent::Ready),
        };
        Ok(content.map(|content| SourceBlock { content }))
    }

    /// The next records, cut into cells; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, SourceReadError> {
        Ok(self.next_block()?.map(SourceBlock::into_chunk))
    }

    /// The digest and size of the file, once it is read to its end.
    pub(crate) fn finish_digest(&mut self) -> Result<FileDigest, SourceReadError> {
        match &mut self.reader {
            FormatReader::Csv(blocks) => blocks.finish_digest(&self.file),
            FormatReader::Json(records) => records.finish_digest(&self.file),
            FormatReader::Xlsx(sheets) => Ok(sheets.file_digest()),
            FormatReader::Parquet(table) => Ok(table.file_digest()),
        }
    }

    /// How the file starts, so that another file can be written in the same layout.
    pub(crate) fn file_preamble(&self) -> Preamble<'_> {
        match &self.reader {
            FormatReader::Csv(blocks) => blocks.file_preamble(),
            FormatReader::Json(_) => json::json_preamble(),
            FormatReader::Xlsx(sheets) => sheets.file_preamble(),
            FormatReader::Parquet(table) => table.file_preamble(),
        }
    }
}

/// The format according to the content. A declared format only decides between text and JSON.
fn detect_format(
    stream: &mut SourceStream,
    layout: &SourceLayout,
    file: &str,
) -> Result<SourceFormat, SourceReadError> {
    let mut head = Vec::new();
    stream.fill_buffer(&mut head, 4096, file)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let found = if head.starts_with(b"PK\x03\x04") {
        SourceFormat::Xlsx
    } else if head.starts_with(b"PAR1") {
        SourceFormat::Parquet
    } else if layout.format != Some(SourceFormat::Csv) && matches!(text, [b'{' | b'[', ..]) {
        SourceFormat::Json
    } else {
        SourceFormat::Csv
    };
    stream.give_back(head);
    if head_is_old_workbook(stream) {
        return Err(SourceReadError::Unusable {
            file: file.to_owned(),
            problem: phrase!("是旧版 Excel 工作簿（.xls）", "an old Excel workbook (.xls)").into(),
            remedy: phrase!("请另存为 XLSX 或 CSV", "save it as XLSX or CSV").into(),
        });
    }
    Ok(found)
}

fn head_is_old_workbook(stream: &SourceStream) -> bool {
    stream.bytes_ahead().starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

impl SourceBlock {
    /// The approximate number of records, for a progress bar.
    pub(crate) fn rows_about(&self) -> u64 {
        match &self.content {
            BlockContent::Csv(block) => block.lines,
            BlockContent::Json(block) => block.row_count(),
            BlockContent::Ready(chunk) => chunk.row_count() as u64,
        }
    }

    /// Finds the cells.
    pub fn into_chunk(self) -> Chunk {
        match self.content {
            BlockContent::Csv(block) => block.into_chunk(),
            BlockContent::Json(block) => block.into_chunk(),
            BlockContent::Ready(chunk) => chunk,
        }
    }
}

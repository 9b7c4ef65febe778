//! Separated text as a sequence of blocks, each ending at the end of a record.

use encoding_rs::{Decoder, DecoderResult};

use super::chunk::{Chunk, MAX_RECORD, RecordShape};
use super::encoding::{Encoding, FileEncoding, detect_encoding, escape_bytes, is_unclear};
use super::error::SourceReadError;
use super::layout::{Preamble, QuarantineForm, SourceLayout};
use super::names::distinct_names;
use super::split::{last_record_end, split_records};
use super::stream::{FileDigest, SourceStream};
use crate::quarantine_columns::QuarantineColumns;

/// Small enough for the second-level cache, large enough to be worth the overhead of a block.
const BLOCK: usize = 256 << 10;

/// The sequential part of reading separated text.
pub(super) struct CsvBlocks {
    stream: SourceStream,
    /// Bytes from the stream that are not in a block yet; they start with a record.
    pending: Vec<u8>,
    ended: bool,
    /// `None` while everything was ASCII so far.
    encoding: Option<FileEncoding>,
    decoder: Option<Decoder>,
    separator: u8,
    columns: usize,
    line: u64,
    number: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
    mark: &'static [u8],
}

impl std::fmt::Debug for CsvBlocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blocks at line {}", self.line)
    }
}

/// Bytes that start and end at record boundaries.
#[derive(Debug)]
pub(super) struct CsvBlock {
    number: usize,
    bytes: Vec<u8>,
    encoding: Encoding,
    separator: u8,
    columns: usize,
    first_line: u64,
    pub(super) lines: u64,
}

impl CsvBlock {
    pub(super) fn into_chunk(self) -> Chunk {
        let mut chunk = Chunk::new(self.number, self.bytes, self.encoding, self.columns);
        split_records(&mut chunk, self.separator, self.first_line);
        chunk
    }
}

impl CsvBlocks {
    pub(super) fn open_stream(
        mut stream: SourceStream,
        file: &str,
        layout: &SourceLayout,
    ) -> Result<(CsvBlocks, Vec<String>), SourceReadError> {
        let mut sample = Vec::new();
        stream.fill_buffer(&mut sample, BLOCK, file)?;
        let detected = detect_encoding(&sample);
        let mark = detected.map_or(0, |(_, mark)| mark);
        let encoding = layout.encoding.or(detected.map(|(found, _)| found));
        if layout.encoding.is_none() && mark == 0 {
            check_clear(encoding, &sample, (file, 1))?;
        }
        let mark_bytes: &'static [u8] = match &sample[..mark] {
            [0xef, 0xbb, 0xbf] => b"\xef\xbb\xbf",
            [0xff, 0xfe] => b"\xff\xfe",
            [0xfe, 0xff] => b"\xfe\xff",
            [] => b"",
            _ => b"\x84\x31\x95\x33",
        };
        stream.give_back(sample.split_off(mark));
        let mut blocks = CsvBlocks {
            stream,
            pending: Vec::new(),
            ended: false,
            encoding,
            decoder: None,
            separator: b',',
            columns: 0,
            line: 1,
            number: 0,
            head: Vec::new(),
            tail: Vec::new(),
            mark: mark_bytes,
        };
        blocks.choose_decoder(layout.separator);
        blocks.read_more(file)?;
        let headers = blocks.read_header(file, layout)?;
        Ok((blocks, headers))
    }

    fn choose_decoder(&mut self, separator: Option<u8>) {
        self.decoder = match self.encoding {
            None | Some(FileEncoding::Utf8) => None,
            Some(FileEncoding::Gb18030) if !matches!(separator, Some(b'|' | b'\\')) => None,
            Some(
                other @ (FileEncoding::Gb18030
                | FileEncoding::Utf16Le
                | FileEncoding::Utf16Be
                | FileEncoding::Other(_)),
            ) => Some(other.standard_encoding().new_decoder_without_bom_handling()),
        };
    }

    /// Takes another block's worth of bytes from the stream.
    fn read_more(&mut self, file: &str) -> Result<(), SourceReadError> {
        // A record longer than a block is searched again each time; doubling keeps that cheap.
        let wanted = BLOCK.max(self.pending.len());
        if self.decoder.is_none() {
            self.ended = self.stream.fill_buffer(&mut self.pending, wanted, file)? == 0;
            return Ok(());
        }
        let mut raw = Vec::new();
        self.ended = self.stream.fill_buffer(&mut raw, wanted, file)? == 0;
        if let Some(decoder) = &mut self.decoder {
            decode_to_utf8(decoder, &raw, self.ended, &mut self.pending);
        }
        Ok(())
    }

    fn read_header(
        &mut self,
        file: &str,
        layout: &SourceLayout,
    ) -> Result<Vec<String>, SourceReadError> {
        let mut row = layout.header_row.unwrap_or(1);
        let mut skip_rows = layout.skip_rows;
        let mut separator = layout.separator;
        if self.is_flat_quarantine() {
            (row, skip_rows, separator) = (1, 0, None);
        }
        self.separator = separator.unwrap_or_else(|| guess_separator(&self.pending, row));
        if self.separator == b'|' && self.encoding == Some(FileEncoding::Gb18030) {
            return self.restart_decoded(file, layout);
        }
        let mut before = Vec::new();
        for _ in 1..row.max(1) {
            before.extend_from_slice(&self.take_record(file)?);
        }
        let mut line = if row == 0 { self.peek_record(file)? } else { self.take_record(file)? };
        while row > 0 && line.trim_ascii().is_empty() && !line.is_empty() {
            before.extend_from_slice(&line);
            line = self.take_record(file)?;
        }
        let names = self.split_cells(&line);
        if names.is_empty() {
            return Err(SourceReadError::NoHeader { file: file.to_owned() });
        }
        self.columns = names.len();
        if row > 0 {
            before.extend_from_slice(line.trim_ascii_end());
        }
        self.head = before;
        for _ in 0..skip_rows {
            let skipped = self.take_record(file)?;
            self.tail.extend_from_slice(&skipped);
        }
        Ok(distinct_names(if row == 0 { vec![String::new(); self.columns] } else { names }))
    }

    /// Whether this is the plain quarantine file of a source that was not text. A spreadsheet
    /// program may have rewritten it in another encoding and with other separators.
    fn is_flat_quarantine(&self) -> bool {
        let line = self.pending.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(line) = self.chunk_encoding().decode(line) else {
            return false;
        };
        let cells = line.split([',', ';', '\t']);
        cells.map(|cell| cell.trim().trim_matches('"')).any(QuarantineColumns::is_flat)
    }

    /// Bars can be inside GB18030 characters, so the file is read again through a decoder.
    fn restart_decoded(
        &mut self,
        file: &str,
        layout: &SourceLayout,
    ) -> Result<Vec<String>, SourceReadError> {
        let taken = std::mem::take(&mut self.pending);
        self.stream.give_back(taken);
        self.choose_decoder(Some(b'|'));
        self.read_more(file)?;
        let layout = SourceLayout { separator: Some(b'|'), ..layout.clone() };
        // The separator is known and the decoder is set, so this is not called again.
        self.encoding = Some(FileEncoding::Other(encoding_rs::GB18030));
        self.read_header(file, &layout)
    }

    fn split_cells(&self, line: &[u8]) -> Vec<String> {
        let columns = memchr::memchr_iter(self.separator, line).count() + 1;
        let encoding = self.chunk_encoding();
        let mut chunk = Chunk::new(0, line.to_vec(), encoding, columns);
        split_records(&mut chunk, self.separator, 1);
        if chunk.row_count() == 0 {
            return Vec::new();
        }
        let found = match chunk.shape_of(0) {
            Some(RecordShape::Cells(found)) => found,
            Some(RecordShape::StrayQuote | RecordShape::NoJson) | None => columns,
        };
        (0..found).map(|at| chunk.cell_text(0, at).unwrap_or_default().into_owned()).collect()
    }

    fn record_length(&mut self, file: &str) -> Result<usize, SourceReadError> {
        loop {
            if let Some(length) = first_record_end(&self.pending, self.separator) {
                return Ok(length);
            }
            if self.ended {
                return Ok(self.pending.len());
            }
            self.check_length(file)?;
            self.read_more(file)?;
        }
    }

    fn take_record(&mut self, file: &str) -> Result<Vec<u8>, SourceReadError> {
        let length = self.record_length(file)?;
        let rest = self.pending.split_off(length);
        let record = std::mem::replace(&mut self.pending, rest);
        self.line += memchr::memchr_iter(b'\n', &record).count() as u64;
        Ok(record)
    }

    fn peek_record(&mut self, file: &str) -> Result<Vec<u8>, SourceReadError> {
        let length = self.record_length(file)?;
        Ok(self.pending[..length].to_vec())
    }

    fn check_length(&self, file: &str) -> Result<(), SourceReadError> {
        if self.pending.len() > MAX_RECORD {
            return Err(SourceReadError::TooLong { file: file.to_owned(), line: self.line });
        }
        Ok(())
    }

    fn chunk_encoding(&self) -> Encoding {
        match (self.decoder.is_some(), self.encoding) {
            (false, Some(FileEncoding::Gb18030)) => Encoding::Gb18030,
            _ => Encoding::Utf8,
        }
    }

    pub(super) fn next_block(&mut self, file: &str) -> Result<Option<CsvBlock>, SourceReadError> {
        let end = loop {
            if self.pending.len() >= BLOCK || self.ended {
                let end = if self.ended {
                    self.pending.len()
                } else {
                    last_record_end(&self.pending, self.separator)
                };
                if end > 0 || self.ended {
                    break end;
                }
                self.check_length(file)?;
            }
            self.read_more(file)?;
        };
        if end == 0 {
            return Ok(None);
        }
        let rest = self.pending[end..].to_vec();
        let mut bytes = std::mem::replace(&mut self.pending, rest);
        bytes.truncate(end);
        if self.ended {
            self.check_closed(&bytes, file)?;
        }
        if self.encoding.is_none() && !bytes.is_ascii() {
            self.encoding = detect_encoding(&bytes).map(|(found, _)| match found {
                FileEncoding::Gb18030 => FileEncoding::Gb18030,
                FileEncoding::Utf8
                | FileEncoding::Utf16Le
                | FileEncoding::Utf16Be
                | FileEncoding::Other(_) => FileEncoding::Utf8,
            });
            check_clear(self.encoding, &bytes, (file, self.line))?;
        }
        let block = CsvBlock {
            number: self.number,
            encoding: self.chunk_encoding(),
            separator: self.separator,
            columns: self.columns,
            first_line: self.line,
            lines: memchr::memchr_iter(b'\n', &bytes).count() as u64,
            bytes,
        };
        self.number += 1;
        self.line += block.lines;
        Ok(Some(block))
    }

    /// Refuses a file whose last record is a quote that swallowed the rest of the file.
    fn check_closed(&self, bytes: &[u8], file: &str) -> Result<(), SourceReadError> {
        let (whole, rest) = bytes.split_at(last_record_end(bytes, self.separator));
        if memchr::memchr(b'\n', rest).is_some() {
            return Err(SourceReadError::OpenQuote {
                file: file.to_owned(),
                line: self.line + memchr::memchr_iter(b'\n', whole).count() as u64,
            });
        }
        Ok(())
    }

    pub(super) fn finish_digest(&mut self, file: &str) -> Result<FileDigest, SourceReadError> {
        let lines = self.line - 1;
        self.stream.finish_digest(file, lines)
    }

    pub(super) fn file_preamble(&self) -> Preamble<'_> {
        Preamble {
            head: &self.head,
            tail: &self.tail,
            separator: self.separator,
            encoding: self.encoding.unwrap_or(FileEncoding::Utf8),
            transcoded: self.decoder.is_some(),
            mark: self.mark,
            form: QuarantineForm::Separated,
        }
    }
}

/// Refuses bytes that were taken for GB18030 only because they are not UTF-8.
fn check_clear(
    found: Option<FileEncoding>,
    bytes: &[u8],
    (file, first): (&str, u64),
) -> Result<(), SourceReadError> {
    if found != Some(FileEncoding::Gb18030) || !is_unclear(bytes) {
        return Ok(());
    }
    let strange = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let line = first + memchr::memchr_iter(b'\n', &bytes[..strange]).count() as u64;
    Err(SourceReadError::UnclearEncoding { file: file.to_owned(), line })
}

/// Appends bytes as UTF-8. What is not text among them is escaped by [`escape_bytes`].
fn decode_to_utf8(decoder: &mut Decoder, raw: &[u8], last: bool, out: &mut Vec<u8>) {
    let mut at = 0;
    loop {
        let rest = &raw[at..];
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len());
        let before = out.len();
        out.resize(before + room.unwrap_or(rest.len() * 3 + 16), 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(rest, &mut out[before..], last);
        out.truncate(before + written);
        at += read;
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let end = at.saturating_sub(usize::from(after));
                // The start of the malformed part may be in earlier bytes; then only what is here
                // is kept.
                let start = end.saturating_sub(usize::from(length));
                escape_bytes(&raw[start..end], out);
                if start == end {
                    escape_bytes(b"?", out);
                }
            }
        }
    }
}

/// The length of the first record with its line end; `None` if it is incomplete.
fn first_record_end(bytes: &[u8], separator: u8) -> Option<usize> {
    let mut inside = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if !inside => return Some(at + 1),
            b'"' if inside => inside = false,
            // A doubled quote closes and opens again, which has the same effect.
            b'"' => {
                inside =
                    at == 0 || matches!(bytes[at - 1], b'"' | b'\n') || bytes[at - 1] == separator;
            }
            _ => {}
        }
    }
    None
}

/// The separator that occurs most often in the header line.
fn guess_separator(bytes: &[u8], row: usize) -> u8 {
    let lines = bytes.split(|b| *b == b'\n');
    let line = lines.skip(row.max(1) - 1).find(|line| !line.trim_ascii().is_empty());
    let line = line.unwrap_or_default();
    let count = |separator: u8| {
        let mut inside = false;
        line.iter()
            .filter(|b| {
                inside ^= **b == b'"';
                **b == separator && !inside
            })
            .count()
    };
    // If two occur equally often the later one in this list wins, because `max_by_key` takes the
    // last.
    [b'|', b';', b'\t', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

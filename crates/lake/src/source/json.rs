//! JSON: one object per record, in lines or in an array; nested values by dotted path.
//!
//! The file is read twice: first for the paths that occur, then for the values. The end of a record
//! is found without recursion, and the depth of a record is bounded.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use trueline_language::{phrase, text};

use super::chunk::{Chunk, MAX_RECORD, RecordShape};
use super::encoding::FileEncoding;
use super::error::SourceReadError;
use super::grid::ChunkBuilder;
use super::layout::{Preamble, QuarantineForm};
use super::stream::{FileDigest, SourceStream};

const BLOCK: usize = 1 << 20;

/// A file with more columns than this is not a table.
const MAX_COLUMNS: usize = 4096;

/// Finds records in a stream.
#[derive(Debug)]
pub(super) struct JsonRecords {
    stream: SourceStream,
    pending: Vec<u8>,
    ended: bool,
    line: u64,
    number: usize,
    columns: Vec<String>,
}

/// Whole records, not yet parsed.
#[derive(Debug)]
pub(super) struct JsonBlock {
    number: usize,
    bytes: Vec<u8>,
    records: Vec<JsonRecord>,
    /// The file ends inside the last record.
    cut: bool,
    columns: Vec<String>,
}

impl JsonRecords {
    pub(super) fn open_stream(
        stream: SourceStream,
        path: &Path,
        file: &str,
    ) -> Result<(JsonRecords, Vec<String>), SourceReadError> {
        let mut first = JsonRecords::read_from(stream);
        let mut columns = Vec::new();
        // What is not a record costs one row each, unless the file has no record at all.
        let mut first_error = None;
        let mut known: HashMap<String, usize> = HashMap::new();
        while let Some(block) = first.next_block(file)? {
            for record in &block.records {
                let value = match parse_record(&block.bytes, *record, file) {
                    Ok(value) => value,
                    // What else the file lacks is unknown.
                    Err(_) if block.cut && Some(record) == block.records.last() => {
                        return Err(cut_short(file, record.line));
                    }
                    Err(error) => {
                        first_error.get_or_insert(error);
                        continue;
                    }
                };
                walk_values(&value, &mut String::new(), &mut |path, _| {
                    if !known.contains_key(path) && columns.len() <= MAX_COLUMNS {
                        known.insert(path.to_owned(), columns.len());
                        columns.push(path.to_owned());
                    }
                });
            }
            if columns.len() > MAX_COLUMNS {
                return Err(SourceReadError::Unusable {
                    file: file.to_owned(),
                    problem: text!(
                        "其记录有超过 {MAX_COLUMNS} 种不同的路径",
                        "its records have more than {MAX_COLUMNS} different paths"
                    ),
                    remedy: phrase!("请先展平再导入", "flatten them before the import").into(),
                });
            }
        }
        if columns.is_empty() {
            let none = || SourceReadError::NoHeader { file: file.to_owned() };
            return Err(first_error.unwrap_or_else(none));
        }
        let mut records = JsonRecords::read_from(SourceStream::open_path(path, file)?);
        records.columns.clone_from(&columns);
        Ok((records, columns))
    }

    fn read_from(stream: SourceStream) -> JsonRecords {
        JsonRecords {
            stream,
            pending: Vec::new(),
            ended: false,
            line: 1,
            number: 0,
            columns: Vec::new(),
        }
    }

    pub(super) fn next_block(&mut self, file: &str) -> Result<Option<JsonBlock>, SourceReadError> {
        loop {
            if self.pending.len() >= BLOCK || self.ended {
                let mut found = scan_objects(&self.pending, self.line);
                let open = found.open.filter(|_| self.ended);
                let cut = open.is_some_and(|record| self.pending[record.start] == b'{');
                found.records.extend(open);
                if let Some(last) = found.records.last() {
                    let rest = self.pending.split_off(last.end);
                    let bytes = std::mem::replace(&mut self.pending, rest);
                    self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                    self.number += 1;
                    return Ok(Some(JsonBlock {
                        number: self.number - 1,
                        bytes,
                        records: found.records,
                        cut,
                        columns: self.columns.clone(),
                    }));
                }
                if self.ended {
                    return Ok(None);
                }
                if self.pending.len() > MAX_RECORD {
                    return Err(SourceReadError::TooLong {
                        file: file.to_owned(),
                        line: self.line,
                    });
                }
            }
            self.ended = self.stream.fill_buffer(&mut self.pending, BLOCK, file)? == 0;
        }
    }

    pub(super) fn finish_digest(&mut self, file: &str) -> Result<FileDigest, SourceReadError> {
        self.stream.finish_digest(file, self.line)
    }
}

impl JsonBlock {
    pub(super) fn row_count(&self) -> u64 {
        self.records.len() as u64
    }

    pub(super) fn into_chunk(self) -> Chunk {
        let index: HashMap<&str, usize> =
            self.columns.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut grid = ChunkBuilder::new(self.number, self.columns.len());
        for at in &self.records {
            let record = &self.bytes[at.start..at.end];
            let Ok(value) = serde_json::from_slice::<Value>(record) else {
                let cells = vec![""; self.columns.len()];
                grid.push_record(at.line, &cells, Some(record.trim_ascii_end()));
                grid.mark_misshapen(RecordShape::NoJson);
                continue;
            };
            let mut cells = vec![String::new(); self.columns.len()];
            walk_values(&value, &mut String::new(), &mut |path, value| {
                if let Some(at) = index.get(path) {
                    cells[*at] = value_text(value);
                }
            });
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            grid.push_record(at.line, &cells, Some(record));
        }
        grid.into_chunk()
    }
}

pub(super) fn json_preamble() -> Preamble<'static> {
    Preamble {
        head: b"",
        tail: b"",
        separator: b',',
        encoding: FileEncoding::Utf8,
        transcoded: false,
        mark: b"",
        form: QuarantineForm::Json,
    }
}

fn parse_record(bytes: &[u8], record: JsonRecord, file: &str) -> Result<Value, SourceReadError> {
    serde_json::from_slice(&bytes[record.start..record.end]).map_err(|error| {
        SourceReadError::Unusable {
            file: format!("{file}, line {}", record.line + error.line().max(1) as u64 - 1),
            problem: text!("不是有效的 JSON（“{error}”）", "not valid JSON ({error})"),
            remedy: phrase!("请改正或删去该记录", "correct or remove that record").into(),
        }
    })
}

fn cut_short(file: &str, line: u64) -> SourceReadError {
    SourceReadError::Unusable {
        file: format!("{file}, line {line}"),
        problem: phrase!("一个对象在此开始而没有结束", "an object starts there and does not end")
            .into(),
        remedy: phrase!("文件不完整，请重新获取", "the file is cut short; fetch it again").into(),
    }
}

/// Where a record lies, and the line it starts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonRecord {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: u64,
}

#[derive(Debug)]
pub(crate) struct JsonScan {
    pub(crate) records: Vec<JsonRecord>,
    /// The record that is not complete where the text ends.
    pub(crate) open: Option<JsonRecord>,
}

/// Finds the objects at the top level of a text, or in the array at its top level.
///
/// Anything else at that level is a record up to the end of its line. A torn object ends with its
/// line if the next line starts an object, so that it costs only itself.
pub(crate) fn scan_objects(bytes: &[u8], first_line: u64) -> JsonScan {
    let mut records = Vec::new();
    let mut line = first_line;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => line += 1,
            b' ' | b'\t' | b'\r' | b',' | b'[' | b']' | 0xef | 0xbb | 0xbf => {}
            _ => {
                let length = if *byte == b'{' {
                    object_length(&bytes[at..])
                } else {
                    memchr::memchr(b'\n', &bytes[at..])
                };
                let end = length.map_or(bytes.len(), |length| at + length);
                let record = JsonRecord { start: at, end, line };
                if length.is_none() {
                    return JsonScan { records, open: Some(record) };
                }
                records.push(record);
                line += memchr::memchr_iter(b'\n', &bytes[at..end]).count() as u64;
                at = end;
                continue;
            }
        }
        at += 1;
    }
    JsonScan { records, open: None }
}

/// The length of the object at the start of a text; `None` if it does not end.
fn object_length(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && bytes.get(at + 1) == Some(&b'{') {
            // Inside a list of objects, the line before ends with a bracket, a comma or a colon.
            let open = matches!(bytes[..at].trim_ascii_end().last(), Some(b'[' | b',' | b':'));
            if inside || !open {
                return Some(at);
            }
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ if inside => {}
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Calls `found` with the dotted path and value of everything that is neither an object nor an
/// array.
pub(crate) fn walk_values(value: &Value, path: &mut String, found: &mut impl FnMut(&str, &Value)) {
    let length = path.len();
    let mut step = |name: &str, inner: &Value, path: &mut String| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        walk_values(inner, path, found);
        path.truncate(length);
    };
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                step(name, inner, path);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                step(&at.to_string(), inner, path);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found(path, value),
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(text) => text.clone(),
    }
}

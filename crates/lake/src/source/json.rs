//! JSON: one object a record, in lines or in an array; nested values by dotted path.
//!
//! The file is read twice: first for the paths that occur, then for the values. Where a record ends
//! is found without recursion, and how deep one may be is bounded.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::chunk::{Chunk, MAX_RECORD};
use super::grid::Grid;
use super::open::{Digest, Stream};
use super::{Preamble, ReadError};
use crate::source::FileEncoding;

const BLOCK: usize = 1 << 20;

/// Columns beyond this are no table any more.
const MAX_COLUMNS: usize = 4096;

/// Finds records in a stream.
#[derive(Debug)]
pub(super) struct Records {
    stream: Stream,
    pending: Vec<u8>,
    ended: bool,
    line: u64,
    number: usize,
    columns: Vec<String>,
}

/// Whole records, not yet parsed.
#[derive(Debug)]
pub(super) struct Block {
    number: usize,
    bytes: Vec<u8>,
    /// Where each record lies and the line it starts on.
    records: Vec<(usize, usize, u64)>,
    columns: Vec<String>,
}

impl Records {
    pub(super) fn start(
        stream: Stream,
        path: &Path,
        file: &str,
    ) -> Result<(Records, Vec<String>), ReadError> {
        let mut first = Records::over(stream);
        let mut columns = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        while let Some(block) = first.next_block(file)? {
            for (start, end, line) in &block.records {
                let value = parse(&block.bytes[*start..*end], *line, file)?;
                walk(&value, &mut String::new(), &mut |path, _| {
                    if !known.contains_key(path) && columns.len() <= MAX_COLUMNS {
                        known.insert(path.to_owned(), columns.len());
                        columns.push(path.to_owned());
                    }
                });
            }
            if columns.len() > MAX_COLUMNS {
                return Err(ReadError::Unusable {
                    file: file.to_owned(),
                    problem: format!("its records have more than {MAX_COLUMNS} different paths"),
                    remedy: "flatten them before the import".to_owned(),
                });
            }
        }
        if columns.is_empty() {
            return Err(ReadError::NoHeader { file: file.to_owned() });
        }
        let mut records = Records::over(Stream::open(path, file)?);
        records.columns.clone_from(&columns);
        Ok((records, columns))
    }

    fn over(stream: Stream) -> Records {
        Records {
            stream,
            pending: Vec::new(),
            ended: false,
            line: 1,
            number: 0,
            columns: Vec::new(),
        }
    }

    pub(super) fn next_block(&mut self, file: &str) -> Result<Option<Block>, ReadError> {
        loop {
            if self.pending.len() >= BLOCK || self.ended {
                let found = scan(&self.pending, self.line).map_err(|line| no_record(file, line))?;
                if let Some((_, end, _)) = found.records.last() {
                    let rest = self.pending.split_off(*end);
                    let bytes = std::mem::replace(&mut self.pending, rest);
                    self.line = found.line_after;
                    self.number += 1;
                    return Ok(Some(Block {
                        number: self.number - 1,
                        bytes,
                        records: found.records,
                        columns: self.columns.clone(),
                    }));
                }
                if self.ended {
                    return match found.open {
                        Some(line) => Err(cut_short(file, line)),
                        None => Ok(None),
                    };
                }
                if self.pending.len() > MAX_RECORD {
                    return Err(ReadError::TooLong { file: file.to_owned(), line: self.line });
                }
            }
            self.ended = self.stream.fill(&mut self.pending, BLOCK, file)? == 0;
        }
    }

    pub(super) fn digest(&mut self, file: &str) -> Result<Digest, ReadError> {
        self.stream.digest(file, self.line)
    }
}

impl Block {
    pub(super) fn rows(&self) -> u64 {
        self.records.len() as u64
    }

    pub(super) fn into_chunk(self) -> Chunk {
        let index: HashMap<&str, usize> =
            self.columns.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut grid = Grid::new(self.number, self.columns.len());
        for (start, end, line) in &self.records {
            let record = &self.bytes[*start..*end];
            // The first reading has parsed it already, or the import has stopped.
            let value: Value = serde_json::from_slice(record).unwrap_or_default();
            let mut cells = vec![String::new(); self.columns.len()];
            walk(&value, &mut String::new(), &mut |path, value| {
                if let Some(at) = index.get(path) {
                    cells[*at] = shown(value);
                }
            });
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            grid.push(*line, &cells, Some(record));
        }
        grid.finish()
    }
}

pub(super) fn preamble() -> Preamble<'static> {
    Preamble {
        head: b"",
        tail: b"",
        separator: b',',
        encoding: FileEncoding::Utf8,
        transcoded: false,
        mark: b"",
        form: super::Form::Json,
    }
}

fn parse(record: &[u8], line: u64, file: &str) -> Result<Value, ReadError> {
    serde_json::from_slice(record).map_err(|error| ReadError::Unusable {
        file: format!("{file}, line {}", line + error.line().max(1) as u64 - 1),
        problem: format!("no valid JSON ({error})"),
        remedy: "mend or remove that record".to_owned(),
    })
}

fn no_record(file: &str, line: u64) -> ReadError {
    ReadError::Unusable {
        file: format!("{file}, line {line}"),
        problem: "this is no JSON object".to_owned(),
        remedy: "a file holds objects, one a line or in one array".to_owned(),
    }
}

fn cut_short(file: &str, line: u64) -> ReadError {
    ReadError::Unusable {
        file: format!("{file}, line {line}"),
        problem: "an object starts there and does not end".to_owned(),
        remedy: "the file is cut short; fetch it once more".to_owned(),
    }
}

pub(crate) struct Scanned {
    pub(crate) records: Vec<(usize, usize, u64)>,
    line_after: u64,
    /// The line where a record starts that is not whole.
    open: Option<u64>,
}

/// Finds the objects at the top of some text, or in the array at its top.
pub(crate) fn scan(bytes: &[u8], first_line: u64) -> Result<Scanned, u64> {
    let mut scanned = Scanned { records: Vec::new(), line_after: first_line, open: None };
    let mut line = first_line;
    let (mut depth, mut start, mut start_line) = (0_usize, 0, line);
    let (mut inside, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        line += u64::from(*byte == b'\n');
        if inside {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => inside = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' if depth > 0 => inside = true,
            b'{' => {
                if depth == 0 {
                    (start, start_line) = (at, line);
                }
                depth += 1;
            }
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    scanned.records.push((start, at + 1, start_line));
                    scanned.line_after = line;
                }
            }
            _ if depth > 0 => {}
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | 0xef | 0xbb | 0xbf => {}
            _ => return Err(line),
        }
    }
    scanned.open = (depth > 0).then_some(start_line);
    Ok(scanned)
}

/// Calls `found` with every value that is neither object nor array, and its dotted path.
pub(crate) fn walk(value: &Value, path: &mut String, found: &mut impl FnMut(&str, &Value)) {
    let length = path.len();
    let mut step = |name: &str, inner: &Value, path: &mut String| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        walk(inner, path, found);
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

fn shown(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(text) => text.clone(),
    }
}

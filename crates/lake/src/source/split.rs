//! Cuts separated text into records and cells, as bytes, according to RFC 4180.
//!
//! A quote opens a cell only at its start; elsewhere it is an ordinary character. Line ends inside
//! quotes belong to the cell. The search examines eight bytes at a time.

use super::chunk::{CellSpan, Chunk, RecordShape};

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The top bit of every byte of `word` that is zero.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

/// Finds separators and line ends one after another.
struct CellMarks<'a> {
    bytes: &'a [u8],
    separator: u64,
    newline: u64,
    /// The start of the current word, and its marks that are not yet returned.
    base: usize,
    mask: u64,
    /// Where the next word starts.
    next: usize,
}

impl<'a> CellMarks<'a> {
    fn new(bytes: &'a [u8], separator: u8) -> CellMarks<'a> {
        CellMarks {
            bytes,
            separator: u64::from(separator) * ONES,
            newline: u64::from(b'\n') * ONES,
            base: 0,
            mask: 0,
            next: 0,
        }
    }

    /// Continues at a position and forgets what lies before it.
    fn go_to(&mut self, at: usize) {
        self.mask = 0;
        self.next = at;
    }

    #[inline]
    fn next_mark(&mut self) -> Option<usize> {
        while self.mask == 0 {
            let rest = self.bytes.get(self.next..)?;
            self.base = self.next;
            if let Some(eight) = rest.first_chunk::<8>() {
                self.mask = self.marks_in(u64::from_le_bytes(*eight));
                self.next += 8;
            } else {
                if rest.is_empty() {
                    return None;
                }
                let mut eight = [0; 8];
                eight[..rest.len()].copy_from_slice(rest);
                // The padding is zero, which is neither a separator nor a line end.
                self.mask = self.marks_in(u64::from_le_bytes(eight));
                self.next = self.bytes.len();
            }
        }
        let at = self.base + (self.mask.trailing_zeros() / 8) as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    #[inline]
    fn marks_in(&self, word: u64) -> u64 {
        zero_bytes(word ^ self.separator) | zero_bytes(word ^ self.newline)
    }
}

/// Where a cell ends and what ended it.
struct CellEnd {
    span: CellSpan,
    /// The position of the separator or line end; the length of the text if nothing follows.
    at: usize,
    stray: bool,
    newlines: u64,
}

/// Cuts the bytes of a chunk into records. `first_line` is the line on which the chunk starts.
///
/// Blank lines are not records. Returns the line after the chunk.
pub(crate) fn split_records(chunk: &mut Chunk, separator: u8, first_line: u64) -> u64 {
    let bytes = std::mem::take(&mut chunk.bytes);
    let mut marks = CellMarks::new(&bytes, separator);
    let mut record = OpenRecord { start: 0, cells: 0, line: first_line, newlines: 0, stray: false };
    chunk.spans.reserve(bytes.len() / 8);
    let mut start = 0;
    while start < bytes.len() || record.cells > 0 {
        let ended = if bytes.get(start) == Some(&b'"') {
            read_quoted(&bytes, start, &mut marks)
        } else {
            let at = marks.next_mark().unwrap_or(bytes.len());
            CellEnd { span: CellSpan::new(start, at), at, stray: false, newlines: 0 }
        };
        record.newlines += ended.newlines;
        record.stray |= ended.stray;
        let last = bytes.get(ended.at) != Some(&separator);
        let mut span = ended.span;
        if last && span.end as usize == ended.at && ended.at > start {
            // A carriage return before a line end belongs to the line end.
            span.end -= u32::from(bytes[ended.at - 1] == b'\r' && ended.at < bytes.len());
        }
        if record.cells < chunk.columns {
            chunk.spans.push(span);
        }
        record.cells += 1;
        start = ended.at + 1;
        if last {
            record.finish_record(chunk, &bytes, ended.at);
            record.start = start;
        }
    }
    chunk.bytes = bytes;
    record.line
}

struct OpenRecord {
    start: usize,
    cells: usize,
    line: u64,
    newlines: u64,
    stray: bool,
}

impl OpenRecord {
    fn finish_record(&mut self, chunk: &mut Chunk, bytes: &[u8], end: usize) {
        let mut end = end;
        if end > self.start && bytes[end - 1] == b'\r' && end < bytes.len() {
            end -= 1;
        }
        let blank = end == self.start;
        if blank {
            let kept = chunk.row_count() * chunk.columns;
            chunk.spans.truncate(kept);
        } else {
            let row = chunk.row_count() as u32;
            if self.stray {
                chunk.misshapen.push((row, RecordShape::StrayQuote));
            } else if self.cells != chunk.columns {
                chunk.misshapen.push((row, RecordShape::Cells(self.cells)));
            }
            let missing = chunk.columns.saturating_sub(self.cells);
            chunk.spans.extend(std::iter::repeat_n(CellSpan::EMPTY, missing));
            chunk.records.push(CellSpan::new(self.start, end));
            chunk.lines.push(self.line);
        }
        self.line += 1 + self.newlines;
        self.newlines = 0;
        self.cells = 0;
        self.stray = false;
    }
}

fn read_quoted(bytes: &[u8], start: usize, marks: &mut CellMarks<'_>) -> CellEnd {
    let mut from = start + 1;
    let mut doubled = false;
    let close = loop {
        match memchr::memchr(b'"', &bytes[from..]) {
            None => break None,
            Some(at) if bytes.get(from + at + 1) == Some(&b'"') => {
                doubled = true;
                from += at + 2;
            }
            Some(at) => break Some(from + at),
        }
    };
    let Some(close) = close else {
        let newlines = memchr::memchr_iter(b'\n', &bytes[start..]).count() as u64;
        marks.go_to(bytes.len());
        return CellEnd {
            span: CellSpan::new(start, bytes.len()),
            at: bytes.len(),
            stray: true,
            newlines,
        };
    };
    marks.go_to(close + 1);
    let at = marks.next_mark().unwrap_or(bytes.len());
    let after = &bytes[close + 1..at];
    let newlines = memchr::memchr_iter(b'\n', &bytes[start..close]).count() as u64;
    let span = if doubled {
        CellSpan::with_doubled_quotes(start + 1, close)
    } else {
        CellSpan::new(start + 1, close)
    };
    CellEnd { span, at, stray: !after.trim_ascii().is_empty(), newlines }
}

/// The end of the last whole record in bytes that start with a record; 0 if none is whole.
///
/// It agrees with [`split_records`] about which line ends are inside quotes.
pub(crate) fn last_record_end(bytes: &[u8], separator: u8) -> usize {
    let mut at = 0;
    let mut end = 0;
    loop {
        let quote = memchr::memchr(b'"', &bytes[at..]).map(|found| at + found);
        let outside = &bytes[at..quote.unwrap_or(bytes.len())];
        if let Some(found) = memchr::memrchr(b'\n', outside) {
            end = at + found + 1;
        }
        let Some(quote) = quote else { return end };
        let opens = quote == 0 || bytes[quote - 1] == separator || bytes[quote - 1] == b'\n';
        at = quote + 1;
        if !opens {
            continue;
        }
        loop {
            let Some(found) = memchr::memchr(b'"', &bytes[at..]) else {
                return end;
            };
            at += found + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            at += 1;
        }
    }
}

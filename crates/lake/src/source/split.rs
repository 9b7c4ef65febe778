//! Cuts separated text into records and cells, on bytes, by RFC 4180.
//!
//! A quote opens a cell only at its start; elsewhere it is an ordinary character. Line ends inside
//! quotes belong to the cell. The search looks at eight bytes at a time.

use super::chunk::{Chunk, Shape, Span};

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The top bit of every byte of `word` that is zero.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

/// Finds separators and line ends one after another.
struct Marks<'a> {
    bytes: &'a [u8],
    separator: u64,
    newline: u64,
    /// Start of the word under work, and its marks that are still to give.
    base: usize,
    mask: u64,
    /// Where the next word starts.
    next: usize,
}

impl<'a> Marks<'a> {
    fn new(bytes: &'a [u8], separator: u8) -> Marks<'a> {
        Marks {
            bytes,
            separator: u64::from(separator) * ONES,
            newline: u64::from(b'\n') * ONES,
            base: 0,
            mask: 0,
            next: 0,
        }
    }

    /// Goes on at a position, forgetting what lies before it.
    fn seek(&mut self, at: usize) {
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
                // The filling is zero, which is neither separator nor line end.
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
struct Ended {
    span: Span,
    /// Position of the separator or line end; the length of the text at its end.
    at: usize,
    stray: bool,
    newlines: u64,
}

/// Cuts the bytes of a chunk into its records. `first_line` is the line it starts on.
///
/// Blank lines are no records. Returns the line after the chunk.
pub(crate) fn split(chunk: &mut Chunk, separator: u8, first_line: u64) -> u64 {
    let bytes = std::mem::take(&mut chunk.bytes);
    let mut marks = Marks::new(&bytes, separator);
    let mut record = Record { start: 0, cells: 0, line: first_line, newlines: 0, stray: false };
    chunk.spans.reserve(bytes.len() / 8);
    let mut start = 0;
    while start < bytes.len() || record.cells > 0 {
        let ended = if bytes.get(start) == Some(&b'"') {
            quoted(&bytes, start, &mut marks)
        } else {
            let at = marks.next_mark().unwrap_or(bytes.len());
            Ended { span: Span::new(start, at), at, stray: false, newlines: 0 }
        };
        record.newlines += ended.newlines;
        record.stray |= ended.stray;
        let last = bytes.get(ended.at) != Some(&separator);
        let mut span = ended.span;
        if last && span.end as usize == ended.at && ended.at > start {
            // A carriage return before the line end belongs to the line end.
            span.end -= u32::from(bytes[ended.at - 1] == b'\r' && ended.at < bytes.len());
        }
        if record.cells < chunk.columns {
            chunk.spans.push(span);
        }
        record.cells += 1;
        start = ended.at + 1;
        if last {
            record.finish(chunk, &bytes, ended.at);
            record.start = start;
        }
    }
    chunk.bytes = bytes;
    record.line
}

struct Record {
    start: usize,
    cells: usize,
    line: u64,
    newlines: u64,
    stray: bool,
}

impl Record {
    fn finish(&mut self, chunk: &mut Chunk, bytes: &[u8], end: usize) {
        let mut end = end;
        if end > self.start && bytes[end - 1] == b'\r' && end < bytes.len() {
            end -= 1;
        }
        let blank = end == self.start;
        if blank {
            let kept = chunk.rows() * chunk.columns;
            chunk.spans.truncate(kept);
        } else {
            let row = chunk.rows() as u32;
            if self.stray {
                chunk.misshapen.push((row, Shape::StrayQuote));
            } else if self.cells != chunk.columns {
                chunk.misshapen.push((row, Shape::Cells(self.cells)));
            }
            let missing = chunk.columns.saturating_sub(self.cells);
            chunk.spans.extend(std::iter::repeat_n(Span::EMPTY, missing));
            chunk.records.push(Span::new(self.start, end));
            chunk.lines.push(self.line);
        }
        self.line += 1 + self.newlines;
        self.newlines = 0;
        self.cells = 0;
        self.stray = false;
    }
}

fn quoted(bytes: &[u8], start: usize, marks: &mut Marks<'_>) -> Ended {
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
        marks.seek(bytes.len());
        return Ended {
            span: Span::new(start, bytes.len()),
            at: bytes.len(),
            stray: true,
            newlines,
        };
    };
    marks.seek(close + 1);
    let at = marks.next_mark().unwrap_or(bytes.len());
    let after = &bytes[close + 1..at];
    let newlines = memchr::memchr_iter(b'\n', &bytes[start..close]).count() as u64;
    let span = if doubled {
        Span::with_doubled_quotes(start + 1, close)
    } else {
        Span::new(start + 1, close)
    };
    Ended { span, at, stray: !after.trim_ascii().is_empty(), newlines }
}

/// The end of the last whole record in some bytes that start at a record; 0 when none is whole.
///
/// It agrees with [`split`] about which line ends lie inside quotes.
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

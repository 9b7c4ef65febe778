//! Watches source files while they are imported, at next to no cost.
//!
//! It looks only at columns that the mapping reads, and reports only what the mapping does not
//! answer itself. It looks at the first [`WHOLE`] chunks of a file, so that small files are covered
//! in full, and after them at one chunk in [`STRIDE`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use trueline_lake::{Chunk, Mapping, WatchedChunk};

use super::finding::QualityFinding;
use super::source::SourceProfile;

/// Chunks looked at from the start of a file; in separated text each has 256 KiB.
const WHOLE: usize = 16;
/// After them, one chunk in this many.
const STRIDE: usize = 64;

/// Looks at files while a mapping reads them.
#[derive(Debug)]
pub struct ImportWatcher<'a> {
    mapping: &'a Mapping,
    files: Mutex<BTreeMap<PathBuf, WatchedFile>>,
}

#[derive(Debug)]
struct WatchedFile {
    profile: SourceProfile,
    /// The columns that the mapping reads.
    columns: Vec<usize>,
    /// Chunks come from several threads, but are looked at in file order.
    waiting: BTreeMap<usize, Chunk>,
    next: usize,
    rows: u64,
    looked_at: u64,
}

/// What was seen of one file.
#[derive(Debug, Default)]
pub struct FileObservation {
    pub findings: Vec<QualityFinding>,
    /// The rows that the counts are out of.
    pub looked_at: u64,
    /// All rows of the file.
    pub rows: u64,
}

fn next_chunk_after(number: usize) -> usize {
    if number + 1 < WHOLE { number + 1 } else { (number / STRIDE + 1) * STRIDE }
}

impl<'a> ImportWatcher<'a> {
    /// Nothing seen yet.
    pub fn new(mapping: &'a Mapping) -> Self {
        Self { mapping, files: Mutex::default() }
    }

    /// Looks at a chunk, or skips it.
    pub fn look_at_chunk(&self, watched: WatchedChunk<'_>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mapping = self.mapping;
        if !files.contains_key(watched.path) {
            files.insert(watched.path.to_owned(), WatchedFile::new(watched.headers, mapping));
        }
        let Some(file) = files.get_mut(watched.path) else {
            return;
        };
        let number = watched.chunk.position();
        file.rows += watched.chunk.row_count() as u64;
        if number < WHOLE || number.is_multiple_of(STRIDE) {
            file.waiting.insert(number, watched.chunk);
        }
        while let Some(chunk) = file.waiting.remove(&file.next) {
            file.next = next_chunk_after(file.next);
            file.observe_chunk(&chunk, mapping.keys_by_line());
        }
    }

    /// What was seen of a file.
    pub fn observation_of(&self, path: &Path) -> FileObservation {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |file: &WatchedFile| FileObservation {
            findings: file.profile.list_findings_under(self.mapping),
            looked_at: file.looked_at,
            rows: file.rows,
        };
        files.get(path).map_or_else(FileObservation::default, seen)
    }
}

impl WatchedFile {
    fn new(headers: &[String], mapping: &Mapping) -> Self {
        let read = |at: &usize| mapping.find_readings(&headers[*at]).next().is_some();
        Self {
            profile: SourceProfile::new(headers, None),
            columns: (0..headers.len()).filter(read).collect(),
            waiting: BTreeMap::new(),
            next: 0,
            rows: 0,
            looked_at: 0,
        }
    }

    fn observe_chunk(&mut self, chunk: &Chunk, repeats: bool) {
        for row in 0..chunk.row_count() {
            if chunk.shape_of(row).is_some() {
                continue;
            }
            let line = chunk.line_of(row) as i64;
            self.looked_at += 1;
            self.profile.count_row();
            if repeats {
                self.profile.observe_record(line, chunk.record_bytes(row));
            }
            for &column in &self.columns {
                if let Some(value) = chunk.cell_text(row, column) {
                    self.profile.observe_value(line, column, &value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_taken_from_the_start_and_then_one_in_sixty_four() {
        let taken: Vec<usize> =
            std::iter::successors(Some(0), |number| Some(next_chunk_after(*number)))
                .take(19)
                .collect();
        assert_eq!(taken[..16], (0..16).collect::<Vec<_>>());
        assert_eq!(taken[16..], [64, 128, 192]);
    }
}

//! Source files looked at while they are imported, at next to no cost.
//!
//! Only columns that the mapping reads are looked at, and only what it does not answer itself is
//! told. The first [`WHOLE`] chunks of a file are looked at, so small files are whole, and of the
//! others one in [`STRIDE`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use trueline_lake::{Chunk, Mapping, WatchedChunk};

use super::{QualityFinding, SourceProfile};

/// Chunks at the start of a file that are looked at; of separated text each has 256 KiB.
const WHOLE: usize = 16;
/// After them, one chunk in so many.
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
    /// Chunks come from several threads; they are looked at in the order of the file.
    waiting: BTreeMap<usize, Chunk>,
    next: usize,
    rows: u64,
    looked_at: u64,
}

/// What was seen of one file.
#[derive(Debug, Default)]
pub struct FileObservation {
    pub findings: Vec<QualityFinding>,
    /// The rows that counts are of.
    pub looked_at: u64,
    /// All rows of the file.
    pub rows: u64,
}

fn after(number: usize) -> usize {
    if number + 1 < WHOLE { number + 1 } else { (number / STRIDE + 1) * STRIDE }
}

impl<'a> ImportWatcher<'a> {
    /// Nothing seen yet.
    pub fn new(mapping: &'a Mapping) -> Self {
        Self { mapping, files: Mutex::default() }
    }

    /// Looks at a chunk, or passes over it.
    pub fn look(&self, watched: WatchedChunk<'_>) {
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
        if number < WHOLE || number % STRIDE == 0 {
            file.waiting.insert(number, watched.chunk);
        }
        while let Some(chunk) = file.waiting.remove(&file.next) {
            file.next = after(file.next);
            file.observe(&chunk, mapping.keys_by_line());
        }
    }

    /// What was seen of a file.
    pub fn seen(&self, path: &Path) -> FileObservation {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |file: &WatchedFile| FileObservation {
            findings: file.profile.findings_under(self.mapping),
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

    fn observe(&mut self, chunk: &Chunk, repeats: bool) {
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
    fn chunks_are_taken_at_the_start_and_then_one_in_so_many() {
        let taken: Vec<usize> =
            std::iter::successors(Some(0), |number| Some(after(*number))).take(19).collect();
        assert_eq!(taken[..16], (0..16).collect::<Vec<_>>());
        assert_eq!(taken[16..], [64, 128, 192]);
    }
}

//! The options of an import, and how it reports progress.

use std::path::{Path, PathBuf};

use trueline_language::Language;

use crate::source::Chunk;

/// What an import needs to know besides files and mapping.
pub struct ImportOptions<'a> {
    /// The time at which the batch is recorded, in UTC seconds.
    pub recorded: i64,
    /// The instance's key for pseudonyms; needed only if the mapping asks for some.
    pub pseudonym_key: Option<&'a [u8]>,
    /// The folder for quarantine files.
    pub quarantine: PathBuf,
    /// Called now and then with how far reading has come.
    pub progress: Option<&'a (dyn Fn(ImportProgress<'_>) + Sync)>,
    /// How many threads read; `None` uses all cores.
    pub threads: Option<usize>,
    /// The language of quarantine files.
    pub language: Language,
    /// Called with every chunk of text once it is read, on any thread and in any order.
    pub watch: Option<&'a (dyn Fn(WatchedChunk<'_>) + Sync)>,
}

/// A chunk that the import has finished reading.
#[derive(Debug)]
pub struct WatchedChunk<'a> {
    pub path: &'a Path,
    pub headers: &'a [String],
    pub chunk: Chunk,
}

impl std::fmt::Debug for ImportOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("recorded", &self.recorded)
            .field("quarantine", &self.quarantine)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl ImportOptions<'_> {
    /// Options with a time and a folder for quarantine files.
    pub fn new(recorded: i64, quarantine: PathBuf) -> Self {
        ImportOptions {
            recorded,
            pseudonym_key: None,
            quarantine,
            progress: None,
            threads: None,
            language: Language::default(),
            watch: None,
        }
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy)]
pub struct ImportProgress<'a> {
    pub file: &'a str,
    pub rows: u64,
}

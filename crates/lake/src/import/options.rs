//! What an import is told, and how it tells how far it has come.

use std::path::{Path, PathBuf};

use crate::source::Chunk;
use trueline_language::Language;

/// What an import is told besides files and mapping.
pub struct Options<'a> {
    /// The time to record the batch under, UTC seconds.
    pub recorded: i64,
    /// The instance's key for pseudonyms; needed only if the mapping makes some.
    pub pseudonym_key: Option<&'a [u8]>,
    /// The folder for quarantine files.
    pub quarantine: PathBuf,
    /// Told now and then how far reading has come.
    pub progress: Option<&'a (dyn Fn(Progress<'_>) + Sync)>,
    /// Threads to read with; `None` takes all cores.
    pub threads: Option<usize>,
    /// What quarantine files are written in.
    pub language: Language,
    /// Given every chunk of text once it is read, on whichever thread read it and in any order.
    pub watch: Option<&'a (dyn Fn(Watched<'_>) + Sync)>,
}

/// A chunk that an import is done with.
#[derive(Debug)]
pub struct Watched<'a> {
    pub path: &'a Path,
    pub headers: &'a [String],
    pub chunk: Chunk,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("recorded", &self.recorded)
            .field("quarantine", &self.quarantine)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Options<'_> {
    /// Options with a time and a folder for quarantine files.
    pub fn new(recorded: i64, quarantine: PathBuf) -> Self {
        Options {
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
pub struct Progress<'a> {
    pub file: &'a str,
    pub rows: u64,
}

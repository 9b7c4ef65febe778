//! The evidence that a witness keeps in its folder: forks, and requests that may be one.
//!
//! It is read beside a witness that runs: evidence is only ever added.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trueline_ledger::witness::{AddCheckpoint, Fork, ForkError};
use trueline_ledger::{Checkpoint, Hash, LogReader, Note, NoteError};

/// Why evidence cannot be read.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum WitnessEvidenceError {
    #[error("cannot read {file}")]
    #[zh("无法读取 {file}")]
    Unreadable { file: String, source: io::Error },
    #[error("{file} is not what it should be")]
    #[zh("{file} 的内容不符合要求")]
    Malformed { file: String, source: NoteError },
}

/// Evidence of a fork, and the file that holds it.
#[derive(Debug)]
pub struct KeptFork {
    pub file: PathBuf,
    pub fork: Fork,
    pub smaller: Checkpoint,
    pub larger: Checkpoint,
}

impl KeptFork {
    /// Reads one file of evidence; [`Fork::verify_contradiction`] checks it.
    pub fn read(file: &Path) -> Result<KeptFork, WitnessEvidenceError> {
        let name = || file.display().to_string();
        let bytes = fs::read(file)
            .map_err(|source| WitnessEvidenceError::Unreadable { file: name(), source })?;
        let malformed = |source| WitnessEvidenceError::Malformed { file: name(), source };
        let fork = Fork::parse(&bytes).map_err(malformed)?;
        let smaller = Checkpoint::parse(fork.smaller_checkpoint().text()).map_err(malformed)?;
        let larger = Checkpoint::parse(fork.larger_checkpoint().text()).map_err(malformed)?;
        Ok(KeptFork { file: file.to_owned(), fork, smaller, larger })
    }

    /// The digest that the file is named after.
    pub fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Every fork that a witness has evidence of, in the order of their names.
pub(crate) fn read_kept_forks(state: &Path) -> Result<Vec<KeptFork>, WitnessEvidenceError> {
    let files = list_files(&state.join("forks"))?;
    files.iter().map(|file| KeptFork::read(file)).collect()
}

/// The forks among the requests that were kept, shown with a log's tiles.
///
/// The tiles are those of whichever of the two checkpoints has more entries: what the operator
/// hands out, or what somebody else was given. Requests that they do not fit are passed over.
pub(crate) fn forks_by_tiles(
    state: &Path,
    ledger: &Path,
) -> Result<Vec<Fork>, WitnessEvidenceError> {
    let reader = LogReader::new(ledger);
    let mut forks = Vec::new();
    for file in list_files(&state.join("suspicions"))? {
        let name = || file.display().to_string();
        let bytes = fs::read(&file)
            .map_err(|source| WitnessEvidenceError::Unreadable { file: name(), source })?;
        let malformed = |source| WitnessEvidenceError::Malformed { file: name(), source };
        let request = AddCheckpoint::parse(&bytes).map_err(malformed)?;
        let shown = Checkpoint::parse(request.note().text()).map_err(malformed)?;
        let Some(newest) = read_newest(state, shown.origin())? else { continue };
        let held = Checkpoint::parse(newest.text()).map_err(malformed)?;
        let (smaller, larger) = if shown.size() <= held.size() {
            (request.note(), &newest)
        } else {
            (&newest, request.note())
        };
        let fork = if shown.size() == held.size() {
            Fork::same_size(smaller, larger)
        } else {
            Fork::from_tiles(smaller, larger, &reader)
        };
        match fork {
            Ok(fork) => forks.push(fork),
            Err(
                ForkError::NoContradiction
                | ForkError::NotItsTree
                | ForkError::Read(_)
                | ForkError::NotSigned
                | ForkError::Note(_),
            ) => {}
        }
    }
    Ok(forks)
}

/// The newest checkpoint that the witness accepted of a log.
pub(super) fn read_newest(
    state: &Path,
    origin: &str,
) -> Result<Option<Note>, WitnessEvidenceError> {
    let file = locate_newest(state, origin);
    let name = || file.display().to_string();
    match fs::read(&file) {
        Ok(bytes) => Note::parse(&bytes)
            .map(Some)
            .map_err(|source| WitnessEvidenceError::Malformed { file: name(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(WitnessEvidenceError::Unreadable { file: name(), source }),
    }
}

/// Where the witness keeps it.
pub(super) fn locate_newest(state: &Path, origin: &str) -> PathBuf {
    state.join("logs").join(Hash::digest_of(origin.as_bytes()).to_hex()).join("checkpoint")
}

/// How many requests with a valid signature and a wrong proof it keeps.
pub(super) fn count_suspicions(state: &Path) -> Result<usize, WitnessEvidenceError> {
    Ok(list_files(&state.join("suspicions"))?.len())
}

// A file that is being written has an ending; one that is whole has none.
fn list_files(folder: &Path) -> Result<Vec<PathBuf>, WitnessEvidenceError> {
    let failed =
        |source| WitnessEvidenceError::Unreadable { file: folder.display().to_string(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

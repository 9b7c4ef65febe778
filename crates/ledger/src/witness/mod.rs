//! A witness: signs the newest checkpoint of each log it knows, and never two histories of one.
//!
//! It is a state machine over a folder: [`Witness::handle`] takes the body of an `add-checkpoint`
//! request and the time, and returns the response. It opens no sockets.
//!
//! Three rules carry the promise. The folder has one writer. Nothing is remembered: each request
//! reads the newest checkpoint from the disk. And it is written durably before anything is signed,
//! even where it does not change: what only the page cache knew is gone after a power cut.

mod fork;
mod request;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueline_language::phrase;

use crate::checkpoint::Checkpoint;
use crate::disk::{FolderLock, LedgerDisk, LocalDisk};
use crate::hash::Hash;
use crate::keys::VerifierKey;
use crate::keys::secret::Cosigner;
use crate::note::{Note, NoteError};
use crate::tree::{ProofError, verify_consistency};

pub use fork::{Fork, ForkError};
pub use request::{AddCheckpoint, WitnessReply, WitnessResponse};

/// Longest request that is read, in bytes.
pub const REQUEST_BYTES_MAX: usize = crate::note::NOTE_BYTES_MAX + 8192;
// Evidence of a fork is never thrown away, but a log that forks all day cannot fill the disk.
const FORKS_KEPT: usize = 1000;
// Anybody can send a log's checkpoint with a wrong proof, so only a few of these are kept.
const SUSPICIONS_KEPT: usize = 100;

/// Why a witness does not start.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum WitnessError {
    /// Another process uses the folder.
    #[error("another witness runs on this folder")]
    #[zh("此目录已有另一见证服务在运行")]
    Locked,
    /// The folder cannot be used.
    #[error("cannot use the witness's folder")]
    #[zh("无法使用见证服务的目录")]
    Folder(#[source] io::Error),
    /// A log's key must be one for checkpoints.
    #[error("{0} is not the key of a log")]
    #[zh("{0} 不是账本的密钥")]
    NotALog(String),
}

/// Why a stored checkpoint cannot be read back.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum WitnessStateError {
    /// The file cannot be read.
    #[error("cannot read the witness's state")]
    #[zh("无法读取见证服务的状态")]
    File(#[from] io::Error),
    /// It holds no checkpoint of this log.
    #[error("the witness's state is damaged")]
    #[zh("见证服务的状态已损坏")]
    Damaged(#[from] NoteError),
}

/// A witness with its key, its folder and the logs it knows.
#[derive(Debug)]
pub struct LogWitness {
    root: PathBuf,
    disk: Arc<dyn LedgerDisk>,
    key: Cosigner,
    logs: BTreeMap<String, Vec<VerifierKey>>,
    _lock: Box<dyn FolderLock>,
}

impl LogWitness {
    /// Opens a witness's folder, or creates one. The keys of a log must bear its origin as their
    /// name.
    pub fn open(
        folder: impl Into<PathBuf>,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<LogWitness, WitnessError> {
        LogWitness::open_on(Arc::new(LocalDisk), folder.into(), key, logs)
    }

    pub(crate) fn open_on(
        disk: Arc<dyn LedgerDisk>,
        root: PathBuf,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<LogWitness, WitnessError> {
        let mut known: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for log in logs {
            if log.is_cosigner() {
                return Err(WitnessError::NotALog(log.to_string()));
            }
            known.entry(log.name().to_owned()).or_default().push(log);
        }
        let lock = disk.lock_folder(&root.join("lock")).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => WitnessError::Locked,
            _ => WitnessError::Folder(error),
        })?;
        Ok(LogWitness { root, disk, key, logs: known, _lock: lock })
    }

    /// The public key of its cosignatures.
    pub fn verifier_key(&self) -> &VerifierKey {
        self.key.verifier_key()
    }

    /// The newest checkpoint it has accepted of a log, with the log's signatures.
    pub fn newest_checkpoint(&self, origin: &str) -> Result<Option<Note>, WitnessStateError> {
        let bytes = match self.disk.read_file(&self.path_of(origin)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let note = Note::parse(&bytes)?;
        if Checkpoint::parse(note.text())?.origin() != origin {
            return Err(NoteError::Malformed(phrase!(
                "是另一账本的检查点",
                "a checkpoint of another log"
            ))
            .into());
        }
        Ok(Some(note))
    }

    /// The forks it has evidence of.
    pub fn read_forks(&self) -> Result<Vec<Fork>, WitnessStateError> {
        let folder = self.root.join("forks");
        let mut names = self.disk.list_folder(&folder)?;
        names.retain(|name| !name.contains('.'));
        names.sort();
        let read = |name: &String| Ok(Fork::parse(&self.disk.read_file(&folder.join(name))?)?);
        names.iter().map(read).collect()
    }

    /// Answers the body of an `add-checkpoint` request. `now` is in seconds since 1970.
    pub fn answer_request(&mut self, body: &[u8], now: u64) -> WitnessResponse {
        // The specification has no cosignature without a time.
        if now == 0 || now > i64::MAX as u64 {
            return WitnessResponse::of_refusal(500, "the witness does not know the time");
        }
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(error) => return WitnessResponse::of_refusal(400, &error.to_string()),
        };
        match self.add_checkpoint(&request, now) {
            Ok(response) => response,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.unwrap_or_default();
                WitnessResponse::of_refusal(500, &format!("{error}: {cause}"))
            }
        }
    }

    // The checks stand in the order of the specification, except that a fork is recorded as soon as
    // it shows.
    fn add_checkpoint(
        &mut self,
        request: &AddCheckpoint,
        now: u64,
    ) -> Result<WitnessResponse, WitnessStateError> {
        let note = request.note();
        let new = Checkpoint::parse(note.text())?;
        let Some(keys) = self.logs.get(new.origin()) else {
            return Ok(WitnessResponse::of_refusal(404, "no log of this origin is known here"));
        };
        let Ok(signed) = note.verify_signatures(keys) else {
            return Ok(WitnessResponse::of_refusal(403, "not signed by a key of this log"));
        };
        let by_log = |key: &VerifierKey| signed.iter().any(|signed| signed.key == key);
        let lines = note.signatures().iter().filter(|line| {
            keys.iter()
                .any(|key| by_log(key) && key.name() == line.name() && key.id() == line.key_id())
        });
        // Only what was checked is kept: lines of strangers could be anything.
        let kept = Note::new(note.text().to_owned(), lines.cloned().collect());
        if request.old_size() > new.size() {
            return Ok(WitnessResponse::of_refusal(400, "the old size is larger than the new one"));
        }
        let latest = self.newest_checkpoint(new.origin())?;
        let old = match &latest {
            Some(latest) => Some((latest, Checkpoint::parse(latest.text())?)),
            None => None,
        };
        if let Some((latest, old)) = &old
            && let Ok(fork) = Fork::same_size(latest, &kept)
        {
            self.record_fork(&fork)?;
            if request.old_size() == old.size() {
                return Ok(WitnessResponse::of_refusal(409, "another root at this size: a fork"));
            }
        }
        let old_size = old.as_ref().map_or(0, |(_, old)| old.size());
        if request.old_size() != old_size {
            return Ok(WitnessResponse::of_conflict(old_size));
        }
        let old_root = old.as_ref().map_or(Hash::of_nothing(), |(_, old)| *old.root());
        let proven =
            verify_consistency((old_size, &old_root), (new.size(), new.root()), request.proof());
        // A tree without entries has one root only.
        let is_empty = new.size() > 0 || *new.root() == Hash::of_nothing();
        if let Err(error) = proven.and(if is_empty { Ok(()) } else { Err(ProofError::WrongRoot) }) {
            if let Some((latest, _)) = &old {
                self.record_suspicion(latest, &kept, request)?;
            }
            return Ok(WitnessResponse::of_refusal(422, &error.to_string()));
        }
        let path = self.path_of(new.origin());
        self.disk.replace_file(&self.root, &path, kept.to_string().as_bytes())?;
        Ok(WitnessResponse::from_cosignature(&self.key.cosign_note(note, now)))
    }

    fn path_of(&self, origin: &str) -> PathBuf {
        self.root.join("logs").join(Hash::digest_of(origin.as_bytes()).to_hex()).join("checkpoint")
    }

    // A failed proof is evidence of a fork if it shows what the larger tree really begins with.
    // Otherwise it may be a mistake, and is kept for whoever has the log's tiles.
    fn record_suspicion(
        &self,
        latest: &Note,
        new: &Note,
        request: &AddCheckpoint,
    ) -> Result<(), WitnessStateError> {
        if let Ok(fork) = Fork::from_proof(latest, new, request.proof()) {
            return self.record_fork(&fork);
        }
        let folder = self.root.join("suspicions");
        let content = request.to_string();
        self.keep_evidence(
            &folder,
            &Hash::digest_of(new.text().as_bytes()),
            &content,
            SUSPICIONS_KEPT,
        )
    }

    fn record_fork(&self, fork: &Fork) -> Result<(), WitnessStateError> {
        let folder = self.root.join("forks");
        let content = fork.to_string();
        self.keep_evidence(&folder, &Hash::digest_of(content.as_bytes()), &content, FORKS_KEPT)
    }

    fn keep_evidence(
        &self,
        folder: &Path,
        name: &Hash,
        content: &str,
        most: usize,
    ) -> Result<(), WitnessStateError> {
        let name = name.to_hex();
        let names = self.disk.list_folder(folder)?;
        if names.len() < most && !names.contains(&name) {
            self.disk.replace_file(&self.root, &folder.join(name), content.as_bytes())?;
        }
        Ok(())
    }
}

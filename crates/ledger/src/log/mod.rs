//! A log that grows: one writer, durable batches, a checkpoint signed after each.
//!
//! A batch is recorded when the journal is durable (see `journal.rs`). Its tiles and the published
//! checkpoint follow at once, so that readers see them, and are made durable together when the
//! journal has grown large, when the log is closed, and when it is opened after a crash.
//!
//! If a write fails, what is on the disk is no longer known. The log then reads it again before
//! it does anything else; so a full disk is an error for as long as it is full, and no longer.

mod open;
mod state;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoint::Checkpoint;
use crate::disk::{FolderLock, LedgerDisk, LocalDisk};
use crate::journal::{Overflow, RecordDraft};
use crate::keys::VerifierKey;
use crate::keys::secret::Signer;
use crate::note::{Note, NoteError, SignatureLine};
use crate::policy::Retirement;
use crate::reader::{LogReadError, LogReader};
use crate::witness::AddCheckpoint;

pub use open::OpenError;
use state::{LogState, TreeGrowth};

// Once the journal is larger than this, its batches are made durable as tiles and it starts anew:
// about thirty batches of 65 536 entries of 32 bytes.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;

/// Why a batch was not recorded.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum AppendError {
    /// An entry is longer than a bundle can hold. Nothing was recorded.
    #[error("entry {index} of the batch is longer than 65 535 bytes")]
    #[zh("批次中的条目 {index} 超过 65 535 字节")]
    EntryTooLong {
        /// Its position in the batch, from 0.
        index: usize,
    },
    /// More than 1 GiB in one batch. Nothing was recorded.
    #[error("the batch is larger than 1 GiB")]
    #[zh("批次超过 1 GiB")]
    BatchTooLarge,
    /// A signature to add does not verify, or none of the given keys made one. Nothing was
    /// recorded.
    #[error("the signature cannot be added")]
    #[zh("无法加入该签名")]
    Signature(#[from] NoteError),
    /// The log would be left without a key. Nothing was recorded.
    #[error("the log's last key cannot be retired")]
    #[zh("账本的最后一把密钥不能停用")]
    LastKey,
    /// A write failed. The batch may be recorded whole or not at all: [`Log::size`] after
    /// [`Log::recover`] says which.
    #[error("cannot write the batch")]
    #[zh("无法写入批次")]
    Write(#[source] io::Error),
    /// After an earlier failure the log cannot be read back yet. Nothing was recorded.
    #[error("the log has not recovered from an earlier failure")]
    #[zh("账本尚未从先前的故障中恢复")]
    Broken(#[source] Box<OpenError>),
}

/// A batch that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The number of its first entry, from 0; the others follow.
    pub first: u64,
    /// The checkpoint over it, signed by the log.
    pub checkpoint: Note,
}

/// A log, open for writing. No other process can open it until this one closes it.
#[derive(Debug)]
pub struct Log {
    root: PathBuf,
    disk: Arc<dyn LedgerDisk>,
    signers: Vec<Signer>,
    state: LogState,
    // Set while the disk may differ from `state`.
    is_broken: bool,
    _lock: Box<dyn FolderLock>,
}

impl Log {
    /// Creates a log of this name in a folder that holds none. The keys must bear its name.
    pub fn create(
        folder: impl Into<PathBuf>,
        origin: &str,
        signers: Vec<Signer>,
    ) -> Result<Log, OpenError> {
        Log::create_on(Arc::new(LocalDisk), folder.into(), origin, signers)
    }

    pub(crate) fn create_on(
        disk: Arc<dyn LedgerDisk>,
        root: PathBuf,
        origin: &str,
        signers: Vec<Signer>,
    ) -> Result<Log, OpenError> {
        let (state, lock) = open::create_log(&*disk, &root, origin, &signers)?;
        Ok(Log { root, disk, signers, state, is_broken: false, _lock: lock })
    }

    /// Opens a log for writing, and finishes what a crash interrupted.
    ///
    /// One of the keys must have signed its newest checkpoint, so that nobody can take a log over.
    pub fn open(folder: impl Into<PathBuf>, signers: Vec<Signer>) -> Result<Log, OpenError> {
        Log::open_on(Arc::new(LocalDisk), folder.into(), signers)
    }

    pub(crate) fn open_on(
        disk: Arc<dyn LedgerDisk>,
        root: PathBuf,
        signers: Vec<Signer>,
    ) -> Result<Log, OpenError> {
        let (state, lock) = open::open_log(&disk, &root, &signers)?;
        Ok(Log { root, disk, signers, state, is_broken: false, _lock: lock })
    }

    /// Entries in the log.
    pub fn size(&self) -> u64 {
        self.state.edge.size()
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.state.origin
    }

    /// The newest checkpoint, with the signatures that were collected for it.
    pub fn newest_checkpoint(&self) -> &Note {
        &self.state.note
    }

    /// The log's folder.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// A reader of the log.
    pub fn open_reader(&self) -> LogReader {
        LogReader::on_disk(Arc::clone(&self.disk), self.root.clone())
    }

    /// Records a batch: when this returns, it is durable and a signed checkpoint covers it.
    ///
    /// An empty batch records nothing and returns the current checkpoint.
    pub fn append_entries<E: AsRef<[u8]>>(
        &mut self,
        entries: &[E],
    ) -> Result<Appended, AppendError> {
        self.ensure_recovered()?;
        let first = self.size();
        if entries.is_empty() {
            return Ok(Appended { first, checkpoint: self.state.note.clone() });
        }
        let bytes = entries.iter().map(|entry| entry.as_ref().len() + 2).sum();
        let mut draft = RecordDraft::new(first, bytes);
        for (index, entry) in entries.iter().enumerate() {
            draft.push_entry(entry.as_ref()).map_err(|overflow| match overflow {
                Overflow::Entry => AppendError::EntryTooLong { index },
                Overflow::Batch => AppendError::BatchTooLarge,
            })?;
        }
        let mut growth = TreeGrowth::new(&self.state);
        for entry in entries {
            growth.push_entry(entry.as_ref());
        }
        let checkpoint =
            Checkpoint::new(&self.state.origin, growth.edge.size(), growth.edge.root())?;
        let text = checkpoint.to_string();
        let lines = self.signers.iter().map(|signer| signer.sign_text(&text)).collect();
        let note = Note::new(text, lines);
        self.commit_batch(draft, growth, note.clone())?;
        Ok(Appended { first, checkpoint: note })
    }

    /// Adds cosignatures to the newest checkpoint. Lines by keys other than these witnesses' are
    /// left out. Every line by one of them must verify, and there must be at least one.
    pub fn attach_cosignatures(
        &mut self,
        lines: &[SignatureLine],
        witnesses: &[VerifierKey],
    ) -> Result<(), AppendError> {
        self.ensure_recovered()?;
        let text = self.state.note.text();
        Note::new(text.to_owned(), lines.to_vec()).verify_signatures(witnesses)?;
        let mut note = self.state.note.clone();
        let known = |line: &&SignatureLine| {
            witnesses.iter().any(|key| key.name() == line.name() && key.id() == line.key_id())
        };
        lines.iter().filter(known).for_each(|line| note.add_signature(line.clone()));
        self.commit_batch(RecordDraft::new(self.size(), 0), TreeGrowth::new(&self.state), note)
    }

    /// Adds a key. It signs the newest checkpoint together with the present keys, which shows for
    /// good that they all stand for one history, and every checkpoint from now on.
    ///
    /// The common checkpoint is kept in `rotations/SIZE`.
    pub fn rotate_key(&mut self, signer: Signer) -> Result<Note, AppendError> {
        self.ensure_recovered()?;
        if signer.verifier_key().name() != self.state.origin {
            return Err(NoteError::Unsigned.into());
        }
        let mut note = self.state.note.clone();
        let text = note.text().to_owned();
        // The present keys sign again: after a restart the note may bear only the signatures of
        // older keys.
        for known in self.signers.iter().chain([&signer]) {
            note.add_signature(known.sign_text(&text));
        }
        let path = self.root.join(format!("rotations/{}", self.size()));
        self.disk
            .replace_file(&self.root, &path, note.to_string().as_bytes())
            .map_err(AppendError::Write)?;
        self.commit_batch(
            RecordDraft::new(self.size(), 0),
            TreeGrowth::new(&self.state),
            note.clone(),
        )?;
        self.signers.push(signer);
        Ok(note)
    }

    /// Retires a key from a date on (seconds since 1970): records the retirement as an entry,
    /// signed by the remaining keys only.
    pub fn retire_key(&mut self, key: &VerifierKey, at: u64) -> Result<Appended, AppendError> {
        if self.signers.iter().all(|signer| signer.verifier_key() == key) {
            return Err(AppendError::LastKey);
        }
        let mut removed = Vec::new();
        self.signers.retain(|signer| {
            let stays = signer.verifier_key() != key;
            if !stays {
                removed.push(signer.clone());
            }
            stays
        });
        let entry = Retirement { key: key.clone(), at }.to_entry();
        let outcome = self.append_entries(&[entry]);
        if outcome.is_err() {
            self.signers.extend(removed);
        }
        outcome
    }

    /// What to send to a witness that has cosigned a tree of `old_size` entries, or 0 if it has
    /// cosigned none.
    pub fn make_witness_request(&self, old_size: u64) -> Result<AddCheckpoint, LogReadError> {
        let proof = self.open_reader().prove_consistency(old_size, self.size())?;
        Ok(AddCheckpoint::new(old_size, proof, self.state.note.clone()))
    }

    /// Makes all tiles durable, empties the journal and closes the log.
    ///
    /// A log that is dropped instead loses nothing: it does this when it is opened again.
    pub fn close(mut self) -> Result<(), AppendError> {
        self.ensure_recovered()?;
        self.make_durable()
    }

    /// Reads the log back after a failure. Every call that writes does this by itself.
    pub fn read_back(&mut self) -> Result<(), OpenError> {
        self.state = open::load_state(&self.disk, &self.root, &self.signers)?;
        self.is_broken = false;
        Ok(())
    }

    fn ensure_recovered(&mut self) -> Result<(), AppendError> {
        if self.is_broken {
            self.read_back().map_err(|error| AppendError::Broken(Box::new(error)))?;
        }
        Ok(())
    }

    fn commit_batch(
        &mut self,
        draft: RecordDraft,
        growth: TreeGrowth,
        note: Note,
    ) -> Result<(), AppendError> {
        self.is_broken = true;
        let printed = note.to_string();
        let (record, entries) = draft.finish_record(printed.as_bytes());
        let journal = self.root.join("journal");
        self.disk.append_durably(&journal, &record).map_err(AppendError::Write)?;
        self.state.journal_bytes += record.len() as u64;
        growth
            .write_tiles(&*self.disk, &self.root, &mut self.state, &record[entries])
            .map_err(AppendError::Write)?;
        self.state.note = note;
        state::publish_checkpoint(&*self.disk, &self.root, &mut self.state)
            .map_err(AppendError::Write)?;
        self.is_broken = false;
        if self.state.journal_bytes > JOURNAL_BYTES_MAX {
            self.make_durable()?;
        }
        Ok(())
    }

    fn make_durable(&mut self) -> Result<(), AppendError> {
        self.is_broken = true;
        state::make_durable(&*self.disk, &self.root, &mut self.state)
            .map_err(AppendError::Write)?;
        self.is_broken = false;
        Ok(())
    }
}

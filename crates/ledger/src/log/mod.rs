//! A log that grows: one writer, durable batches, a checkpoint signed after each.
//!
//! A batch is recorded when the journal is durable (see `journal.rs`). Its tiles and the published
//! checkpoint follow at once, so that readers see them, and are made durable together when the
//! journal has grown large, when the log is closed, and when it is opened after a crash.
//!
//! If a write fails, what is on the disk is no longer known. The log then reads it again before
//! it does anything else; so a full disk is an error for as long as it is full, and no longer.

mod open;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoint::Checkpoint;
use crate::disk::{Disk, Lock, Machine};
use crate::edge::Edge;
use crate::journal::{Draft, Overflow};
use crate::keys::{Signer, VerifierKey};
use crate::note::{Note, NoteError, SignatureLine};
use crate::policy::Retirement;
use crate::reader::{ReadError, Reader};
use crate::tile::{Kind, TILE_WIDTH, Tile, print_hashes};
use crate::witness::AddCheckpoint;

pub use open::OpenError;

// Once the journal is larger than this, its batches are made durable as tiles and it starts anew:
// about thirty batches of 65 536 entries of 32 bytes.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum AppendError {
    /// An entry is longer than a bundle can hold. Nothing was recorded.
    #[error("entry {index} of the batch is longer than 65 535 bytes")]
    #[zh("批次中的条目 {index} 超过 65 535 字节")]
    EntryTooLong {
        /// Which of the batch, from 0.
        index: usize,
    },
    /// More than 1 GiB in one batch. Nothing was recorded.
    #[error("the batch is larger than 1 GiB")]
    #[zh("批次超过 1 GiB")]
    BatchTooLarge,
    /// A signature to add does not verify, or is nobody's that was named. Nothing was recorded.
    #[error("the signature cannot be added")]
    #[zh("无法加入该签名")]
    Signature(#[from] NoteError),
    /// The log would be left without a key. Nothing was recorded.
    #[error("the log's last key cannot be retired")]
    #[zh("账本的最后一把密钥不能停用")]
    LastKey,
    /// The disk refused. The batch may be recorded whole or not at all: [`Log::size`] after
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

/// A log, open for writing. No other process can open it until this one lets go.
#[derive(Debug)]
pub struct Log {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    signers: Vec<Signer>,
    state: State,
    // Set while what is on the disk may differ from `state`.
    is_broken: bool,
    _lock: Box<dyn Lock>,
}

#[derive(Debug)]
struct State {
    edge: Edge,
    // The last bundle, while it is not full.
    bundle: Vec<u8>,
    origin: String,
    note: Note,
    journal_bytes: u64,
    // What was written since the journal was begun.
    written: Vec<PathBuf>,
}

impl Log {
    /// Makes a log of that name in a folder where none is. The keys must bear its name.
    pub fn create(
        folder: impl Into<PathBuf>,
        origin: &str,
        signers: Vec<Signer>,
    ) -> Result<Log, OpenError> {
        Log::create_on(Arc::new(Machine), folder.into(), origin, signers)
    }

    /// Opens a log for writing, and finishes what a crash interrupted.
    ///
    /// One of the keys must have signed its newest checkpoint: a log is not taken over.
    pub fn open(folder: impl Into<PathBuf>, signers: Vec<Signer>) -> Result<Log, OpenError> {
        Log::open_on(Arc::new(Machine), folder.into(), signers)
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
    pub fn checkpoint(&self) -> &Note {
        &self.state.note
    }

    /// The log's folder.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// A reader of the log.
    pub fn reader(&self) -> Reader {
        Reader::on(Arc::clone(&self.disk), self.root.clone())
    }

    /// Records a batch: when this returns, it is durable and a signed checkpoint covers it.
    ///
    /// An empty batch records nothing and gives the checkpoint that is.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Appended, AppendError> {
        self.mend()?;
        let first = self.size();
        if entries.is_empty() {
            return Ok(Appended { first, checkpoint: self.state.note.clone() });
        }
        let bytes = entries.iter().map(|entry| entry.as_ref().len() + 2).sum();
        let mut draft = Draft::new(first, bytes);
        for (index, entry) in entries.iter().enumerate() {
            draft.push(entry.as_ref()).map_err(|overflow| match overflow {
                Overflow::Entry => AppendError::EntryTooLong { index },
                Overflow::Batch => AppendError::BatchTooLarge,
            })?;
        }
        let mut growth = Growth::new(&self.state);
        for entry in entries {
            growth.push(entry.as_ref());
        }
        let checkpoint =
            Checkpoint::new(&self.state.origin, growth.edge.size(), growth.edge.root())?;
        let text = checkpoint.to_string();
        let lines = self.signers.iter().map(|signer| signer.sign(&text)).collect();
        let note = Note::new(text, lines);
        self.commit(draft, growth, note.clone())?;
        Ok(Appended { first, checkpoint: note })
    }

    /// Adds cosignatures to the newest checkpoint. Those of other keys than the ones given are
    /// left out; of those given, none may be wrong and one must be there.
    pub fn attach(
        &mut self,
        lines: &[SignatureLine],
        witnesses: &[VerifierKey],
    ) -> Result<(), AppendError> {
        self.mend()?;
        let text = self.state.note.text();
        Note::new(text.to_owned(), lines.to_vec()).verify(witnesses)?;
        let mut note = self.state.note.clone();
        let known = |line: &&SignatureLine| {
            witnesses.iter().any(|key| key.name() == line.name() && key.id() == line.key_id())
        };
        lines.iter().filter(known).for_each(|line| note.add(line.clone()));
        self.commit(Draft::new(self.size(), 0), Growth::new(&self.state), note)
    }

    /// Takes a further key: it signs the newest checkpoint beside the present ones, which shows
    /// for good that both stand for one history, and every checkpoint from now on.
    ///
    /// The common checkpoint is kept in `rotations/SIZE`.
    pub fn rotate(&mut self, signer: Signer) -> Result<Note, AppendError> {
        self.mend()?;
        if signer.verifier().name() != self.state.origin {
            return Err(NoteError::Unsigned.into());
        }
        let mut note = self.state.note.clone();
        let text = note.text().to_owned();
        // The present keys sign again: after a restart the note may bear older keys alone.
        for known in self.signers.iter().chain([&signer]) {
            note.add(known.sign(&text));
        }
        let path = self.root.join(format!("rotations/{}", self.size()));
        self.disk
            .replace(&self.root, &path, note.to_string().as_bytes())
            .map_err(AppendError::Write)?;
        self.commit(Draft::new(self.size(), 0), Growth::new(&self.state), note.clone())?;
        self.signers.push(signer);
        Ok(note)
    }

    /// Gives a key up from a date on (seconds since 1970): records the fact as an entry, signed by
    /// the remaining keys only.
    pub fn retire(&mut self, key: &VerifierKey, at: u64) -> Result<Appended, AppendError> {
        if self.signers.iter().all(|signer| signer.verifier() == key) {
            return Err(AppendError::LastKey);
        }
        let mut removed = Vec::new();
        self.signers.retain(|signer| {
            let stays = signer.verifier() != key;
            if !stays {
                removed.push(signer.clone());
            }
            stays
        });
        let entry = Retirement { key: key.clone(), at }.to_entry();
        let outcome = self.append(&[entry]);
        if outcome.is_err() {
            self.signers.extend(removed);
        }
        outcome
    }

    /// What to send to a witness that has cosigned a tree of `old_size` entries, or of 0 if none.
    pub fn request(&self, old_size: u64) -> Result<AddCheckpoint, ReadError> {
        let proof = self.reader().consistency(old_size, self.size())?;
        Ok(AddCheckpoint::new(old_size, proof, self.state.note.clone()))
    }

    /// Makes all tiles durable, empties the journal and lets go of the log.
    ///
    /// A log that is dropped instead loses nothing: it does this when it is opened again.
    pub fn close(mut self) -> Result<(), AppendError> {
        self.mend()?;
        self.settle()
    }

    /// Reads the log back after a failure. Every call that writes does this by itself.
    pub fn recover(&mut self) -> Result<(), OpenError> {
        self.state = open::load(&self.disk, &self.root, &self.signers)?;
        self.is_broken = false;
        Ok(())
    }

    fn mend(&mut self) -> Result<(), AppendError> {
        if self.is_broken {
            self.recover().map_err(|error| AppendError::Broken(Box::new(error)))?;
        }
        Ok(())
    }

    fn commit(&mut self, draft: Draft, growth: Growth, note: Note) -> Result<(), AppendError> {
        self.is_broken = true;
        let printed = note.to_string();
        let (record, entries) = draft.finish(printed.as_bytes());
        let journal = self.root.join("journal");
        self.disk.append(&journal, &record).map_err(AppendError::Write)?;
        self.state.journal_bytes += record.len() as u64;
        growth
            .publish(&*self.disk, &self.root, &mut self.state, &record[entries])
            .map_err(AppendError::Write)?;
        self.state.note = note;
        open::publish(&*self.disk, &self.root, &mut self.state).map_err(AppendError::Write)?;
        self.is_broken = false;
        if self.state.journal_bytes > JOURNAL_BYTES_MAX {
            self.settle()?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), AppendError> {
        self.is_broken = true;
        open::settle(&*self.disk, &self.root, &mut self.state).map_err(AppendError::Write)?;
        self.is_broken = false;
        Ok(())
    }
}

/// What a batch does to the tree, until it is written.
struct Growth {
    before: u64,
    edge: Edge,
    tiles: Vec<(Tile, Vec<u8>)>,
}

impl Growth {
    fn new(state: &State) -> Growth {
        Growth { before: state.edge.size(), edge: state.edge.clone(), tiles: Vec::new() }
    }

    fn push(&mut self, entry: &[u8]) {
        let tiles = &mut self.tiles;
        self.edge.push_entry(entry, &mut |tile, hashes| {
            tiles.push((tile, print_hashes(hashes)));
        });
    }

    /// Writes bundles and tiles, and moves the state on. Nothing is durable by this.
    fn publish(
        mut self,
        disk: &dyn Disk,
        root: &Path,
        state: &mut State,
        entries: &[u8],
    ) -> io::Result<()> {
        let size = self.edge.size();
        if size == self.before {
            return Ok(());
        }
        for (tile, hashes) in self.edge.partials() {
            self.tiles.push((tile, print_hashes(hashes)));
        }
        let mut write = |tile: Tile, content: &[u8]| {
            let path = root.join(tile.to_string());
            disk.write(&path, content)?;
            state.written.push(path);
            io::Result::Ok(())
        };
        // The entries are in bundle form already: bundles are pieces of them.
        let mut rest = entries;
        let mut bundle = std::mem::take(&mut state.bundle);
        let mut at = self.before;
        while at < size {
            let until = ((at / TILE_WIDTH + 1) * TILE_WIDTH).min(size);
            let (piece, after) = rest.split_at(bytes_of(rest, until - at));
            bundle.extend_from_slice(piece);
            let width = (until - at / TILE_WIDTH * TILE_WIDTH) as u16;
            let tile = Tile { kind: Kind::Entries, index: at / TILE_WIDTH, width };
            write(tile, &bundle)?;
            if !tile.is_partial() {
                bundle.clear();
            }
            rest = after;
            at = until;
        }
        for (tile, content) in &self.tiles {
            write(*tile, content)?;
        }
        state.bundle = bundle;
        state.edge = self.edge;
        Ok(())
    }
}

// How long the first `count` entries of a bundle are.
fn bytes_of(bundle: &[u8], count: u64) -> usize {
    let mut at = 0;
    for _ in 0..count {
        let two = bundle.get(at..).and_then(<[u8]>::first_chunk::<2>).copied().unwrap_or_default();
        at += 2 + usize::from(u16::from_be_bytes(two));
    }
    at.min(bundle.len())
}

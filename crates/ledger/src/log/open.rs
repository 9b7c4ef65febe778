//! Opening a log: the journal says what was promised, the tiles must agree with it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::state::{LogState, TreeGrowth, begin_journal, make_durable, publish_checkpoint};
use crate::checkpoint::Checkpoint;
use crate::disk::{FolderLock, LedgerDisk};
use crate::edge::Edge;
use crate::hash::Hash;
use crate::journal::{JournalContents, JournalRecord, parse_journal};
use crate::keys::secret::Signer;
use crate::note::{Note, NoteError};
use crate::reader::{LogReadError, LogReader};
use crate::tile::{Tile, TileKind, parse_entries_of};

/// Why a log cannot be opened or created.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum OpenError {
    /// Another process writes to it.
    #[error("another process is writing to this log")]
    #[zh("另一进程正在写入此账本")]
    Locked,
    /// There is a log in the folder already.
    #[error("there is already a log in this folder")]
    #[zh("此目录中已有账本")]
    Exists,
    /// There is no log, or only a copy that was made for reading, which has no journal.
    #[error("there is no log to write to in this folder")]
    #[zh("此目录中没有可写入的账本")]
    NoLog,
    /// None of the keys given signed the newest checkpoint.
    #[error("none of the keys signed the log's newest checkpoint")]
    #[zh("所给密钥均未签署账本的最新检查点")]
    OtherKey(#[source] NoteError),
    /// A key does not bear the log's name.
    #[error("the key bears another name than the log")]
    #[zh("密钥名称与账本不同")]
    Name,
    /// A log needs a key to sign with.
    #[error("no key to sign with")]
    #[zh("没有用于签署的密钥")]
    NoKey,
    /// The journal is damaged, and not by a crash.
    #[error("the journal is damaged")]
    #[zh("日志文件已损坏")]
    Journal,
    /// The published checkpoint is newer than the journal. Going on would sign a second history.
    #[error("the published checkpoint has {published} entries, but the journal has {journal}")]
    #[zh("已公布的检查点有 {published} 个条目，日志文件有 {journal} 个")]
    Shrunk {
        /// Entries by the journal.
        journal: u64,
        /// Entries by the checkpoint.
        published: u64,
    },
    /// The tiles do not hash to the root that the log signed.
    #[error("the tiles do not hash to the log's root: run fsck")]
    #[zh("瓦片的哈希与账本的根哈希不符：请运行 fsck")]
    WrongRoot,
    /// A tile that is needed cannot be read.
    #[error("the log cannot be read")]
    #[zh("无法读取账本")]
    Read(#[from] LogReadError),
    /// A write failed.
    #[error("cannot write {file}")]
    #[zh("无法写入 {file}")]
    Write {
        /// What was being written.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Creates a log in a folder that holds none, and locks the folder.
pub(super) fn create_log(
    disk: &dyn LedgerDisk,
    root: &Path,
    origin: &str,
    signers: &[Signer],
) -> Result<(LogState, Box<dyn FolderLock>), OpenError> {
    check_names(signers, origin)?;
    let lock = take_folder(disk, root)?;
    match disk.read_file(&root.join("journal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(_) => return Err(OpenError::Exists),
        Err(source) => return Err(OpenError::Write { file: "journal", source }),
    }
    if disk.read_file(&root.join("checkpoint")).is_ok() {
        return Err(OpenError::Exists);
    }
    let checkpoint = Checkpoint::new(origin, 0, Hash::of_nothing()).map_err(OpenError::OtherKey)?;
    let text = checkpoint.to_string();
    let lines = signers.iter().map(|signer| signer.sign_text(&text)).collect();
    let mut state = LogState {
        edge: Edge::default(),
        bundle: Vec::new(),
        origin: origin.to_owned(),
        note: Note::new(text, lines),
        journal_bytes: 0,
        written: Vec::new(),
    };
    begin_journal(disk, root, &mut state)
        .and_then(|()| publish_checkpoint(disk, root, &mut state))
        .and_then(|()| make_durable(disk, root, &mut state))
        .map_err(|source| OpenError::Write { file: "journal", source })?;
    Ok((state, lock))
}

/// Locks the folder of a log, and finishes what a crash interrupted.
pub(super) fn open_log(
    disk: &Arc<dyn LedgerDisk>,
    root: &Path,
    signers: &[Signer],
) -> Result<(LogState, Box<dyn FolderLock>), OpenError> {
    // Checked first, so that a mistyped name does not create a folder with a lock in it.
    if !disk.list_folder(root).is_ok_and(|names| names.iter().any(|name| name == "journal")) {
        return Err(OpenError::NoLog);
    }
    let lock = take_folder(&**disk, root)?;
    Ok((load_state(disk, root, signers)?, lock))
}

fn take_folder(disk: &dyn LedgerDisk, root: &Path) -> Result<Box<dyn FolderLock>, OpenError> {
    disk.lock_folder(&root.join("lock")).map_err(|source| match source.kind() {
        io::ErrorKind::WouldBlock => OpenError::Locked,
        _ => OpenError::Write { file: "lock", source },
    })
}

fn check_names(signers: &[Signer], origin: &str) -> Result<(), OpenError> {
    if signers.is_empty() {
        return Err(OpenError::NoKey);
    }
    let same = signers.iter().all(|signer| signer.verifier_key().name() == origin);
    if same { Ok(()) } else { Err(OpenError::Name) }
}

pub(super) fn load_state(
    disk: &Arc<dyn LedgerDisk>,
    root: &Path,
    signers: &[Signer],
) -> Result<LogState, OpenError> {
    let failed = |source| OpenError::Write { file: "journal", source };
    let journal = match disk.read_file(&root.join("journal")) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(OpenError::NoLog),
        Err(source) => return Err(failed(source)),
    };
    let JournalContents { records, is_torn } = parse_journal(&journal).ok_or(OpenError::Journal)?;
    let (base, batches) = records.split_first().ok_or(OpenError::Journal)?;
    let (note, checkpoint) = read_note(base)?;
    check_names(signers, checkpoint.origin())?;
    // This comes before any write, so that a stranger's key changes nothing.
    let (newest, _) = read_note(batches.last().unwrap_or(base))?;
    newest
        .verify_signatures(signers.iter().map(Signer::verifier_key))
        .map_err(OpenError::OtherKey)?;

    let reader = LogReader::on_disk(Arc::clone(disk), root.to_owned());
    let edge = reader.read_edge(checkpoint.size())?;
    if edge.root() != *checkpoint.root() {
        return Err(OpenError::WrongRoot);
    }
    let last = Tile::in_tree(TileKind::Entries, checkpoint.size() / 256, checkpoint.size());
    let bundle = last.map(|tile| reader.read_bundle(tile)).transpose()?.unwrap_or_default();
    let mut state = LogState {
        edge,
        bundle,
        origin: checkpoint.origin().to_owned(),
        note,
        journal_bytes: journal.len() as u64,
        written: Vec::new(),
    };
    for batch in batches {
        replay_batch(&**disk, root, &mut state, batch)?;
    }
    check_published(&reader, &state, signers)?;

    publish_checkpoint(&**disk, root, &mut state).map_err(failed)?;
    if is_torn || !batches.is_empty() {
        make_durable(&**disk, root, &mut state).map_err(failed)?;
    }
    Ok(state)
}

fn read_note(record: &JournalRecord<'_>) -> Result<(Note, Checkpoint), OpenError> {
    let note = Note::parse(record.note).map_err(|_| OpenError::Journal)?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|_| OpenError::Journal)?;
    let after = record.before.checked_add(u64::from(record.count));
    if after == Some(checkpoint.size()) { Ok((note, checkpoint)) } else { Err(OpenError::Journal) }
}

fn replay_batch(
    disk: &dyn LedgerDisk,
    root: &Path,
    state: &mut LogState,
    batch: &JournalRecord<'_>,
) -> Result<(), OpenError> {
    let entries =
        parse_entries_of(batch.entries, batch.count as usize).map_err(|_| OpenError::Journal)?;
    let mut growth = TreeGrowth::new(state);
    for entry in entries {
        growth.push_entry(entry);
    }
    let (note, checkpoint) = read_note(batch)?;
    if growth.edge.root() != *checkpoint.root() || checkpoint.origin() != state.origin {
        return Err(OpenError::Journal);
    }
    growth
        .write_tiles(disk, root, state, batch.entries)
        .map_err(|source| OpenError::Write { file: "tiles", source })?;
    state.note = note;
    Ok(())
}

// The checkpoint is published after the journal is durable, so it can be older, never newer. One
// that is not ours, or that a power cut tore, proves nothing and is written again.
fn check_published(
    reader: &LogReader,
    state: &LogState,
    signers: &[Signer],
) -> Result<(), OpenError> {
    let Ok(published) = reader.read_checkpoint() else {
        return Ok(());
    };
    let ours = published.verify_signatures(signers.iter().map(Signer::verifier_key)).is_ok();
    let Ok(checkpoint) = Checkpoint::parse(published.text()) else {
        return Ok(());
    };
    let journal = state.edge.size();
    if ours && checkpoint.size() > journal {
        return Err(OpenError::Shrunk { journal, published: checkpoint.size() });
    }
    Ok(())
}

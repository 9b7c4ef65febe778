//! What a log holds in memory while it is open, how a batch changes that, and what is written.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{LedgerDisk, unfinished_path};
use crate::edge::Edge;
use crate::journal::RecordDraft;
use crate::note::Note;
use crate::tile::{TILE_WIDTH, Tile, TileKind, print_hashes};

#[derive(Debug)]
pub(super) struct LogState {
    pub(super) edge: Edge,
    // The last bundle, while it is not full.
    pub(super) bundle: Vec<u8>,
    pub(super) origin: String,
    pub(super) note: Note,
    pub(super) journal_bytes: u64,
    // What was written since the journal was begun.
    pub(super) written: Vec<PathBuf>,
}

/// How a batch changes the tree, kept until it is written.
pub(super) struct TreeGrowth {
    before: u64,
    pub(super) edge: Edge,
    tiles: Vec<(Tile, Vec<u8>)>,
}

impl TreeGrowth {
    pub(super) fn new(state: &LogState) -> TreeGrowth {
        TreeGrowth { before: state.edge.size(), edge: state.edge.clone(), tiles: Vec::new() }
    }

    pub(super) fn push_entry(&mut self, entry: &[u8]) {
        let tiles = &mut self.tiles;
        self.edge.push_entry(entry, &mut |tile, hashes| {
            tiles.push((tile, print_hashes(hashes)));
        });
    }

    /// Writes bundles and tiles, and updates the state. This makes nothing durable.
    pub(super) fn write_tiles(
        mut self,
        disk: &dyn LedgerDisk,
        root: &Path,
        state: &mut LogState,
        entries: &[u8],
    ) -> io::Result<()> {
        let size = self.edge.size();
        if size == self.before {
            return Ok(());
        }
        for (tile, hashes) in self.edge.partial_tiles() {
            self.tiles.push((tile, print_hashes(hashes)));
        }
        let mut write = |tile: Tile, content: &[u8]| {
            let path = root.join(tile.to_string());
            disk.write_file(&path, content)?;
            state.written.push(path);
            io::Result::Ok(())
        };
        // The entries are already in bundle form: bundles are pieces of them.
        let mut rest = entries;
        let mut bundle = std::mem::take(&mut state.bundle);
        let mut at = self.before;
        while at < size {
            let until = ((at / TILE_WIDTH + 1) * TILE_WIDTH).min(size);
            let (piece, after) = rest.split_at(measure_entries(rest, until - at));
            bundle.extend_from_slice(piece);
            let width = (until - at / TILE_WIDTH * TILE_WIDTH) as u16;
            let tile = Tile { kind: TileKind::Entries, index: at / TILE_WIDTH, width };
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

// The length in bytes of the first `count` entries of a bundle.
fn measure_entries(bundle: &[u8], count: u64) -> usize {
    let mut at = 0;
    for _ in 0..count {
        let two = bundle.get(at..).and_then(<[u8]>::first_chunk::<2>).copied().unwrap_or_default();
        at += 2 + usize::from(u16::from_be_bytes(two));
    }
    at.min(bundle.len())
}

/// Replaces the published checkpoint, for readers. This makes nothing durable.
pub(super) fn publish_checkpoint(
    disk: &dyn LedgerDisk,
    root: &Path,
    state: &mut LogState,
) -> io::Result<()> {
    let path = root.join("checkpoint");
    let new = unfinished_path(&path);
    disk.write_file(&new, state.note.to_string().as_bytes())?;
    disk.rename_file(&new, &path)?;
    state.written.push(path);
    Ok(())
}

/// Makes everything durable and starts a new journal.
pub(super) fn make_durable(
    disk: &dyn LedgerDisk,
    root: &Path,
    state: &mut LogState,
) -> io::Result<()> {
    state.written.sort_unstable();
    state.written.dedup();
    disk.sync_files(root, &state.written)?;
    state.written.clear();
    begin_journal(disk, root, state)
}

pub(super) fn begin_journal(
    disk: &dyn LedgerDisk,
    root: &Path,
    state: &mut LogState,
) -> io::Result<()> {
    let draft = RecordDraft::new(state.edge.size(), 0);
    let (record, _) = draft.finish_record(state.note.to_string().as_bytes());
    disk.replace_file(root, &root.join("journal"), &record)?;
    state.journal_bytes = record.len() as u64;
    Ok(())
}

//! Reading a log's folder: entries, roots and proofs, from tiles alone.
//!
//! Nothing that is read here is trusted: a proof is worth what its check says
//! ([`crate::verify_inclusion`], [`crate::verify_consistency`]), and `fsck` says which file is
//! wrong.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::checkpoint::Checkpoint;
use crate::disk::{LedgerDisk, LocalDisk};
use crate::edge::Edge;
use crate::hash::{Hash, node_hash, perfect_root, split_width};
use crate::note::{Note, NoteError};
use crate::receipt::Receipt;
use crate::tile::{Tile, TileError, TileKind, parse_entries, parse_hashes};

/// Why something could not be read from a log's folder.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum LogReadError {
    /// The tree has no such entry or size.
    #[error("there is no entry {index} in a tree of {size}")]
    #[zh("{size} 个条目的树中没有条目 {index}")]
    NoSuchEntry {
        /// The entry asked for, from 0.
        index: u64,
        /// Entries in the tree asked for.
        size: u64,
    },
    /// A proof goes from a smaller tree to a larger one.
    #[error("a tree of {old} entries is not a prefix of one of {new}")]
    #[zh("{old} 个条目的树不可能是 {new} 个条目的树的前段")]
    Shrunk {
        /// Entries in the older tree.
        old: u64,
        /// Entries in the newer tree.
        new: u64,
    },
    /// A file is missing or cannot be read.
    #[error("cannot read {file}")]
    #[zh("无法读取 {file}")]
    File {
        /// Its path in the log's folder.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A tile or bundle is not whole.
    #[error("{file} is damaged")]
    #[zh("{file} 已损坏")]
    Damaged {
        /// Its path in the log's folder.
        file: String,
        /// What is wrong with it.
        source: TileError,
    },
    /// The published checkpoint is not one.
    #[error("the checkpoint is damaged")]
    #[zh("检查点已损坏")]
    Checkpoint(#[from] NoteError),
}

// 1 024 tiles are 8 MiB; whoever reads more than that reads in order, and needs no cache.
const TILES_KEPT: usize = 1024;

/// A log's folder, for reading. Several readers may be open at once, also beside a writer.
#[derive(Debug)]
pub struct LogReader {
    root: PathBuf,
    disk: Arc<dyn LedgerDisk>,
    // Keyed by place and width: a committed tile never changes.
    tiles: Mutex<HashMap<Tile, Arc<[Hash]>>>,
}

impl LogReader {
    /// A reader of the log in this folder. Nothing is read yet.
    pub fn new(folder: impl Into<PathBuf>) -> LogReader {
        LogReader::on_disk(Arc::new(LocalDisk), folder.into())
    }

    pub(crate) fn on_disk(disk: Arc<dyn LedgerDisk>, root: PathBuf) -> LogReader {
        LogReader { root, disk, tiles: Mutex::default() }
    }

    /// The published checkpoint, its signatures unchecked.
    pub fn read_checkpoint(&self) -> Result<Note, LogReadError> {
        let bytes = self.disk.read_file(&self.root.join("checkpoint"));
        let bytes =
            bytes.map_err(|source| LogReadError::File { file: "checkpoint".to_owned(), source })?;
        Ok(Note::parse(&bytes)?)
    }

    /// Entry `index` of a tree of `size` entries.
    pub fn read_entry(&self, index: u64, size: u64) -> Result<Vec<u8>, LogReadError> {
        let missing = LogReadError::NoSuchEntry { index, size };
        if index >= size {
            return Err(missing);
        }
        let tile = Tile::in_tree(TileKind::Entries, index / 256, size).ok_or(missing)?;
        let bundle = self.read_bundle(tile)?;
        let damaged = |source| LogReadError::Damaged { file: tile.to_string(), source };
        let entries = parse_entries(&bundle, tile.width).map_err(damaged)?;
        Ok(entries[(index % 256) as usize].to_vec())
    }

    /// The hash of entry `index`, from its tile.
    pub fn read_leaf_hash(&self, index: u64, size: u64) -> Result<Hash, LogReadError> {
        if index >= size {
            return Err(LogReadError::NoSuchEntry { index, size });
        }
        self.read_node(0, index, size)
    }

    /// The root of the tree of the first `size` entries.
    pub fn compute_root(&self, size: u64) -> Result<Hash, LogReadError> {
        if size == 0 { Ok(Hash::of_nothing()) } else { self.read_subtree(0, size, size) }
    }

    /// The path from entry `index` to the root of a tree of `size` entries, from the bottom up.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, LogReadError> {
        if index >= size {
            return Err(LogReadError::NoSuchEntry { index, size });
        }
        let (mut from, mut to) = (0, size);
        let mut path = Vec::new();
        while to - from > 1 {
            let split = from + split_width(to - from);
            if index < split {
                path.push(self.read_subtree(split, to, size)?);
                to = split;
            } else {
                path.push(self.read_subtree(from, split, size)?);
                from = split;
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The proof that the tree of the first `old` entries is the beginning of the tree of `new`
    /// entries.
    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogReadError> {
        let mut proof = self.prefix_proof(old, new)?;
        // The older root is known to whoever checks, if it is a node of the newer tree.
        if old.is_power_of_two() && !proof.is_empty() {
            proof.remove(0);
        }
        Ok(proof)
    }

    /// The same proof, always with its first hash, which a consistency proof may leave out.
    pub(crate) fn prefix_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogReadError> {
        if old > new {
            return Err(LogReadError::Shrunk { old, new });
        }
        if old == 0 || old == new {
            return Ok(Vec::new());
        }
        let (mut from, mut to) = (0, new);
        let mut proof = Vec::new();
        // Down to the node that ends where the older tree ends, with the siblings on the way.
        while to != old {
            let split = from + split_width(to - from);
            if old <= split {
                proof.push(self.read_subtree(split, to, new)?);
                to = split;
            } else {
                proof.push(self.read_subtree(from, split, new)?);
                from = split;
            }
        }
        proof.push(self.read_subtree(from, to, new)?);
        proof.reverse();
        Ok(proof)
    }

    /// The receipt of an entry under a checkpoint: everything that is needed to check it offline.
    pub fn make_receipt(
        &self,
        index: u64,
        checkpoint: &Note,
        extra: Option<Vec<u8>>,
    ) -> Result<Receipt, LogReadError> {
        let size = Checkpoint::parse(checkpoint.text())?.size();
        let path = self.prove_inclusion(index, size)?;
        Ok(Receipt::new(index, path, checkpoint.clone(), extra))
    }

    pub(crate) fn read_edge(&self, size: u64) -> Result<Edge, LogReadError> {
        let mut levels = Vec::new();
        for level in 0_u8.. {
            let in_level = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
            if in_level == 0 {
                break;
            }
            let tile = Tile::in_tree(TileKind::Hashes(level), in_level / 256, size);
            let row = tile.map(|tile| self.read_hashes(tile)).transpose()?;
            levels.push(row.map(|row| row.to_vec()).unwrap_or_default());
        }
        Ok(Edge::from_levels(size, levels))
    }

    // RFC 6962's tree over entries `from..to` of a tree of `size`.
    fn read_subtree(&self, from: u64, to: u64, size: u64) -> Result<Hash, LogReadError> {
        let width = to - from;
        if width.is_power_of_two() {
            let height = width.trailing_zeros();
            return self.read_node(height, from >> height, size);
        }
        let split = from + split_width(width);
        Ok(node_hash(&self.read_subtree(from, split, size)?, &self.read_subtree(split, to, size)?))
    }

    fn read_node(&self, height: u32, index: u64, size: u64) -> Result<Hash, LogReadError> {
        let (level, inside) = ((height / 8) as u8, height % 8);
        let first = index << inside;
        let tile = Tile::in_tree(TileKind::Hashes(level), first / 256, size)
            .ok_or(LogReadError::NoSuchEntry { index: first, size })?;
        let hashes = self.read_hashes(tile)?;
        let at = (first % 256) as usize;
        let range = hashes.get(at..at + (1 << inside));
        Ok(perfect_root(range.ok_or(LogReadError::NoSuchEntry { index: first, size })?))
    }

    pub(crate) fn read_hashes(&self, tile: Tile) -> Result<Arc<[Hash]>, LogReadError> {
        let kept = self.tiles.lock().ok().and_then(|tiles| tiles.get(&tile).cloned());
        if let Some(hashes) = kept {
            return Ok(hashes);
        }
        let hashes: Arc<[Hash]> = self.read_hashes_uncached(tile)?.into();
        if let Ok(mut tiles) = self.tiles.lock() {
            if tiles.len() >= TILES_KEPT {
                tiles.clear();
            }
            tiles.insert(tile, Arc::clone(&hashes));
        }
        Ok(hashes)
    }

    pub(crate) fn read_hashes_uncached(&self, tile: Tile) -> Result<Vec<Hash>, LogReadError> {
        let (found, bytes) = self.read_tile_file(tile)?;
        let damaged = |source| LogReadError::Damaged { file: found.to_string(), source };
        let mut hashes = parse_hashes(&bytes, found.width).map_err(damaged)?;
        hashes.truncate(usize::from(tile.width));
        Ok(hashes)
    }

    /// The first `tile.width` entries of a bundle, as a bundle of that width.
    pub(crate) fn read_bundle(&self, tile: Tile) -> Result<Vec<u8>, LogReadError> {
        let (found, mut bytes) = self.read_tile_file(tile)?;
        let damaged = |source| LogReadError::Damaged { file: found.to_string(), source };
        let entries = parse_entries(&bytes, found.width).map_err(damaged)?;
        let wanted = entries.iter().take(usize::from(tile.width));
        let length = wanted.map(|entry| entry.len() + 2).sum();
        bytes.truncate(length);
        Ok(bytes)
    }

    // A partial tile may exist only in a wider form: the full one, or that of a later batch.
    fn read_tile_file(&self, tile: Tile) -> Result<(Tile, Vec<u8>), LogReadError> {
        let failed = |source| LogReadError::File { file: tile.to_string(), source };
        match self.disk.read_file(&self.root.join(tile.to_string())) {
            Ok(bytes) => return Ok((tile, bytes)),
            Err(error) if error.kind() != io::ErrorKind::NotFound || !tile.is_partial() => {
                return Err(failed(error));
            }
            Err(_) => {}
        }
        let full = self.root.join(tile.to_full_width().to_string());
        match self.disk.read_file(&full) {
            Ok(bytes) => return Ok((tile.to_full_width(), bytes)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Err(_) => {}
        }
        let mut folder = full.into_os_string();
        folder.push(".p");
        let names = self.disk.list_folder(Path::new(&folder)).map_err(failed)?;
        let widths = names.iter().filter_map(|name| name.parse::<u16>().ok());
        let width = widths.filter(|width| *width > tile.width && *width < 256).min();
        let width = width.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        let wider = Tile { width, ..tile };
        let bytes = self.disk.read_file(&self.root.join(wider.to_string())).map_err(failed)?;
        Ok((wider, bytes))
    }
}

//! Reads a whole log again, entries as well as hashes, and names what is damaged.
//!
//! Trust comes from above: the checkpoint's root vouches for the right edge, each tile for those
//! below it, the lowest for the entries. Where a tile does not match the one above, its hashes are
//! computed again from below, which distinguishes a damaged tile from damaged entries.

use std::path::PathBuf;
use std::sync::Arc;

use trueline_language::{Explain as _, Text};

use crate::checkpoint::Checkpoint;
use crate::disk::{LedgerDisk, LocalDisk};
use crate::edge::Edge;
use crate::hash::{Hash, leaf_hash, perfect_root};
use crate::reader::{LogReadError, LogReader};
use crate::tile::{TILE_WIDTH, Tile, TileKind, parse_entries};

/// Something in a log's folder that is not what its checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum LogDamage {
    /// An entry is not the one that was recorded.
    #[error("{file}: entry {index} is not the one that was recorded")]
    #[zh("{file}：第 {index} 条不是当初记录的内容")]
    Entry {
        /// The bundle.
        file: String,
        /// The entry's number, from 0.
        index: u64,
    },
    /// A tile's hashes are wrong, while what they stand for is right.
    #[error("{file}: hash {position} is wrong; what it stands for is intact")]
    #[zh("{file}：第 {position} 个哈希有误，其所代表的内容完好")]
    Tile {
        /// The tile.
        file: String,
        /// The first wrong hash in it, from 0.
        position: usize,
    },
    /// A tile and what it stands for agree with each other, and not with the checkpoint.
    #[error("{file}: rewritten together with everything below it")]
    #[zh("{file}：连同其下全部内容被一并改写")]
    Rewritten {
        /// The tile.
        file: String,
    },
    /// A file is missing, cut off, or cannot be read.
    #[error("{file}: {why}")]
    #[zh("{file}：无法读取（{why}）")]
    Unreadable {
        /// The tile or bundle.
        file: String,
        /// Why.
        why: Text,
    },
    /// Another history: no repair of the tiles leads to the checkpoint's root.
    #[error("the tree is not the one of the checkpoint")]
    #[zh("整部账本与检查点不符")]
    OtherTree,
}

/// What a check of a log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCheckReport {
    /// Entries that were read and are the ones that were recorded.
    pub entries_good: u64,
    /// What is wrong, from the first entry to the last; at most a hundred are named.
    pub findings: Vec<LogDamage>,
    /// Whether more was found than is named.
    pub is_cut: bool,
}

const FINDINGS_MAX: usize = 100;

/// Checks a log's folder against one of its checkpoints, which the caller trusts.
pub fn check_log_folder(folder: impl Into<PathBuf>, checkpoint: &Checkpoint) -> LogCheckReport {
    fsck_on(Arc::new(LocalDisk), folder.into(), checkpoint)
}

pub(crate) fn fsck_on(
    disk: Arc<dyn LedgerDisk>,
    folder: PathBuf,
    checkpoint: &Checkpoint,
) -> LogCheckReport {
    let mut check = FolderCheck {
        reader: LogReader::on_disk(disk, folder),
        size: checkpoint.size(),
        report: LogCheckReport { entries_good: 0, findings: Vec::new(), is_cut: false },
    };
    let rows = check.find_trusted_edge(checkpoint);
    // The highest tile is the leftmost.
    for (tile, row) in rows.iter().rev() {
        check.check_below(*tile, row);
    }
    check.report
}

struct FolderCheck {
    reader: LogReader,
    size: u64,
    report: LogCheckReport,
}

impl FolderCheck {
    fn add_finding(&mut self, finding: LogDamage) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(finding);
        } else {
            self.report.is_cut = true;
        }
    }

    fn add_unreadable(&mut self, error: &LogReadError) {
        let cause = error.direct_cause().map(trueline_language::Cause::to_text);
        let (file, why) = match error {
            LogReadError::File { file, .. } | LogReadError::Damaged { file, .. } => {
                (file.clone(), cause.unwrap_or_else(|| error.to_text()))
            }
            LogReadError::NoSuchEntry { .. }
            | LogReadError::Shrunk { .. }
            | LogReadError::Checkpoint(_) => ("checkpoint".to_owned(), error.to_text()),
        };
        // A file that is needed twice is named once.
        let finding = LogDamage::Unreadable { file, why };
        if !self.report.findings.contains(&finding) {
            self.add_finding(finding);
        }
    }

    // Finds the right edge: of each tile the form, stored or rebuilt, that leads to the
    // checkpoint's root.
    fn find_trusted_edge(&mut self, checkpoint: &Checkpoint) -> Vec<(Tile, Vec<Hash>)> {
        let mut rows: Vec<(Tile, Vec<Vec<Hash>>)> = Vec::new();
        for level in 0_u8..8 {
            let in_level = self.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
            let tile = Tile::in_tree(TileKind::Hashes(level), in_level / TILE_WIDTH, self.size);
            let Some(tile) = tile else { continue };
            let stored = match self.reader.read_hashes_uncached(tile) {
                Ok(hashes) => Some(hashes),
                Err(error) => {
                    self.add_unreadable(&error);
                    None
                }
            };
            rows.push((tile, stored.into_iter().collect()));
        }
        if let Some(rows) = self.choose_forms(&rows, checkpoint.root()) {
            return rows;
        }
        for (tile, forms) in &mut rows {
            let rebuilt = self.rebuild_tile(*tile);
            forms.extend(rebuilt.filter(|rebuilt| !forms.contains(rebuilt)));
        }
        if let Some(good) = self.choose_forms(&rows, checkpoint.root()) {
            for ((tile, forms), (_, good)) in rows.iter().zip(&good) {
                if let Some(position) = first_difference(&forms[0], good) {
                    self.add_finding(LogDamage::Tile { file: tile.to_string(), position });
                }
            }
            return good;
        }
        self.add_finding(LogDamage::OtherTree);
        let first = |(tile, forms): (Tile, Vec<Vec<Hash>>)| {
            forms.into_iter().next().map(|form| (tile, form))
        };
        rows.into_iter().filter_map(first).collect()
    }

    // Chooses one form of each row so that together they lead to the root. Tries the first forms
    // first.
    fn choose_forms(
        &self,
        rows: &[(Tile, Vec<Vec<Hash>>)],
        root: &Hash,
    ) -> Option<Vec<(Tile, Vec<Hash>)>> {
        if rows.iter().any(|(_, forms)| forms.is_empty()) {
            return None;
        }
        for choice in 0_u32..1 << rows.len() {
            let chosen = |at: usize| {
                let (tile, forms) = &rows[at];
                forms.get((choice >> at & 1) as usize).map(|form| (*tile, form.clone()))
            };
            let Some(chosen) = (0..rows.len()).map(chosen).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let levels = chosen.iter().map(|(_, row)| row.clone()).collect();
            if Edge::from_levels(self.size, levels).root() == *root {
                return Some(chosen);
            }
        }
        None
    }

    // Computes a tile's hashes from what is stored one level below.
    fn rebuild_tile(&self, tile: Tile) -> Option<Vec<Hash>> {
        match tile.kind {
            TileKind::Entries => None,
            TileKind::Hashes(0) => {
                let bundle =
                    self.reader.read_bundle(Tile { kind: TileKind::Entries, ..tile }).ok()?;
                let entries = parse_entries(&bundle, tile.width).ok()?;
                Some(entries.into_iter().map(leaf_hash).collect())
            }
            TileKind::Hashes(level) => (0..u64::from(tile.width))
                .map(|at| {
                    let child = child_tile(level, tile.index * TILE_WIDTH + at);
                    Some(perfect_root(&self.reader.read_hashes_uncached(child).ok()?))
                })
                .collect(),
        }
    }

    // Checks everything that a trusted row stands for.
    fn check_below(&mut self, tile: Tile, row: &[Hash]) {
        match tile.kind {
            TileKind::Entries => {}
            TileKind::Hashes(0) => self.check_bundle(Tile { kind: TileKind::Entries, ..tile }, row),
            TileKind::Hashes(level) => {
                for (at, hash) in row.iter().enumerate() {
                    let child = child_tile(level, tile.index * TILE_WIDTH + at as u64);
                    self.check_tile(child, hash);
                }
            }
        }
    }

    fn check_tile(&mut self, tile: Tile, hash: &Hash) {
        let stored = match self.reader.read_hashes_uncached(tile) {
            Ok(stored) => stored,
            Err(error) => {
                self.add_unreadable(&error);
                let rebuilt = self.rebuild_tile(tile);
                match rebuilt.filter(|row| perfect_root(row) == *hash) {
                    Some(row) => self.check_below(tile, &row),
                    None => self.add_finding(LogDamage::Rewritten { file: tile.to_string() }),
                }
                return;
            }
        };
        if perfect_root(&stored) == *hash {
            self.check_below(tile, &stored);
            return;
        }
        let file = tile.to_string();
        match self.rebuild_tile(tile) {
            Some(rebuilt) if perfect_root(&rebuilt) == *hash => {
                let position = first_difference(&stored, &rebuilt).unwrap_or(0);
                self.add_finding(LogDamage::Tile { file, position });
                self.check_below(tile, &rebuilt);
            }
            Some(rebuilt) if rebuilt == stored => self.add_finding(LogDamage::Rewritten { file }),
            // Both are damaged; the tile's own hashes are the best guide to what is below it.
            Some(rebuilt) => {
                let position = first_difference(&stored, &rebuilt).unwrap_or(0);
                self.add_finding(LogDamage::Tile { file, position });
                self.check_below(tile, &stored);
            }
            None => {
                self.add_finding(LogDamage::Tile { file, position: 0 });
                self.check_below(tile, &stored);
            }
        }
    }

    fn check_bundle(&mut self, tile: Tile, row: &[Hash]) {
        let bundle = match self.reader.read_bundle(tile) {
            Ok(bundle) => bundle,
            Err(error) => return self.add_unreadable(&error),
        };
        let entries = parse_entries(&bundle, tile.width).unwrap_or_default();
        for (at, (entry, hash)) in entries.into_iter().zip(row).enumerate() {
            if leaf_hash(entry) == *hash {
                self.report.entries_good += 1;
            } else {
                let index = tile.index * TILE_WIDTH + at as u64;
                self.add_finding(LogDamage::Entry { file: tile.to_string(), index });
            }
        }
    }
}

fn child_tile(level: u8, index: u64) -> Tile {
    Tile { kind: TileKind::Hashes(level - 1), index, width: TILE_WIDTH as u16 }
}

fn first_difference(one: &[Hash], other: &[Hash]) -> Option<usize> {
    one.iter().zip(other).position(|(one, other)| one != other)
}

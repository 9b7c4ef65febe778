//! The right edge of a growing tree: for each level the hashes of its last tile.
//!
//! A log needs nothing else to append: at most 255 hashes per level, seven levels deep.

use crate::hash::{Hash, leaf_hash, node_hash, perfect_root};
use crate::tile::{TILE_WIDTH, Tile, TileKind};

/// Called with each tile that has become full.
pub(crate) type OnFullTile<'f> = dyn FnMut(Tile, &[Hash]) + 'f;

#[derive(Debug, Clone, Default)]
pub(crate) struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of a tree of `size` entries, from the hashes of its partial tiles.
    pub(crate) fn from_levels(size: u64, levels: Vec<Vec<Hash>>) -> Edge {
        Edge { size, levels }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn push_entry(&mut self, entry: &[u8], filled: &mut OnFullTile<'_>) {
        self.push_leaf(leaf_hash(entry), filled);
    }

    pub(crate) fn push_leaf(&mut self, leaf: Hash, filled: &mut OnFullTile<'_>) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.levels.len() == at {
                self.levels.push(Vec::with_capacity(TILE_WIDTH as usize));
            }
            let row = &mut self.levels[at];
            row.push(hash);
            if (row.len() as u64) < TILE_WIDTH {
                return;
            }
            let index = (self.size >> (8 * (u32::from(level) + 1))) - 1;
            filled(Tile { kind: TileKind::Hashes(level), index, width: TILE_WIDTH as u16 }, row);
            hash = perfect_root(row);
            row.clear();
        }
    }

    /// The tiles that are not full, from the entries up.
    pub(crate) fn partial_tiles(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        self.levels.iter().enumerate().filter(|(_, row)| !row.is_empty()).map(|(level, row)| {
            let kind = TileKind::Hashes(level as u8);
            let index = self.size >> (8 * (level as u32 + 1));
            (Tile { kind, index, width: row.len() as u16 }, row.as_slice())
        })
    }

    pub(crate) fn root(&self) -> Hash {
        let mut root = None;
        // The smallest subtrees are the rightmost: the fold goes from them to the left.
        for row in &self.levels {
            let mut end = row.len();
            while end > 0 {
                let width = 1 << end.trailing_zeros();
                let hash = perfect_root(&row[end - width..end]);
                root = Some(match root {
                    None => hash,
                    Some(right) => node_hash(&hash, &right),
                });
                end -= width;
            }
        }
        root.unwrap_or_else(Hash::of_nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6962, section 2.1, word for word.
    fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&naive_root(&leaves[..split]), &naive_root(&leaves[split..]))
            }
        }
    }

    #[test]
    fn every_size_has_the_root_of_the_definition() {
        let (mut edge, mut leaves, mut tiles) = (Edge::default(), Vec::new(), Vec::new());
        assert_eq!(edge.root(), Hash::of_nothing());
        for number in 0..1100_u32 {
            let entry = number.to_be_bytes();
            leaves.push(leaf_hash(&entry));
            edge.push_entry(&entry, &mut |tile, _| tiles.push(tile.to_string()));
            assert_eq!(edge.root(), naive_root(&leaves), "{} entries", leaves.len());
        }
        assert_eq!(tiles, ["tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003"]);
        let partials: Vec<String> =
            edge.partial_tiles().map(|(tile, _)| tile.to_string()).collect();
        assert_eq!(partials, ["tile/0/004.p/76", "tile/1/000.p/4"]);
    }

    #[test]
    fn three_levels_deep() {
        let (mut edge, mut leaves, mut tiles) = (Edge::default(), Vec::new(), Vec::new());
        for number in 0..70_000_u32 {
            leaves.push(leaf_hash(&number.to_be_bytes()));
            edge.push_leaf(leaves[number as usize], &mut |tile, hashes| {
                assert_eq!(hashes.len(), 256);
                tiles.push(tile.to_string());
            });
        }
        assert_eq!(edge.root(), naive_root(&leaves));
        assert_eq!(tiles.len(), 273 + 1);
        assert!(tiles.contains(&"tile/1/000".to_owned()));
        let partials: Vec<String> =
            edge.partial_tiles().map(|(tile, _)| tile.to_string()).collect();
        assert_eq!(partials, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    }
}

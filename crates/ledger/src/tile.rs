//! Where a log's static files lie and what is in them: tiles of hashes and bundles of entries.
//!
//! Paths and bytes are those of C2SP tlog-tiles: 256 hashes a tile, indexes in groups of three
//! digits, `.p/W` behind the path of a tile of fewer, entries after their length in two bytes.

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Longest entry in bytes: its length has two bytes in a bundle.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
const LEVEL_MAX: u8 = 63;

/// What a file of the tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of one level; level 0 holds the entries' own.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// One file of the tree. It prints as its path in the log's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// Hashes or entries.
    pub kind: TileKind,
    /// Its number within its level, from 0.
    pub index: u64,
    /// Hashes or entries in it: 256, or fewer at the right edge of the tree.
    pub width: u16,
}

/// A text that is not the path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("not the path of a tile")]
#[zh("不是瓦片的路径")]
pub struct NotATile;

impl Tile {
    /// The tile with this number in a tree of `size` entries; `None` if the tree has none.
    pub fn in_tree(kind: TileKind, index: u64, size: u64) -> Option<Tile> {
        let level = match kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        };
        let in_level = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let left = in_level.checked_sub(index.checked_mul(TILE_WIDTH)?)?;
        let width = left.min(TILE_WIDTH) as u16;
        (width > 0).then_some(Tile { kind, index, width })
    }

    /// Whether it can still grow.
    pub fn is_partial(&self) -> bool {
        u64::from(self.width) < TILE_WIDTH
    }

    /// The full tile at the same place.
    #[must_use]
    pub fn to_full_width(&self) -> Tile {
        Tile { width: TILE_WIDTH as u16, ..*self }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}")?,
            TileKind::Entries => f.write_str("tile/entries")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            let mark = if left > 0 { "x" } else { "" };
            write!(f, "/{mark}{group:03}")?;
        }
        if self.is_partial() { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for Tile {
    type Err = NotATile;

    fn from_str(path: &str) -> Result<Tile, NotATile> {
        let rest = path.strip_prefix("tile/").ok_or(NotATile)?;
        let (level, rest) = rest.split_once('/').ok_or(NotATile)?;
        let kind = if level == "entries" {
            TileKind::Entries
        } else {
            let level = level.parse().ok().filter(|level| *level <= LEVEL_MAX).ok_or(NotATile)?;
            TileKind::Hashes(level)
        };
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => {
                (groups, width.parse().ok().filter(|width| *width < 256).ok_or(NotATile)?)
            }
            None => (rest, 256),
        };
        let index = groups.split('/').try_fold(0_u64, |index, group| {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let group: u64 = digits.parse().map_err(|_| NotATile)?;
            index.checked_mul(1000).and_then(|index| index.checked_add(group)).ok_or(NotATile)
        })?;
        let tile = Tile { kind, index, width };
        // There is one path for a tile: leading zeros, signs and missing marks are caught here.
        if width > 0 && tile.to_string() == path { Ok(tile) } else { Err(NotATile) }
    }
}

/// A file of hashes or entries that is not what its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum TileError {
    /// A tile is 32 bytes for each hash.
    #[error("{found} bytes, but {expected} are expected")]
    #[zh("有 {found} 字节，应为 {expected} 字节")]
    WrongSize {
        /// Bytes of a whole file.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// A bundle ends inside an entry, or before its last one.
    #[error("the bundle ends inside entry {entry}")]
    #[zh("条目包在条目 {entry} 之内中断")]
    CutOff {
        /// Which entry of the bundle, from 0.
        entry: usize,
    },
    /// A bundle goes on after its last entry.
    #[error("{bytes} bytes follow the last entry of the bundle")]
    #[zh("条目包的最后一个条目之后还有 {bytes} 字节")]
    Surplus {
        /// How many.
        bytes: usize,
    },
}

/// The hashes in a tile's file.
pub fn parse_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, TileError> {
    let expected = usize::from(width) * 32;
    if bytes.len() != expected {
        return Err(TileError::WrongSize { expected, found: bytes.len() });
    }
    let (hashes, _) = bytes.as_chunks::<32>();
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// The bytes of a tile's file.
pub(crate) fn print_hashes(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * 32);
    for hash in hashes {
        bytes.extend_from_slice(&hash.0);
    }
    bytes
}

/// The entries in a bundle's file.
pub fn parse_entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    parse_entries_of(bytes, usize::from(width))
}

/// The same for a run of bundles.
pub(crate) fn parse_entries_of(bytes: &[u8], count: usize) -> Result<Vec<&[u8]>, TileError> {
    let mut rest = bytes;
    // Each entry takes at least two bytes, so a false count cannot reserve more memory than that.
    let mut entries = Vec::with_capacity(count.min(bytes.len() / 2));
    for entry in 0..count {
        let cut_off = TileError::CutOff { entry };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut_off)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (content, after) = after.split_at_checked(length).ok_or(cut_off)?;
        entries.push(content);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(TileError::Surplus { bytes: rest.len() }) }
}

/// Appends an entry to a bundle. It must be no longer than [`ENTRY_BYTES_MAX`].
pub(crate) fn print_entry(entry: &[u8], bundle: &mut Vec<u8>) {
    bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
    bundle.extend_from_slice(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let hashes = |level, index, width| Tile { kind: TileKind::Hashes(level), index, width };
        let cases = [
            (hashes(0, 1_234_067, 256), "tile/0/x001/x234/067"),
            (hashes(0, 0, 256), "tile/0/000"),
            (hashes(2, 999, 7), "tile/2/999.p/7"),
            (hashes(63, 1000, 255), "tile/63/x001/000.p/255"),
            (Tile { kind: TileKind::Entries, index: 273, width: 112 }, "tile/entries/273.p/112"),
        ];
        for (tile, path) in cases {
            assert_eq!(tile.to_string(), path);
            assert_eq!(path.parse(), Ok(tile), "{path}");
        }
        for wrong in [
            "",
            "tile",
            "tile/0",
            "tile/0/1",
            "tile/00/001",
            "tile/64/001",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/+01",
            "/tile/0/001",
            "tile/entries/0001",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(wrong.parse::<Tile>(), Err(NotATile), "{wrong}");
        }
    }

    #[test]
    fn the_tiles_of_a_tree_of_70_000_are_those_of_the_specification() {
        let width = |level, index| {
            Tile::in_tree(TileKind::Hashes(level), index, 70_000).map(|tile| tile.width)
        };
        assert_eq!((width(0, 272), width(0, 273), width(0, 274)), (Some(256), Some(112), None));
        assert_eq!((width(1, 0), width(1, 1), width(1, 2)), (Some(256), Some(17), None));
        assert_eq!((width(2, 0), width(2, 1), width(3, 0)), (Some(1), None, None));
        assert_eq!(Tile::in_tree(TileKind::Hashes(1), 0, 256).map(|tile| tile.width), Some(1));
        assert_eq!(Tile::in_tree(TileKind::Hashes(63), 0, u64::MAX), None);
        assert_eq!(Tile::in_tree(TileKind::Entries, 0, 0), None);
    }

    #[test]
    fn a_bundle_is_exactly_its_entries() {
        let mut bundle = Vec::new();
        for entry in [b"one".as_slice(), b"", b"three"] {
            print_entry(entry, &mut bundle);
        }
        assert_eq!(bundle, b"\0\x03one\0\0\0\x05three");
        assert_eq!(parse_entries(&bundle, 3), Ok(vec![b"one".as_slice(), b"", b"three"]));
        assert_eq!(parse_entries(&bundle, 4), Err(TileError::CutOff { entry: 3 }));
        assert_eq!(parse_entries(&bundle, 2), Err(TileError::Surplus { bytes: 7 }));
        assert_eq!(parse_entries(&bundle[..9], 3), Err(TileError::CutOff { entry: 2 }));
    }
}

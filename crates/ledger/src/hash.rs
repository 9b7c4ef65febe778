//! SHA-256 as RFC 6962 uses it: leaves and nodes differ in their first byte.
//!
//! A node and a short leaf are padded here instead of in a hasher, because that is where a log
//! spends its time: one compression for an entry of up to 54 bytes, two for a node.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest. It prints as base64, as signed notes and proofs write it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// A text that is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("not a hash in base64")]
#[zh("不是 base64 形式的哈希")]
pub struct NotAHash;

impl Hash {
    /// The root of a tree without entries.
    pub fn of_nothing() -> Hash {
        Hash::digest_of(b"")
    }

    /// Plain SHA-256, with no prefix.
    pub fn digest_of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Hash> {
        let digit = |letter: u8| match letter {
            b'0'..=b'9' => Some(letter - b'0'),
            b'a'..=b'f' => Some(letter - b'a' + 10),
            _ => None,
        };
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Hash(bytes))
    }

    /// In lower-case hexadecimal, for file names.
    pub fn to_hex(&self) -> String {
        encode_hex(&self.0)
    }
}

pub(crate) fn encode_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    /// Canonical base64 only: with its padding, and no bits left over.
    fn from_str(text: &str) -> Result<Hash, NotAHash> {
        let bytes = STANDARD.decode(text).map_err(|_| NotAHash)?;
        Ok(Hash(bytes.try_into().map_err(|_| NotAHash)?))
    }
}

// The initial state of SHA-256, FIPS 180-4.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
const BLOCK: usize = 64;
// What a block has room for beside the prefix, the end marker and the length.
const SHORT_LEAF: usize = BLOCK - 10;
// Rows of records are seldom longer.
const LEAF_BLOCKS: usize = 8;
const LONG_LEAF: usize = LEAF_BLOCKS * BLOCK - 10;

fn compress_blocks(blocks: &[[u8; BLOCK]]) -> Hash {
    let mut state = START;
    compress256(&mut state, blocks);
    let mut bytes = [0; 32];
    for (four, word) in bytes.chunks_exact_mut(4).zip(state) {
        four.copy_from_slice(&word.to_be_bytes());
    }
    Hash(bytes)
}

/// The hash of an entry: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    if entry.len() <= SHORT_LEAF {
        padded_leaf::<1>(entry)
    } else if entry.len() <= LONG_LEAF {
        padded_leaf::<LEAF_BLOCKS>(entry)
    } else {
        Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }
}

/// The hash of an entry that fits so many blocks with its prefix, end marker and length.
fn padded_leaf<const BLOCKS: usize>(entry: &[u8]) -> Hash {
    let mut blocks = [[0; BLOCK]; BLOCKS];
    let used = (entry.len() + 10).div_ceil(BLOCK);
    let bytes = blocks[..used].as_flattened_mut();
    bytes[1..=entry.len()].copy_from_slice(entry);
    bytes[entry.len() + 1] = 0x80;
    let bits = (entry.len() as u64 + 1) * 8;
    bytes[used * BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress_blocks(&blocks[..used])
}

/// The hash of a node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut blocks = [[0; BLOCK]; 2];
    blocks[0][0] = 1;
    blocks[0][1..33].copy_from_slice(&left.0);
    blocks[0][33..].copy_from_slice(&right.0[..31]);
    blocks[1][0] = right.0[31];
    blocks[1][1] = 0x80;
    blocks[1][BLOCK - 8..].copy_from_slice(&(65_u64 * 8).to_be_bytes());
    compress_blocks(&blocks)
}

/// The root over a power of two of hashes, as many as a tile holds at most.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    debug_assert!(hashes.len().is_power_of_two());
    let mut row = [Hash([0; 32]); 128];
    let mut width = hashes.len() / 2;
    if width == 0 {
        return hashes[0];
    }
    for (place, pair) in row.iter_mut().zip(hashes.chunks_exact(2)) {
        *place = node_hash(&pair[0], &pair[1]);
    }
    while width > 1 {
        width /= 2;
        for at in 0..width {
            row[at] = node_hash(&row[2 * at], &row[2 * at + 1]);
        }
    }
    row[0]
}

/// Where RFC 6962 splits a tree of two or more leaves: the largest power of two below its width.
pub(crate) fn split_width(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_block_hashes_like_a_hasher() {
        for length in 0..600_usize {
            let entry: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
            let slow = Sha256::new().chain_update([0]).chain_update(&entry).finalize();
            assert_eq!(leaf_hash(&entry), Hash(slow.into()), "{length} bytes");
        }
        let (left, right) = (Hash::digest_of(b"left"), Hash::digest_of(b"right"));
        let slow = Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0);
        assert_eq!(node_hash(&left, &right), Hash(slow.finalize().into()));
    }

    #[test]
    fn base64_is_canonical_or_refused() {
        let hash = Hash::digest_of(b"");
        assert_eq!(hash.to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "47DEQpj8HBSa", "é"] {
            assert_eq!(wrong.parse::<Hash>(), Err(NotAHash), "{wrong}");
        }
        // The same bytes with stray bits in the last character.
        let stray = hash.to_string().replace("FU=", "FV=");
        assert_eq!(stray.parse::<Hash>(), Err(NotAHash));
    }
}

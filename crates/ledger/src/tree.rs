//! Checking proofs: RFC 9162, sections 2.1.3.2 and 2.1.4.2, over the tree of RFC 6962.
//!
//! Nothing here reads a file. A verifier needs this module, the checkpoint and the entry.

use crate::hash::{Hash, node_hash};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum ProofError {
    /// The entry's number is not below the size of the tree.
    #[error("entry {index} is not in a tree of {size} entries")]
    #[zh("条目 {index} 不在 {size} 个条目的树中")]
    NotInTree {
        /// The entry's number, from 0.
        index: u64,
        /// Entries in the tree.
        size: u64,
    },
    /// A tree cannot be a prefix of a smaller one.
    #[error("a tree of {old} entries is not a prefix of one of {new}")]
    #[zh("{old} 个条目的树不可能是 {new} 个条目的树的前段")]
    Shrunk {
        /// Entries in the older tree.
        old: u64,
        /// Entries in the newer tree.
        new: u64,
    },
    /// Too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    #[zh("证明的哈希个数不对")]
    WrongLength,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    #[zh("证明不能推得根哈希")]
    WrongRoot,
}

/// Checks that the entry with this leaf hash is number `index` of the tree with this root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    path: &[Hash],
    size: u64,
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NotInTree { index, size });
    }
    let mut place = NodePosition { at: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in path {
        if place.last == 0 {
            return Err(ProofError::WrongLength);
        }
        if place.is_right() {
            hash = node_hash(sibling, &hash);
        } else {
            hash = node_hash(&hash, sibling);
        }
        place.climb_up();
    }
    if place.last != 0 {
        return Err(ProofError::WrongLength);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Checks that the older tree is a prefix of the newer one. Sizes and roots come in that order.
pub fn verify_consistency(
    old: (u64, &Hash),
    new: (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(ProofError::WrongLength);
        }
        let (expected, found) =
            if old_size == 0 { (Hash::of_nothing(), *old_root) } else { (*old_root, *new_root) };
        return if expected == found { Ok(()) } else { Err(ProofError::WrongRoot) };
    }
    let (seed, rest) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::WrongLength)?;
        (*first, rest)
    };
    let (of_old, of_new) = both_roots(old_size, new_size, &seed, rest)?;
    if of_old == *old_root && of_new == *new_root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Computes the roots of both trees from a consistency proof whose first hash is given even where
/// the older tree is perfect. Requires 0 < old < new.
///
/// If the second root is authentic, the first is the root of that very tree's prefix, whatever
/// anybody claimed it to be: this is what shows a fork between two sizes.
pub(crate) fn both_roots(
    old_size: u64,
    new_size: u64,
    seed: &Hash,
    rest: &[Hash],
) -> Result<(Hash, Hash), ProofError> {
    let mut place = NodePosition { at: old_size - 1, last: new_size - 1 };
    while place.at & 1 == 1 {
        place.at >>= 1;
        place.last >>= 1;
    }
    let (mut of_old, mut of_new) = (*seed, *seed);
    for hash in rest {
        if place.last == 0 {
            return Err(ProofError::WrongLength);
        }
        if place.is_right() {
            of_old = node_hash(hash, &of_old);
            of_new = node_hash(hash, &of_new);
        } else {
            of_new = node_hash(&of_new, hash);
        }
        place.climb_up();
    }
    if place.last == 0 { Ok((of_old, of_new)) } else { Err(ProofError::WrongLength) }
}

/// Where a node stands in its row, and where the row ends.
struct NodePosition {
    at: u64,
    last: u64,
}

impl NodePosition {
    fn is_right(&self) -> bool {
        self.at & 1 == 1 || self.at == self.last
    }

    // The last node of a row of odd length has no sibling: it goes up until it gets one.
    fn climb_up(&mut self) {
        if self.at & 1 == 0 && self.at == self.last {
            while self.at & 1 == 0 && self.at != 0 {
                self.at >>= 1;
                self.last >>= 1;
            }
        }
        self.at >>= 1;
        self.last >>= 1;
    }
}

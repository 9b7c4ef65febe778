//! Trees over hashes in memory: RFC 6962's root and paths, without a folder.

use crate::hash::{Hash, node_hash, split_width};

/// The root over the hashes of leaves, or over the roots of blocks that all have the same power of
/// two of leaves, except the last, which may have fewer.
///
/// ```
/// use trueline_ledger::{leaf_hash, node_hash, tree_root};
///
/// let leaves = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
/// assert_eq!(tree_root(&leaves), node_hash(&node_hash(&leaves[0], &leaves[1]), &leaves[2]));
/// ```
pub fn tree_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Hash::of_nothing(),
        [only] => *only,
        _ => {
            let mut row: Vec<Hash> = hashes.chunks(2).map(hash_pair).collect();
            // A hash without a partner goes up as it is: that is where RFC 6962 splits, too.
            while row.len() > 1 {
                let width = row.len().div_ceil(2);
                for at in 0..width {
                    row[at] = hash_pair(&row[2 * at..row.len().min(2 * at + 2)]);
                }
                row.truncate(width);
            }
            row[0]
        }
    }
}

fn hash_pair(hashes: &[Hash]) -> Hash {
    match hashes {
        [left, right] => node_hash(left, right),
        [only] => *only,
        _ => Hash::of_nothing(),
    }
}

/// The path from one of the hashes to their root, from the bottom up; empty if there is no hash
/// with that index.
pub fn tree_path(hashes: &[Hash], index: usize) -> Vec<Hash> {
    let mut path = Vec::new();
    let (mut from, mut to) = (0, hashes.len());
    if index >= to {
        return path;
    }
    while to - from > 1 {
        let split = from + split_width((to - from) as u64) as usize;
        if index < split {
            path.push(tree_root(&hashes[split..to]));
            to = split;
        } else {
            path.push(tree_root(&hashes[from..split]));
            from = split;
        }
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::tree::verify_inclusion;

    #[test]
    fn every_leaf_of_every_small_tree_has_a_path_to_the_root() {
        let leaves: Vec<Hash> = (0..70_u8).map(|entry| leaf_hash(&[entry])).collect();
        for size in 1..=leaves.len() {
            let part = &leaves[..size];
            let root = tree_root(part);
            for (index, leaf) in part.iter().enumerate() {
                let path = tree_path(part, index);
                verify_inclusion(leaf, index as u64, &path, size as u64, &root).unwrap();
            }
        }
        assert!(tree_path(&leaves, leaves.len()).is_empty());
    }

    #[test]
    fn roots_of_blocks_make_the_root_of_all() {
        let leaves: Vec<Hash> = (0..70_u8).map(|entry| leaf_hash(&[entry])).collect();
        for size in 0..=leaves.len() {
            let blocks: Vec<Hash> = leaves[..size].chunks(8).map(tree_root).collect();
            assert_eq!(tree_root(&blocks), tree_root(&leaves[..size]), "{size}");
        }
    }
}

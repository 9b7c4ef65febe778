//! Every proof of every small tree, and forged ones; batches in any split.

use proptest::prelude::*;
use trueline_ledger::{
    Hash, Log, LogReader, ProofError, Signer, leaf_hash, verify_consistency, verify_inclusion,
};

fn entry(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

fn log(folder: &std::path::Path, splits: &[u64]) -> Log {
    let signer = Signer::from_seed("a", &[1; 32]).unwrap();
    let mut log = Log::create(folder, "a", vec![signer]).unwrap();
    for count in splits {
        let from = log.size();
        let batch: Vec<_> = (from..from + count).map(entry).collect();
        log.append_entries(&batch).unwrap();
    }
    log
}

#[test]
fn every_proof_of_every_tree_up_to_300() {
    let work = tempfile::tempdir().unwrap();
    let size = 300;
    let log = log(&work.path().join("log"), &[size]);
    let reader = log.open_reader();
    let roots: Vec<Hash> = (0..=size).map(|size| reader.compute_root(size).unwrap()).collect();
    for new in 1..=size {
        let root = &roots[new as usize];
        for index in (0..new).filter(|index| new < 40 || index % 17 == new % 17) {
            let path = reader.prove_inclusion(index, new).unwrap();
            let leaf = leaf_hash(&entry(index));
            verify_inclusion(&leaf, index, &path, new, root).unwrap();
            let other = leaf_hash(&entry(index + 1));
            let refused = verify_inclusion(&other, index, &path, new, root);
            assert_eq!(refused, Err(ProofError::WrongRoot));
            assert!(verify_inclusion(&leaf, index ^ 1, &path, new, root).is_err() || new == 1);
            let longer = [path.as_slice(), &[leaf]].concat();
            assert_eq!(
                verify_inclusion(&leaf, index, &longer, new, root),
                Err(ProofError::WrongLength)
            );
            if let Some((_, shorter)) = path.split_last() {
                let refused = verify_inclusion(&leaf, index, shorter, new, root);
                assert_eq!(refused, Err(ProofError::WrongLength));
            }
        }
        for old in (0..=new).filter(|old| new < 40 || old % 13 == new % 13) {
            let proof = reader.prove_consistency(old, new).unwrap();
            let old_root = &roots[old as usize];
            verify_consistency((old, old_root), (new, root), &proof).unwrap();
            let wrong = Hash::digest_of(b"another history");
            assert!(verify_consistency((old, &wrong), (new, root), &proof).is_err());
            assert!(
                verify_consistency((old, old_root), (new, &wrong), &proof).is_err() || old == 0
            );
            for at in 0..proof.len() {
                let mut forged = proof.clone();
                forged[at] = wrong;
                assert!(verify_consistency((old, old_root), (new, root), &forged).is_err());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn any_split_into_batches_gives_the_same_tree(
        splits in prop::collection::vec(1_u64..300, 1..6),
    ) {
        let work = tempfile::tempdir().unwrap();
        let total = splits.iter().sum();
        let many = log(&work.path().join("many"), &splits);
        let one = log(&work.path().join("one"), &[total]);
        prop_assert_eq!(many.newest_checkpoint(), one.newest_checkpoint());
        many.close().unwrap();
        one.close().unwrap();
        let (many, one) = (work.path().join("many"), work.path().join("one"));
        // What one batch wrote, byte for byte, is also in the folder of many.
        let mut folders = vec![one.join("tile")];
        while let Some(folder) = folders.pop() {
            for found in std::fs::read_dir(folder).unwrap() {
                let path = found.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let twin = many.join(path.strip_prefix(&one).unwrap());
                prop_assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(twin).unwrap());
            }
        }
        let reader = LogReader::new(&many);
        for index in [0, total / 2, total - 1] {
            prop_assert_eq!(reader.read_entry(index, total).unwrap(), entry(index));
        }
    }
}

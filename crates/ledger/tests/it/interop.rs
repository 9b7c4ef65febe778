//! Both directions with the `tlog_tiles` and `signed_note` crates, which we share no code with.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use signed_note::{Note as TheirNote, Signer as _, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{
    Error, Hash as TheirHash, HashReader, Tile as TheirTile, TileHashReader, TileReader,
    check_record, check_tree, prove_record, prove_tree, record_hash, stored_hash_index,
    stored_hashes, tree_hash,
};
use trueline_ledger::{
    Checkpoint, Hash, Log, LogReader, Note, Signer, VerifierKey, leaf_hash, verify_consistency,
    verify_inclusion,
};

fn entry(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn ours(hashes: &[TheirHash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn theirs(hashes: &[Hash]) -> Vec<TheirHash> {
    hashes.iter().map(|hash| TheirHash(hash.0)).collect()
}

/// Their reader over our folder.
struct LogFolder<'a>(&'a Path);

impl TileReader for LogFolder<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[TheirTile]) -> Result<Vec<Vec<u8>>, Error> {
        let path = |tile: &TheirTile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| fs::read(self.0.join(path(tile))).unwrap()).collect())
    }

    fn save_tiles(&self, _: &[TheirTile], _: &[Vec<u8>]) {}
}

#[test]
fn they_read_our_tiles_and_their_proofs_are_ours() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("log");
    let signer = Signer::generate("log.example").unwrap();
    let vkey = signer.verifier_key().to_string();
    let mut log = Log::create(&folder, "log.example", vec![signer]).unwrap();
    let mut older: Vec<(u64, TheirHash)> = Vec::new();
    for size in [1, 2, 255, 256, 257, 511, 700, 65_535, 65_537, 66_000] {
        let batch: Vec<Vec<u8>> = (log.size()..size).map(entry).collect();
        let note = log.append_entries(&batch).unwrap().checkpoint.to_string();

        let note = TheirNote::from_bytes(note.as_bytes()).unwrap();
        let known = StandardVerifier::new(&vkey).unwrap();
        let (accepted, _) = note.verify(&VerifierList::new(vec![Box::new(known)])).unwrap();
        assert_eq!(accepted.len(), 1);
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("log.example", size));

        // Their reader authenticates every tile against the root before it uses it.
        let root = *checkpoint.hash();
        let tiles = LogFolder(&folder);
        let hashes = TileHashReader::new(size, root, &tiles);
        let reader = log.open_reader();
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = prove_record(size, index, &hashes).unwrap();
            assert_eq!(ours(&proof), reader.prove_inclusion(index, size).unwrap());
            check_record(&proof, size, root, index, record_hash(&entry(index))).unwrap();
        }
        for (old, old_root) in &older {
            let proof = prove_tree(size, *old, &hashes).unwrap();
            assert_eq!(ours(&proof), reader.prove_consistency(*old, size).unwrap());
            check_tree(&proof, size, root, *old, *old_root).unwrap();
        }
        older.push((size, root));
    }
}

/// Their tree in memory.
#[derive(Default)]
struct TreeInMemory(RefCell<Vec<TheirHash>>);

impl HashReader for TreeInMemory {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TheirHash>, Error> {
        let hashes = self.0.borrow();
        Ok(indexes.iter().map(|index| hashes[*index as usize]).collect())
    }
}

#[test]
fn we_read_their_tiles_and_they_accept_our_proofs() {
    let size = 1100_u64;
    let tree = TreeInMemory::default();
    for number in 0..size {
        let hashes = stored_hashes(number, &entry(number), &tree).unwrap();
        tree.0.borrow_mut().extend(hashes);
    }
    let work = tempfile::tempdir().unwrap();
    for tile in TheirTile::new_tiles(8, 0, size) {
        let path = work.path().join(tile.path().replacen("tile/8/", "tile/", 1));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, tile.read_data(&tree).unwrap()).unwrap();
    }
    let reader = LogReader::new(work.path());
    let root = tree_hash(size, &tree).unwrap();
    assert_eq!(reader.compute_root(size).unwrap(), Hash(root.0));
    for index in (0..size).step_by(7) {
        let path = reader.prove_inclusion(index, size).unwrap();
        check_record(&theirs(&path), size, root, index, record_hash(&entry(index))).unwrap();
        verify_inclusion(&leaf_hash(&entry(index)), index, &path, size, &Hash(root.0)).unwrap();
    }
    for old in (1..size).step_by(7) {
        let proof = reader.prove_consistency(old, size).unwrap();
        let old_root = tree_hash(old, &tree).unwrap();
        check_tree(&theirs(&proof), size, root, old, old_root).unwrap();
        let (old_root, root) = (Hash(old_root.0), Hash(root.0));
        verify_consistency((old, &old_root), (size, &root), &proof).unwrap();
    }
    assert_eq!(stored_hash_index(0, 0), 0);
}

#[test]
fn keys_and_notes_go_both_ways() {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("key");
    let signer = Signer::generate("log.example").unwrap();
    signer.save_key(&path, &work.path().join("log")).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let their_signer = StandardSigner::new(text.trim()).unwrap();
    assert_eq!(their_signer.key_id(), signer.verifier_key().id());

    let checkpoint = Checkpoint::new("log.example", 0, Hash::of_nothing()).unwrap().to_string();
    let mut note = TheirNote::new(checkpoint.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&their_signer]).unwrap();
    let key: VerifierKey = signer.verifier_key().to_string().parse().unwrap();
    let read = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.verify_signatures([&key]).unwrap().len(), 1);
    // Ed25519 signs the same text the same way, so both write the same note.
    let log = Log::create(work.path().join("log"), "log.example", vec![signer]).unwrap();
    assert_eq!(log.newest_checkpoint().to_string().into_bytes(), note.to_bytes());
}

//! Bytes of a log's tiles and bundles on a simulated disk, damaged one at a time: `fsck` names the
//! place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::SimulatedDisk;
use super::{ORIGIN, make_entries, make_signer};
use crate::checkpoint::Checkpoint;
use crate::fsck::{LogCheckReport, LogDamage, fsck_on};
use crate::hash::leaf_hash;
use crate::log::Log;
use crate::tile::print_hashes;

fn make_log(size: u64) -> (SimulatedDisk, Checkpoint) {
    let disk = SimulatedDisk::new(3);
    let folder = PathBuf::from("/log");
    let mut log =
        Log::create_on(Arc::new(disk.clone()), folder, ORIGIN, vec![make_signer()]).unwrap();
    log.append_entries(&make_entries(0, size)).unwrap();
    let checkpoint = Checkpoint::parse(log.newest_checkpoint().text()).unwrap();
    log.close().unwrap();
    (disk, checkpoint)
}

fn check_log(disk: &SimulatedDisk, checkpoint: &Checkpoint) -> LogCheckReport {
    fsck_on(Arc::new(disk.clone()), PathBuf::from("/log"), checkpoint)
}

#[test]
fn any_changed_byte_of_an_entry_names_the_bundle() {
    let (disk, checkpoint) = make_log(300);
    for file in ["tile/entries/000", "tile/entries/001.p/44"] {
        let path = Path::new("/log").join(file);
        let length = crate::disk::LedgerDisk::read_file(&disk, &path).unwrap().len();
        for at in (0..length).step_by(13) {
            disk.damage_byte(&path, at);
            let report = check_log(&disk, &checkpoint);
            let named = match &report.findings[..] {
                [LogDamage::Entry { file, .. } | LogDamage::Unreadable { file, .. }, ..] => file,
                other => panic!("byte {at} of {file}: {other:?}"),
            };
            assert_eq!(named, file, "byte {at}");
            disk.damage_byte(&path, at);
        }
    }
    assert_eq!(check_log(&disk, &checkpoint).findings, []);
}

#[test]
fn any_changed_hash_names_the_tile_and_no_entry() {
    let (disk, checkpoint) = make_log(66_000);
    let tiles: Vec<PathBuf> = disk.list_paths().into_iter().filter(|path| is_tile(path)).collect();
    assert_eq!(tiles.len(), 257 + 1 + 2 + 1);
    for (number, path) in tiles.iter().enumerate() {
        let length = crate::disk::LedgerDisk::read_file(&disk, path).unwrap().len();
        // All of the edge, a sample of the rest.
        if number % 40 != 0 && length == 8192 && !path.starts_with("/log/tile/1") {
            continue;
        }
        let at = (number * 97) % length;
        disk.damage_byte(path, at);
        let report = check_log(&disk, &checkpoint);
        let file = path.strip_prefix("/log").unwrap().to_str().unwrap().to_owned();
        assert_eq!(report.findings, [LogDamage::Tile { file, position: at / 32 }]);
        assert_eq!(report.entries_good, 66_000);
        disk.damage_byte(path, at);
    }
}

fn is_tile(path: &Path) -> bool {
    let path = path.to_str().unwrap();
    path.contains("/tile/") && !path.contains("/entries/")
}

#[test]
fn an_entry_rewritten_with_its_tile_is_found_by_the_tile_above() {
    let (disk, checkpoint) = make_log(1000);
    let mut changed = make_entries(0, 1000);
    changed[300] = b"another".to_vec();
    let mut bundle = Vec::new();
    for entry in &changed[256..512] {
        crate::tile::print_entry(entry, &mut bundle);
    }
    let hashes: Vec<_> = changed[256..512].iter().map(|entry| leaf_hash(entry)).collect();
    let write = |file: &str, content: &[u8]| {
        crate::disk::LedgerDisk::write_file(&disk, &Path::new("/log").join(file), content).unwrap();
    };
    write("tile/entries/001", &bundle);
    let first = LogDamage::Entry { file: "tile/entries/001".to_owned(), index: 300 };
    assert_eq!(check_log(&disk, &checkpoint).findings, [first]);
    write("tile/0/001", &print_hashes(&hashes));
    let rewritten = LogDamage::Rewritten { file: "tile/0/001".to_owned() };
    assert_eq!(check_log(&disk, &checkpoint).findings, [rewritten]);
    // A whole other history, consistent in itself.
    let other = SimulatedDisk::new(4);
    let folder = PathBuf::from("/log");
    let mut log =
        Log::create_on(Arc::new(other.clone()), folder, ORIGIN, vec![make_signer()]).unwrap();
    log.append_entries(&changed).unwrap();
    log.close().unwrap();
    assert_eq!(check_log(&other, &checkpoint).findings[0], LogDamage::OtherTree);
}

#[test]
fn a_missing_file_is_named() {
    let (disk, checkpoint) = make_log(1000);
    for file in ["tile/0/002", "tile/entries/001", "tile/1/000.p/3", "tile/0/003.p/232"] {
        let path = Path::new("/log").join(file);
        let away = Path::new("/away");
        crate::disk::LedgerDisk::rename_file(&disk, &path, away).unwrap();
        let report = check_log(&disk, &checkpoint);
        let [LogDamage::Unreadable { file: named, .. }] = &report.findings[..] else {
            panic!("{:?}", report.findings);
        };
        assert_eq!(named, file);
        let lost = if file.contains("entries") { 256 } else { 0 };
        assert_eq!(report.entries_good, 1000 - lost, "{file}");
        crate::disk::LedgerDisk::rename_file(&disk, away, &path).unwrap();
    }
}

//! An entry point for a fuzzer: no input may cause a panic, and whatever parses prints back
//! unchanged.

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::journal;
use crate::keys::VerifierKey;
use crate::note::{Note, SignatureLine};
use crate::policy::{Policy, Retirement};
use crate::receipt::Receipt;
use crate::tile::{Tile, parse_entries, parse_hashes};
use crate::tree::{both_roots, verify_consistency, verify_inclusion};
use crate::witness::{AddCheckpoint, Fork, WitnessReply};

/// Feeds the bytes to every parser of the crate.
///
/// # Panics
/// If something that was parsed does not print back to itself: that is the bug a fuzzer looks for.
pub fn fuzz_parsers(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert_eq!(checkpoint.to_string(), note.text());
        }
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
    if let Ok(fork) = Fork::parse(bytes) {
        assert_eq!(fork.to_string().as_bytes(), bytes);
        let _ = fork.verify_contradiction(&[]);
    }
    if let Some(retirement) = Retirement::from_entry(bytes) {
        assert_eq!(retirement.to_entry(), bytes);
    }
    let _ = Policy::parse(bytes);
    let _ = journal::parse_journal(bytes);
    let _ = WitnessReply::parse(200, "", bytes);
    let _ = WitnessReply::parse(409, "text/x.tlog.size", bytes);
    for width in [1, 2, 255, 256] {
        let _ = parse_entries(bytes, width);
        let _ = parse_hashes(bytes, width);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(tile) = text.parse::<Tile>() {
            assert_eq!(tile.to_string(), text);
        }
        // The id may be in capitals, so the text may print back differently, but the key must be
        // the same.
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        if let Ok(line) = SignatureLine::parse(text) {
            assert_eq!(line.to_string(), text);
        }
    }
    check_proofs(bytes);
}

// Takes sizes and hashes from the bytes: no proof may loop, overflow or panic.
fn check_proofs(bytes: &[u8]) {
    let number = |at: usize| {
        let eight = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>).copied();
        u64::from_be_bytes(eight.unwrap_or([0xff; 8]))
    };
    let hashes: Vec<Hash> = bytes.chunks(9).map(Hash::digest_of).collect();
    let (one, other) = (number(0), number(8));
    let root = Hash::digest_of(bytes);
    let _ = verify_inclusion(&root, one, &hashes, other, &root);
    let _ = verify_consistency((one, &root), (other, &root), &hashes);
    let (old, new) = (one.min(other), one.max(other));
    if 0 < old && old < new {
        let _ = both_roots(old, new, &root, &hashes);
    }
}

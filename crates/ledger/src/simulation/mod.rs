//! Crashes, partitions and lost messages, from seeds: what was acknowledged is there, what was not
//! is absent whole, and no witness ever signs two histories.

mod damage;
mod disk;
mod log;
mod network;
mod witness;

use crate::keys::{Cosigner, Signer};

const ORIGIN: &str = "log.example/test";

/// A generator whose sequence is fixed: `SplitMix64`.
#[derive(Debug, Clone)]
struct Seeded(u64);

impl Seeded {
    fn new(seed: u64) -> Seeded {
        Seeded(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{number}"), &[100 + number; 32]).unwrap()
}

/// Entries of several lengths that differ from one another.
fn entries(from: u64, count: u64) -> Vec<Vec<u8>> {
    let entry = |number: u64| format!("entry {number} {}", "x".repeat((number % 40) as usize));
    (from..from + count).map(|number| entry(number).into_bytes()).collect()
}

//! Simulated crashes, partitions and lost messages, from seeds: what was acknowledged is kept, what
//! was not is there whole or not at all, and no witness ever signs two histories.

mod damage;
mod disk;
mod log;
mod network;
mod witness;

use crate::keys::secret::{Cosigner, Signer};

const ORIGIN: &str = "log.example/test";

/// A generator whose sequence is fixed: `SplitMix64`.
#[derive(Debug, Clone)]
struct SeededNumbers(u64);

impl SeededNumbers {
    fn new(seed: u64) -> SeededNumbers {
        SeededNumbers(seed)
    }

    fn draw_next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn draw_below(&mut self, end: usize) -> usize {
        (self.draw_next() % end as u64) as usize
    }
}

fn make_signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn make_cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{number}"), &[100 + number; 32]).unwrap()
}

/// Entries of several lengths that differ from one another.
fn make_entries(from: u64, count: u64) -> Vec<Vec<u8>> {
    let entry = |number: u64| format!("entry {number} {}", "x".repeat((number % 40) as usize));
    (from..from + count).map(|number| entry(number).into_bytes()).collect()
}

//! A spot check: cases that the operator could not choose.
//!
//! Cryptography shows that records were not changed. Only a look at the evidence in the field shows
//! whether they were true when they were written. Which cases are looked at follows from a value
//! that nobody knew when the records were committed to.

use std::collections::BTreeSet;

use trueline_ledger::{Hash, Note};

/// SHA-256 of the text of a checkpoint and, right behind it, a public value.
pub fn draw_seed(checkpoint: &Note, value: &str) -> Hash {
    Hash::digest_of(&[checkpoint.text().as_bytes(), value.as_bytes()].concat())
}

/// The positions in a population, in the order in which a seed draws them, each once.
#[derive(Debug, Clone)]
pub struct CaseDraw {
    seed: Hash,
    next: u64,
    rows: u64,
    drawn: BTreeSet<u64>,
}

impl CaseDraw {
    pub fn new(seed: Hash, rows: u64) -> CaseDraw {
        CaseDraw { seed, next: 0, rows, drawn: BTreeSet::new() }
    }

    fn draw_number(&mut self) -> u64 {
        let hash = Hash::digest_of(&[self.seed.0.as_slice(), &self.next.to_be_bytes()].concat());
        self.next += 1;
        let [a, b, c, d, e, f, g, h, ..] = hash.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl Iterator for CaseDraw {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.drawn.len() as u64 >= self.rows {
            return None;
        }
        // The last numbers would make some positions likelier than others.
        let usable = u64::MAX - (u64::MAX % self.rows + 1) % self.rows;
        loop {
            let number = self.draw_number();
            if number <= usable && self.drawn.insert(number % self.rows) {
                return Some(number % self.rows);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Note {
        let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let note = format!("example.cn/log\n3\n{root}\n\n\u{2014} example.cn/log AAAAAAAA\n");
        Note::parse(note.as_bytes()).unwrap()
    }

    #[test]
    fn every_place_is_drawn_once_and_in_an_order_of_the_seed() {
        let seed = draw_seed(&checkpoint(), "2026-11-28 closing 3 911.52");
        let all: Vec<u64> = CaseDraw::new(seed, 100).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<u64>>());
        let again: Vec<u64> = CaseDraw::new(seed, 100).take(100).collect();
        assert_eq!(all, again);
        let other = self::draw_seed(&checkpoint(), "another value");
        assert_ne!(all, CaseDraw::new(other, 100).collect::<Vec<u64>>());
        assert_eq!(CaseDraw::new(seed, 0).next(), None);
        assert_eq!(CaseDraw::new(seed, 1).collect::<Vec<u64>>(), [0]);
    }

    /// Made with `sha256sum`, so that anybody can follow it by hand:
    /// `(printf 'example.cn/log\n3\nAAAA…=\n'; printf value) | sha256sum`.
    #[test]
    fn the_seed_and_the_first_place_are_those_of_the_description() {
        let seed = draw_seed(&checkpoint(), "value");
        assert_eq!(seed.to_hex(), SEED);
        assert_eq!(CaseDraw::new(seed, 1000).next(), Some(FIRST));
    }
    const SEED: &str = "6d416b760931f349dc519011ba591b98661cb1e5873e61ff42afb40be6eaf0f3";
    const FIRST: u64 = 206;

    #[test]
    fn the_places_are_spread_evenly() {
        let seed = draw_seed(&checkpoint(), "even");
        let low = CaseDraw::new(seed, 1 << 40).take(4000).filter(|place| *place < 1 << 39).count();
        // Four standard deviations of a fair coin.
        assert!((1874..=2126).contains(&low), "{low}");
    }
}

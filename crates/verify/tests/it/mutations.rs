//! Whatever is done to a file, a verdict comes out; and no changed byte goes unseen.

use crate::fixture::Fixture;
use trueline_ledger::Policy;
use trueline_verify::{VerifyOptions, check_file, find_place};

/// A generator whose sequence is fixed (xorshift64*).
struct MutationNumbers(u64);

impl MutationNumbers {
    fn draw_below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }
}

#[test]
fn mutated_files_get_a_verdict() {
    let fixture = Fixture::new();
    // Without a policy nobody checks the signature, so a changed one would not be seen.
    let policy = format!("log {}\nquorum none\n", fixture.key);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let options = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
    for (name, bytes) in fixture.files() {
        let sealed = find_place(bytes).ok();
        for seed in 1..=250_u64 {
            let mut random = MutationNumbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut mutated = bytes.to_vec();
            for _ in 0..=random.draw_below(4) {
                let at = random.draw_below(mutated.len());
                match random.draw_below(4) {
                    0 => mutated[at] ^= 1 << random.draw_below(8),
                    1 => mutated.truncate(at.max(1)),
                    2 => {
                        let to = (at + random.draw_below(200)).min(mutated.len());
                        let part = mutated[at..to].to_vec();
                        mutated.splice(at..at, part);
                    }
                    _ => {
                        mutated.remove(at);
                        if mutated.is_empty() {
                            mutated.push(b'{');
                        }
                    }
                }
            }
            let verdict = check_file(&mutated, name, &options);
            if mutated != bytes && sealed.is_some() {
                assert!(!verdict.holds, "{name}, seed {seed}");
            }
        }
    }
}

#[test]
fn every_flipped_byte_outside_the_place_is_seen() {
    let fixture = Fixture::new();
    // Without a policy nobody checks the signature, so a changed one would not be seen.
    let policy = format!("log {}\nquorum none\n", fixture.key);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let options = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
    for (name, bytes) in fixture.files().into_iter().take(3) {
        let place = find_place(bytes).unwrap();
        for at in (0..bytes.len()).step_by(97).filter(|at| !place.contains(at)) {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1;
            assert!(!check_file(&changed, name, &options).holds, "{name}, byte {at}");
        }
    }
}

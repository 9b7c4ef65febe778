//! Every parser under mutated input, from a fixed seed.

use trueline_ledger::witness::{Fork, LogWitness};
use trueline_ledger::{Cosigner, Log, Policy, Retirement, Signer, fuzz_parsers};

struct FuzzNumbers(u64);

impl FuzzNumbers {
    fn draw_below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

// One good example of each format, which mutations stay close to.
fn examples() -> Vec<Vec<u8>> {
    let work = tempfile::tempdir().unwrap();
    let signer = || Signer::from_seed("log.example", &[1; 32]).unwrap();
    let mut log = Log::create(work.path().join("a"), "log.example", vec![signer()]).unwrap();
    let mut other = Log::create(work.path().join("b"), "log.example", vec![signer()]).unwrap();
    log.append_entries(&["a", "b", "c", "d", "e"]).unwrap();
    other.append_entries(&["a", "b", "c", "d", "f"]).unwrap();
    let key = Cosigner::from_seed("w.example", &[2; 32]).unwrap();
    let vkey = key.verifier_key().clone();
    let mut witness =
        LogWitness::open(work.path().join("w"), key, [signer().verifier_key().clone()]).unwrap();
    let request = log.make_witness_request(0).unwrap();
    let response = witness.answer_request(request.to_string().as_bytes(), 5);
    let receipt =
        log.open_reader().make_receipt(3, log.newest_checkpoint(), Some(vec![1, 2])).unwrap();
    let fork = Fork::same_size(log.newest_checkpoint(), other.newest_checkpoint()).unwrap();
    let log_key = signer().verifier_key().clone();
    let policy = format!("log {log_key}\nwitness a {vkey}\ngroup g any a\nquorum g\n");
    Policy::parse(policy.as_bytes()).unwrap();
    let folder = work.path().join("a");
    vec![
        log.newest_checkpoint().to_string().into_bytes(),
        request.to_string().into_bytes(),
        response.body.into_bytes(),
        b"7\n".to_vec(),
        receipt.to_string().into_bytes(),
        fork.to_string().into_bytes(),
        policy.into_bytes(),
        Retirement { key: log_key.clone(), at: 7 }.to_entry(),
        log_key.to_string().into_bytes(),
        b"tile/entries/x001/x234/067.p/8".to_vec(),
        std::fs::read(folder.join("tile/entries/000.p/5")).unwrap(),
        std::fs::read(folder.join("tile/0/000.p/5")).unwrap(),
        std::fs::read(folder.join("journal")).unwrap(),
    ]
}

fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], seeded: &mut FuzzNumbers) {
    let at = seeded.draw_below(bytes.len() + 1);
    match seeded.draw_below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << seeded.draw_below(8),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, seeded.draw_below(256) as u8),
        3 if at < bytes.len() => {
            bytes.remove(at);
        }
        4 => {
            let end = at + seeded.draw_below(bytes.len() - at + 1);
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            let other = &others[seeded.draw_below(others.len())];
            let from = seeded.draw_below(other.len() + 1);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => {
            const TELLING: [&[u8]; 6] = [b"\n", b"\n\n", b"0", b"+", b"\xe2\x80\x94 ", b"\xff"];
            bytes.splice(at..at, TELLING[seeded.draw_below(6)].iter().copied());
        }
    }
}

#[test]
fn nothing_that_is_read_panics_or_prints_back_otherwise() {
    let examples = examples();
    for example in &examples {
        fuzz_parsers(example);
    }
    let mut seeded = FuzzNumbers(0x5eed);
    for _ in 0..20_000 {
        let mut bytes = examples[seeded.draw_below(examples.len())].clone();
        for _ in 0..=seeded.draw_below(4) {
            mutate(&mut bytes, &examples, &mut seeded);
        }
        fuzz_parsers(&bytes);
    }
}

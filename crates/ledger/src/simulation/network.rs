//! A simulated network of a log and two witnesses: power cuts anywhere, lost questions and answers,
//! one of two suffices.
//!
//! The log sends what it has, learns sizes from conflicts, and attaches what comes back. At the end
//! of each run every cosignature ever made must be of one history, and the quorum is reached.

use std::path::PathBuf;
use std::sync::Arc;

use super::disk::SimulatedDisk;
use super::{ORIGIN, SeededNumbers, make_cosigner, make_entries, make_signer};
use crate::checkpoint::Checkpoint;
use crate::log::Log;
use crate::note::{Note, SignatureLine};
use crate::policy::Policy;
use crate::reader::LogReader;
use crate::tree::verify_consistency;
use crate::witness::{LogWitness, WitnessReply};

struct SimulatedNetwork {
    seeded: SeededNumbers,
    log_disk: SimulatedDisk,
    log: Option<Log>,
    witness_disks: [SimulatedDisk; 2],
    witnesses: [Option<LogWitness>; 2],
    known_sizes: [u64; 2],
    acknowledged: u64,
    // Every checkpoint that a witness signed, with its line.
    cosigned: Vec<(usize, Note, SignatureLine)>,
    now: u64,
}

fn open_witness(disk: &SimulatedDisk, number: usize) -> LogWitness {
    let log = make_signer().verifier_key().clone();
    let key = make_cosigner(number as u8);
    LogWitness::open_on(Arc::new(disk.clone()), PathBuf::from("/witness"), key, [log]).unwrap()
}

impl SimulatedNetwork {
    fn new(seed: u64) -> SimulatedNetwork {
        let log_disk = SimulatedDisk::new(seed);
        let disk = Arc::new(log_disk.clone());
        let log = Log::create_on(disk, PathBuf::from("/log"), ORIGIN, vec![make_signer()]).unwrap();
        let witness_disks = [SimulatedDisk::new(seed + 1), SimulatedDisk::new(seed + 2)];
        SimulatedNetwork {
            seeded: SeededNumbers::new(seed),
            log_disk,
            log: Some(log),
            witnesses: [0, 1].map(|at| Some(open_witness(&witness_disks[at], at))),
            witness_disks,
            known_sizes: [0, 0],
            acknowledged: 0,
            cosigned: Vec::new(),
            now: 1_600_000_000,
        }
    }

    fn restart_log(&mut self) {
        self.log = None;
        self.log_disk.power_cut();
        let disk = Arc::new(self.log_disk.clone());
        let log = Log::open_on(disk, PathBuf::from("/log"), vec![make_signer()]).unwrap();
        assert!(log.size() >= self.acknowledged);
        self.log = Some(log);
    }

    fn restart_witness(&mut self, at: usize) {
        self.witnesses[at] = None;
        self.witness_disks[at].power_cut();
        self.witnesses[at] = Some(open_witness(&self.witness_disks[at], at));
    }

    fn append_batch(&mut self) {
        if self.seeded.draw_below(5) == 0 {
            self.log_disk.fail_after(1 + self.seeded.draw_below(20));
        }
        let log = self.log.as_mut().unwrap();
        let batch = make_entries(log.size(), 1 + self.seeded.draw_below(90) as u64);
        match log.append_entries(&batch) {
            Ok(_) => self.acknowledged = log.size(),
            Err(_) => self.restart_log(),
        }
        self.log_disk.mend_disk();
    }

    fn ask_witness(&mut self, at: usize) {
        let log = self.log.as_ref().unwrap();
        let Ok(request) = log.make_witness_request(self.known_sizes[at].min(log.size())) else {
            return;
        };
        if self.seeded.draw_below(6) == 0 {
            return;
        }
        if self.seeded.draw_below(5) == 0 {
            self.witness_disks[at].fail_after(1 + self.seeded.draw_below(6));
        }
        self.now += 1;
        let witness = self.witnesses[at].as_mut().unwrap();
        let response = witness.answer_request(request.to_string().as_bytes(), self.now);
        let reply =
            WitnessReply::parse(response.status, response.content_type, response.body.as_bytes());
        if let WitnessReply::Cosigned(lines) = &reply {
            self.cosigned.push((at, request.note().clone(), lines[0].clone()));
        }
        if self.witness_disks[at].has_failed() {
            self.restart_witness(at);
        }
        self.witness_disks[at].mend_disk();
        if self.seeded.draw_below(6) == 0 {
            return;
        }
        match reply {
            WitnessReply::Cosigned(lines) => {
                self.known_sizes[at] = Checkpoint::parse(request.note().text()).unwrap().size();
                let keys = [make_cosigner(at as u8).verifier_key().clone()];
                self.log.as_mut().unwrap().attach_cosignatures(&lines, &keys).unwrap();
            }
            WitnessReply::Conflict { size } => self.known_sizes[at] = size,
            WitnessReply::Refused { status, message } => assert_eq!(status, 500, "{message}"),
        }
    }
}

#[test]
fn a_log_and_two_witnesses_keep_one_history_through_crashes_and_losses() {
    let policy = format!(
        "log {}\nwitness a {}\nwitness b {}\ngroup both any a b\nquorum both\n",
        make_signer().verifier_key(),
        make_cosigner(0).verifier_key(),
        make_cosigner(1).verifier_key(),
    );
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    for seed in 0..60 {
        let mut world = SimulatedNetwork::new(seed);
        for _ in 0..40 {
            match world.seeded.draw_below(4) {
                0 | 1 => world.append_batch(),
                at => world.ask_witness(at - 2),
            }
        }
        world.restart_log();
        let log = world.log.as_ref().unwrap();
        let reader = LogReader::on_disk(Arc::new(world.log_disk.clone()), PathBuf::from("/log"));
        let now = Checkpoint::parse(log.newest_checkpoint().text()).unwrap();
        for (at, note, line) in &world.cosigned {
            let note = Note::new(note.text().to_owned(), vec![line.clone()]);
            note.verify_signatures([make_cosigner(*at as u8).verifier_key()]).unwrap();
            let old = Checkpoint::parse(note.text()).unwrap();
            let proof = reader.prove_consistency(old.size(), now.size()).unwrap();
            verify_consistency((old.size(), old.root()), (now.size(), now.root()), &proof)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        for witness in world.witnesses.iter().flatten() {
            assert_eq!(witness.read_forks().unwrap(), []);
        }
        // In the end the network is quiet, and the quorum is reached.
        for _ in 0..60 {
            world.ask_witness(0);
            world.ask_witness(1);
        }
        let note = world.log.as_ref().unwrap().newest_checkpoint();
        policy.check_checkpoint(note, &[]).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

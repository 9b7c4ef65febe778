//! A witness on a simulated disk whose power is cut between every two writes, and logs that lie to
//! it.

use std::path::PathBuf;
use std::sync::Arc;

use super::disk::SimulatedDisk;
use super::{ORIGIN, make_cosigner, make_entries, make_signer};
use crate::checkpoint::Checkpoint;
use crate::log::Log;
use crate::note::Note;
use crate::witness::{LogWitness, WitnessReply};

fn open_witness(disk: &SimulatedDisk) -> LogWitness {
    let folder = PathBuf::from("/witness");
    let log = make_signer().verifier_key().clone();
    LogWitness::open_on(Arc::new(disk.clone()), folder, make_cosigner(1), [log]).unwrap()
}

fn make_log(batches: &[u64], salt: u64) -> Log {
    let disk = Arc::new(SimulatedDisk::new(0));
    let mut log = Log::create_on(disk, PathBuf::from("/log"), ORIGIN, vec![make_signer()]).unwrap();
    for (number, count) in batches.iter().enumerate() {
        let from = if number == 0 { 0 } else { salt + number as u64 * 1000 };
        log.append_entries(&make_entries(from, *count)).unwrap();
    }
    log
}

fn ask_witness(witness: &mut LogWitness, log: &Log, old_size: u64, now: u64) -> WitnessReply {
    let request = log.make_witness_request(old_size).unwrap().to_string();
    let response = witness.answer_request(request.as_bytes(), now);
    WitnessReply::parse(response.status, response.content_type, response.body.as_bytes())
}

fn is_cosigned(reply: &WitnessReply, note: &Note) -> bool {
    let WitnessReply::Cosigned(lines) = reply else { return false };
    let note = Note::new(note.text().to_owned(), lines.clone());
    note.verify_signatures([make_cosigner(1).verifier_key()]).is_ok()
}

// Two histories that part after 300 entries. Whatever the disk does, only one gets signed.
#[test]
fn a_power_cut_at_any_step_never_makes_a_witness_sign_two_histories() {
    let (base, one, other) =
        (make_log(&[300], 0), make_log(&[300, 50], 5), make_log(&[300, 50], 9));
    for seed in 0..30 {
        for cut in 1..8 {
            let disk = SimulatedDisk::new(seed);
            let mut witness = open_witness(&disk);
            assert!(is_cosigned(
                &ask_witness(&mut witness, &base, 0, 10),
                base.newest_checkpoint()
            ));
            disk.fail_after(cut);
            let mut signed_one =
                is_cosigned(&ask_witness(&mut witness, &one, 300, 20), one.newest_checkpoint());
            signed_one |=
                is_cosigned(&ask_witness(&mut witness, &one, 350, 21), one.newest_checkpoint());
            drop(witness);
            disk.power_cut();
            let mut witness = open_witness(&disk);
            let signed_other =
                is_cosigned(&ask_witness(&mut witness, &other, 300, 30), other.newest_checkpoint())
                    || is_cosigned(
                        &ask_witness(&mut witness, &other, 350, 31),
                        other.newest_checkpoint(),
                    );
            assert!(!(signed_one && signed_other), "seed {seed}, cut {cut}");
            assert!(signed_one || signed_other || cut < 8);
            let latest = witness.newest_checkpoint(ORIGIN).unwrap().unwrap();
            let size = Checkpoint::parse(latest.text()).unwrap().size();
            assert!(size == 300 || size == 350);
        }
    }
}

// The state is seen in the page cache, and the power goes before it is durable.
#[test]
fn a_failed_write_is_not_taken_for_a_durable_one() {
    let (base, one, other) =
        (make_log(&[300], 0), make_log(&[300, 50], 5), make_log(&[300, 50], 9));
    for seed in 0..60 {
        for cut in 1..8 {
            let disk = SimulatedDisk::new(seed);
            let mut witness = open_witness(&disk);
            ask_witness(&mut witness, &base, 0, 10);
            disk.fail_after(cut);
            let first = ask_witness(&mut witness, &one, 300, 20);
            // The process lives on and the disk answers again, as after a passing fault.
            disk.mend_disk();
            let second = ask_witness(&mut witness, &one, 350, 21);
            let signed_one = is_cosigned(&first, one.newest_checkpoint())
                || is_cosigned(&second, one.newest_checkpoint());
            drop(witness);
            disk.power_cut();
            let mut witness = open_witness(&disk);
            let signed_other =
                is_cosigned(&ask_witness(&mut witness, &other, 300, 30), other.newest_checkpoint());
            assert!(!(signed_one && signed_other), "seed {seed}, cut {cut}");
        }
    }
}

#[test]
fn a_fork_of_one_size_is_refused_and_kept() {
    let (one, other) = (make_log(&[300, 50], 5), make_log(&[300, 50], 9));
    let disk = SimulatedDisk::new(1);
    let mut witness = open_witness(&disk);
    ask_witness(&mut witness, &one, 0, 10);
    let response =
        witness.answer_request(other.make_witness_request(350).unwrap().to_string().as_bytes(), 20);
    assert_eq!(response.status, 409);
    // Also when the size it starts from is another: the contradiction is there all the same.
    let response =
        witness.answer_request(other.make_witness_request(300).unwrap().to_string().as_bytes(), 20);
    assert_eq!((response.status, response.body.as_str()), (409, "350\n"));
    let forks = witness.read_forks().unwrap();
    assert_eq!(forks.len(), 1);
    let keys = [make_signer().verifier_key().clone()];
    assert_eq!(forks[0].verify_contradiction(&keys).unwrap(), [&keys[0]]);
    assert_eq!(forks[0].smaller_checkpoint().text(), one.newest_checkpoint().text());
    assert_eq!(forks[0].larger_checkpoint().text(), other.newest_checkpoint().text());
}

#[test]
fn a_fork_of_another_size_shows_in_its_own_proof() {
    let (one, other) = (make_log(&[300], 5), make_log(&[1, 299, 50], 9));
    let disk = SimulatedDisk::new(1);
    let mut witness = open_witness(&disk);
    ask_witness(&mut witness, &one, 0, 10);
    let response =
        witness.answer_request(other.make_witness_request(300).unwrap().to_string().as_bytes(), 20);
    assert_eq!(response.status, 422, "{}", response.body);
    let keys = [make_signer().verifier_key().clone()];
    let forks = witness.read_forks().unwrap();
    assert_eq!(forks[0].verify_contradiction(&keys).unwrap(), [&keys[0]]);
    let again = crate::witness::Fork::from_tiles(
        one.newest_checkpoint(),
        other.newest_checkpoint(),
        &other.open_reader(),
    );
    assert_eq!(again.unwrap(), forks[0]);
    // Nothing was signed, nothing forgotten.
    let latest = witness.newest_checkpoint(ORIGIN).unwrap().unwrap();
    assert_eq!(latest.text(), one.newest_checkpoint().text());
}

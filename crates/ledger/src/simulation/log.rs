//! A log on a simulated disk whose power is cut at every step of its work, one after the other.

use std::path::PathBuf;
use std::sync::Arc;

use super::disk::SimulatedDisk;
use super::{ORIGIN, SeededNumbers, make_entries, make_signer};
use crate::checkpoint::Checkpoint;
use crate::fsck::fsck_on;
use crate::log::{AppendError, Log, OpenError};
use crate::note::Note;
use crate::reader::LogReader;
use crate::tree::verify_consistency;

fn log_folder() -> PathBuf {
    PathBuf::from("/log")
}

fn open_log(disk: &SimulatedDisk) -> Result<Log, OpenError> {
    Log::open_on(Arc::new(disk.clone()), log_folder(), vec![make_signer()])
}

fn new_log(disk: &SimulatedDisk) -> Log {
    Log::create_on(Arc::new(disk.clone()), log_folder(), ORIGIN, vec![make_signer()]).unwrap()
}

fn verify_note(note: &Note) -> Checkpoint {
    note.verify_signatures([make_signer().verifier_key()]).unwrap();
    Checkpoint::parse(note.text()).unwrap()
}

// Appends batches that a seed decides, until the disk fails. Returns what was acknowledged, and the
// batch that was not.
fn append_batches(
    log: &mut Log,
    seeded: &mut SeededNumbers,
    batches: usize,
) -> (Vec<Note>, u64, u64) {
    let mut seen = vec![log.newest_checkpoint().clone()];
    for _ in 0..batches {
        let count = 1 + seeded.draw_below(400) as u64;
        let before = log.size();
        match log.append_entries(&make_entries(before, count)) {
            Ok(appended) => {
                assert_eq!(appended.first, before);
                seen.push(appended.checkpoint);
            }
            Err(AppendError::Write(_)) => return (seen, before, count),
            Err(error) => panic!("{error}"),
        }
    }
    let size = log.size();
    (seen, size, 0)
}

// Everything that a reader can ask of the log, against what was put in.
fn check_log(disk: &SimulatedDisk, log: &Log, seen: &[Note]) {
    let now = verify_note(log.newest_checkpoint());
    assert_eq!(now.size(), log.size());
    let reader = LogReader::on_disk(Arc::new(disk.clone()), log_folder());
    let published = verify_note(&reader.read_checkpoint().unwrap());
    assert_eq!(published, now);
    let report = fsck_on(Arc::new(disk.clone()), log_folder(), &now);
    assert_eq!((report.findings, report.entries_good), (vec![], now.size()));
    for note in seen {
        let old = verify_note(note);
        let proof = reader.prove_consistency(old.size(), now.size()).unwrap();
        verify_consistency((old.size(), old.root()), (now.size(), now.root()), &proof).unwrap();
    }
    let last = log.size().saturating_sub(1);
    for index in [0, last / 2, last] {
        if index < log.size() {
            assert_eq!(reader.read_entry(index, log.size()).unwrap(), make_entries(index, 1)[0]);
        }
    }
}

#[test]
fn a_power_cut_at_any_step_loses_nothing_that_was_acknowledged() {
    for seed in 0..6 {
        let whole = SimulatedDisk::new(seed);
        let mut log = new_log(&whole);
        let from = whole.count_steps();
        append_batches(&mut log, &mut SeededNumbers::new(seed), 3);
        log.close().unwrap();
        let steps = whole.count_steps() - from;
        for cut in 1..=steps {
            let disk = SimulatedDisk::new(seed * 1000 + cut as u64);
            let mut log = new_log(&disk);
            disk.fail_after(cut);
            let (seen, size, attempted) =
                append_batches(&mut log, &mut SeededNumbers::new(seed), 3);
            if attempted == 0 {
                assert!(log.close().is_err(), "seed {seed}, cut {cut}");
            } else {
                drop(log);
            }
            assert!(disk.has_failed());
            disk.power_cut();
            let mut log =
                open_log(&disk).unwrap_or_else(|e| panic!("seed {seed}, cut {cut}: {e:?}"));
            let is_whole = log.size() == size || log.size() == size + attempted;
            assert!(is_whole, "seed {seed}, cut {cut}: {} of {size}+{attempted}", log.size());
            check_log(&disk, &log, &seen);
            let next = log.size();
            log.append_entries(&make_entries(next, 300)).unwrap();
            check_log(&disk, &log, &seen);
        }
    }
}

#[test]
fn a_power_cut_while_recovering_is_recovered_from() {
    for seed in 0..40 {
        let disk = SimulatedDisk::new(seed);
        let mut seeded = SeededNumbers::new(seed);
        let mut log = new_log(&disk);
        let (mut seen, ..) = append_batches(&mut log, &mut seeded, 2);
        disk.fail_after(1 + seeded.draw_below(12));
        let (more, size, attempted) = append_batches(&mut log, &mut seeded, 3);
        drop(log);
        seen.extend(more);
        disk.power_cut();
        for _ in 0..6 {
            disk.fail_after(1 + seeded.draw_below(15));
            let failed = open_log(&disk).is_err();
            if !failed {
                disk.mend_disk();
            }
            disk.power_cut();
        }
        let log = open_log(&disk).unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        assert!(log.size() == size || log.size() == size + attempted, "seed {seed}");
        check_log(&disk, &log, &seen);
    }
}

#[test]
fn a_full_disk_is_refused_and_the_log_goes_on_when_there_is_room() {
    for steps in 1..=9 {
        let disk = SimulatedDisk::new(steps as u64);
        let mut log = new_log(&disk);
        let first = log.append_entries(&make_entries(0, 300)).unwrap();
        disk.fail_after(steps);
        let before = log.size();
        let refused = log.append_entries(&make_entries(before, 300));
        assert!(refused.is_err(), "{steps}");
        assert!(matches!(log.append_entries(&make_entries(0, 1)), Err(AppendError::Broken(_))));
        disk.mend_disk();
        log.read_back().unwrap();
        assert!(log.size() == 300 || log.size() == 600);
        let next = log.size();
        let appended = log.append_entries(&make_entries(next, 5)).unwrap();
        assert_eq!(appended.first, next);
        check_log(&disk, &log, &[first.checkpoint, appended.checkpoint]);
    }
}

#[test]
fn a_journal_that_lost_what_was_published_is_not_signed_over() {
    let disk = SimulatedDisk::new(1);
    let mut log = new_log(&disk);
    log.append_entries(&make_entries(0, 3)).unwrap();
    log.close().unwrap();
    let old = crate::disk::LedgerDisk::read_file(&disk, &log_folder().join("journal")).unwrap();
    let mut log = open_log(&disk).unwrap();
    log.append_entries(&make_entries(3, 3)).unwrap();
    log.close().unwrap();
    crate::disk::LedgerDisk::write_file(&disk, &log_folder().join("journal"), &old).unwrap();
    let refused = open_log(&disk);
    assert!(matches!(refused, Err(OpenError::Shrunk { journal: 3, published: 6 })), "{refused:?}");
}

#[test]
fn a_stranger_s_key_changes_nothing() {
    let disk = SimulatedDisk::new(1);
    let mut log = new_log(&disk);
    log.append_entries(&make_entries(0, 3)).unwrap();
    drop(log);
    let steps = disk.count_steps();
    let stranger = crate::keys::secret::Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    let refused = Log::open_on(Arc::new(disk.clone()), log_folder(), vec![stranger]);
    assert!(matches!(refused, Err(OpenError::OtherKey(_))));
    assert_eq!(disk.count_steps(), steps);
}

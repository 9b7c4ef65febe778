//! A log on a real disk: one writer, killed processes, many threads, receipts.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use trueline_ledger::{
    AppendError, Checkpoint, ENTRY_BYTES_MAX, GroupCommit, GroupError, Log, LogReader, OpenError,
    Policy, Receipt, ReceiptError, Signer, check_log_folder,
};

const ORIGIN: &str = "log.example/test";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[9; 32]).unwrap()
}

fn entry(number: u64) -> String {
    format!("entry {number}")
}

#[test]
fn a_second_writer_is_refused_until_the_first_lets_go() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("log");
    assert!(matches!(Log::open(&folder, vec![signer()]), Err(OpenError::NoLog)));
    assert!(!folder.exists());
    let log = Log::create(&folder, ORIGIN, vec![signer()]).unwrap();
    assert!(matches!(Log::open(&folder, vec![signer()]), Err(OpenError::Locked)));
    drop(log);
    assert!(matches!(Log::create(&folder, ORIGIN, vec![signer()]), Err(OpenError::Exists)));
    let other = Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    assert!(matches!(Log::open(&folder, vec![other]), Err(OpenError::OtherKey(_))));
    let name = Signer::from_seed("another", &[9; 32]).unwrap();
    assert!(matches!(Log::open(&folder, vec![name]), Err(OpenError::Name)));
    assert!(matches!(Log::open(&folder, vec![]), Err(OpenError::NoKey)));
    Log::open(&folder, vec![signer()]).unwrap();
}

#[test]
fn entries_from_empty_to_the_longest() {
    let work = tempfile::tempdir().unwrap();
    let mut log = Log::create(work.path().join("log"), ORIGIN, vec![signer()]).unwrap();
    let longest = vec![7; ENTRY_BYTES_MAX];
    log.append_entries(&[b"".as_slice(), &longest, b"x"]).unwrap();
    let too_long = vec![7; ENTRY_BYTES_MAX + 1];
    let refused = log.append_entries(&[b"fine".as_slice(), &too_long]);
    assert!(matches!(refused, Err(AppendError::EntryTooLong { index: 1 })));
    assert_eq!(log.append_entries::<&[u8]>(&[]).unwrap().first, 3);
    assert_eq!(log.size(), 3);
    let reader = log.open_reader();
    assert_eq!(reader.read_entry(0, 3).unwrap(), b"");
    assert_eq!(reader.read_entry(1, 3).unwrap(), longest);
    assert!(reader.read_entry(3, 3).is_err());
    log.close().unwrap();
    let checkpoint = Checkpoint::parse(reader.read_checkpoint().unwrap().text()).unwrap();
    assert_eq!(check_log_folder(work.path().join("log"), &checkpoint).findings, []);
}

#[test]
fn a_receipt_checks_offline_and_carries_what_the_application_adds() {
    let work = tempfile::tempdir().unwrap();
    let mut log = Log::create(work.path().join("log"), ORIGIN, vec![signer()]).unwrap();
    let batch: Vec<String> = (0..1000).map(entry).collect();
    log.append_entries(&batch).unwrap();
    let policy = format!("log {}\nquorum none\n", signer().verifier_key());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    for (index, extra) in [(0, None), (531, Some(b"salt".to_vec())), (999, Some(vec![]))] {
        let receipt =
            log.open_reader().make_receipt(index, log.newest_checkpoint(), extra.clone()).unwrap();
        let text = receipt.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\n"));
        let receipt = Receipt::parse(text.as_bytes()).unwrap();
        assert_eq!((receipt.index(), receipt.extra()), (index, extra.as_deref()));
        let trust = receipt.verify_entry(entry(index).as_bytes(), &policy, &[]).unwrap();
        assert_eq!(trust.checkpoint.size(), 1000);
        let other = receipt.verify_entry(entry(index + 1).as_bytes(), &policy, &[]);
        assert!(matches!(other, Err(ReceiptError::Proof(_))));
        let moved = text.replace(&format!("index {index}\n"), &format!("index {}\n", index ^ 2));
        let moved = Receipt::parse(moved.as_bytes()).unwrap();
        assert!(moved.verify_entry(entry(index).as_bytes(), &policy, &[]).is_err());
    }
    for wrong in ["", "c2sp.org/tlog-proof@v1\nindex 01\n\n", "c2sp.org/tlog-proof@v1\n\n"] {
        assert!(matches!(Receipt::parse(wrong.as_bytes()), Err(ReceiptError::Malformed(_))));
    }
}

#[test]
fn many_threads_append_and_each_entry_has_its_own_place() {
    let work = tempfile::tempdir().unwrap();
    let log = Log::create(work.path().join("log"), ORIGIN, vec![signer()]).unwrap();
    let group = Arc::new(GroupCommit::new(log, 1000));
    let threads: Vec<_> = (0..8_u64)
        .map(|thread| {
            let group = Arc::clone(&group);
            thread::spawn(move || -> Vec<(u64, u64)> {
                let own = (0..25).map(|at| thread * 1000 + at);
                own.map(|number| (number, group.append_entry(entry(number).into()).unwrap()))
                    .collect()
            })
        })
        .collect();
    let places: Vec<(u64, u64)> =
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    let log = group.lock_log();
    assert_eq!(log.size(), 200);
    for (number, place) in places {
        assert_eq!(log.open_reader().read_entry(place, 200).unwrap(), entry(number).as_bytes());
    }
    drop(log);
    let too_long = group.append_entry(vec![0; ENTRY_BYTES_MAX + 1]);
    assert!(matches!(too_long, Err(GroupError::TooLong)));
    let log = Arc::into_inner(group).unwrap().into_log();
    let group = GroupCommit::new(log, 0);
    assert!(matches!(group.append_entry(vec![1]), Err(GroupError::Full)));
}

const FOLDER: &str = "LEDGER_TEST_FOLDER";

// Not a test of its own: the process that the next one kills.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut log = Log::open(folder, vec![signer()]).unwrap();
    loop {
        let from = log.size();
        let batch: Vec<String> = (from..from + 1 + from % 300).map(entry).collect();
        log.append_entries(&batch).unwrap();
        println!("acknowledged {}", log.size());
    }
}

#[test]
fn what_a_killed_process_acknowledged_is_there() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("log");
    Log::create(&folder, ORIGIN, vec![signer()]).unwrap().close().unwrap();
    for round in 0..6_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "log::child_that_appends_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed while it works: after some acknowledgement, in the middle of what follows.
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut acknowledged = 0;
        let mut line = String::new();
        for _ in 0..20 + round * 7 {
            line.clear();
            std::io::BufRead::read_line(&mut output, &mut line).unwrap();
            if let Some(size) = line.trim().rsplit("acknowledged ").next() {
                acknowledged = size.parse().unwrap_or(acknowledged);
            }
        }
        thread::yield_now();
        child.kill().unwrap();
        child.wait().unwrap();
        // A reader needs no recovery: what is published is whole.
        let reader = LogReader::new(&folder);
        let published = Checkpoint::parse(reader.read_checkpoint().unwrap().text()).unwrap();
        assert_eq!(check_log_folder(&folder, &published).findings, []);
        let log = Log::open(&folder, vec![signer()]).unwrap();
        assert!(acknowledged > 0 && log.size() >= acknowledged, "round {round}");
        let checkpoint = Checkpoint::parse(log.newest_checkpoint().text()).unwrap();
        let report = check_log_folder(&folder, &checkpoint);
        assert_eq!((report.findings, report.entries_good), (vec![], log.size()));
    }
}

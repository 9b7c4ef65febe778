//! The witness protocol, status by status.

use trueline_ledger::witness::{
    AddCheckpoint, LogWitness, WitnessError, WitnessReply, WitnessResponse,
};
use trueline_ledger::{Cosigner, Log, Note, Signer};

const ORIGIN: &str = "log.example";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness(work: &tempfile::TempDir) -> LogWitness {
    let key = Cosigner::from_seed("w.example", &[2; 32]).unwrap();
    LogWitness::open(work.path().join("witness"), key, [signer().verifier_key().clone()]).unwrap()
}

fn log(work: &tempfile::TempDir, name: &str, entries: &[&str]) -> Log {
    let mut log = Log::create(work.path().join(name), ORIGIN, vec![signer()]).unwrap();
    log.append_entries(entries).unwrap();
    log
}

fn send(witness: &mut LogWitness, request: &AddCheckpoint) -> WitnessResponse {
    witness.answer_request(request.to_string().as_bytes(), 1_700_000_000)
}

#[test]
fn a_growing_log_is_cosigned_and_remembered_across_restarts() {
    let work = tempfile::tempdir().unwrap();
    let mut log = log(&work, "log", &["a", "b", "c"]);
    let mut first = witness(&work);
    let busy = LogWitness::open(
        work.path().join("witness"),
        Cosigner::from_seed("w.example", &[2; 32]).unwrap(),
        [],
    );
    assert!(matches!(busy, Err(WitnessError::Locked)));
    assert_eq!(send(&mut first, &log.make_witness_request(0).unwrap()).status, 200);
    drop(first);
    let mut second = witness(&work);
    log.append_entries(&["d"]).unwrap();
    let stale = send(&mut second, &log.make_witness_request(0).unwrap());
    assert_eq!((stale.status, stale.content_type), (409, "text/x.tlog.size"));
    assert_eq!(stale.body, "3\n");
    let reply = WitnessReply::parse(stale.status, stale.content_type, stale.body.as_bytes());
    assert_eq!(reply, WitnessReply::Conflict { size: 3 });
    let answer = send(&mut second, &log.make_witness_request(3).unwrap());
    let WitnessReply::Cosigned(lines) =
        WitnessReply::parse(answer.status, "", answer.body.as_bytes())
    else {
        panic!("{answer:?}")
    };
    log.attach_cosignatures(&lines, &[second.verifier_key().clone()]).unwrap();
    let signed = log.newest_checkpoint().verify_signatures([second.verifier_key()]).unwrap();
    assert_eq!(signed[0].time, Some(1_700_000_000));
    // Asking again for the same checkpoint is no error: answers get lost.
    assert_eq!(send(&mut second, &log.make_witness_request(4).unwrap()).status, 200);
    let latest = second.newest_checkpoint(ORIGIN).unwrap().unwrap();
    assert_eq!(latest.text(), log.newest_checkpoint().text());
    // An attached cosignature survives a restart of the log.
    let text = log.newest_checkpoint().to_string();
    drop(log);
    let log = Log::open(work.path().join("log"), vec![signer()]).unwrap();
    assert_eq!(log.newest_checkpoint().to_string(), text);
}

#[test]
fn each_refusal_has_its_status() {
    let work = tempfile::tempdir().unwrap();
    let mut log = log(&work, "log", &["a", "b", "c"]);
    let mut witness = witness(&work);
    assert_eq!(send(&mut witness, &log.make_witness_request(0).unwrap()).status, 200);
    log.append_entries(&["d", "e"]).unwrap();
    let good = log.make_witness_request(3).unwrap().to_string();
    let line = good.lines().last().unwrap();
    let proof_line = good.lines().nth(1).unwrap();
    let other_line = {
        let mut other = Log::create(
            work.path().join("other"),
            "other.example",
            vec![Signer::from_seed("other.example", &[1; 32]).unwrap()],
        )
        .unwrap();
        other.append_entries(&["x"]).unwrap();
        other.make_witness_request(0).unwrap().to_string()
    };
    let cases = [
        (String::new(), 400),
        (good.replace("old 3", "old 03"), 400),
        (good.replace("old 3", "old"), 400),
        (good.replace("old 3\n", ""), 400),
        (good.replace("\n\n", "\n"), 400),
        (good.trim_end().to_owned(), 400),
        (good.replace(proof_line, "AAAA"), 400),
        (good.replace(proof_line, &[proof_line; 64].join("\n")), 400),
        (other_line, 404),
        (good.replace(line, "\u{2014} log.example AAAAAAA="), 403),
        (good.replace("\n5\n", "\n6\n"), 403),
        (good.replace("old 3", "old 6"), 400),
        (good.replace("old 3", "old 2"), 409),
        (good.replace("old 3", "old 4"), 409),
        (good.replace(&format!("{proof_line}\n"), ""), 422),
        (good.replace(proof_line, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), 422),
    ];
    for (body, status) in cases {
        let response = witness.answer_request(body.as_bytes(), 5);
        assert_eq!(response.status, status, "{body}\n{}", response.body);
        assert!(response.body.ends_with('\n'));
    }
    assert_eq!(witness.answer_request(b"\xff\xfe", 5).status, 400);
    assert_eq!(witness.answer_request(good.as_bytes(), 0).status, 500);
    assert_eq!(witness.answer_request(good.as_bytes(), 5).status, 200);
    assert_eq!(witness.read_forks().unwrap(), []);
}

// RFC 6962 has one root for a tree without entries; a log could sign any other.
#[test]
fn an_empty_tree_has_the_empty_root() {
    let work = tempfile::tempdir().unwrap();
    let log = Log::create(work.path().join("log"), ORIGIN, vec![signer()]).unwrap();
    let mut witness = witness(&work);
    let request = log.make_witness_request(0).unwrap();
    assert_eq!(send(&mut witness, &request).status, 200);
    assert!(Note::parse(log.newest_checkpoint().to_string().as_bytes()).is_ok());
    assert_eq!(send(&mut witness, &request).status, 200);
}

#[test]
fn damaged_state_is_refused_and_not_begun_anew() {
    let work = tempfile::tempdir().unwrap();
    let log = log(&work, "log", &["a"]);
    let mut witness = witness(&work);
    assert_eq!(send(&mut witness, &log.make_witness_request(0).unwrap()).status, 200);
    let logs = work.path().join("witness/logs");
    let folder = std::fs::read_dir(logs).unwrap().next().unwrap().unwrap().path();
    std::fs::write(folder.join("checkpoint"), "").unwrap();
    assert_eq!(send(&mut witness, &log.make_witness_request(0).unwrap()).status, 500);
    assert_eq!(send(&mut witness, &log.make_witness_request(1).unwrap()).status, 500);
}

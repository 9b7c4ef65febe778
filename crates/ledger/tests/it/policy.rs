//! Policy files, quorums, rotated and retired keys.

use trueline_language::{Language, contains_chinese};
use trueline_ledger::witness::{AddCheckpoint, Witness};
use trueline_ledger::{
    AppendError, Cosigner, Distrust, Log, Note, NoteError, Policy, Retirement, Signer, VerifierKey,
};

const ORIGIN: &str = "log.example";

fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).unwrap()
}

fn signer(number: u8) -> Signer {
    Signer::from_seed(ORIGIN, &[number; 32]).unwrap()
}

/// The newest checkpoint with the cosignatures of these witnesses at these times.
fn cosigned(log: &Log, witnesses: &[(u8, u64)]) -> Note {
    let mut text = log.checkpoint().to_string();
    for (number, time) in witnesses {
        let work = tempfile::tempdir().unwrap();
        let keys: Vec<VerifierKey> = (60..70).map(|key| signer(key).verifier().clone()).collect();
        let mut witness = Witness::open(work.path().join("w"), cosigner(*number), keys).unwrap();
        let request = format!("old 0\n\n{}", log.checkpoint());
        AddCheckpoint::parse(request.as_bytes()).unwrap();
        let response = witness.handle(request.as_bytes(), *time);
        assert_eq!(response.status, 200, "{}", response.body);
        text += &response.body;
    }
    Note::parse(text.as_bytes()).unwrap()
}

fn log(work: &tempfile::TempDir) -> Log {
    Log::create(work.path().join("log"), ORIGIN, vec![signer(60)]).unwrap()
}

fn policy(text: &str) -> Policy {
    let mut text = text.replace("LOG", &signer(60).verifier().to_string());
    for number in 1..=6 {
        text = text.replace(&format!("KEY{number}"), &cosigner(number).verifier().to_string());
    }
    Policy::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

// The example of the specification.
const EXAMPLE: &str = "log LOG

witness X1 KEY1
witness X2 KEY2
witness X3 KEY3
group X-witnesses 2 X1 X2 X3

witness Y1 KEY4
witness Y2 KEY5
witness Y3 KEY6
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
";

#[test]
fn the_example_s_quorum_is_two_of_three_and_one_of_three() {
    let work = tempfile::tempdir().unwrap();
    let log = log(&work);
    let policy = policy(EXAMPLE);
    let check = |witnesses: &[u8]| {
        let witnesses: Vec<(u8, u64)> = witnesses.iter().map(|number| (*number, 5)).collect();
        policy.check(&cosigned(&log, &witnesses), &[])
    };
    for met in [&[1, 2, 4][..], &[1, 3, 6], &[1, 2, 3, 4, 5, 6], &[2, 3, 5]] {
        assert_eq!(check(met).unwrap().witnesses.len(), met.len());
    }
    for missed in [&[][..], &[1, 2], &[1, 2, 3], &[1, 4, 5, 6], &[4, 5, 6]] {
        assert!(matches!(check(missed), Err(Distrust::NoQuorum { .. })), "{missed:?}");
    }
    let missed = check(&[1, 4]).unwrap_err().to_string();
    assert_eq!(missed, "the quorum is missing: cosigned by X1, Y1");
}

#[test]
fn lines_that_are_no_policy_are_named() {
    let key = cosigner(1).verifier().to_string();
    let log = signer(60).verifier().to_string();
    let w = format!("witness a {key}\n");
    let second = format!("witness b {}\n", cosigner(2).verifier());
    let cases = [
        (String::new(), 1, "no quorum line"),
        (w.clone(), 1, "no quorum line"),
        ("quorum a\n".to_owned(), 1, "a quorum that no line above defines"),
        (format!("quorum a\n{w}"), 1, "a quorum that no line above defines"),
        ("quorum none\nquorum none\n".to_owned(), 2, "a second quorum line"),
        (format!("{w}{w}quorum a\n"), 2, "the name is taken"),
        (format!("{w}witness b {key}\nquorum a\n"), 2, "the same key twice"),
        (format!("witness none {key}\nquorum none\n"), 1, "the name is taken"),
        (format!("witness a {log}\nquorum a\n"), 1, "a log's key where a witness's belongs"),
        (format!("log {key}\nquorum none\n"), 1, "a witness's key where a log's belongs"),
        ("log what\nquorum none\n".to_owned(), 1, "not a key that is known here"),
        (format!("{w}group g all\n"), 2, "a group needs from one to all of its members"),
        (format!("{w}group g 2 a\n"), 2, "a group needs from one to all of its members"),
        (format!("{w}group g 0 a\n"), 2, "a group needs from one to all of its members"),
        (format!("{w}group g 01 a\n"), 2, "a group needs `all`, `any` or a number"),
        (format!("{w}group g any b\n"), 2, "a member that no line above defines"),
        (format!("{w}group g any none\n"), 2, "a member that no line above defines"),
        (format!("{w}{second}group g all a b a\n"), 3, "a member of two groups"),
        (format!("{w}group g any a\ngroup h any a\n"), 3, "a member of two groups"),
        ("quorum none\u{1}\n".to_owned(), 1, "a control character"),
        ("quorum none\r\n".to_owned(), 1, "a control character"),
        ("witnesses a b\n".to_owned(), 1, "not a line of a policy"),
    ];
    for (text, line, what) in cases {
        let error = Policy::parse(text.as_bytes()).unwrap_err();
        assert_eq!((error.line, error.what.as_str(Language::English)), (line, what), "{text}");
        assert!(contains_chinese(error.what.as_str(Language::Chinese)), "{text}");
    }
    let spaced = format!("  # note\n\n\tlog\t{log}   https://log.example/ \n quorum  none ");
    let spaced = Policy::parse(spaced.as_bytes()).unwrap();
    assert_eq!(spaced.logs()[0].url.as_deref(), Some("https://log.example/"));
    let octets = [b"witness \xe5\xb1\xb1 ".as_slice(), key.as_bytes(), b"\nquorum \xe5\xb1\xb1\n"];
    assert_eq!(Policy::parse(&octets.concat()).unwrap().witnesses()[0].name, "山");
}

#[test]
fn a_checkpoint_of_another_log_or_forged_is_not_trusted() {
    let work = tempfile::tempdir().unwrap();
    let log = log(&work);
    let trusting = policy("log LOG\nwitness a KEY1\nquorum none\n");
    assert_eq!(trusting.check(log.checkpoint(), &[]).unwrap().log_keys.len(), 1);
    // Its own key under another log's name.
    let text = log.checkpoint().to_string().replacen(ORIGIN, "another.example", 1);
    let renamed = trusting.check(&Note::parse(text.as_bytes()).unwrap(), &[]);
    assert_eq!(renamed, Err(Distrust::Note(NoteError::Unsigned)));
    // A cosignature alone makes no checkpoint of the log.
    let cosigned = cosigned(&log, &[(1, 5)]).to_string();
    let lines: Vec<&str> = cosigned.lines().collect();
    let stripped = format!("{}\n\n{}\n", lines[..3].join("\n"), lines[5]);
    let stripped = trusting.check(&Note::parse(stripped.as_bytes()).unwrap(), &[]);
    assert_eq!(stripped, Err(Distrust::NoLog { origin: ORIGIN.to_owned() }));
}

#[test]
fn a_rotated_key_shares_a_checkpoint_and_a_retired_one_counts_while_witnessed() {
    let work = tempfile::tempdir().unwrap();
    let mut log = log(&work);
    let (old, new) = (signer(60).verifier().clone(), signer(61).verifier().clone());
    log.append(&["before"]).unwrap();
    let before = cosigned(&log, &[(1, 100)]);
    assert!(matches!(log.retire(&old, 200), Err(AppendError::LastKey)));
    let common = log.rotate(signer(61)).unwrap();
    assert_eq!(common.verify([&old, &new]).unwrap().len(), 2);
    let kept = std::fs::read(work.path().join("log/rotations/1")).unwrap();
    assert_eq!(Note::parse(&kept).unwrap().verify([&old, &new]).unwrap().len(), 2);
    let both = log.append(&["between"]).unwrap().checkpoint;
    assert_eq!(both.verify([&old, &new]).unwrap().len(), 2);
    let after = log.retire(&old, 200).unwrap();
    assert_eq!(after.checkpoint.verify([&old, &new]).unwrap().len(), 1);
    let entry = log.reader().entry(after.first, log.size()).unwrap();
    let retirement = Retirement::from_entry(&entry).unwrap();
    assert_eq!(retirement, Retirement { key: old.clone(), at: 200 });
    log.close().unwrap();
    // The old key alone opens it no more.
    assert!(Log::open(work.path().join("log"), vec![signer(60)]).is_err());
    assert_eq!(Log::open(work.path().join("log"), vec![signer(61)]).unwrap().size(), 3);

    let text = format!("log LOG\nlog {new}\nwitness a KEY1\nquorum none\n");
    let policy = policy(&text);
    let retired = [retirement];
    assert_eq!(policy.check(&before, &retired).unwrap().log_keys, std::slice::from_ref(&old));
    assert_eq!(policy.check(&after.checkpoint, &retired).unwrap().log_keys, [new]);
    // Without a witness from before that date the old key says nothing any more.
    let bare = Note::parse(before.to_string().rsplit_once("\u{2014}").unwrap().0.as_bytes());
    let refused = policy.check(&bare.unwrap(), &retired);
    assert_eq!(refused, Err(Distrust::Retired { key: old.to_string() }));
    let late = Retirement { key: old.clone(), at: 100 };
    assert_eq!(policy.check(&before, &[late]), Err(Distrust::Retired { key: old.to_string() }));
    // A retired witness's cosignatures count until its own date.
    let witness = Retirement { key: cosigner(1).verifier().clone(), at: 100 };
    assert_eq!(policy.check(&before, &[witness]).unwrap().witnesses, []);
}

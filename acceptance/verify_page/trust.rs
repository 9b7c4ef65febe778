//! Whom to believe: signatures of a log and of witnesses, quorums and policies, on the page and by
//! the program.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use trueline_ledger::witness::LogWitness;
use trueline_ledger::{Cosigner, Log, Policy, Signer};
use trueline_verify::{Seal, VerifyOptions, check_file, digest_and_place, find_place};

use super::{page, shared};
use crate::browser::Browser;
use crate::program::Folder;

const ORIGIN: &str = "example.com/quality";

/// A sealed report, and signature lines of every kind for the checkpoint of its seal.
struct Signed {
    report: Vec<u8>,
    entry: String,
    /// The text of the checkpoint that the statement is entry 0 of.
    checkpoint: String,
    log: String,
    log_key: String,
    sm2: String,
    sm2_key: String,
    one: String,
    one_key: String,
    /// The first witness on the checkpoint after this one.
    one_later: String,
    sm2_later: String,
    two: String,
    two_key: String,
    stranger: String,
}

impl Signed {
    fn new() -> Signed {
        let report = shared().file("json").to_vec();
        let entry = Seal::from_place(&digest_and_place(&report).unwrap().1).unwrap().entry;
        let folder = Folder::new();
        let signers = vec![
            Signer::from_seed(ORIGIN, &[1; 32]).unwrap(),
            Signer::generate_sm2(ORIGIN).unwrap(),
        ];
        let keys: Vec<_> = signers.iter().map(|one| one.verifier_key().clone()).collect();
        let mut log = Log::create(folder.path("log"), ORIGIN, signers).unwrap();
        let mut witnesses: Vec<LogWitness> = [("w1", 2), ("w2", 3), ("w3", 4)]
            .iter()
            .map(|(name, seed)| {
                let name = format!("{name}.example/w");
                let key = Cosigner::from_seed(&name, &[*seed; 32]).unwrap();
                fs::create_dir(folder.path(&seed.to_string())).unwrap();
                LogWitness::open(folder.path(&seed.to_string()), key, keys.clone()).unwrap()
            })
            .collect();
        let note = log.append_entries(&[&entry]).unwrap().checkpoint;
        let mut cosign = |log: &Log, old: u64| -> Vec<String> {
            let body = log.make_witness_request(old).unwrap().to_string();
            let ask = |witness: &mut LogWitness| {
                let answer = witness.answer_request(body.as_bytes(), 1_600_000_000 + old);
                assert_eq!(answer.status, 200, "{}", answer.body);
                answer.body.trim_end().to_owned()
            };
            witnesses.iter_mut().map(ask).collect()
        };
        let first = cosign(&log, 0);
        let lines: Vec<String> = note.signatures().iter().map(ToString::to_string).collect();
        let later = log.append_entries(&["another entry"]).unwrap().checkpoint;
        let second = cosign(&log, 1);
        let key = |at: usize| witnesses[at].verifier_key().to_string();
        Signed {
            report,
            entry,
            checkpoint: note.text().to_owned(),
            log: lines[0].clone(),
            log_key: keys[0].to_string(),
            sm2: lines[1].clone(),
            sm2_key: keys[1].to_string(),
            sm2_later: later.signatures()[1].to_string(),
            one: first[0].clone(),
            one_key: key(0),
            one_later: second[0].clone(),
            two: first[1].clone(),
            two_key: key(1),
            stranger: first[2].clone(),
        }
    }

    /// The text that stands in the place of the seal with these signature lines.
    fn place(&self, lines: &[&str]) -> String {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let receipt = format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{}\n{lines}", self.checkpoint);
        let inside = STANDARD.encode(format!("{}\n{receipt}", self.entry));
        let head = "TRUELINE-SEAL/1 032768 ";
        format!("{head}{inside:<width$}", width = 32_768 - head.len())
    }

    /// `quorum` is the last word of the policy that names both witnesses.
    fn policy(&self, quorum: &str) -> String {
        let (one, two) = (&self.one_key, &self.two_key);
        format!(
            "log {}\nwitness one {one}\nwitness two {two}\ngroup both {quorum} one two\nquorum both\n",
            self.log_key
        )
    }
}

/// A signature line with one bit of its signature flipped.
fn flipped(line: &str) -> String {
    let (head, encoded) = line.rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(encoded).unwrap();
    let at = bytes.len() - 20;
    bytes[at] ^= 1;
    format!("{head} {}", STANDARD.encode(bytes))
}

/// What both say of the report with these signature lines: whether it holds, and the words of a
/// policy that was not kept.
struct Both<'a> {
    signed: &'a Signed,
    browser: Browser,
}

impl Both<'_> {
    fn new(signed: &Signed) -> Both<'_> {
        let browser = page();
        let text = STANDARD.encode(&signed.report);
        browser.js(&format!(
            "window.given = Uint8Array.from(atob('{text}'), (sign) => sign.charCodeAt(0)), 1"
        ));
        Both { signed, browser }
    }

    fn by_page(&self, lines: &[&str], policy: &str) -> Value {
        let at = find_place(&self.signed.report).unwrap().start;
        let place = self.signed.place(lines);
        self.browser.js(&format!(
            "(async () => {{ const bytes = window.given.slice(); bytes.set(utf8('{place}'), {at});
               const it = await check(bytes, 'r.json', {policy:?});
               return JSON.parse(JSON.stringify(it)); }})()"
        ))
    }

    fn by_program(&self, lines: &[&str], policy: &str) -> Value {
        let policy = Policy::parse(policy.as_bytes()).unwrap();
        let mut bytes = self.signed.report.clone();
        let place = find_place(&bytes).unwrap();
        bytes[place].copy_from_slice(self.signed.place(lines).as_bytes());
        let options = VerifyOptions { policy: Some(&policy), ..VerifyOptions::default() };
        serde_json::to_value(check_file(&bytes, "r.json", &options)).unwrap()
    }

    fn check(&self, what: &str, lines: &[&str], policy: &str, is_trusted: bool) {
        let (page, program) = (self.by_page(lines, policy), self.by_program(lines, policy));
        for (by, verdict) in [("the page", &page), ("the program", &program)] {
            let findings = verdict["findings"].as_array().unwrap();
            assert_eq!(verdict["holds"], is_trusted, "{what}, by {by}: {findings:?}");
            assert!(findings.iter().all(|one| one["what"] == "trust"), "{what}: {findings:?}");
            let doubts = verdict["not_proved"].to_string();
            assert!(doubts.contains("no key of the policy was retired"), "{what}: {doubts}");
        }
    }
}

#[test]
fn a_quorum_is_met_or_not_on_the_page_as_by_the_program() {
    let signed = Signed::new();
    let both = Both::new(&signed);
    let (any, all) = (signed.policy("1"), signed.policy("all"));
    let (log, one, two) = (signed.log.as_str(), signed.one.as_str(), signed.two.as_str());
    let (one_wrong, two_wrong, log_wrong) = (flipped(one), flipped(two), flipped(log));
    // Lines, and whether one of two and two of two take them.
    let cases: [(&str, Vec<&str>, bool, bool); 13] = [
        ("no cosignature", vec![log], false, false),
        ("the first witness", vec![log, one], true, false),
        ("the second witness", vec![log, two], true, false),
        ("both", vec![log, one, two], true, true),
        ("both, before the log", vec![two, one, log], true, true),
        ("the first one twice", vec![log, one, one], true, false),
        ("a wrong cosignature", vec![log, &one_wrong], false, false),
        ("one right and one wrong", vec![log, one, &two_wrong], false, false),
        ("the same witness right and wrong", vec![log, one, &one_wrong], false, false),
        ("an unknown witness", vec![log, &signed.stranger], false, false),
        ("one, and an unknown witness", vec![log, one, &signed.stranger], true, false),
        ("copied from another checkpoint", vec![log, &signed.one_later], false, false),
        ("both, and a wrong signature of the log", vec![&log_wrong, one, two], false, false),
    ];
    for (what, lines, with_any, with_all) in cases {
        both.check(what, &lines, &any, with_any);
        both.check(what, &lines, &all, with_all);
    }
    let times = both.by_page(&[log, one, two], &all)["proved"].to_string();
    assert!(times.contains("one 2020-09-13T12:26:40Z"), "{times}");
    assert!(
        both.by_program(&[log, one], &any)["proved"].to_string().contains("2020-09-13 12:26 UTC")
    );
}

#[test]
fn an_sm2_line_counts_where_its_key_is_known_and_is_passed_over_where_it_is_not() {
    let signed = Signed::new();
    let both = Both::new(&signed);
    let (log, sm2) = (signed.log.as_str(), signed.sm2.as_str());
    let only = |key: &str| format!("log {key}\nquorum none\n");
    let (ed25519, gb) = (only(&signed.log_key), only(&signed.sm2_key));
    let either = format!("log {}\nlog {}\nquorum none\n", signed.log_key, signed.sm2_key);
    let (wrong, log_wrong) = (flipped(sm2), flipped(log));
    let cases: [(&str, Vec<&str>, [bool; 3]); 6] = [
        // With the policy of the Ed25519 key, of the SM2 key, of both.
        ("both lines", vec![log, sm2], [true, true, true]),
        ("Ed25519 alone", vec![log], [true, false, true]),
        ("SM2 alone", vec![sm2], [false, true, true]),
        ("a wrong SM2 line", vec![log, &wrong], [true, false, false]),
        ("an SM2 line of another checkpoint", vec![log, &signed.sm2_later], [true, false, false]),
        ("SM2, and Ed25519 that is wrong", vec![sm2, &log_wrong], [false, true, false]),
    ];
    for (what, lines, expected) in cases {
        for (policy, is_trusted) in [&ed25519, &gb, &either].into_iter().zip(expected) {
            both.check(what, &lines, policy, is_trusted);
        }
    }
}

#[test]
fn a_policy_that_the_program_refuses_is_refused_by_the_page() {
    let signed = Signed::new();
    let browser = page();
    let (log, one, two) = (&signed.log_key, &signed.one_key, &signed.two_key);
    let head = format!("log {log}\nwitness a {one}\nwitness b {two} http://w2.example/\n");
    let changed = one.replacen("w1", "w9", 1);
    let good = [
        format!("{head}quorum a\n"),
        format!("{head}group g any a b\nquorum g\n"),
        format!("{head}group g 2 a b\nquorum g"),
        format!("# words\n\n{head}\t group g all a\n group h 1 g b\nquorum h\n"),
        format!("log {log} https://log.example/\nquorum none\n"),
        format!("{head}quorum none\n"),
    ];
    let bad = [
        head.clone(),
        "quorum none\nlog\n".to_owned(),
        format!("{head}quorum a\nquorum a\n"),
        format!("{head}quorum c\n"),
        format!("{head}group g any a b\nquorum a\n"),
        format!("{head}group g any a a\nquorum g\n"),
        format!("{head}group g any a\ngroup h any a b\nquorum h\n"),
        format!("{head}group g 0 a b\nquorum g\n"),
        format!("{head}group g 3 a b\nquorum g\n"),
        format!("{head}group g 0x1 a b\nquorum g\n"),
        format!("{head}group g 01 a b\nquorum g\n"),
        format!("{head}group g any\nquorum g\n"),
        format!("{head}group a any b\nquorum a\n"),
        format!("{head}group none any a\nquorum none\n"),
        format!("log {log}\nwitness a {one}\nwitness a {two}\nquorum a\n"),
        format!("log {log}\nwitness a {one}\nwitness b {one}\nquorum a\n"),
        format!("log {log}\nlog {log}\nquorum none\n"),
        format!("log {one}\nquorum none\n"),
        format!("log {log}\nwitness a {log}\nquorum a\n"),
        format!("log {log}\nwitness a {changed}\nquorum a\n"),
        format!("log {log} a b\nquorum none\n"),
        format!("{head}quorum a b\n"),
        format!("{head}members a b\nquorum a\n"),
        format!("log {}\nquorum none\n", log.replace("+AY", "+BY")),
    ];
    let read =
        |policy: &str| browser.js(&format!("readPolicy({policy:?}).then(() => true, () => false)"));
    for policy in &good {
        assert!(Policy::parse(policy.as_bytes()).is_ok(), "{policy}");
        assert_eq!(read(policy), json!(true), "{policy}");
    }
    for policy in &bad {
        assert!(Policy::parse(policy.as_bytes()).is_err(), "{policy}");
        assert_eq!(read(policy), json!(false), "{policy}");
    }
    // A key alone is no policy; the page takes it all the same, and no witness is asked for.
    assert_eq!(read(log), json!(true));
    assert_eq!(read(&format!("log {log}\n")), json!(true));
}

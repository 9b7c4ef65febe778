//! The ledger's folder beside a report: what it shows, and what it must not lack.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use trueline_ledger::witness::{LogWitness, WitnessReply};
use trueline_ledger::{Cosigner, Hash, Log, Note, Policy, Signer};
use trueline_verify::{
    FileVerdict, Language, STATEMENT, Seal, SealedRendering, Statement, StatementStatus, Text,
    VerifyOptions, check_file, digest_and_place, fill_place, to_canonical_json,
};

use crate::data::{batch, block_roots, evidence, report};
use crate::files::sealed_json;

const ORIGIN: &str = "log.example/quality";

/// A report sealed in a ledger with a witness, whose parts the tests change.
struct SealedInLedger {
    work: TempDir,
    log: Log,
    key: String,
    witness: LogWitness,
    now: u64,
}

impl SealedInLedger {
    fn new() -> SealedInLedger {
        let work = tempfile::tempdir().unwrap();
        let signer = Signer::generate(ORIGIN).unwrap();
        let verifier = signer.verifier_key().clone();
        let log = Log::create(work.path().join("log"), ORIGIN, vec![signer]).unwrap();
        let cosigner = Cosigner::generate("witness.example/w1").unwrap();
        let folder = work.path().join("witness");
        let witness = LogWitness::open(folder, cosigner, [verifier.clone()]).unwrap();
        SealedInLedger { work, log, key: verifier.to_string(), witness, now: 1_600_000_000 }
    }

    fn folder(&self) -> PathBuf {
        self.work.path().join("log")
    }

    /// Lets the witness cosign the newest checkpoint, and keeps it as an instance does.
    fn cosign(&mut self, old_size: u64) {
        self.now += 60;
        let request = self.log.make_witness_request(old_size).unwrap().to_string();
        let answer = self.witness.answer_request(request.as_bytes(), self.now);
        let reply = WitnessReply::parse(answer.status, answer.content_type, answer.body.as_bytes());
        let WitnessReply::Cosigned(lines) = reply else { panic!("{reply:?}") };
        self.log.attach_cosignatures(&lines, &[self.witness.verifier_key().clone()]).unwrap();
        let folder = self.folder().join("cosigned");
        std::fs::create_dir_all(&folder).unwrap();
        let note = self.log.newest_checkpoint().to_string();
        std::fs::write(folder.join(self.log.size().to_string()), note).unwrap();
    }

    /// Seals a report over this evidence as a JSON file.
    fn seal(&mut self, evidence: &Value) -> Vec<u8> {
        let evidence = to_canonical_json(evidence).unwrap();
        let mut file = sealed_json(&report("Example Telecom"), &evidence);
        let entry = statement(&evidence, &file).to_entry().unwrap();
        let index = self.log.append_entries(&[&entry]).unwrap().first;
        let receipt =
            self.log.open_reader().make_receipt(index, self.log.newest_checkpoint(), None).unwrap();
        fill_place(&mut file, &Seal { entry, receipt }).unwrap();
        file
    }

    fn policy(&self, quorum: &str) -> Policy {
        let text = format!(
            "log {}\nwitness w1 {}\nquorum {quorum}\n",
            self.key,
            self.witness.verifier_key()
        );
        Policy::parse(text.as_bytes()).unwrap()
    }

    fn check(&self, file: &[u8]) -> FileVerdict {
        let folder = self.folder();
        check_file(file, "x", &VerifyOptions { ledger: Some(&folder), ..VerifyOptions::default() })
    }

    fn check_by(&self, file: &[u8], policy: &Policy) -> FileVerdict {
        let folder = self.folder();
        let options = VerifyOptions {
            ledger: Some(&folder),
            policy: Some(policy),
            ..VerifyOptions::default()
        };
        check_file(file, "x", &options)
    }
}

fn statement(evidence: &str, file: &[u8]) -> Statement {
    let rendering = SealedRendering {
        format: "json".to_owned(),
        language: "en".to_owned(),
        sha256: digest_and_place(file).unwrap().0.to_hex(),
    };
    Statement {
        format: STATEMENT.to_owned(),
        program: "Trueline test".to_owned(),
        status: StatementStatus::Draft,
        pack: "example".to_owned(),
        period: "2020H1".to_owned(),
        simulated: false,
        evidence: Hash::digest_of(evidence.as_bytes()).to_hex(),
        renderings: vec![rendering],
        prepared_by: None,
        reviewed_by: None,
        signed_by: None,
        restates: None,
        reason: None,
    }
}

fn base_evidence() -> Value {
    evidence(&block_roots())
}

fn has(list: &[Text], word: &str) -> bool {
    list.iter().any(|one| one.as_str(Language::English).contains(word))
}

fn found(verdict: &FileVerdict, word: &str) -> bool {
    verdict.findings.iter().any(|one| one.says.as_str(Language::English).contains(word))
}

#[test]
fn the_batches_of_the_evidence_are_entries_before_the_statement() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let file = sealed.seal(&base_evidence());
    let verdict = sealed.check(&file);
    assert!(verdict.holds, "{:?}", verdict.findings);
    assert!(has(&verdict.proved, "all 1 batches of the evidence are in the ledger"));
    assert!(has(&verdict.proved, "the statement is entry 1 in the ledger's folder"));
    assert!(verdict.report.unwrap().as_str(Language::English).contains("(json, draft)"));
    for (key, value) in [
        ("dataset", json!("other")),
        ("batch", json!("000009")),
        ("rows", json!(7)),
        ("root", json!(Hash::digest_of(b"other").to_hex())),
        ("recorded", json!(1_600_000_001)),
        ("entry", json!(7)),
    ] {
        let mut sealed = SealedInLedger::new();
        sealed.log.append_entries(&[batch("000001", false)]).unwrap();
        let mut evidence = base_evidence();
        evidence["inputs"][0][key] = value;
        let file = sealed.seal(&evidence);
        let verdict = sealed.check(&file);
        assert!(found(&verdict, "of the evidence is not entry"), "{key}: {:?}", verdict.findings);
        assert!(!has(&verdict.proved, "batches of the evidence are in the ledger"), "{key}");
    }
}

#[test]
fn a_batch_after_the_statement_is_no_input_of_it() {
    let mut sealed = SealedInLedger::new();
    let mut evidence = base_evidence();
    evidence["inputs"][0]["entry"] = json!(1);
    let file = sealed.seal(&evidence);
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    assert!(found(&sealed.check(&file), "case/000001 of the evidence is not entry 1"));
}

#[test]
fn a_batch_that_was_not_read_is_remarked_unless_it_is_after_the_cut() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false), batch("000002", false)]).unwrap();
    let mut evidence = base_evidence();
    let file = sealed.seal(&evidence);
    let verdict = sealed.check(&file);
    let word = "entry 1 (batch case/000002) is older than the statement, but was not read";
    assert!(verdict.holds && has(&verdict.remarks, word), "{:?}", verdict.remarks);
    assert!(!has(&verdict.remarks, "entry 0 (batch"));
    for (cut, is_remarked) in [(1_600_000_000_i64, true), (1_599_999_999, false)] {
        evidence["as_of"] = json!(cut);
        let file = sealed.seal(&evidence);
        assert_eq!(has(&sealed.check(&file).remarks, word), is_remarked, "{cut}");
    }
}

#[test]
fn what_happened_later_is_remarked() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let file = sealed.seal(&base_evidence());
    let verdict = sealed.check(&file);
    assert!(!has(&verdict.not_proved, "what the imports after the statement would change"));
    let text = to_canonical_json(&base_evidence()).unwrap();
    let other = statement(&text, &file);
    let published = Statement { status: StatementStatus::Published, ..other.clone() };
    let elsewhere = Statement { period: "2019H2".to_owned(), ..published.clone() };
    let pack = Statement { pack: "another".to_owned(), ..published.clone() };
    for statement in [&elsewhere, &pack, &Statement { program: "x".to_owned(), ..other }] {
        sealed.log.append_entries(&[statement.to_entry().unwrap()]).unwrap();
        assert!(!has(&sealed.check(&file).remarks, "another statement of the same pack"));
    }
    sealed.log.append_entries(&[published.to_entry().unwrap(), batch("000002", true)]).unwrap();
    let verdict = sealed.check(&file);
    assert!(verdict.holds);
    assert!(has(&verdict.remarks, "another statement of the same pack and period"));
    assert!(has(
        &verdict.remarks,
        "entry 6, batch case/000002, 6 rows, it replaces earlier records"
    ));
    assert!(has(&verdict.not_proved, "what the imports after the statement would change"));
}

#[test]
fn a_witness_s_time_needs_its_cosignature() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    sealed.cosign(0);
    let time = sealed.now;
    let mut evidence = base_evidence();
    evidence["inputs"][0]["witnessed"] = json!(time);
    evidence["populations"][0]["lag"]["witnessed"] = json!(true);
    let file = sealed.seal(&evidence);
    let policy = sealed.policy("none");
    let verdict = sealed.check_by(&file, &policy);
    let vouched = "witnesses vouch for the times at which 1 batches were committed to";
    assert!(has(&verdict.proved, vouched), "{:?}", verdict.findings);
    assert!(has(
        &sealed.check(&file).not_proved,
        "that the witnesses' times in the evidence are true"
    ));
    assert!(!has(&sealed.check(&file).proved, vouched));
    // Without the cosigned checkpoint, or at another time, nobody vouches for it.
    std::fs::remove_dir_all(sealed.folder().join("cosigned")).unwrap();
    let missing = sealed.check_by(&file, &policy);
    assert!(found(&missing, "no witness of your policy cosigned case/000001 at the time stated"));
    assert!(!has(&missing.proved, vouched));
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    sealed.cosign(0);
    evidence["inputs"][0]["witnessed"] = json!(sealed.now + 1);
    let file = sealed.seal(&evidence);
    let policy = sealed.policy("none");
    assert!(found(&sealed.check_by(&file, &policy), "no witness of your policy cosigned"));
}

#[test]
fn a_checkpoint_vouches_only_for_the_entries_that_it_covers() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&["before"]).unwrap();
    sealed.cosign(0);
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let mut evidence = base_evidence();
    evidence["inputs"][0]["entry"] = json!(1);
    evidence["inputs"][0]["witnessed"] = json!(sealed.now);
    evidence["populations"][0]["lag"]["witnessed"] = json!(true);
    let file = sealed.seal(&evidence);
    let policy = sealed.policy("none");
    assert!(found(&sealed.check_by(&file, &policy), "no witness of your policy cosigned"));
}

#[test]
fn a_missing_quorum_of_the_newest_checkpoint_is_no_finding() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let unsigned = sealed.seal(&base_evidence());
    sealed.cosign(0);
    let index = sealed.log.size() - 1;
    // The receipt with the cosignature, of the same statement.
    let seal = trueline_verify::extract_seal(&unsigned).unwrap();
    let receipt =
        sealed.log.open_reader().make_receipt(index, sealed.log.newest_checkpoint(), None).unwrap();
    let mut file = unsigned.clone();
    fill_place(&mut file, &Seal { entry: seal.entry, receipt }).unwrap();
    let policy = sealed.policy("w1");
    let verdict = sealed.check_by(&file, &policy);
    assert!(verdict.holds, "{:?}", verdict.findings);
    assert!(has(&verdict.proved, "the newest checkpoint of the ledger is trusted by your policy"));
    assert!(has(&verdict.proved, "the witness w1 had seen it by 2020-09-13 12:27 UTC"));
    assert!(!has(&verdict.not_proved, "no witness: the operator may have shown"));
    sealed.log.append_entries(&[batch("000002", false)]).unwrap();
    let verdict = sealed.check_by(&file, &policy);
    assert!(verdict.holds, "{:?}", verdict.findings);
    assert!(has(&verdict.not_proved, "that witnesses saw the newest checkpoint"));
    // A newest checkpoint that somebody else signed is one.
    let stranger = Signer::generate(ORIGIN).unwrap();
    let text = format!("log {}\nquorum none\n", stranger.verifier_key());
    let stranger = Policy::parse(text.as_bytes()).unwrap();
    assert!(found(
        &sealed.check_by(&file, &stranger),
        "the newest checkpoint of the ledger is not"
    ));
    assert!(has(&sealed.check_by(&unsigned, &sealed.policy("none")).not_proved, "no witness:"));
}

fn check_since(sealed: &SealedInLedger, file: &[u8], folder: &Path, since: &Note) -> FileVerdict {
    let options =
        VerifyOptions { ledger: Some(folder), since: Some(since), ..VerifyOptions::default() };
    assert!(sealed.folder().exists());
    check_file(file, "x", &options)
}

#[test]
fn a_kept_checkpoint_must_be_of_this_ledger_and_its_history() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let file = sealed.seal(&base_evidence());
    let folder = sealed.folder();
    let other = |origin: &str, entries: &[&str]| {
        let work = tempfile::tempdir().unwrap();
        let signer = Signer::generate(origin).unwrap();
        let mut log = Log::create(work.path().join("log"), origin, vec![signer]).unwrap();
        log.append_entries(entries).unwrap();
        log.newest_checkpoint().clone()
    };
    let kept = sealed.log.newest_checkpoint().clone();
    let verdict = check_since(&sealed, &file, &folder, &kept);
    assert!(verdict.holds, "{:?}", verdict.findings);
    assert!(has(&verdict.proved, "known to the checkpoint that you kept"));
    for (note, says) in [
        (
            other("log.example/other", &["x"]),
            "the checkpoint that you kept is of the ledger log.example/other",
        ),
        (other(ORIGIN, &["x"]), "not the one known to the checkpoint that you kept"),
        (other(ORIGIN, &["x", "y"]), "not the one known to the checkpoint that you kept"),
        (
            other(ORIGIN, &["x", "y", "z"]),
            "the checkpoint that you kept knew 3 entries, now there are 2",
        ),
    ] {
        assert!(found(&check_since(&sealed, &file, &folder, &note), says), "{says}");
    }
    let text = kept.to_string().replacen(&format!("{ORIGIN}\n2\n"), &format!("{ORIGIN}\ntwo\n"), 1);
    let note = Note::parse(text.as_bytes()).unwrap();
    let says = "the file of --since is no checkpoint";
    assert!(found(&check_since(&sealed, &file, &folder, &note), says));
}

#[test]
fn a_folder_that_is_not_whole_is_named() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let file = sealed.seal(&base_evidence());
    let tile = sealed.folder().join("tile/0/000.p/2");
    let good = std::fs::read(&tile).unwrap();
    let mut bad = good.clone();
    bad[3] ^= 1;
    std::fs::write(&tile, &bad).unwrap();
    let verdict = sealed.check(&file);
    assert!(found(&verdict, "the ledger's folder is damaged: tile/0/000.p/2: hash 0 is wrong"));
    assert!(!found(&verdict, "has forked"));
    std::fs::write(&tile, &good).unwrap();
    std::fs::remove_file(sealed.folder().join("checkpoint")).unwrap();
    assert!(found(
        &sealed.check(&file),
        "the ledger's folder cannot be read: cannot read checkpoint ("
    ));
}

#[test]
fn a_statement_at_another_place_is_not_this_one() {
    let mut sealed = SealedInLedger::new();
    sealed.log.append_entries(&[batch("000001", false)]).unwrap();
    let mut file = sealed.seal(&base_evidence());
    let seal = trueline_verify::extract_seal(&file).unwrap();
    let receipt =
        sealed.log.open_reader().make_receipt(0, sealed.log.newest_checkpoint(), None).unwrap();
    fill_place(&mut file, &Seal { entry: seal.entry, receipt }).unwrap();
    let verdict = sealed.check(&file);
    assert!(found(&verdict, "the statement is not entry 0 of the ledger"));
    assert!(found(&verdict, "entry 0 of the ledger is not this statement"));
    assert!(!has(&verdict.proved, "the statement is entry"));
}

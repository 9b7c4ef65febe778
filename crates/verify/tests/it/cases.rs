//! The proof of one case: counted or not there, and nothing that only looks like it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use trueline_language::Language;
use trueline_ledger::{Hash, Log, Policy, Signer, leaf_hash, tree_path, tree_root};
use trueline_verify::{
    BATCH, CASE, CaseChecked, CaseError, CaseExtra, CaseFound, FileVerdict, MemberOutcome,
    MemberProof, POPULATION, RowProof, RowValue, VerifyOptions, check_case, check_file,
    to_canonical_json,
};

const KEYS: [&str; 3] = ["k1", "k3", "k5"];

/// A ledger with a batch of three rows and the population of their cases.
struct Population {
    log: Log,
    key: String,
    batch: String,
    entry: String,
    rows: Vec<Vec<u8>>,
    members: Vec<Vec<u8>>,
    _work: TempDir,
}

/// Sixteen bytes of salt, the source `bss`, the key, and nothing for the moment.
fn salted_row(key: &str) -> Vec<u8> {
    [b"0123456789abcdef".as_slice(), b"\x01\x03bss\x01\x02", key.as_bytes(), b"\x00"].concat()
}

/// The revision, the key, and one verdict of family 0.
fn member(revision: &Hash, key: &str, verdict: &[u8]) -> Vec<u8> {
    let head = b"\x03bss\x02".as_slice();
    [revision.0.as_slice(), head, key.as_bytes(), b"\x01\x00", verdict].concat()
}

fn leaves(all: &[Vec<u8>]) -> Vec<Hash> {
    all.iter().map(|bytes| leaf_hash(bytes)).collect()
}

impl Population {
    fn new() -> Population {
        let rows: Vec<Vec<u8>> = KEYS.iter().map(|key| salted_row(key)).collect();
        // Counted with 43 200 and late; excluded, approved; excluded, approved by nobody.
        let verdicts: [&[u8]; 3] = [
            b"\x01\x01\x80\xa3\x05\x01\x01\x0e",
            b"\x02\x03dup\x01\x00\x00\x00",
            b"\x02\x03dup\x00\x00\x00\x00",
        ];
        let all = rows.iter().zip(KEYS).zip(verdicts);
        let members: Vec<Vec<u8>> =
            all.map(|((row, key), verdict)| member(&leaf_hash(row), key, verdict)).collect();
        let batch = to_canonical_json(&json!({
            "format": BATCH, "dataset": "case", "batch": "000001", "recorded": 1_600_000_000,
            "columns": [
                { "name": "source", "kind": "text" }, { "name": "source_key", "kind": "text" },
                { "name": "closed", "kind": "moment" },
            ],
            "rows": 3, "root": tree_root(&leaves(&rows)).to_hex(), "files": [], "sources": [],
            "read": 3, "accepted": 3, "quarantined": 0,
        }));
        let population = to_canonical_json(&json!({
            "format": POPULATION, "dataset": "case", "period": "2020H1", "rows": 3,
            "root": tree_root(&leaves(&members)).to_hex(), "families": [["repair.48h"]],
            "evidence": Hash::digest_of(b"evidence").to_hex(),
        }));
        let (batch, population) = (batch.unwrap(), population.unwrap());
        let work = tempfile::tempdir().unwrap();
        let signer = Signer::generate("log.example/quality").unwrap();
        let key = signer.verifier_key().to_string();
        let folder = work.path().join("log");
        let mut log = Log::create(folder, "log.example/quality", vec![signer]).unwrap();
        log.append_entries(&[&batch, &population]).unwrap();
        Population { log, key, batch, entry: population, rows, members, _work: work }
    }

    fn member_proof(&self, index: usize) -> MemberProof {
        let path = tree_path(&leaves(&self.members), index);
        MemberProof {
            index: index as u64,
            member: STANDARD.encode(&self.members[index]),
            path: path.iter().map(ToString::to_string).collect(),
        }
    }

    fn row_proof(&self, index: usize) -> RowProof {
        let path = tree_path(&leaves(&self.rows), index);
        RowProof {
            batch: self.batch.clone(),
            index: index as u64,
            row: STANDARD.encode(&self.rows[index]),
            path: path.iter().map(ToString::to_string).collect(),
            receipt: self.receipt(0, None),
        }
    }

    fn receipt(&self, index: u64, extra: Option<Vec<u8>>) -> String {
        self.log
            .open_reader()
            .make_receipt(index, self.log.newest_checkpoint(), extra)
            .unwrap()
            .to_string()
    }

    /// The extra of a proof about a case, by the places of its members.
    fn extra(&self, case: &str, members: &[usize]) -> CaseExtra {
        CaseExtra {
            format: CASE.to_owned(),
            case: vec!["bss".to_owned(), case.to_owned()],
            population: self.entry.clone(),
            members: members.iter().map(|index| self.member_proof(*index)).collect(),
            row: None,
        }
    }

    fn proof(&self, extra: &CaseExtra) -> String {
        self.receipt(1, Some(extra.to_bytes().unwrap()))
    }

    fn check(&self, extra: &CaseExtra) -> Result<CaseChecked, CaseError> {
        check_case(self.proof(extra).as_bytes(), None, &[])
    }

    fn verdict(&self, extra: &CaseExtra, policy: Option<&str>) -> FileVerdict {
        let policy = policy.map(|text| Policy::parse(text.as_bytes()).unwrap());
        let options = VerifyOptions { policy: policy.as_ref(), ..VerifyOptions::default() };
        check_file(self.proof(extra).as_bytes(), "proof", &options)
    }
}

fn key(name: &str) -> Vec<String> {
    vec!["bss".to_owned(), name.to_owned()]
}

#[test]
fn a_case_that_was_counted_is_shown_with_its_record() {
    let population = Population::new();
    let mut extra = population.extra("k1", &[0]);
    extra.row = Some(population.row_proof(0));
    let checked = population.check(&extra).unwrap();
    assert_eq!((checked.entry, checked.index, &checked.case), (1, 0, &key("k1")));
    assert!(checked.trust.is_none());
    let said = &checked.counted_as()[0];
    assert_eq!(
        said.as_str(Language::English),
        "repair.48h: counted, measured 43200, open for 7 s at the end, past the limit"
    );
    assert_eq!(
        said.as_str(Language::Chinese),
        "repair.48h：计入，计量值43200，期末已历时7秒，超过限值"
    );
    let CaseFound::Counted { member, row: Some(row) } = &checked.found else {
        panic!("{:?}", checked.found);
    };
    assert_eq!(member.verdicts[0].outcome, MemberOutcome::Counted);
    assert_eq!(row.find_value("source_key"), &RowValue::Text("k1".to_owned()));
    for (name, index, says) in [
        ("k3", 1, "repair.48h: excluded (dup)"),
        ("k5", 2, "repair.48h: excluded (dup, approved by nobody)"),
    ] {
        let checked = population.check(&population.extra(name, &[index])).unwrap();
        assert_eq!(
            (checked.index, checked.counted_as()[0].as_str(Language::English)),
            (index as u64, says)
        );
    }
}

#[test]
fn a_case_that_is_not_there_has_neighbours() {
    let population = Population::new();
    let some = |name: &str| Some(key(name));
    for (case, members, before, after) in [
        ("k0", vec![0], None, some("k1")),
        ("k2", vec![0, 1], some("k1"), some("k3")),
        ("k4", vec![1, 2], some("k3"), some("k5")),
        ("k6", vec![2], some("k5"), None),
    ] {
        let checked = population.check(&population.extra(case, &members)).unwrap();
        assert_eq!(checked.found, CaseFound::NotThere { before, after }, "{case}");
        assert!(checked.counted_as().is_empty());
    }
}

#[test]
fn members_that_are_no_neighbours_prove_nothing() {
    let population = Population::new();
    for (case, members) in [
        // Not next to each other, in the wrong order, not around the case, not at an end.
        ("k2", vec![0, 2]),
        ("k2", vec![1, 0]),
        ("k4", vec![0, 1]),
        ("k2", vec![1, 2]),
        ("k2", vec![0]),
        ("k2", vec![1]),
        ("k6", vec![1]),
        ("k0", vec![2]),
        ("k0", vec![1]),
        // The case itself beside a neighbour is no proof that it is missing.
        ("k1", vec![0, 1]),
        ("k3", vec![0, 1]),
        ("k1", vec![]),
    ] {
        let refused = population.check(&population.extra(case, &members));
        assert!(matches!(refused, Err(CaseError::NotNeighbours)), "{case} {members:?}");
    }
}

#[test]
fn a_changed_member_row_or_form_is_refused() {
    let population = Population::new();
    let good = || {
        let mut extra = population.extra("k1", &[0]);
        extra.row = Some(population.row_proof(0));
        extra
    };
    population.check(&good()).unwrap();
    let mut other = good();
    other.format = "trueline-case/v2".to_owned();
    assert!(matches!(population.check(&other), Err(CaseError::NoCase)));
    let mut other = good();
    other.population = population.batch.clone();
    assert!(matches!(population.check(&other), Err(CaseError::Path(_))));
    let mut other = good();
    other.members[0].index = 1;
    assert!(matches!(population.check(&other), Err(CaseError::Path(_))));
    let mut other = good();
    other.members[0].member = STANDARD.encode(&population.members[1]);
    assert!(matches!(population.check(&other), Err(CaseError::Path(_))));
    let mut other = good();
    other.members[0].path[0] = "no hash".to_owned();
    assert!(matches!(population.check(&other), Err(CaseError::NoCase)));
    let mut other = good();
    other.case.push("more".to_owned());
    assert!(matches!(population.check(&other), Err(CaseError::Member(_))));
    // A row of the batch, but of another case; then the right row at another place.
    let mut other = good();
    other.row = Some(population.row_proof(1));
    assert!(matches!(population.check(&other), Err(CaseError::OtherRow)));
    let mut other = good();
    other.row.as_mut().unwrap().index = 1;
    assert!(matches!(population.check(&other), Err(CaseError::Path(_))));
    let mut other = good();
    other.row.as_mut().unwrap().batch = population.entry.clone();
    assert!(matches!(population.check(&other), Err(CaseError::Path(_))));
    let plain = population.receipt(1, None);
    assert!(matches!(check_case(plain.as_bytes(), None, &[]), Err(CaseError::NoCase)));
    let sloppy = population.receipt(1, Some(b"{ }".to_vec()));
    assert!(matches!(check_case(sloppy.as_bytes(), None, &[]), Err(CaseError::Extra(_))));
    assert!(matches!(check_case(b"nothing", None, &[]), Err(CaseError::Receipt(_))));
}

#[test]
fn a_verdict_about_a_case_says_what_is_proved_and_by_whom() {
    let population = Population::new();
    let mut extra = population.extra("k1", &[0]);
    let says = |verdict: &FileVerdict, word: &str| {
        let proved = verdict.proved.iter().chain(&verdict.not_proved);
        proved.into_iter().any(|one| one.as_str(Language::English).contains(word))
    };
    let verdict = population.verdict(&extra, None);
    assert!(verdict.holds);
    assert_eq!(
        verdict.report.as_ref().unwrap().as_str(Language::English),
        "proof about bss/k1, in the case population of 2020H1"
    );
    for word in [
        "the population of 3 is entry 1",
        "bss/k1 is number 1 in it",
        "repair.48h: counted",
        "the proof does not hold the row",
        "signed by key log.example/quality",
        "tamper-evident",
    ] {
        assert!(says(&verdict, word), "{word}");
    }
    extra.row = Some(population.row_proof(0));
    let trusted = format!("log {}\nquorum none\n", population.key);
    let verdict = population.verdict(&extra, Some(&trusted));
    assert!(verdict.holds, "{:?}", verdict.findings);
    assert!(says(&verdict, "the record that was used: source=bss, source_key=k1"));
    assert!(!says(&verdict, "closed="));
    assert!(!says(&verdict, "signed by key"));
    let absent = population.verdict(&population.extra("k0", &[0]), None);
    assert!(says(&absent, "bss/k0 is not in it: it would be between (nothing) and bss/k1"));
    let absent = population.verdict(&population.extra("k6", &[2]), None);
    assert!(says(&absent, "it would be between bss/k5 and (nothing)"));
}

#[test]
fn a_policy_must_trust_both_checkpoints_of_a_proof() {
    let population = Population::new();
    let other = Population::new();
    let mut extra = population.extra("k1", &[0]);
    let stranger = format!("log {}\nquorum none\n", other.key);
    let verdict = population.verdict(&extra, Some(&stranger));
    assert_eq!(verdict.findings.len(), 1);
    assert!(
        verdict.findings[0]
            .says
            .as_str(Language::English)
            .contains("the checkpoint is not trusted")
    );
    // The same batch in another ledger, which the policy does not name.
    let mut row = population.row_proof(0);
    row.receipt = other.receipt(0, None);
    extra.row = Some(row);
    let trusted = format!("log {}\nquorum none\n", population.key);
    let verdict = population.verdict(&extra, Some(&trusted));
    assert!(
        verdict.findings[0]
            .says
            .as_str(Language::English)
            .contains("does not trust a checkpoint of this proof")
    );
    let damaged = population.proof(&population.extra("k2", &[0]));
    let verdict = check_file(damaged.as_bytes(), "proof", &VerifyOptions::default());
    assert!(
        verdict.findings[0]
            .says
            .as_str(Language::English)
            .starts_with("the proof fails: its members are not")
    );
    let options =
        VerifyOptions { ledger: Some(std::path::Path::new("log")), ..VerifyOptions::default() };
    let verdict =
        check_file(population.proof(&population.extra("k1", &[0])).as_bytes(), "p", &options);
    assert!(
        verdict
            .not_proved
            .iter()
            .any(|one| one.as_str(Language::English).contains("are checked with a report"))
    );
}

#[test]
fn the_extra_is_canonical_json_with_the_documented_keys() {
    let population = Population::new();
    let bytes = population.extra("k1", &[0]).to_bytes().unwrap();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["case", "format", "members", "population"]);
}

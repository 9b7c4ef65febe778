//! A sealed report against records that somebody changed afterwards: each change is found and
//! named.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::instances::{Made, copy_tree};
use crate::program::{Folder, LATER, trueline};
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use trueline::clock::Clock;
use trueline::program::Program;
use trueline::systems::proofs::{RecheckError, RecheckResult, RecordMismatch};
use trueline_verify::{Evidence, read_canonical_json};

/// An instance with two imports and a sealed report.
static SEALED: LazyLock<Made> = LazyLock::new(|| {
    let made = Made::new();
    for (period, seed) in [("2019H2", "3"), ("2020H1", "1")] {
        made.import_simulated(period, "4000", seed);
    }
    let out = made.path("instance/report.json");
    trueline(&["--dir", &made.dir(), "report", "--period", "2020H1", "--out", &out]).done();
    made
});

/// Works the report out again from the records in a folder.
fn compare_with_records(evidence: &Evidence, dir: &Path) -> Result<RecheckResult, RecheckError> {
    let program = Program::open(dir, None, Clock::System).unwrap();
    trueline::systems::proofs::recheck_report(evidence, &program.state)
}

/// A copy of the instance, for a test to change.
fn copy() -> (Folder, PathBuf) {
    let (folder, dir) = SEALED.copy();
    (folder, PathBuf::from(dir))
}

fn evidence(dir: &Path) -> Evidence {
    let sealed = fs::read_dir(dir.join("sealed")).unwrap().next().unwrap().unwrap().path();
    read_canonical_json(&fs::read(sealed.join("evidence.json")).unwrap()).unwrap()
}

fn check(dir: &Path) -> RecheckResult {
    compare_with_records(&evidence(dir), dir).unwrap()
}

/// Writes a batch again with its rows changed.
fn rewrite(dir: &Path, batch: &str, change: impl Fn(RecordBatch) -> RecordBatch) {
    let path = dir.join("lake/case").join(format!("{batch}.parquet"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let schema = Arc::clone(reader.schema());
    let parts: Vec<RecordBatch> =
        reader.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect();
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, None).unwrap();
    for part in parts {
        writer.write(&change(part)).unwrap();
    }
    writer.close().unwrap();
}

/// The batches of cases of the report's own period, the largest first.
fn batches(dir: &Path) -> Vec<String> {
    let mut inputs = evidence(dir).inputs;
    inputs.retain(|input| input.dataset == "case");
    inputs.drain(..inputs.len() / 2);
    inputs.sort_by_key(|input| std::cmp::Reverse(input.rows));
    inputs.into_iter().map(|input| input.batch).collect()
}

fn is_row(fault: &RecordMismatch, wanted: u64) -> bool {
    matches!(fault, RecordMismatch::Row { row: Some(row), key: Some(_), .. } if *row == wanted)
}

#[test]
fn untouched_records_agree_with_the_report() {
    let done = check(Path::new(&SEALED.dir()));
    assert_eq!(done.faults, []);
    assert!(done.rows > 8000 && done.figures > 100 && done.blocks > 2, "{done:?}");
}

#[test]
fn records_that_came_later_do_not_disturb_a_sealed_report() {
    let (folder, dir) = copy();
    let sources = folder.path("later");
    trueline(&["simulate", "--out", &sources, "--period", "2020H1", "--cases", "1000"])
        .args(["--seed", "9"])
        .done();
    let dir_text = dir.display().to_string();
    trueline(&["--dir", &dir_text, "import", "--from", &sources]).at(LATER).done();
    assert_eq!(check(&dir).faults, []);
}

#[test]
fn a_file_that_was_compressed_anew_holds_the_same_rows() {
    let (_folder, dir) = copy();
    for batch in batches(&dir) {
        rewrite(&dir, &batch, |rows| rows);
    }
    assert_eq!(check(&dir).faults, []);
}

#[test]
fn one_changed_cell_is_named_by_row_and_by_the_figures_it_moves() {
    let (_folder, dir) = copy();
    let batch = batches(&dir).remove(0);
    let earlier = |rows: RecordBatch| {
        let place = rows.schema().index_of("closed").unwrap();
        let closed = rows.column(place).as_primitive::<TimestampSecondType>();
        let moved: TimestampSecondArray = closed
            .iter()
            .enumerate()
            .map(|(row, at)| at.map(|at| at - i64::from(row == 7)))
            .collect();
        let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
        columns[place] = Arc::new(moved.with_timezone("UTC"));
        RecordBatch::try_new(rows.schema(), columns).unwrap()
    };
    rewrite(&dir, &batch, earlier);
    let faults = check(&dir).faults;
    assert!(is_row(&faults[0], 7), "{faults:?}");
    assert!(faults.iter().any(|fault| matches!(fault, RecordMismatch::Block { .. })), "{faults:?}");
}

#[test]
fn a_case_that_was_taken_out_is_missed() {
    let (_folder, dir) = copy();
    let batch = batches(&dir).remove(0);
    rewrite(&dir, &batch, |rows| rows.slice(1, rows.num_rows() - 1));
    let faults = check(&dir).faults;
    let RecordMismatch::Rows { stated, found, first: Some(_), .. } = &faults[0] else {
        panic!("{faults:?}");
    };
    assert_eq!(*stated, found + 1);
}

#[test]
fn a_swapped_file_is_told() {
    let (_folder, dir) = copy();
    let names = batches(&dir);
    let path = |batch: &str| dir.join("lake/case").join(format!("{batch}.parquet"));
    fs::copy(path(&names[1]), path(&names[0])).unwrap();
    let faults = check(&dir).faults;
    assert!(
        matches!(&faults[0], RecordMismatch::Rows { batch, .. } if *batch == names[0]),
        "{faults:?}"
    );
}

#[test]
fn every_flipped_bit_is_an_unreadable_file_or_a_named_row_or_changes_nothing() {
    let (_folder, dir) = copy();
    let batch = batches(&dir).remove(0);
    let path = dir.join("lake/case").join(format!("{batch}.parquet"));
    let sound = fs::read(&path).unwrap();
    let mut found = 0;
    for step in 1..12 {
        let mut bytes = sound.clone();
        let at = bytes.len() / 12 * step;
        bytes[at] ^= 1 << (step % 8);
        fs::write(&path, &bytes).unwrap();
        let done = compare_with_records(&evidence(&dir), &dir);
        // A file whose footer is damaged stops the check itself; that is found, too.
        found += i32::from(done.as_ref().map_or(true, |done| !done.faults.is_empty()));
        if let Ok(done) = done
            && let Some(first) = done.faults.first()
        {
            let named = match first {
                RecordMismatch::Unreadable { batch: named, .. }
                | RecordMismatch::Row { batch: named, .. } => named,
                other => panic!("{other:?}"),
            };
            assert_eq!(*named, batch);
        }
    }
    assert!(found >= 9, "{found} of 11 were found; the others are in bytes that nobody reads");
}

#[test]
fn an_exclusion_taken_away_is_a_changed_row_and_a_changed_figure() {
    let (_folder, dir) = copy();
    // Repairs, among them some that are not counted because the user's own terminal was broken.
    let batch = batches(&dir).remove(1);
    let cleared = std::sync::atomic::AtomicUsize::new(usize::MAX);
    let clear = |rows: RecordBatch| {
        let place = rows.schema().index_of("cause").unwrap();
        let cause = arrow_cast::cast(rows.column(place), &DataType::Utf8).unwrap();
        let done = rows.column_by_name("resolved").unwrap();
        let mut causes: Vec<Option<&str>> = cause.as_string::<i32>().iter().collect();
        let is_excluded = |row: &usize| causes[*row] == Some("terminal") && done.is_valid(*row);
        let row = (0..causes.len()).find(is_excluded).expect("an exclusion");
        cleared.store(row, std::sync::atomic::Ordering::Relaxed);
        causes[row] = None;
        let made = StringArray::from(causes);
        let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
        columns[place] = arrow_cast::cast(&made, columns[place].data_type()).unwrap();
        RecordBatch::try_new(rows.schema(), columns).unwrap()
    };
    rewrite(&dir, &batch, clear);
    let faults = check(&dir).faults;
    let row = cleared.load(std::sync::atomic::Ordering::Relaxed) as u64;
    assert!(is_row(&faults[0], row), "{faults:?}");
    assert!(
        faults.iter().any(|fault| matches!(fault, RecordMismatch::Partial { .. })),
        "{faults:?}"
    );
}

#[test]
fn a_changed_pack_is_told_with_the_definitions_that_it_changes() {
    let (_folder, dir) = copy();
    let pack = evidence(&dir).pack.id;
    let text = trueline(&["pack", "show", &pack]).done();
    let (from, to) = ("latest(accepted, paid)", "accepted");
    assert!(text.contains(from), "{pack} has no `{from}`");
    fs::write(dir.join("packs").join(format!("{pack}.toml")), text.replacen(from, to, 1)).unwrap();
    let faults = check(&dir).faults;
    assert_eq!(faults[0], RecordMismatch::Pack { id: pack });
    assert!(
        faults.contains(&RecordMismatch::Definition { id: "fixed.install".to_owned() }),
        "{faults:?}"
    );
}

#[test]
fn a_batch_that_the_manifest_forgot_is_missed() {
    let (_folder, dir) = copy();
    let path = dir.join("lake/case/batches.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["batches"].as_array_mut().unwrap().remove(0);
    fs::write(&path, manifest.to_string()).unwrap();
    let faults = check(&dir).faults;
    assert!(matches!(faults[0], RecordMismatch::NoBatch { .. }), "{faults:?}");
}

#[test]
fn a_stated_partial_figure_that_no_block_gives_is_named_with_its_block() {
    let (_folder, dir) = copy();
    let mut stated = evidence(&dir);
    let (cell, columns) = &mut stated.populations[0].blocks[0].cells[0];
    columns.get_mut("n").expect("counted cases").0 += 1;
    let cell = *cell;
    let definition = stated.populations[0].cells[cell].definition;
    let id = stated.definitions[definition].id.clone();
    let done = compare_with_records(&stated, &dir).unwrap();
    let [RecordMismatch::Partial { cell, block: 0, column, stated, found }] =
        done.faults.as_slice()
    else {
        panic!("{:?}", done.faults);
    };
    assert!(cell.starts_with(&id) && column == "n" && *stated == found + 1, "{:?}", done.faults);
}

#[test]
fn a_lag_that_the_records_do_not_give_is_named() {
    let (_folder, dir) = copy();
    let mut stated = evidence(&dir);
    let population = stated.populations.iter_mut().find(|one| one.dataset == "case").unwrap();
    let lag = population.lag.as_mut().expect("cases of the period");
    assert!(!lag.witnessed && lag.late == lag.cases, "imported years later: {lag:?}");
    // A day less looks better, and agrees with everything else that the evidence states.
    lag.median -= 86_400;
    assert_eq!(trueline_verify::find_disagreements(&stated), []);
    let done = compare_with_records(&stated, &dir).unwrap();
    let [RecordMismatch::Lag { what: "median", stated, found, .. }] = done.faults.as_slice() else {
        panic!("{:?}", done.faults);
    };
    assert_eq!(*found - *stated, 86_400);
}

/// Imports one revision of a case that the report counts, with an exclusion, as anybody who wants a
/// better figure would; returns the name of the batch.
fn exclude_later(folder: &Folder, dir: &str) {
    let line = |case: &serde_json::Value| {
        let (source, key) = case["case"].as_str().unwrap().split_once('/').unwrap();
        let of = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let [region, area] = ["region", "area"].map(|name| of(&case["columns"][name]));
        let (start, stop) = (of(&case["start"]), of(&case["stop"]));
        format!("{source},{key},repair,fixed,{region},{area},{start},{stop},force_majeure\n")
    };
    let said = trueline(&["--dir", dir, "cases", "--indicator", "fixed.repair"])
        .args(["--period", "2020H1", "--limit", "200", "--format", "json"])
        .done();
    let cases: serde_json::Value = serde_json::from_str(&said).unwrap();
    let mut text =
        "source,source_key,kind,service,region,area,accepted,resolved,excluded\n".to_owned();
    let counted = cases.as_array().unwrap().iter().filter(|case| case["outcome"] == "counted");
    text.extend(counted.take(5).map(line));
    let file = folder.path("excluded.csv");
    fs::write(&file, text).unwrap();
    trueline(&["--dir", dir, "import", "case", &file, "--strict"]).at(LATER).done();
}

#[test]
fn an_exclusion_added_later_is_listed_with_its_effect_and_one_without_a_fact_is_refused() {
    let (folder, dir) = copy();
    let text = dir.display().to_string();
    let report = format!("{text}/report.json");
    let committed = folder.path("committed");
    copy_tree(&dir.join("ledger"), Path::new(&committed));
    exclude_later(&folder, &text);
    let verify = || {
        let run = trueline(&["verify", &report, "--data", &text, "--format", "json"]).output();
        serde_json::from_slice::<serde_json::Value>(&run.stdout).unwrap()
    };
    // With a fact in the ledger: the report holds at its cut, and the check says what differs now.
    let verdict = verify();
    assert_eq!(verdict["holds"], true, "{verdict}");
    let remarks = verdict["remarks"].to_string();
    assert!(remarks.contains("It stands at its cut"), "{remarks}");
    assert!(remarks.contains("excluded force_majeure 0 → 5, 5 of them"), "{remarks}");
    // Without a fact: the batch is there, and the ledger knows nothing of it.
    fs::remove_dir_all(dir.join("ledger")).unwrap();
    copy_tree(Path::new(&committed), &dir.join("ledger"));
    let verdict = verify();
    assert_eq!(verdict["holds"], false);
    let found = verdict["findings"][0]["says"]["en"].as_str().unwrap();
    assert!(found.contains("is among the records, but not in the ledger"), "{found}");
}

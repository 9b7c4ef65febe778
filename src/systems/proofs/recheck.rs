//! Checks a report against its records: every row is hashed, and every figure is computed again,
//! block by block.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;
use trueline_clock::Calendar;
use trueline_figures::Period;
use trueline_lake::{DatasetSchema, Lake, LakeBatch};
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{BatchInput, Evidence};

use super::compare::compare_evidence;
use super::mismatch::{RecheckResult, RecordMismatch};
use crate::datasets::{Dataset, Datasets};
use crate::instance::Instance;
use crate::ledger::{BLOCK, FIRST_BYTES, LeafStore, LedgerError, batch_leaves, first_bytes};
use crate::state::State;
use crate::systems::indicators::evidence::{
    Commitments, CountedPeriods, FigureEvidenceError, Gathered, Leaves,
};
use crate::systems::indicators::{
    self, ComputeError, FigureQuestion, FigureRow, LakeRecords, Pack, PackError, RecordSource as _,
};
use crate::systems::reports;

/// Why records could not be compared at all.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum RecheckError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Instance(#[from] crate::instance::InstanceError),
    #[error("the lake cannot be read")]
    #[zh("无法读取数据湖")]
    Lake(#[from] trueline_lake::LakeError),
    #[error("the pack that the report was made with cannot be read")]
    #[zh("无法读取编制该报告所用的指标包")]
    Pack(#[from] PackError),
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Evidence(#[from] FigureEvidenceError),
    #[error("a calendar cannot be read")]
    #[zh("无法读取日历")]
    Calendar(#[from] trueline_clock::CalendarError),
    #[error(
        "block {block} of the population is not what the evidence states; `trueline verify FILE \
         --data DIR` says which rows differ"
    )]
    #[zh("总体的第 {block} 块与证据所载不符；`trueline verify FILE --data DIR` 列出不同的行")]
    OtherMembers { block: usize },
    #[error("the evidence names the period {0}, which is none")]
    #[zh("证据所载的统计期 {0} 无效")]
    Period(String),
}

/// Hashes every row that the evidence names, and computes every figure of it again.
pub fn recheck_report(evidence: &Evidence, state: &State) -> Result<RecheckResult, RecheckError> {
    let lake = state.open_lake()?;
    let mut done = RecheckResult::default();
    let store = check_batches(evidence, &lake, &state.datasets, &mut done)?;
    let pack = indicators::load_pack(
        &evidence.pack.id,
        &list_pack_folders(&state.instance),
        &state.datasets,
    )?;
    check_pack(evidence, &pack, &mut done);
    let calendars = state.read_calendars()?;
    let records = select_records(evidence, &lake, &calendars)?;
    for stated in &evidence.calendars {
        let known = records.read_calendars()?;
        let found = known.iter().find(|calendar| calendar.name() == stated.name);
        if found.is_none_or(|calendar| calendar.content_digest() != stated.sha256) {
            done.faults.push(RecordMismatch::Calendar { name: stated.name.clone() });
        }
    }
    let again = gather_evidence(evidence, &pack, &records, &store)?;
    compare_evidence(evidence, &again, &mut done);
    Ok(done)
}

/// The folders in which the pack of a report may lie: those of the instance, and those beside what
/// was sealed.
pub(super) fn list_pack_folders(instance: &Instance) -> Vec<PathBuf> {
    let mut folders = instance.pack_folders();
    let sealed =
        fs::read_dir(instance.folder_path().join("sealed")).into_iter().flatten().flatten();
    let mut kept: Vec<PathBuf> = sealed.map(|entry| entry.path().join("packs")).collect();
    kept.sort();
    folders.extend(kept);
    folders
}

/// Selects the records that the report was made from.
pub(super) fn select_records<'a>(
    evidence: &Evidence,
    lake: &'a Lake,
    calendars: &'a [Calendar],
) -> Result<LakeRecords<'a>, RecheckError> {
    Ok(match evidence.as_of {
        Some(second) => LakeRecords::as_of(lake, calendars, second),
        None => LakeRecords::up_to(lake, calendars, find_last_second(evidence, lake)?),
    })
}

/// Hashes the rows that the report was made from, as they are now.
pub(super) fn hash_records(
    evidence: &Evidence,
    lake: &Lake,
    datasets: &Datasets,
) -> Result<LeafStore, RecheckError> {
    check_batches(evidence, lake, datasets, &mut RecheckResult::default())
}

/// The second up to which records were read: when the last batch among the inputs was recorded.
fn find_last_second(evidence: &Evidence, lake: &Lake) -> Result<i64, RecheckError> {
    let mut last = i64::MIN;
    for input in &evidence.inputs {
        let manifest = lake.read_manifest(&input.dataset)?;
        let found = manifest.batches.iter().find(|batch| batch.id == input.batch);
        last = last.max(found.map_or(i64::MIN, |batch| batch.recorded));
    }
    Ok(last)
}

fn check_batches(
    evidence: &Evidence,
    lake: &Lake,
    datasets: &Datasets,
    done: &mut RecheckResult,
) -> Result<LeafStore, RecheckError> {
    let mut store = LeafStore::default();
    for input in &evidence.inputs {
        let Some(schema) = datasets.find_schema(&input.dataset) else {
            continue;
        };
        let manifest = lake.read_manifest(&input.dataset)?;
        let Some(batch) = manifest.batches.iter().find(|batch| batch.id == input.batch) else {
            let (dataset, batch) = (input.dataset.clone(), input.batch.clone());
            done.faults.push(RecordMismatch::NoBatch { dataset, batch });
            continue;
        };
        done.batches += 1;
        match batch_leaves(lake, &schema, batch) {
            Ok(leaves) => {
                done.rows += leaves.len() as u64;
                done.faults.extend(check_rows(lake, &schema, (input, batch), &leaves));
                store.add_batch(&input.dataset, &input.batch, leaves);
            }
            Err(error) => done.faults.push(RecordMismatch::Unreadable {
                dataset: input.dataset.clone(),
                batch: input.batch.clone(),
                why: explain_error(&error),
            }),
        }
    }
    Ok(store)
}

/// An error with its causes, for a person to read.
fn explain_error(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(below) = cause {
        text = format!("{text}: {below}");
        cause = below.source();
    }
    text
}

/// The first row of a batch that differs from what was committed to.
fn check_rows(
    lake: &Lake,
    schema: &DatasetSchema,
    (input, batch): (&BatchInput, &LakeBatch),
    leaves: &[Hash],
) -> Option<RecordMismatch> {
    let blocks: Vec<Hash> = leaves.par_chunks(BLOCK).map(tree_root).collect();
    let same_rows = leaves.len() as u64 == input.rows;
    if same_rows && tree_root(&blocks).to_hex() == input.root {
        return None;
    }
    let folder = lake.dataset_folder(schema.name);
    let read = |ending: &str| fs::read(folder.join(format!("{}.{ending}", batch.id)));
    let stated: Vec<Hash> = read("blocks")
        .unwrap_or_default()
        .chunks_exact(32)
        .map(|bytes| Hash(bytes.try_into().unwrap_or_default()))
        .collect();
    // A side file is trusted only if it leads to what was committed to.
    let is_sound = tree_root(&stated).to_hex() == input.root;
    let differs = blocks.iter().zip(&stated).position(|(found, stated)| found != stated);
    let block = if is_sound { differs.unwrap_or(0) } else { 0 };
    let firsts = read("leaves").unwrap_or_default();
    let mut each = leaves.iter().zip(firsts.chunks_exact(FIRST_BYTES)).enumerate();
    let row = each
        .find(|(row, (leaf, first))| row / BLOCK >= block && first_bytes(leaf) != **first)
        .map(|(row, _)| row as u64);
    let key = row.and_then(|row| find_key(lake, schema, batch, row));
    let (dataset, batch) = (input.dataset.clone(), input.batch.clone());
    Some(if same_rows {
        RecordMismatch::Row { dataset, batch, block, row, key }
    } else {
        RecordMismatch::Rows {
            dataset,
            batch,
            stated: input.rows,
            found: leaves.len() as u64,
            first: key,
        }
    })
}

fn find_key(lake: &Lake, schema: &DatasetSchema, batch: &LakeBatch, row: u64) -> Option<String> {
    let mut first = 0;
    for task in lake.batch_tasks(schema, batch).ok()? {
        for part in task.read_batches() {
            let part = part.ok()?;
            let rows = part.num_rows() as u64;
            if row < first + rows {
                let texts = schema.key.iter().map(|name| {
                    indicators::read_texts(&part, name)[(row - first) as usize].clone()
                });
                return Some(texts.collect::<Vec<_>>().join("/"));
            }
            first += rows;
        }
    }
    None
}

fn check_pack(evidence: &Evidence, pack: &Pack, done: &mut RecheckResult) {
    for stated in &evidence.pack.lineage {
        let found = pack.lineage.iter().find(|one| one.id == stated.id);
        if found.is_none_or(|one| one.digest != stated.sha256) {
            done.faults.push(RecordMismatch::Pack { id: stated.id.clone() });
        }
    }
}

/// The periods of which a report prints figures, and for each the question that gives them.
pub(super) fn list_printed_questions<'e>(
    evidence: &'e Evidence,
    pack: &Pack,
) -> Result<(Vec<&'e str>, Vec<FigureQuestion>), RecheckError> {
    let mut names: Vec<&str> = Vec::new();
    for figure in &evidence.figures {
        if !names.contains(&figure.period.as_str()) {
            names.push(&figure.period);
        }
    }
    let mut questions: Vec<FigureQuestion> = Vec::new();
    for name in &names {
        let period = parse_period(name, pack)?;
        questions.push(match questions.first() {
            Some(first) => first.for_period(period),
            None => reports::make_figure_question(pack, &period),
        });
    }
    Ok((names, questions))
}

pub(super) fn parse_period(name: &str, pack: &Pack) -> Result<Period, RecheckError> {
    Period::parse(name, pack.zone.rules()).map_err(|_| RecheckError::Period(name.to_owned()))
}

/// Gathers the same evidence from the records as they are now.
fn gather_evidence(
    evidence: &Evidence,
    pack: &Pack,
    records: &LakeRecords<'_>,
    store: &LeafStore,
) -> Result<Gathered, RecheckError> {
    let leaves: &Leaves<'_> =
        &|dataset, batch, places| store.leaves_at(dataset.name(), batch, places);
    let commitments = Commitments { leaves, inputs: &evidence.inputs };
    let (names, questions) = list_printed_questions(evidence, pack)?;
    let is_wanted = |dataset: Dataset| {
        evidence.populations.iter().any(|population| population.dataset == dataset.name())
    };
    let counted =
        CountedPeriods::read_datasets(pack, &questions, &is_wanted, records, commitments)?;
    let mut again = Gathered::default();
    for (at, (name, question)) in names.into_iter().zip(&questions).enumerate() {
        let results = indicators::compute_with(pack, question, records, &counted.answers_of(at))?;
        let wanted: BTreeSet<(&str, &BTreeMap<String, String>)> = evidence
            .figures
            .iter()
            .filter(|figure| figure.period == name)
            .map(|figure| (figure.figure.as_str(), &figure.slice))
            .collect();
        let is_wanted = |row: &&FigureRow| {
            let figure = format!("{}.{}", row.indicator, row.statistic);
            wanted.contains(&(figure.as_str(), &row.slice))
        };
        let rows: Vec<&FigureRow> = results.rows.iter().filter(is_wanted).collect();
        again.add_period(&counted, at, &rows)?;
    }
    Ok(again)
}

//! A report against its records: every row hashed, every figure worked out again, block by block.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;
use trueline_clock::Calendar;
use trueline_figures::Period;
use trueline_lake::{DatasetSchema, Lake, LakeBatch};
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{BatchInput, Evidence, Population, figure_name};

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

/// Something in the records that is not what the report's evidence states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordMismatch {
    /// A batch that is not there.
    NoBatch {
        dataset: String,
        batch: String,
    },
    /// A batch that came after the report and that the ledger does not commit to.
    Uncommitted {
        dataset: String,
        batch: String,
    },
    /// A file that cannot be read any more.
    Unreadable {
        dataset: String,
        batch: String,
        why: String,
    },
    /// Rows were added or taken away.
    Rows {
        dataset: String,
        batch: String,
        stated: u64,
        found: u64,
        first: Option<String>,
    },
    /// A row has other values, or another salt, than what was committed to.
    Row {
        dataset: String,
        batch: String,
        block: usize,
        row: Option<u64>,
        key: Option<String>,
    },
    /// A pack or calendar is not the one that the report was made with.
    Pack {
        id: String,
    },
    Calendar {
        name: String,
    },
    Definition {
        id: String,
    },
    /// The members of a population are others.
    Population {
        dataset: String,
        period: String,
        stated: u64,
        found: u64,
    },
    Block {
        dataset: String,
        period: String,
        block: usize,
    },
    /// How late records were committed to is another.
    Lag {
        dataset: String,
        period: String,
        what: &'static str,
        stated: i128,
        found: i128,
    },
    /// A partial figure of a block is another.
    Partial {
        cell: String,
        block: usize,
        column: String,
        stated: i128,
        found: i128,
    },
    Figure {
        figure: String,
        stated: String,
        found: String,
    },
}

/// What became of comparing a report with its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecheckResult {
    /// In the order of the evidence; empty if everything agrees.
    pub faults: Vec<RecordMismatch>,
    pub batches: u64,
    pub rows: u64,
    pub blocks: u64,
    pub figures: u64,
}

/// Hashes every row that the evidence names, and works every figure of it out again.
pub fn recheck(evidence: &Evidence, state: &State) -> Result<RecheckResult, RecheckError> {
    let lake = state.open_lake()?;
    let mut done = RecheckResult::default();
    let store = check_batches(evidence, &lake, &state.datasets, &mut done)?;
    let pack =
        indicators::load_pack(&evidence.pack.id, &pack_folders(&state.instance), &state.datasets)?;
    check_pack(evidence, &pack, &mut done);
    let calendars = state.read_calendars()?;
    let records = records_of(evidence, &lake, &calendars)?;
    for stated in &evidence.calendars {
        let known = records.read_calendars()?;
        let found = known.iter().find(|calendar| calendar.name() == stated.name);
        if found.is_none_or(|calendar| calendar.content_digest() != stated.sha256) {
            done.faults.push(RecordMismatch::Calendar { name: stated.name.clone() });
        }
    }
    let again = gather(evidence, &pack, &records, &store)?;
    compare(evidence, &again, &mut done);
    Ok(done)
}

/// Where the report's pack may lie: among the instance's own, or with what was sealed.
pub(crate) fn pack_folders(instance: &Instance) -> Vec<PathBuf> {
    let mut folders = instance.pack_folders();
    let sealed =
        fs::read_dir(instance.folder_path().join("sealed")).into_iter().flatten().flatten();
    let mut kept: Vec<PathBuf> = sealed.map(|entry| entry.path().join("packs")).collect();
    kept.sort();
    folders.extend(kept);
    folders
}

/// The records that the report was made from.
pub(super) fn records_of<'a>(
    evidence: &Evidence,
    lake: &'a Lake,
    calendars: &'a [Calendar],
) -> Result<LakeRecords<'a>, RecheckError> {
    Ok(match evidence.as_of {
        Some(second) => LakeRecords::as_of(lake, calendars, second),
        None => LakeRecords::up_to(lake, calendars, cut(evidence, lake)?),
    })
}

/// The leaves of the rows that the report was made from, as the rows are now.
pub(super) fn store_of(
    evidence: &Evidence,
    lake: &Lake,
    datasets: &Datasets,
) -> Result<LeafStore, RecheckError> {
    check_batches(evidence, lake, datasets, &mut RecheckResult::default())
}

/// The second up to which records were read: that of the last batch among the inputs.
fn cut(evidence: &Evidence, lake: &Lake) -> Result<i64, RecheckError> {
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
                why: why(&error),
            }),
        }
    }
    Ok(store)
}

/// An error with its causes, for a person.
fn why(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(below) = cause {
        text = format!("{text}: {below}");
        cause = below.source();
    }
    text
}

/// The first row of a batch that is not what was committed to.
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
    // Side files are believed only as far as they lead to what was committed to.
    let is_sound = tree_root(&stated).to_hex() == input.root;
    let differs = blocks.iter().zip(&stated).position(|(found, stated)| found != stated);
    let block = if is_sound { differs.unwrap_or(0) } else { 0 };
    let firsts = read("leaves").unwrap_or_default();
    let mut each = leaves.iter().zip(firsts.chunks_exact(FIRST_BYTES)).enumerate();
    let row = each
        .find(|(row, (leaf, first))| row / BLOCK >= block && first_bytes(leaf) != **first)
        .map(|(row, _)| row as u64);
    let key = row.and_then(|row| key_of(lake, schema, batch, row));
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

fn key_of(lake: &Lake, schema: &DatasetSchema, batch: &LakeBatch, row: u64) -> Option<String> {
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

/// The periods that a report prints figures of, and the question that gives the figures of each.
pub(super) fn printed_questions<'e>(
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
            None => reports::figure_question(pack, &period),
        });
    }
    Ok((names, questions))
}

pub(super) fn parse_period(name: &str, pack: &Pack) -> Result<Period, RecheckError> {
    Period::parse(name, pack.zone.rules()).map_err(|_| RecheckError::Period(name.to_owned()))
}

/// The same evidence, made from the records as they are now.
fn gather(
    evidence: &Evidence,
    pack: &Pack,
    records: &LakeRecords<'_>,
    store: &LeafStore,
) -> Result<Gathered, RecheckError> {
    let leaves: &Leaves<'_> =
        &|dataset, batch, places| store.leaves_at(dataset.name(), batch, places);
    let commitments = Commitments { leaves, inputs: &evidence.inputs };
    let (names, questions) = printed_questions(evidence, pack)?;
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

fn compare(stated: &Evidence, again: &Gathered, done: &mut RecheckResult) {
    for definition in &stated.definitions {
        let found = again.definitions.iter().find(|one| one.id == definition.id);
        if found.is_none_or(|one| one.sha256 != definition.sha256) {
            done.faults.push(RecordMismatch::Definition { id: definition.id.clone() });
        }
    }
    for population in &stated.populations {
        let same = |other: &&Population| {
            other.dataset == population.dataset && other.period == population.period
        };
        let found = again.populations.iter().find(same);
        compare_population(stated, population, (again, found), done);
    }
    for figure in &stated.figures {
        done.figures += 1;
        let found = again.figures.iter().find(|one| {
            one.figure == figure.figure && one.slice == figure.slice && one.period == figure.period
        });
        let printed = found.map_or("—", |one| one.printed.as_str());
        if printed != figure.printed {
            done.faults.push(RecordMismatch::Figure {
                figure: figure.full_name(),
                stated: figure.printed.clone(),
                found: printed.to_owned(),
            });
        }
    }
}

fn compare_population(
    evidence: &Evidence,
    stated: &Population,
    (again, found): (&Gathered, Option<&Population>),
    done: &mut RecheckResult,
) {
    let (dataset, period) = (stated.dataset.clone(), stated.period.clone());
    let rows = found.map_or(0, |one| one.rows);
    if rows != stated.rows {
        done.faults.push(RecordMismatch::Population {
            dataset,
            period,
            stated: stated.rows,
            found: rows,
        });
        return;
    }
    let Some(found) = found else {
        return;
    };
    done.faults.extend(lag_fault(stated, found));
    for (number, (stated_block, block)) in stated.blocks.iter().zip(&found.blocks).enumerate() {
        done.blocks += 1;
        if stated_block.root != block.root {
            let (dataset, period) = (dataset.clone(), period.clone());
            done.faults.push(RecordMismatch::Block { dataset, period, block: number });
        }
        let named = |population: &Population, cell: usize, ids: &dyn Fn(usize) -> String| {
            let cell = population.cells.get(cell)?;
            Some(figure_name(&ids(cell.definition), &cell.slice, &population.period))
        };
        let ids = |at: usize| evidence.definitions.get(at).map_or(String::new(), |d| d.id.clone());
        let own = |at: usize| again.definitions.get(at).map_or(String::new(), |d| d.id.clone());
        let others: BTreeMap<String, _> = block
            .cells
            .iter()
            .filter_map(|(cell, columns)| Some((named(found, *cell, &own)?, columns)))
            .collect();
        for (cell, columns) in &stated_block.cells {
            let Some(cell) = named(stated, *cell, &ids) else {
                continue;
            };
            let other = others.get(&cell);
            let names: BTreeSet<&String> =
                columns.keys().chain(other.iter().flat_map(|columns| columns.keys())).collect();
            let differs = names.into_iter().find_map(|column| {
                let value = columns.get(column).map_or(0, |value| value.0);
                let now = other.and_then(|columns| columns.get(column)).map_or(0, |now| now.0);
                (value != now).then(|| (column.clone(), value, now))
            });
            if let Some((column, stated, found)) = differs {
                done.faults.push(RecordMismatch::Partial {
                    cell,
                    block: number,
                    column,
                    stated,
                    found,
                });
            }
        }
    }
}

/// The first of the numbers of a lag that is another.
fn lag_fault(stated: &Population, found: &Population) -> Option<RecordMismatch> {
    let numbers = |population: &Population| match &population.lag {
        Some(lag) => [
            lag.cases.into(),
            lag.median.into(),
            lag.p95.into(),
            lag.late.into(),
            lag.changed_after_close.into(),
            lag.changed_after_period.into(),
        ],
        None => [0_i128; LAG.len()],
    };
    let (stated_numbers, found_numbers) = (numbers(stated), numbers(found));
    let pairs = stated_numbers.iter().zip(&found_numbers);
    let (at, (stated_number, found_number)) =
        pairs.enumerate().find(|(_, (stated, found))| stated != found)?;
    Some(RecordMismatch::Lag {
        dataset: stated.dataset.clone(),
        period: stated.period.clone(),
        what: LAG[at],
        stated: *stated_number,
        found: *found_number,
    })
}

const LAG: [&str; 6] =
    ["cases", "median", "p95", "late", "changed_after_close", "changed_after_period"];

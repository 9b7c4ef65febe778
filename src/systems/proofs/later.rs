//! What was recorded after a report, and what it would change in its figures.
//!
//! An exclusion that somebody adds after publication is a new revision of a case in a new batch,
//! and a fact of its own. The report still stands as of its cut; this says what it would print now.

use std::collections::{BTreeMap, BTreeSet};

use trueline_lake::{Lake, LakeBatch};
use trueline_ledger::tree_root;
use trueline_verify::{BatchEntry, CellColumns, Evidence, FigureUsed, Population};

use super::mismatch::RecordMismatch;
use super::recheck::{RecheckError, list_pack_folders, list_printed_questions};
use crate::datasets::Datasets;
use crate::ledger::{BLOCK, LedgerHistory, batch_leaves};
use crate::state::State;
use crate::systems::indicators::{self, FigureRow, LakeRecords};

/// A batch that the report did not read, because it came later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterBatch {
    pub dataset: String,
    pub batch: String,
    pub rows: u64,
    /// Whether it replaces earlier revisions.
    pub is_change: bool,
}

/// A figure that later batches change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterChange {
    pub figure: String,
    pub stated: String,
    pub now: String,
    /// By reason: how many cases the report says were left out, and how many are left out now.
    pub excluded: Vec<(String, u64, u64)>,
    /// How many of those left out now nobody approved.
    pub unapproved: u64,
}

/// What came after a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaterChanges {
    pub batches: Vec<LaterBatch>,
    pub moved: Vec<LaterChange>,
    /// Batches that differ from what the ledger commits to, or that it does not commit to at all.
    pub faults: Vec<RecordMismatch>,
}

/// Compares a report with the records as they stand today.
pub(crate) fn find_later_changes(
    evidence: &Evidence,
    state: &State,
) -> Result<LaterChanges, RecheckError> {
    let lake = state.open_lake()?;
    let mut found = LaterChanges::default();
    let facts = read_batch_entries(state)?;
    let datasets: BTreeSet<&str> =
        evidence.populations.iter().map(|one| one.dataset.as_str()).chain(["count"]).collect();
    for dataset in datasets {
        for batch in lake.read_manifest(dataset)?.batches {
            let is_input = |input: &trueline_verify::BatchInput| {
                input.dataset == dataset && input.batch == batch.id
            };
            if evidence.inputs.iter().any(is_input) {
                continue;
            }
            if let Some(facts) = &facts {
                found.faults.extend(find_fault((&lake, &state.datasets), dataset, &batch, facts)?);
            }
            found.batches.push(LaterBatch {
                dataset: dataset.to_owned(),
                batch: batch.id.clone(),
                rows: batch.rows,
                is_change: batch.superseded.is_some(),
            });
        }
    }
    if !found.batches.is_empty() {
        found.moved = find_changed_figures(evidence, state, &lake)?;
    }
    Ok(found)
}

/// Reads the batches that the ledger commits to; `None` if there is no ledger.
fn read_batch_entries(state: &State) -> Result<Option<Vec<BatchEntry>>, RecheckError> {
    let Some(history) = LedgerHistory::read(&state.instance)? else {
        return Ok(None);
    };
    let mut facts = Vec::new();
    for entry in history.read_entries() {
        facts.extend(BatchEntry::from_entry(&entry?));
    }
    Ok(Some(facts))
}

fn find_fault(
    (lake, datasets): (&Lake, &Datasets),
    dataset: &str,
    batch: &LakeBatch,
    facts: &[BatchEntry],
) -> Result<Option<RecordMismatch>, RecheckError> {
    let (dataset, id) = (dataset.to_owned(), batch.id.clone());
    let Some(schema) = datasets.find_schema(&dataset) else {
        return Ok(None);
    };
    let fact = facts.iter().find(|fact| fact.dataset == dataset && fact.batch == id);
    let Some(fact) = fact else {
        return Ok(Some(RecordMismatch::Uncommitted { dataset, batch: id }));
    };
    let leaves = batch_leaves(lake, &schema, batch)?;
    let blocks: Vec<_> = leaves.chunks(BLOCK).map(tree_root).collect();
    let same = leaves.len() as u64 == fact.rows && tree_root(&blocks).to_hex() == fact.root;
    let other = RecordMismatch::Row { dataset, batch: id, block: 0, row: None, key: None };
    Ok((!same).then_some(other))
}

fn find_changed_figures(
    evidence: &Evidence,
    state: &State,
    lake: &Lake,
) -> Result<Vec<LaterChange>, RecheckError> {
    let pack = indicators::load_pack(
        &evidence.pack.id,
        &list_pack_folders(&state.instance),
        &state.datasets,
    )?;
    let calendars = state.read_calendars()?;
    let records = LakeRecords::newest(lake, &calendars);
    let totals: Vec<Vec<CellColumns>> =
        evidence.populations.iter().map(Population::sum_blocks).collect();
    let (names, questions) = list_printed_questions(evidence, &pack)?;
    let mut moved = Vec::new();
    for (name, question) in names.into_iter().zip(&questions) {
        let results = indicators::compute_figures(&pack, question, &records)?;
        let key =
            |row: &FigureRow| (format!("{}.{}", row.indicator, row.statistic), row.slice.clone());
        let rows: BTreeMap<_, &FigureRow> =
            results.rows.iter().map(|row| (key(row), row)).collect();
        for figure in evidence.figures.iter().filter(|figure| figure.period == name) {
            let Some(cell) = figure.population.zip(figure.cell) else {
                continue;
            };
            let cell = totals.get(cell.0).and_then(|cells| cells.get(cell.1));
            let row = rows.get(&(figure.figure.clone(), figure.slice.clone()));
            moved.extend(find_change(figure, cell, row.copied()));
        }
    }
    Ok(moved)
}

/// How a figure differs now; `None` if it does not.
fn find_change(
    figure: &FigureUsed,
    cell: Option<&CellColumns>,
    row: Option<&FigureRow>,
) -> Option<LaterChange> {
    let mut excluded: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (column, value) in cell.into_iter().flatten() {
        if let Some(reason) = column.strip_prefix("excluded.") {
            excluded.entry(reason).or_default().0 = u64::try_from(value.0).unwrap_or_default();
        }
    }
    for one in row.iter().flat_map(|row| &row.excluded) {
        excluded.entry(&one.reason).or_default().1 = one.n;
    }
    excluded.retain(|_, (stated, now)| stated != now);
    let now = row.map_or("—", |row| row.printed.as_str());
    if now == figure.printed && excluded.is_empty() {
        return None;
    }
    let unapproved = row.iter().flat_map(|row| &row.excluded).map(|one| one.without_approver);
    Some(LaterChange {
        figure: figure.full_name(),
        stated: figure.printed.clone(),
        now: now.to_owned(),
        excluded: excluded.into_iter().map(|(id, (a, b))| (id.to_owned(), a, b)).collect(),
        unapproved: unapproved.sum(),
    })
}

//! Where blocks are worked on: each row is read once, judged for every period, and added up.

use std::ops::{ControlFlow, Range};

use trueline_figures::{
    Answer, BatchVerdicts, Counter, Period, Prepared, Request, RunError, columns_needed,
};
use trueline_lake::{BlockPart, OrderedRows, RowKeys};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::BatchInput;

use super::lag::{Lags, Watch};
use super::members::{self, Member};
use super::{FigureEvidenceError, Leaves, block_rows};
use crate::datasets::Dataset;
use crate::systems::indicators::compute::{FigureQuestion, build_requests};
use crate::systems::indicators::model::Pack;
use crate::systems::indicators::records::LakeRecords;

/// What the blocks of one dataset are worked out with.
pub(super) struct BlockCounter<'a> {
    pub(super) dataset: Dataset,
    pub(super) request: &'a Request,
    pub(super) periods: &'a [Period],
    pub(super) prepared: &'a Prepared,
    pub(super) ordered: &'a OrderedRows,
    pub(super) leaves: &'a Leaves<'a>,
}

/// What was made of one block.
pub(super) struct BlockCount {
    pub(super) rows: u64,
    /// In the order of the periods.
    pub(super) periods: Vec<BlockPeriod>,
}

/// What was made of one block in one period.
pub(super) struct BlockPeriod {
    /// Of the tree of its members.
    pub(super) root: Hash,
    pub(super) lags: Lags,
    pub(super) answer: Answer,
}

/// The leaves and lags of one block in one period, as they are gathered.
struct PeriodLeaves {
    leaves: Vec<Hash>,
    lags: Lags,
}

impl BlockCounter<'_> {
    /// Some neighbouring blocks, on one thread.
    pub(super) fn count_blocks(
        &self,
        blocks: Range<usize>,
        watch: &Watch,
    ) -> Result<Vec<BlockCount>, FigureEvidenceError> {
        let mut counter = self.prepared.start_counter();
        let blocks = blocks.start..blocks.end.min(self.ordered.blocks().len());
        let mut made = Vec::new();
        let rows = self.ordered.blocks().get(blocks.clone()).unwrap_or_default().iter();
        for (parts, block) in self.walk_blocks(blocks)?.zip(rows) {
            let parts = parts?;
            let mut sheaves: Vec<PeriodLeaves> =
                self.periods.iter().map(PeriodLeaves::new).collect();
            let known = self.read_block(&mut counter, &parts, watch, &mut sheaves)?;
            let order = key_order(&known, parts.len());
            let periods = sheaves.into_iter().zip(counter.take_answers());
            let periods = periods.map(|(sheaf, answer)| BlockPeriod {
                root: tree_root(&in_order(sheaf.leaves, order.as_deref())),
                lags: sheaf.lags,
                answer,
            });
            made.push(BlockCount { rows: block.row_count(), periods: periods.collect() });
        }
        Ok(made)
    }

    /// Judges the rows of a block and adds them up; gives the keys of those that have leaves.
    fn read_block(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        watch: &Watch,
        sheaves: &mut [PeriodLeaves],
    ) -> Result<Vec<OrderedKeys>, FigureEvidenceError> {
        let mut all = Vec::new();
        let mut bytes = Vec::with_capacity(256);
        self.judge_parts(counter, parts, &mut |batch, revisions, keys, counter, verdicts| {
            for (row, revision) in revisions.iter().enumerate() {
                members::begin_member(revision, keys.key_at(row), &mut bytes);
                let begun = bytes.len();
                for (verdicts, sheaf) in verdicts.iter().zip(&mut *sheaves) {
                    let verdicts = verdicts.verdicts_on(row);
                    bytes.truncate(begun);
                    members::finish_member(verdicts.clone(), counter, &mut bytes);
                    watch.add_member(batch, keys.key_at(row), verdicts, &mut sheaf.lags);
                    sheaf.leaves.push(leaf_hash(&bytes));
                }
            }
            all.push(OrderedKeys { keys, rows: revisions.len() });
            counter.add_up()
        })?;
        Ok(all)
    }

    /// Judges rows as they come, with the leaves of their revisions.
    fn judge_parts(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        then: &mut EachBatch<'_>,
    ) -> Result<(), FigureEvidenceError> {
        let batches: Vec<&str> = self.ordered.batches().map(|batch| batch.id.as_str()).collect();
        let schema = self.dataset.schema();
        let mut verdicts: Vec<BatchVerdicts> =
            self.periods.iter().map(|_| BatchVerdicts::default()).collect();
        for part in parts {
            let revisions = (self.leaves)(self.dataset, batches[part.batch], &part.places);
            let mut revisions = revisions.as_slice();
            for rows in &part.rows {
                let own = revisions.len().min(rows.num_rows());
                let (these, others) = revisions.split_at(own);
                revisions = others;
                counter.load_batch(rows.clone());
                for (period, found) in verdicts.iter_mut().enumerate() {
                    counter.find_verdicts(period, found)?;
                }
                then(part.batch, these, RowKeys::from_batch(&schema, rows), counter, &verdicts)?;
            }
        }
        Ok(())
    }

    /// The columns that figures and keys need.
    fn needed_columns(&self) -> Vec<String> {
        let mut columns = columns_needed(self.request);
        for name in self.dataset.schema().key {
            if !columns.iter().any(|column| column == name) {
                columns.push((*name).to_owned());
            }
        }
        columns
    }

    /// The rows of some neighbouring blocks, with the columns that figures and keys need.
    fn walk_blocks(
        &self,
        blocks: Range<usize>,
    ) -> Result<trueline_lake::BlockWalk<'_>, FigureEvidenceError> {
        let columns = self.needed_columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(self.ordered.walk_blocks(blocks, &columns)?)
    }

    /// What says how late a member was committed to.
    pub(super) fn watch_commitments(
        &self,
        inputs: &[BatchInput],
    ) -> Result<Watch, FigureEvidenceError> {
        let mut watch = Watch::new(self.dataset, self.ordered, inputs);
        let columns = self.needed_columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let schema = self.dataset.schema();
        let mut counter = self.prepared.start_counter();
        for (batch, task) in self.ordered.superseded_tasks(&columns)? {
            for rows in task.read_batches() {
                let rows = rows?;
                let keys = RowKeys::from_batch(&schema, &rows);
                counter.load_batch(rows);
                watch.note_older(batch, &keys, &counter.stated_moments());
            }
        }
        Ok(watch.sort_older())
    }

    /// The members of a block in the first period, in the order of the key.
    fn list_members(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
    ) -> Result<Vec<Member>, FigureEvidenceError> {
        let mut made = Vec::new();
        self.judge_parts(counter, parts, &mut |_, revisions, keys, counter, verdicts| {
            for (row, revision) in revisions.iter().enumerate() {
                for verdicts in verdicts {
                    let mut bytes = Vec::new();
                    members::begin_member(revision, keys.key_at(row), &mut bytes);
                    members::finish_member(verdicts.verdicts_on(row), counter, &mut bytes);
                    let key = keys.key_at(row).map(str::to_owned).collect();
                    made.push(Member { key, bytes });
                }
            }
            Ok(())
        })?;
        made.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(made)
    }
}

impl PeriodLeaves {
    fn new(period: &Period) -> PeriodLeaves {
        PeriodLeaves { leaves: Vec::new(), lags: Lags::new(period.to) }
    }
}

/// The keys of rows that were read together, and how many of them have leaves.
struct OrderedKeys {
    keys: RowKeys,
    rows: usize,
}

/// What is done with rows that were read together: the number of their batch, the leaves of their
/// revisions, their keys, and how they were judged in each period.
type EachBatch<'a> = dyn FnMut(usize, &[Hash], RowKeys, &mut Counter<'_>, &[BatchVerdicts]) -> Result<(), RunError>
    + 'a;

/// Where the rows of a block stand in the order of the key: which keys, which row. `None` if they
/// were read in that order.
fn key_order(known: &[OrderedKeys], parts: usize) -> Option<Vec<u32>> {
    if parts <= 1 {
        return None;
    }
    let mut places: Vec<(u32, u32, u32)> = Vec::new();
    for (at, known) in known.iter().enumerate() {
        let from = places.len() as u32;
        places.extend((0..known.rows as u32).map(|row| (at as u32, row, from + row)));
    }
    let keys = |at: u32| &known[at as usize].keys;
    // The parts are ascending already, which a stable sort makes use of.
    places.sort_by(|one, other| {
        keys(one.0).compare_rows(one.1 as usize, keys(other.0), other.1 as usize)
    });
    Some(places.into_iter().map(|(.., place)| place).collect())
}

fn in_order(leaves: Vec<Hash>, order: Option<&[u32]>) -> Vec<Hash> {
    match order {
        Some(order) => order.iter().filter_map(|at| leaves.get(*at as usize).copied()).collect(),
        None => leaves,
    }
}

/// Calls `then` with the members of each block of a population, in the order of the key, until it
/// breaks off.
pub fn walk_members(
    pack: &Pack,
    question: &FigureQuestion,
    records: &LakeRecords<'_>,
    dataset: Dataset,
    leaves: &Leaves<'_>,
    then: &mut dyn FnMut(Vec<Member>) -> ControlFlow<()>,
) -> Result<(), FigureEvidenceError> {
    let asked = build_requests(pack, question, records)?;
    let request = asked.iter().find(|(known, _)| *known == dataset).map(|(_, request)| request);
    let Some(request) = request else {
        return Ok(());
    };
    let periods = std::slice::from_ref(&question.period);
    let ordered = records.read_ordered(dataset, block_rows)?;
    let prepared = Prepared::new(request, periods).map_err(RunError::from)?;
    let bench =
        BlockCounter { dataset, request, periods, prepared: &prepared, ordered: &ordered, leaves };
    let mut counter = prepared.start_counter();
    for parts in bench.walk_blocks(0..ordered.blocks().len())? {
        if then(bench.list_members(&mut counter, &parts?)?).is_break() {
            break;
        }
    }
    Ok(())
}

//! What each block of a dataset adds up to: each row is read once and judged for every period.

use std::ops::{ControlFlow, Range};

use trueline_figures::{
    Answer, BatchVerdicts, Counter, Period, Prepared, Request, RunError, columns_needed,
};
use trueline_lake::{BlockPart, OrderedRows, RowKeys};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::BatchInput;

use super::block_size::block_rows;
use super::commitments::Leaves;
use super::error::FigureEvidenceError;
use super::lag::{CommitmentTimes, Lags};
use super::members::{self, Member};
use crate::datasets::Dataset;
use crate::systems::indicators::compute::{FigureQuestion, build_requests};
use crate::systems::indicators::model::Pack;
use crate::systems::indicators::records::LakeRecords;

/// Counts the blocks of one dataset.
pub(super) struct BlockCounter<'a> {
    pub(super) dataset: Dataset,
    pub(super) request: &'a Request,
    pub(super) periods: &'a [Period],
    pub(super) prepared: &'a Prepared,
    pub(super) ordered: &'a OrderedRows,
    pub(super) leaves: &'a Leaves<'a>,
}

/// The counts of one block.
pub(super) struct BlockCount {
    pub(super) rows: u64,
    /// In the order of the periods.
    pub(super) periods: Vec<BlockPeriod>,
}

/// The counts of one block in one period.
pub(super) struct BlockPeriod {
    /// The root of the tree of its members.
    pub(super) root: Hash,
    pub(super) lags: Lags,
    pub(super) answer: Answer,
}

/// The leaves and lags gathered so far for one block in one period.
struct PeriodLeaves {
    leaves: Vec<Hash>,
    lags: Lags,
}

impl BlockCounter<'_> {
    /// Counts some neighbouring blocks on one thread.
    pub(super) fn count_blocks(
        &self,
        blocks: Range<usize>,
        times: &CommitmentTimes,
    ) -> Result<Vec<BlockCount>, FigureEvidenceError> {
        let mut counter = self.prepared.start_counter();
        let blocks = blocks.start..blocks.end.min(self.ordered.blocks().len());
        let mut made = Vec::new();
        let rows = self.ordered.blocks().get(blocks.clone()).unwrap_or_default().iter();
        for (parts, block) in self.walk_blocks(blocks)?.zip(rows) {
            let parts = parts?;
            let mut gathered: Vec<PeriodLeaves> =
                self.periods.iter().map(PeriodLeaves::new).collect();
            let known = self.read_block(&mut counter, &parts, times, &mut gathered)?;
            let order = find_key_order(&known, parts.len());
            let periods = gathered.into_iter().zip(counter.take_answers());
            let periods = periods.map(|(period, answer)| BlockPeriod {
                root: tree_root(&sort_leaves(period.leaves, order.as_deref())),
                lags: period.lags,
                answer,
            });
            made.push(BlockCount { rows: block.row_count(), periods: periods.collect() });
        }
        Ok(made)
    }

    /// Judges the rows of a block and adds them up. Returns the keys of those that have leaves.
    fn read_block(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        times: &CommitmentTimes,
        gathered: &mut [PeriodLeaves],
    ) -> Result<Vec<OrderedKeys>, FigureEvidenceError> {
        let mut all = Vec::new();
        let mut bytes = Vec::with_capacity(256);
        self.judge_parts(counter, parts, &mut |judged, counter| {
            let JudgedRows { batch, revisions, keys, verdicts } = judged;
            for (row, revision) in revisions.iter().enumerate() {
                members::begin_member(revision, keys.key_at(row), &mut bytes);
                let begun = bytes.len();
                for (verdicts, period) in verdicts.iter().zip(&mut *gathered) {
                    let verdicts = verdicts.verdicts_on(row);
                    bytes.truncate(begun);
                    members::finish_member(verdicts.clone(), counter, &mut bytes);
                    times.add_member(batch, keys.key_at(row), verdicts, &mut period.lags);
                    period.leaves.push(leaf_hash(&bytes));
                }
            }
            all.push(OrderedKeys { keys, rows: revisions.len() });
            counter.add_up()
        })?;
        Ok(all)
    }

    /// Judges rows in the order in which they are read, and calls `then` for each batch of them.
    fn judge_parts(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        then: &mut OnJudgedRows<'_>,
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
                let judged = JudgedRows {
                    batch: part.batch,
                    revisions: these,
                    keys: RowKeys::from_batch(&schema, rows),
                    verdicts: &verdicts,
                };
                then(judged, counter)?;
            }
        }
        Ok(())
    }

    /// The columns that figures and keys need.
    fn list_columns(&self) -> Vec<String> {
        let mut columns = columns_needed(self.request);
        for name in self.dataset.schema().key {
            if !columns.iter().any(|column| column == name) {
                columns.push((*name).to_owned());
            }
        }
        columns
    }

    /// Reads the rows of some neighbouring blocks, with the columns that figures and keys need.
    fn walk_blocks(
        &self,
        blocks: Range<usize>,
    ) -> Result<trueline_lake::BlockWalk<'_>, FigureEvidenceError> {
        let columns = self.list_columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(self.ordered.walk_blocks(blocks, &columns)?)
    }

    /// Reads when each revision was committed to, so that the lag of a member can be told.
    pub(super) fn read_commitment_times(
        &self,
        inputs: &[BatchInput],
    ) -> Result<CommitmentTimes, FigureEvidenceError> {
        let mut times = CommitmentTimes::new(self.dataset, self.ordered, inputs);
        let columns = self.list_columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let schema = self.dataset.schema();
        let mut counter = self.prepared.start_counter();
        for (batch, task) in self.ordered.superseded_tasks(&columns)? {
            for rows in task.read_batches() {
                let rows = rows?;
                let keys = RowKeys::from_batch(&schema, &rows);
                counter.load_batch(rows);
                times.note_older(batch, &keys, &counter.stated_moments());
            }
        }
        Ok(times.sort_older())
    }

    /// Lists the members of a block in the first period, in the order of the key.
    fn list_members(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
    ) -> Result<Vec<Member>, FigureEvidenceError> {
        let mut made = Vec::new();
        self.judge_parts(counter, parts, &mut |judged, counter| {
            let JudgedRows { revisions, keys, verdicts, .. } = judged;
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

/// Rows that were read and judged together.
struct JudgedRows<'a> {
    /// The number of their batch.
    batch: usize,
    /// The leaves of their revisions.
    revisions: &'a [Hash],
    keys: RowKeys,
    /// How they were judged in each period.
    verdicts: &'a [BatchVerdicts],
}

/// What is done with rows once they are judged.
type OnJudgedRows<'a> = dyn FnMut(JudgedRows<'_>, &mut Counter<'_>) -> Result<(), RunError> + 'a;

/// Where each row of a block, in the order of the key, stands among the rows as they were read.
/// `None` if they were read in that order.
fn find_key_order(known: &[OrderedKeys], parts: usize) -> Option<Vec<u32>> {
    if parts <= 1 {
        return None;
    }
    let mut places: Vec<(u32, u32, u32)> = Vec::new();
    for (at, known) in known.iter().enumerate() {
        let from = places.len() as u32;
        places.extend((0..known.rows as u32).map(|row| (at as u32, row, from + row)));
    }
    let keys = |at: u32| &known[at as usize].keys;
    // Each part is ascending already, which makes a stable sort faster.
    places.sort_by(|one, other| {
        keys(one.0).compare_rows(one.1 as usize, keys(other.0), other.1 as usize)
    });
    Some(places.into_iter().map(|(.., place)| place).collect())
}

fn sort_leaves(leaves: Vec<Hash>, order: Option<&[u32]>) -> Vec<Hash> {
    match order {
        Some(order) => order.iter().filter_map(|at| leaves.get(*at as usize).copied()).collect(),
        None => leaves,
    }
}

/// The population of one dataset in one period, and where it is read from.
#[derive(Clone, Copy)]
pub struct PopulationSource<'a> {
    pub pack: &'a Pack,
    pub question: &'a FigureQuestion,
    pub records: &'a LakeRecords<'a>,
    pub dataset: Dataset,
    pub leaves: &'a Leaves<'a>,
}

impl std::fmt::Debug for PopulationSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PopulationSource").field("dataset", &self.dataset).finish_non_exhaustive()
    }
}

impl PopulationSource<'_> {
    /// Calls `then` with the members of each block, in the order of the key, until it breaks off.
    pub fn walk_members(
        &self,
        then: &mut dyn FnMut(Vec<Member>) -> ControlFlow<()>,
    ) -> Result<(), FigureEvidenceError> {
        let PopulationSource { pack, question, records, dataset, leaves } = *self;
        let requests = build_requests(pack, question, records)?;
        let own = requests.iter().find(|(known, _)| *known == dataset);
        let Some((_, request)) = own else {
            return Ok(());
        };
        let periods = std::slice::from_ref(&question.period);
        let ordered = records.read_ordered(dataset, block_rows)?;
        let prepared = Prepared::new(request, periods).map_err(RunError::from)?;
        let block_counter = BlockCounter {
            dataset,
            request,
            periods,
            prepared: &prepared,
            ordered: &ordered,
            leaves,
        };
        let mut counter = prepared.start_counter();
        for parts in block_counter.walk_blocks(0..ordered.blocks().len())? {
            if then(block_counter.list_members(&mut counter, &parts?)?).is_break() {
                break;
            }
        }
        Ok(())
    }
}

//! Where blocks are worked on: each row is read once, judged for every period, and added up.

use std::ops::{ControlFlow, Range};

use trueline_figures::{
    Answer, Counter, Period, Prepared, Request, RowVerdicts, RunError, columns_needed,
};
use trueline_lake::{BlockPart, Keys, Ordered};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::Input;

use super::lag::{Lags, Watch};
use super::members::{self, Member};
use super::{EvidenceError, Leaves, block_rows};
use crate::datasets::Dataset;
use crate::systems::indicators::compute::{Question, requests};
use crate::systems::indicators::model::Pack;
use crate::systems::indicators::records::LakeRecords;

/// What the blocks of one dataset are worked out with.
pub(super) struct Bench<'a> {
    pub(super) dataset: Dataset,
    pub(super) request: &'a Request,
    pub(super) periods: &'a [Period],
    pub(super) prepared: &'a Prepared,
    pub(super) ordered: &'a Ordered,
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
struct Sheaf {
    leaves: Vec<Hash>,
    lags: Lags,
}

impl Bench<'_> {
    /// Some neighbouring blocks, on one thread.
    pub(super) fn blocks(
        &self,
        blocks: Range<usize>,
        watch: &Watch,
    ) -> Result<Vec<BlockCount>, EvidenceError> {
        let mut counter = self.prepared.counter();
        let blocks = blocks.start..blocks.end.min(self.ordered.blocks().len());
        let mut made = Vec::new();
        let rows = self.ordered.blocks().get(blocks.clone()).unwrap_or_default().iter();
        for (parts, block) in self.walk(blocks)?.zip(rows) {
            let parts = parts?;
            let mut sheaves: Vec<Sheaf> = self.periods.iter().map(Sheaf::new).collect();
            let known = self.read(&mut counter, &parts, watch, &mut sheaves)?;
            let order = order(&known, parts.len());
            let periods = sheaves.into_iter().zip(counter.answers());
            let periods = periods.map(|(sheaf, answer)| BlockPeriod {
                root: tree_root(&in_order(sheaf.leaves, order.as_deref())),
                lags: sheaf.lags,
                answer,
            });
            made.push(BlockCount { rows: block.rows(), periods: periods.collect() });
        }
        Ok(made)
    }

    /// Judges the rows of a block and adds them up; gives the keys of those that have leaves.
    fn read(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        watch: &Watch,
        sheaves: &mut [Sheaf],
    ) -> Result<Vec<Known>, EvidenceError> {
        let mut all = Vec::new();
        let mut bytes = Vec::with_capacity(256);
        self.each(counter, parts, &mut |batch, revisions, keys, counter, verdicts| {
            for (row, revision) in revisions.iter().enumerate() {
                members::begin(revision, keys.row(row), &mut bytes);
                let begun = bytes.len();
                for (verdicts, sheaf) in verdicts.iter().zip(&mut *sheaves) {
                    let verdicts = verdicts.of(row);
                    bytes.truncate(begun);
                    members::finish(verdicts.clone(), counter, &mut bytes);
                    watch.member(batch, keys.row(row), verdicts, &mut sheaf.lags);
                    sheaf.leaves.push(leaf_hash(&bytes));
                }
            }
            all.push(Known { keys, rows: revisions.len() });
            counter.add_up()
        })?;
        Ok(all)
    }

    /// Judges rows as they come, with the leaves of their revisions.
    fn each(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
        then: &mut EachBatch<'_>,
    ) -> Result<(), EvidenceError> {
        let batches: Vec<&str> = self.ordered.batches().map(|batch| batch.id.as_str()).collect();
        let schema = self.dataset.schema();
        let mut verdicts: Vec<RowVerdicts> =
            self.periods.iter().map(|_| RowVerdicts::default()).collect();
        for part in parts {
            let revisions = (self.leaves)(self.dataset, batches[part.batch], &part.places);
            let mut revisions = revisions.as_slice();
            for rows in &part.rows {
                let own = revisions.len().min(rows.num_rows());
                let (these, others) = revisions.split_at(own);
                revisions = others;
                counter.load(rows.clone());
                for (period, found) in verdicts.iter_mut().enumerate() {
                    counter.verdicts(period, found)?;
                }
                then(part.batch, these, Keys::of(&schema, rows), counter, &verdicts)?;
            }
        }
        Ok(())
    }

    /// The columns that figures and keys need.
    fn columns(&self) -> Vec<String> {
        let mut columns = columns_needed(self.request);
        for name in self.dataset.schema().key {
            if !columns.iter().any(|column| column == name) {
                columns.push((*name).to_owned());
            }
        }
        columns
    }

    /// The rows of some neighbouring blocks, with the columns that figures and keys need.
    fn walk(&self, blocks: Range<usize>) -> Result<trueline_lake::BlockWalk<'_>, EvidenceError> {
        let columns = self.columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(self.ordered.walk(blocks, &columns)?)
    }

    /// What says how late a member was committed to.
    pub(super) fn watch(&self, inputs: &[Input]) -> Result<Watch, EvidenceError> {
        let mut watch = Watch::new(self.dataset, self.ordered, inputs);
        let columns = self.columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let schema = self.dataset.schema();
        let mut counter = self.prepared.counter();
        for (batch, task) in self.ordered.superseded(&columns)? {
            for rows in task.batches() {
                let rows = rows?;
                let keys = Keys::of(&schema, &rows);
                counter.load(rows);
                watch.older(batch, &keys, &counter.moments());
            }
        }
        Ok(watch.ready())
    }

    /// The members of a block in the first period, in the order of the key.
    fn members(
        &self,
        counter: &mut Counter<'_>,
        parts: &[BlockPart],
    ) -> Result<Vec<Member>, EvidenceError> {
        let mut made = Vec::new();
        self.each(counter, parts, &mut |_, revisions, keys, counter, verdicts| {
            for (row, revision) in revisions.iter().enumerate() {
                for verdicts in verdicts {
                    let mut bytes = Vec::new();
                    members::begin(revision, keys.row(row), &mut bytes);
                    members::finish(verdicts.of(row), counter, &mut bytes);
                    let key = keys.row(row).map(str::to_owned).collect();
                    made.push(Member { key, bytes });
                }
            }
            Ok(())
        })?;
        made.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(made)
    }
}

impl Sheaf {
    fn new(period: &Period) -> Sheaf {
        Sheaf { leaves: Vec::new(), lags: Lags::new(period.to) }
    }
}

/// The keys of rows that were read together, and how many of them have leaves.
struct Known {
    keys: Keys,
    rows: usize,
}

/// What is done with rows that were read together: the number of their batch, the leaves of their
/// revisions, their keys, and how they were judged in each period.
type EachBatch<'a> =
    dyn FnMut(usize, &[Hash], Keys, &mut Counter<'_>, &[RowVerdicts]) -> Result<(), RunError> + 'a;

/// Where the rows of a block stand in the order of the key: which keys, which row. `None` if they
/// were read in that order.
fn order(known: &[Known], parts: usize) -> Option<Vec<u32>> {
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
    places
        .sort_by(|one, other| keys(one.0).compare(one.1 as usize, keys(other.0), other.1 as usize));
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
    question: &Question,
    records: &LakeRecords<'_>,
    dataset: Dataset,
    leaves: &Leaves<'_>,
    then: &mut dyn FnMut(Vec<Member>) -> ControlFlow<()>,
) -> Result<(), EvidenceError> {
    let asked = requests(pack, question, records)?;
    let request = asked.iter().find(|(known, _)| *known == dataset).map(|(_, request)| request);
    let Some(request) = request else {
        return Ok(());
    };
    let periods = std::slice::from_ref(&question.period);
    let ordered = records.ordered(dataset, block_rows)?;
    let prepared = Prepared::new(request, periods).map_err(RunError::from)?;
    let bench = Bench { dataset, request, periods, prepared: &prepared, ordered: &ordered, leaves };
    let mut counter = prepared.counter();
    for parts in bench.walk(0..ordered.blocks().len())? {
        if then(bench.members(&mut counter, &parts?)?).is_break() {
            break;
        }
    }
    Ok(())
}

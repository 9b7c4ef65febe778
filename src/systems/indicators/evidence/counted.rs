//! Records of datasets, read once: what each block adds up to in each of several periods.

use std::collections::BTreeMap;

use rayon::prelude::*;
use trueline_figures::{Answer, Period, Prepared, Request, RunError};
use trueline_ledger::Hash;
use trueline_verify::CommitmentLag;

use super::block_counts::{BlockCount, BlockCounter};
use super::block_size::block_rows;
use super::commitments::Commitments;
use super::error::FigureEvidenceError;
use super::lag::Lags;
use crate::datasets::Dataset;
use crate::systems::indicators::compute::{FigureQuestion, build_requests};
use crate::systems::indicators::model::Pack;
use crate::systems::indicators::records::LakeRecords;

/// The most blocks that a thread takes together, so that what they share is read once.
const BLOCKS_AT_ONCE: usize = 4;

/// What the blocks of some datasets add up to in each of several periods.
#[derive(Debug)]
pub struct CountedPeriods {
    pub(super) datasets: Vec<DatasetCount>,
}

/// The counts of one dataset.
#[derive(Debug)]
pub(super) struct DatasetCount {
    pub(super) dataset: Dataset,
    /// What was asked about the first of the periods.
    pub(super) request: Request,
    /// The ids of the definitions of each family.
    pub(super) families: Vec<Vec<String>>,
    pub(super) rows: u64,
    pub(super) periods: Vec<PeriodCount>,
}

/// The counts of one dataset in one period.
#[derive(Debug)]
pub(super) struct PeriodCount {
    pub(super) period: Period,
    pub(super) blocks: Vec<CountedBlock>,
    /// The answer over all blocks.
    pub(super) whole: Answer,
    pub(super) lag: Option<CommitmentLag>,
}

#[derive(Debug)]
pub(super) struct CountedBlock {
    pub(super) rows: u64,
    /// The root of the tree of its members.
    pub(super) root: Hash,
    pub(super) answer: Answer,
}

impl CountedPeriods {
    /// Reads the wanted datasets. The questions differ only in their periods.
    pub fn read_datasets(
        pack: &Pack,
        questions: &[FigureQuestion],
        is_wanted: &dyn Fn(Dataset) -> bool,
        records: &LakeRecords<'_>,
        commitments: Commitments<'_>,
    ) -> Result<CountedPeriods, FigureEvidenceError> {
        let mut datasets = Vec::new();
        let Some(first) = questions.first() else {
            return Ok(CountedPeriods { datasets });
        };
        let periods: Vec<Period> = questions.iter().map(|one| one.period.clone()).collect();
        for (dataset, request) in build_requests(pack, first, records)? {
            if is_wanted(dataset) {
                datasets.push(count_dataset(dataset, request, &periods, records, commitments)?);
            }
        }
        Ok(CountedPeriods { datasets })
    }

    /// The answers about one of the periods, given by its place.
    pub fn answers_of(&self, period: usize) -> BTreeMap<Dataset, &Answer> {
        let each = self.datasets.iter();
        each.filter_map(|one| Some((one.dataset, &one.periods.get(period)?.whole))).collect()
    }
}

fn count_dataset(
    dataset: Dataset,
    request: Request,
    periods: &[Period],
    records: &LakeRecords<'_>,
    commitments: Commitments<'_>,
) -> Result<DatasetCount, FigureEvidenceError> {
    let prepared = Prepared::new(&request, periods).map_err(RunError::from)?;
    let ordered = records.read_ordered(dataset, block_rows)?;
    let counter = BlockCounter {
        dataset,
        request: &request,
        periods,
        prepared: &prepared,
        ordered: &ordered,
        leaves: commitments.leaves,
    };
    let times = counter.read_commitment_times(commitments.inputs)?;
    let blocks = ordered.blocks().len();
    let at_once = (blocks / rayon::current_num_threads()).clamp(1, BLOCKS_AT_ONCE);
    let starts: Vec<usize> = (0..blocks).step_by(at_once).collect();
    let made =
        starts.into_par_iter().map(|from| counter.count_blocks(from..from + at_once, &times));
    let made = made.collect::<Result<Vec<Vec<BlockCount>>, FigureEvidenceError>>()?;
    let mut blank = prepared.start_counter().take_answers().into_iter();
    let mut counts: Vec<(Vec<CountedBlock>, Lags)> =
        periods.iter().map(|period| (Vec::new(), Lags::new(period.to))).collect();
    for block in made.into_iter().flatten() {
        for ((blocks, lags), own) in counts.iter_mut().zip(block.periods) {
            blocks.push(CountedBlock { rows: block.rows, root: own.root, answer: own.answer });
            lags.extend(own.lags);
        }
    }
    let counts = periods.iter().zip(counts).filter_map(|(period, (blocks, lags))| {
        let all: Vec<&Answer> = blocks.iter().map(|block| &block.answer).collect();
        let whole = Answer::join_answers(&all);
        Some(PeriodCount {
            period: period.clone(),
            whole: blank.next().map(|blank| whole.unwrap_or(blank))?,
            blocks,
            lag: lags.sum_up(times.by_witness),
        })
    });
    let (periods, families, rows) =
        (counts.collect(), prepared.definitions_by_family(), ordered.row_count());
    Ok(DatasetCount { dataset, request, families, rows, periods })
}

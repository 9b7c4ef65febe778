//! Evidence: the populations that figures are about, and the partial figures of their blocks.
//!
//! What is written down here is what a verifier recomputes; `docs/evidence.md` is the form.

mod columns;
mod definition;
mod lag;
mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

use rayon::prelude::*;
use trueline_figures::{
    Answer, Period, Prepared, Request, Slice, Source, Tally, Verdict, columns_needed,
};
use trueline_lake::{BlockPart, LakeError, Ordered, OrderedBlock};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::{Block, Cell, Columns, DefinitionUsed, FigureUsed, Input, Population};

use super::compute::{ComputeError, Question, ask, requests};
use super::model::{Dataset, Pack};
use super::records::LakeRecords;
use super::row::FigureRow;

use lag::{Lags, Watch};
use members::Keys;

pub use members::Member;

/// The version of what turns rows into partial figures; it changes when a row could count
/// differently.
pub const FIGURE_SEMANTICS: &str = "1";
/// The same of the form of rows and members.
pub const ROW_SEMANTICS: &str = "1";

const SMALLEST_BLOCK: u64 = 65_536;
const MOST_BLOCKS: u64 = 64;

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error("the records cannot be read in order")]
    Lake(#[from] LakeError),
    #[error("the figures of a block cannot be computed")]
    Run(#[from] trueline_figures::RunError),
    #[error("a definition has no canonical form")]
    Json(#[from] trueline_verify::JsonError),
}

/// Gives the leaves of some rows of a batch: by dataset, batch and places.
pub type Leaves<'a> = dyn Fn(Dataset, &str, &[Range<u64>]) -> Vec<Hash> + Sync + 'a;

/// What the ledger knows of the batches of a lake.
#[derive(Clone, Copy)]
pub struct Commitments<'a> {
    pub leaves: &'a Leaves<'a>,
    /// The batches that were read, with the times at which they were committed to.
    pub inputs: &'a [Input],
}

impl std::fmt::Debug for Commitments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commitments").field("inputs", &self.inputs.len()).finish_non_exhaustive()
    }
}

/// The evidence of the figures of one pack, as it is gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    pub definitions: Vec<DefinitionUsed>,
    pub populations: Vec<Population>,
    pub figures: Vec<FigureUsed>,
}

/// How many rows a block has.
pub fn block_rows(rows: u64) -> u64 {
    let mut size = SMALLEST_BLOCK;
    while rows.div_ceil(size) > MOST_BLOCKS {
        size *= 2;
    }
    size
}

impl Gathered {
    /// Adds the populations of one period, and the figures among `rows` that are printed.
    pub fn add(
        &mut self,
        pack: &Pack,
        question: &Question,
        records: &LakeRecords<'_>,
        rows: &[&FigureRow],
        commitments: Commitments<'_>,
    ) -> Result<(), EvidenceError> {
        let asked = requests(pack, question, records)?;
        let mut places: BTreeMap<(Dataset, &str, &Slice), (usize, usize)> = BTreeMap::new();
        for (dataset, request) in &asked {
            let about = |row: &&&FigureRow| {
                row.basis.as_ref().is_some_and(|basis| basis.dataset == *dataset)
            };
            let wanted: BTreeSet<(&str, &Slice)> = rows
                .iter()
                .filter(about)
                .filter_map(|row| Some((row.basis.as_ref()?.definition.as_str(), &row.slice)))
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let wanted = wanted.into_iter().collect();
            let (population, cells) =
                self.population(*dataset, request, records, wanted, commitments)?;
            let number = self.populations.len();
            self.populations.push(population);
            for (at, (definition, slice)) in cells.into_iter().enumerate() {
                places.insert((*dataset, definition, slice), (number, at));
            }
        }
        for row in rows {
            self.figures.push(figure(row, &places));
        }
        Ok(())
    }

    fn population<'a>(
        &mut self,
        dataset: Dataset,
        request: &Request,
        records: &LakeRecords<'_>,
        cells: Vec<(&'a str, &'a Slice)>,
        commitments: Commitments<'_>,
    ) -> Result<(Population, Vec<(&'a str, &'a Slice)>), EvidenceError> {
        let whole = ask(dataset, request, records)?;
        let tallies = Tallies::new(&whole, &cells);
        let quantiles: Vec<Vec<i64>> = cells
            .iter()
            .map(|(definition, slice)| tallies.get(definition, slice))
            .map(|tally| tally.map(columns::quantiles).unwrap_or_default())
            .collect();
        let prepared = Prepared::new(request).map_err(trueline_figures::RunError::from)?;
        let mut numbers = BTreeMap::new();
        for definition in &request.definitions {
            numbers.insert(definition.id.clone(), self.definition(request, definition)?);
        }
        let families = prepared.verdicts().families();
        let family = |ids: &Vec<String>| ids.iter().map(|id| numbers[id]).collect();
        let ordered = records.ordered(dataset, block_rows)?;
        let bench = Bench {
            dataset,
            request,
            prepared: &prepared,
            ordered: &ordered,
            cells: &cells,
            leaves: commitments.leaves,
        };
        let watch = bench.watch(commitments.inputs)?;
        let made = ordered.blocks().par_iter().map(|block| bench.block(block, &quantiles, &watch));
        let made = made.collect::<Result<Vec<(Block, Hash, Lags)>, EvidenceError>>()?;
        let (mut blocks, mut roots, mut lags) = (Vec::new(), Vec::new(), Lags::default());
        for (block, root, own) in made {
            blocks.push(block);
            roots.push(root);
            lags.extend(own);
        }
        let population = Population {
            dataset: dataset.name().to_owned(),
            period: request.period.name.clone(),
            from: request.period.from,
            to: request.period.to,
            rows: ordered.rows(),
            root: (!roots.is_empty()).then(|| tree_root(&roots).to_hex()),
            block_rows: block_rows(ordered.rows()),
            families: families.iter().map(family).collect(),
            cells: cells
                .iter()
                .map(|(id, slice)| Cell { definition: numbers[*id], slice: (*slice).clone() })
                .collect(),
            blocks,
            lag: lags.sum_up(watch.by_witness),
        };
        Ok((population, cells))
    }

    fn definition(
        &mut self,
        request: &Request,
        definition: &trueline_figures::Definition,
    ) -> Result<usize, EvidenceError> {
        if let Some(at) = self.definitions.iter().position(|known| known.id == definition.id) {
            return Ok(at);
        }
        self.definitions.push(definition::used(request, definition)?);
        Ok(self.definitions.len() - 1)
    }
}

fn figure(
    row: &FigureRow,
    places: &BTreeMap<(Dataset, &str, &Slice), (usize, usize)>,
) -> FigureUsed {
    let place = row.basis.as_ref().and_then(|basis| {
        places.get(&(basis.dataset, basis.definition.as_str(), &row.slice)).copied()
    });
    let (value, print) = match &row.basis {
        Some(basis) => (basis.value.clone(), basis.print),
        None => (
            trueline_verify::ValueRule::Published,
            trueline_verify::PrintRule::Decimal { decimals: 0 },
        ),
    };
    FigureUsed {
        figure: format!("{}.{}", row.indicator, row.statistic),
        slice: row.slice.clone(),
        period: row.period.clone(),
        population: place.map(|(population, _)| population),
        cell: place.map(|(_, cell)| cell),
        value,
        print,
        printed: row.printed.clone(),
        unit: row.unit.clone(),
    }
}

/// The tallies of some cells, found by definition and slice.
struct Tallies<'a>(BTreeMap<(&'a str, &'a Slice), Tally>);

impl<'a> Tallies<'a> {
    fn new(answer: &Answer, cells: &[(&'a str, &'a Slice)]) -> Tallies<'a> {
        let mut groups: BTreeMap<(&str, Vec<&str>), Vec<&'a Slice>> = BTreeMap::new();
        for (definition, slice) in cells {
            let names = slice.keys().map(String::as_str).collect();
            groups.entry((definition, names)).or_default().push(slice);
        }
        let mut found = BTreeMap::new();
        for ((definition, names), slices) in groups {
            let mut all: BTreeMap<Slice, Tally> =
                answer.tallies(definition, &names).into_iter().collect();
            for slice in slices {
                if let Some(tally) = all.remove(slice) {
                    found.insert((definition, slice), tally);
                }
            }
        }
        Tallies(found)
    }

    fn get(&self, definition: &'a str, slice: &'a Slice) -> Option<&Tally> {
        self.0.get(&(definition, slice))
    }
}

/// What the blocks of one population are worked out with.
struct Bench<'a> {
    dataset: Dataset,
    request: &'a Request,
    prepared: &'a Prepared,
    ordered: &'a Ordered,
    cells: &'a [(&'a str, &'a Slice)],
    leaves: &'a Leaves<'a>,
}

impl Bench<'_> {
    /// A block with its partial figures, and its root.
    fn block(
        &self,
        block: &OrderedBlock,
        quantiles: &[Vec<i64>],
        watch: &Watch,
    ) -> Result<(Block, Hash, Lags), EvidenceError> {
        let parts = self.read(block)?;
        let (roots, lags) = self.leaves_of(&parts, watch)?;
        let sources: Vec<Box<dyn Source>> = parts
            .into_iter()
            .flat_map(|part| part.rows)
            .map(|rows| Box::new(vec![rows]) as Box<dyn Source>)
            .collect();
        // Many blocks keep all cores busy by themselves.
        let many = self.ordered.blocks().len() > 2 * rayon::current_num_threads();
        let answer =
            if many { self.prepared.run_here(&sources)? } else { self.prepared.run(&sources)? };
        let tallies = Tallies::new(&answer, self.cells);
        let mut cells: Vec<(usize, Columns)> = Vec::new();
        for (at, (definition, slice)) in self.cells.iter().enumerate() {
            if let Some(tally) = tallies.get(definition, slice) {
                let columns = columns::of(tally, &quantiles[at]);
                if !columns.is_empty() {
                    cells.push((at, columns));
                }
            }
        }
        let root = tree_root(&roots);
        Ok((Block { rows: block.rows(), root: root.to_hex(), cells }, root, lags))
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

    /// The rows of a block, with the columns that figures and keys need.
    fn read(&self, block: &OrderedBlock) -> Result<Vec<BlockPart>, EvidenceError> {
        let columns = self.columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(self.ordered.read(block, &columns)?)
    }

    /// What says how late a member was committed to.
    fn watch(&self, inputs: &[Input]) -> Result<Watch, EvidenceError> {
        let mut watch = Watch::new(self.dataset, self.ordered, inputs, self.request.period.to);
        let columns = self.columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let schema = self.dataset.schema();
        let mut verdicts = self.prepared.verdicts();
        for (batch, task) in self.ordered.superseded(&columns)? {
            for rows in task.batches() {
                let rows = rows?;
                watch.older(batch, &Keys::of(&schema, &rows), &verdicts.moments(&rows));
            }
        }
        Ok(watch.ready())
    }

    /// The leaves of the members of a block in the order of the key, and their lags.
    fn leaves_of(
        &self,
        parts: &[BlockPart],
        watch: &Watch,
    ) -> Result<(Vec<Hash>, Lags), EvidenceError> {
        let mut made: Vec<(Hash, usize, usize)> = Vec::new();
        let mut lags = Lags::default();
        let mut keys: Vec<Keys> = Vec::new();
        let mut bytes = Vec::new();
        self.each(parts, &mut |own, seen| {
            if seen.row == 0 {
                keys.push(own());
            }
            let key = || keys.last().map(|keys| keys.row(seen.row)).into_iter().flatten();
            bytes.clear();
            members::write(&seen.revision, key(), seen.verdicts, &mut bytes);
            watch.member(seen.batch, key(), seen.verdicts, &mut lags);
            made.push((leaf_hash(&bytes), keys.len() - 1, seen.row));
        })?;
        if parts.len() > 1 {
            made.sort_by(|(_, a, one), (_, b, other)| keys[*a].row(*one).cmp(keys[*b].row(*other)));
        }
        Ok((made.into_iter().map(|(leaf, ..)| leaf).collect(), lags))
    }

    /// The members of a block, in the order of the key.
    fn members(&self, parts: &[BlockPart]) -> Result<Vec<Member>, EvidenceError> {
        let mut made = Vec::new();
        let mut keys = None;
        self.each(parts, &mut |own, seen| {
            if seen.row == 0 {
                keys = Some(own());
            }
            let key = keys.iter().flat_map(|keys| keys.row(seen.row)).map(str::to_owned);
            let key: Vec<String> = key.collect();
            let mut bytes = Vec::new();
            members::write(&seen.revision, key.iter(), seen.verdicts, &mut bytes);
            made.push(Member { key, bytes });
        })?;
        made.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(made)
    }

    /// Calls `then` with the leaf and the verdicts of each row.
    fn each(&self, parts: &[BlockPart], then: &mut EachRow<'_>) -> Result<(), EvidenceError> {
        let batches: Vec<&str> = self.ordered.batches().map(|batch| batch.id.as_str()).collect();
        let schema = self.dataset.schema();
        let mut verdicts = self.prepared.verdicts();
        for part in parts {
            let own = (self.leaves)(self.dataset, batches[part.batch], &part.places);
            let mut own = own.into_iter();
            for rows in &part.rows {
                let found = verdicts.of(rows)?;
                let keys = || Keys::of(&schema, rows);
                for (row, revision) in own.by_ref().take(rows.num_rows()).enumerate() {
                    then(&keys, Seen { batch: part.batch, revision, row, verdicts: found.of(row) });
                }
            }
        }
        Ok(())
    }
}

/// A row of a block.
#[derive(Clone, Copy)]
struct Seen<'a> {
    /// Which of the batches of the lake.
    batch: usize,
    revision: Hash,
    /// Its place among the rows that were read with it.
    row: usize,
    verdicts: &'a [Verdict],
}

/// What is done with a row, given the keys of those that were read with it.
type EachRow<'a> = dyn FnMut(&dyn Fn() -> Keys, Seen<'_>) + 'a;

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
    let ordered = records.ordered(dataset, block_rows)?;
    let prepared = Prepared::new(request).map_err(trueline_figures::RunError::from)?;
    let bench =
        Bench { dataset, request, prepared: &prepared, ordered: &ordered, cells: &[], leaves };
    for block in ordered.blocks() {
        let parts = bench.read(block)?;
        if then(bench.members(&parts)?).is_break() {
            break;
        }
    }
    Ok(())
}

/// The period and by which dimensions a report slices, as the evidence needs them again.
pub fn question(period: &Period, by: &[String]) -> Question {
    Question { by: by.to_vec(), ..Question::about(period.clone()) }
}

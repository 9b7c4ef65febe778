//! Evidence: the populations that figures are about, and the partial figures of their blocks.
//!
//! What is written down here is what a verifier recomputes; `docs/evidence.md` is the form.

mod bench;
mod columns;
mod counted;
mod definition;
mod lag;
mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use trueline_figures::{Answer, Request, Slice, Tally};
use trueline_lake::LakeError;
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{
    BatchInput, CellColumns, DefinitionUsed, EvidenceBlock, EvidenceCell, FigureUsed, Population,
};

use super::compute::ComputeError;
use super::row::FigureRow;

use crate::datasets::Dataset;
use counted::DatasetCount;

pub use bench::walk_members;
pub use counted::CountedPeriods;
pub use members::Member;

/// The version of what turns rows into partial figures; it changes when a row could count
/// differently.
pub const FIGURE_SEMANTICS: &str = "1";
/// The same of the form of rows and members.
pub const ROW_SEMANTICS: &str = "1";

const SMALLEST_BLOCK: u64 = 65_536;
const MOST_BLOCKS: u64 = 64;

/// Why there is no evidence.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum FigureEvidenceError {
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error("the records cannot be read in order")]
    #[zh("无法按次序读取记录")]
    Lake(#[from] LakeError),
    #[error("the figures of a block cannot be computed")]
    #[zh("无法计算分块的指标值")]
    Run(#[from] trueline_figures::RunError),
    #[error("a definition has no canonical form")]
    #[zh("统计口径没有规范形式")]
    Json(#[from] trueline_verify::JsonError),
}

/// Gives the leaves of some rows of a batch: by dataset, batch and places.
pub type Leaves<'a> = dyn Fn(Dataset, &str, &[Range<u64>]) -> Vec<Hash> + Sync + 'a;

/// What the ledger knows of the batches of a lake.
#[derive(Clone, Copy)]
pub struct Commitments<'a> {
    pub leaves: &'a Leaves<'a>,
    /// The batches that were read, with the times at which they were committed to.
    pub inputs: &'a [BatchInput],
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
    /// Adds the populations of one of the periods that were counted, and the figures among `rows`
    /// that are printed.
    pub fn add_period(
        &mut self,
        counted: &CountedPeriods,
        period: usize,
        rows: &[&FigureRow],
    ) -> Result<(), FigureEvidenceError> {
        let mut places: BTreeMap<(Dataset, &str, &Slice), (usize, usize)> = BTreeMap::new();
        for count in &counted.datasets {
            let about = |row: &&&FigureRow| {
                row.basis.as_ref().is_some_and(|basis| basis.dataset == count.dataset)
            };
            let wanted: BTreeSet<(&str, &Slice)> = rows
                .iter()
                .filter(about)
                .filter_map(|row| Some((row.basis.as_ref()?.definition.as_str(), &row.slice)))
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let wanted: Vec<(&str, &Slice)> = wanted.into_iter().collect();
            let population = self.gather_population(count, period, &wanted)?;
            let number = self.populations.len();
            self.populations.push(population);
            for (at, (definition, slice)) in wanted.into_iter().enumerate() {
                places.insert((count.dataset, definition, slice), (number, at));
            }
        }
        for row in rows {
            self.figures.push(figure_used(row, &places));
        }
        Ok(())
    }

    fn gather_population(
        &mut self,
        count: &DatasetCount,
        period: usize,
        cells: &[(&str, &Slice)],
    ) -> Result<Population, FigureEvidenceError> {
        let mut numbers = BTreeMap::new();
        for definition in &count.request.definitions {
            numbers
                .insert(definition.id.clone(), self.number_definition(&count.request, definition)?);
        }
        let family = |ids: &Vec<String>| ids.iter().map(|id| numbers[id]).collect();
        let counted = &count.periods[period];
        let tallies = CellTallies::new(&counted.whole, cells);
        let quantiles: Vec<Vec<i64>> = cells
            .iter()
            .map(|(definition, slice)| tallies.get(definition, slice))
            .map(|tally| tally.map(columns::list_quantiles).unwrap_or_default())
            .collect();
        let block = |block: &counted::CountedBlock| EvidenceBlock {
            rows: block.rows,
            root: block.root.to_hex(),
            cells: columns_of(&block.answer, cells, &quantiles),
        };
        let roots: Vec<Hash> = counted.blocks.iter().map(|block| block.root).collect();
        Ok(Population {
            dataset: count.dataset.name().to_owned(),
            period: counted.period.name.clone(),
            from: counted.period.from,
            to: counted.period.to,
            rows: count.rows,
            root: (!roots.is_empty()).then(|| tree_root(&roots).to_hex()),
            block_rows: block_rows(count.rows),
            families: count.families.iter().map(family).collect(),
            cells: cells
                .iter()
                .map(|(id, slice)| EvidenceCell {
                    definition: numbers[*id],
                    slice: (*slice).clone(),
                })
                .collect(),
            blocks: counted.blocks.par_iter().map(block).collect(),
            lag: counted.lag.clone(),
        })
    }

    fn number_definition(
        &mut self,
        request: &Request,
        definition: &trueline_figures::FigureDefinition,
    ) -> Result<usize, FigureEvidenceError> {
        if let Some(at) = self.definitions.iter().position(|known| known.id == definition.id) {
            return Ok(at);
        }
        self.definitions.push(definition::describe_definition(request, definition)?);
        Ok(self.definitions.len() - 1)
    }
}

fn figure_used(
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
struct CellTallies<'a>(BTreeMap<(&'a str, &'a Slice), Tally>);

impl<'a> CellTallies<'a> {
    fn new(answer: &Answer, cells: &[(&'a str, &'a Slice)]) -> CellTallies<'a> {
        let mut groups: BTreeMap<(&str, Vec<&str>), Vec<&'a Slice>> = BTreeMap::new();
        for (definition, slice) in cells {
            let names = slice.keys().map(String::as_str).collect();
            groups.entry((definition, names)).or_default().push(slice);
        }
        let mut found = BTreeMap::new();
        for ((definition, names), slices) in groups {
            let mut all: BTreeMap<Slice, Tally> =
                answer.tallies_by(definition, &names).into_iter().collect();
            for slice in slices {
                if let Some(tally) = all.remove(slice) {
                    found.insert((definition, slice), tally);
                }
            }
        }
        CellTallies(found)
    }

    fn get(&self, definition: &'a str, slice: &'a Slice) -> Option<&Tally> {
        self.0.get(&(definition, slice))
    }
}

/// The columns of the cells of one block that are not zero.
fn columns_of(
    answer: &Answer,
    cells: &[(&str, &Slice)],
    quantiles: &[Vec<i64>],
) -> Vec<(usize, CellColumns)> {
    let tallies = CellTallies::new(answer, cells);
    let each = cells.iter().enumerate().filter_map(|(at, (definition, slice))| {
        let columns = columns::tally_columns(tallies.get(definition, slice)?, &quantiles[at]);
        (!columns.is_empty()).then_some((at, columns))
    });
    each.collect()
}

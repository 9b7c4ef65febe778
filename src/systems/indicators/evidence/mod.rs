//! Evidence: the populations that figures are about, and the partial figures of their blocks.
//!
//! A verifier recomputes what is written down here; `docs/evidence.md` describes the form.

mod block_counts;
mod block_size;
mod columns;
mod commitments;
mod counted;
mod definition;
mod error;
mod lag;
mod members;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use trueline_figures::{Answer, Request, Slice, Tally};
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{
    CellColumns, DefinitionUsed, EvidenceBlock, EvidenceCell, FigureUsed, Population,
};

use super::row::FigureRow;

use crate::datasets::Dataset;
use block_size::block_rows;
use counted::DatasetCount;

pub use block_counts::PopulationSource;
pub use commitments::{Commitments, Leaves};
pub use counted::CountedPeriods;
pub use error::FigureEvidenceError;
pub use members::Member;

/// The version of the rules that turn rows into partial figures. It changes when a row could count
/// differently.
pub const FIGURE_SEMANTICS: &str = "1";
/// The version of the form of rows and members.
pub const ROW_SEMANTICS: &str = "1";

/// The evidence gathered so far for the figures of one pack.
#[derive(Debug, Default)]
pub struct Gathered {
    pub definitions: Vec<DefinitionUsed>,
    pub populations: Vec<Population>,
    pub figures: Vec<FigureUsed>,
}

impl Gathered {
    /// Adds the populations of one of the counted periods, and the figures in `rows`.
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
            self.figures.push(describe_figure(row, &places));
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
            .map(|(definition, slice)| tallies.find_tally(definition, slice))
            .map(|tally| tally.map(columns::list_quantiles).unwrap_or_default())
            .collect();
        let block = |block: &counted::CountedBlock| EvidenceBlock {
            rows: block.rows,
            root: block.root.to_hex(),
            cells: list_columns(&block.answer, cells, &quantiles),
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

fn describe_figure(
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

    fn find_tally(&self, definition: &'a str, slice: &'a Slice) -> Option<&Tally> {
        self.0.get(&(definition, slice))
    }
}

/// The columns of the cells of one block that are not zero.
fn list_columns(
    answer: &Answer,
    cells: &[(&str, &Slice)],
    quantiles: &[Vec<i64>],
) -> Vec<(usize, CellColumns)> {
    let tallies = CellTallies::new(answer, cells);
    let each = cells.iter().enumerate().filter_map(|(at, (definition, slice))| {
        let columns =
            columns::list_tally_columns(tallies.find_tally(definition, slice)?, &quantiles[at]);
        (!columns.is_empty()).then_some((at, columns))
    });
    each.collect()
}

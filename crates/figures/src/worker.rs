//! One worker: takes batches, fills cells. Each row is judged once for each family it belongs to.
//!
//! Plans that differ only in their periods are worked on together: programs are evaluated once per
//! batch, and only cells and verdicts are each plan's own.

use arrow_array::RecordBatch;

use crate::batch_view::BatchView;
use crate::cell::{HotCell, WorkingCell};
use crate::compiled::CompiledPlan;
use crate::family_rules::{ClockFailure, Scratch};
use crate::intervals::{BatchIntervals, TextIds};
use crate::keys::{KeyReader, SliceKeys};
use crate::partial::{CellKey, Partial};
use crate::pass::FamilyPass;
use crate::plan::RequestPlan;

/// What one thread works with and has added up.
#[derive(Debug)]
pub(crate) struct Worker<'p> {
    /// At least one; they differ only in their periods.
    pub(crate) plans: &'p [RequestPlan],
    pub(crate) names: TextIds,
    keys: SliceKeys,
    pub(crate) intervals: BatchIntervals,
    pub(crate) scratch: Scratch,
    pub(crate) reader: Option<SchemaReader>,
    /// By plan.
    sums: Vec<PlanCells>,
}

/// The cells of one plan by family, then combination of keys × cell of time.
#[derive(Debug)]
struct PlanCells {
    hot: Vec<Vec<HotCell>>,
    cells: Vec<Vec<Option<Box<WorkingCell>>>>,
}

/// What is compiled for one schema, and how its keys are read.
#[derive(Debug)]
pub(crate) struct SchemaReader {
    pub(crate) compiled: CompiledPlan,
    keys: Vec<KeyReader>,
}

impl PlanCells {
    fn new(plan: &RequestPlan) -> PlanCells {
        PlanCells {
            hot: plan.families.iter().map(|_| Vec::new()).collect(),
            cells: plan.families.iter().map(|_| Vec::new()).collect(),
        }
    }
}

impl<'p> Worker<'p> {
    pub(crate) fn new(plans: &'p [RequestPlan]) -> Worker<'p> {
        let dimensions = plans.iter().take(1).flat_map(RequestPlan::place_dimensions);
        Worker {
            plans,
            names: TextIds::default(),
            keys: SliceKeys::new(dimensions),
            intervals: BatchIntervals::default(),
            scratch: Scratch::default(),
            reader: None,
            sums: plans.iter().map(PlanCells::new).collect(),
        }
    }

    /// Makes this the batch at hand.
    pub(crate) fn load_batch(&mut self, batch: RecordBatch) {
        let mut reader = match self.reader.take() {
            Some(reader) if reader.compiled.fits_schema(&batch) => reader,
            Some(_) | None => self.compile_schema(&batch),
        };
        self.intervals.load_batch(&batch, &mut self.names);
        reader.compiled.load_batch(batch);
        self.reader = Some(reader);
    }

    /// Adds up the batch at hand. An error names the family whose clock cannot be read.
    pub(crate) fn add_up(&mut self) -> Result<(), (usize, ClockFailure)> {
        let Some(reader) = &mut self.reader else {
            return Ok(());
        };
        let compiled = &mut reader.compiled;
        self.keys.load_batch(&compiled.columns, &mut reader.keys);
        for (plan, sums) in self.plans.iter().zip(&mut self.sums) {
            let view = BatchView {
                columns: &compiled.columns,
                programs: &compiled.programs,
                intervals: &self.intervals,
                zone: &plan.zone,
            };
            let wanted = self.keys.len() * plan.time.len();
            let each = plan.families.iter().zip(&mut compiled.rules).enumerate();
            for (index, (family, rules)) in each {
                let (hot, cells) = (&mut sums.hot[index], &mut sums.cells[index]);
                if cells.len() < wanted {
                    hot.resize_with(wanted, HotCell::default);
                    cells.resize_with(wanted, || None);
                }
                let mut pass = FamilyPass {
                    time: &plan.time,
                    family,
                    rules,
                    view,
                    names: &mut self.names,
                    scratch: &mut self.scratch,
                    hot,
                    cells,
                };
                let members = compiled.members.of_family(index);
                pass.add_up_rows(members, self.keys.row_combinations())
                    .map_err(|why| (index, why))?;
            }
        }
        Ok(())
    }

    fn compile_schema(&mut self, batch: &RecordBatch) -> SchemaReader {
        let mut compiled = CompiledPlan::new(&self.plans[0], batch, &mut self.names);
        SchemaReader { keys: self.keys.make_readers(&mut compiled.columns), compiled }
    }

    /// What was added up for each plan since the last call. Compiled programs are kept.
    pub(crate) fn finish_partials(&mut self) -> Vec<Partial> {
        let fresh: Vec<PlanCells> = self.plans.iter().map(PlanCells::new).collect();
        let done = std::mem::replace(&mut self.sums, fresh);
        let each = self.plans.iter().zip(done);
        each.map(|(plan, sums)| self.make_partial(plan, sums)).collect()
    }

    fn make_partial(&self, plan: &RequestPlan, sums: PlanCells) -> Partial {
        let mut partial = Partial::default();
        let times = plan.time.len();
        let families = sums.hot.into_iter().zip(sums.cells).enumerate();
        for (family, (hot, cells)) in families {
            let limit_sets = plan.families[family].limit_sets.len();
            for (place, (hot, cell)) in hot.into_iter().zip(cells).enumerate() {
                if hot.values.is_empty() && cell.is_none() {
                    continue;
                }
                let cell = cell.unwrap_or_else(|| Box::new(WorkingCell::new(limit_sets)));
                let key = CellKey {
                    family,
                    keys: self.keys.key_texts(place / times),
                    time: place % times,
                };
                partial.insert_part(key, cell.finish_part(hot, &self.names));
            }
        }
        partial
    }
}

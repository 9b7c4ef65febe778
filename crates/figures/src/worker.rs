//! One worker: takes batches, fills cells. Each row is judged once for each family it belongs to.
//!
//! Plans that differ in their periods alone are worked on together: what is compiled is evaluated
//! once a batch, and only cells and verdicts are each plan's own.

use arrow_array::RecordBatch;

use crate::cell::{Cell, HotCell};
use crate::compiled::Compiled;
use crate::intervals::{Intervals, Names};
use crate::judge::{Scratch, Stopped, View};
use crate::keys::{KeyReader, Keys};
use crate::partial::{CellKey, Partial};
use crate::pass::Pass;
use crate::plan::Plan;

/// What one thread works with and has added up.
#[derive(Debug)]
pub(crate) struct Worker<'p> {
    /// At least one; they differ in their periods alone.
    pub(crate) plans: &'p [Plan],
    pub(crate) names: Names,
    keys: Keys,
    pub(crate) intervals: Intervals,
    pub(crate) scratch: Scratch,
    pub(crate) reader: Option<Reader>,
    /// By plan.
    sums: Vec<PlanCells>,
}

/// The cells of one plan by family, then combination of keys × cell of time.
#[derive(Debug)]
struct PlanCells {
    hot: Vec<Vec<HotCell>>,
    cells: Vec<Vec<Option<Box<Cell>>>>,
}

/// What is compiled for one schema, and how its keys are read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) compiled: Compiled,
    keys: Vec<KeyReader>,
}

impl PlanCells {
    fn new(plan: &Plan) -> PlanCells {
        PlanCells {
            hot: plan.families.iter().map(|_| Vec::new()).collect(),
            cells: plan.families.iter().map(|_| Vec::new()).collect(),
        }
    }
}

impl<'p> Worker<'p> {
    pub(crate) fn new(plans: &'p [Plan]) -> Worker<'p> {
        let dimensions = plans.iter().take(1).flat_map(Plan::place_dimensions);
        Worker {
            plans,
            names: Names::default(),
            keys: Keys::new(dimensions),
            intervals: Intervals::default(),
            scratch: Scratch::default(),
            reader: None,
            sums: plans.iter().map(PlanCells::new).collect(),
        }
    }

    /// Makes a batch the one at hand.
    pub(crate) fn load(&mut self, batch: RecordBatch) {
        let mut reader = match self.reader.take() {
            Some(reader) if reader.compiled.fits(&batch) => reader,
            Some(_) | None => self.compile(&batch),
        };
        self.intervals.load(&batch, &mut self.names);
        reader.compiled.load(batch);
        self.reader = Some(reader);
    }

    /// Adds the batch at hand up. An error names the family whose clock cannot be read.
    pub(crate) fn add_up(&mut self) -> Result<(), (usize, Stopped)> {
        let Some(reader) = &mut self.reader else {
            return Ok(());
        };
        let compiled = &mut reader.compiled;
        self.keys.load(&compiled.columns, &mut reader.keys);
        for (plan, sums) in self.plans.iter().zip(&mut self.sums) {
            let view = View {
                columns: &compiled.columns,
                programs: &compiled.programs,
                intervals: &self.intervals,
                zone: &plan.zone,
            };
            let wanted = self.keys.len() * plan.time.len();
            let each = plan.families.iter().zip(&mut compiled.judges).enumerate();
            for (index, (family, judge)) in each {
                let (hot, cells) = (&mut sums.hot[index], &mut sums.cells[index]);
                if cells.len() < wanted {
                    hot.resize_with(wanted, HotCell::default);
                    cells.resize_with(wanted, || None);
                }
                let mut pass = Pass {
                    time: &plan.time,
                    family,
                    judge,
                    view,
                    names: &mut self.names,
                    scratch: &mut self.scratch,
                    hot,
                    cells,
                };
                let members = compiled.members.of(index);
                pass.run(members, self.keys.rows()).map_err(|why| (index, why))?;
            }
        }
        Ok(())
    }

    fn compile(&mut self, batch: &RecordBatch) -> Reader {
        let mut compiled = Compiled::new(&self.plans[0], batch, &mut self.names);
        Reader { keys: self.keys.readers(&mut compiled.columns), compiled }
    }

    /// What was added up for each plan since the last time; what is compiled is kept.
    pub(crate) fn finish(&mut self) -> Vec<Partial> {
        let fresh: Vec<PlanCells> = self.plans.iter().map(PlanCells::new).collect();
        let done = std::mem::replace(&mut self.sums, fresh);
        let each = self.plans.iter().zip(done);
        each.map(|(plan, sums)| self.partial(plan, sums)).collect()
    }

    fn partial(&self, plan: &Plan, sums: PlanCells) -> Partial {
        let mut partial = Partial::default();
        let times = plan.time.len();
        let families = sums.hot.into_iter().zip(sums.cells).enumerate();
        for (family, (hot, cells)) in families {
            let limit_sets = plan.families[family].limit_sets.len();
            for (place, (hot, cell)) in hot.into_iter().zip(cells).enumerate() {
                if hot.values.is_empty() && cell.is_none() {
                    continue;
                }
                let cell = cell.unwrap_or_else(|| Box::new(Cell::new(limit_sets)));
                let key =
                    CellKey { family, keys: self.keys.texts(place / times), time: place % times };
                partial.insert(key, cell.finish(hot, &self.names));
            }
        }
        partial
    }
}

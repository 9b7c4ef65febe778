//! One worker: takes batches, fills cells. Each row is judged once for each family it belongs to.

use arrow_array::RecordBatch;

use crate::cell::{Cell, HotCell};
use crate::compiled::Compiled;
use crate::intervals::{Intervals, Names};
use crate::judge::{Scratch, Stopped, View};
use crate::keys::{KeyReader, Keys};
use crate::partial::{CellKey, Partial};
use crate::pass::Pass;
use crate::plan::Plan;

/// What one thread has added up.
#[derive(Debug)]
pub(crate) struct Worker<'p> {
    plan: &'p Plan,
    names: Names,
    keys: Keys,
    intervals: Intervals,
    scratch: Scratch,
    reader: Option<Reader>,
    /// By family, then combination of keys × cell of time.
    hot: Vec<Vec<HotCell>>,
    cells: Vec<Vec<Option<Box<Cell>>>>,
}

/// What is compiled for one schema, and how its keys are read.
#[derive(Debug)]
struct Reader {
    compiled: Compiled,
    keys: Vec<KeyReader>,
}

impl<'p> Worker<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Worker<'p> {
        Worker {
            plan,
            names: Names::default(),
            keys: Keys::new(plan.place_dimensions()),
            intervals: Intervals::default(),
            scratch: Scratch::default(),
            reader: None,
            hot: plan.families.iter().map(|_| Vec::new()).collect(),
            cells: plan.families.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Adds a batch up. An error names the family whose clock cannot be read.
    pub(crate) fn absorb(&mut self, batch: RecordBatch) -> Result<(), (usize, Stopped)> {
        let mut reader = match self.reader.take() {
            Some(reader) if reader.compiled.fits(&batch) => reader,
            Some(_) | None => self.compile(&batch),
        };
        self.intervals.load(&batch, &mut self.names);
        let compiled = &mut reader.compiled;
        compiled.load(batch);
        self.keys.load(&compiled.columns, &mut reader.keys);
        let view = View {
            columns: &compiled.columns,
            programs: &compiled.programs,
            intervals: &self.intervals,
            zone: &self.plan.zone,
        };
        let wanted = self.keys.len() * self.plan.time.len();
        let each = self.plan.families.iter().zip(&mut compiled.judges).enumerate();
        for (index, (family, judge)) in each {
            let (hot, cells) = (&mut self.hot[index], &mut self.cells[index]);
            if cells.len() < wanted {
                hot.resize_with(wanted, HotCell::default);
                cells.resize_with(wanted, || None);
            }
            let mut pass = Pass {
                time: &self.plan.time,
                family,
                judge,
                view,
                names: &mut self.names,
                scratch: &mut self.scratch,
                hot,
                cells,
            };
            pass.run(compiled.members.of(index), self.keys.rows()).map_err(|why| (index, why))?;
        }
        self.reader = Some(reader);
        Ok(())
    }

    fn compile(&mut self, batch: &RecordBatch) -> Reader {
        let mut compiled = Compiled::new(self.plan, batch, &mut self.names);
        Reader { keys: self.keys.readers(&mut compiled.columns), compiled }
    }

    pub(crate) fn finish(self) -> Partial {
        let mut partial = Partial::default();
        let times = self.plan.time.len();
        let families = self.hot.into_iter().zip(self.cells).enumerate();
        for (family, (hot, cells)) in families {
            let limit_sets = self.plan.families[family].limit_sets.len();
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

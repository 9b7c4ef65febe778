//! One worker: takes batches, fills cells. Each row is judged once for each family it belongs to.

use arrow_array::RecordBatch;

use crate::cell::Cell;
use crate::columns::Columns;
use crate::definition::Exclusion;
use crate::intervals::{Intervals, Names};
use crate::judge::{Bench, Judge, Measured, Stopped, Wait, text_of};
use crate::keys::{KeyReader, Keys};
use crate::partial::{CellKey, Partial};
use crate::plan::{Family, Plan};
use crate::programs::{Programs, TRUE};

/// What one thread has added up.
#[derive(Debug)]
pub(crate) struct Worker<'p> {
    plan: &'p Plan,
    names: Names,
    keys: Keys,
    intervals: Intervals,
    reader: Option<Reader>,
    /// By family, then combination of keys × cell of time.
    cells: Vec<Vec<Option<Box<Cell>>>>,
}

/// Everything compiled for one schema.
#[derive(Debug)]
struct Reader {
    columns: Columns,
    programs: Programs,
    judges: Vec<Judge>,
    keys: Vec<KeyReader>,
}

impl<'p> Worker<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Worker<'p> {
        Worker {
            plan,
            names: Names::default(),
            keys: Keys::new(plan.place_dimensions()),
            intervals: Intervals::default(),
            reader: None,
            cells: plan.families.iter().map(|_| Vec::new()).collect(),
        }
    }

    pub(crate) fn absorb(&mut self, batch: RecordBatch) -> Result<(), (usize, Stopped)> {
        let mut reader = match self.reader.take() {
            Some(reader) if reader.columns.fits(&batch) => reader,
            Some(_) | None => self.compile(&batch),
        };
        self.intervals.load(&batch, &mut self.names);
        reader.columns.load(batch);
        reader.programs.evaluate(&reader.columns);
        self.keys.load(&reader.columns, &mut reader.keys);
        let mut bench = Bench {
            columns: &reader.columns,
            programs: &reader.programs,
            intervals: &self.intervals,
            zone: &self.plan.zone,
            pauses: Vec::new(),
            marked: Vec::new(),
        };
        let each = self.plan.families.iter().zip(&reader.judges).enumerate();
        for (index, (family, judge)) in each {
            let cells = &mut self.cells[index];
            let wanted = self.keys.len() * self.plan.time.len();
            if cells.len() < wanted {
                cells.resize_with(wanted, || None);
            }
            let mut pass = Pass {
                plan: self.plan,
                family,
                judge,
                names: &mut self.names,
                cells,
            };
            pass.run(&mut bench, self.keys.rows())
                .map_err(|why| (index, why))?;
        }
        self.reader = Some(reader);
        Ok(())
    }

    fn compile(&mut self, batch: &RecordBatch) -> Reader {
        let mut columns = Columns::new(batch.schema_ref());
        let mut programs = Programs::new(self.plan.zone.clone());
        let judges = self
            .plan
            .families
            .iter()
            .map(|family| Judge::new(family, &mut programs, &mut columns, &mut self.names));
        let judges = judges.collect();
        Reader {
            judges,
            keys: self.keys.readers(&mut columns),
            columns,
            programs,
        }
    }

    pub(crate) fn finish(self) -> Partial {
        let mut partial = Partial::default();
        let times = self.plan.time.len();
        for (family, cells) in self.cells.into_iter().enumerate() {
            for (place, cell) in cells.into_iter().enumerate() {
                let Some(cell) = cell else { continue };
                let key = CellKey {
                    family,
                    keys: self.keys.texts(place / times),
                    time: place % times,
                };
                partial.insert(key, cell.finish(&self.names));
            }
        }
        partial
    }
}

/// One family over one batch.
struct Pass<'a> {
    plan: &'a Plan,
    family: &'a Family,
    judge: &'a Judge,
    names: &'a mut Names,
    cells: &'a mut [Option<Box<Cell>>],
}

impl Pass<'_> {
    fn run(&mut self, bench: &mut Bench<'_>, keys: &[u32]) -> Result<(), Stopped> {
        let programs = bench.programs;
        let population = programs.truth(self.judge.population);
        let moments = programs.whole(self.judge.moment);
        let waits = self.family.ruler.is_some();
        for row in 0..population.len() {
            if population[row] != TRUE {
                continue;
            }
            let first = keys[row] as usize * self.plan.time.len();
            if let Some(time) = self.plan.time.cell(moments[row]) {
                self.count(bench, row, first + time)?;
            }
            if waits && let Some(wait) = self.judge.wait(bench, row) {
                self.count_open(bench, row, wait, first)?;
            }
        }
        Ok(())
    }

    fn cell(&mut self, place: usize) -> &mut Cell {
        let limit_sets = self.family.limit_sets.len();
        self.cells[place].get_or_insert_with(|| Box::new(Cell::new(limit_sets)))
    }

    #[inline]
    fn count(&mut self, bench: &mut Bench<'_>, row: usize, place: usize) -> Result<(), Stopped> {
        let excluded = self.judge.exclusion(bench, row);
        let measured = self.judge.measure(self.family, bench, row)?;
        if let Some(excluded) = excluded {
            return self.leave_out(bench, row, place, (excluded, measured));
        }
        let Some(measured) = measured else {
            self.cell(place).sums.unmeasurable += 1;
            return Ok(());
        };
        let keeps = self.family.measure.has_values();
        let sums = &mut self.cell(place).sums;
        sums.count(measured);
        if keeps {
            sums.keep(measured.value);
        }
        if self.family.ruler.is_some() {
            self.count_late(bench, row, place, measured)?;
            if !bench.pauses.is_empty() {
                self.count_pauses(bench, row, place, measured)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn count_late(
        &mut self,
        bench: &mut Bench<'_>,
        row: usize,
        place: usize,
        measured: Measured,
    ) -> Result<(), Stopped> {
        for set in 0..self.family.limit_sets.len() {
            let (limited, late) = self.is_late(bench, set, row, measured.value)?;
            let sums = &mut self.cell(place).sums.limits[set];
            sums.limited += u64::from(limited);
            sums.late += u64::from(late);
        }
        Ok(())
    }

    /// Whether the row has a limit, and whether it is past one.
    #[inline]
    fn is_late(
        &self,
        bench: &mut Bench<'_>,
        set: usize,
        row: usize,
        value: i64,
    ) -> Result<(bool, bool), Stopped> {
        let Some(wait) = self.judge.wait(bench, row) else {
            return Ok((false, false));
        };
        let mut pauses = std::mem::take(&mut bench.pauses);
        let mut found = (false, false);
        for (_, _, limit) in self.judge.limits(bench, set, row) {
            let stand = (wait.stop, value);
            let past = Judge::is_past(self.family, limit, wait.start, stand, &mut pauses)?;
            found = (true, found.1 || past);
        }
        bench.pauses = pauses;
        Ok(found)
    }

    fn leave_out(
        &mut self,
        bench: &mut Bench<'_>,
        row: usize,
        place: usize,
        (excluded, measured): (usize, Option<Measured>),
    ) -> Result<(), Stopped> {
        let (reason, is_approved) = reason(&self.family.exclusions[excluded], bench, row);
        let reason = self.names.id(&reason);
        self.cell(place).exclude(reason, is_approved);
        let Some(measured) = measured else {
            return Ok(());
        };
        let extra = &mut self.cell(place).sums.left_out;
        extra.add(measured.weight, measured.value, measured.value);
        if self.family.ruler.is_some() {
            for set in 0..self.family.limit_sets.len() {
                let (_, late) = self.is_late(bench, set, row, measured.value)?;
                self.cell(place).sums.limits[set].late_left_out += u64::from(late);
            }
        }
        Ok(())
    }

    fn count_pauses(
        &mut self,
        bench: &mut Bench<'_>,
        row: usize,
        place: usize,
        measured: Measured,
    ) -> Result<(), Stopped> {
        let gained = measured.bare - measured.value;
        self.cell(place).sums.paused.add(0, gained, measured.bare);
        for set in 0..self.family.limit_sets.len() {
            let (_, late) = self.is_late(bench, set, row, measured.value)?;
            let pauses = std::mem::take(&mut bench.pauses);
            let (_, late_bare) = self.is_late(bench, set, row, measured.bare)?;
            bench.pauses = pauses;
            let sums = &mut self.cell(place).sums.limits[set];
            sums.late_without_pauses += u64::from(late_bare && !late);
        }
        let mut taken: Vec<((u32, u32), i64, bool)> = Vec::new();
        let intervals = bench.intervals;
        self.judge
            .each_pause(self.family, bench, row, |at, seconds| {
                if seconds > 0 {
                    let under = (intervals.kinds[at], intervals.reasons[at]);
                    taken.push((under, seconds, intervals.approved[at]));
                }
            })?;
        for (index, (under, seconds, is_approved)) in taken.iter().enumerate() {
            let is_first = taken[..index].iter().all(|earlier| earlier.0 != *under);
            let pauses = self.cell(place).pauses(*under);
            pauses.rows += u64::from(is_first);
            pauses.seconds += seconds;
            pauses.seconds_without_approver += if *is_approved { 0 } else { *seconds };
        }
        Ok(())
    }

    /// Counts the row into every cell of time at whose end it was open.
    #[inline]
    fn count_open(
        &mut self,
        bench: &mut Bench<'_>,
        row: usize,
        wait: Wait,
        first: usize,
    ) -> Result<(), Stopped> {
        let time = &self.plan.time;
        let open = time.ends_at_most(wait.start)..time.ends_at_most(wait.ends);
        if open.is_empty() || self.judge.exclusion(bench, row).is_some() {
            return Ok(());
        }
        for cell in open {
            self.count_open_at(bench, row, wait, (time.end(cell), first + cell))?;
        }
        Ok(())
    }

    fn count_open_at(
        &mut self,
        bench: &mut Bench<'_>,
        row: usize,
        wait: Wait,
        (end, place): (i64, usize),
    ) -> Result<(), Stopped> {
        let Some(ruler) = &self.family.ruler else {
            return Ok(());
        };
        self.judge.gather_pauses(bench, row);
        let mut pauses = std::mem::take(&mut bench.pauses);
        let age = crate::judge::readable(ruler.elapsed(wait.start, end, &mut pauses))?;
        let Some(age) = age else {
            bench.pauses = pauses;
            return Ok(());
        };
        for set in 0..self.family.limit_sets.len() {
            let mut past = false;
            for (_, _, limit) in self.judge.limits(bench, set, row) {
                let stand = (end, age);
                past |= Judge::is_past(self.family, limit, wait.start, stand, &mut pauses)?;
            }
            let sums = &mut self.cell(place).sums.limits[set];
            sums.open_past += u64::from(past);
        }
        let sums = &mut self.cell(place).sums;
        sums.open += 1;
        sums.oldest = sums.oldest.max(Some(age));
        bench.pauses = pauses;
        Ok(())
    }
}

/// Why an excluded row is left out, and whether somebody approved it.
pub(crate) fn reason(exclusion: &Exclusion, bench: &Bench<'_>, row: usize) -> (String, bool) {
    let reason = text_of(bench, &exclusion.reason, row).unwrap_or_default();
    let approver = exclusion
        .approved_by
        .as_ref()
        .and_then(|by| text_of(bench, by, row));
    (reason, approver.is_some_and(|by| !by.is_empty()))
}

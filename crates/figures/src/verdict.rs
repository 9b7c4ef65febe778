//! What every definition makes of each row, for whoever must say of one case how it was counted.
//!
//! The same judges as the run, asked row by row; rows that no family has to do with cost nothing.

use arrow_array::RecordBatch;

use crate::answer::Answer;
use crate::intervals::Names;
use crate::judge::{Judge, MeasurePrograms, Measured, Scratch, Stand, Stopped, View, readable};
use crate::plan::{Family, Plan};
use crate::programs::NULL;
use crate::run::{RunError, stopped};
use crate::worker::Worker;

/// What one family of definitions makes of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The number of the family, as [`crate::Prepared::families`] lists them.
    pub family: usize,
    /// The moment that puts the row into the period; `None` for one that is only open at its end.
    pub moment: Option<i64>,
    pub ruling: Ruling,
    /// Seconds on the clock, the scaled amount, 1 or 0 of a share, the numerator of a ratio.
    pub value: Option<i64>,
    /// Bit `k` is set if the row is past the limits of the family's definition `k`.
    pub late: u64,
    /// Seconds on the clock at the end of the period, if the row was open then.
    pub open: Option<i64>,
}

/// A moment that a row states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    pub row: usize,
    /// What would put the row into a period.
    pub moment: i64,
    /// Its clock has stopped, so it is over. Where nothing runs by a clock, every row is.
    pub is_over: bool,
}

/// Whether a row is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    Counted,
    Excluded {
        /// The reason's number, for [`Counter::reason`].
        reason: u32,
        is_approved: bool,
    },
    Unmeasurable,
    /// Not in the period, but open at its end.
    OnlyOpen,
}

/// The verdicts on the rows of a batch.
#[derive(Debug, Default)]
pub struct RowVerdicts {
    /// By family, then by row.
    verdicts: Vec<Verdict>,
    rows: Vec<u32>,
    /// Places in `verdicts` by row, then by family.
    order: Vec<u32>,
    /// Where each row's places end in `order`.
    ends: Vec<u32>,
}

impl RowVerdicts {
    /// The verdicts on a row, in the order of the families.
    pub fn of(&self, row: usize) -> impl ExactSizeIterator<Item = &Verdict> + Clone {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        let places = &self.order[from as usize..self.ends[row] as usize];
        places.iter().map(|place| &self.verdicts[*place as usize])
    }

    fn clear(&mut self) {
        self.verdicts.clear();
        self.rows.clear();
    }

    /// Puts what was pushed family by family in the order of so many rows.
    fn sort(&mut self, rows: usize) {
        self.ends.clear();
        self.ends.resize(rows + 1, 0);
        for row in &self.rows {
            self.ends[*row as usize + 1] += 1;
        }
        for row in 0..rows {
            self.ends[row + 1] += self.ends[row];
        }
        // From here on `ends[row]` is where the next verdict on that row goes, so that in the end
        // it is where they end.
        self.ends.pop();
        self.order.clear();
        self.order.resize(self.rows.len(), 0);
        for (place, row) in self.rows.iter().enumerate() {
            let next = &mut self.ends[*row as usize];
            self.order[*next as usize] = place as u32;
            *next += 1;
        }
    }
}

/// One thread at work on batches: says how each row is counted, and adds up.
#[derive(Debug)]
pub struct Counter<'p> {
    worker: Worker<'p>,
}

impl<'p> Counter<'p> {
    pub(crate) fn new(plans: &'p [Plan]) -> Counter<'p> {
        Counter { worker: Worker::new(plans) }
    }

    /// Makes a batch the one at hand.
    pub fn load(&mut self, batch: RecordBatch) {
        self.worker.load(batch);
    }

    /// Adds the batch at hand up, in every period.
    pub fn add_up(&mut self) -> Result<(), RunError> {
        self.worker.add_up().map_err(|why| stopped(&self.worker.plans[0], why))
    }

    /// What the batches add up to that were added up since the last time; an answer a period.
    pub fn answers(&mut self) -> Vec<Answer> {
        let partials = self.worker.finish();
        let each = self.worker.plans.iter().zip(partials);
        each.map(|(plan, partial)| Answer::new(plan, partial)).collect()
    }

    /// The verdicts on every row of the batch at hand, in one of the periods.
    pub fn verdicts(&mut self, period: usize, found: &mut RowVerdicts) -> Result<(), RunError> {
        found.clear();
        let worker = &mut self.worker;
        let plans = worker.plans;
        let plan = &plans[period];
        let Some(reader) = &mut worker.reader else {
            found.sort(0);
            return Ok(());
        };
        let compiled = &mut reader.compiled;
        let view = View {
            columns: &compiled.columns,
            programs: &compiled.programs,
            intervals: &worker.intervals,
            zone: &plan.zone,
        };
        for (number, family) in plan.families.iter().enumerate() {
            let sets = plan.definitions.iter().filter(|(_, of, _)| *of == number);
            let mut bench = Bench {
                plan,
                number,
                family,
                sets: sets.map(|(_, _, set)| *set).collect(),
                judge: &mut compiled.judges[number],
                view,
                names: &mut worker.names,
                scratch: &mut worker.scratch,
            };
            for row in compiled.members.of(number) {
                let verdict = bench.verdict(*row as usize);
                if let Some(verdict) = verdict.map_err(|why| stopped(plan, (number, why)))? {
                    found.verdicts.push(verdict);
                    found.rows.push(*row);
                }
            }
        }
        found.sort(compiled.columns.rows());
        Ok(())
    }

    /// The text of the reason of an exclusion.
    pub fn reason(&self, number: u32) -> &str {
        self.worker.names.text(number)
    }

    /// The moments by which families would put rows of the batch at hand into a period, whichever
    /// it is, in the order of the families.
    pub fn moments(&self) -> Vec<Stated> {
        let mut stated = Vec::new();
        let mut families = self.worker.plans.iter().flat_map(|plan| &plan.families);
        let has_clock = families.any(|family| family.ruler.is_some());
        let compiled = self.worker.reader.iter().map(|reader| &reader.compiled);
        for compiled in compiled {
            for (number, judge) in compiled.judges.iter().enumerate() {
                let whole = |program| compiled.programs.whole(program);
                let moments = whole(judge.moment);
                let stops = match &judge.measure {
                    MeasurePrograms::Waited(clock) => Some(whole(clock.stop)),
                    _ => None,
                };
                for row in compiled.members.of(number).iter().map(|row| *row as usize) {
                    let moment = Some(moments[row]).filter(|moment| *moment != NULL);
                    let is_over = stops.map_or(!has_clock, |stops| stops[row] != NULL);
                    stated.extend(moment.map(|moment| Stated { row, moment, is_over }));
                }
            }
        }
        stated
    }
}

/// One family at work on one batch.
struct Bench<'a> {
    plan: &'a Plan,
    number: usize,
    family: &'a Family,
    /// The set of limits of each of the family's definitions.
    sets: Vec<usize>,
    judge: &'a mut Judge,
    view: View<'a>,
    names: &'a mut Names,
    scratch: &'a mut Scratch,
}

impl Bench<'_> {
    /// `None` for a row that is neither in the period nor open at its end.
    #[inline]
    fn verdict(&mut self, row: usize) -> Result<Option<Verdict>, Stopped> {
        let view = self.view;
        let moment = view.programs.whole(self.judge.moment)[row];
        let is_inside = self.plan.time.cell(moment).is_some();
        let is_open = self.is_open(row);
        if !is_inside && !is_open {
            return Ok(None);
        }
        let excluded = self.judge.exclusion(view, row);
        let open = if excluded.is_some() || !is_open { None } else { self.open(row)? };
        if !is_inside && open.is_none() {
            return Ok(None);
        }
        let mut verdict = Verdict {
            family: self.number,
            moment: is_inside.then_some(moment),
            ruling: Ruling::OnlyOpen,
            value: None,
            late: 0,
            open,
        };
        if !is_inside {
            return Ok(Some(verdict));
        }
        let measured = self.judge.measure(self.family, view, row, self.scratch)?;
        verdict.value = measured.map(|measured| measured.value);
        verdict.ruling = match (excluded, measured) {
            (Some(excluded), _) => {
                let (reason, is_approved) = self.judge.reason(excluded, view, row, self.names);
                Ruling::Excluded { reason, is_approved }
            }
            (None, None) => Ruling::Unmeasurable,
            (None, Some(measured)) => {
                verdict.late = self.late(row, measured)?;
                Ruling::Counted
            }
        };
        Ok(Some(verdict))
    }

    /// Whether the row waits at the end of the period.
    fn is_open(&self, row: usize) -> bool {
        let end = self.end();
        let wait = self.family.ruler.as_ref().and_then(|_| self.judge.wait(self.view, row));
        wait.is_some_and(|wait| wait.start < end && wait.ends >= end)
    }

    fn end(&self) -> i64 {
        self.plan.time.end(self.plan.time.len() - 1)
    }

    fn open(&mut self, row: usize) -> Result<Option<i64>, Stopped> {
        let (Some(ruler), Some(wait)) = (&self.family.ruler, self.judge.wait(self.view, row))
        else {
            return Ok(None);
        };
        let end = self.end();
        self.judge.gather_pauses(self.view, row, self.scratch);
        readable(ruler.elapsed_seconds(wait.start, end, &mut self.scratch.pauses))
    }

    fn late(&mut self, row: usize, measured: Measured) -> Result<u64, Stopped> {
        let Some(wait) = self.judge.wait(self.view, row) else {
            return Ok(0);
        };
        let mut late = 0;
        for (bit, set) in self.sets.iter().enumerate().take(64) {
            // Limits on elapsed time do not look at pauses.
            self.scratch.pauses.clear();
            if !self.judge.limit_sets[*set].are_elapsed() {
                self.judge.gather_pauses(self.view, row, self.scratch);
            }
            let stand = Stand { start: wait.start, at: wait.stop, value: measured.value };
            let asked = (stand, self.scratch.pauses.as_mut_slice());
            let (_, past) = self.judge.is_late(self.family, self.view, (*set, row), asked)?;
            late |= u64::from(past) << bit;
        }
        Ok(late)
    }
}

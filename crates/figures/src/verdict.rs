//! How every definition counts each row, for whoever must show how one case was counted.
//!
//! The same rules as in the run are asked row by row; rows that belong to no family cost nothing.

use arrow_array::RecordBatch;

use crate::answer::Answer;
use crate::batch_view::BatchView;
use crate::columns::NULL;
use crate::family_rules::{
    ClockFailure, FamilyRules, LateQuestion, MeasurePrograms, MeasuredRow, Scratch, WaitState,
    none_if_row_fails,
};
use crate::intervals::TextIds;
use crate::plan::{Family, RequestPlan};
use crate::run_error::{RunError, clock_error};
use crate::worker::Worker;

/// How one family of definitions counts one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowVerdict {
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
pub struct StatedMoment {
    pub row: usize,
    /// The moment that would put the row into a period.
    pub moment: i64,
    /// Whether its clock has stopped. If no family has a clock, every row is over.
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
pub struct BatchVerdicts {
    /// By family, then by row.
    verdicts: Vec<RowVerdict>,
    rows: Vec<u32>,
    /// Places in `verdicts` by row, then by family.
    order: Vec<u32>,
    /// Where each row's places end in `order`.
    ends: Vec<u32>,
}

impl BatchVerdicts {
    /// The verdicts on a row, in the order of the families.
    pub fn verdicts_on(&self, row: usize) -> impl ExactSizeIterator<Item = &RowVerdict> + Clone {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        let places = &self.order[from as usize..self.ends[row] as usize];
        places.iter().map(|place| &self.verdicts[*place as usize])
    }

    fn clear_rows(&mut self) {
        self.verdicts.clear();
        self.rows.clear();
    }

    /// Sorts the verdicts, which were pushed family by family, by row.
    fn sort_by_row(&mut self, rows: usize) {
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

/// The work of one thread on batches: it says how each row is counted, and adds the rows up.
#[derive(Debug)]
pub struct Counter<'p> {
    worker: Worker<'p>,
}

impl<'p> Counter<'p> {
    pub(crate) fn new(plans: &'p [RequestPlan]) -> Counter<'p> {
        Counter { worker: Worker::new(plans) }
    }

    /// Makes this the batch at hand.
    pub fn load_batch(&mut self, batch: RecordBatch) {
        self.worker.load_batch(batch);
    }

    /// Adds up the batch at hand, in every period.
    pub fn add_up(&mut self) -> Result<(), RunError> {
        self.worker.add_up().map_err(|why| clock_error(&self.worker.plans[0], why))
    }

    /// The answers for the batches added up since the last call, one per period.
    pub fn take_answers(&mut self) -> Vec<Answer> {
        let partials = self.worker.finish_partials();
        let each = self.worker.plans.iter().zip(partials);
        each.map(|(plan, partial)| Answer::new(plan, partial)).collect()
    }

    /// The verdicts on every row of the batch at hand, in one of the periods.
    pub fn find_verdicts(
        &mut self,
        period: usize,
        found: &mut BatchVerdicts,
    ) -> Result<(), RunError> {
        found.clear_rows();
        let worker = &mut self.worker;
        let plans = worker.plans;
        let plan = &plans[period];
        let Some(reader) = &mut worker.reader else {
            found.sort_by_row(0);
            return Ok(());
        };
        let compiled = &mut reader.compiled;
        let view = BatchView {
            columns: &compiled.columns,
            programs: &compiled.programs,
            intervals: &worker.intervals,
            zone: &plan.zone,
        };
        for (number, family) in plan.families.iter().enumerate() {
            let sets = plan.definitions.iter().filter(|(_, of, _)| *of == number);
            let mut verdicts = FamilyVerdicts {
                plan,
                number,
                family,
                sets: sets.map(|(_, _, set)| *set).collect(),
                rules: &mut compiled.rules[number],
                view,
                names: &mut worker.names,
                scratch: &mut worker.scratch,
            };
            for row in compiled.members.of_family(number) {
                let verdict = verdicts.row_verdict(*row as usize);
                if let Some(verdict) = verdict.map_err(|why| clock_error(plan, (number, why)))? {
                    found.verdicts.push(verdict);
                    found.rows.push(*row);
                }
            }
        }
        found.sort_by_row(compiled.columns.row_count());
        Ok(())
    }

    /// The text of the reason of an exclusion.
    pub fn reason_text(&self, number: u32) -> &str {
        self.worker.names.text_of(number)
    }

    /// The moments by which families would put rows of the batch at hand into some period, in the
    /// order of the families.
    pub fn stated_moments(&self) -> Vec<StatedMoment> {
        let mut stated = Vec::new();
        let mut families = self.worker.plans.iter().flat_map(|plan| &plan.families);
        let has_clock = families.any(|family| family.ruler.is_some());
        let compiled = self.worker.reader.iter().map(|reader| &reader.compiled);
        for compiled in compiled {
            for (number, rules) in compiled.rules.iter().enumerate() {
                let whole = |program| compiled.programs.whole_values(program);
                let moments = whole(rules.moment);
                let stops = match &rules.measure {
                    MeasurePrograms::Waited(clock) => Some(whole(clock.stop)),
                    _ => None,
                };
                for row in compiled.members.of_family(number).iter().map(|row| *row as usize) {
                    let moment = Some(moments[row]).filter(|moment| *moment != NULL);
                    let is_over = stops.map_or(!has_clock, |stops| stops[row] != NULL);
                    stated.extend(moment.map(|moment| StatedMoment { row, moment, is_over }));
                }
            }
        }
        stated
    }
}

/// One family at work on one batch.
struct FamilyVerdicts<'a> {
    plan: &'a RequestPlan,
    number: usize,
    family: &'a Family,
    /// The set of limits of each of the family's definitions.
    sets: Vec<usize>,
    rules: &'a mut FamilyRules,
    view: BatchView<'a>,
    names: &'a mut TextIds,
    scratch: &'a mut Scratch,
}

impl FamilyVerdicts<'_> {
    /// `None` for a row that is neither in the period nor open at its end.
    #[inline]
    fn row_verdict(&mut self, row: usize) -> Result<Option<RowVerdict>, ClockFailure> {
        let view = self.view;
        let moment = view.programs.whole_values(self.rules.moment)[row];
        let is_inside = self.plan.time.cell_of(moment).is_some();
        let is_open = self.is_open(row);
        if !is_inside && !is_open {
            return Ok(None);
        }
        let excluded = self.rules.find_exclusion(view, row);
        let open = if excluded.is_some() || !is_open { None } else { self.open_seconds(row)? };
        if !is_inside && open.is_none() {
            return Ok(None);
        }
        let mut verdict = RowVerdict {
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
        let measured = self.rules.measure_row(self.family, view, row, self.scratch)?;
        verdict.value = measured.map(|measured| measured.value);
        verdict.ruling = match (excluded, measured) {
            (Some(excluded), _) => {
                let (reason, is_approved) =
                    self.rules.exclusion_reason(excluded, view, row, self.names);
                Ruling::Excluded { reason, is_approved }
            }
            (None, None) => Ruling::Unmeasurable,
            (None, Some(measured)) => {
                verdict.late = self.late_bits(row, measured)?;
                Ruling::Counted
            }
        };
        Ok(Some(verdict))
    }

    /// Whether the row waits at the end of the period.
    fn is_open(&self, row: usize) -> bool {
        let end = self.period_end();
        let wait = self.family.ruler.as_ref().and_then(|_| self.rules.find_wait(self.view, row));
        wait.is_some_and(|wait| wait.start < end && wait.ends >= end)
    }

    fn period_end(&self) -> i64 {
        self.plan.time.cell_end(self.plan.time.len() - 1)
    }

    fn open_seconds(&mut self, row: usize) -> Result<Option<i64>, ClockFailure> {
        let (Some(ruler), Some(wait)) = (&self.family.ruler, self.rules.find_wait(self.view, row))
        else {
            return Ok(None);
        };
        let end = self.period_end();
        self.rules.gather_pauses(self.view, row, self.scratch);
        none_if_row_fails(ruler.elapsed_seconds(wait.start, end, &mut self.scratch.pauses))
    }

    fn late_bits(&mut self, row: usize, measured: MeasuredRow) -> Result<u64, ClockFailure> {
        let Some(wait) = self.rules.find_wait(self.view, row) else {
            return Ok(0);
        };
        let mut late = 0;
        for (bit, set) in self.sets.iter().enumerate().take(64) {
            // Limits on elapsed time do not look at pauses.
            self.scratch.pauses.clear();
            if !self.rules.limit_sets[*set].are_elapsed() {
                self.rules.gather_pauses(self.view, row, self.scratch);
            }
            let state = WaitState { start: wait.start, at: wait.stop, value: measured.value };
            let asked = LateQuestion { set: *set, row, state };
            let pauses = self.scratch.pauses.as_mut_slice();
            let found = self.rules.find_lateness(self.family, self.view, asked, pauses)?;
            late |= u64::from(found.is_late) << bit;
        }
        Ok(late)
    }
}

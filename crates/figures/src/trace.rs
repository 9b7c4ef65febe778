//! The rows behind a figure: what became of each, and what its clock showed.

use arrow_array::RecordBatch;
use trueline_clock::{OPEN, Pause};

use crate::batch_view::BatchView;
use crate::columns::{BatchColumns, NULL};
use crate::definition::{LimitSource, Request};
use crate::family_rules::{
    ClockFailure, FamilyRules, MeasuredRow, Scratch, Wait, none_if_row_fails,
};
use crate::intervals::{BatchIntervals, TextIds};
use crate::plan::{Family, RequestPlan};
use crate::programs::{Programs, TRUE, TruthProgram};
use crate::run_error::RunError;

/// How a definition counts one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    pub outcome: RowOutcome,
    /// The clock's start and stop, for measures that wait.
    pub start: Option<i64>,
    pub stop: Option<i64>,
    /// Seconds on the clock, the scaled amount, 1 or 0 of a share, the numerator of a ratio.
    pub value: Option<i64>,
    /// The same with no pause subtracted.
    pub without_pauses: Option<i64>,
    /// The limit that is passed first, when it is due, and how many seconds the row is late.
    pub limit: Option<LimitStanding>,
    /// Seconds on the clock at the end of the period, if the row was open then.
    pub open: Option<i64>,
}

/// Where a row stands against the limit that it passes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitStanding {
    pub bound: LimitSource,
    /// The last instant on time.
    pub due: i64,
    /// 0 when it is on time. Seconds of the clock for a limit on elapsed time, else natural ones.
    pub late_by: i64,
}

/// Whether a row is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    Counted,
    Excluded {
        reason: String,
        is_approved: bool,
    },
    Unmeasurable,
    /// Not in the population, or not in the period.
    OutOfScope,
}

impl TracedRow {
    pub fn is_late(&self) -> bool {
        self.limit.as_ref().is_some_and(|limit| limit.late_by > 0)
    }
}

/// How one definition of a request counts each row of a batch, in order.
///
/// `None` if the request has no such definition.
pub fn trace_rows(
    request: &Request,
    definition: &str,
    batch: &RecordBatch,
) -> Result<Option<Vec<TracedRow>>, RunError> {
    let Some(found) = request.definitions.iter().find(|d| d.id == definition) else {
        return Ok(None);
    };
    let plan = RequestPlan::new(&Request {
        definitions: vec![found.clone()],
        dimensions: Vec::new(),
        ..request.clone()
    })?;
    let family = &plan.families[0];
    let mut names = TextIds::default();
    let mut columns = BatchColumns::new(batch.schema_ref());
    let mut programs = Programs::new(plan.zone.clone());
    let mut rules = FamilyRules::new(family, &mut programs, &mut columns, &mut names);
    let population = programs.add_truth(&family.population, &mut columns);
    let mut intervals = BatchIntervals::default();
    intervals.load_batch(batch, &mut names);
    columns.load_batch(batch.clone());
    programs.evaluate_batch(&columns);
    let mut tracer = Tracer {
        plan: &plan,
        family,
        population,
        rules: &mut rules,
        names: &mut names,
        view: BatchView {
            columns: &columns,
            programs: &programs,
            intervals: &intervals,
            zone: &plan.zone,
        },
        scratch: Scratch::default(),
    };
    let rows: Result<Vec<TracedRow>, ClockFailure> =
        (0..columns.row_count()).map(|row| tracer.trace_row(row)).collect();
    let rows =
        rows.map_err(|source| RunError::Clock { definition: definition.to_owned(), source })?;
    Ok(Some(rows))
}

struct Tracer<'a> {
    plan: &'a RequestPlan,
    family: &'a Family,
    population: TruthProgram,
    rules: &'a mut FamilyRules,
    names: &'a mut TextIds,
    view: BatchView<'a>,
    scratch: Scratch,
}

impl Tracer<'_> {
    fn trace_row(&mut self, row: usize) -> Result<TracedRow, ClockFailure> {
        let view = self.view;
        let in_population = view.programs.truth_bytes(self.population)[row] == TRUE;
        let moment = view.programs.whole_values(self.rules.moment)[row];
        let wait = self.rules.find_wait(view, row);
        let measured = self.rules.measure_row(self.family, view, row, &mut self.scratch)?;
        let excluded = self.rules.find_exclusion(view, row);
        let outcome = if !in_population || self.plan.time.cell_of(moment).is_none() {
            RowOutcome::OutOfScope
        } else if let Some(excluded) = excluded {
            let (reason, is_approved) =
                self.rules.exclusion_reason(excluded, view, row, self.names);
            RowOutcome::Excluded { reason: self.names.text_of(reason).to_owned(), is_approved }
        } else if measured.is_none() {
            RowOutcome::Unmeasurable
        } else {
            RowOutcome::Counted
        };
        let open = match wait {
            Some(wait) if in_population && excluded.is_none() => self.open_at_end(row, wait)?,
            Some(_) | None => None,
        };
        Ok(TracedRow {
            outcome,
            start: wait.map(|wait| wait.start),
            stop: wait.map(|wait| wait.stop).filter(|stop| *stop != NULL),
            value: measured.map(|measured| measured.value),
            without_pauses: measured.map(|measured| measured.bare),
            limit: match wait {
                Some(wait) if in_population => self.find_standing(row, wait, measured)?,
                Some(_) | None => None,
            },
            open,
        })
    }

    fn row_pauses(&mut self, row: usize) -> Vec<Pause> {
        self.rules.gather_pauses(self.view, row, &mut self.scratch);
        self.scratch.pauses.clone()
    }

    fn open_at_end(&mut self, row: usize, wait: Wait) -> Result<Option<i64>, ClockFailure> {
        let end = self.plan.time.cell_end(self.plan.time.len() - 1);
        let Some(ruler) = &self.family.ruler else {
            return Ok(None);
        };
        if wait.start >= end || wait.ends < end {
            return Ok(None);
        }
        none_if_row_fails(ruler.elapsed_seconds(wait.start, end, &mut self.row_pauses(row)))
    }

    /// Where the row stood when it stopped, or stands at the end of the period.
    fn find_standing(
        &mut self,
        row: usize,
        wait: Wait,
        measured: Option<MeasuredRow>,
    ) -> Result<Option<LimitStanding>, ClockFailure> {
        let end = self.plan.time.cell_end(self.plan.time.len() - 1);
        let at = match measured {
            Some(_) => wait.stop,
            None if wait.ends == OPEN => end,
            None => return Ok(None),
        };
        let (Some(ruler), true) = (&self.family.ruler, at >= wait.start) else {
            return Ok(None);
        };
        let mut pauses = self.row_pauses(row);
        let mut nearest: Option<(i64, LimitStanding)> = None;
        for (pack, index, limit) in self.rules.limits_holding(self.view, 0, row) {
            let margin =
                none_if_row_fails(ruler.margin_seconds(wait.start, at, limit, &mut pauses))?;
            let due = none_if_row_fails(ruler.due_time(wait.start, limit, &mut pauses, at))?;
            let (Some(margin), Some(due)) = (margin, due) else {
                continue;
            };
            if nearest.as_ref().is_none_or(|(least, _)| margin < *least) {
                let bound = self.family.limit_sets[0].by_pack[pack][index].bound.clone();
                let late_by = margin.min(0).saturating_neg();
                let against = LimitStanding { bound, due, late_by };
                nearest = Some((margin, against));
            }
        }
        Ok(nearest.map(|(_, against)| against))
    }
}

//! What every definition makes of each row, for whoever must say of one case how it was counted.
//!
//! The same judges as the run, asked row by row; rows that no family has to do with cost nothing.

use arrow_array::RecordBatch;

use crate::compiled::Compiled;
use crate::intervals::{Intervals, Names};
use crate::judge::{Judge, MeasurePrograms, Measured, Scratch, Stand, Stopped, View, readable};
use crate::plan::{Family, Plan};
use crate::programs::NULL;
use crate::run::RunError;
use crate::trace::Outcome;

/// What one family of definitions makes of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The number of the family, as [`Verdicts::families`] lists them.
    pub family: usize,
    /// The moment that puts the row into the period; `None` for one that is only open at its end.
    pub moment: Option<i64>,
    /// [`Outcome::OutOfScope`] for a row that is only open at the end of the period.
    pub outcome: Outcome,
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

/// The verdicts on the rows of a batch.
#[derive(Debug, Default)]
pub struct RowVerdicts {
    verdicts: Vec<Verdict>,
    /// Where each row's verdicts end.
    ends: Vec<usize>,
}

impl RowVerdicts {
    /// The verdicts on a row, in the order of the families.
    pub fn of(&self, row: usize) -> &[Verdict] {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.verdicts[from..self.ends[row]]
    }

    /// From verdicts in the order of families, each with its row.
    fn sorted(mut found: Vec<(u32, Verdict)>, rows: usize) -> RowVerdicts {
        found.sort_by_key(|(row, _)| *row);
        let mut sorted = RowVerdicts::default();
        sorted.ends.reserve(rows);
        let mut next = found.into_iter().peekable();
        for row in 0..rows {
            while let Some((_, verdict)) = next.next_if(|(of, _)| *of as usize == row) {
                sorted.verdicts.push(verdict);
            }
            sorted.ends.push(sorted.verdicts.len());
        }
        sorted
    }
}

/// Gives verdicts, batch by batch.
#[derive(Debug)]
pub struct Verdicts<'p> {
    plan: &'p Plan,
    names: Names,
    intervals: Intervals,
    scratch: Scratch,
    reader: Option<Compiled>,
}

impl<'p> Verdicts<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Verdicts<'p> {
        Verdicts {
            plan,
            names: Names::default(),
            intervals: Intervals::default(),
            scratch: Scratch::default(),
            reader: None,
        }
    }

    /// The ids of the definitions of each family.
    pub fn families(&self) -> Vec<Vec<String>> {
        let mut families = vec![Vec::new(); self.plan.families.len()];
        for (id, family, _) in &self.plan.definitions {
            families[*family].push(id.clone());
        }
        families
    }

    /// The plan compiled for the schema of a batch; kept from the last batch if that had the same.
    fn reader(&mut self, batch: &RecordBatch) -> Compiled {
        match self.reader.take() {
            Some(reader) if reader.fits(batch) => reader,
            Some(_) | None => Compiled::new(self.plan, batch, &mut self.names),
        }
    }

    /// The verdicts on every row of a batch.
    pub fn of(&mut self, batch: &RecordBatch) -> Result<RowVerdicts, RunError> {
        let mut reader = self.reader(batch);
        self.intervals.load(batch, &mut self.names);
        reader.load(batch.clone());
        let view = View {
            columns: &reader.columns,
            programs: &reader.programs,
            intervals: &self.intervals,
            zone: &self.plan.zone,
        };
        let mut verdicts = Vec::with_capacity(2 * batch.num_rows());
        for (number, family) in self.plan.families.iter().enumerate() {
            let sets = self.plan.definitions.iter().filter(|(_, of, _)| *of == number);
            let mut bench = Bench {
                plan: self.plan,
                number,
                family,
                sets: sets.map(|(_, _, set)| *set).collect(),
                judge: &mut reader.judges[number],
                view,
                names: &mut self.names,
                scratch: &mut self.scratch,
            };
            for row in reader.members.of(number) {
                let found = bench.verdict(*row as usize).map_err(|source| RunError::Clock {
                    definition: family_name(self.plan, number),
                    source,
                })?;
                verdicts.extend(found.map(|found| (*row, found)));
            }
        }
        self.reader = Some(reader);
        Ok(RowVerdicts::sorted(verdicts, batch.num_rows()))
    }

    /// The moments by which families would put rows into a period, whichever it is, in the order of
    /// the families.
    pub fn moments(&mut self, batch: &RecordBatch) -> Vec<Stated> {
        let mut reader = self.reader(batch);
        reader.load(batch.clone());
        let has_clock = self.plan.families.iter().any(|family| family.ruler.is_some());
        let mut stated = Vec::new();
        for (number, judge) in reader.judges.iter().enumerate() {
            let whole = |program| reader.programs.whole(program);
            let moments = whole(judge.moment);
            let stops = match &judge.measure {
                MeasurePrograms::Waited(clock) => Some(whole(clock.stop)),
                _ => None,
            };
            for row in reader.members.of(number).iter().map(|row| *row as usize) {
                let moment = Some(moments[row]).filter(|moment| *moment != NULL);
                let is_over = stops.map_or(!has_clock, |stops| stops[row] != NULL);
                stated.extend(moment.map(|moment| Stated { row, moment, is_over }));
            }
        }
        self.reader = Some(reader);
        stated
    }
}

fn family_name(plan: &Plan, number: usize) -> String {
    let first = plan.definitions.iter().find(|(_, family, _)| *family == number);
    first.map(|(id, ..)| id.clone()).unwrap_or_default()
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
    fn verdict(&mut self, row: usize) -> Result<Option<Verdict>, Stopped> {
        let view = self.view;
        let moment = view.programs.whole(self.judge.moment)[row];
        let is_inside = self.plan.time.cell(moment).is_some();
        let excluded = self.judge.exclusion(view, row);
        let open = if excluded.is_some() { None } else { self.open(row)? };
        if !is_inside && open.is_none() {
            return Ok(None);
        }
        let mut verdict = Verdict {
            family: self.number,
            moment: is_inside.then_some(moment),
            outcome: Outcome::OutOfScope,
            value: None,
            late: 0,
            open,
        };
        if !is_inside {
            return Ok(Some(verdict));
        }
        let measured = self.judge.measure(self.family, view, row, self.scratch)?;
        verdict.value = measured.map(|measured| measured.value);
        verdict.outcome = match (excluded, measured) {
            (Some(excluded), _) => {
                let (reason, is_approved) = self.judge.reason(excluded, view, row, self.names);
                Outcome::Excluded { reason: self.names.text(reason).to_owned(), is_approved }
            }
            (None, None) => Outcome::Unmeasurable,
            (None, Some(measured)) => {
                verdict.late = self.late(row, measured)?;
                Outcome::Counted
            }
        };
        Ok(Some(verdict))
    }

    fn open(&mut self, row: usize) -> Result<Option<i64>, Stopped> {
        let end = self.plan.time.end(self.plan.time.len() - 1);
        let (Some(ruler), Some(wait)) = (&self.family.ruler, self.judge.wait(self.view, row))
        else {
            return Ok(None);
        };
        if wait.start >= end || wait.ends < end {
            return Ok(None);
        }
        self.judge.gather_pauses(self.view, row, self.scratch);
        readable(ruler.elapsed(wait.start, end, &mut self.scratch.pauses))
    }

    fn late(&mut self, row: usize, measured: Measured) -> Result<u64, Stopped> {
        let Some(wait) = self.judge.wait(self.view, row) else {
            return Ok(0);
        };
        let mut late = 0;
        for (bit, set) in self.sets.iter().enumerate().take(64) {
            self.judge.gather_pauses(self.view, row, self.scratch);
            let stand = Stand { start: wait.start, at: wait.stop, value: measured.value };
            let asked = (stand, self.scratch.pauses.as_mut_slice());
            let (_, past) = self.judge.is_late(self.family, self.view, (*set, row), asked)?;
            late |= u64::from(past) << bit;
        }
        Ok(late)
    }
}

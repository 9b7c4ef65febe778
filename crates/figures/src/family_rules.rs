//! What the definitions of one family say about one row. The run, the trace and the verdicts all
//! ask here.

use trueline_clock::{OPEN, Pause, Ruler, TimeLimit, Unmeasurable};
use trueline_expression::{Expr, Function};

use crate::batch_view::BatchView;
use crate::columns::{BatchColumns, NULL};
use crate::definition::{ExclusionRule, FigureMeasure, LateAfter};
use crate::intervals::TextIds;
use crate::plan::Family;
use crate::programs::{Programs, TRUE, TruthProgram, WholeProgram};
use crate::texts::TextProgram;

/// A family compiled for one schema. Which rows are in its population is decided in `members.rs`.
#[derive(Debug)]
pub(crate) struct FamilyRules {
    pub(crate) moment: WholeProgram,
    pub(crate) measure: MeasurePrograms,
    exclusions: Vec<ExclusionPrograms>,
    pub(crate) limit_sets: Vec<LimitPrograms>,
    /// The numbers of the kinds of intervals that are subtracted.
    subtract: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum MeasurePrograms {
    Waited(ClockPrograms),
    Amount(WholeProgram),
    Share { hit: TruthProgram, of: TruthProgram },
    Count,
    Ratio { numerator: WholeProgram, denominator: WholeProgram },
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockPrograms {
    pub(crate) start: WholeProgram,
    pub(crate) stop: WholeProgram,
    pub(crate) withdrawn: Option<WholeProgram>,
}

#[derive(Debug)]
struct ExclusionPrograms {
    when: TruthProgram,
    reason: TextProgram,
    approver: Option<TextProgram>,
}

/// The limits of one definition.
#[derive(Debug)]
pub(crate) struct LimitPrograms {
    /// Pack → what to try in order.
    packs: Vec<Vec<LimitProgram>>,
    /// Whether every limit is on elapsed time.
    are_elapsed: bool,
}

#[derive(Debug)]
struct LimitProgram {
    /// `None`: it always holds.
    when: Option<TruthProgram>,
    limit: TimeLimit,
    /// Seconds that the clock may show, for a limit on elapsed time.
    allowed: i64,
}

/// The bytes of a condition (`None`: it always holds), and the seconds allowed.
pub(crate) type SimpleLimit<'a> = (Option<&'a [u8]>, i64);

/// What measuring a row gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MeasuredRow {
    /// What it adds to `n`.
    pub(crate) weight: u64,
    /// What it adds to `sum`: seconds with the pauses subtracted.
    pub(crate) value: i64,
    /// The same with no pause subtracted.
    pub(crate) bare: i64,
}

/// The wait of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) start: i64,
    /// [`NULL`] if it has not stopped.
    pub(crate) stop: i64,
    /// The first instant at which it is no longer open; [`OPEN`] if it still is.
    pub(crate) ends: i64,
}

/// The state of a wait at its stop or at the end of a period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaitState {
    pub(crate) start: i64,
    pub(crate) at: i64,
    /// What the clock shows then.
    pub(crate) value: i64,
}

/// Which row is asked about, under which set of limits, and in which state of its wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LateQuestion {
    pub(crate) set: usize,
    pub(crate) row: usize,
    pub(crate) state: WaitState,
}

/// Whether a row has a limit, and whether it is past one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lateness {
    pub(crate) is_limited: bool,
    pub(crate) is_late: bool,
}

/// Why a clock cannot be read: its calendar lacks a year, or there is none. The run stops.
pub(crate) type ClockFailure = Unmeasurable;

/// Buffers that are reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The row's intervals to subtract: from, to, index.
    pub(crate) marked: Vec<(i64, i64, u32)>,
    pub(crate) pauses: Vec<Pause>,
    /// What each interval took off the clock, by its index; only those that took something.
    pub(crate) taken: Vec<(usize, i64)>,
}

impl FamilyRules {
    pub(crate) fn new(
        family: &Family,
        programs: &mut Programs,
        columns: &mut BatchColumns,
        names: &mut TextIds,
    ) -> FamilyRules {
        let mut subtract = Vec::new();
        if let FigureMeasure::Waited { subtract: kinds, .. } = &family.measure {
            subtract = kinds.iter().map(|kind| names.id_of(kind)).collect();
        }
        let mut exclusions = Vec::new();
        for exclusion in &family.exclusions {
            let made = ExclusionPrograms::new(exclusion, programs, columns, names);
            exclusions.push(made);
        }
        FamilyRules {
            moment: programs.add_whole(&family.period_moment, columns),
            measure: MeasurePrograms::new(&family.measure, programs, columns),
            exclusions,
            limit_sets: family
                .limit_sets
                .iter()
                .map(|set| LimitPrograms::new(family, &set.by_pack, programs, columns))
                .collect(),
            subtract,
        }
    }

    /// The exclusion that leaves the row out, if any.
    #[inline]
    pub(crate) fn find_exclusion(&self, view: BatchView<'_>, row: usize) -> Option<usize> {
        self.exclusions
            .iter()
            .position(|exclusion| view.programs.truth_bytes(exclusion.when)[row] == TRUE)
    }

    /// The number of the reason that an exclusion gives, and whether somebody approved it.
    pub(crate) fn exclusion_reason(
        &mut self,
        exclusion: usize,
        view: BatchView<'_>,
        row: usize,
        names: &mut TextIds,
    ) -> (u32, bool) {
        let nobody = names.id_of("");
        let programs = &mut self.exclusions[exclusion];
        let reason = programs.reason.text_id(view, row, names);
        let approver = programs.approver.as_mut().map(|by| by.text_id(view, row, names));
        (reason, approver.is_some_and(|by| by != nobody))
    }

    /// The wait of a row. `None` for measures without a clock, and if the clock never started.
    pub(crate) fn find_wait(&self, view: BatchView<'_>, row: usize) -> Option<Wait> {
        let MeasurePrograms::Waited(clock) = &self.measure else {
            return None;
        };
        let whole = |program: WholeProgram| view.programs.whole_values(program)[row];
        let (start, stop) = (whole(clock.start), whole(clock.stop));
        if start == NULL {
            return None;
        }
        let withdrawn = clock.withdrawn.map_or(NULL, whole);
        let ends = open_if_null(stop).min(open_if_null(withdrawn));
        Some(Wait { start, stop, ends })
    }

    /// Measures the row; `None` if it cannot be measured. Leaves what was subtracted in
    /// `scratch.taken`.
    pub(crate) fn measure_row(
        &self,
        family: &Family,
        view: BatchView<'_>,
        row: usize,
        scratch: &mut Scratch,
    ) -> Result<Option<MeasuredRow>, ClockFailure> {
        match (&self.measure, &family.ruler) {
            (MeasurePrograms::Waited(clock), Some(ruler)) => {
                let whole = |program: WholeProgram| view.programs.whole_values(program)[row];
                let (start, stop) = (whole(clock.start), whole(clock.stop));
                if start == NULL || stop == NULL || stop < start {
                    return Ok(None);
                }
                self.measure_wait(ruler, view, (row, start, stop), scratch)
            }
            _ => Ok(self.measure_plain(view, row)),
        }
    }

    /// Measures a row by anything but a clock.
    #[inline]
    pub(crate) fn measure_plain(&self, view: BatchView<'_>, row: usize) -> Option<MeasuredRow> {
        let whole = |program: WholeProgram| view.programs.whole_values(program)[row];
        let holds = |truth: TruthProgram| view.programs.truth_bytes(truth)[row] == TRUE;
        let plain = |weight: u64, value: i64| MeasuredRow { weight, value, bare: value };
        match self.measure {
            MeasurePrograms::Waited(_) => None,
            MeasurePrograms::Amount(value) => {
                let value = whole(value);
                (value != NULL).then(|| plain(1, value))
            }
            MeasurePrograms::Share { hit, of } => {
                holds(of).then(|| plain(1, i64::from(holds(hit))))
            }
            MeasurePrograms::Count => Some(plain(1, 1)),
            MeasurePrograms::Ratio { numerator, denominator } => {
                let (above, below) = (whole(numerator), whole(denominator));
                (above >= 0 && below >= 0).then(|| plain(below as u64, above))
            }
        }
    }

    /// Measures a row whose clock started and then stopped.
    #[inline]
    pub(crate) fn measure_wait(
        &self,
        ruler: &Ruler,
        view: BatchView<'_>,
        (row, start, stop): (usize, i64, i64),
        scratch: &mut Scratch,
    ) -> Result<Option<MeasuredRow>, ClockFailure> {
        scratch.taken.clear();
        let is_natural = !ruler.rule().unit.counts_working_time();
        if is_natural && view.intervals.of_row(row).is_empty() {
            let value = stop - start;
            return Ok(Some(MeasuredRow { weight: 1, value, bare: value }));
        }
        self.gather_marked(view, row, scratch);
        let bare = if is_natural {
            stop - start
        } else {
            match none_if_row_fails(ruler.elapsed_seconds(start, stop, &mut []))? {
                Some(bare) => bare,
                None => return Ok(None),
            }
        };
        take_off(ruler, is_natural, (start, stop), scratch)?;
        let taken: i64 = scratch.taken.iter().map(|(_, seconds)| seconds).sum();
        Ok(Some(MeasuredRow { weight: 1, value: bare - taken, bare }))
    }

    /// Puts the row's intervals of the kinds to subtract into `scratch.marked`.
    #[inline]
    fn gather_marked(&self, view: BatchView<'_>, row: usize, scratch: &mut Scratch) {
        scratch.marked.clear();
        let intervals = view.intervals;
        for at in intervals.of_row(row) {
            let (from, to) = (intervals.from[at], intervals.to[at]);
            if from != NULL && self.subtract.contains(&intervals.kinds[at]) {
                scratch.marked.push((from, open_if_null(to), at as u32));
            }
        }
    }

    /// The same into `scratch.pauses`, for the clock's own questions.
    pub(crate) fn gather_pauses(&self, view: BatchView<'_>, row: usize, scratch: &mut Scratch) {
        self.gather_marked(view, row, scratch);
        scratch.pauses.clear();
        let marked = scratch.marked.iter();
        scratch.pauses.extend(marked.map(|(from, to, _)| (*from, *to)));
    }

    /// The limits that hold for a row under one set, at most one per pack: pack, index, limit.
    pub(crate) fn limits_holding<'a>(
        &'a self,
        view: BatchView<'a>,
        set: usize,
        row: usize,
    ) -> impl Iterator<Item = (usize, usize, TimeLimit)> + 'a {
        let packs = self.limit_sets[set].packs.iter().enumerate();
        packs.filter_map(move |(pack, tried)| {
            let first = tried.iter().position(|limit| limit.holds_for(view, row))?;
            Some((pack, first, tried[first].limit))
        })
    }

    /// Whether the row has a limit under a set, and whether it is past one. The pauses are those
    /// that `asked.state.value` leaves out; limits on elapsed time do not look at them.
    #[inline]
    pub(crate) fn find_lateness(
        &self,
        family: &Family,
        view: BatchView<'_>,
        asked: LateQuestion,
        pauses: &mut [Pause],
    ) -> Result<Lateness, ClockFailure> {
        let LateQuestion { set, row, state } = asked;
        let set = &self.limit_sets[set];
        let mut found = Lateness::default();
        for tried in &set.packs {
            let Some(limit) = tried.iter().find(|limit| limit.holds_for(view, row)) else {
                continue;
            };
            let is_past = match (set.are_elapsed || limit.is_elapsed(), &family.ruler) {
                (true, _) | (_, None) => state.value > limit.allowed,
                (false, Some(ruler)) => {
                    let margin = ruler.margin_seconds(state.start, state.at, limit.limit, pauses);
                    none_if_row_fails(margin)?.is_some_and(|margin| margin < 0)
                }
            };
            found = Lateness { is_limited: true, is_late: found.is_late || is_past };
        }
        Ok(found)
    }
}

impl MeasurePrograms {
    fn new(
        measure: &FigureMeasure,
        programs: &mut Programs,
        columns: &mut BatchColumns,
    ) -> MeasurePrograms {
        match measure {
            FigureMeasure::Waited { start, stop, withdrawn, .. } => {
                MeasurePrograms::Waited(ClockPrograms {
                    start: programs.add_whole(start, columns),
                    stop: programs.add_whole(stop, columns),
                    withdrawn: withdrawn.as_ref().map(|moment| programs.add_whole(moment, columns)),
                })
            }
            FigureMeasure::Amount { value, decimals } => {
                MeasurePrograms::Amount(programs.add_scaled(value, *decimals, columns))
            }
            FigureMeasure::Share { hit, of } => MeasurePrograms::Share {
                hit: programs.add_truth(hit, columns),
                of: programs.add_truth(of, columns),
            },
            FigureMeasure::Count => MeasurePrograms::Count,
            FigureMeasure::Ratio { numerator, denominator } => MeasurePrograms::Ratio {
                numerator: programs.add_whole(numerator, columns),
                denominator: programs.add_whole(denominator, columns),
            },
        }
    }
}

impl ExclusionPrograms {
    fn new(
        exclusion: &ExclusionRule,
        programs: &mut Programs,
        columns: &mut BatchColumns,
        names: &mut TextIds,
    ) -> ExclusionPrograms {
        let when = effective_when(&exclusion.when, &exclusion.reason);
        let by = exclusion.approved_by.as_ref();
        ExclusionPrograms {
            when: programs.add_truth(&when, columns),
            reason: TextProgram::new(&exclusion.reason, columns, names),
            approver: by.map(|by| TextProgram::new(by, columns, names)),
        }
    }
}

impl LimitPrograms {
    fn new(
        family: &Family,
        by_pack: &[Vec<LateAfter>],
        programs: &mut Programs,
        columns: &mut BatchColumns,
    ) -> LimitPrograms {
        let mut program = |after: &LateAfter| {
            let when = programs.add_truth(&after.when, columns);
            LimitProgram {
                when: (programs.constant_byte(when) != Some(TRUE)).then_some(when),
                limit: after.limit,
                allowed: family.allowed_seconds(after.limit).unwrap_or(i64::MAX),
            }
        };
        let packs = by_pack.iter().map(|pack| pack.iter().map(&mut program).collect());
        let packs: Vec<Vec<LimitProgram>> = packs.collect();
        LimitPrograms { are_elapsed: packs.iter().flatten().all(LimitProgram::is_elapsed), packs }
    }

    /// The limits of a single pack, if all are on elapsed time: the bytes of each condition
    /// (`None`: it always holds) with the seconds allowed, in order. `None` for anything less
    /// simple.
    pub(crate) fn as_simple<'a>(&self, programs: &'a Programs) -> Option<Vec<SimpleLimit<'a>>> {
        let tried = match self.packs.as_slice() {
            [] => return Some(Vec::new()),
            [only] if self.are_elapsed => only,
            _ => return None,
        };
        let each = tried.iter();
        let pair = |limit: &LimitProgram| {
            let bytes = limit.when.map(|when| programs.truth_bytes(when));
            (bytes, limit.allowed)
        };
        Some(each.map(pair).collect())
    }

    /// Whether lateness follows from the clock's reading alone.
    pub(crate) fn are_elapsed(&self) -> bool {
        self.are_elapsed
    }
}

impl LimitProgram {
    #[inline]
    fn holds_for(&self, view: BatchView<'_>, row: usize) -> bool {
        self.when.is_none_or(|when| view.programs.truth_bytes(when)[row] == TRUE)
    }

    fn is_elapsed(&self) -> bool {
        match self.limit {
            TimeLimit::Elapsed { .. } => true,
            TimeLimit::Dates { .. }
            | TimeLimit::WorkingDates { .. }
            | TimeLimit::SameDay { .. } => false,
        }
    }
}

/// Works out what each of `scratch.marked` takes off the clock.
fn take_off(
    ruler: &Ruler,
    is_natural: bool,
    (start, stop): (i64, i64),
    scratch: &mut Scratch,
) -> Result<(), ClockFailure> {
    let taken = &mut scratch.taken;
    if let ([(from, to, at)], true) = (scratch.marked.as_slice(), is_natural) {
        let seconds = (*to).min(stop) - (*from).max(start);
        if seconds > 0 {
            taken.push((*at as usize, seconds));
        }
        return Ok(());
    }
    let given = ruler.each_pause(start, stop, &mut scratch.marked, |at, seconds| {
        if seconds > 0 {
            taken.push((at as usize, seconds));
        }
    });
    none_if_row_fails(given).map(|_| ())
}

#[inline]
pub(crate) fn open_if_null(moment: i64) -> i64 {
    if moment == NULL { OPEN } else { moment }
}

/// A clock's answer: `None` if the row is at fault, an error if the calendar is.
pub(crate) fn none_if_row_fails<T>(
    answer: Result<T, Unmeasurable>,
) -> Result<Option<T>, ClockFailure> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Unmeasurable::StopBeforeStart { .. } | Unmeasurable::OutOfRange) => Ok(None),
        Err(why @ (Unmeasurable::NoCalendarYear { .. } | Unmeasurable::NoCalendar)) => Err(why),
    }
}

/// A row whose reason is null stays in, whatever the condition says.
fn effective_when(when: &Expr, reason: &Expr) -> Expr {
    if matches!(reason, Expr::Text(_)) {
        return when.clone();
    }
    let given = Expr::Call(Function::Present, vec![reason.clone()]);
    if *when == Expr::Boolean(true) || *when == given {
        given
    } else {
        Expr::And(vec![when.clone(), given])
    }
}

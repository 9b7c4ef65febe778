//! What one definition says of one row. The run, the trace and the backlog all ask here.

use jiff::tz::TimeZone;
use trueline_clock::{Limit, OPEN, Pause, Ruler, Unmeasurable};
use trueline_expression::{Expr, Function, evaluate};

use crate::columns::Columns;
use crate::definition::Measure;
use crate::intervals::{Intervals, Names};
use crate::plan::Family;
use crate::programs::{NULL, Programs, TRUE, Truth, Whole};

/// A family compiled for one schema.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) population: Truth,
    pub(crate) moment: Whole,
    measure: MeasurePrograms,
    exclusions: Vec<Truth>,
    /// Set → pack → what to try in order.
    limits: Vec<Vec<Vec<(Truth, Limit)>>>,
    /// Whether intervals of these kinds are subtracted; by the number of the kind.
    subtract: Vec<u32>,
}

#[derive(Debug)]
enum MeasurePrograms {
    Waited(ClockPrograms),
    Amount(Whole),
    Share {
        hit: Truth,
        of: Truth,
    },
    Count,
    Ratio {
        numerator: Whole,
        denominator: Whole,
    },
}

#[derive(Debug, Clone, Copy)]
struct ClockPrograms {
    start: Whole,
    stop: Whole,
    withdrawn: Option<Whole>,
}

/// A row measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measured {
    /// What it adds to `n`.
    pub(crate) weight: u64,
    /// What it adds to `sum`: seconds with the pauses taken off.
    pub(crate) value: i64,
    /// The same with no pause taken off.
    pub(crate) bare: i64,
}

/// A row that waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) start: i64,
    /// [`NULL`] if it has not stopped.
    pub(crate) stop: i64,
    /// The first instant at which it is no longer open; [`OPEN`] if it still is.
    pub(crate) ends: i64,
}

/// A clock that cannot be read for want of a calendar: the run stops.
pub(crate) type Stopped = Unmeasurable;

/// What a batch is judged with. The scratch space is reused from row to row.
#[derive(Debug)]
pub(crate) struct Bench<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) programs: &'a Programs,
    pub(crate) intervals: &'a Intervals,
    pub(crate) zone: &'a TimeZone,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) marked: Vec<(i64, i64, u32)>,
}

impl Judge {
    pub(crate) fn new(
        family: &Family,
        programs: &mut Programs,
        columns: &mut Columns,
        names: &mut Names,
    ) -> Judge {
        let population = programs.add_truth(&family.population, columns);
        let moment = programs.add_whole(&family.period_moment, columns);
        let mut subtract = Vec::new();
        let measure = match &family.measure {
            Measure::Waited {
                start,
                stop,
                withdrawn,
                subtract: kinds,
                ..
            } => {
                subtract = kinds.iter().map(|kind| names.id(kind)).collect();
                MeasurePrograms::Waited(ClockPrograms {
                    start: programs.add_whole(start, columns),
                    stop: programs.add_whole(stop, columns),
                    withdrawn: withdrawn
                        .as_ref()
                        .map(|moment| programs.add_whole(moment, columns)),
                })
            }
            Measure::Amount { value, decimals } => {
                MeasurePrograms::Amount(programs.add_scaled(value, *decimals, columns))
            }
            Measure::Share { hit, of } => MeasurePrograms::Share {
                hit: programs.add_truth(hit, columns),
                of: programs.add_truth(of, columns),
            },
            Measure::Count => MeasurePrograms::Count,
            Measure::Ratio {
                numerator,
                denominator,
            } => MeasurePrograms::Ratio {
                numerator: programs.add_whole(numerator, columns),
                denominator: programs.add_whole(denominator, columns),
            },
        };
        let exclusions = family
            .exclusions
            .iter()
            .map(|exclusion| {
                let when = effective_when(&exclusion.when, &exclusion.reason);
                programs.add_truth(&when, columns)
            })
            .collect();
        let mut compile = |group: &Vec<crate::definition::LateAfter>| {
            group
                .iter()
                .map(|limit| (programs.add_truth(&limit.when, columns), limit.limit))
                .collect()
        };
        let limits = family
            .limit_sets
            .iter()
            .map(|set| set.by_pack.iter().map(&mut compile).collect())
            .collect();
        Judge {
            population,
            moment,
            measure,
            exclusions,
            limits,
            subtract,
        }
    }

    /// Which exclusion leaves the row out, if any.
    #[inline]
    pub(crate) fn exclusion(&self, bench: &Bench<'_>, row: usize) -> Option<usize> {
        self.exclusions
            .iter()
            .position(|when| bench.programs.truth(*when)[row] == TRUE)
    }

    /// When the row waits, for measures that do; `None` also if its clock never started.
    #[inline]
    pub(crate) fn wait(&self, bench: &Bench<'_>, row: usize) -> Option<Wait> {
        let MeasurePrograms::Waited(clock) = &self.measure else {
            return None;
        };
        let whole = |program: Whole| bench.programs.whole(program)[row];
        let start = whole(clock.start);
        if start == NULL {
            return None;
        }
        let stop = whole(clock.stop);
        let open_if_null = |moment: i64| if moment == NULL { OPEN } else { moment };
        let withdrawn = clock.withdrawn.map_or(NULL, whole);
        Some(Wait {
            start,
            stop,
            ends: open_if_null(stop).min(open_if_null(withdrawn)),
        })
    }

    /// The row measured; `None` if it cannot be.
    #[inline]
    pub(crate) fn measure(
        &self,
        family: &Family,
        bench: &mut Bench<'_>,
        row: usize,
    ) -> Result<Option<Measured>, Stopped> {
        let whole = |program: Whole| bench.programs.whole(program)[row];
        let plain = |weight: u64, value: i64| Measured {
            weight,
            value,
            bare: value,
        };
        Ok(match &self.measure {
            MeasurePrograms::Waited(clock) => {
                let (start, stop) = (whole(clock.start), whole(clock.stop));
                if start == NULL || stop == NULL || stop < start {
                    return Ok(None);
                }
                let Some(ruler) = &family.ruler else {
                    return Ok(None);
                };
                return self.waited(ruler, bench, row, start, stop);
            }
            MeasurePrograms::Amount(value) => {
                let value = whole(*value);
                (value != NULL).then(|| plain(1, value))
            }
            MeasurePrograms::Share { hit, of } => {
                let holds = |truth: Truth| bench.programs.truth(truth)[row] == TRUE;
                holds(*of).then(|| plain(1, i64::from(holds(*hit))))
            }
            MeasurePrograms::Count => Some(plain(1, 1)),
            MeasurePrograms::Ratio {
                numerator,
                denominator,
            } => {
                let (above, below) = (whole(*numerator), whole(*denominator));
                (above >= 0 && below >= 0).then(|| plain(below as u64, above))
            }
        })
    }

    fn waited(
        &self,
        ruler: &Ruler,
        bench: &mut Bench<'_>,
        row: usize,
        start: i64,
        stop: i64,
    ) -> Result<Option<Measured>, Stopped> {
        let natural = !ruler.rule().unit.counts_working_time();
        self.gather_pauses(bench, row);
        if natural && bench.pauses.is_empty() {
            let value = stop - start;
            return Ok(Some(Measured {
                weight: 1,
                value,
                bare: value,
            }));
        }
        let Some(bare) = readable(ruler.elapsed(start, stop, &mut []))? else {
            return Ok(None);
        };
        let value = if bench.pauses.is_empty() {
            Some(bare)
        } else {
            readable(ruler.elapsed(start, stop, &mut bench.pauses))?
        };
        Ok(value.map(|value| Measured {
            weight: 1,
            value,
            bare,
        }))
    }

    /// Puts the row's intervals of the kinds to subtract into `bench.pauses`.
    #[inline]
    pub(crate) fn gather_pauses(&self, bench: &mut Bench<'_>, row: usize) {
        bench.pauses.clear();
        let intervals = bench.intervals;
        for at in intervals.of_row(row) {
            if let Some((from, to)) = self.pause(intervals, at) {
                bench.pauses.push((from, to));
            }
        }
    }

    fn pause(&self, intervals: &Intervals, at: usize) -> Option<Pause> {
        let from = intervals.from[at];
        if from == NULL || !self.subtract.contains(&intervals.kinds[at]) {
            return None;
        }
        let to = intervals.to[at];
        Some((from, if to == NULL { OPEN } else { to }))
    }

    /// What each interval of the row takes off its clock.
    pub(crate) fn each_pause(
        &self,
        family: &Family,
        bench: &mut Bench<'_>,
        row: usize,
        mut each: impl FnMut(usize, i64),
    ) -> Result<(), Stopped> {
        let (Some(ruler), Some(wait)) = (&family.ruler, self.wait(bench, row)) else {
            return Ok(());
        };
        bench.marked.clear();
        let intervals = bench.intervals;
        for at in intervals.of_row(row) {
            if let Some((from, to)) = self.pause(intervals, at) {
                bench.marked.push((from, to, at as u32));
            }
        }
        let given = ruler.each_pause(wait.start, wait.stop, &mut bench.marked, |mark, seconds| {
            each(mark as usize, seconds);
        });
        readable(given).map(|_| ())
    }

    /// The limits that hold for a row under one set, one a pack at most.
    #[inline]
    pub(crate) fn limits<'a>(
        &'a self,
        bench: &'a Bench<'_>,
        set: usize,
        row: usize,
    ) -> impl Iterator<Item = (usize, usize, Limit)> + 'a {
        let groups = self.limits[set].iter().enumerate();
        groups.filter_map(move |(pack, group)| {
            let holds = |(when, _): &(Truth, Limit)| bench.programs.truth(*when)[row] == TRUE;
            let first = group.iter().position(holds)?;
            Some((pack, first, group[first].1))
        })
    }

    /// Whether a wait that lasts to `at` is past a limit. `value` is what the clock shows then.
    ///
    /// Uses `pauses` as they stand: empty to ask without them.
    pub(crate) fn is_past(
        family: &Family,
        limit: Limit,
        start: i64,
        (at, value): (i64, i64),
        pauses: &mut [Pause],
    ) -> Result<bool, Stopped> {
        if let Some(allowed) = family.allowed(limit) {
            return Ok(value > allowed);
        }
        let Some(ruler) = &family.ruler else {
            return Ok(false);
        };
        let margin = readable(ruler.margin(start, at, limit, pauses))?;
        Ok(margin.is_some_and(|margin| margin < 0))
    }
}

/// A clock's answer: `None` where the row is to blame, an error where the calendar is.
pub(crate) fn readable<T>(answer: Result<T, Unmeasurable>) -> Result<Option<T>, Stopped> {
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
    if *when == Expr::Boolean(true) {
        given
    } else {
        Expr::And(vec![when.clone(), given])
    }
}

/// The text of an expression for one row; `None` for null and for what is no text.
pub(crate) fn text_of(bench: &Bench<'_>, expr: &Expr, row: usize) -> Option<String> {
    let row = bench.columns.row(row);
    match evaluate(expr, &row, bench.zone) {
        trueline_expression::Value::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

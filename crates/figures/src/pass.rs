//! One family over one batch: the innermost loop.

use trueline_clock::Ruler;

use crate::cell::{Cell, HotCell};
use crate::intervals::Names;
use crate::judge::{
    Judge, MeasurePrograms, Measured, Scratch, SimpleLimit, Stand, Stopped, View, Wait,
    open_if_null, readable,
};
use crate::plan::{Family, TimeCells};
use crate::programs::{NULL, TRUE};

/// What the loop works with.
pub(crate) struct Pass<'a> {
    pub(crate) time: &'a TimeCells,
    pub(crate) family: &'a Family,
    pub(crate) judge: &'a mut Judge,
    pub(crate) view: View<'a>,
    pub(crate) names: &'a mut Names,
    pub(crate) scratch: &'a mut Scratch,
    /// By combination of keys × cell of time.
    pub(crate) hot: &'a mut [HotCell],
    /// The same places, for what few rows touch.
    pub(crate) cells: &'a mut [Option<Box<Cell>>],
}

impl Pass<'_> {
    /// Adds up the rows of the population; `keys` is the combination of keys of every row.
    pub(crate) fn run(&mut self, members: &[u32], keys: &[u32]) -> Result<(), Stopped> {
        match &self.family.ruler {
            Some(ruler) => self.run_waits(ruler, members, keys),
            None => self.run_plain(members, keys),
        }
    }

    fn run_plain(&mut self, members: &[u32], keys: &[u32]) -> Result<(), Stopped> {
        let moments = self.view.programs.whole(self.judge.moment);
        let keeps = self.family.measure.has_values();
        for row in members {
            let row = *row as usize;
            let Some(time) = self.time.cell(moments[row]) else {
                continue;
            };
            let place = keys[row] as usize * self.time.len() + time;
            let measured = self.judge.measure_plain(self.view, row);
            if let Some(excluded) = self.judge.exclusion(self.view, row) {
                self.leave_out(row, place, (excluded, measured))?;
                continue;
            }
            match measured {
                Some(measured) if keeps => self.keep(place, measured.value),
                Some(measured) => self.cell(place).sums.count(measured),
                None => self.cell(place).sums.unmeasurable += 1,
            }
        }
        Ok(())
    }

    fn run_waits(&mut self, ruler: &Ruler, members: &[u32], keys: &[u32]) -> Result<(), Stopped> {
        let MeasurePrograms::Waited(clock) = self.judge.measure else {
            return Ok(());
        };
        let programs = self.view.programs;
        let moments = programs.whole(self.judge.moment);
        let (starts, stops) = (programs.whole(clock.start), programs.whole(clock.stop));
        let withdrawn = clock.withdrawn.map(|moment| programs.whole(moment));
        let simple = match self.judge.limit_sets.as_slice() {
            [only] => only.simple(programs),
            _ => None,
        };
        for row in members {
            let row = *row as usize;
            let first = keys[row] as usize * self.time.len();
            let (start, stop) = (starts[row], stops[row]);
            let mut ends = open_if_null(stop);
            if let Some(withdrawn) = withdrawn {
                ends = ends.min(open_if_null(withdrawn[row]));
            }
            let open = self.time.ends_at_most(start)..self.time.ends_at_most(ends);
            if !open.is_empty() && start != NULL {
                let wait = Wait { start, stop, ends };
                self.count_open(ruler, row, wait, (first, open))?;
            }
            if let Some(time) = self.time.cell(moments[row]) {
                self.count_wait(ruler, (row, start, stop), (first + time, simple.as_deref()))?;
            }
        }
        Ok(())
    }

    #[inline]
    fn cell(&mut self, place: usize) -> &mut Cell {
        let limit_sets = self.family.limit_sets.len();
        self.cells[place].get_or_insert_with(|| Box::new(Cell::new(limit_sets)))
    }

    #[inline]
    fn keep(&mut self, place: usize, value: i64) {
        match u32::try_from(value) {
            Ok(value) => self.hot[place].values.push(value),
            Err(_) => self.cell(place).sums.keep_wide(value),
        }
    }

    #[inline]
    fn count_wait(
        &mut self,
        ruler: &Ruler,
        (row, start, stop): (usize, i64, i64),
        (place, simple): (usize, Option<&[SimpleLimit<'_>]>),
    ) -> Result<(), Stopped> {
        let measured = if start == NULL || stop == NULL || stop < start {
            None
        } else {
            let (view, scratch) = (self.view, &mut *self.scratch);
            self.judge.waited(ruler, view, (row, start, stop), scratch)?
        };
        if let Some(excluded) = self.judge.exclusion(self.view, row) {
            return self.leave_out(row, place, (excluded, measured));
        }
        let Some(measured) = measured else {
            self.cell(place).sums.unmeasurable += 1;
            return Ok(());
        };
        self.keep(place, measured.value);
        let stand = Stand { start, at: stop, value: measured.value };
        let is_paused = !self.scratch.taken.is_empty();
        if let (Some(limits), false) = (simple, is_paused) {
            let holds = |when: Option<&[u8]>| when.is_none_or(|bytes| bytes[row] == TRUE);
            if let Some((_, allowed)) = limits.iter().find(|(when, _)| holds(*when)) {
                let hot = &mut self.hot[place];
                hot.limited += 1;
                hot.late += u64::from(measured.value > *allowed);
            }
            return Ok(());
        }
        self.count_late(row, place, (stand, measured.bare))?;
        if is_paused {
            self.count_pauses(place, measured);
        }
        Ok(())
    }

    /// Counts a measured row under every set of limits, also as if no pause were taken off.
    fn count_late(
        &mut self,
        row: usize,
        place: usize,
        (stand, bare): (Stand, i64),
    ) -> Result<(), Stopped> {
        let is_paused = stand.value != bare;
        for set in 0..self.family.limit_sets.len() {
            self.scratch.pauses.clear();
            if is_paused && !self.judge.limit_sets[set].are_elapsed() {
                self.judge.gather_pauses(self.view, row, self.scratch);
            }
            let asked = (stand, self.scratch.pauses.as_mut_slice());
            let (limited, late) = self.judge.is_late(self.family, self.view, (set, row), asked)?;
            let stand = Stand { value: bare, ..stand };
            let asked = (stand, [].as_mut_slice());
            let late_bare = is_paused
                && !late
                && self.judge.is_late(self.family, self.view, (set, row), asked)?.1;
            let sums = &mut self.cell(place).sums.limits[set];
            sums.limited += u64::from(limited);
            sums.late += u64::from(late);
            sums.late_without_pauses += u64::from(late_bare);
        }
        Ok(())
    }

    /// Counts a row that is excluded. `scratch.taken` is what was taken off its clock.
    fn leave_out(
        &mut self,
        row: usize,
        place: usize,
        (excluded, measured): (usize, Option<Measured>),
    ) -> Result<(), Stopped> {
        let (reason, is_approved) = self.judge.reason(excluded, self.view, row, self.names);
        self.cell(place).exclude(reason, is_approved);
        let Some(measured) = measured else {
            self.cell(place).sums.left_out_unmeasurable += 1;
            return Ok(());
        };
        let extra = &mut self.cell(place).sums.left_out;
        extra.add(measured.weight, measured.value, measured.value);
        let Some(wait) = self.judge.wait(self.view, row) else {
            return Ok(());
        };
        self.judge.gather_pauses(self.view, row, self.scratch);
        let stand = Stand { start: wait.start, at: wait.stop, value: measured.value };
        for set in 0..self.family.limit_sets.len() {
            let asked = (stand, self.scratch.pauses.as_mut_slice());
            let (_, late) = self.judge.is_late(self.family, self.view, (set, row), asked)?;
            self.cell(place).sums.limits[set].late_left_out += u64::from(late);
        }
        Ok(())
    }

    fn count_pauses(&mut self, place: usize, measured: Measured) {
        let intervals = self.view.intervals;
        let taken = &self.scratch.taken;
        let under = |at: usize| (intervals.kinds[at], intervals.reasons[at]);
        let limit_sets = self.family.limit_sets.len();
        let cell = self.cells[place].get_or_insert_with(|| Box::new(Cell::new(limit_sets)));
        let gained = measured.bare - measured.value;
        cell.sums.paused.add(0, gained, measured.bare);
        for (index, (at, seconds)) in taken.iter().enumerate() {
            let is_first = taken[..index].iter().all(|(other, _)| under(*other) != under(*at));
            let pauses = cell.pauses(under(*at));
            pauses.rows += u64::from(is_first);
            pauses.seconds += seconds;
            if !intervals.approved[*at] {
                pauses.seconds_without_approver += seconds;
            }
        }
    }

    /// Counts the row into every cell of time at whose end it was open.
    fn count_open(
        &mut self,
        ruler: &Ruler,
        row: usize,
        wait: Wait,
        (first, open): (usize, std::ops::Range<usize>),
    ) -> Result<(), Stopped> {
        if self.judge.exclusion(self.view, row).is_some() {
            return Ok(());
        }
        self.judge.gather_pauses(self.view, row, self.scratch);
        for time in open {
            let end = self.time.end(time);
            let pauses = self.scratch.pauses.as_mut_slice();
            let Some(age) = readable(ruler.elapsed_seconds(wait.start, end, pauses))? else {
                continue;
            };
            let stand = Stand { start: wait.start, at: end, value: age };
            for set in 0..self.family.limit_sets.len() {
                let asked = (stand, self.scratch.pauses.as_mut_slice());
                let (_, past) = self.judge.is_late(self.family, self.view, (set, row), asked)?;
                self.cell(first + time).sums.limits[set].open_past += u64::from(past);
            }
            let sums = &mut self.cell(first + time).sums;
            sums.open += 1;
            sums.oldest = sums.oldest.max(Some(age));
        }
        Ok(())
    }
}

//! One family over one batch: the innermost loop.

use trueline_clock::Ruler;

use crate::batch_view::BatchView;
use crate::cell::{HotCell, WorkingCell};
use crate::columns::NULL;
use crate::family_rules::{
    ClockFailure, FamilyRules, LateQuestion, MeasurePrograms, MeasuredRow, Scratch, SimpleLimit,
    Wait, WaitState, none_if_row_fails, open_if_null,
};
use crate::intervals::TextIds;
use crate::plan::{Family, TimeCells};
use crate::programs::TRUE;

/// What the loop works with.
pub(crate) struct FamilyPass<'a> {
    pub(crate) time: &'a TimeCells,
    pub(crate) family: &'a Family,
    pub(crate) rules: &'a mut FamilyRules,
    pub(crate) view: BatchView<'a>,
    pub(crate) names: &'a mut TextIds,
    pub(crate) scratch: &'a mut Scratch,
    /// By combination of keys × cell of time.
    pub(crate) hot: &'a mut [HotCell],
    /// The same indexes, for what few rows touch.
    pub(crate) cells: &'a mut [Option<Box<WorkingCell>>],
}

impl FamilyPass<'_> {
    /// Adds up the rows of the population; `keys` is the combination of keys of every row.
    pub(crate) fn add_up_rows(
        &mut self,
        members: &[u32],
        keys: &[u32],
    ) -> Result<(), ClockFailure> {
        match &self.family.ruler {
            Some(ruler) => self.add_up_waits(ruler, members, keys),
            None => self.add_up_plain(members, keys),
        }
    }

    fn add_up_plain(&mut self, members: &[u32], keys: &[u32]) -> Result<(), ClockFailure> {
        let moments = self.view.programs.whole_values(self.rules.moment);
        let keeps = self.family.measure.has_values();
        for row in members {
            let row = *row as usize;
            let Some(time) = self.time.cell_of(moments[row]) else {
                continue;
            };
            let place = keys[row] as usize * self.time.len() + time;
            let measured = self.rules.measure_plain(self.view, row);
            if let Some(excluded) = self.rules.find_exclusion(self.view, row) {
                self.leave_out(row, place, (excluded, measured))?;
                continue;
            }
            match measured {
                Some(measured) if keeps => self.keep_value(place, measured.value),
                Some(measured) => self.cell_at(place).sums.count_row(measured),
                None => self.cell_at(place).sums.unmeasurable += 1,
            }
        }
        Ok(())
    }

    fn add_up_waits(
        &mut self,
        ruler: &Ruler,
        members: &[u32],
        keys: &[u32],
    ) -> Result<(), ClockFailure> {
        let MeasurePrograms::Waited(clock) = self.rules.measure else {
            return Ok(());
        };
        let programs = self.view.programs;
        let moments = programs.whole_values(self.rules.moment);
        let (starts, stops) =
            (programs.whole_values(clock.start), programs.whole_values(clock.stop));
        let withdrawn = clock.withdrawn.map(|moment| programs.whole_values(moment));
        let simple = match self.rules.limit_sets.as_slice() {
            [only] => only.as_simple(programs),
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
            if let Some(time) = self.time.cell_of(moments[row]) {
                self.count_wait(ruler, (row, start, stop), (first + time, simple.as_deref()))?;
            }
        }
        Ok(())
    }

    #[inline]
    fn cell_at(&mut self, place: usize) -> &mut WorkingCell {
        let limit_sets = self.family.limit_sets.len();
        self.cells[place].get_or_insert_with(|| Box::new(WorkingCell::new(limit_sets)))
    }

    #[inline]
    fn keep_value(&mut self, place: usize, value: i64) {
        match u32::try_from(value) {
            Ok(value) => self.hot[place].values.push(value),
            Err(_) => self.cell_at(place).sums.keep_wide(value),
        }
    }

    #[inline]
    fn count_wait(
        &mut self,
        ruler: &Ruler,
        (row, start, stop): (usize, i64, i64),
        (place, simple): (usize, Option<&[SimpleLimit<'_>]>),
    ) -> Result<(), ClockFailure> {
        let measured = if start == NULL || stop == NULL || stop < start {
            None
        } else {
            let (view, scratch) = (self.view, &mut *self.scratch);
            self.rules.measure_wait(ruler, view, (row, start, stop), scratch)?
        };
        if let Some(excluded) = self.rules.find_exclusion(self.view, row) {
            return self.leave_out(row, place, (excluded, measured));
        }
        let Some(measured) = measured else {
            self.cell_at(place).sums.unmeasurable += 1;
            return Ok(());
        };
        self.keep_value(place, measured.value);
        let state = WaitState { start, at: stop, value: measured.value };
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
        self.count_late(row, place, (state, measured.bare))?;
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
        (state, bare): (WaitState, i64),
    ) -> Result<(), ClockFailure> {
        for set in 0..self.family.limit_sets.len() {
            // A limit by date minds a pause on days off too, which takes nothing off working time.
            self.scratch.pauses.clear();
            if !self.rules.limit_sets[set].are_elapsed() {
                self.rules.gather_pauses(self.view, row, self.scratch);
            }
            let is_paused = state.value != bare || !self.scratch.pauses.is_empty();
            let asked = LateQuestion { set, row, state };
            let pauses = self.scratch.pauses.as_mut_slice();
            let found = self.rules.find_lateness(self.family, self.view, asked, pauses)?;
            let unpaused = LateQuestion { state: WaitState { value: bare, ..state }, ..asked };
            let is_late_unpaused = is_paused
                && !found.is_late
                && self.rules.find_lateness(self.family, self.view, unpaused, &mut [])?.is_late;
            let sums = &mut self.cell_at(place).sums.limits[set];
            sums.limited += u64::from(found.is_limited);
            sums.late += u64::from(found.is_late);
            sums.late_without_pauses += u64::from(is_late_unpaused);
        }
        Ok(())
    }

    /// Counts a row that is excluded. `scratch.taken` is what was taken off its clock.
    fn leave_out(
        &mut self,
        row: usize,
        place: usize,
        (excluded, measured): (usize, Option<MeasuredRow>),
    ) -> Result<(), ClockFailure> {
        let (reason, is_approved) =
            self.rules.exclusion_reason(excluded, self.view, row, self.names);
        self.cell_at(place).count_excluded(reason, is_approved);
        let Some(measured) = measured else {
            self.cell_at(place).sums.left_out_unmeasurable += 1;
            return Ok(());
        };
        let extra = &mut self.cell_at(place).sums.left_out;
        extra.add_rows(measured.weight, measured.value, measured.value);
        let Some(wait) = self.rules.find_wait(self.view, row) else {
            return Ok(());
        };
        self.rules.gather_pauses(self.view, row, self.scratch);
        let state = WaitState { start: wait.start, at: wait.stop, value: measured.value };
        for set in 0..self.family.limit_sets.len() {
            let asked = LateQuestion { set, row, state };
            let pauses = self.scratch.pauses.as_mut_slice();
            let found = self.rules.find_lateness(self.family, self.view, asked, pauses)?;
            self.cell_at(place).sums.limits[set].late_left_out += u64::from(found.is_late);
        }
        Ok(())
    }

    fn count_pauses(&mut self, place: usize, measured: MeasuredRow) {
        let intervals = self.view.intervals;
        let taken = &self.scratch.taken;
        let under = |at: usize| (intervals.kinds[at], intervals.reasons[at]);
        let limit_sets = self.family.limit_sets.len();
        let cell = self.cells[place].get_or_insert_with(|| Box::new(WorkingCell::new(limit_sets)));
        let gained = measured.bare - measured.value;
        cell.sums.paused.add_rows(0, gained, measured.bare);
        for (index, (at, seconds)) in taken.iter().enumerate() {
            let is_first = taken[..index].iter().all(|(other, _)| under(*other) != under(*at));
            let pauses = cell.pause_sums(under(*at));
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
    ) -> Result<(), ClockFailure> {
        if self.rules.find_exclusion(self.view, row).is_some() {
            return Ok(());
        }
        self.rules.gather_pauses(self.view, row, self.scratch);
        for time in open {
            let end = self.time.cell_end(time);
            let pauses = self.scratch.pauses.as_mut_slice();
            let Some(age) = none_if_row_fails(ruler.elapsed_seconds(wait.start, end, pauses))?
            else {
                continue;
            };
            let state = WaitState { start: wait.start, at: end, value: age };
            for set in 0..self.family.limit_sets.len() {
                let asked = LateQuestion { set, row, state };
                let pauses = self.scratch.pauses.as_mut_slice();
                let found = self.rules.find_lateness(self.family, self.view, asked, pauses)?;
                self.cell_at(first + time).sums.limits[set].open_past += u64::from(found.is_late);
            }
            let sums = &mut self.cell_at(first + time).sums;
            sums.open += 1;
            sums.oldest = sums.oldest.max(Some(age));
        }
        Ok(())
    }
}

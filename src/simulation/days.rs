//! The cases of a source on one day, in the order in which they came in, and the cases that one
//! stretch carries over into the next.

use rayon::prelude::*;

use super::classes::SourceSystem;
use super::course::Course;
use super::plan::SimulationPlan;

/// How many days before the end of a stretch a case may have come in that is still open then.
const REACH_DAYS: usize = 40;

/// A case as drawn.
#[derive(Debug)]
pub(super) struct SimulatedCase {
    pub(super) cell: u32,
    pub(super) ordinal: u32,
    pub(super) course: Course,
}

/// The cases of a source that come in on a day.
#[derive(Debug)]
pub(super) struct SourceDay {
    drawn: Vec<SimulatedCase>,
    /// Moments of acceptance, ascending, each with its place in `drawn`.
    order: Vec<(i64, u32)>,
}

impl SourceDay {
    pub(super) fn draw(plan: &SimulationPlan, source: SourceSystem, day: usize) -> SourceDay {
        let midnight = plan.stretch.midnight_of(day);
        let mut drawn = Vec::new();
        for (number, cell) in plan.cells.iter().enumerate() {
            if cell.class.source != source {
                continue;
            }
            drawn.extend(cell.cases_on(day).map(|ordinal| SimulatedCase {
                cell: number as u32,
                ordinal: ordinal as u32,
                course: Course::draw(cell, ordinal, day, midnight),
            }));
        }
        let accepted = drawn.iter().map(|case| case.course.accepted);
        let mut order: Vec<(i64, u32)> = accepted.zip(0..).collect();
        order.sort_unstable();
        SourceDay { drawn, order }
    }

    /// The cases in the order in which they came in. The first has the number
    /// [`SimulationPlan::cases_before`] of the day, and each next one the next number.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &SimulatedCase> {
        self.order.iter().map(|(_, place)| &self.drawn[*place as usize])
    }
}

/// A case of the previous stretch that was still open when this one began.
#[derive(Debug, Clone, Copy)]
pub(super) struct CarriedCase {
    pub(super) source: SourceSystem,
    pub(super) day: usize,
    pub(super) cell: u32,
    pub(super) ordinal: u32,
    /// Its number in the previous stretch.
    pub(super) number: u64,
}

impl CarriedCase {
    pub(super) fn draw_course(self, before: &SimulationPlan) -> Course {
        let cell = &before.cells[self.cell as usize];
        let midnight = before.stretch.midnight_of(self.day);
        Course::draw(cell, u64::from(self.ordinal), self.day, midnight)
    }

    /// Finds the cases of the previous stretch that had not ended when this one began, by source
    /// and number.
    pub(super) fn find_carried(before: &SimulationPlan) -> Vec<CarriedCase> {
        let first = before.stretch.days.saturating_sub(REACH_DAYS);
        let days = first..before.stretch.days;
        let tasks: Vec<(SourceSystem, usize)> = SourceSystem::ALL
            .into_iter()
            .flat_map(|source| days.clone().map(move |day| (source, day)))
            .collect();
        let found =
            tasks.into_par_iter().map(|(source, day)| find_open_at_end(before, source, day));
        found.collect::<Vec<_>>().concat()
    }
}

fn find_open_at_end(before: &SimulationPlan, source: SourceSystem, day: usize) -> Vec<CarriedCase> {
    let end = before.stretch.end_second();
    let drawn = SourceDay::draw(before, source, day);
    let numbered = drawn.in_order().zip(before.cases_before(source, day)..);
    numbered
        .filter(|(case, _)| case.course.drawn_end() >= end)
        .map(|(case, number)| CarriedCase {
            source,
            day,
            cell: case.cell,
            ordinal: case.ordinal,
            number,
        })
        .collect()
}

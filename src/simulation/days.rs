//! The cases of a source on a day, in the order in which they came in, and those that one stretch
//! carries over into the next.

use rayon::prelude::*;

use super::classes::Source;
use super::course::Course;
use super::plan::Plan;

/// How many days before a stretch its oldest cases may have come in.
const REACH_DAYS: usize = 40;

/// A case that has been drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) cell: u32,
    pub(super) ordinal: u32,
    pub(super) course: Course,
}

/// The cases of a source that come in on a day.
#[derive(Debug)]
pub(super) struct Day {
    drawn: Vec<Drawn>,
    /// Moments of acceptance, ascending, each with its place in `drawn`.
    order: Vec<(i64, u32)>,
}

impl Day {
    pub(super) fn draw(plan: &Plan, source: Source, day: usize) -> Day {
        let midnight = plan.stretch.midnight(day);
        let mut drawn = Vec::new();
        for (number, cell) in plan.cells.iter().enumerate() {
            if cell.class.source != source {
                continue;
            }
            drawn.extend(cell.on(day).map(|ordinal| Drawn {
                cell: number as u32,
                ordinal: ordinal as u32,
                course: Course::draw(cell, ordinal, day, midnight),
            }));
        }
        let accepted = drawn.iter().map(|case| case.course.accepted);
        let mut order: Vec<(i64, u32)> = accepted.zip(0..).collect();
        order.sort_unstable();
        Day { drawn, order }
    }

    /// The cases as they came in. The first has the number [`Plan::cases_before`] of the day, the
    /// next the number after it.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Drawn> {
        self.order.iter().map(|(_, place)| &self.drawn[*place as usize])
    }
}

/// A case of the stretch before that was still open when this one began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carried {
    pub(super) source: Source,
    pub(super) day: usize,
    pub(super) cell: u32,
    pub(super) ordinal: u32,
    /// Its number in the stretch before.
    pub(super) number: u64,
}

impl Carried {
    pub(super) fn course(self, before: &Plan) -> Course {
        let cell = &before.cells[self.cell as usize];
        let midnight = before.stretch.midnight(self.day);
        Course::draw(cell, u64::from(self.ordinal), self.day, midnight)
    }

    /// The cases of the stretch before that had not ended when this one began, by source and
    /// number.
    pub(super) fn find(before: &Plan) -> Vec<Carried> {
        let first = before.stretch.days.saturating_sub(REACH_DAYS);
        let days = first..before.stretch.days;
        let tasks: Vec<(Source, usize)> = Source::ALL
            .into_iter()
            .flat_map(|source| days.clone().map(move |day| (source, day)))
            .collect();
        let found = tasks.into_par_iter().map(|(source, day)| open_at_end(before, source, day));
        found.collect::<Vec<_>>().concat()
    }
}

fn open_at_end(before: &Plan, source: Source, day: usize) -> Vec<Carried> {
    let end = before.stretch.end();
    let drawn = Day::draw(before, source, day);
    let numbered = drawn.in_order().zip(before.cases_before(source, day)..);
    numbered
        .filter(|(case, _)| case.course.drawn_end() >= end)
        .map(|(case, number)| Carried {
            source,
            day,
            cell: case.cell,
            ordinal: case.ordinal,
            number,
        })
        .collect()
}

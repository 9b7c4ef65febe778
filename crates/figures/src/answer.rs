//! Answers: tallies for the finest slices and for every roll-up of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cell::{CellPart, ExtraSum, LimitSums, PauseSums};
use crate::definition::{Dimension, FigureMeasure};
use crate::partial::Partial;
use crate::plan::RequestPlan;
use crate::tally::{Amount, Backlog, ExcludedRows, Slice, SubtractedTime, Tally};
use crate::values::Values;

/// The answer to a request. Tallies are computed when they are asked for.
#[derive(Debug)]
pub struct Answer {
    dimensions: Vec<Dimension>,
    time_keys: Vec<Vec<String>>,
    /// Id, family, set of limits.
    definitions: Vec<(String, usize, usize)>,
    families: Vec<FamilyCells>,
}

#[derive(Debug)]
struct FamilyCells {
    waits: bool,
    cells: Vec<FinishedCell>,
}

#[derive(Debug)]
struct FinishedCell {
    /// The keys of all dimensions, in their order.
    keys: Vec<String>,
    time: usize,
    /// Its vectors of values are empty: they are in `values`, sorted.
    part: CellPart,
    values: Values,
}

impl Answer {
    pub(crate) fn new(plan: &RequestPlan, partial: Partial) -> Answer {
        let families = plan.families.iter().map(|family| FamilyCells {
            waits: matches!(family.measure, FigureMeasure::Waited { .. }),
            cells: Vec::new(),
        });
        let mut answer = Answer {
            dimensions: plan.dimensions.clone(),
            time_keys: plan.time.keys.clone(),
            definitions: plan.definitions.clone(),
            families: families.collect(),
        };
        for (key, part) in partial.into_cells() {
            let keys = answer.all_keys(key.keys, key.time);
            answer.families[key.family].cells.push(FinishedCell {
                keys,
                time: key.time,
                part,
                values: Values::default(),
            });
        }
        let cells = answer.families.iter_mut().flat_map(|f| &mut f.cells);
        let cells: Vec<&mut FinishedCell> = cells.collect();
        cells.into_par_iter().for_each(FinishedCell::sort_values);
        answer
    }

    /// Adds up answers to the same request about different rows; `None` if there are none.
    pub fn join_answers(answers: &[&Answer]) -> Option<Answer> {
        let first = answers.first()?;
        let join = |family: usize| {
            let mut groups: BTreeMap<(&[String], usize), Vec<&FinishedCell>> = BTreeMap::new();
            for cell in answers.iter().flat_map(|answer| &answer.families[family].cells) {
                groups.entry((&cell.keys, cell.time)).or_default().push(cell);
            }
            let groups: Vec<Vec<&FinishedCell>> = groups.into_values().collect();
            groups.into_par_iter().filter_map(|same| FinishedCell::join_cells(&same)).collect()
        };
        let families = first.families.iter().enumerate();
        let families =
            families.map(|(at, known)| FamilyCells { waits: known.waits, cells: join(at) });
        Some(Answer {
            dimensions: first.dimensions.clone(),
            time_keys: first.time_keys.clone(),
            definitions: first.definitions.clone(),
            families: families.collect(),
        })
    }

    /// The keys of all dimensions, given those that are not time.
    fn all_keys(&self, places: Vec<String>, time: usize) -> Vec<String> {
        let mut places = places.into_iter();
        let mut times = self.time_keys[time].iter().cloned();
        let keys = self.dimensions.iter().map(|dimension| {
            let key = if dimension.key.is_time() { times.next() } else { places.next() };
            key.unwrap_or_default()
        });
        keys.collect()
    }

    /// The ids of the definitions, in the order of the request.
    pub fn definition_ids(&self) -> impl Iterator<Item = &str> {
        self.definitions.iter().map(|(id, ..)| id.as_str())
    }

    /// The tally of every slice along these dimensions, in the order of their keys.
    ///
    /// Without dimensions there is one tally, the whole. A slice along dimensions is there only if
    /// something in it was counted, excluded, unmeasurable or open. An unknown definition or
    /// dimension gives nothing.
    pub fn tallies_by(&self, definition: &str, dimensions: &[&str]) -> Vec<(Slice, Tally)> {
        let Some((_, family, set)) = self.definitions.iter().find(|(id, ..)| id == definition)
        else {
            return Vec::new();
        };
        let places: Option<Vec<usize>> = dimensions
            .iter()
            .map(|name| self.dimensions.iter().position(|d| d.name == *name))
            .collect();
        let Some(places) = places else {
            return Vec::new();
        };
        let family = &self.families[*family];
        let mut groups: BTreeMap<Vec<&str>, Vec<&FinishedCell>> = BTreeMap::new();
        if places.is_empty() {
            groups.insert(Vec::new(), Vec::new());
        }
        for cell in &family.cells {
            let keys = places.iter().map(|place| cell.keys[*place].as_str());
            groups.entry(keys.collect()).or_default().push(cell);
        }
        let groups: Vec<_> = groups.into_iter().collect();
        groups
            .into_par_iter()
            .map(|(keys, cells)| {
                let names = dimensions.iter().map(|name| (*name).to_owned());
                let slice: Slice = names.zip(keys.iter().map(|key| (*key).to_owned())).collect();
                let last = self.last_time(&places, &keys);
                let mut sum = Rollup::default();
                for cell in &cells {
                    sum.add_cell(cell, *set, last);
                }
                (slice, sum.finish_tally(family.waits))
            })
            .filter(|(slice, tally)| slice.is_empty() || !tally.is_blank())
            .collect()
    }

    /// The tally of everything under one definition; `None` only for an unknown definition.
    pub fn whole_tally(&self, definition: &str) -> Option<Tally> {
        let (_, tally) = self.tallies_by(definition, &[]).pop()?;
        Some(tally)
    }

    /// The last time cell of a slice. What is open at its end is open at the end of the slice.
    fn last_time(&self, places: &[usize], keys: &[&str]) -> usize {
        let time_places: Vec<usize> = self
            .dimensions
            .iter()
            .enumerate()
            .filter(|(_, dimension)| dimension.key.is_time())
            .map(|(place, _)| place)
            .collect();
        let matches = |cell: &Vec<String>| {
            places.iter().zip(keys).all(|(place, key)| {
                let among = time_places.iter().position(|time| time == place);
                among.is_none_or(|at| cell[at] == *key)
            })
        };
        let last = self.time_keys.iter().rposition(matches);
        last.unwrap_or(self.time_keys.len() - 1)
    }
}

impl FinishedCell {
    /// The same cell of several answers, added up.
    fn join_cells(cells: &[&FinishedCell]) -> Option<FinishedCell> {
        let (first, others) = cells.split_first()?;
        let mut part = first.part.clone();
        for cell in others {
            part.merge_with(cell.part.clone());
        }
        let each = cells.iter().map(|cell| &cell.values);
        let narrow = each.clone().flat_map(|values| &values.runs);
        part.sums.values = narrow.flat_map(|run| run.iter().copied()).collect();
        let wide = each.flat_map(|values| &values.wide);
        part.sums.wide = wide.flat_map(|run| run.iter().copied()).collect();
        let mut joined = FinishedCell {
            keys: first.keys.clone(),
            time: first.time,
            part,
            values: Values::default(),
        };
        joined.sort_values();
        Some(joined)
    }

    fn sort_values(&mut self) {
        let mut narrow = std::mem::take(&mut self.part.sums.values);
        let mut wide = std::mem::take(&mut self.part.sums.wide);
        if narrow.len() > 1 << 18 {
            narrow.par_sort_unstable();
        } else {
            narrow.sort_unstable();
        }
        wide.sort_unstable();
        self.values.push_runs(Arc::from(narrow), Arc::from(wide));
    }
}

/// Cells added up to a slice.
#[derive(Debug, Default)]
struct Rollup<'a> {
    n: u64,
    sum: i128,
    unmeasurable: u64,
    left_out: ExtraSum,
    left_out_unmeasurable: u64,
    paused: ExtraSum,
    limits: LimitSums,
    values: Values,
    excluded: BTreeMap<&'a str, (u64, u64)>,
    subtracted: BTreeMap<(&'a str, &'a str), PauseSums>,
    open: Backlog,
}

impl<'a> Rollup<'a> {
    fn add_cell(&mut self, cell: &'a FinishedCell, set: usize, last: usize) {
        let sums = &cell.part.sums;
        self.n += sums.n;
        self.sum += sums.sum;
        self.unmeasurable += sums.unmeasurable;
        self.left_out.merge_with(sums.left_out);
        self.left_out_unmeasurable += sums.left_out_unmeasurable;
        self.paused.merge_with(sums.paused);
        self.limits.merge_with(sums.limits[set]);
        self.values.extend_with(&cell.values);
        for (reason, (rows, unapproved)) in &cell.part.excluded {
            let mine = self.excluded.entry(reason).or_default();
            mine.0 += rows;
            mine.1 += unapproved;
        }
        for (kind, reasons) in &cell.part.subtracted {
            for (reason, pauses) in reasons {
                let mine = self.subtracted.entry((kind, reason)).or_default();
                mine.merge_with(*pauses);
            }
        }
        if cell.time == last {
            self.open.n += sums.open;
            self.open.past_limit += sums.limits[set].open_past;
            self.open.oldest = self.open.oldest.max(sums.oldest);
        }
    }

    fn finish_tally(self, waits: bool) -> Tally {
        let longest = self.values.largest_value();
        let late = self.limits.late;
        Tally {
            n: self.n,
            sum: self.sum,
            longest,
            shortest: self.values.smallest_value(),
            late,
            limited: self.limits.limited,
            without_exclusions: Amount {
                n: self.n + self.left_out.n,
                sum: self.sum + self.left_out.sum,
                late: late + self.limits.late_left_out,
                longest: longest.max(self.left_out.longest),
                unmeasurable: self.unmeasurable + self.left_out_unmeasurable,
            },
            without_pauses: Amount {
                n: self.n,
                sum: self.sum + self.paused.sum,
                late: late + self.limits.late_without_pauses,
                longest: longest.max(self.paused.longest),
                unmeasurable: self.unmeasurable,
            },
            values: self.values,
            excluded: self
                .excluded
                .into_iter()
                .map(|(reason, (n, without_approver))| ExcludedRows {
                    reason: reason.to_owned(),
                    n,
                    without_approver,
                })
                .collect(),
            subtracted: self
                .subtracted
                .into_iter()
                .map(|((kind, reason), pauses)| SubtractedTime {
                    kind: kind.to_owned(),
                    reason: reason.to_owned(),
                    rows: pauses.rows,
                    seconds: pauses.seconds,
                    seconds_without_approver: pauses.seconds_without_approver,
                })
                .collect(),
            unmeasurable: self.unmeasurable,
            open: waits.then_some(self.open),
        }
    }
}

impl Tally {
    /// Whether nothing at all is in it.
    fn is_blank(&self) -> bool {
        self.n == 0
            && self.excluded.is_empty()
            && self.unmeasurable == 0
            && self.values.is_empty()
            && self.open.as_ref().is_none_or(|open| open.n == 0)
    }
}

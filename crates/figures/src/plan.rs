//! A request made ready: definitions grouped by what they share, time cut into cells.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use trueline_clock::{Ruler, RulerError, TimeLimit};
use trueline_expression::{Expr, list_names};

use crate::definition::{
    Dimension, DimensionKey, ExclusionRule, FigureDefinition, FigureMeasure, INTERVALS, LateAfter,
    Request,
};
use crate::period::{Period, day_of, day_start};

/// Why a request cannot be answered, whatever the rows.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum PlanError {
    #[error("the definition `{definition}` cannot be measured")]
    #[zh("无法计算定义 `{definition}`")]
    Rule { definition: String, source: RulerError },
    #[error("no time zone is called `{0}`; write an IANA name such as Asia/Shanghai")]
    #[zh("没有时区 `{0}`；请写 IANA 名称，如 Asia/Shanghai")]
    Zone(String),
    #[error("two definitions are called `{0}`")]
    #[zh("有两个定义名为 `{0}`")]
    TwiceDefined(String),
    #[error("two dimensions are called `{0}`")]
    #[zh("有两个维度名为 `{0}`")]
    TwiceSliced(String),
}

/// A request made ready to run.
#[derive(Debug)]
pub(crate) struct RequestPlan {
    pub(crate) zone: TimeZone,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) time: TimeCells,
    pub(crate) families: Vec<Family>,
    /// The id of each definition, its family, and which of the family's limits are its own.
    pub(crate) definitions: Vec<(String, usize, usize)>,
}

/// Definitions that differ only in their limits.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) population: Expr,
    pub(crate) period_moment: Expr,
    pub(crate) measure: FigureMeasure,
    pub(crate) exclusions: Vec<ExclusionRule>,
    pub(crate) limit_sets: Vec<FamilyLimits>,
    /// Present for measures that wait.
    pub(crate) ruler: Option<Ruler>,
}

/// The limits of one definition: for each pack that set some, what to try in order.
#[derive(Debug)]
pub(crate) struct FamilyLimits {
    pub(crate) by_pack: Vec<Vec<LateAfter>>,
    given: Vec<LateAfter>,
}

impl RequestPlan {
    pub(crate) fn new(request: &Request) -> Result<RequestPlan, PlanError> {
        let mut plan = RequestPlan {
            zone: request.zone.clone(),
            dimensions: request.dimensions.clone(),
            time: TimeCells::new(&request.period, &request.dimensions)?,
            families: Vec::new(),
            definitions: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for dimension in &request.dimensions {
            if !seen.insert(&dimension.name) {
                return Err(PlanError::TwiceSliced(dimension.name.clone()));
            }
        }
        for definition in &request.definitions {
            let id = &definition.id;
            if plan.definitions.iter().any(|(known, ..)| known == id) {
                return Err(PlanError::TwiceDefined(id.clone()));
            }
            let family = plan.find_or_add_family(definition, request)?;
            let set = plan.families[family].find_or_add_limits(&definition.late_after);
            plan.definitions.push((id.clone(), family, set));
        }
        Ok(plan)
    }

    fn find_or_add_family(
        &mut self,
        definition: &FigureDefinition,
        request: &Request,
    ) -> Result<usize, PlanError> {
        let known = self.families.iter().position(|family| {
            family.population == definition.population
                && family.period_moment == definition.period_moment
                && family.measure == definition.measure
                && family.exclusions == definition.exclusions
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let ruler = match &definition.measure {
            FigureMeasure::Waited { rule, .. } => {
                let made = Ruler::new(rule, &request.calendars);
                Some(made.map_err(|source| PlanError::Rule {
                    definition: definition.id.clone(),
                    source,
                })?)
            }
            FigureMeasure::Amount { .. }
            | FigureMeasure::Share { .. }
            | FigureMeasure::Count
            | FigureMeasure::Ratio { .. } => None,
        };
        self.families.push(Family {
            population: definition.population.clone(),
            period_moment: definition.period_moment.clone(),
            measure: definition.measure.clone(),
            exclusions: definition.exclusions.clone(),
            limit_sets: Vec::new(),
            ruler,
        });
        Ok(self.families.len() - 1)
    }

    /// The dimensions that are not time, in the order of a cell's keys.
    pub(crate) fn place_dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.dimensions.iter().filter(|d| !d.key.is_time())
    }
}

impl Family {
    fn find_or_add_limits(&mut self, limits: &[LateAfter]) -> usize {
        if let Some(known) = self.limit_sets.iter().position(|set| set.given == limits) {
            return known;
        }
        let mut by_pack: Vec<Vec<LateAfter>> = Vec::new();
        for limit in limits {
            let same = by_pack.iter_mut().find(|group| group[0].bound.by == limit.bound.by);
            match same {
                Some(group) => group.push(limit.clone()),
                None => by_pack.push(vec![limit.clone()]),
            }
        }
        self.limit_sets.push(FamilyLimits { by_pack, given: limits.to_vec() });
        self.limit_sets.len() - 1
    }

    /// The seconds that a clock may show; `None` for a limit by date.
    pub(crate) fn allowed_seconds(&self, limit: TimeLimit) -> Option<i64> {
        let on_time = match &self.measure {
            FigureMeasure::Waited { rule, .. } => rule.limit_is_on_time,
            FigureMeasure::Amount { .. }
            | FigureMeasure::Share { .. }
            | FigureMeasure::Count
            | FigureMeasure::Ratio { .. } => true,
        };
        match limit {
            TimeLimit::Elapsed { seconds } => Some(seconds - i64::from(!on_time)),
            TimeLimit::Dates { .. }
            | TimeLimit::WorkingDates { .. }
            | TimeLimit::SameDay { .. } => None,
        }
    }
}

impl DimensionKey {
    /// Whether the key follows from the moment that puts the row into the period.
    pub fn is_time(&self) -> bool {
        match self {
            DimensionKey::Month { .. }
            | DimensionKey::Quarter { .. }
            | DimensionKey::Day { .. } => true,
            DimensionKey::Column(_) | DimensionKey::Prefix { .. } | DimensionKey::Parts { .. } => {
                false
            }
        }
    }

    /// The column that the key is made from, if it is made from one.
    pub fn source_column(&self) -> Option<&str> {
        match self {
            DimensionKey::Column(column)
            | DimensionKey::Prefix { column, .. }
            | DimensionKey::Parts { column, .. } => Some(column),
            DimensionKey::Month { .. }
            | DimensionKey::Quarter { .. }
            | DimensionKey::Day { .. } => None,
        }
    }

    /// The key made from a column's text.
    pub(crate) fn of_text(&self, text: &str) -> String {
        match self {
            DimensionKey::Column(_) => text.to_owned(),
            DimensionKey::Prefix { length, pad, .. } => match text.char_indices().nth(*length) {
                Some((end, _)) => format!("{}{pad}", &text[..end]),
                None => text.to_owned(),
            },
            DimensionKey::Parts { separator, count, .. } => {
                let mut ends = text.match_indices(*separator).map(|(at, _)| at);
                match count.checked_sub(1).and_then(|last| ends.nth(last)) {
                    Some(end) => text[..end].to_owned(),
                    None if *count == 0 => String::new(),
                    None => text.to_owned(),
                }
            }
            DimensionKey::Month { .. }
            | DimensionKey::Quarter { .. }
            | DimensionKey::Day { .. } => String::new(),
        }
    }

    /// The zone, and the step from the first day of one span to that of the next.
    fn time_step(&self) -> Option<(&str, Span)> {
        match self {
            DimensionKey::Month { zone } => Some((zone, Span::new().months(1))),
            DimensionKey::Quarter { zone } => Some((zone, Span::new().months(3))),
            DimensionKey::Day { zone } => Some((zone, Span::new().days(1))),
            DimensionKey::Column(_) | DimensionKey::Prefix { .. } | DimensionKey::Parts { .. } => {
                None
            }
        }
    }

    fn first_day(&self, day: Date) -> Date {
        match self {
            DimensionKey::Month { .. } => day.first_of_month(),
            DimensionKey::Quarter { .. } => {
                let month = (day.month() - 1) / 3 * 3 + 1;
                Date::new(day.year(), month, 1).unwrap_or(day)
            }
            DimensionKey::Day { .. }
            | DimensionKey::Column(_)
            | DimensionKey::Prefix { .. }
            | DimensionKey::Parts { .. } => day,
        }
    }

    /// The key of a span of time, by its first day.
    fn of_day(&self, day: Date) -> String {
        match self {
            DimensionKey::Month { .. } => format!("{:04}-{:02}", day.year(), day.month()),
            DimensionKey::Quarter { .. } => {
                format!("{:04}Q{}", day.year(), (day.month() - 1) / 3 + 1)
            }
            DimensionKey::Day { .. } => day.to_string(),
            DimensionKey::Column(_) | DimensionKey::Prefix { .. } | DimensionKey::Parts { .. } => {
                String::new()
            }
        }
    }
}

/// A step of time is 18 hours: at most one day ends in it.
const STEP: u32 = 16;

/// The period cut wherever one of the time dimensions changes its key.
#[derive(Debug)]
pub(crate) struct TimeCells {
    /// Ascending; cell `k` runs from `bounds[k]` to `bounds[k + 1]`.
    bounds: Vec<i64>,
    /// For each span of `1 << STEP` seconds from the first bound on, how many cells end at or
    /// before its beginning.
    steps: Vec<u32>,
    /// For each cell, the keys of the time dimensions in their order.
    pub(crate) keys: Vec<Vec<String>>,
}

impl TimeCells {
    fn new(period: &Period, dimensions: &[Dimension]) -> Result<TimeCells, PlanError> {
        let mut bounds = BTreeSet::from([period.from, period.to]);
        let mut zones = Vec::new();
        for dimension in dimensions {
            let Some((name, step)) = dimension.key.time_step() else {
                continue;
            };
            let zone = TimeZone::get(name).map_err(|_| PlanError::Zone(name.to_owned()))?;
            let start = day_of(period.from, &zone).map(|day| dimension.key.first_day(day));
            let mut next = start.and_then(|day| day.checked_add(step).ok());
            while let Some((day, at)) = next.and_then(|day| Some((day, day_start(day, &zone)?))) {
                if at >= period.to {
                    break;
                }
                bounds.insert(at);
                next = day.checked_add(step).ok();
            }
            zones.push((&dimension.key, zone));
        }
        let bounds: Vec<i64> = bounds.into_iter().collect();
        let keys = bounds[..bounds.len() - 1].iter().map(|from| {
            let key = |(key, zone): &(&DimensionKey, TimeZone)| {
                let day = day_of(*from, zone);
                day.map_or_else(String::new, |day| key.of_day(key.first_day(day)))
            };
            zones.iter().map(key).collect()
        });
        let keys = keys.collect();
        let ends = &bounds[1..];
        let length = period.to.saturating_sub(period.from) >> STEP;
        let steps = (0..=length).map(|step| {
            let begins = period.from + (step << STEP);
            ends.partition_point(|end| *end <= begins) as u32
        });
        Ok(TimeCells { keys, steps: steps.collect(), bounds })
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The end of a cell.
    pub(crate) fn cell_end(&self, cell: usize) -> i64 {
        self.bounds[cell + 1]
    }

    /// The cell of a moment; `None` outside the period.
    #[inline]
    pub(crate) fn cell_of(&self, moment: i64) -> Option<usize> {
        let is_inside = self.bounds[0] <= moment && moment < self.bounds[self.bounds.len() - 1];
        is_inside.then(|| self.ends_at_most(moment))
    }

    /// How many cells end at or before a moment.
    #[inline]
    pub(crate) fn ends_at_most(&self, moment: i64) -> usize {
        let ends = &self.bounds[1..];
        if moment < self.bounds[0] {
            return 0;
        }
        if moment >= self.bounds[ends.len()] {
            return ends.len();
        }
        let step = (moment - self.bounds[0]) >> STEP;
        let mut count = self.steps[step as usize] as usize;
        while ends[count] <= moment {
            count += 1;
        }
        count
    }
}

/// The columns of the dataset that a request reads, each once; [`INTERVALS`] among them if a clock
/// subtracts some.
pub fn columns_needed(request: &Request) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut exprs: Vec<&Expr> = Vec::new();
    let mut subtracts = false;
    for definition in &request.definitions {
        exprs.extend([&definition.population, &definition.period_moment]);
        match &definition.measure {
            FigureMeasure::Waited { start, stop, withdrawn, subtract, .. } => {
                exprs.extend([start, stop]);
                exprs.extend(withdrawn);
                subtracts |= !subtract.is_empty();
            }
            FigureMeasure::Amount { value, .. } => exprs.push(value),
            FigureMeasure::Share { hit, of } => exprs.extend([hit, of]),
            FigureMeasure::Count => {}
            FigureMeasure::Ratio { numerator, denominator } => {
                exprs.extend([numerator, denominator]);
            }
        }
        for exclusion in &definition.exclusions {
            exprs.extend([&exclusion.reason, &exclusion.when]);
            exprs.extend(&exclusion.approved_by);
        }
        exprs.extend(definition.late_after.iter().map(|limit| &limit.when));
    }
    let columns = request.dimensions.iter().filter_map(|d| d.key.source_column());
    let used = exprs.into_iter().flat_map(list_names);
    for name in used.chain(columns.map(str::to_owned)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    if subtracts {
        found.push(INTERVALS.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(keys: Vec<DimensionKey>) -> TimeCells {
        let period = Period::parse("2020Q1", &TimeZone::UTC).unwrap();
        let dimension = |(at, key)| Dimension { name: format!("{at}"), key };
        let dimensions: Vec<Dimension> = keys.into_iter().enumerate().map(dimension).collect();
        TimeCells::new(&period, &dimensions).unwrap()
    }

    #[test]
    fn every_moment_lies_in_the_cell_whose_bounds_hold_it() {
        let month = |zone: &str| DimensionKey::Month { zone: zone.to_owned() };
        let day = |zone: &str| DimensionKey::Day { zone: zone.to_owned() };
        for (keys, count) in [
            (vec![], 1),
            (vec![month("UTC")], 3),
            (vec![day("UTC"), month("Asia/Kolkata")], 91 + 3),
            (vec![DimensionKey::Quarter { zone: "UTC".to_owned() }, day("Europe/London")], 92),
        ] {
            let cells = cells(keys);
            assert_eq!(cells.len(), count);
            let (first, last) = (cells.bounds[0], cells.bounds[count]);
            let edges = cells.bounds.iter().flat_map(|bound| [bound - 1, *bound, bound + 1]);
            for moment in edges.chain((first - 100_000..last + 100_000).step_by(3607)) {
                let ended = cells.bounds[1..].iter().filter(|end| **end <= moment).count();
                assert_eq!(cells.ends_at_most(moment), ended, "{moment}");
                let is_inside = first <= moment && moment < last;
                assert_eq!(cells.cell_of(moment), is_inside.then_some(ended), "{moment}");
            }
            assert_eq!(cells.cell_end(count - 1), last);
        }
    }
}

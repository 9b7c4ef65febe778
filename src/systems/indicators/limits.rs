//! Which limits stand beside a figure, and whether they were kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use trueline_figures::Slice;

use super::compile::{LimitChoice, definition_id};
use super::figure_inputs::FigureInputs;
use super::model::{Direction, IndicatorLimit, LimitKind, Statistic, StatisticKind, TimeUnit};
use super::row::LimitRow;

/// Rows past the limits of each pack, in the finest slices and by the columns that limits tell
/// apart.
pub(super) struct LateCounts {
    by_pack: BTreeMap<String, Vec<(Slice, Late)>>,
}

/// Late rows, and rows that had a limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Late {
    late: u64,
    limited: u64,
}

/// The same along one choice of dimensions: pack → slice → the parts that limits tell apart in it.
pub(super) struct LateBySlice {
    by_pack: BTreeMap<String, BTreeMap<Slice, Vec<(Slice, Late)>>>,
}

impl LateCounts {
    pub(super) fn new(inputs: &FigureInputs<'_>, dimensions: &[String]) -> LateCounts {
        let mut finest = dimensions.to_vec();
        for limit in &inputs.indicator.limits {
            for column in limit.segment.keys() {
                if limits_cases(limit) && !finest.contains(column) {
                    finest.push(column.clone());
                }
            }
        }
        let by_pack = inputs.list_limiting_packs().into_iter().map(|by| {
            let set = LimitChoice::Of(by.to_owned());
            let id = definition_id(inputs.pack, inputs.indicator, &set);
            let late = inputs.tally_slices(&id, &finest).into_iter().map(|(slice, tally)| {
                let late = Late { late: tally.late, limited: tally.limited };
                (slice, late)
            });
            (by.to_owned(), late.collect())
        });
        LateCounts { by_pack: by_pack.collect() }
    }

    /// Sorts the rows into the slices along some of the dimensions.
    pub(super) fn project_along(&self, dimensions: &[String]) -> LateBySlice {
        let project = |rows: &Vec<(Slice, Late)>| {
            let mut slices: BTreeMap<Slice, Vec<(Slice, Late)>> = BTreeMap::new();
            for (found, late) in rows {
                let (slice, rest): (Slice, Slice) = found
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .partition(|(name, _)| dimensions.contains(name));
                slices.entry(slice).or_default().push((rest, *late));
            }
            slices
        };
        let by_pack = self.by_pack.iter().map(|(by, rows)| (by.clone(), project(rows)));
        LateBySlice { by_pack: by_pack.collect() }
    }
}

impl LateBySlice {
    /// Counts the late and the limited rows in a slice that a limit's segment reaches.
    fn count_late(&self, limit: &IndicatorLimit, slice: &Slice) -> Late {
        let inside = |rest: &Slice| {
            limit.segment.iter().all(|(column, values)| {
                let value = slice.get(column).or_else(|| rest.get(column));
                value.is_none_or(|value| values.contains(value))
            })
        };
        let rows = self.by_pack.get(&limit.by).and_then(|slices| slices.get(slice));
        let rows = rows.map_or(&[] as &[_], Vec::as_slice);
        let reached = rows.iter().filter(|(rest, _)| inside(rest));
        reached.fold(Late::default(), |sum, (_, late)| Late {
            late: sum.late + late.late,
            limited: sum.limited + late.limited,
        })
    }
}

/// A figure beside the limits of its indicator.
pub(super) struct LimitedFigure<'a> {
    pub(super) inputs: &'a FigureInputs<'a>,
    pub(super) statistic: &'a Statistic,
    pub(super) slice: &'a Slice,
    pub(super) value: Option<f64>,
    pub(super) late: &'a LateBySlice,
}

impl LimitedFigure<'_> {
    /// Lists the limits that the figure must keep.
    pub(super) fn list_limits(&self) -> Vec<LimitRow> {
        let limits = self.inputs.indicator.limits.iter();
        limits
            .filter(|limit| concerns_statistic(self.inputs, limit, self.statistic))
            .filter(|limit| reaches_slice(limit, self.slice))
            .filter(|limit| find_days_in_force(self.inputs, limit) != InForce::Never)
            .map(|limit| self.build_row(limit))
            .collect()
    }

    fn build_row(&self, limit: &IndicatorLimit) -> LimitRow {
        let is_on_cases = limits_cases(limit);
        let late = self.late.count_late(limit, self.slice);
        let met =
            if is_on_cases { self.cases_keep_limit(limit, late) } else { self.keeps_limit(limit) };
        LimitRow {
            kind: name_kind(&limit.kind),
            value: limit.value,
            unit: limit.unit.clone(),
            direction: limit.direction,
            segment: limit.segment.clone(),
            from: limit.from.map(|day| day.to_string()),
            until: limit.until.map(|day| day.to_string()),
            by: limit.by.clone(),
            source: limit.source.clone(),
            clause: limit.clause.clone(),
            read: limit.read,
            verified: limit.verified,
            late: is_on_cases.then_some(late.late),
            met,
        }
    }

    /// Whether all cases kept a limit on single cases; `None` if none had it, or if it cannot be
    /// told.
    fn cases_keep_limit(&self, limit: &IndicatorLimit, late: Late) -> Option<bool> {
        let is_alone = self.inputs.indicator.limits.iter().all(|other| {
            std::ptr::eq(other, limit)
                || other.by != limit.by
                || !limits_cases(other)
                || are_disjoint(other, limit)
        });
        match (late.limited, late.late) {
            (0, _) => None,
            (_, 0) => Some(true),
            // Which of several limits of one pack was broken is not known from their sum.
            (_, _) if is_alone => Some(false),
            (_, _) => None,
        }
    }

    /// Whether the value keeps a limit on the figure; `None` without a value, or if the limit is
    /// not in force for the whole period.
    fn keeps_limit(&self, limit: &IndicatorLimit) -> Option<bool> {
        let measured =
            self.value.filter(|_| find_days_in_force(self.inputs, limit) == InForce::Always)?;
        let value = convert_limit(self.inputs, limit, self.statistic);
        Some(match limit.direction {
            Direction::AtMost => measured <= value,
            Direction::AtLeast => measured >= value,
        })
    }
}

/// Whether a limit is on single cases rather than on a figure.
fn limits_cases(limit: &IndicatorLimit) -> bool {
    matches!(limit.kind, LimitKind::Longest(_))
}

/// Whether a limit is about this statistic.
fn concerns_statistic(
    inputs: &FigureInputs<'_>,
    limit: &IndicatorLimit,
    statistic: &Statistic,
) -> bool {
    match (&limit.kind, &statistic.kind) {
        (LimitKind::Mean, StatisticKind::Mean)
        | (
            LimitKind::Longest(_),
            StatisticKind::Longest | StatisticKind::OnTime { against: None },
        )
        | (LimitKind::Rate, StatisticKind::Rate)
        | (LimitKind::Bound, StatisticKind::Bound { .. }) => true,
        (LimitKind::Longest(_), StatisticKind::OnTime { against: Some(by) }) => {
            inputs.pack.generation_of(&limit.by) <= inputs.pack.generation_of(by)
        }
        (LimitKind::Percentile(percent), kind) => match kind {
            StatisticKind::Percentile(published) => (published - percent).abs() < 1e-9,
            StatisticKind::Median => (percent - 50.0).abs() < 1e-9,
            StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::OnTime { .. }
            | StatisticKind::Within { .. }
            | StatisticKind::Count
            | StatisticKind::Sum
            | StatisticKind::Share
            | StatisticKind::Response
            | StatisticKind::Bound { .. }
            | StatisticKind::Rate => false,
        },
        (LimitKind::Share(of), _) => *of == statistic.id,
        (LimitKind::Mean | LimitKind::Longest(_) | LimitKind::Rate | LimitKind::Bound, _) => false,
    }
}

/// Whether a limit holds for anything in a slice. Unlike a limit on single cases, a limit on a
/// figure says nothing about a slice that mixes its segment with others.
fn reaches_slice(limit: &IndicatorLimit, slice: &Slice) -> bool {
    limit.segment.iter().all(|(column, values)| match slice.get(column) {
        Some(value) => values.contains(value),
        None => limits_cases(limit),
    })
}

/// How much of the period a limit is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InForce {
    Always,
    Partly,
    Never,
}

fn find_days_in_force(inputs: &FigureInputs<'_>, limit: &IndicatorLimit) -> InForce {
    let Some((first, last)) = find_period_days(inputs) else {
        return InForce::Always;
    };
    let (from, until) = (limit.from, limit.until);
    if from.is_some_and(|from| from > last) || until.is_some_and(|until| until < first) {
        InForce::Never
    } else if from.is_some_and(|from| from > first) || until.is_some_and(|until| until < last) {
        InForce::Partly
    } else {
        InForce::Always
    }
}

/// The first and last day of the period.
fn find_period_days(inputs: &FigureInputs<'_>) -> Option<(Date, Date)> {
    let zone = inputs.pack.zone.rules();
    let day = |second: i64| {
        let instant = Timestamp::from_second(second).ok()?;
        Some(zone.to_datetime(instant).date())
    };
    Some((day(inputs.period.from)?, day(inputs.period.to - 1)?))
}

/// Whether no case can fall under both limits.
fn are_disjoint(a: &IndicatorLimit, b: &IndicatorLimit) -> bool {
    a.segment.iter().any(|(column, values)| {
        b.segment
            .get(column)
            .is_some_and(|others| values.iter().all(|value| !others.contains(value)))
    })
}

/// The limit's value in the unit of the figure.
fn convert_limit(inputs: &FigureInputs<'_>, limit: &IndicatorLimit, statistic: &Statistic) -> f64 {
    let seconds = |code: &str| TimeUnit::parse(code).map(|unit| inputs.count_unit_seconds(unit));
    match (seconds(&limit.unit), seconds(&statistic.unit)) {
        (Some(from), Some(to)) if from != to => limit.value * from as f64 / to as f64,
        (Some(_) | None, Some(_) | None) => limit.value,
    }
}

fn name_kind(kind: &LimitKind) -> &'static str {
    match kind {
        LimitKind::Mean => "mean",
        LimitKind::Longest(_) => "longest",
        LimitKind::Percentile(_) => "percentile",
        LimitKind::Share(_) => "share",
        LimitKind::Rate => "rate",
        LimitKind::Bound => "bound",
    }
}

//! Which limits stand beside a figure, and whether they were kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use trueline_figures::Slice;

use super::compile::{LimitChoice, definition_id};
use super::model::{Direction, IndicatorLimit, LimitKind, Statistic, StatisticKind};
use super::row::LimitRow;
use super::sheet::FigureInputs;

/// Rows past the limits of each pack, in the finest slices and by what limits tell apart.
pub(super) struct LateCounts {
    by_pack: BTreeMap<String, Vec<(Slice, Late)>>,
}

/// Late rows, and rows that had a limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Late {
    late: u64,
    limited: u64,
}

/// The same along one choice of dimensions: pack → slice → what limits tell apart in it.
pub(super) struct LateBySlice {
    by_pack: BTreeMap<String, BTreeMap<Slice, Vec<(Slice, Late)>>>,
}

impl LateCounts {
    pub(super) fn new(sheet: &FigureInputs<'_>, dimensions: &[String]) -> LateCounts {
        let mut finest = dimensions.to_vec();
        for limit in &sheet.indicator.limits {
            for column in limit.segment.keys() {
                let longest = matches!(limit.kind, LimitKind::Longest(_));
                if longest && !finest.contains(column) {
                    finest.push(column.clone());
                }
            }
        }
        let by_pack = sheet.limiting_packs().into_iter().map(|by| {
            let set = LimitChoice::Of(by.to_owned());
            let id = definition_id(sheet.pack, sheet.indicator, &set);
            let late = sheet.tally_slices(&id, &finest).into_iter().map(|(slice, tally)| {
                let late = Late { late: tally.late, limited: tally.limited };
                (slice, late)
            });
            (by.to_owned(), late.collect())
        });
        LateCounts { by_pack: by_pack.collect() }
    }

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
    /// Late and limited rows of a pack in a slice, as far as a limit's segment reaches.
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

/// The limits that a figure must keep.
pub(super) fn limit_rows(
    sheet: &FigureInputs<'_>,
    statistic: &Statistic,
    slice: &Slice,
    value: Option<f64>,
    late: &LateBySlice,
) -> Vec<LimitRow> {
    sheet
        .indicator
        .limits
        .iter()
        .filter(|limit| concerns_statistic(sheet, limit, statistic))
        .filter(|limit| reaches_slice(limit, slice))
        .filter(|limit| days_in_force(sheet, limit) != InForce::Never)
        .map(|limit| limit_row(sheet, limit, statistic, slice, value, late))
        .collect()
}

/// Whether a limit is about this statistic.
fn concerns_statistic(
    sheet: &FigureInputs<'_>,
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
            sheet.pack.generation_of(&limit.by) <= sheet.pack.generation_of(by)
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

/// Whether a limit holds for anything in a slice. A limit on a figure, unlike one on single cases,
/// says nothing about a slice that mixes its segment with others.
fn reaches_slice(limit: &IndicatorLimit, slice: &Slice) -> bool {
    let each_case = matches!(limit.kind, LimitKind::Longest(_));
    limit.segment.iter().all(|(column, values)| match slice.get(column) {
        Some(value) => values.contains(value),
        None => each_case,
    })
}

/// How much of the period a limit is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InForce {
    Always,
    Partly,
    Never,
}

fn days_in_force(sheet: &FigureInputs<'_>, limit: &IndicatorLimit) -> InForce {
    let Some((first, last)) = period_days(sheet) else {
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

/// First and last day of the period.
fn period_days(sheet: &FigureInputs<'_>) -> Option<(Date, Date)> {
    let zone = sheet.pack.zone.rules();
    let day = |second: i64| {
        let instant = Timestamp::from_second(second).ok()?;
        Some(zone.to_datetime(instant).date())
    };
    Some((day(sheet.period.from)?, day(sheet.period.to - 1)?))
}

fn limit_row(
    sheet: &FigureInputs<'_>,
    limit: &IndicatorLimit,
    statistic: &Statistic,
    slice: &Slice,
    value: Option<f64>,
    late: &LateBySlice,
) -> LimitRow {
    let each_case = matches!(limit.kind, LimitKind::Longest(_));
    let Late { late, limited } = late.count_late(limit, slice);
    let met = if each_case {
        let alone = sheet.indicator.limits.iter().all(|other| {
            std::ptr::eq(other, limit)
                || other.by != limit.by
                || !matches!(other.kind, LimitKind::Longest(_))
                || are_disjoint(other, limit)
        });
        match (limited, late) {
            (0, _) => None,
            (_, 0) => Some(true),
            // Which of several limits of one pack was broken is not known from their sum.
            (_, _) if alone => Some(false),
            (_, _) => None,
        }
    } else {
        value
            .filter(|_| days_in_force(sheet, limit) == InForce::Always)
            .map(|value| keeps_limit(limit, in_unit_of(sheet, limit, statistic), value))
    };
    LimitRow {
        kind: kind_name(&limit.kind),
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
        late: each_case.then_some(late),
        met,
    }
}

/// Whether no case can be under both limits.
fn are_disjoint(a: &IndicatorLimit, b: &IndicatorLimit) -> bool {
    a.segment.iter().any(|(column, values)| {
        b.segment
            .get(column)
            .is_some_and(|others| values.iter().all(|value| !others.contains(value)))
    })
}

/// The limit's value in the unit of the figure.
fn in_unit_of(sheet: &FigureInputs<'_>, limit: &IndicatorLimit, statistic: &Statistic) -> f64 {
    use super::model::TimeUnit;
    let seconds = |code: &str| TimeUnit::parse(code).map(|unit| sheet.unit_seconds(unit));
    match (seconds(&limit.unit), seconds(&statistic.unit)) {
        (Some(from), Some(to)) if from != to => limit.value * from as f64 / to as f64,
        (Some(_) | None, Some(_) | None) => limit.value,
    }
}

fn keeps_limit(limit: &IndicatorLimit, value: f64, measured: f64) -> bool {
    match limit.direction {
        Direction::AtMost => measured <= value,
        Direction::AtLeast => measured >= value,
    }
}

fn kind_name(kind: &LimitKind) -> &'static str {
    match kind {
        LimitKind::Mean => "mean",
        LimitKind::Longest(_) => "longest",
        LimitKind::Percentile(_) => "percentile",
        LimitKind::Share(_) => "share",
        LimitKind::Rate => "rate",
        LimitKind::Bound => "bound",
    }
}

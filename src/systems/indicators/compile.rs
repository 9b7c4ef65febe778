//! Turns an indicator into what the engine measures.
//!
//! One indicator becomes several definitions that differ only in their limits: all limits together,
//! those of each pack alone (was the statute kept, was the promise kept?), and one for each figure
//! that names a limit of its own. The engine measures the clock once for all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use trueline_clock::{ClockRule, Unit};
use trueline_expression::{Compare, Expr, Function, list_names};
use trueline_figures as engine;

use super::model::{
    Approver, ClockSpec, Denominator, ExclusionReason, Indicator, IndicatorLimit, IndicatorMeasure,
    LimitKind, Pack, StatisticKind, TimeUnit,
};
use crate::datasets::Dataset;

/// Which limits of an indicator a definition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LimitChoice {
    All,
    /// Those that one pack set.
    Of(String),
    /// Those that one pack and its ancestors set.
    UpTo(String),
    /// The one that a figure names: the last part of its id.
    Within(String),
}

/// The id of the definition with these limits; equal sets of limits share one.
pub(super) fn definition_id(pack: &Pack, indicator: &Indicator, set: &LimitChoice) -> String {
    if let LimitChoice::Within(statistic) = set {
        return format!("{}#{statistic}", indicator.id);
    }
    let chosen = list_limits(pack, indicator, set);
    if chosen.len() == list_limits(pack, indicator, &LimitChoice::All).len() {
        return indicator.id.clone();
    }
    let of: BTreeSet<&str> = chosen.iter().map(|limit| limit.by.as_str()).collect();
    let of: Vec<&str> = of.into_iter().collect();
    format!("{}@{}", indicator.id, of.join("+"))
}

/// Lists the limits on single cases that a choice holds.
pub(super) fn list_limits<'a>(
    pack: &Pack,
    indicator: &'a Indicator,
    set: &LimitChoice,
) -> Vec<&'a IndicatorLimit> {
    let within = |limit: &&IndicatorLimit| match set {
        LimitChoice::All => true,
        LimitChoice::Of(by) => limit.by == *by,
        LimitChoice::UpTo(by) => pack.generation_of(&limit.by) <= pack.generation_of(by),
        LimitChoice::Within(_) => false,
    };
    indicator
        .limits
        .iter()
        .filter(|limit| matches!(limit.kind, LimitKind::Longest(_)))
        .filter(within)
        .collect()
}

/// Builds every definition that the figures of an indicator need.
pub(super) fn compile_definitions(
    pack: &Pack,
    indicator: &Indicator,
) -> Vec<engine::FigureDefinition> {
    let mut sets = vec![LimitChoice::All];
    let by: BTreeSet<&str> = list_limits(pack, indicator, &LimitChoice::All)
        .iter()
        .map(|limit| limit.by.as_str())
        .collect();
    sets.extend(by.into_iter().map(|by| LimitChoice::Of(by.to_owned())));
    for statistic in &indicator.publish {
        match &statistic.kind {
            StatisticKind::OnTime { against: Some(by) } => sets.push(LimitChoice::UpTo(by.clone())),
            StatisticKind::Within { .. } => sets.push(LimitChoice::Within(statistic.id.clone())),
            StatisticKind::OnTime { against: None }
            | StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::Median
            | StatisticKind::Percentile(_)
            | StatisticKind::Count
            | StatisticKind::Sum
            | StatisticKind::Share
            | StatisticKind::Response
            | StatisticKind::Bound { .. }
            | StatisticKind::Rate => {}
        }
    }
    let mut made: Vec<engine::FigureDefinition> = Vec::new();
    for set in sets {
        let id = definition_id(pack, indicator, &set);
        if made.iter().all(|known| known.id != id) {
            made.extend(compile_definition(pack, indicator, &set, id));
        }
    }
    made
}

fn compile_definition(
    pack: &Pack,
    indicator: &Indicator,
    set: &LimitChoice,
    id: String,
) -> Option<engine::FigureDefinition> {
    Some(engine::FigureDefinition {
        id,
        population: indicator.population.expr.clone(),
        period_moment: indicator.period_moment.as_ref()?.expr.clone(),
        measure: compile_measure(pack, indicator),
        exclusions: compile_exclusions(indicator),
        late_after: compile_limits(pack, indicator, set),
    })
}

fn compile_measure(pack: &Pack, indicator: &Indicator) -> engine::FigureMeasure {
    match &indicator.measure {
        IndicatorMeasure::Waited(clock) => engine::FigureMeasure::Waited {
            start: clock.start.expr.clone(),
            stop: clock.stop.expr.clone(),
            withdrawn: clock.withdrawn.as_ref().map(|moment| moment.expr.clone()),
            subtract: clock.subtract.clone(),
            rule: compile_rule(pack, clock),
        },
        IndicatorMeasure::Amount { value, decimals } => {
            engine::FigureMeasure::Amount { value: value.expr.clone(), decimals: *decimals }
        }
        IndicatorMeasure::Share { hit, of } => {
            engine::FigureMeasure::Share { hit: hit.expr.clone(), of: of.expr.clone() }
        }
        IndicatorMeasure::Ratio { numerator, denominator } => engine::FigureMeasure::Ratio {
            numerator: numerator.expr.clone(),
            denominator: denominator.expr.clone(),
        },
        IndicatorMeasure::Count | IndicatorMeasure::Per(_) => engine::FigureMeasure::Count,
    }
}

/// How time is counted on the clock of an indicator.
pub(super) fn compile_rule(pack: &Pack, clock: &ClockSpec) -> ClockRule {
    ClockRule {
        unit: match clock.unit {
            TimeUnit::Seconds | TimeUnit::Minutes | TimeUnit::Hours => Unit::NaturalHours,
            TimeUnit::Days => Unit::NaturalDays,
            TimeUnit::WorkingHours => Unit::WorkingHours,
            TimeUnit::WorkingDays => Unit::WorkingDays,
        },
        zone: pack.zone.name().to_owned(),
        calendar: pack.calendar.as_deref().map(Arc::from),
        limit_is_on_time: clock.limit_is_on_time,
    }
}

fn compile_exclusions(indicator: &Indicator) -> Vec<engine::ExclusionRule> {
    let mut all: Vec<engine::ExclusionRule> = Vec::new();
    let by_definition = |reason: &str, when: Expr| engine::ExclusionRule {
        reason: Expr::Text(reason.to_owned()),
        approved_by: Some(Expr::Text("definition".to_owned())),
        when,
    };
    let clock = indicator.clock_spec();
    if let Some(clock) = clock
        && indicator.denominator == Denominator::DispatchedMinusWithdrawn
    {
        all.push(by_definition("withdrawn", build_withdrawn_condition(clock)));
    }
    all.extend(indicator.exclusions.iter().map(|exclusion| engine::ExclusionRule {
        reason: match &exclusion.reason {
            ExclusionReason::Fixed(code) => Expr::Text(code.clone()),
            ExclusionReason::From(column) => column.expr.clone(),
        },
        approved_by: Some(match &exclusion.approver {
            Approver::Definition(text) => Expr::Text(text.clone()),
            Approver::From(column) => column.expr.clone(),
        }),
        when: exclusion.when.expr.clone(),
    }));
    let unknown = clock.and_then(|clock| build_day_only_condition(clock, indicator.dataset));
    all.extend(unknown.map(|when| by_definition("day_only", when)));
    all
}

/// The condition for a case that was withdrawn before it was done. One that was done first is done.
fn build_withdrawn_condition(clock: &ClockSpec) -> Expr {
    let moment = clock.withdrawn.as_ref().map(|moment| moment.expr.clone());
    let moment = moment.unwrap_or_else(|| Expr::Name("cancelled".to_owned()));
    let stop = clock.stop.expr.clone();
    let not_done = Expr::Call(Function::Missing, vec![stop.clone()]);
    let before = Expr::Compare(Compare::LessOrEqual, Box::new(moment.clone()), Box::new(stop));
    let either = Expr::Or(vec![not_done, before]);
    Expr::And(vec![Expr::Call(Function::Present, vec![moment]), either])
}

/// For a clock of hours: the condition for a case with a start or stop of which only the day is
/// known, so that its hours are not known either. A clock of days needs only days.
fn build_day_only_condition(clock: &ClockSpec, dataset: Dataset) -> Option<Expr> {
    match clock.unit {
        TimeUnit::Days | TimeUnit::WorkingDays => return None,
        TimeUnit::Seconds | TimeUnit::Minutes | TimeUnit::Hours | TimeUnit::WorkingHours => {}
    }
    let schema = dataset.schema();
    let mut used = list_names(&clock.start.expr);
    used.extend(list_names(&clock.stop.expr));
    let moments = schema.moment_columns().enumerate();
    let places = moments.filter(|(_, moment)| used.iter().any(|name| name == moment.name));
    // `precision` has one letter per moment, in the order of the schema.
    let letter = |place: usize| {
        let at = Expr::Integer(place as i64 + 1);
        let part = vec![Expr::Name("precision".to_owned()), at, Expr::Integer(1)];
        let letter = Box::new(Expr::Call(Function::Part, part));
        Expr::Compare(Compare::Equal, letter, Box::new(Expr::Text("d".to_owned())))
    };
    let letters: Vec<Expr> = places.map(|(place, _)| letter(place)).collect();
    (!letters.is_empty()).then_some(Expr::Or(letters))
}

fn compile_limits(pack: &Pack, indicator: &Indicator, set: &LimitChoice) -> Vec<engine::LateAfter> {
    if let LimitChoice::Within(name) = set {
        let found = indicator.publish.iter().find(|s| s.id == *name);
        let own = found.and_then(|statistic| match &statistic.kind {
            StatisticKind::Within { due, text } => Some((*due, text.clone())),
            StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::Median
            | StatisticKind::Percentile(_)
            | StatisticKind::OnTime { .. }
            | StatisticKind::Count
            | StatisticKind::Sum
            | StatisticKind::Share
            | StatisticKind::Response
            | StatisticKind::Bound { .. }
            | StatisticKind::Rate => None,
        });
        let own = own.map(|(limit, text)| engine::LateAfter {
            when: Expr::Boolean(true),
            limit,
            bound: engine::LimitSource { by: pack.id.clone(), text },
        });
        return own.into_iter().collect();
    }
    let Some(clock) = indicator.clock_spec() else {
        return Vec::new();
    };
    // Of each setter, the engine takes the first limit that holds. Limits of one pack from
    // different sources may hold together, so the source is part of the setter's name.
    let mut limits: Vec<engine::LateAfter> = Vec::new();
    for limit in list_limits(pack, indicator, set) {
        let LimitKind::Longest(due) = &limit.kind else {
            continue;
        };
        let alone = limits.iter().all(|known| known.bound.by != limit.by)
            || has_one_source(indicator, &limit.by);
        limits.push(engine::LateAfter {
            when: compile_limit_condition(limit, clock, pack.zone.rules()),
            limit: *due,
            bound: engine::LimitSource {
                by: if alone {
                    limit.by.clone()
                } else {
                    format!("{} {}", limit.by, limit.source.as_deref().unwrap_or_default())
                },
                text: format!("{} {}", limit.value, limit.unit),
            },
        });
    }
    limits
}

fn has_one_source(indicator: &Indicator, by: &str) -> bool {
    let mut sources = indicator
        .limits
        .iter()
        .filter(|limit| limit.by == by && matches!(limit.kind, LimitKind::Longest(_)))
        .map(|limit| &limit.source);
    let first = sources.next();
    sources.all(|source| Some(source) == first)
}

/// The condition for the cases that a limit holds for: its segment, its own condition and its days
/// in force, which go by the moment when the clock started.
fn compile_limit_condition(limit: &IndicatorLimit, clock: &ClockSpec, zone: &TimeZone) -> Expr {
    let mut parts: Vec<Expr> =
        limit.segment.iter().map(|(column, values)| match_values(column, values)).collect();
    parts.extend(limit.when.as_ref().map(|when| when.expr.clone()));
    let start = || Box::new(clock.start.expr.clone());
    if let Some(from) = limit.from.and_then(|day| find_midnight(day, zone)) {
        parts.push(Expr::Compare(Compare::GreaterOrEqual, start(), Box::new(Expr::Time(from))));
    }
    let after = limit.until.and_then(|day| day.tomorrow().ok());
    if let Some(until) = after.and_then(|day| find_midnight(day, zone)) {
        parts.push(Expr::Compare(Compare::Less, start(), Box::new(Expr::Time(until))));
    }
    join_conditions(parts)
}

/// The condition that a column holds one of these values; `""` is a missing value.
pub(super) fn match_values(column: &str, values: &[String]) -> Expr {
    let name = || Expr::Name(column.to_owned());
    let texts: Vec<Expr> = values
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| Expr::Text(value.clone()))
        .collect();
    let mut parts = Vec::new();
    if !texts.is_empty() {
        parts.push(Expr::In(Box::new(name()), texts));
    }
    if values.iter().any(String::is_empty) {
        parts.push(Expr::Call(Function::Missing, vec![name()]));
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Expr::Or(parts),
    }
}

/// Joins conditions that must all hold. Without any, everything matches.
pub(super) fn join_conditions(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        0 => Expr::Boolean(true),
        1 => parts.remove(0),
        _ => Expr::And(parts),
    }
}

fn find_midnight(day: Date, zone: &TimeZone) -> Option<i64> {
    let instant = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(instant.as_second())
}

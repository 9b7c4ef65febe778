//! Limits by date and working time: the engine against the clock, case by case.

use std::sync::LazyLock;

use proptest::prelude::*;
use trueline_clock::{Calendar, ClockRule, OPEN, Pause, Ruler, TimeLimit, Unit, embedded};
use trueline_figures::{
    BatchSource, FigureDefinition, FigureMeasure, LateAfter, LimitSource, Request, RunError, Tally,
    answer_request, trace_rows,
};

use crate::rows::{self, Case, DAY, NEW_YEAR, ZONE, batch, case, period, request, waited};

static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| embedded::parse_calendars().unwrap());

const SAME_DAY: TimeLimit = TimeLimit::SameDay { before_hour: 16 };

fn rule(unit: Unit) -> ClockRule {
    ClockRule { unit, zone: ZONE.to_owned(), calendar: Some("cn".into()), limit_is_on_time: true }
}

/// A definition without exclusions, with one limit per pack that always holds.
fn limited(unit: Unit, limits: &[TimeLimit]) -> FigureDefinition {
    let late_after = limits.iter().enumerate().map(|(pack, limit)| LateAfter {
        when: trueline_expression::parse_expression("true").unwrap(),
        limit: *limit,
        bound: LimitSource { by: format!("pack {pack}"), text: format!("{limit:?}") },
    });
    let mut made = waited("limited", "kind in ('fix', 'move')", late_after.collect());
    made.exclusions.clear();
    if let FigureMeasure::Waited { rule: own, .. } = &mut made.measure {
        *own = rule(unit);
    }
    made
}

fn asked(definition: FigureDefinition) -> Request {
    let definitions = vec![definition];
    Request { definitions, calendars: CALENDARS.clone(), ..request("2020Q1", Vec::new()) }
}

fn count(request: &Request, cases: &[Case]) -> Tally {
    let sources: Vec<Box<dyn BatchSource>> = vec![Box::new(vec![batch(cases)])];
    answer_request(request, &sources).unwrap().whole_tally("limited").unwrap()
}

/// What the clock itself says, one case after another.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    n: u64,
    sum: i128,
    late: u64,
    sum_bare: i128,
    late_bare: u64,
    open: u64,
    open_late: u64,
    oldest: Option<i64>,
}

fn ask_clock(cases: &[Case], unit: Unit, limits: &[TimeLimit]) -> Asked {
    let ruler = Ruler::new(&rule(unit), &CALENDARS).unwrap();
    let period = period("2020Q1");
    let is_late = |start: i64, at: i64, pauses: &mut [Pause]| {
        limits.iter().any(|limit| ruler.margin_seconds(start, at, *limit, pauses).unwrap() < 0)
    };
    let mut found = Asked::default();
    for case in cases.iter().filter(|case| case.kind != "ask") {
        let Some(start) = case.accepted.max(case.paid) else {
            continue;
        };
        let pauses = case.pauses.iter().filter(|pause| pause.kind != "reopened");
        let mut pauses: Vec<Pause> =
            pauses.map(|pause| (pause.from, pause.to.unwrap_or(OPEN))).collect();
        let stop = case.resolved.filter(|stop| *stop >= start && period.contains_moment(*stop));
        if let Some(stop) = stop {
            found.n += 1;
            found.sum += i128::from(ruler.elapsed_seconds(start, stop, &mut pauses).unwrap());
            found.sum_bare += i128::from(ruler.elapsed_seconds(start, stop, &mut []).unwrap());
            let late = is_late(start, stop, &mut pauses);
            found.late += u64::from(late);
            found.late_bare += u64::from(late || is_late(start, stop, &mut []));
        }
        let still = |end: Option<i64>| end.is_none_or(|end| end >= period.to);
        if start < period.to && still(case.resolved) && still(case.cancelled) {
            let age = ruler.elapsed_seconds(start, period.to, &mut pauses).unwrap();
            found.open += 1;
            found.open_late += u64::from(is_late(start, period.to, &mut pauses));
            found.oldest = found.oldest.max(Some(age));
        }
    }
    found
}

fn as_asked(tally: &Tally) -> Asked {
    let open = tally.open.as_ref().unwrap();
    Asked {
        n: tally.n,
        sum: tally.sum,
        late: tally.late,
        sum_bare: tally.without_pauses.sum,
        late_bare: tally.without_pauses.late,
        open: open.n,
        open_late: open.past_limit,
        oldest: open.oldest,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn limits_by_date_are_those_of_the_clock(
        cases in prop::collection::vec(case(), 0..60),
        days in 0..4_i64,
        pick in 0..4_usize,
        is_worked in any::<bool>(),
    ) {
        let limits: &[TimeLimit] = &[
            vec![TimeLimit::Dates { days }],
            vec![TimeLimit::WorkingDates { days }],
            vec![SAME_DAY],
            vec![TimeLimit::Elapsed { seconds: 2 * DAY }, TimeLimit::Dates { days }],
        ][pick];
        let unit = if is_worked { Unit::WorkingHours } else { Unit::NaturalHours };
        let tally = count(&asked(limited(unit, limits)), &cases);
        prop_assert_eq!(as_asked(&tally), ask_clock(&cases, unit, limits));
    }

    #[test]
    fn working_time_is_that_of_the_clock(
        cases in prop::collection::vec(case(), 0..60), hours in 0..40_i64,
    ) {
        let limits = [TimeLimit::Elapsed { seconds: hours * 3600 }];
        let unit = Unit::WorkingHours;
        let tally = count(&asked(limited(unit, &limits)), &cases);
        prop_assert_eq!(as_asked(&tally), ask_clock(&cases, unit, &limits));
    }
}

/// From Friday 3 January the second day is Sunday, so the limit ends on Monday. Paused over the
/// weekend, which takes nothing off working time, it ends on Tuesday.
#[test]
fn a_pause_on_days_off_moves_a_limit_by_date() {
    let accepted = NEW_YEAR + 2 * DAY + DAY / 2;
    let (saturday, monday) = (NEW_YEAR + 3 * DAY, NEW_YEAR + 5 * DAY);
    let resolved = |moment| Case {
        kind: "fix",
        accepted: Some(accepted),
        resolved: Some(moment),
        ..Case::default()
    };
    let weekend =
        rows::Pause { kind: "paused", from: saturday, to: Some(monday), ..rows::Pause::default() };
    let tuesday = resolved(monday + DAY + DAY / 2);
    let paused = Case { pauses: vec![weekend.clone()], ..tuesday.clone() };
    let too_late = Case { pauses: vec![weekend], ..resolved(monday + 2 * DAY + DAY / 2) };
    let request = asked(limited(Unit::WorkingHours, &[TimeLimit::Dates { days: 2 }]));
    let counts = |case: Case| {
        let traced =
            trace_rows(&request, "limited", &batch(std::slice::from_ref(&case))).unwrap().unwrap();
        let tally = count(&request, &[case]);
        (tally.late, tally.without_pauses.late, traced[0].is_late())
    };
    assert_eq!(counts(tuesday), (1, 1, true));
    assert_eq!(counts(paused), (0, 1, false));
    assert_eq!(counts(too_late), (1, 1, true));
}

/// Thursday 2 January at noon; its limits are due on Friday, on Saturday and after two days.
#[test]
fn the_trace_names_the_limit_that_is_passed_first_and_its_due_time() {
    let accepted = NEW_YEAR + DAY + DAY / 2;
    let limits = [TimeLimit::Elapsed { seconds: 2 * DAY }, TimeLimit::Dates { days: 1 }];
    let request = asked(limited(Unit::NaturalHours, &limits));
    let against = |case: Case| {
        let traced = trace_rows(&request, "limited", &batch(&[case])).unwrap().unwrap();
        let against = traced[0].limit.clone().unwrap();
        (against.bound.by, against.due, against.late_by, traced[0].is_late())
    };
    let end_of_friday = NEW_YEAR + 3 * DAY;
    let waiting = |hours: i64| Case {
        kind: "fix",
        accepted: Some(accepted),
        resolved: Some(accepted + hours * 3600),
        ..Case::default()
    };
    assert_eq!(against(waiting(36)), ("pack 1".to_owned(), end_of_friday, 0, false));
    assert_eq!(against(waiting(37)), ("pack 1".to_owned(), end_of_friday, 3600, true));
    let open = Case { resolved: None, ..waiting(0) };
    let late_by = period("2020Q1").to - end_of_friday;
    assert_eq!(against(open), ("pack 1".to_owned(), end_of_friday, late_by, true));
    let withdrawn = Case { resolved: None, cancelled: Some(accepted + 60), ..waiting(0) };
    let traced = trace_rows(&request, "limited", &batch(&[withdrawn])).unwrap().unwrap();
    assert_eq!((traced[0].limit.clone(), traced[0].open, traced[0].stop), (None, None, None));
}

/// The run stops: a figure of the cases that happen to be measurable would be another figure.
#[test]
fn a_year_without_a_calendar_stops_the_run_and_names_the_definition() {
    let limits = [TimeLimit::Elapsed { seconds: 3600 }];
    let request = asked(limited(Unit::WorkingHours, &limits));
    let case = Case {
        kind: "fix",
        accepted: Some(NEW_YEAR - 400 * DAY),
        resolved: Some(NEW_YEAR + DAY),
        ..Case::default()
    };
    let sources: Vec<Box<dyn BatchSource>> = vec![Box::new(vec![batch(&[case])])];
    let error = answer_request(&request, &sources).unwrap_err();
    assert!(matches!(&error, RunError::Clock { definition, .. } if definition == "limited"));
}

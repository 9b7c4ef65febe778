//! The clocks of other products break in eleven known ways. Here is one test for each.
//!
//! They share a cause: a due time is stored as a column and patched on events. Ours is computed
//! from the history whenever somebody asks.

use trueline_clock::{
    ClockState, GovernedClocks, LimitInForce, OPEN, Ruler, StoppableClock, TimeLimit, Unit,
    WaitHistory, WaitInterval,
};

use crate::moments::{HOUR, at, ruler};

fn clock(ruler: Ruler, subtract: &[&str]) -> StoppableClock {
    let subtract = subtract.iter().map(|&kind| kind.into()).collect();
    StoppableClock { ruler, subtract }
}

fn natural_hours(subtract: &[&str]) -> StoppableClock {
    clock(ruler(Unit::NaturalHours), subtract)
}

fn bound(by: &str, clock: &StoppableClock, hours: i64) -> LimitInForce {
    LimitInForce {
        by: by.into(),
        clock: clock.clone(),
        limit: TimeLimit::Elapsed { seconds: hours * HOUR },
        from: i64::MIN,
        until: OPEN,
        applies: GovernedClocks::ToReadings,
    }
}

fn interval<'a>(kind: &'a str, from: &str, to: Option<&str>) -> WaitInterval<'a> {
    WaitInterval { kind, from: at(from), to: to.map(at) }
}

fn history<'a>(
    start: &str,
    stop: Option<&str>,
    intervals: &'a [WaitInterval<'a>],
) -> WaitHistory<'a> {
    WaitHistory { start: at(start), stop: stop.map(at), intervals }
}

/// osTicket #1168, #2131, #4166, #4984: limits in business hours came after five years.
#[test]
fn a_limit_in_working_hours_sleeps_at_night_and_on_days_off() {
    let working = ruler(Unit::WorkingHours);
    let limit = TimeLimit::Elapsed { seconds: 4 * HOUR };
    // Friday 17:00 has one hour left; a night and a weekend later, three more.
    let (start, now) = (at("2020-05-15 17:00"), at("2020-05-18 10:00"));
    assert_eq!(working.elapsed_seconds(start, now, &mut []), Ok(2 * HOUR));
    let due = working.due_time(start, limit, &mut [], now);
    // Three hours into Monday is noon; nothing is counted until work goes on at 13:00.
    assert_eq!(due, Ok(at("2020-05-18 13:00")));
}

/// Chatwoot #14009, Frappe Helpdesk #2212: one period a day only, so lunch counts against you.
#[test]
fn the_lunch_break_does_not_count() {
    let working = ruler(Unit::WorkingHours);
    let elapsed = |start, stop| working.elapsed_seconds(at(start), at(stop), &mut []);
    assert_eq!(elapsed("2020-05-18 11:30", "2020-05-18 13:30"), Ok(HOUR));
    assert_eq!(elapsed("2020-05-18 12:00", "2020-05-18 13:00"), Ok(0));
}

/// Chatwoot #6889: limits cannot raise an alarm before they are passed.
#[test]
fn a_warning_is_the_due_time_of_a_part_of_the_limit() {
    let working = ruler(Unit::WorkingHours);
    let start = at("2020-05-18 09:00");
    let four_fifths = TimeLimit::Elapsed { seconds: 10 * HOUR * 4 / 5 };
    let warn = working.due_time(start, four_fifths, &mut [], start).unwrap();
    assert_eq!(warn, at("2020-05-19 09:00"));
    let limit = TimeLimit::Elapsed { seconds: 10 * HOUR };
    let left = working.remaining_seconds(start, warn, limit, &mut []);
    assert_eq!(left, Ok(2 * HOUR));
}

/// Zammad #5177: the smaller time to the next update overrides the first response, in silence.
#[test]
fn a_smaller_limit_does_not_silence_another() {
    let clock = natural_hours(&[]);
    let bounds = [bound("first response", &clock, 8), bound("update", &clock, 2)];
    let history = history("2020-05-18 09:00", None, &[]);
    let shown = clock.read_history(&history, &bounds, at("2020-05-18 10:00"));
    let due = shown.unwrap().due.unwrap();
    // The earlier one counts, and says whose it is.
    assert_eq!((&*bounds[due.bound].by, due.at), ("update", at("2020-05-18 11:00")));
    // Without it the other stands where it always stood.
    let shown = clock.read_history(&history, &bounds[..1], at("2020-05-18 10:00"));
    assert_eq!(shown.unwrap().due.unwrap().at, at("2020-05-18 17:00"));
}

/// Zammad #4353: after a limit is deactivated, what was late by it stays late.
#[test]
fn a_limit_that_is_withdrawn_leaves_nothing_late() {
    let clock = natural_hours(&[]);
    let history = history("2020-05-18 09:00", None, &[]);
    let mut limit = bound("promise", &clock, 2);
    let now = at("2020-05-18 12:00");
    let late = clock.read_history(&history, std::slice::from_ref(&limit), now);
    assert_eq!(late.unwrap().due.unwrap().margin, -HOUR);
    limit.until = now;
    assert_eq!(clock.read_history(&history, &[limit], now).unwrap().due, None);
}

/// Zammad #2579: the time to solution is never written when a ticket is closed.
#[test]
fn what_is_stopped_shows_its_time_for_ever() {
    let clock = natural_hours(&["paused"]);
    let pauses = [interval("paused", "2020-05-18 10:00", Some("2020-05-18 11:00"))];
    let history = history("2020-05-18 09:00", Some("2020-05-18 15:00"), &pauses);
    for now in ["2020-05-18 15:00", "2020-05-19 00:00", "2026-12-31 00:00"] {
        let shown = clock.read_history(&history, &[], at(now)).unwrap();
        assert_eq!((shown.elapsed, shown.subtracted), (5 * HOUR, HOUR));
        assert_eq!(shown.state, ClockState::Stopped);
    }
}

/// Zammad #188, GLPI #23359: the time a reopened ticket was "solved" counts as pending.
#[test]
fn a_reopened_history_keeps_its_first_start_and_pauses_only_what_is_named() {
    // Stopped at 12:00, which did not hold; opened again at 15:00 and stopped at 17:00.
    let gap = interval("awaiting confirmation", "2020-05-18 12:00", Some("2020-05-18 15:00"));
    let again = interval("reopened", "2020-05-18 15:00", Some("2020-05-18 17:00"));
    let first_start = "2020-05-18 09:00";
    let intervals = [gap, again];
    let closed = history(first_start, Some("2020-05-18 17:00"), &intervals);
    let now = at("2020-05-20 00:00");
    let elapsed =
        |clock: &StoppableClock, history| clock.read_history(history, &[], now).unwrap().elapsed;
    assert_eq!(elapsed(&natural_hours(&["paused"]), &closed), 8 * HOUR);
    let without_gap = natural_hours(&["awaiting confirmation"]);
    assert_eq!(elapsed(&without_gap, &closed), 5 * HOUR);
    // Between the reopening and the second stop it is open, and runs.
    let intervals = [gap, WaitInterval { to: None, ..again }];
    let open = history(first_start, None, &intervals);
    let shown = without_gap.read_history(&open, &[], at("2020-05-18 16:00")).unwrap();
    assert_eq!((shown.elapsed, shown.state), (4 * HOUR, ClockState::Running));
}

/// GLPI #6902: waiting time is lost when the agreement changes while a ticket waits.
#[test]
fn a_limit_that_changes_midway_loses_no_waiting_time() {
    let clock = natural_hours(&["paused"]);
    let change = at("2020-05-18 15:00");
    let mut old = bound("old promise", &clock, 48);
    old.until = change;
    let mut new = bound("new promise", &clock, 24);
    new.from = change;
    let bounds = [old, new];
    let pauses = [interval("paused", "2020-05-18 12:00", Some("2020-05-18 18:00"))];
    let history = history("2020-05-18 09:00", None, &pauses);
    let due = |now| clock.read_history(&history, &bounds, at(now)).unwrap().due.unwrap().at;
    // The pause lasts six hours, before and after the change alike.
    assert_eq!(due("2020-05-18 14:59:59"), at("2020-05-20 15:00"));
    assert_eq!(due("2020-05-18 15:00"), at("2020-05-19 15:00"));
    // A limit that rules only what starts under it leaves this history to the old one.
    let [mut old, mut new] = bounds;
    (old.applies, new.applies) = (GovernedClocks::ToStarts, GovernedClocks::ToStarts);
    let kept = clock.read_history(&history, &[old, new], at("2020-05-19 00:00"));
    assert_eq!(kept.unwrap().due.unwrap().at, at("2020-05-20 15:00"));
}

/// Zammad #2082: the time of escalation is not updated after a change.
#[test]
fn the_due_time_follows_the_history() {
    let clock = natural_hours(&["paused"]);
    let bounds = [bound("promise", &clock, 4)];
    let due = |start, intervals: &[WaitInterval]| {
        let history = history(start, None, intervals);
        let shown = clock.read_history(&history, &bounds, at("2020-05-18 12:00"));
        shown.unwrap().due.unwrap().at
    };
    let first = due("2020-05-18 09:00", &[]);
    assert_eq!(first, at("2020-05-18 13:00"));
    let open = [interval("paused", "2020-05-18 11:00", None)];
    assert_eq!(due("2020-05-18 09:00", &open), at("2020-05-18 14:00"));
    let ended = [interval("paused", "2020-05-18 11:00", Some("2020-05-18 11:30"))];
    assert_eq!(due("2020-05-18 09:00", &ended), at("2020-05-18 13:30"));
    // A start that was entered wrongly and mended.
    assert_eq!(due("2020-05-18 08:00", &[]), at("2020-05-18 12:00"));
}

/// Zammad's own page: agreements that overlap conflict, and changing one slows the system.
#[test]
fn limits_that_overlap_run_side_by_side_in_any_order() {
    let natural = natural_hours(&[]);
    let working = clock(ruler(Unit::WorkingHours), &["paused"]);
    let nation = bound("nation", &natural, 48);
    let province = bound("province", &natural, 24);
    let operator = bound("operator", &working, 8);
    let history = history("2020-05-15 17:00", None, &[]);
    let now = at("2020-05-15 18:00");
    let first = |bounds: &[LimitInForce]| {
        let due = natural.read_history(&history, bounds, now).unwrap().due.unwrap();
        (bounds[due.bound].by.to_string(), due.at)
    };
    // Eight working hours from Friday 17:00 end on Monday; 24 natural ones on Saturday.
    let expected = ("province".to_owned(), at("2020-05-16 17:00"));
    assert_eq!(first(&[nation.clone(), province.clone(), operator.clone()]), expected);
    assert_eq!(first(&[operator.clone(), province, nation.clone()]), expected);
    // Taking one away changes no other.
    let expected = ("nation".to_owned(), at("2020-05-17 17:00"));
    assert_eq!(first(&[operator, nation]), expected);
}

/// Zammad's model: "pending" stops the clock and nobody has to say why.
#[test]
fn only_named_kinds_stop_the_clock_and_each_answers_for_its_own_seconds() {
    let pauses = [
        interval("paused", "2020-05-18 10:00", Some("2020-05-18 12:00")),
        interval("pending", "2020-05-18 09:00", Some("2020-05-18 14:00")),
    ];
    let history = history("2020-05-18 09:00", Some("2020-05-18 15:00"), &pauses);
    let clock = natural_hours(&["paused"]);
    let shown = clock.read_history(&history, &[], at("2020-05-18 15:00")).unwrap();
    assert_eq!((shown.elapsed, shown.subtracted), (4 * HOUR, 2 * HOUR));
    // What each interval takes can be laid beside its reason and its approver.
    let mut marked =
        [(pauses[0].from, at("2020-05-18 12:00"), 0), (at("2020-05-18 11:00"), OPEN, 1)];
    let mut taken = [0; 2];
    let (start, stop) = (history.start, at("2020-05-18 15:00"));
    let ruler = &clock.ruler;
    ruler
        .each_pause(start, stop, &mut marked, |mark, seconds| {
            taken[mark as usize] += seconds;
        })
        .unwrap();
    assert_eq!(taken, [2 * HOUR, 3 * HOUR]);
}

/// Two limits that are due at one instant: the one that is listed first is named.
#[test]
fn of_two_limits_due_at_once_the_first_is_named() {
    let clock = natural_hours(&[]);
    let bounds = [bound("first", &clock, 2), bound("second", &clock, 2)];
    let history = history("2020-05-18 09:00", None, &[]);
    let shown = clock.read_history(&history, &bounds, at("2020-05-18 10:00")).unwrap();
    let due = shown.due.unwrap();
    assert_eq!((due.bound, due.margin), (0, HOUR));
}

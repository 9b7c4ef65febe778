//! Where clocks go wrong by one: at the limit, at midnight, at the end of a month, where the
//! offset changes, and where a pause ends.

use trueline_clock::{
    ClockRule, ClockState, OPEN, Pause, Ruler, StoppableClock, TimeLimit, Unit, Unmeasurable,
    WaitHistory, WaitInterval,
};

use crate::moments::{DAY, HOUR, at, calendars, moment_in, natural, rule, ruler};

const SAME_DAY: TimeLimit = TimeLimit::SameDay { before_hour: 16 };

fn exclusive(unit: Unit) -> Ruler {
    let rule = ClockRule { limit_is_on_time: false, ..rule(unit) };
    Ruler::new(&rule, calendars()).unwrap()
}

fn is_late(ruler: &Ruler, start: &str, stop: &str, limit: TimeLimit) -> bool {
    let measured = ruler.measure_wait(at(start), at(stop), limit, &mut []);
    measured.unwrap().is_late()
}

fn due(ruler: &Ruler, start: &str, limit: TimeLimit, pauses: &[(&str, &str)]) -> i64 {
    let mut pauses: Vec<Pause> = pauses.iter().map(|&(a, b)| (at(a), at(b))).collect();
    ruler.due_time(at(start), limit, &mut pauses, at(start)).unwrap()
}

#[test]
fn exactly_at_the_limit_is_on_time_unless_the_rule_says_otherwise() {
    let limit = TimeLimit::Elapsed { seconds: 48 * HOUR };
    let start = "2020-05-18 09:30";
    let (inside, outside) = (ruler(Unit::NaturalHours), exclusive(Unit::NaturalHours));
    assert!(!is_late(&inside, start, "2020-05-20 09:30:00", limit));
    assert!(is_late(&inside, start, "2020-05-20 09:30:01", limit));
    assert!(!is_late(&outside, start, "2020-05-20 09:29:59", limit));
    assert!(is_late(&outside, start, "2020-05-20 09:30:00", limit));
}

#[test]
fn exactly_midnight_of_the_last_day_is_the_limit_itself() {
    for limit in [TimeLimit::Dates { days: 1 }, TimeLimit::WorkingDates { days: 1 }, SAME_DAY] {
        let start = "2020-05-18 16:00";
        let (inside, outside) = (ruler(Unit::NaturalDays), exclusive(Unit::NaturalDays));
        assert!(!is_late(&inside, start, "2020-05-19 24:00", limit));
        assert!(is_late(&inside, start, "2020-05-20 00:00:01", limit));
        assert!(!is_late(&outside, start, "2020-05-19 23:59:59", limit));
        assert!(is_late(&outside, start, "2020-05-19 24:00", limit));
    }
}

#[test]
fn accepted_at_16_00_belongs_to_the_next_day() {
    let ruler = natural("Asia/Shanghai");
    assert_eq!(due(&ruler, "2020-05-18 15:59:59", SAME_DAY, &[]), at("2020-05-18 24:00"));
    assert_eq!(due(&ruler, "2020-05-18 16:00:00", SAME_DAY, &[]), at("2020-05-19 24:00"));
    assert_eq!(due(&ruler, "2020-05-18 00:00:00", SAME_DAY, &[]), at("2020-05-18 24:00"));
}

/// The script this replaces compared days of the month: the 1st came before the 31st.
#[test]
fn the_last_day_of_a_month_and_of_a_year_are_days_like_others() {
    let ruler = natural("Asia/Shanghai");
    let same_day = |start| due(&ruler, start, SAME_DAY, &[]);
    assert_eq!(same_day("2020-05-31 17:00"), at("2020-06-01 24:00"));
    assert_eq!(same_day("2020-02-28 17:00"), at("2020-02-29 24:00"));
    assert_eq!(same_day("2019-12-31 15:00"), at("2019-12-31 24:00"));
    assert_eq!(same_day("2019-12-31 16:00"), at("2020-01-01 24:00"));
    let dates = |start, days| due(&ruler, start, TimeLimit::Dates { days }, &[]);
    assert_eq!(dates("2019-12-31 23:59:59", 1), at("2020-01-01 24:00"));
    assert_eq!(dates("2020-01-31 10:00", 30), at("2020-03-01 24:00"));
    let working = crate::moments::ruler(Unit::WorkingHours);
    let elapsed = working.elapsed_seconds(at("2019-12-31 17:00"), at("2020-01-02 10:00"), &mut []);
    assert_eq!(elapsed, Ok(2 * HOUR), "1 January is off");
}

#[test]
fn a_pause_across_midnight_takes_its_own_seconds() {
    let pauses = [("2020-05-18 22:00", "2020-05-19 02:00")];
    let natural = natural("Asia/Shanghai");
    let limit = TimeLimit::Elapsed { seconds: 24 * HOUR };
    assert_eq!(due(&natural, "2020-05-18 12:00", limit, &pauses), at("2020-05-19 16:00"));
    // By date, a day counts unless it was paused from its first second to its last.
    let dates = TimeLimit::Dates { days: 2 };
    assert_eq!(due(&natural, "2020-05-18 12:00", dates, &pauses), at("2020-05-20 24:00"));
    let whole = [("2020-05-18 22:00", "2020-05-20 00:00")];
    assert_eq!(due(&natural, "2020-05-18 12:00", dates, &whole), at("2020-05-21 24:00"));
    let nearly = [("2020-05-19 00:00:01", "2020-05-20 00:00")];
    assert_eq!(due(&natural, "2020-05-18 12:00", dates, &nearly), at("2020-05-20 24:00"));
    // At night nobody works, so the pause is worth nothing in working time.
    let working = ruler(Unit::WorkingHours);
    let limit = TimeLimit::Elapsed { seconds: 8 * HOUR };
    let expected = due(&working, "2020-05-18 10:00", limit, &[]);
    assert_eq!(due(&working, "2020-05-18 10:00", limit, &pauses), expected);
}

#[test]
fn a_working_day_whose_work_is_paused_does_not_count() {
    let working = ruler(Unit::WorkingDays);
    let limit = TimeLimit::WorkingDates { days: 2 };
    // Tuesday's two periods are paused by two pauses that leave lunch and night free.
    let paused =
        [("2020-05-19 09:00", "2020-05-19 12:00"), ("2020-05-19 13:00", "2020-05-19 18:00")];
    assert_eq!(due(&working, "2020-05-18 10:00", limit, &paused), at("2020-05-21 24:00"));
    assert_eq!(due(&working, "2020-05-18 10:00", limit, &paused[..1]), at("2020-05-20 24:00"));
}

/// The visit was agreed for Monday; the customer moved it to Thursday.
#[test]
fn a_moved_appointment_starts_the_clock_again_or_pauses_it() {
    let ruler = natural("Asia/Shanghai");
    // A pack that starts at the latest appointment sees only the new one.
    let moved = "2020-05-21 10:00";
    assert_eq!(due(&ruler, moved, SAME_DAY, &[]), at("2020-05-21 24:00"));
    // A pack that starts at acceptance may take off the wait from the old to the new one.
    let limit = TimeLimit::Elapsed { seconds: 72 * HOUR };
    let wait = [("2020-05-18 10:00", "2020-05-21 10:00")];
    assert_eq!(due(&ruler, "2020-05-17 10:00", limit, &wait), at("2020-05-23 10:00"));
    assert_eq!(due(&ruler, "2020-05-17 10:00", limit, &[]), at("2020-05-20 10:00"));
}

#[test]
fn a_pause_that_is_still_open_runs_to_the_moment_of_asking() {
    let ruler = natural("Asia/Shanghai");
    let (start, now) = (at("2020-05-18 10:00"), at("2020-05-18 16:00"));
    let mut pauses = [(at("2020-05-18 12:00"), OPEN)];
    assert_eq!(ruler.elapsed_seconds(start, now, &mut pauses), Ok(2 * HOUR));
    let limit = TimeLimit::Elapsed { seconds: 3 * HOUR };
    assert_eq!(ruler.due_time(start, limit, &mut pauses, now), Ok(at("2020-05-18 17:00")));
    assert_eq!(ruler.remaining_seconds(start, now, limit, &mut pauses), Ok(HOUR));
    assert_eq!(pauses, [(at("2020-05-18 12:00"), OPEN)], "asking closes nothing");
}

/// The clock shows no more until the pause ends, so nobody is late before.
#[test]
fn a_pause_that_begins_exactly_at_the_limit_carries_the_due_time_to_its_end() {
    let ruler = natural("Asia/Shanghai");
    let limit = TimeLimit::Elapsed { seconds: 3 * HOUR };
    let due = |from| due(&ruler, "2020-05-18 10:00", limit, &[(from, "2020-05-18 15:00")]);
    assert_eq!(due("2020-05-18 13:00"), at("2020-05-18 15:00"));
    assert_eq!(due("2020-05-18 13:00:01"), at("2020-05-18 13:00"));
    assert_eq!(due("2020-05-18 12:59:59"), at("2020-05-18 15:00:01"));
}

#[test]
fn overlapping_pauses_count_once_and_outside_ones_not_at_all() {
    let ruler = natural("Asia/Shanghai");
    let pause = |from, to| (at(from), at(to));
    let mut pauses = [
        pause("2020-05-18 15:00", "2020-05-19 09:00"),
        pause("2020-05-18 12:00", "2020-05-18 14:00"),
        pause("2020-05-18 13:00", "2020-05-18 13:30"),
        pause("2020-05-18 13:00", "2020-05-18 14:30"),
        pause("2020-05-18 08:00", "2020-05-18 10:30"),
        pause("2020-05-18 14:40", "2020-05-18 14:35"),
        pause("2020-05-17 08:00", "2020-05-17 10:30"),
    ];
    let elapsed =
        ruler.elapsed_seconds(at("2020-05-18 10:00"), at("2020-05-18 16:00"), &mut pauses);
    // Six hours, less 10:00–10:30, 12:00–14:30 and 15:00–16:00.
    assert_eq!(elapsed, Ok(2 * HOUR));
}

#[test]
fn a_local_day_has_23_or_25_hours_where_clocks_change() {
    for (zone, spring, autumn) in [
        ("Europe/London", "2020-03-28", "2020-10-24"),
        ("America/Vancouver", "2020-03-07", "2020-10-31"),
    ] {
        let ruler = natural(zone);
        for (day, hours) in [(spring, 47), (autumn, 49)] {
            let start = moment_in(zone, &format!("{day} 00:00"));
            let due = ruler.due_time(start, TimeLimit::Dates { days: 1 }, &mut [], start);
            assert_eq!(due, Ok(start + hours * HOUR), "{zone} {day}");
            // A duration in days stays 86 400 seconds each.
            let limit = TimeLimit::Elapsed { seconds: 2 * DAY };
            assert_eq!(ruler.due_time(start, limit, &mut [], start), Ok(start + 48 * HOUR));
        }
        let noon = moment_in(zone, &format!("{spring} 17:00"));
        let due = ruler.due_time(noon, SAME_DAY, &mut [], noon).unwrap();
        assert_eq!(due, noon + (7 + 23) * HOUR, "{zone}");
    }
}

#[test]
fn a_day_is_a_day_of_the_rule_and_not_of_greenwich() {
    // 2020-05-18 07:30 in Shanghai is still the 17th in Greenwich and in Vancouver.
    let start = at("2020-05-18 07:30");
    let due = |zone| natural(zone).due_time(start, TimeLimit::Dates { days: 1 }, &mut [], start);
    assert_eq!(due("Asia/Shanghai"), Ok(moment_in("Asia/Shanghai", "2020-05-19 24:00")));
    assert_eq!(due("UTC"), Ok(moment_in("UTC", "2020-05-18 24:00")));
    let vancouver = moment_in("America/Vancouver", "2020-05-18 24:00");
    assert_eq!(due("America/Vancouver"), Ok(vancouver));
}

#[test]
fn where_pauses_overlap_the_one_that_begins_first_takes_the_time() {
    let ruler = natural("Asia/Shanghai");
    let parts = |mut pauses: [(i64, i64, u32); 3]| {
        let mut parts = [0; 3];
        let each = |mark: u32, seconds| parts[mark as usize] += seconds;
        ruler.each_pause(0, 100, &mut pauses, each).unwrap();
        parts
    };
    assert_eq!(parts([(10, 30, 0), (20, 40, 1), (35, 50, 2)]), [20, 10, 10]);
    assert_eq!(parts([(20, 40, 1), (35, 50, 2), (10, 30, 0)]), [20, 10, 10], "in any order");
    assert_eq!(parts([(10, 50, 0), (20, 30, 1), (90, OPEN, 2)]), [40, 0, 10]);
    assert_eq!(parts([(10, 20, 0), (10, 30, 1), (10, 20, 2)]), [10, 10, 0], "the shorter first");
    assert_eq!(parts([(-5, 5, 0), (99, 200, 1), (200, 300, 2)]), [5, 1, 0], "cut to the wait");
}

#[test]
fn a_clock_says_whether_it_runs() {
    let subtract = vec!["paused".into()];
    let clock = StoppableClock { ruler: natural("Asia/Shanghai"), subtract };
    let intervals = [
        WaitInterval { kind: "paused", from: 100, to: Some(200) },
        WaitInterval { kind: "held", from: 150, to: None },
    ];
    let open = WaitHistory { start: 0, stop: None, intervals: &intervals };
    let state = |now| clock.read_history(&open, &[], now).map(|shown| (shown.state, shown.elapsed));
    assert_eq!(state(99), Ok((ClockState::Running, 99)));
    assert_eq!(state(100), Ok((ClockState::Paused, 100)));
    assert_eq!(state(199), Ok((ClockState::Paused, 100)));
    assert_eq!(state(200), Ok((ClockState::Running, 100)), "held stops nothing");
    assert_eq!(state(-1), Err(Unmeasurable::StopBeforeStart { seconds: 1 }));
    let closed = WaitHistory { stop: Some(150), ..open };
    let shown = clock.read_history(&closed, &[], 120).unwrap();
    assert_eq!((shown.state, shown.elapsed, shown.subtracted), (ClockState::Stopped, 100, 50));
}

#[test]
fn a_due_time_is_written_with_seconds_only_if_it_has_some() {
    let ruler = natural("Asia/Shanghai");
    let text = |moment| ruler.due_text(at(moment)).unwrap();
    assert_eq!(text("2020-05-18 17:30"), "2020-05-18 17:30");
    assert_eq!(text("2020-05-18 07:03:09"), "2020-05-18 07:03:09");
    assert_eq!(text("2020-05-18 23:59:59"), "2020-05-18 23:59:59");
    assert_eq!(text("2020-05-18 24:00"), "2020-05-18 24:00", "the end of the day, not a beginning");
    assert_eq!(text("2020-05-18 00:00:01"), "2020-05-18 00:00:01");
    assert_eq!(ruler.due_text(i64::MAX), Err(Unmeasurable::OutOfRange));
}

#[test]
fn a_wait_that_ends_as_it_begins_is_nothing_and_one_that_ends_before_is_an_error() {
    let ruler = natural("Asia/Shanghai");
    assert_eq!(ruler.elapsed_seconds(500, 500, &mut []), Ok(0));
    let before = Err(Unmeasurable::StopBeforeStart { seconds: 1 });
    assert_eq!(ruler.elapsed_seconds(500, 499, &mut []), before);
    let mut parts = Vec::new();
    let mut pauses = [(400, 600, 3)];
    let none = ruler.each_pause(500, 500, &mut pauses, |mark, seconds| parts.push((mark, seconds)));
    assert_eq!((none, &*parts), (Ok(()), &[(3, 0)][..]));
    let error = ruler.each_pause(500, 499, &mut pauses, |_, _| panic!("nothing to divide"));
    assert_eq!(error, Err(Unmeasurable::StopBeforeStart { seconds: 1 }));
}

#[test]
fn remaining_and_late_seconds_never_go_below_zero() {
    let ruler = natural("Asia/Shanghai");
    let limit = TimeLimit::Elapsed { seconds: 100 };
    let at = |now| {
        let remaining = ruler.remaining_seconds(0, now, limit, &mut []);
        (remaining.unwrap(), ruler.late_by(0, now, limit, &mut []).unwrap())
    };
    assert_eq!(at(40), (60, 0));
    assert_eq!(at(100), (0, 0));
    assert_eq!(at(130), (0, 30));
}

/// A limit of nothing is due at the start; where even that is late, just before it.
#[test]
fn a_limit_of_no_time_is_due_at_the_start() {
    let limit = TimeLimit::Elapsed { seconds: 0 };
    let due = |ruler: &Ruler, pauses: &mut [Pause]| ruler.due_time(1000, limit, pauses, 1000);
    let natural = natural("Asia/Shanghai");
    assert_eq!(due(&natural, &mut []), Ok(1000));
    assert_eq!(due(&natural, &mut [(1000, 1200)]), Ok(1200), "the clock has not started yet");
    assert_eq!(due(&exclusive(Unit::NaturalHours), &mut [(1000, 1200)]), Ok(999));
}

/// The calendar begins with 2019; before that the clock has stood still from its start.
#[test]
fn a_pause_from_the_start_may_lie_before_the_calendar() {
    let working = ruler(Unit::WorkingHours);
    let limit = TimeLimit::Elapsed { seconds: HOUR };
    let pause = [("2018-12-31 10:00", "2019-01-02 09:00")];
    assert_eq!(due(&working, "2018-12-31 10:00", limit, &pause), at("2019-01-02 10:00"));
}

#[test]
fn the_years_from_1900_to_2199_can_be_measured() {
    let ruler = natural("UTC");
    let first = moment_in("UTC", "1900-01-01 00:00");
    let last = moment_in("UTC", "2199-12-31 23:59:59");
    assert_eq!(ruler.elapsed_seconds(first, last, &mut []), Ok(last - first));
    for (start, stop) in [(first - 1, last), (first, last + 1)] {
        assert_eq!(ruler.elapsed_seconds(start, stop, &mut []), Err(Unmeasurable::OutOfRange));
    }
}

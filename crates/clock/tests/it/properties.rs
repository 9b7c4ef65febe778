//! What holds for every clock, whatever the rule, the history and the limit.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use trueline_clock::{
    Calendar, ClockRule, DayKind, OPEN, Pause, Ruler, TimeLimit, Unit, Unmeasurable,
};

use crate::moments::{DAY, HOUR, calendars};

/// Every unit in zones with and without a change of offset, limits inclusive and not.
static RULERS: LazyLock<Vec<Ruler>> = LazyLock::new(|| {
    let mut rulers = Vec::new();
    for (zone, calendar) in [
        ("Asia/Shanghai", "cn"),
        ("Europe/London", "uk"),
        ("America/Vancouver", "cn"),
        ("Asia/Kolkata", "in"),
    ] {
        for unit in [Unit::NaturalHours, Unit::NaturalDays, Unit::WorkingHours, Unit::WorkingDays] {
            for limit_is_on_time in [true, false] {
                let rule = ClockRule {
                    unit,
                    zone: zone.to_owned(),
                    calendar: Some(calendar.into()),
                    limit_is_on_time,
                };
                rulers.push(Ruler::new(&rule, calendars()).unwrap());
            }
        }
    }
    rulers
});

/// 2019-03-01 to 2020-12-01: inside the calendars with room on both sides.
const FIRST: i64 = 1_551_398_400;
const LAST: i64 = 1_606_780_800;

fn a_ruler() -> impl Strategy<Value = &'static Ruler> {
    (0..RULERS.len()).prop_map(|index| &RULERS[index])
}

/// Any second, and often one where something changes: midnight and opening hours in UTC+8.
fn a_moment() -> impl Strategy<Value = i64> {
    let edge = (0..(LAST - FIRST) / HOUR).prop_map(|hour| FIRST + hour * HOUR);
    prop_oneof![FIRST..LAST, edge]
}

fn a_span() -> impl Strategy<Value = (i64, i64)> {
    (a_moment(), prop_oneof![0..3 * HOUR, 0..4 * DAY, 0..60 * DAY])
        .prop_map(|(from, length)| (from, from + length))
}

/// Pauses near a span: overlapping, touching, outside, backwards, open.
fn pauses_near(start: i64) -> impl Strategy<Value = Vec<Pause>> {
    let from = (start - 10 * DAY)..(start + 40 * DAY);
    let length = prop_oneof![
        8 => 0..5 * DAY,
        1 => -DAY..0,
        1 => Just(OPEN),
    ];
    let pause = (from, length).prop_map(|(from, length)| match length {
        OPEN => (from, OPEN),
        length => (from, from + length),
    });
    prop::collection::vec(pause, 0..6)
}

fn a_span_with_pauses() -> impl Strategy<Value = (i64, i64, Vec<Pause>)> {
    a_span().prop_flat_map(|(start, stop)| (Just(start), Just(stop), pauses_near(start)))
}

fn a_limit() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        prop_oneof![0..4 * HOUR, 0..40 * DAY, (0i64..400).prop_map(|hours| hours * HOUR)]
            .prop_map(|seconds| TimeLimit::Elapsed { seconds }),
        (0i64..40).prop_map(|days| TimeLimit::Dates { days }),
        (0i64..25).prop_map(|days| TimeLimit::WorkingDates { days }),
        (0i8..=24).prop_map(|before_hour| TimeLimit::SameDay { before_hour }),
    ]
}

fn elapsed(ruler: &Ruler, start: i64, stop: i64, pauses: &[Pause]) -> i64 {
    ruler.elapsed_seconds(start, stop, &mut pauses.to_vec()).unwrap()
}

/// The same questions answered one quarter of an hour at a time, straight from the calendar.
///
/// Every period and offset in these calendars falls on a quarter, so this is exact for moments
/// that do.
struct Slow<'a> {
    rule: &'a ClockRule,
    zone: TimeZone,
    calendar: &'static Calendar,
    pauses: &'a [Pause],
}

impl<'a> Slow<'a> {
    fn new(ruler: &'a Ruler, pauses: &'a [Pause]) -> Self {
        let rule = ruler.rule();
        let zone = TimeZone::get(&rule.zone).unwrap();
        let calendar = crate::moments::calendar(rule.calendar.as_deref().unwrap());
        Slow { rule, zone, calendar, pauses }
    }

    fn local(&self, instant: i64) -> DateTime {
        self.zone.to_datetime(jiff::Timestamp::from_second(instant).unwrap())
    }

    fn works(&self, instant: i64) -> bool {
        let local = self.local(instant);
        let second = i64::from(local.hour()) * HOUR + i64::from(local.minute()) * 60;
        let periods = self.calendar.working_periods(local.date()).unwrap();
        periods.iter().any(|period| (period.from..period.to).contains(&second))
    }

    fn stands(&self, instant: i64) -> bool {
        self.pauses.iter().any(|&(from, to)| from <= instant && instant < to)
    }

    fn elapsed(&self, start: i64, stop: i64) -> i64 {
        let all = !self.rule.unit.counts_working_time();
        let counts = |&at: &i64| (all || self.works(at)) && !self.stands(at);
        (start..stop).step_by(900).filter(counts).count() as i64 * 900
    }

    fn start_of(&self, date: Date) -> i64 {
        self.zone.to_timestamp(date.at(0, 0, 0, 0)).unwrap().as_second()
    }

    /// Whether the clock of a day ran at all.
    fn runs(&self, date: Date) -> bool {
        let mut quarters =
            (self.start_of(date)..self.start_of(date.tomorrow().unwrap())).step_by(900);
        quarters.any(|at| !self.stands(at))
    }

    /// Whether the clock of a day ran while it was worked.
    fn runs_at_work(&self, date: Date) -> bool {
        let mut quarters =
            (self.start_of(date)..self.start_of(date.tomorrow().unwrap())).step_by(900);
        quarters.any(|at| self.works(at) && !self.stands(at))
    }

    fn is_worked(&self, date: Date) -> bool {
        self.calendar.day_kind(date) == Ok(DayKind::Working)
    }

    /// The end of the last day of a limit by date.
    fn due(&self, start: i64, limit: TimeLimit) -> i64 {
        type OfDay<'a> = &'a dyn Fn(Date) -> bool;
        let first = self.local(start);
        let (days, counts, ends): (i64, OfDay, OfDay) = match limit {
            TimeLimit::Elapsed { .. } => panic!("not by date"),
            TimeLimit::Dates { days } => {
                (days, &|date| self.runs(date), &|date| self.is_worked(date) && self.runs(date))
            }
            TimeLimit::WorkingDates { days } => {
                (days, &|date| self.runs_at_work(date), &|date| self.runs_at_work(date))
            }
            TimeLimit::SameDay { before_hour } => {
                let days = i64::from(first.hour() >= before_hour);
                (days, &|date| self.runs(date), &|date| self.runs(date))
            }
        };
        let mut date = first.date();
        let mut left = days;
        while left > 0 || !ends(date) {
            date = date.tomorrow().unwrap();
            left -= i64::from(left > 0 && counts(date));
        }
        self.start_of(date.tomorrow().unwrap()) - i64::from(!self.rule.limit_is_on_time)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Monotone: a later stop never shows less.
    #[test]
    fn a_longer_wait_is_never_less(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
        more in 0..20 * DAY,
    ) {
        let before = elapsed(ruler, start, stop, &pauses);
        let after = elapsed(ruler, start, stop + more, &pauses);
        prop_assert!(before >= 0);
        prop_assert!(before <= after);
        prop_assert!(after - before <= more);
    }

    /// Monotone: one more pause never shows more, and never takes more than it lasts.
    #[test]
    fn a_further_pause_never_adds(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
        (from, to) in a_span(),
    ) {
        let mut more = pauses.clone();
        more.push((from, to));
        let with = elapsed(ruler, start, stop, &more);
        let without = elapsed(ruler, start, stop, &pauses);
        prop_assert!(with <= without);
        prop_assert!(without - with <= to - from);
    }

    /// Additive: a wait is the sum of its parts.
    #[test]
    fn a_wait_is_the_sum_of_its_parts(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
        share in 0.0..=1.0,
    ) {
        let middle = start + ((stop - start) as f64 * share) as i64;
        let parts = elapsed(ruler, start, middle, &pauses) + elapsed(ruler, middle, stop, &pauses);
        prop_assert_eq!(elapsed(ruler, start, stop, &pauses), parts);
    }

    /// Replayable: neither the order of pauses nor a repetition changes anything.
    #[test]
    fn the_order_of_pauses_does_not_matter(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
        limit in a_limit(),
        seed in any::<u64>(),
    ) {
        let mut shuffled = pauses.clone();
        shuffled.extend(pauses.first());
        let turn = seed as usize % shuffled.len().max(1);
        shuffled.rotate_left(turn);
        shuffled.reverse();
        prop_assert_eq!(
            elapsed(ruler, start, stop, &shuffled),
            elapsed(ruler, start, stop, &pauses)
        );
        prop_assert_eq!(
            ruler.due_time(start, limit, &mut shuffled, stop),
            ruler.due_time(start, limit, &mut pauses.clone(), stop)
        );
    }

    /// What each pause takes adds up to what all take.
    #[test]
    fn the_parts_of_pauses_add_up(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
    ) {
        let mut marked: Vec<(i64, i64, u32)> = pauses.iter().map(|&(a, b)| (a, b, 7)).collect();
        let mut sum = 0;
        ruler.each_pause(start, stop, &mut marked, |_, seconds| sum += seconds).unwrap();
        let taken = elapsed(ruler, start, stop, &[]) - elapsed(ruler, start, stop, &pauses);
        prop_assert_eq!(sum, taken);
    }

    /// EarliestDue time, margin and lateness cannot disagree.
    #[test]
    fn a_stop_is_late_exactly_after_the_due_time(
        ruler in a_ruler(),
        (start, stop, pauses) in a_span_with_pauses(),
        limit in a_limit(),
    ) {
        let due = ruler.due_time(start, limit, &mut pauses.clone(), stop).unwrap();
        let measured = ruler.measure_wait(start, stop, limit, &mut pauses.clone()).unwrap();
        prop_assert_eq!(stop <= due, !measured.is_late());
        let late_by = ruler.late_by(start, stop, limit, &mut pauses.clone()).unwrap();
        let remaining = ruler.remaining_seconds(start, stop, limit, &mut pauses.clone()).unwrap();
        prop_assert_eq!(late_by > 0, stop > due);
        prop_assert_eq!(remaining - late_by, measured.margin);
        prop_assert_eq!(measured.elapsed, elapsed(ruler, start, stop, &pauses));
    }

    /// The same at the edge itself: the due time is on time, a second later is not.
    #[test]
    fn the_due_time_is_the_last_second_on_time(
        ruler in a_ruler(),
        (start, now, pauses) in a_span_with_pauses(),
        limit in a_limit(),
    ) {
        let closed: Vec<Pause> = pauses
            .iter()
            .map(|&(from, to)| (from, if to == OPEN { now } else { to }))
            .collect();
        let due = ruler.due_time(start, limit, &mut closed.clone(), now).unwrap();
        let margin = |at| ruler.margin_seconds(start, at, limit, &mut closed.clone()).unwrap();
        if due >= start {
            prop_assert!(margin(due) >= 0);
            prop_assert_eq!(ruler.due_time(start, limit, &mut pauses.clone(), now).unwrap(), due);
        }
        prop_assert!(margin((due + 1).max(start)) < 0);
    }

    /// A further pause never makes a due time earlier.
    #[test]
    fn a_further_pause_never_hastens(
        ruler in a_ruler(),
        (start, now, pauses) in a_span_with_pauses(),
        more in a_span(),
        limit in a_limit(),
    ) {
        let before = ruler.due_time(start, limit, &mut pauses.clone(), now).unwrap();
        let mut pauses = pauses;
        pauses.push(more);
        prop_assert!(before <= ruler.due_time(start, limit, &mut pauses, now).unwrap());
    }

    /// Events out of order have an outcome of their own.
    #[test]
    fn a_stop_before_the_start_is_no_number(
        ruler in a_ruler(),
        (stop, start) in a_span(),
        limit in a_limit(),
    ) {
        prop_assume!(stop < start);
        let seconds = start - stop;
        let expected = Err(Unmeasurable::StopBeforeStart { seconds });
        prop_assert_eq!(ruler.elapsed_seconds(start, stop, &mut []), expected);
        prop_assert_eq!(ruler.margin_seconds(start, stop, limit, &mut []), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The tables agree with counting.
    #[test]
    fn elapsed_is_what_counting_gives(
        ruler in a_ruler(),
        start in FIRST / 900..LAST / 900,
        length in 0i64..96 * 9,
        pauses in prop::collection::vec((-200i64..900, 0i64..200), 0..4),
    ) {
        let (start, stop) = (start * 900, (start + length) * 900);
        let quarter = |(from, length): &(i64, i64)| {
            let from = start + from * 900;
            (from, from + length * 900)
        };
        let pauses: Vec<Pause> = pauses.iter().map(quarter).collect();
        let counted = Slow::new(ruler, &pauses).elapsed(start, stop);
        prop_assert_eq!(elapsed(ruler, start, stop, &pauses), counted);
    }

    /// Limits by date agree with walking from day to day.
    #[test]
    fn a_due_date_is_what_counting_days_gives(
        ruler in a_ruler(),
        start in FIRST / 900..LAST / 900,
        pauses in prop::collection::vec((-100i64..900, 0i64..500), 0..4),
        limit in a_limit(),
    ) {
        prop_assume!(!matches!(limit, TimeLimit::Elapsed { .. }));
        let start = start * 900;
        let quarter = |(from, length): &(i64, i64)| {
            let from = start + from * 900;
            (from, from + length * 900)
        };
        let mut pauses: Vec<Pause> = pauses.iter().map(quarter).collect();
        let counted = Slow::new(ruler, &pauses.clone()).due(start, limit);
        prop_assert_eq!(ruler.due_time(start, limit, &mut pauses, start), Ok(counted));
    }

    /// No moments, however absurd, break the arithmetic.
    #[test]
    fn absurd_moments_are_refused_or_measured(
        ruler in a_ruler(),
        start in any::<i64>(),
        stop in any::<i64>(),
        mut pauses in prop::collection::vec((any::<i64>(), any::<i64>()), 0..4),
        limit in a_limit(),
    ) {
        if let Ok(elapsed) = ruler.elapsed_seconds(start, stop, &mut pauses) {
            prop_assert!(elapsed >= 0);
        }
        let due = ruler.due_time(start, limit, &mut pauses, stop);
        let margin = ruler.margin_seconds(start, stop, limit, &mut pauses);
        if let (Ok(due), Ok(margin)) = (due, margin) {
            prop_assert_eq!(stop > due, margin < 0);
        }
    }
}

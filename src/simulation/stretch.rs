//! The stretch of days that is simulated, and the one before it.
//!
//! The province keeps Beijing time, which has had no summer time since 1991: eight hours ahead.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use trueline_figures::Period;

/// Seconds that local time is ahead of UTC.
pub(super) const AHEAD: i64 = 8 * 3600;
pub(super) const DAY: i64 = 86_400;

/// A period of whole local days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayStretch {
    pub(super) name: String,
    pub(super) first: Date,
    pub(super) days: usize,
}

impl DayStretch {
    /// `None` unless the period begins and ends at a local midnight and lasts 1 to 1100 days.
    pub(super) fn from_period(period: &Period) -> Option<DayStretch> {
        let (from, to) = (period.from + AHEAD, period.to + AHEAD);
        if from % DAY != 0 || to % DAY != 0 {
            return None;
        }
        let days = usize::try_from((to - from) / DAY).ok()?;
        let first = unix_epoch().checked_add(Span::new().days(from / DAY)).ok()?;
        let known = (1..=1100).contains(&days) && (2000..2100).contains(&first.year());
        known.then(|| DayStretch { name: period.name.clone(), first, days })
    }

    /// The stretch before this one: for a half year the previous half year, for a month the
    /// previous month, otherwise as many days as this one has.
    pub(super) fn previous_stretch(&self) -> DayStretch {
        let (year, month) = (self.first.year(), self.first.month());
        let back = |months: i32| self.first.saturating_sub(months.months());
        let (name, first) = match (self.name.get(4..).unwrap_or("-"), self.name.len()) {
            ("H1", _) => (format!("{}H2", year - 1), back(6)),
            ("H2", _) => (format!("{year}H1"), back(6)),
            ("Q1", _) => (format!("{}Q4", year - 1), back(3)),
            (quarter, 6) if quarter.starts_with('Q') => {
                (format!("{year}Q{}", (month - 1) / 3), back(3))
            }
            ("", _) => (format!("{}", year - 1), back(12)),
            (_, 7) => (back(1).strftime("%Y-%m").to_string(), back(1)),
            (_, _) => {
                let first = self.first.saturating_sub((self.days as i64).days());
                (format!("{first}..{}", self.first.saturating_sub(1.day())), first)
            }
        };
        let days = day_number(self.first) - day_number(first);
        DayStretch { name, first, days: days as usize }
    }

    pub(super) fn date_of(&self, day: usize) -> Date {
        self.first.saturating_add((day as i64).days())
    }

    /// When a local day begins, in UTC seconds.
    pub(super) fn midnight_of(&self, day: usize) -> i64 {
        (day_number(self.first) + day as i64) * DAY - AHEAD
    }

    /// The first moment after the stretch.
    pub(super) fn end_second(&self) -> i64 {
        self.midnight_of(self.days)
    }

    /// How many half years after 2020H1 the stretch begins.
    pub(super) fn halves_since_sample(&self) -> i32 {
        (i32::from(self.first.year()) - 2020) * 2 + i32::from(self.first.month() > 6)
    }
}

fn unix_epoch() -> Date {
    date(1970, 1, 1)
}

/// Days since 1970-01-01.
pub(super) fn day_number(day: Date) -> i64 {
    i64::from(unix_epoch().until(day).map_or(0, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(name: &str, first: Date, days: usize) -> DayStretch {
        DayStretch { name: name.into(), first, days }
    }

    #[test]
    fn the_previous_stretch_ends_where_this_one_begins() {
        let check = |this: DayStretch, name: &str, first: Date| {
            let before = this.previous_stretch();
            assert_eq!((before.name.as_str(), before.first), (name, first));
            assert_eq!(before.end_second(), this.midnight_of(0));
            assert!(before.name < this.name, "keys of {name} must come first");
        };
        check(stretch("2020H1", date(2020, 1, 1), 182), "2019H2", date(2019, 7, 1));
        check(stretch("2020H2", date(2020, 7, 1), 184), "2020H1", date(2020, 1, 1));
        check(stretch("2021Q1", date(2021, 1, 1), 90), "2020Q4", date(2020, 10, 1));
        check(stretch("2021Q3", date(2021, 7, 1), 92), "2021Q2", date(2021, 4, 1));
        check(stretch("2020-03", date(2020, 3, 1), 31), "2020-02", date(2020, 2, 1));
        check(stretch("2020", date(2020, 1, 1), 366), "2019", date(2019, 1, 1));
        let range = stretch("2020-05-01..2020-05-17", date(2020, 5, 1), 17);
        check(range, "2020-04-14..2020-04-30", date(2020, 4, 14));
    }

    #[test]
    fn a_period_that_does_not_begin_at_midnight_is_refused() {
        let from = day_number(date(2020, 1, 1)) * DAY - AHEAD;
        let to = from + 182 * DAY;
        let period = |from, to| Period { name: "2020H1".into(), from, to };
        assert_eq!(DayStretch::from_period(&period(from, to)).map(|s| s.days), Some(182));
        assert_eq!(DayStretch::from_period(&period(from + 1, to)), None);
        assert_eq!(DayStretch::from_period(&period(to, from)), None);
    }
}

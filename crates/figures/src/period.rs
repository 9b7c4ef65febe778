//! Periods: the spans of time that people report by, written as they write them.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A span of time that figures are about: `from` inclusive, `to` exclusive, in UTC seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// As written: `2020H1`, `2020Q2`, `2020-05`, `2020`, `2020-05-01..2020-05-17`.
    pub name: String,
    pub from: i64,
    pub to: i64,
}

/// Why a text is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum PeriodError {
    #[error(
        "`{0}` is no period; write 2020H1, 2020Q2, 2020-05, 2020, 2020-05-17 or \
         2020-05-01..2020-05-17"
    )]
    #[zh(
        "`{0}` 不是统计期；请写 2020H1、2020Q2、2020-05、2020、2020-05-17 或 \
         2020-05-01..2020-05-17"
    )]
    Unknown(String),
    #[error("the period `{0}` ends before it starts; write the earlier day first")]
    #[zh("统计期 `{0}` 的结束早于开始；请先写较早的日期")]
    Backwards(String),
    #[error("the period `{0}` lies outside the years 1900 to 2199")]
    #[zh("统计期 `{0}` 在 1900 至 2199 年之外")]
    OutOfRange(String),
}

/// The kinds of period, by the calendar they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PeriodForm {
    /// A number of months from a month on: a year, a half, a quarter, a month.
    Months { first: Date, count: i32 },
    /// From a day to a day, both included.
    Days { first: Date, last: Date },
}

impl Period {
    /// Reads a period; its days are those of `zone`. A range includes both its days.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use trueline_figures::Period;
    ///
    /// let half = Period::parse("2020H1", &TimeZone::UTC)?;
    /// assert_eq!((half.from, half.to), (1_577_836_800, 1_593_561_600));
    /// assert_eq!(half.previous_period(&TimeZone::UTC)?.name, "2019H2");
    /// # Ok::<(), trueline_figures::PeriodError>(())
    /// ```
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Period, PeriodError> {
        let written = parse_form(text)?;
        bound_period(written, text, zone)
    }

    /// The period of the same kind just before this one; before a range of days, the same number of
    /// days.
    pub fn previous_period(&self, zone: &TimeZone) -> Result<Period, PeriodError> {
        let out_of_range = || PeriodError::OutOfRange(self.name.clone());
        let earlier = match parse_form(&self.name)? {
            PeriodForm::Months { first, count } => PeriodForm::Months {
                first: first.checked_sub(Span::new().months(count)).map_err(|_| out_of_range())?,
                count,
            },
            PeriodForm::Days { first, last } => {
                let days = days_between(first, last) + 1;
                let span = Span::new().days(days);
                PeriodForm::Days {
                    first: first.checked_sub(span).map_err(|_| out_of_range())?,
                    last: last.checked_sub(span).map_err(|_| out_of_range())?,
                }
            }
        };
        bound_period(earlier, &form_name(earlier), zone)
    }

    pub fn contains_moment(&self, moment: i64) -> bool {
        self.from <= moment && moment < self.to
    }
}

fn days_between(first: Date, last: Date) -> i64 {
    i64::from((last - first).get_days())
}

fn parse_form(text: &str) -> Result<PeriodForm, PeriodError> {
    let unknown = || PeriodError::Unknown(text.to_owned());
    if let Some((first, last)) = text.split_once("..") {
        let first = parse_day(first).ok_or_else(unknown)?;
        let last = parse_day(last).ok_or_else(unknown)?;
        if last < first {
            return Err(PeriodError::Backwards(text.to_owned()));
        }
        return Ok(PeriodForm::Days { first, last });
    }
    if let Some(only) = parse_day(text) {
        return Ok(PeriodForm::Days { first: only, last: only });
    }
    parse_months(text).ok_or_else(unknown)
}

fn parse_day(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

fn parse_months(text: &str) -> Option<PeriodForm> {
    let (year, rest) = text.split_at_checked(4)?;
    if !year.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    let (month, count) = match rest.as_bytes() {
        [] => (1, 12),
        [b'H', half @ b'1'..=b'2'] => ((half - b'1') * 6 + 1, 6),
        [b'Q', quarter @ b'1'..=b'4'] => ((quarter - b'1') * 3 + 1, 3),
        [b'-', tens @ b'0'..=b'1', ones @ b'0'..=b'9'] => ((tens - b'0') * 10 + (ones - b'0'), 1),
        _ => return None,
    };
    let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
    Some(PeriodForm::Months { first, count })
}

fn form_name(written: PeriodForm) -> String {
    match written {
        PeriodForm::Months { first, count } => {
            let (year, month) = (first.year(), first.month());
            match count {
                12 => format!("{year:04}"),
                6 => format!("{year:04}H{}", (month - 1) / 6 + 1),
                3 => format!("{year:04}Q{}", (month - 1) / 3 + 1),
                _ => format!("{year:04}-{month:02}"),
            }
        }
        PeriodForm::Days { first, last } if first == last => first.to_string(),
        PeriodForm::Days { first, last } => format!("{first}..{last}"),
    }
}

fn bound_period(written: PeriodForm, text: &str, zone: &TimeZone) -> Result<Period, PeriodError> {
    let out_of_range = || PeriodError::OutOfRange(text.to_owned());
    let (first, end) = match written {
        PeriodForm::Months { first, count } => {
            let end = first.checked_add(Span::new().months(count));
            (first, end.map_err(|_| out_of_range())?)
        }
        PeriodForm::Days { first, last } => (first, last.tomorrow().map_err(|_| out_of_range())?),
    };
    if first < date(1900, 1, 1) || end > date(2200, 1, 1) {
        return Err(out_of_range());
    }
    let midnight = |day: Date| day_start(day, zone).ok_or_else(out_of_range);
    Ok(Period { name: text.to_owned(), from: midnight(first)?, to: midnight(end)? })
}

/// The first instant of a day in a zone.
pub(crate) fn day_start(day: Date, zone: &TimeZone) -> Option<i64> {
    let instant = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(instant.as_second())
}

/// The day that an instant belongs to in a zone.
pub(crate) fn day_of(instant: i64, zone: &TimeZone) -> Option<Date> {
    let instant = Timestamp::from_second(instant).ok()?;
    Some(zone.to_datetime(instant).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn parsed(text: &str) -> Period {
        Period::parse(text, &shanghai()).unwrap()
    }

    #[test]
    fn periods_of_every_length_start_and_end_at_local_midnight() {
        let day = 86_400;
        let new_year = 1_577_808_000; // 2020-01-01T00:00:00+08:00
        for (text, from, days) in [
            ("2020", 0, 366),
            ("2020H1", 0, 182),
            ("2020H2", 182, 184),
            ("2020Q2", 91, 91),
            ("2020-05", 121, 31),
            ("2020-02-29", 59, 1),
            ("2020-05-01..2020-05-17", 121, 17),
        ] {
            let period = parsed(text);
            assert_eq!(period.from, new_year + from * day, "{text}");
            assert_eq!(period.to, period.from + days * day, "{text}");
            assert_eq!(period.name, text);
        }
    }

    #[test]
    fn the_previous_period_is_of_the_same_kind_and_touches() {
        for (text, previous) in [
            ("2020", "2019"),
            ("2020H1", "2019H2"),
            ("2020H2", "2020H1"),
            ("2020Q1", "2019Q4"),
            ("2020-03", "2020-02"),
            ("2020-01", "2019-12"),
            ("2020-03-01", "2020-02-29"),
            ("2020-05-01..2020-05-17", "2020-04-14..2020-04-30"),
        ] {
            let period = parsed(text);
            let before = period.previous_period(&shanghai()).unwrap();
            assert_eq!(before.name, previous);
            assert_eq!(before, parsed(previous));
            assert_eq!(before.to, period.from);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in
            ["", "2020H3", "2020Q0", "2020-13", "2020-5", "20", "2020年", "2020-02-30", "a..b"]
        {
            assert!(
                matches!(Period::parse(text, &shanghai()), Err(PeriodError::Unknown(_))),
                "{text}"
            );
        }
        let backwards = Period::parse("2020-05-17..2020-05-01", &shanghai());
        assert!(matches!(backwards, Err(PeriodError::Backwards(_))));
        assert!(matches!(Period::parse("1899", &shanghai()), Err(PeriodError::OutOfRange(_))));
    }
}

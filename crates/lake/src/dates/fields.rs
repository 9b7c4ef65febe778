//! The fields of a date and a time, read from a text one by one.

use super::model::{LocalTime, TimePrecision};

#[derive(Debug, Clone, Copy)]
pub(super) struct DateFields {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) afternoon: Option<HalfOfDay>,
    pub(super) offset: Option<i32>,
    pub(super) epoch: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HalfOfDay {
    Morning,
    Afternoon,
}

impl DateFields {
    pub(super) const NONE: DateFields = DateFields {
        year: 1970,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        afternoon: None,
        offset: None,
        epoch: None,
    };

    pub(super) fn to_local_time(self, precision: TimePrecision) -> Option<LocalTime> {
        if let Some(epoch) = self.epoch {
            return Some(LocalTime { seconds: epoch, offset: Some(0), precision });
        }
        let hour = match self.afternoon {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(HalfOfDay::Morning) => self.hour % 12,
            Some(HalfOfDay::Afternoon) => self.hour % 12 + 12,
        };
        let end_of_day = hour == 24 && self.minute == 0 && self.second == 0;
        let in_range = (1000..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && (hour < 24 || end_of_day)
            && self.minute < 60
            && self.second <= 60;
        if !in_range {
            return None;
        }
        let days = days_from_civil(self.year, self.month, self.day);
        // A leap second counts as the second before it.
        let second = self.second.min(59);
        Some(LocalTime {
            seconds: days * 86_400 + hour * 3600 + self.minute * 60 + second,
            offset: self.offset,
            precision,
        })
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Counting years from March puts the leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

pub(super) fn take_number(rest: &mut &[u8], least: usize, most: usize) -> Option<i64> {
    let mut value = 0;
    let mut taken = 0;
    while taken < most
        && let Some(digit) = rest.get(taken).filter(|b| b.is_ascii_digit())
    {
        value = value * 10 + i64::from(digit - b'0');
        taken += 1;
    }
    if taken < least {
        return None;
    }
    *rest = &rest[taken..];
    Some(value)
}

pub(super) fn skip_fraction(rest: &mut &[u8]) {
    // A fraction of a second is dropped: durations are whole seconds.
    let text = rest.strip_prefix(b".").or(rest.strip_prefix(b","));
    let digits = text.unwrap_or(rest);
    let taken = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if taken > 0 {
        *rest = &digits[taken..];
    }
}

pub(super) fn take_month_name(rest: &mut &[u8]) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let taken = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = std::str::from_utf8(&rest[..taken]).ok()?.to_ascii_lowercase();
    let found = NAMES.iter().position(|name| word.len() >= 3 && name.starts_with(&word))?;
    *rest = &rest[taken..];
    Some(found as i64 + 1)
}

pub(super) fn take_half_day(rest: &mut &[u8]) -> Option<HalfOfDay> {
    const WORDS: [(&str, HalfOfDay); 4] = [
        ("上午", HalfOfDay::Morning),
        ("下午", HalfOfDay::Afternoon),
        ("AM", HalfOfDay::Morning),
        ("PM", HalfOfDay::Afternoon),
    ];
    for (word, half) in WORDS {
        let matches =
            rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
        if matches {
            *rest = &rest[word.len()..];
            return Some(half);
        }
    }
    None
}

pub(super) fn take_offset(rest: &mut &[u8]) -> Option<i32> {
    if let Some(after) = rest.strip_prefix(b"Z").or(rest.strip_prefix(b"z")) {
        *rest = after;
        return Some(0);
    }
    let sign = match rest.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *rest = &rest[1..];
    let hours = take_number(rest, 2, 2)?;
    *rest = rest.strip_prefix(b":").unwrap_or(rest);
    let minutes = take_number(rest, 2, 2).unwrap_or(0);
    if hours > 18 || minutes > 59 {
        return None;
    }
    Some(sign * (hours * 3600 + minutes * 60) as i32)
}

//! The layouts of dates that need no format.

use super::fields::{DateFields, skip_fraction, take_half_day, take_number, take_offset};
use super::model::{DateOrder, LocalTime, TimePrecision};

/// Reads a time in one of the layouts that need no format; `None` if it is in none of them.
pub(crate) fn read_any(text: &[u8], order: DateOrder) -> Option<LocalTime> {
    if let Some(found) = read_fixed(text) {
        return Some(found);
    }
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text;
    let mut fields = DateFields::NONE;
    match digits {
        4 => {
            fields.year = take_number(&mut rest, 4, 4)?;
            let mark = take_date_mark(&mut rest, "年")?;
            fields.month = take_number(&mut rest, 1, 2)?;
            if take_date_mark(&mut rest, "月")? != mark {
                return None;
            }
            fields.day = take_number(&mut rest, 1, 2)?;
            rest = rest.strip_prefix("日".as_bytes()).unwrap_or(rest);
        }
        8 | 12 | 14 => {
            fields.year = take_number(&mut rest, 4, 4)?;
            fields.month = take_number(&mut rest, 2, 2)?;
            fields.day = take_number(&mut rest, 2, 2)?;
        }
        1 | 2 => {
            let first = take_number(&mut rest, 1, 2)?;
            let mark = take_date_mark(&mut rest, "")?;
            let second = take_number(&mut rest, 1, 2)?;
            if take_date_mark(&mut rest, "")? != mark {
                return None;
            }
            fields.year = take_number(&mut rest, 4, 4)?;
            (fields.day, fields.month) = match order {
                DateOrder::DayFirst => (first, second),
                DateOrder::MonthFirst => (second, first),
                DateOrder::Unknown => return None,
            };
        }
        _ => return None,
    }
    let precision = take_clock_time(rest, &mut fields)?;
    fields.to_local_time(precision)
}

/// Whether a text is a date that can be read only if `day_first` is given.
pub(crate) fn needs_day_order(text: &[u8]) -> bool {
    read_any(text, DateOrder::Unknown).is_none()
        && (read_any(text, DateOrder::DayFirst).is_some()
            || read_any(text, DateOrder::MonthFirst).is_some())
}

/// Reads `2020-01-31 10:20:30`, also with `/` or `T`: the layout of most exports.
#[inline]
fn read_fixed(text: &[u8]) -> Option<LocalTime> {
    let text: &[u8; 19] = text.try_into().ok()?;
    let mark = text[4];
    let shaped = text[7] == mark
        && matches!(mark, b'-' | b'/')
        && matches!(text[10], b' ' | b'T')
        && text[13] == b':'
        && text[16] == b':';
    if !shaped {
        return None;
    }
    let two = |at: usize| -> Option<i64> {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
    };
    let fields = DateFields {
        year: two(0)? * 100 + two(2)?,
        month: two(5)?,
        day: two(8)?,
        hour: two(11)?,
        minute: two(14)?,
        second: two(17)?,
        ..DateFields::NONE
    };
    fields.to_local_time(TimePrecision::Second)
}

fn take_date_mark(rest: &mut &[u8], word: &str) -> Option<u8> {
    if !word.is_empty()
        && let Some(after) = rest.strip_prefix(word.as_bytes())
    {
        *rest = after;
        return Some(b'0');
    }
    let mark = *rest.first()?;
    if !matches!(mark, b'-' | b'/' | b'.') {
        return None;
    }
    *rest = &rest[1..];
    Some(mark)
}

/// Reads what follows a date: nothing, or a time of day with or without an offset.
fn take_clock_time(rest: &[u8], fields: &mut DateFields) -> Option<TimePrecision> {
    let mut rest = rest;
    if rest.is_empty() {
        return Some(TimePrecision::Day);
    }
    let compact = rest[0].is_ascii_digit();
    rest = rest.strip_prefix(b"T").unwrap_or(rest).trim_ascii_start();
    if let Some(half) = take_half_day(&mut rest) {
        fields.afternoon = Some(half);
    }
    fields.hour = take_number(&mut rest, 1, 2)?;
    if !compact {
        rest = strip_mark(rest, ":", "时")?;
    }
    fields.minute = take_number(&mut rest, 1, 2)?;
    rest = rest.strip_prefix("分".as_bytes()).unwrap_or(rest);
    let mut precision = TimePrecision::Minute;
    let seconds = if compact {
        Some(rest).filter(|rest| !rest.is_empty())
    } else {
        rest.strip_prefix(b":")
            .or_else(|| Some(rest).filter(|r| r.first().is_some_and(u8::is_ascii_digit)))
    };
    if let Some(after) = seconds {
        rest = after;
        fields.second = take_number(&mut rest, 1, 2)?;
        rest = rest.strip_prefix("秒".as_bytes()).unwrap_or(rest);
        precision = TimePrecision::Second;
        if matches!(rest.first(), Some(b'.' | b',')) {
            skip_fraction(&mut rest);
        }
    }
    rest = rest.trim_ascii_start();
    if fields.afternoon.is_none()
        && let Some(half) = take_half_day(&mut rest)
    {
        fields.afternoon = Some(half);
        rest = rest.trim_ascii_start();
    }
    if !rest.is_empty() {
        fields.offset = Some(take_offset(&mut rest)?);
    }
    rest.is_empty().then_some(precision)
}

fn strip_mark<'a>(rest: &'a [u8], sign: &str, word: &str) -> Option<&'a [u8]> {
    rest.strip_prefix(sign.as_bytes()).or_else(|| rest.strip_prefix(word.as_bytes()))
}

//! Days as spreadsheets count them.

use super::model::{LocalTime, TimePrecision};

/// Reads `43861.4375`, days since 1899-12-30. That day makes up for 1900 counting as a leap year.
pub(super) fn read_spreadsheet_day(text: &[u8]) -> Option<LocalTime> {
    let plain = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let days: f64 = std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()?;
    // The last day that a spreadsheet counts is in the year 9999; before March 1900 the count is
    // wrong.
    if !(61.0..2_958_466.0).contains(&days) {
        return None;
    }
    let seconds = ((days - days.floor()) * 86_400.0).round() as i64;
    Some(LocalTime {
        seconds: (days.floor() as i64 - 25_569) * 86_400 + seconds,
        offset: None,
        precision: if seconds == 0 { TimePrecision::Day } else { TimePrecision::Second },
    })
}

/// The date that a spreadsheet means by a number in a cell that is not formatted as a date; `None`
/// for numbers outside 1990 to 2099.
pub(crate) fn find_spreadsheet_date(text: &[u8]) -> Option<jiff::civil::Date> {
    let whole = text.split(|byte| *byte == b'.').next()?;
    if whole.len() != 5 || !text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return None;
    }
    let days: i64 = std::str::from_utf8(whole).ok()?.parse().ok()?;
    if !(32_874..=73_050).contains(&days) {
        return None;
    }
    let epoch = jiff::civil::date(1899, 12, 30);
    epoch.checked_add(jiff::Span::new().days(days)).ok()
}

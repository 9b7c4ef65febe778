//! Moments as text: seconds since 1970 in UTC.

/// Seconds since 1970 as a date and time for a person, UTC, to the minute.
pub(crate) fn format_minute(seconds: u64) -> String {
    let text = format_instant(seconds);
    let minutes = text.get(..text.len().saturating_sub(":00Z".len())).unwrap_or_default();
    format!("{} UTC", minutes.replace('T', " "))
}

/// Seconds since 1970 as RFC 3339, UTC.
pub(crate) fn format_instant(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days from the year 0 of a calendar that begins in March, so leap days come last.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

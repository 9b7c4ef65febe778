//! Dates and times in text, as sources write them.
//!
//! A format is written with the letters of strftime. Without one, everything that starts with a
//! four-digit year is understood; whether `3/4/2020` is in March or in April must be said, for a
//! guess that fits most rows silently spoils the rest.

mod zone;

pub(crate) use zone::{Reading, ZoneClock};

/// How exactly a source knows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    Day,
    Minute,
    Second,
}

impl Precision {
    /// The precision of that name.
    pub fn named(name: &str) -> Option<Precision> {
        match name {
            "day" => Some(Precision::Day),
            "minute" => Some(Precision::Minute),
            "second" => Some(Precision::Second),
            _ => None,
        }
    }
}

/// Which of the first two numbers in `3/4/2020` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
    Unknown,
}

/// A time as the text gives it, before any zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Local {
    /// Seconds from 1970-01-01T00:00:00 on the same wall clock.
    pub(crate) seconds: i64,
    /// Seconds east of UTC, where the text says so.
    pub(crate) offset: Option<i32>,
    pub(crate) precision: Precision,
}

/// A format such as `%d/%m/%Y %H:%M`.
#[derive(Debug, Clone, PartialEq)]
pub struct DateFormat {
    text: String,
    steps: Vec<Step>,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Hour12,
    Minute,
    Second,
    Fraction,
    HalfDay,
    Offset,
    Epoch,
    /// A spreadsheet's count of days, with the time of day as a fraction.
    DayNumber,
    Blank,
    Literal(u8),
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    afternoon: Option<Half>,
    offset: Option<i32>,
    epoch: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

impl Fields {
    const NONE: Fields = Fields {
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

    fn local(self, precision: Precision) -> Option<Local> {
        if let Some(epoch) = self.epoch {
            return Some(Local { seconds: epoch, offset: Some(0), precision });
        }
        let hour = match self.afternoon {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(Half::Morning) => self.hour % 12,
            Some(Half::Afternoon) => self.hour % 12 + 12,
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
        // A leap second is told as the second before it.
        let second = self.second.min(59);
        Some(Local {
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

impl DateFormat {
    /// Parses a format; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<DateFormat, String> {
        let mut steps = Vec::new();
        if text == "excel" {
            steps.push(Step::DayNumber);
            return Ok(DateFormat { text: text.to_owned(), steps, precision: Precision::Second });
        }
        push_steps(text, &mut steps)?;
        let has = |wanted: &[Step]| steps.iter().any(|step| wanted.contains(step));
        if !has(&[Step::Epoch]) && !has(&[Step::Hour, Step::Hour12]) {
            let dated = has(&[Step::Year, Step::ShortYear])
                && has(&[Step::Month, Step::MonthName])
                && has(&[Step::Day]);
            if !dated {
                return Err(format!("`{text}` names no full date (year, month and day)"));
            }
        }
        if has(&[Step::Hour12]) && !has(&[Step::HalfDay]) {
            return Err(format!("`{text}` has %I (1 to 12) without %p (AM or PM)"));
        }
        let precision = if has(&[Step::Second, Step::Epoch]) {
            Precision::Second
        } else if has(&[Step::Hour, Step::Hour12]) {
            Precision::Minute
        } else {
            Precision::Day
        };
        Ok(DateFormat { text: text.to_owned(), steps, precision })
    }

    /// The format as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time in a text; `None` when it is not of this format.
    pub(crate) fn read(&self, text: &[u8]) -> Option<Local> {
        if self.steps == [Step::DayNumber] {
            return spreadsheet_day(text);
        }
        let mut rest = text;
        let mut fields = Fields::NONE;
        for step in &self.steps {
            step.take(&mut rest, &mut fields)?;
        }
        if rest.is_empty() { fields.local(self.precision) } else { None }
    }
}

fn push_steps(text: &str, steps: &mut Vec<Step>) -> Result<(), String> {
    let mut letters = text.bytes();
    while let Some(letter) = letters.next() {
        if letter == b'%' {
            // `%-d` and `%_d` read the same as `%d`: one or two digits.
            let mut directive = letters.next();
            while matches!(directive, Some(b'-' | b'_' | b'.' | b':')) {
                directive = letters.next();
            }
            match directive {
                Some(b'Y') => steps.push(Step::Year),
                Some(b'y') => steps.push(Step::ShortYear),
                Some(b'm') => steps.push(Step::Month),
                Some(b'b' | b'B' | b'h') => steps.push(Step::MonthName),
                Some(b'd' | b'e') => steps.push(Step::Day),
                Some(b'H' | b'k') => steps.push(Step::Hour),
                Some(b'I' | b'l') => steps.push(Step::Hour12),
                Some(b'M') => steps.push(Step::Minute),
                Some(b'S') => steps.push(Step::Second),
                Some(b'f') => steps.push(Step::Fraction),
                Some(b'p' | b'P') => steps.push(Step::HalfDay),
                Some(b'z') => steps.push(Step::Offset),
                Some(b's') => steps.push(Step::Epoch),
                Some(b'F') => push_steps("%Y-%m-%d", steps)?,
                Some(b'T') => push_steps("%H:%M:%S", steps)?,
                Some(b'R') => push_steps("%H:%M", steps)?,
                Some(b'D') => push_steps("%m/%d/%y", steps)?,
                Some(b'%') => steps.push(Step::Literal(b'%')),
                other => {
                    let other = other.map_or(String::new(), |b| char::from(b).to_string());
                    return Err(format!(
                        "`%{other}` in `{text}` is not a directive we read; there are `excel` and \
                         %Y %y %m %b %d %H %I %M %S %f %p %z %s %F %T %R %D"
                    ));
                }
            }
        } else if letter.is_ascii_whitespace() {
            steps.push(Step::Blank);
        } else {
            steps.push(Step::Literal(letter));
        }
    }
    Ok(())
}

impl Step {
    fn take(self, rest: &mut &[u8], fields: &mut Fields) -> Option<()> {
        match self {
            Step::Year => fields.year = number(rest, 4, 4)?,
            Step::ShortYear => {
                let year = number(rest, 2, 2)?;
                fields.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            Step::Month => fields.month = number(rest, 1, 2)?,
            Step::MonthName => fields.month = month_name(rest)?,
            Step::Day => fields.day = number(rest, 1, 2)?,
            Step::Hour | Step::Hour12 => fields.hour = number(rest, 1, 2)?,
            Step::Minute => fields.minute = number(rest, 1, 2)?,
            Step::Second => fields.second = number(rest, 1, 2)?,
            Step::Fraction => fraction(rest),
            Step::HalfDay => fields.afternoon = Some(half_day(rest)?),
            Step::Offset => fields.offset = Some(offset(rest)?),
            Step::Epoch => fields.epoch = Some(number(rest, 1, 12)?),
            // It stands alone, and is read before any step is taken.
            Step::DayNumber => return None,
            Step::Blank => *rest = rest.trim_ascii_start(),
            Step::Literal(letter) => *rest = rest.strip_prefix(&[letter])?,
        }
        Some(())
    }
}

/// `43861.4375`, days since 1899-12-30, which makes up for 1900 taken as a leap year.
fn spreadsheet_day(text: &[u8]) -> Option<Local> {
    let plain = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let days: f64 = std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()?;
    // The last day that a spreadsheet counts is in the year 9999; before March 1900 it is wrong.
    if !(61.0..2_958_466.0).contains(&days) {
        return None;
    }
    let seconds = ((days - days.floor()) * 86_400.0).round() as i64;
    Some(Local {
        seconds: (days.floor() as i64 - 25_569) * 86_400 + seconds,
        offset: None,
        precision: if seconds == 0 { Precision::Day } else { Precision::Second },
    })
}

fn number(rest: &mut &[u8], least: usize, most: usize) -> Option<i64> {
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

fn fraction(rest: &mut &[u8]) {
    // A fraction of a second is dropped: durations are whole seconds.
    let text = rest.strip_prefix(b".").or(rest.strip_prefix(b","));
    let digits = text.unwrap_or(rest);
    let taken = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if taken > 0 {
        *rest = &digits[taken..];
    }
}

fn month_name(rest: &mut &[u8]) -> Option<i64> {
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

fn half_day(rest: &mut &[u8]) -> Option<Half> {
    const WORDS: [(&str, Half); 4] = [
        ("上午", Half::Morning),
        ("下午", Half::Afternoon),
        ("AM", Half::Morning),
        ("PM", Half::Afternoon),
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

fn offset(rest: &mut &[u8]) -> Option<i32> {
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
    let hours = number(rest, 2, 2)?;
    *rest = rest.strip_prefix(b":").unwrap_or(rest);
    let minutes = number(rest, 2, 2).unwrap_or(0);
    if hours > 18 || minutes > 59 {
        return None;
    }
    Some(sign * (hours * 3600 + minutes * 60) as i32)
}

/// A time in one of the layouts that need no format; `None` when it is none of them.
pub(crate) fn read_any(text: &[u8], order: DayOrder) -> Option<Local> {
    if let Some(found) = read_fixed(text) {
        return Some(found);
    }
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text;
    let mut fields = Fields::NONE;
    match digits {
        4 => {
            fields.year = number(&mut rest, 4, 4)?;
            let mark = date_mark(&mut rest, "年")?;
            fields.month = number(&mut rest, 1, 2)?;
            if date_mark(&mut rest, "月")? != mark {
                return None;
            }
            fields.day = number(&mut rest, 1, 2)?;
            rest = rest.strip_prefix("日".as_bytes()).unwrap_or(rest);
        }
        8 | 12 | 14 => {
            fields.year = number(&mut rest, 4, 4)?;
            fields.month = number(&mut rest, 2, 2)?;
            fields.day = number(&mut rest, 2, 2)?;
        }
        1 | 2 => {
            let first = number(&mut rest, 1, 2)?;
            let mark = date_mark(&mut rest, "")?;
            let second = number(&mut rest, 1, 2)?;
            if date_mark(&mut rest, "")? != mark {
                return None;
            }
            fields.year = number(&mut rest, 4, 4)?;
            (fields.day, fields.month) = match order {
                DayOrder::DayFirst => (first, second),
                DayOrder::MonthFirst => (second, first),
                DayOrder::Unknown => return None,
            };
        }
        _ => return None,
    }
    let precision = clock_time(rest, &mut fields)?;
    fields.local(precision)
}

/// Whether a text is a date that only `day_first` would make readable.
pub(crate) fn needs_day_order(text: &[u8]) -> bool {
    read_any(text, DayOrder::Unknown).is_none()
        && (read_any(text, DayOrder::DayFirst).is_some()
            || read_any(text, DayOrder::MonthFirst).is_some())
}

/// The date that a spreadsheet means by a number in a cell that was not formatted as a date;
/// `None` for numbers that lie outside 1990 to 2099.
pub(crate) fn day_number(text: &[u8]) -> Option<jiff::civil::Date> {
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

/// `2020-01-31 10:20:30`, with `/` or `T` too, the layout that most exports have.
#[inline]
fn read_fixed(text: &[u8]) -> Option<Local> {
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
    let fields = Fields {
        year: two(0)? * 100 + two(2)?,
        month: two(5)?,
        day: two(8)?,
        hour: two(11)?,
        minute: two(14)?,
        second: two(17)?,
        ..Fields::NONE
    };
    fields.local(Precision::Second)
}

fn date_mark(rest: &mut &[u8], word: &str) -> Option<u8> {
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

/// What follows a date: nothing, or a time of day with or without an offset.
fn clock_time(rest: &[u8], fields: &mut Fields) -> Option<Precision> {
    let mut rest = rest;
    if rest.is_empty() {
        return Some(Precision::Day);
    }
    let compact = rest[0].is_ascii_digit();
    rest = rest.strip_prefix(b"T").unwrap_or(rest).trim_ascii_start();
    if let Some(half) = half_day(&mut rest) {
        fields.afternoon = Some(half);
    }
    fields.hour = number(&mut rest, 1, 2)?;
    if !compact {
        rest = mark_of(rest, ":", "时")?;
    }
    fields.minute = number(&mut rest, 1, 2)?;
    rest = rest.strip_prefix("分".as_bytes()).unwrap_or(rest);
    let mut precision = Precision::Minute;
    let seconds = if compact {
        Some(rest).filter(|rest| !rest.is_empty())
    } else {
        rest.strip_prefix(b":")
            .or_else(|| Some(rest).filter(|r| r.first().is_some_and(u8::is_ascii_digit)))
    };
    if let Some(after) = seconds {
        rest = after;
        fields.second = number(&mut rest, 1, 2)?;
        rest = rest.strip_prefix("秒".as_bytes()).unwrap_or(rest);
        precision = Precision::Second;
        if matches!(rest.first(), Some(b'.' | b',')) {
            fraction(&mut rest);
        }
    }
    rest = rest.trim_ascii_start();
    if fields.afternoon.is_none()
        && let Some(half) = half_day(&mut rest)
    {
        fields.afternoon = Some(half);
        rest = rest.trim_ascii_start();
    }
    if !rest.is_empty() {
        fields.offset = Some(offset(&mut rest)?);
    }
    rest.is_empty().then_some(precision)
}

fn mark_of<'a>(rest: &'a [u8], sign: &str, word: &str) -> Option<&'a [u8]> {
    rest.strip_prefix(sign.as_bytes()).or_else(|| rest.strip_prefix(word.as_bytes()))
}

#[cfg(test)]
mod tests;

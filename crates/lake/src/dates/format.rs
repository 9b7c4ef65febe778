//! Date formats, written with the letters of strftime.

use trueline_language::{Text, text};

use super::day_number::read_spreadsheet_day;
use super::fields::{
    DateFields, skip_fraction, take_half_day, take_month_name, take_number, take_offset,
};
use super::model::{LocalTime, TimePrecision};

/// A format such as `%d/%m/%Y %H:%M`.
#[derive(Debug, Clone, PartialEq)]
pub struct DateFormat {
    text: String,
    steps: Vec<FormatStep>,
    precision: TimePrecision,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FormatStep {
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

impl DateFormat {
    /// Parses a format. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<DateFormat, Text> {
        let mut steps = Vec::new();
        if text == "excel" {
            steps.push(FormatStep::DayNumber);
            return Ok(DateFormat {
                text: text.to_owned(),
                steps,
                precision: TimePrecision::Second,
            });
        }
        push_steps(text, &mut steps)?;
        let has = |wanted: &[FormatStep]| steps.iter().any(|step| wanted.contains(step));
        if !has(&[FormatStep::Epoch]) && !has(&[FormatStep::Hour, FormatStep::Hour12]) {
            let dated = has(&[FormatStep::Year, FormatStep::ShortYear])
                && has(&[FormatStep::Month, FormatStep::MonthName])
                && has(&[FormatStep::Day]);
            if !dated {
                return Err(text!(
                    "`{text}` 没有完整的日期（年、月、日）",
                    "`{text}` names no full date (year, month and day)"
                ));
            }
        }
        if has(&[FormatStep::Hour12]) && !has(&[FormatStep::HalfDay]) {
            return Err(text!(
                "`{text}` 有 %I（1 至 12）而没有 %p（上午、下午）",
                "`{text}` has %I (1 to 12) without %p (AM or PM)"
            ));
        }
        let precision = if has(&[FormatStep::Second, FormatStep::Epoch]) {
            TimePrecision::Second
        } else if has(&[FormatStep::Hour, FormatStep::Hour12]) {
            TimePrecision::Minute
        } else {
            TimePrecision::Day
        };
        Ok(DateFormat { text: text.to_owned(), steps, precision })
    }

    /// The format as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a time from a text; `None` if it is not in this format.
    pub(crate) fn read_text(&self, text: &[u8]) -> Option<LocalTime> {
        if self.steps == [FormatStep::DayNumber] {
            return read_spreadsheet_day(text);
        }
        let mut rest = text;
        let mut fields = DateFields::NONE;
        for step in &self.steps {
            step.take_field(&mut rest, &mut fields)?;
        }
        if rest.is_empty() { fields.to_local_time(self.precision) } else { None }
    }
}

fn push_steps(text: &str, steps: &mut Vec<FormatStep>) -> Result<(), Text> {
    let mut letters = text.bytes();
    while let Some(letter) = letters.next() {
        if letter == b'%' {
            // `%-d` and `%_d` mean the same as `%d`: one or two digits.
            let mut directive = letters.next();
            while matches!(directive, Some(b'-' | b'_' | b'.' | b':')) {
                directive = letters.next();
            }
            match directive {
                Some(b'Y') => steps.push(FormatStep::Year),
                Some(b'y') => steps.push(FormatStep::ShortYear),
                Some(b'm') => steps.push(FormatStep::Month),
                Some(b'b' | b'B' | b'h') => steps.push(FormatStep::MonthName),
                Some(b'd' | b'e') => steps.push(FormatStep::Day),
                Some(b'H' | b'k') => steps.push(FormatStep::Hour),
                Some(b'I' | b'l') => steps.push(FormatStep::Hour12),
                Some(b'M') => steps.push(FormatStep::Minute),
                Some(b'S') => steps.push(FormatStep::Second),
                Some(b'f') => steps.push(FormatStep::Fraction),
                Some(b'p' | b'P') => steps.push(FormatStep::HalfDay),
                Some(b'z') => steps.push(FormatStep::Offset),
                Some(b's') => steps.push(FormatStep::Epoch),
                Some(b'F') => push_steps("%Y-%m-%d", steps)?,
                Some(b'T') => push_steps("%H:%M:%S", steps)?,
                Some(b'R') => push_steps("%H:%M", steps)?,
                Some(b'D') => push_steps("%m/%d/%y", steps)?,
                Some(b'%') => steps.push(FormatStep::Literal(b'%')),
                other => {
                    let other = other.map_or(String::new(), |b| char::from(b).to_string());
                    return Err(text!(
                        "`{text}` 中的 `%{other}` 无法识别；可用的有 `excel` 与 %Y %y %m %b %d %H \
                         %I %M %S %f %p %z %s %F %T %R %D",
                        "`%{other}` in `{text}` is not a directive that we read; there are \
                         `excel` and %Y %y %m %b %d %H %I %M %S %f %p %z %s %F %T %R %D"
                    ));
                }
            }
        } else if letter.is_ascii_whitespace() {
            steps.push(FormatStep::Blank);
        } else {
            steps.push(FormatStep::Literal(letter));
        }
    }
    Ok(())
}

impl FormatStep {
    fn take_field(self, rest: &mut &[u8], fields: &mut DateFields) -> Option<()> {
        match self {
            FormatStep::Year => fields.year = take_number(rest, 4, 4)?,
            FormatStep::ShortYear => {
                let year = take_number(rest, 2, 2)?;
                fields.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            FormatStep::Month => fields.month = take_number(rest, 1, 2)?,
            FormatStep::MonthName => fields.month = take_month_name(rest)?,
            FormatStep::Day => fields.day = take_number(rest, 1, 2)?,
            FormatStep::Hour | FormatStep::Hour12 => fields.hour = take_number(rest, 1, 2)?,
            FormatStep::Minute => fields.minute = take_number(rest, 1, 2)?,
            FormatStep::Second => fields.second = take_number(rest, 1, 2)?,
            FormatStep::Fraction => skip_fraction(rest),
            FormatStep::HalfDay => fields.afternoon = Some(take_half_day(rest)?),
            FormatStep::Offset => fields.offset = Some(take_offset(rest)?),
            FormatStep::Epoch => fields.epoch = Some(take_number(rest, 1, 12)?),
            // It always stands alone and is handled before any step is taken.
            FormatStep::DayNumber => return None,
            FormatStep::Blank => *rest = rest.trim_ascii_start(),
            FormatStep::Literal(letter) => *rest = rest.strip_prefix(&[letter])?,
        }
        Some(())
    }
}

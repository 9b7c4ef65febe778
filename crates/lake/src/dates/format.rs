//! Formats: dates written as a mapping says, with the letters of strftime.

use trueline_language::{Text, text};

use super::day_number::spreadsheet_day;
use super::fields::{Fields, fraction, half_day, month_name, number, offset};
use super::model::{Local, Precision};

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

impl DateFormat {
    /// Parses a format; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<DateFormat, Text> {
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
                return Err(text!(
                    "`{text}` 没有完整的日期（年、月、日）",
                    "`{text}` names no full date (year, month and day)"
                ));
            }
        }
        if has(&[Step::Hour12]) && !has(&[Step::HalfDay]) {
            return Err(text!(
                "`{text}` 有 %I（1 至 12）而没有 %p（上午、下午）",
                "`{text}` has %I (1 to 12) without %p (AM or PM)"
            ));
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

fn push_steps(text: &str, steps: &mut Vec<Step>) -> Result<(), Text> {
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
                    return Err(text!(
                        "`{text}` 中的 `%{other}` 无法识别；可用的有 `excel` 与 %Y %y %m %b %d %H \
                         %I %M %S %f %p %z %s %F %T %R %D",
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

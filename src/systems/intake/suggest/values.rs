//! What one cell may be: a date in one of several layouts, a time of day, or both.

/// How a date or time of day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum DateLayout {
    /// `2020-01-31`, `2020/1/31`, `2020年1月31日`, `20200131`: there is no doubt which is the day.
    YearFirst,
    /// `31/01/2020` or `01/31/2020`.
    YearLast,
    /// `31-Jan-20`, `31 January 2020`.
    MonthName,
    /// `14:05`, `02:05:09 PM`, nothing else.
    TimeOnly,
}

/// A cell that reads as a date or a time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about one text, none a state")]
pub(super) struct Dated {
    pub(super) layout: DateLayout,
    /// The two numbers before the year, for [`DateLayout::YearLast`].
    pub(super) first: u32,
    pub(super) second: u32,
    year: u32,
    /// Seconds of the day; `None` where there is only a date.
    pub(super) clock: Option<u32>,
    pub(super) has_seconds: bool,
    pub(super) has_half_day: bool,
    pub(super) has_offset: bool,
    pub(super) short_year: bool,
}

/// The parts of a text: runs of digits, runs of letters, single other characters.
#[derive(Debug, Clone, Copy, PartialEq)]
enum TextRun<'a> {
    Digits(&'a str),
    Letters(&'a str),
    Mark(char),
}

/// No date is longer, so nothing longer is split.
const DATE_LENGTH_MAX: usize = 40;

fn split_runs(text: &str) -> Vec<TextRun<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let (part, length) = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            (TextRun::Digits(&rest[..end]), end)
        } else if first.is_ascii_alphabetic() {
            let end = run(|c| c.is_ascii_alphabetic());
            (TextRun::Letters(&rest[..end]), end)
        } else {
            (TextRun::Mark(first), first.len_utf8())
        };
        found.push(part);
        rest = &rest[length..];
    }
    found
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn find_month(word: &str) -> Option<u32> {
    let word = word.to_ascii_lowercase();
    let found = MONTHS.iter().position(|month| word.starts_with(month))?;
    Some(found as u32 + 1)
}

fn parse_number(digits: &str) -> u32 {
    digits.parse().unwrap_or(u32::MAX)
}

/// Reads a cell as a date, a time of day, or both; `None` if it is neither.
pub(super) fn read_date_or_time(text: &str) -> Option<Dated> {
    if text.len() > DATE_LENGTH_MAX || text.len() < 4 {
        return None;
    }
    let all = split_runs(text);
    let (mut found, rest) = read_date(&all).or_else(|| read_time_only(&all))?;
    if found.layout != DateLayout::TimeOnly && rest.is_empty() {
        return Some(found);
    }
    read_clock(&mut found, rest).then_some(found)
}

fn make_date(layout: DateLayout, [year, first, second]: [u32; 3]) -> Dated {
    Dated {
        layout,
        first,
        second,
        year,
        clock: None,
        has_seconds: false,
        has_half_day: false,
        has_offset: false,
        short_year: false,
    }
}

fn read_date<'p, 'a>(all: &'p [TextRun<'a>]) -> Option<(Dated, &'p [TextRun<'a>])> {
    use TextRun::{Digits, Letters, Mark};
    let sound = |year: u32, month: u32, day: u32| {
        (1_800..2_200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
    };
    match all {
        [Digits(y), Mark('年'), Digits(m), Mark('月'), Digits(d), Mark('日'), rest @ ..]
        | [
            Digits(y),
            Mark('-' | '/' | '.'),
            Digits(m),
            Mark('-' | '/' | '.'),
            Digits(d),
            rest @ ..,
        ] if y.len() == 4 => {
            let (year, month, day) = (parse_number(y), parse_number(m), parse_number(d));
            sound(year, month, day)
                .then(|| (make_date(DateLayout::YearFirst, [year, month, day]), rest))
        }
        [
            Digits(a),
            Mark('-' | '/' | '.'),
            Digits(b),
            Mark('-' | '/' | '.'),
            Digits(y),
            rest @ ..,
        ] if y.len() == 4 || y.len() == 2 => {
            let short = y.len() == 2;
            let year = parse_number(y) + if short { 2_000 } else { 0 };
            let (a, b) = (parse_number(a), parse_number(b));
            (sound(year, a, b) || sound(year, b, a)).then(|| {
                let mut found = make_date(DateLayout::YearLast, [year, a, b]);
                found.short_year = short;
                (found, rest)
            })
        }
        [
            Digits(d),
            Mark('-' | ' ' | '/'),
            Letters(month),
            Mark('-' | ' ' | '/'),
            Digits(y),
            rest @ ..,
        ] if y.len() == 4 || y.len() == 2 => {
            let short = y.len() == 2;
            let year = parse_number(y) + if short { 2_000 } else { 0 };
            let (day, month) = (parse_number(d), find_month(month)?);
            sound(year, month, day).then(|| {
                let mut found = make_date(DateLayout::MonthName, [year, day, month]);
                found.short_year = short;
                (found, rest)
            })
        }
        [Digits(run), rest @ ..] if matches!(run.len(), 8 | 12 | 14) => {
            let at = |from: usize, to: usize| parse_number(&run[from..to]);
            let (year, month, day) = (at(0, 4), at(4, 6), at(6, 8));
            let mut found = make_date(DateLayout::YearFirst, [year, month, day]);
            if run.len() > 8 {
                let second = if run.len() == 14 { at(12, 14) } else { 0 };
                found.clock = Some(at(8, 10) * 3_600 + at(10, 12) * 60 + second);
                found.has_seconds = run.len() == 14;
            }
            (sound(year, month, day) && (1_990..=2_100).contains(&year)).then_some((found, rest))
        }
        _ => None,
    }
}

fn read_time_only<'p, 'a>(all: &'p [TextRun<'a>]) -> Option<(Dated, &'p [TextRun<'a>])> {
    match all {
        [TextRun::Digits(hour), TextRun::Mark(':'), ..] if hour.len() <= 2 => {
            Some((make_date(DateLayout::TimeOnly, [1970, 1, 1]), all))
        }
        _ => None,
    }
}

/// Reads ` 10:20:30`, `T10:20`, ` 3:05 PM`, fractions and offsets; false if anything else follows.
fn read_clock(found: &mut Dated, rest: &[TextRun<'_>]) -> bool {
    use TextRun::{Digits, Letters, Mark};
    let rest = match rest {
        [Mark(' ') | Letters("T"), rest @ ..] => rest,
        _ => rest,
    };
    if found.clock.is_some() {
        return rest.is_empty();
    }
    let [Digits(hour), Mark(':'), Digits(minute), rest @ ..] = rest else {
        return false;
    };
    let (mut hour, minute) = (parse_number(hour), parse_number(minute));
    let mut second = 0;
    let mut rest = rest;
    if let [Mark(':'), Digits(digits), more @ ..] = rest {
        second = parse_number(digits);
        found.has_seconds = true;
        rest = more;
    }
    if let [Mark('.'), Digits(_), more @ ..] = rest {
        rest = more;
    }
    if let [Mark(' '), more @ ..] = rest {
        rest = more;
    }
    if let [Letters(half), more @ ..] = rest
        && (half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm"))
    {
        found.has_half_day = true;
        hour = hour % 12 + if half.eq_ignore_ascii_case("pm") { 12 } else { 0 };
        rest = more;
    }
    let offset = matches!(
        rest,
        [Letters("Z" | "z")]
            | [Mark('+' | '-'), Digits(_)]
            | [Mark('+' | '-'), Digits(_), Mark(':'), Digits(_)]
    );
    found.has_offset = offset;
    found.clock = Some(hour * 3_600 + minute * 60 + second);
    (rest.is_empty() || offset) && hour <= 24 && minute < 60 && second <= 60
}

impl Dated {
    /// Seconds on some wall clock, to tell which of two moments comes first.
    pub(super) fn to_wall_seconds(self, order: DayPosition) -> i64 {
        let (month, day) = match (self.layout, order) {
            (DateLayout::YearFirst | DateLayout::TimeOnly, _)
            | (DateLayout::YearLast, DayPosition::MonthFirst) => (self.first, self.second),
            (DateLayout::YearLast, DayPosition::DayFirst) | (DateLayout::MonthName, _) => {
                (self.second, self.first)
            }
        };
        // Months of 31 days keep the order, which is all that matters here.
        let days = (i64::from(self.year) * 12 + i64::from(month)) * 31 + i64::from(day);
        days * 86_400 + i64::from(self.clock.unwrap_or_default())
    }
}

/// Which of two numbers before a year is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayPosition {
    DayFirst,
    MonthFirst,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_letters_can_be_a_time_and_fourteen_digits_have_seconds() {
        let clock = |text| read_date_or_time(text).and_then(|found| found.clock);
        assert_eq!(clock("9:30"), Some(9 * 3_600 + 30 * 60));
        assert_eq!(clock("930"), None);
        assert_eq!(clock("20200131102030"), Some(10 * 3_600 + 20 * 60 + 30));
        assert_eq!(clock("202001311020"), Some(10 * 3_600 + 20 * 60));
    }

    #[test]
    fn dates_are_recognised_in_every_layout() {
        let check = |text: &str, expected: Option<(DateLayout, bool)>| {
            let found = read_date_or_time(text).map(|found| (found.layout, found.clock.is_some()));
            assert_eq!(found, expected, "{text}");
        };
        check("2020-01-31", Some((DateLayout::YearFirst, false)));
        check("2019/4/25 9:32:09", Some((DateLayout::YearFirst, true)));
        check("2020年1月3日 08:00", Some((DateLayout::YearFirst, true)));
        check("20200131235959", Some((DateLayout::YearFirst, true)));
        check("2023-01-26T08:50:13+03:00", Some((DateLayout::YearFirst, true)));
        check("2020-01-31T10:20:30.123Z", Some((DateLayout::YearFirst, true)));
        check("29/2/2016 01:23", Some((DateLayout::YearLast, true)));
        check("22-04-2015", Some((DateLayout::YearLast, false)));
        check("22-Apr-15", Some((DateLayout::MonthName, false)));
        check("03:53:50 PM", Some((DateLayout::TimeOnly, true)));
        check("2020-13-31", None);
        check("32/13/2016", None);
        check("13800138000", None);
        check("20209999", None);
        check("2020-01-31 25:00", None);
        check("2020-01-31 around noon", None);
        check("北京市海淀区", None);
    }

    #[test]
    fn earlier_reads_as_earlier_in_every_layout() {
        let seconds = |text: &str| {
            let found = read_date_or_time(text).expect("a date");
            found.to_wall_seconds(DayPosition::DayFirst)
        };
        assert!(seconds("28/02/2020 23:59") < seconds("01/03/2020 00:00"));
        assert!(seconds("2020-01-31 11:59:59 PM") < seconds("2020-02-01"));
        assert!(seconds("22-Apr-15") < seconds("01-May-15"));
    }
}

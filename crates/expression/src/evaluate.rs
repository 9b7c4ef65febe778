//! Evaluates an expression for one row. Evaluation always ends and never fails.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::tree::{Compare, Expr, Function, Math};
use crate::value::{ExpressionValue, RowValues};

/// The value of an expression for one row, with local dates and hours in `zone`.
pub fn evaluate_expression<'a>(
    expr: &'a Expr,
    row: &'a dyn RowValues,
    zone: &TimeZone,
) -> ExpressionValue<'a> {
    match expr {
        Expr::Null => ExpressionValue::Null,
        Expr::Boolean(value) => ExpressionValue::Boolean(*value),
        Expr::Integer(value) => ExpressionValue::Integer(*value),
        Expr::Number(value) => ExpressionValue::Number(*value),
        Expr::Text(text) => ExpressionValue::Text(Cow::Borrowed(text)),
        Expr::Time(seconds) => ExpressionValue::Time(*seconds),
        Expr::LocalTime(civil) => {
            local_time(*civil, zone).map_or(ExpressionValue::Null, ExpressionValue::Time)
        }
        Expr::Name(name) => row.value_of(name),
        Expr::Not(inner) => match evaluate_expression(inner, row, zone) {
            ExpressionValue::Boolean(value) => ExpressionValue::Boolean(!value),
            _ => ExpressionValue::Null,
        },
        Expr::Negate(inner) => match evaluate_expression(inner, row, zone) {
            ExpressionValue::Integer(value) => {
                value.checked_neg().map_or(ExpressionValue::Null, ExpressionValue::Integer)
            }
            ExpressionValue::Number(value) => ExpressionValue::Number(-value),
            _ => ExpressionValue::Null,
        },
        Expr::And(parts) => evaluate_chain(parts, false, row, zone),
        Expr::Or(parts) => evaluate_chain(parts, true, row, zone),
        Expr::Compare(compare, left, right) => {
            let (left, right) =
                (evaluate_expression(left, row, zone), evaluate_expression(right, row, zone));
            compare_values(*compare, &left, &right)
                .map_or(ExpressionValue::Null, ExpressionValue::Boolean)
        }
        Expr::In(value, items) => {
            let value = evaluate_expression(value, row, zone);
            if value.is_null() {
                return ExpressionValue::Null;
            }
            ExpressionValue::Boolean(items.iter().any(|item| {
                let item = evaluate_expression(item, row, zone);
                compare_values(Compare::Equal, &value, &item) == Some(true)
            }))
        }
        Expr::Math(math, left, right) => {
            let (left, right) =
                (evaluate_expression(left, row, zone), evaluate_expression(right, row, zone));
            math_values(*math, &left, &right)
        }
        Expr::Call(function, arguments) => call_function(*function, arguments, row, zone),
    }
}

/// The UTC seconds of a civil moment in a zone. A moment that a clock change skips moves on by the
/// gap; of a moment that occurs twice, the first is taken.
pub fn local_time(civil_seconds: i64, zone: &TimeZone) -> Option<i64> {
    let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(civil_seconds).ok()?);
    to_seconds(civil, zone)
}

fn to_seconds(civil: DateTime, zone: &TimeZone) -> Option<i64> {
    let instant = zone.to_timestamp(civil).ok()?;
    Some(instant.as_second())
}

fn evaluate_chain<'a>(
    parts: &'a [Expr],
    decisive: bool,
    row: &'a dyn RowValues,
    zone: &TimeZone,
) -> ExpressionValue<'a> {
    let mut unknown = false;
    for part in parts {
        match evaluate_expression(part, row, zone) {
            ExpressionValue::Boolean(value) if value == decisive => {
                return ExpressionValue::Boolean(decisive);
            }
            ExpressionValue::Boolean(_) => {}
            _ => unknown = true,
        }
    }
    if unknown { ExpressionValue::Null } else { ExpressionValue::Boolean(!decisive) }
}

/// How two values compare; `None` if either is null or they are of different kinds.
pub(crate) fn order_values(
    left: &ExpressionValue<'_>,
    right: &ExpressionValue<'_>,
) -> Option<Ordering> {
    match (left, right) {
        (ExpressionValue::Integer(a), ExpressionValue::Integer(b))
        | (ExpressionValue::Time(a), ExpressionValue::Time(b)) => Some(a.cmp(b)),
        (ExpressionValue::Text(a), ExpressionValue::Text(b)) => {
            Some(a.as_bytes().cmp(b.as_bytes()))
        }
        (ExpressionValue::Boolean(a), ExpressionValue::Boolean(b)) => Some(a.cmp(b)),
        (ExpressionValue::Number(a), ExpressionValue::Number(b)) => a.partial_cmp(b),
        (ExpressionValue::Integer(a), ExpressionValue::Number(b)) => (*a as f64).partial_cmp(b),
        (ExpressionValue::Number(a), ExpressionValue::Integer(b)) => a.partial_cmp(&(*b as f64)),
        _ => None,
    }
}

fn compare_values(
    compare: Compare,
    left: &ExpressionValue<'_>,
    right: &ExpressionValue<'_>,
) -> Option<bool> {
    let order = order_values(left, right)?;
    Some(match compare {
        Compare::Equal => order.is_eq(),
        Compare::NotEqual => order.is_ne(),
        Compare::Less => order.is_lt(),
        Compare::LessOrEqual => order.is_le(),
        Compare::Greater => order.is_gt(),
        Compare::GreaterOrEqual => order.is_ge(),
    })
}

fn math_values(
    math: Math,
    left: &ExpressionValue<'_>,
    right: &ExpressionValue<'_>,
) -> ExpressionValue<'static> {
    let whole = |a: i64, b: i64| match math {
        Math::Add => a.checked_add(b),
        Math::Subtract => a.checked_sub(b),
        Math::Multiply => a.checked_mul(b),
        Math::Divide => None,
    };
    match (left, right, math) {
        (ExpressionValue::Time(a), ExpressionValue::Integer(b), Math::Add | Math::Subtract)
        | (ExpressionValue::Integer(a), ExpressionValue::Time(b), Math::Add) => {
            whole(*a, *b).map_or(ExpressionValue::Null, ExpressionValue::Time)
        }
        (ExpressionValue::Time(a), ExpressionValue::Time(b), Math::Subtract)
        | (
            ExpressionValue::Integer(a),
            ExpressionValue::Integer(b),
            Math::Add | Math::Subtract | Math::Multiply,
        ) => whole(*a, *b).map_or(ExpressionValue::Null, ExpressionValue::Integer),
        _ => match (as_number(left), as_number(right)) {
            (Some(a), Some(b)) => {
                let result = match math {
                    Math::Add => a + b,
                    Math::Subtract => a - b,
                    Math::Multiply => a * b,
                    Math::Divide => a / b,
                };
                if result.is_finite() {
                    ExpressionValue::Number(result)
                } else {
                    ExpressionValue::Null
                }
            }
            _ => ExpressionValue::Null,
        },
    }
}

fn as_number(value: &ExpressionValue<'_>) -> Option<f64> {
    match value {
        ExpressionValue::Integer(value) => Some(*value as f64),
        ExpressionValue::Number(value) => Some(*value),
        ExpressionValue::Null
        | ExpressionValue::Boolean(_)
        | ExpressionValue::Text(_)
        | ExpressionValue::Time(_) => None,
    }
}

fn call_function<'a>(
    function: Function,
    arguments: &'a [Expr],
    row: &'a dyn RowValues,
    zone: &TimeZone,
) -> ExpressionValue<'a> {
    let value = |index: usize| {
        arguments
            .get(index)
            .map_or(ExpressionValue::Null, |argument| evaluate_expression(argument, row, zone))
    };
    match function {
        Function::Coalesce => arguments
            .iter()
            .map(|argument| evaluate_expression(argument, row, zone))
            .find(|value| !value.is_null())
            .unwrap_or(ExpressionValue::Null),
        Function::First => pick_extreme(arguments, Ordering::Less, row, zone),
        Function::Latest => pick_extreme(arguments, Ordering::Greater, row, zone),
        Function::If => {
            if value(0).is_true() {
                value(1)
            } else {
                value(2)
            }
        }
        Function::Present => ExpressionValue::Boolean(!value(0).is_null()),
        Function::Missing => ExpressionValue::Boolean(value(0).is_null()),
        Function::Lower
        | Function::Upper
        | Function::Trim
        | Function::Length
        | Function::StartsWith
        | Function::EndsWith
        | Function::Contains
        | Function::Replace
        | Function::Part => match value(0) {
            ExpressionValue::Text(text) => {
                text_call(function, text, &value(1), &value(2), arguments.len())
            }
            _ => ExpressionValue::Null,
        },
        Function::Join => join_texts(arguments, row, zone),
        Function::Number => read_number(value(0)),
        Function::ToText => to_text(value(0), zone),
        Function::ParseTime => match (value(0), value(1)) {
            (ExpressionValue::Text(text), ExpressionValue::Text(format)) => {
                read_time(&text, Some(&format), zone)
            }
            (ExpressionValue::Text(text), _) if arguments.len() == 1 => {
                read_time(&text, None, zone)
            }
            _ => None,
        }
        .map_or(ExpressionValue::Null, ExpressionValue::Time),
        Function::Year
        | Function::Quarter
        | Function::Month
        | Function::Day
        | Function::Hour
        | Function::Minute
        | Function::Weekday
        | Function::StartOfDay => match value(0) {
            ExpressionValue::Time(seconds) => {
                time_call(function, seconds, zone).unwrap_or(ExpressionValue::Null)
            }
            _ => ExpressionValue::Null,
        },
    }
}

fn pick_extreme<'a>(
    arguments: &'a [Expr],
    wanted: Ordering,
    row: &'a dyn RowValues,
    zone: &TimeZone,
) -> ExpressionValue<'a> {
    let mut best = ExpressionValue::Null;
    for argument in arguments {
        let value = evaluate_expression(argument, row, zone);
        if best.is_null() || order_values(&value, &best) == Some(wanted) {
            best = value;
        }
    }
    best
}

fn text_call<'a>(
    function: Function,
    text: Cow<'a, str>,
    second: &ExpressionValue<'_>,
    third: &ExpressionValue<'_>,
    count: usize,
) -> ExpressionValue<'a> {
    match (function, second, third) {
        (Function::Lower, ..) => ExpressionValue::Text(text.to_lowercase().into()),
        (Function::Upper, ..) => ExpressionValue::Text(text.to_uppercase().into()),
        (Function::Trim, ..) => ExpressionValue::Text(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }),
        (Function::Length, ..) => ExpressionValue::Integer(text.chars().count() as i64),
        (Function::StartsWith, ExpressionValue::Text(what), _) => {
            ExpressionValue::Boolean(text.starts_with(what.as_ref()))
        }
        (Function::EndsWith, ExpressionValue::Text(what), _) => {
            ExpressionValue::Boolean(text.ends_with(what.as_ref()))
        }
        (Function::Contains, ExpressionValue::Text(what), _) => {
            ExpressionValue::Boolean(text.contains(what.as_ref()))
        }
        (Function::Replace, ExpressionValue::Text(what), ExpressionValue::Text(with)) => {
            replace_text(&text, what, with)
        }
        (Function::Part, ExpressionValue::Integer(from), ExpressionValue::Integer(length)) => {
            ExpressionValue::Text(cut_part(&text, *from, *length).into())
        }
        (Function::Part, ExpressionValue::Integer(from), _) if count == 2 => {
            ExpressionValue::Text(cut_part(&text, *from, i64::MAX).into())
        }
        _ => ExpressionValue::Null,
    }
}

/// The longest text that an expression may build, in bytes; a longer one is null.
const LONGEST_TEXT: usize = 1 << 24;

fn replace_text(text: &str, what: &str, with: &str) -> ExpressionValue<'static> {
    // Replacing nothing would put the new text between all characters, which nobody means.
    if what.is_empty() {
        return ExpressionValue::Text(text.to_owned().into());
    }
    let grown = text.matches(what).count().saturating_mul(with.len());
    if text.len().saturating_add(grown) > LONGEST_TEXT {
        return ExpressionValue::Null;
    }
    ExpressionValue::Text(text.replace(what, with).into())
}

fn cut_part(text: &str, from: i64, length: i64) -> String {
    let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(0);
    let length = usize::try_from(length).unwrap_or(0);
    text.chars().skip(skipped).take(length).collect()
}

fn join_texts<'a>(
    arguments: &'a [Expr],
    row: &'a dyn RowValues,
    zone: &TimeZone,
) -> ExpressionValue<'a> {
    let mut joined = String::new();
    for argument in arguments {
        if let ExpressionValue::Text(text) = evaluate_expression(argument, row, zone) {
            if joined.len().saturating_add(text.len()) > LONGEST_TEXT {
                return ExpressionValue::Null;
            }
            joined.push_str(&text);
        }
    }
    ExpressionValue::Text(joined.into())
}

fn read_number(value: ExpressionValue<'_>) -> ExpressionValue<'_> {
    match value {
        ExpressionValue::Integer(_) | ExpressionValue::Number(_) => value,
        ExpressionValue::Text(text) => {
            let text = text.trim();
            // Rust also reads "inf" and "nan", which no export means as numbers.
            let plain = text
                .bytes()
                .all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+' | b'e' | b'E'));
            match text.parse::<f64>() {
                Ok(number) if plain && number.is_finite() => ExpressionValue::Number(number),
                Ok(_) | Err(_) => ExpressionValue::Null,
            }
        }
        ExpressionValue::Null | ExpressionValue::Boolean(_) | ExpressionValue::Time(_) => {
            ExpressionValue::Null
        }
    }
}

fn to_text<'a>(value: ExpressionValue<'a>, zone: &TimeZone) -> ExpressionValue<'a> {
    let mut text = String::new();
    let written = match value {
        ExpressionValue::Null => return ExpressionValue::Null,
        ExpressionValue::Text(text) => return ExpressionValue::Text(text),
        ExpressionValue::Boolean(value) => write!(text, "{value}"),
        ExpressionValue::Integer(value) => write!(text, "{value}"),
        ExpressionValue::Number(value) => write!(text, "{value}"),
        ExpressionValue::Time(seconds) => match to_zoned(seconds, zone) {
            Some(moment) => write!(text, "{}", moment.strftime("%Y-%m-%dT%H:%M:%S%:z")),
            None => return ExpressionValue::Null,
        },
    };
    written.map_or(ExpressionValue::Null, |()| ExpressionValue::Text(text.into()))
}

/// Whether the row holds a text that the expression tries to read as a moment or a number, and
/// cannot.
pub fn leaves_unread(expr: &Expr, row: &dyn RowValues, zone: &TimeZone) -> bool {
    let any = |parts: &[Expr]| parts.iter().any(|part| leaves_unread(part, row, zone));
    match expr {
        Expr::Null
        | Expr::Boolean(_)
        | Expr::Integer(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Time(_)
        | Expr::LocalTime(_)
        | Expr::Name(_) => false,
        Expr::Not(inner) | Expr::Negate(inner) | Expr::In(inner, _) => {
            leaves_unread(inner, row, zone)
        }
        Expr::Compare(_, left, right) | Expr::Math(_, left, right) => {
            leaves_unread(left, row, zone) || leaves_unread(right, row, zone)
        }
        Expr::Call(Function::ParseTime | Function::Number, parts) => {
            let given = parts
                .first()
                .map_or(ExpressionValue::Null, |text| evaluate_expression(text, row, zone));
            let read = || !matches!(evaluate_expression(expr, row, zone), ExpressionValue::Null);
            !matches!(given, ExpressionValue::Null) && !read() || any(parts)
        }
        Expr::And(parts) | Expr::Or(parts) | Expr::Call(_, parts) => any(parts),
    }
}

fn read_time(text: &str, format: Option<&str>, zone: &TimeZone) -> Option<i64> {
    let text = text.trim();
    let Some(format) = format else {
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some(instant.as_second());
        }
        return to_seconds(text.parse().ok()?, zone);
    };
    let broken = jiff::fmt::strtime::parse(format, text).ok()?;
    // Seconds since 1970 and times with their offset are instants as they stand.
    match broken.to_timestamp() {
        Ok(instant) => return Some(instant.as_second()),
        Err(_) if broken.offset().is_some() => return None,
        Err(_) => {}
    }
    // A format without hours names a day, which starts at midnight.
    let civil = match broken.to_datetime() {
        Ok(civil) => civil,
        Err(_) => broken.to_date().ok()?.at(0, 0, 0, 0),
    };
    to_seconds(civil, zone)
}

/// Whether a format can give a moment at all: what it writes, it must read back.
pub(crate) fn is_readable(format: &str) -> bool {
    let zone = TimeZone::UTC;
    let Some(sample) = to_zoned(1_000_000_000, &zone) else {
        return false;
    };
    let written = jiff::fmt::strtime::format(format, &sample);
    written.is_ok_and(|text| read_time(&text, Some(format), &zone).is_some())
}

fn to_zoned(seconds: i64, zone: &TimeZone) -> Option<ZonedDateTime> {
    let instant = Timestamp::from_second(seconds).ok()?;
    Some(instant.to_zoned_datetime(zone.clone()))
}

fn time_call(
    function: Function,
    seconds: i64,
    zone: &TimeZone,
) -> Option<ExpressionValue<'static>> {
    let instant = Timestamp::from_second(seconds).ok()?;
    let civil = zone.to_datetime(instant);
    let number = match function {
        Function::Year => i64::from(civil.year()),
        Function::Quarter => i64::from((civil.month() - 1) / 3 + 1),
        Function::Month => i64::from(civil.month()),
        Function::Day => i64::from(civil.day()),
        Function::Hour => i64::from(civil.hour()),
        Function::Minute => i64::from(civil.minute()),
        Function::Weekday => i64::from(civil.weekday().to_monday_one_offset()),
        Function::StartOfDay => {
            return to_seconds(civil.date().at(0, 0, 0, 0), zone).map(ExpressionValue::Time);
        }
        _ => return None,
    };
    Some(ExpressionValue::Integer(number))
}

//! Prints a tree as text, so that parsing the text gives the same tree.

use std::fmt::{self, Display, Formatter, Write};

use jiff::Timestamp;

use crate::lex::is_plain_name;
use crate::tree::Expr;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Null => f.write_str("null"),
            Expr::Boolean(value) => write!(f, "{value}"),
            Expr::Integer(value) => write!(f, "{value}"),
            Expr::Number(value) => write!(f, "{value:?}"),
            Expr::Text(text) => write_text(f, text),
            Expr::Time(seconds) => write!(f, "@{}", to_timestamp(*seconds)),
            Expr::LocalTime(seconds) => {
                let moment = to_timestamp(*seconds).to_string();
                let civil = moment.trim_end_matches('Z');
                write!(f, "@{}", civil.trim_end_matches("T00:00:00"))
            }
            Expr::Name(name) => write_name(f, name),
            Expr::Not(inner) => match inner.as_ref() {
                Expr::In(value, items) => write_in(f, value, "not in", items),
                other => {
                    f.write_str("not ")?;
                    write_inside(f, other, is_tighter_than_not(other))
                }
            },
            Expr::Negate(inner) => {
                f.write_char('-')?;
                write_inside(f, inner, is_atom(inner) && !is_number(inner))
            }
            Expr::And(parts) => write_chain(f, parts, " and "),
            Expr::Or(parts) => write_chain(f, parts, " or "),
            Expr::Compare(compare, left, right) => {
                write_inside(f, left, is_atom(left) || is_math(left))?;
                write!(f, " {} ", compare.sign())?;
                write_inside(f, right, is_atom(right) || is_math(right))
            }
            Expr::In(value, items) => write_in(f, value, "in", items),
            Expr::Math(math, left, right) => {
                write_inside(f, left, is_atom(left))?;
                write!(f, " {} ", math.sign())?;
                write_inside(f, right, is_atom(right))
            }
            Expr::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                write_list(f, arguments)?;
                f.write_char(')')
            }
        }
    }
}

fn to_timestamp(seconds: i64) -> Timestamp {
    let bounds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    Timestamp::from_second(seconds.clamp(*bounds.start(), *bounds.end()))
        .expect("the seconds were clamped to what a timestamp holds")
}

fn is_atom(expr: &Expr) -> bool {
    match expr {
        Expr::Null
        | Expr::Boolean(_)
        | Expr::Integer(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Time(_)
        | Expr::LocalTime(_)
        | Expr::Name(_)
        | Expr::Call(..) => true,
        Expr::Not(_)
        | Expr::Negate(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Compare(..)
        | Expr::In(..)
        | Expr::Math(..) => false,
    }
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Integer(_) | Expr::Number(_))
}

fn is_math(expr: &Expr) -> bool {
    matches!(expr, Expr::Math(..))
}

fn is_tighter_than_not(expr: &Expr) -> bool {
    is_atom(expr) || matches!(expr, Expr::Compare(..))
}

fn write_inside(f: &mut Formatter<'_>, expr: &Expr, bare: bool) -> fmt::Result {
    if bare { write!(f, "{expr}") } else { write!(f, "({expr})") }
}

fn write_chain(f: &mut Formatter<'_>, parts: &[Expr], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        // `and` inside `or` needs no parentheses, but readers do.
        write_inside(f, part, !matches!(part, Expr::And(_) | Expr::Or(_)))?;
    }
    Ok(())
}

fn write_in(f: &mut Formatter<'_>, value: &Expr, word: &str, items: &[Expr]) -> fmt::Result {
    write_inside(f, value, is_atom(value) || is_math(value))?;
    write!(f, " {word} (")?;
    write_list(f, items)?;
    f.write_char(')')
}

fn write_list(f: &mut Formatter<'_>, items: &[Expr]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

fn write_text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

fn write_name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let keyword = matches!(name, "and" | "or" | "not" | "in" | "true" | "false" | "null");
    if is_plain_name(name) && !keyword {
        f.write_str(name)
    } else {
        write!(f, "`{}`", name.replace('`', "``"))
    }
}

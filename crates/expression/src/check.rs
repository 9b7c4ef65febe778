//! Types: every mistake that can be found before the first row is read.

use crate::evaluate::is_readable;
use crate::nearest::nearest;
use crate::tree::{Compare, Expr, Function, Math};
use crate::value::Type;

/// The names an expression may use.
pub trait Names {
    /// The type of a name; `None` when there is no such name.
    fn type_of(&self, name: &str) -> Option<Type>;
    /// Every name, for "did you mean".
    fn all(&self) -> Vec<String>;
}

/// Why an expression makes no sense with these names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("{message}; {hint}")]
#[zh("{message}；{hint}")]
pub struct TypeError {
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl TypeError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> TypeError {
        TypeError { message: message.into(), hint: hint.into() }
    }
}

/// The type that an expression gives, or the first mistake in it.
///
/// [`Type::Number`] includes whole numbers: a value of that type may be an integer.
pub fn check(expr: &Expr, names: &dyn Names) -> Result<Type, TypeError> {
    match expr {
        Expr::Null => Ok(Type::Null),
        Expr::Boolean(_) => Ok(Type::Boolean),
        Expr::Integer(_) => Ok(Type::Integer),
        Expr::Number(_) => Ok(Type::Number),
        Expr::Text(_) => Ok(Type::Text),
        Expr::Time(_) | Expr::LocalTime(_) => Ok(Type::Time),
        Expr::Name(name) => name_type(name, names),
        Expr::Not(inner) => {
            expect_type(inner, Type::Boolean, "not", names)?;
            Ok(Type::Boolean)
        }
        Expr::Negate(inner) => match check(inner, names)? {
            Type::Integer => Ok(Type::Integer),
            Type::Number | Type::Null => Ok(Type::Number),
            other @ (Type::Boolean | Type::Text | Type::Time) => Err(TypeError::new(
                format!("`-` before `{inner}`, which is a {other}"),
                "only numbers can be negative",
            )),
        },
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                expect_type(part, Type::Boolean, "and/or", names)?;
            }
            Ok(Type::Boolean)
        }
        Expr::Compare(compare, left, right) => check_compare(*compare, left, right, names),
        Expr::In(value, items) => check_in(value, items, names),
        Expr::Math(math, left, right) => check_math(*math, left, right, names),
        Expr::Call(function, arguments) => check_call(*function, arguments, names),
    }
}

/// Checks that an expression is a condition: a boolean, or null.
pub fn check_condition(expr: &Expr, names: &dyn Names) -> Result<(), TypeError> {
    match check(expr, names)? {
        Type::Boolean | Type::Null => Ok(()),
        other @ (Type::Integer | Type::Number | Type::Text | Type::Time) => Err(TypeError::new(
            format!("`{expr}` is a {other}, not a condition"),
            "a condition compares: `x == \"a\"`, `x in (…)`, `present(x)`",
        )),
    }
}

fn name_type(name: &str, names: &dyn Names) -> Result<Type, TypeError> {
    if let Some(found) = names.type_of(name) {
        return Ok(found);
    }
    let all = names.all();
    let hint = match nearest(name, all.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "there are no names here".to_owned(),
        None => {
            let few: Vec<&str> = all.iter().take(40).map(String::as_str).collect();
            format!("a text stands in quotes, \"{name}\"; names are {}", few.join(", "))
        }
    };
    Err(TypeError::new(format!("no name is `{name}`"), hint))
}

fn expect_type(expr: &Expr, wanted: Type, place: &str, names: &dyn Names) -> Result<(), TypeError> {
    let found = check(expr, names)?;
    if type_fits(found, wanted) {
        return Ok(());
    }
    let hint = match (found, wanted) {
        (Type::Text, Type::Time) => "read it with time(text, format)".to_owned(),
        (Type::Text, Type::Number | Type::Integer) => "read it with number(text)".to_owned(),
        (_, Type::Text) => "turn it into text with text(value)".to_owned(),
        (_, Type::Boolean) => "compare it: `x == …`, `x in (…)`, `present(x)`".to_owned(),
        (
            Type::Null | Type::Boolean | Type::Integer | Type::Number | Type::Time | Type::Text,
            Type::Null | Type::Integer | Type::Number | Type::Time,
        ) => format!("give a {wanted}"),
    };
    Err(TypeError::new(format!("{place} needs a {wanted}, and `{expr}` is a {found}"), hint))
}

fn type_fits(found: Type, wanted: Type) -> bool {
    found == wanted || found == Type::Null || (found == Type::Integer && wanted == Type::Number)
}

/// The type that holds values of both, if there is one.
fn common_type(a: Type, b: Type) -> Option<Type> {
    if type_fits(a, b) {
        Some(b)
    } else if type_fits(b, a) {
        Some(a)
    } else {
        None
    }
}

fn check_compare(
    compare: Compare,
    left: &Expr,
    right: &Expr,
    names: &dyn Names,
) -> Result<Type, TypeError> {
    let sign = compare.sign();
    for side in [left, right] {
        if *side == Expr::Null {
            return Err(TypeError::new(
                format!("nothing is `{sign}` null, not even null"),
                "write missing(x) or present(x)",
            ));
        }
    }
    let (a, b) = (check(left, names)?, check(right, names)?);
    let Some(both) = common_type(a, b) else {
        let hint = match (a, b) {
            (Type::Time, Type::Text) | (Type::Text, Type::Time) => {
                "write a moment as @2020-01-31 or @2020-01-31T08:00:00+08:00"
            }
            (Type::Text, Type::Integer | Type::Number) => {
                "write the number as a text in quotes, or read the text with number(text)"
            }
            _ => "compare values of one type",
        };
        return Err(TypeError::new(format!("`{left}` is a {a} and `{right}` is a {b}"), hint));
    };
    let orders = !matches!(compare, Compare::Equal | Compare::NotEqual);
    if both == Type::Boolean && orders {
        return Err(TypeError::new(
            format!("`{sign}` between booleans"),
            "use `==`, `!=`, `and`, `or`, `not`",
        ));
    }
    Ok(Type::Boolean)
}

fn check_in(value: &Expr, items: &[Expr], names: &dyn Names) -> Result<Type, TypeError> {
    let wanted = check(value, names)?;
    for item in items {
        let found = check(item, names)?;
        if common_type(found, wanted).is_none() {
            return Err(TypeError::new(
                format!("`{value}` is a {wanted} and `{item}` in its list is a {found}"),
                format!("list values of type {wanted}"),
            ));
        }
    }
    Ok(Type::Boolean)
}

fn check_math(math: Math, left: &Expr, right: &Expr, names: &dyn Names) -> Result<Type, TypeError> {
    let (a, b) = (check(left, names)?, check(right, names)?);
    match (math, a, b) {
        (Math::Subtract, Type::Time, Type::Time) => Ok(Type::Integer),
        (Math::Add | Math::Subtract, Type::Time, Type::Integer | Type::Null)
        | (Math::Add, Type::Integer | Type::Null, Type::Time) => Ok(Type::Time),
        (Math::Add | Math::Subtract | Math::Multiply, Type::Integer, Type::Integer) => {
            Ok(Type::Integer)
        }
        (
            _,
            Type::Integer | Type::Number | Type::Null,
            Type::Integer | Type::Number | Type::Null,
        ) => Ok(Type::Number),
        (Math::Add, Type::Text, _) | (Math::Add, _, Type::Text) => Err(TypeError::new(
            format!("`+` between a {a} and a {b}"),
            "texts are joined with join(a, b)",
        )),
        _ => Err(TypeError::new(
            format!("`{}` between a {a} and a {b}", math.sign()),
            "arithmetic takes numbers; time - time gives seconds, time + seconds gives time",
        )),
    }
}

fn check_call(
    function: Function,
    arguments: &[Expr],
    names: &dyn Names,
) -> Result<Type, TypeError> {
    let place = function.name();
    let all = |wanted: Type| expect_all(arguments, wanted, place, names);
    match function {
        Function::Coalesce | Function::First | Function::Latest | Function::If => {
            check_choice(function, arguments, names)
        }
        Function::Present | Function::Missing => {
            check(&arguments[0], names)?;
            Ok(Type::Boolean)
        }
        Function::Lower | Function::Upper | Function::Trim | Function::Replace | Function::Join => {
            all(Type::Text)?;
            Ok(Type::Text)
        }
        Function::Length => {
            all(Type::Text)?;
            Ok(Type::Integer)
        }
        Function::StartsWith | Function::EndsWith | Function::Contains => {
            all(Type::Text)?;
            Ok(Type::Boolean)
        }
        Function::Part => {
            expect_type(&arguments[0], Type::Text, place, names)?;
            expect_all(&arguments[1..], Type::Integer, place, names)?;
            Ok(Type::Text)
        }
        Function::Number => match check(&arguments[0], names)? {
            Type::Integer => Ok(Type::Integer),
            Type::Text | Type::Number | Type::Null => Ok(Type::Number),
            other @ (Type::Boolean | Type::Time) => {
                Err(TypeError::new(format!("number of a {other}"), "number reads a text"))
            }
        },
        Function::ToText => {
            check(&arguments[0], names)?;
            Ok(Type::Text)
        }
        Function::ParseTime => check_parse_time(arguments, names),
        Function::Year
        | Function::Quarter
        | Function::Month
        | Function::Day
        | Function::Hour
        | Function::Minute
        | Function::Weekday => {
            all(Type::Time)?;
            Ok(Type::Integer)
        }
        Function::StartOfDay => {
            all(Type::Time)?;
            Ok(Type::Time)
        }
    }
}

fn expect_all(
    arguments: &[Expr],
    wanted: Type,
    place: &str,
    names: &dyn Names,
) -> Result<(), TypeError> {
    arguments.iter().try_for_each(|argument| expect_type(argument, wanted, place, names))
}

/// The functions that give one of their arguments.
fn check_choice(
    function: Function,
    arguments: &[Expr],
    names: &dyn Names,
) -> Result<Type, TypeError> {
    let place = function.name();
    let choices = if function == Function::If {
        expect_type(&arguments[0], Type::Boolean, "the condition of if", names)?;
        &arguments[1..]
    } else {
        arguments
    };
    let found = find_one_type(place, choices, names)?;
    if found == Type::Boolean && matches!(function, Function::First | Function::Latest) {
        return Err(TypeError::new(format!("{place} of booleans"), "use `and` and `or`"));
    }
    Ok(found)
}

/// `time(text, format)`, with a format that can give a moment.
fn check_parse_time(arguments: &[Expr], names: &dyn Names) -> Result<Type, TypeError> {
    expect_all(arguments, Type::Text, Function::ParseTime.name(), names)?;
    if let Some(Expr::Text(format)) = arguments.get(1)
        && !is_readable(format)
    {
        return Err(TypeError::new(
            format!("no moment can be read by the format `{format}`"),
            "write it with %Y %m %d %H %M %S, such as `%d/%m/%Y %H:%M`",
        ));
    }
    Ok(Type::Time)
}

fn find_one_type(place: &str, arguments: &[Expr], names: &dyn Names) -> Result<Type, TypeError> {
    let mut both = Type::Null;
    for argument in arguments {
        let found = check(argument, names)?;
        both = common_type(both, found).ok_or_else(|| {
            TypeError::new(
                format!("{place} mixes a {both} with `{argument}`, a {found}"),
                "give values of one type",
            )
        })?;
    }
    Ok(both)
}

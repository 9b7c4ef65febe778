//! Types: every mistake that can be found before the first row is read.

use trueline_language::{Phrase, Text, phrase, text};

use crate::evaluate::is_readable;
use crate::nearest::find_nearest_word;
use crate::tree::{Compare, Expr, Function, Math};
use crate::value::Type;

/// The names an expression may use.
pub trait KnownNames {
    /// The type of a name; `None` when there is no such name.
    fn type_of(&self, name: &str) -> Option<Type>;
    /// Every name, for "did you mean".
    fn all_names(&self) -> Vec<String>;
}

/// Why an expression makes no sense with these names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("{message}; {hint}")]
#[zh("{message}；{hint}")]
pub struct TypeError {
    pub message: Text,
    /// What to write instead.
    pub hint: Text,
}

impl TypeError {
    fn new(message: impl Into<Text>, hint: impl Into<Text>) -> TypeError {
        TypeError { message: message.into(), hint: hint.into() }
    }
}

/// The name of a function or an operator, which is the same in both languages.
fn same_words(name: &'static str) -> Phrase {
    Phrase::new(name, name)
}

/// The type that an expression gives, or the first mistake in it.
///
/// [`Type::Number`] includes whole numbers: a value of that type may be an integer.
pub fn check_types(expr: &Expr, names: &dyn KnownNames) -> Result<Type, TypeError> {
    match expr {
        Expr::Null => Ok(Type::Null),
        Expr::Boolean(_) => Ok(Type::Boolean),
        Expr::Integer(_) => Ok(Type::Integer),
        Expr::Number(_) => Ok(Type::Number),
        Expr::Text(_) => Ok(Type::Text),
        Expr::Time(_) | Expr::LocalTime(_) => Ok(Type::Time),
        Expr::Name(name) => name_type(name, names),
        Expr::Not(inner) => {
            expect_type(inner, Type::Boolean, same_words("not"), names)?;
            Ok(Type::Boolean)
        }
        Expr::Negate(inner) => match check_types(inner, names)? {
            Type::Integer => Ok(Type::Integer),
            Type::Number | Type::Null => Ok(Type::Number),
            other @ (Type::Boolean | Type::Text | Type::Time) => Err(TypeError::new(
                text!(
                    "`{inner}` 是{other}，其前有 `-`",
                    "`-` before `{inner}`, which is a {other}"
                ),
                phrase!("只有数值可以取负", "only numbers can be negative"),
            )),
        },
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                expect_type(part, Type::Boolean, same_words("and/or"), names)?;
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
pub fn check_condition(expr: &Expr, names: &dyn KnownNames) -> Result<(), TypeError> {
    match check_types(expr, names)? {
        Type::Boolean | Type::Null => Ok(()),
        other @ (Type::Integer | Type::Number | Type::Text | Type::Time) => Err(TypeError::new(
            text!("`{expr}` 是{other}，不是条件", "`{expr}` is a {other}, not a condition"),
            phrase!(
                "条件须作比较：`x == \"a\"`、`x in (…)`、`present(x)`",
                "a condition compares: `x == \"a\"`, `x in (…)`, `present(x)`"
            ),
        )),
    }
}

fn name_type(name: &str, names: &dyn KnownNames) -> Result<Type, TypeError> {
    if let Some(found) = names.type_of(name) {
        return Ok(found);
    }
    let all = names.all_names();
    let hint = match find_nearest_word(name, all.iter().map(String::as_str)) {
        Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
        None if all.is_empty() => phrase!("此处没有可用的名称", "there are no names here").into(),
        None => {
            let few: Vec<&str> = all.iter().take(40).map(String::as_str).collect();
            let few = few.join(", ");
            text!(
                "文本须加引号，\"{name}\"；可用名称有 {few}",
                "a text stands in quotes, \"{name}\"; names are {few}"
            )
        }
    };
    Err(TypeError::new(text!("没有名称 `{name}`", "no name is `{name}`"), hint))
}

fn expect_type(
    expr: &Expr,
    wanted: Type,
    place: Phrase,
    names: &dyn KnownNames,
) -> Result<(), TypeError> {
    let found = check_types(expr, names)?;
    if type_fits(found, wanted) {
        return Ok(());
    }
    let hint = match (found, wanted) {
        (Type::Text, Type::Time) => {
            phrase!("用 time(text, format) 读取", "read it with time(text, format)").into()
        }
        (Type::Text, Type::Number | Type::Integer) => {
            phrase!("用 number(text) 读取", "read it with number(text)").into()
        }
        (_, Type::Text) => {
            phrase!("用 text(value) 转成文本", "turn it into text with text(value)").into()
        }
        (_, Type::Boolean) => phrase!(
            "须作比较：`x == …`、`x in (…)`、`present(x)`",
            "compare it: `x == …`, `x in (…)`, `present(x)`"
        )
        .into(),
        (
            Type::Null | Type::Boolean | Type::Integer | Type::Number | Type::Time | Type::Text,
            Type::Null | Type::Integer | Type::Number | Type::Time,
        ) => text!("请给出{wanted}", "give a {wanted}"),
    };
    let message = text!(
        "{place} 需要{wanted}，而 `{expr}` 是{found}",
        "{place} needs a {wanted}, and `{expr}` is a {found}"
    );
    Err(TypeError { message, hint })
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
    names: &dyn KnownNames,
) -> Result<Type, TypeError> {
    let sign = compare.sign();
    for side in [left, right] {
        if *side == Expr::Null {
            return Err(TypeError::new(
                text!(
                    "没有值 `{sign}` null，null 本身也不",
                    "nothing is `{sign}` null, not even null"
                ),
                phrase!("请写 missing(x) 或 present(x)", "write missing(x) or present(x)"),
            ));
        }
    }
    let (a, b) = (check_types(left, names)?, check_types(right, names)?);
    let Some(both) = common_type(a, b) else {
        let hint = match (a, b) {
            (Type::Time, Type::Text) | (Type::Text, Type::Time) => {
                phrase!(
                    "时间写作 @2020-01-31 或 @2020-01-31T08:00:00+08:00",
                    "write a moment as @2020-01-31 or @2020-01-31T08:00:00+08:00"
                )
            }
            (Type::Text, Type::Integer | Type::Number) => {
                phrase!(
                    "把数值写成带引号的文本，或用 number(text) 读取文本",
                    "write the number as a text in quotes, or read the text with number(text)"
                )
            }
            _ => phrase!("只能比较同一类型的值", "compare values of one type"),
        };
        let message =
            text!("`{left}` 是{a}，`{right}` 是{b}", "`{left}` is a {a} and `{right}` is a {b}");
        return Err(TypeError::new(message, hint));
    };
    let orders = !matches!(compare, Compare::Equal | Compare::NotEqual);
    if both == Type::Boolean && orders {
        return Err(TypeError::new(
            text!("布尔值之间的 `{sign}`", "`{sign}` between booleans"),
            phrase!("请用 `==`、`!=`、`and`、`or`、`not`", "use `==`, `!=`, `and`, `or`, `not`"),
        ));
    }
    Ok(Type::Boolean)
}

fn check_in(value: &Expr, items: &[Expr], names: &dyn KnownNames) -> Result<Type, TypeError> {
    let wanted = check_types(value, names)?;
    for item in items {
        let found = check_types(item, names)?;
        if common_type(found, wanted).is_none() {
            return Err(TypeError::new(
                text!(
                    "`{value}` 是{wanted}，列表中的 `{item}` 是{found}",
                    "`{value}` is a {wanted} and `{item}` in its list is a {found}"
                ),
                text!("列表中只写{wanted}", "list values of type {wanted}"),
            ));
        }
    }
    Ok(Type::Boolean)
}

fn check_math(
    math: Math,
    left: &Expr,
    right: &Expr,
    names: &dyn KnownNames,
) -> Result<Type, TypeError> {
    let (a, b) = (check_types(left, names)?, check_types(right, names)?);
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
            text!("{a}与{b}之间的 `+`", "`+` between a {a} and a {b}"),
            phrase!("文本用 join(a, b) 连接", "texts are joined with join(a, b)"),
        )),
        _ => Err(TypeError::new(
            text!("{a}与{b}之间的 `{}`", "`{}` between a {a} and a {b}", math.sign()),
            phrase!(
                "四则运算只用于数值；时间减时间得秒数，时间加秒数得时间",
                "arithmetic takes numbers; time - time gives seconds, time + seconds gives time"
            ),
        )),
    }
}

fn check_call(
    function: Function,
    arguments: &[Expr],
    names: &dyn KnownNames,
) -> Result<Type, TypeError> {
    let place = same_words(function.name());
    let all = |wanted: Type| expect_all(arguments, wanted, place, names);
    match function {
        Function::Coalesce | Function::First | Function::Latest | Function::If => {
            check_choice(function, arguments, names)
        }
        Function::Present | Function::Missing => {
            check_types(&arguments[0], names)?;
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
        Function::Number => match check_types(&arguments[0], names)? {
            Type::Integer => Ok(Type::Integer),
            Type::Text | Type::Number | Type::Null => Ok(Type::Number),
            other @ (Type::Boolean | Type::Time) => Err(TypeError::new(
                text!("number 不能用于{other}", "number of a {other}"),
                phrase!("number 读取文本", "number reads a text"),
            )),
        },
        Function::ToText => {
            check_types(&arguments[0], names)?;
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
    place: Phrase,
    names: &dyn KnownNames,
) -> Result<(), TypeError> {
    arguments.iter().try_for_each(|argument| expect_type(argument, wanted, place, names))
}

/// The functions that give one of their arguments.
fn check_choice(
    function: Function,
    arguments: &[Expr],
    names: &dyn KnownNames,
) -> Result<Type, TypeError> {
    let place = same_words(function.name());
    let choices = if function == Function::If {
        expect_type(
            &arguments[0],
            Type::Boolean,
            phrase!("if 的条件", "the condition of if"),
            names,
        )?;
        &arguments[1..]
    } else {
        arguments
    };
    let found = find_one_type(place, choices, names)?;
    if found == Type::Boolean && matches!(function, Function::First | Function::Latest) {
        return Err(TypeError::new(
            text!("{place} 不能用于布尔值", "{place} of booleans"),
            phrase!("请用 `and` 与 `or`", "use `and` and `or`"),
        ));
    }
    Ok(found)
}

/// `time(text, format)`, with a format that can give a moment.
fn check_parse_time(arguments: &[Expr], names: &dyn KnownNames) -> Result<Type, TypeError> {
    expect_all(arguments, Type::Text, same_words(Function::ParseTime.name()), names)?;
    if let Some(Expr::Text(format)) = arguments.get(1)
        && !is_readable(format)
    {
        return Err(TypeError::new(
            text!("按格式 `{format}` 读不出时间", "no moment can be read by the format `{format}`"),
            phrase!(
                "用 %Y %m %d %H %M %S 书写，如 `%d/%m/%Y %H:%M`",
                "write it with %Y %m %d %H %M %S, such as `%d/%m/%Y %H:%M`"
            ),
        ));
    }
    Ok(Type::Time)
}

fn find_one_type(
    place: Phrase,
    arguments: &[Expr],
    names: &dyn KnownNames,
) -> Result<Type, TypeError> {
    let mut both = Type::Null;
    for argument in arguments {
        let found = check_types(argument, names)?;
        both = common_type(both, found).ok_or_else(|| {
            TypeError::new(
                text!(
                    "{place} 混用了{both}与{found} `{argument}`",
                    "{place} mixes a {both} with `{argument}`, a {found}"
                ),
                phrase!("请给出同一类型的值", "give values of one type"),
            )
        })?;
    }
    Ok(both)
}

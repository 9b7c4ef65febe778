//! Expressions as DuckDB SQL. Null spreads there as it does here.

use trueline_expression::{Compare, Expr, Function};

/// How a moment becomes local time.
#[derive(Debug, Clone)]
pub(super) enum Local {
    /// So many seconds are added.
    Shift(i64),
    /// The zone changes its clocks: DuckDB's own zone rules are asked.
    Zone(String),
}

impl Local {
    /// A local timestamp, of an expression in seconds.
    pub(super) fn civil(&self, seconds: &str) -> String {
        match self {
            Local::Shift(shift) => format!("make_timestamp(({seconds} + {shift}) * 1000000)"),
            Local::Zone(zone) => {
                format!("timezone({}, to_timestamp({seconds}))", quoted(zone))
            }
        }
    }

    /// Seconds, of an expression that is a local timestamp.
    fn seconds(&self, civil: &str) -> String {
        match self {
            Local::Shift(shift) => format!("(epoch_us({civil}) // 1000000 - {shift})"),
            Local::Zone(zone) => {
                format!("(epoch_us(timezone({}, {civil})) // 1000000)", quoted(zone))
            }
        }
    }
}

/// A column name.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An expression, in parentheses where it needs them.
pub(super) fn written(expr: &Expr, local: &Local) -> String {
    let inner = |expr: &Expr| written(expr, local);
    let joined = |parts: &[Expr], sign: &str| {
        let parts: Vec<String> = parts.iter().map(inner).collect();
        format!("({})", parts.join(sign))
    };
    match expr {
        Expr::Null => "null".to_owned(),
        Expr::Boolean(value) => value.to_string(),
        Expr::Integer(value) | Expr::Time(value) => value.to_string(),
        Expr::Number(value) => format!("cast('{value:e}' as double)"),
        Expr::Text(text) => quoted(text),
        Expr::LocalTime(civil) => local.seconds(&format!("make_timestamp({civil} * 1000000)")),
        Expr::Name(column) => name(column),
        Expr::Not(part) => format!("(not {})", inner(part)),
        Expr::Negate(part) => format!("(-{})", inner(part)),
        Expr::And(parts) => joined(parts, " and "),
        Expr::Or(parts) => joined(parts, " or "),
        Expr::Compare(compare, left, right) => {
            let sign = match compare {
                Compare::Equal => "=",
                Compare::NotEqual => "<>",
                Compare::Less
                | Compare::LessOrEqual
                | Compare::Greater
                | Compare::GreaterOrEqual => compare.sign(),
            };
            format!("({} {sign} {})", inner(left), inner(right))
        }
        Expr::In(value, items) => format!("({} in {})", inner(value), joined(items, ", ")),
        Expr::Math(math, left, right) => match math.sign() {
            "/" => format!("(cast({} as double) / nullif({}, 0))", inner(left), inner(right)),
            sign => format!("({} {sign} {})", inner(left), inner(right)),
        },
        Expr::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(inner).collect();
            call(*function, &arguments, local)
        }
    }
}

fn call(function: Function, arguments: &[String], local: &Local) -> String {
    let all = arguments.join(", ");
    let first = &arguments[0];
    match function {
        Function::Coalesce => format!("coalesce({all})"),
        Function::First => format!("least({all})"),
        Function::Latest => format!("greatest({all})"),
        Function::If => {
            format!("(case when {first} then {} else {} end)", arguments[1], arguments[2])
        }
        Function::Present => format!("({first} is not null)"),
        Function::Missing => format!("({first} is null)"),
        Function::Lower => format!("lower({first})"),
        Function::Upper => format!("upper({first})"),
        Function::Trim => format!("trim({first})"),
        Function::Length => format!("length({first})"),
        Function::StartsWith => format!("starts_with({all})"),
        Function::EndsWith => format!("suffix({all})"),
        Function::Contains => format!("contains({all})"),
        Function::Replace => format!("replace({all})"),
        Function::Part => format!("substr({all})"),
        Function::Join => format!("concat({all})"),
        Function::Number => format!("try_cast({first} as double)"),
        Function::ToText => format!("cast({first} as varchar)"),
        Function::ParseTime => {
            let civil = match arguments.get(1) {
                Some(format) => format!("try_strptime({first}, {format})"),
                None => format!("try_cast({first} as timestamp)"),
            };
            local.seconds(&civil)
        }
        Function::Year
        | Function::Quarter
        | Function::Month
        | Function::Day
        | Function::Hour
        | Function::Minute => format!("{}({})", function.name(), local.civil(first)),
        Function::Weekday => format!("isodow({})", local.civil(first)),
        Function::StartOfDay => {
            local.seconds(&format!("date_trunc('day', {})", local.civil(first)))
        }
    }
}

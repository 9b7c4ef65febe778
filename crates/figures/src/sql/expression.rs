//! Expressions as DuckDB SQL. Null spreads there as it does here.

use trueline_expression::{Compare, Expr, Function};

/// How a moment becomes local time.
#[derive(Debug, Clone)]
pub(super) enum LocalTimeSql {
    /// This many seconds are added.
    Shift(i64),
    /// The zone changes its clocks: DuckDB's own zone rules are asked.
    Zone(String),
}

impl LocalTimeSql {
    /// A local timestamp from an expression in seconds.
    pub(super) fn civil_sql(&self, seconds: &str) -> String {
        match self {
            LocalTimeSql::Shift(shift) => {
                format!("make_timestamp(({seconds} + {shift}) * 1000000)")
            }
            LocalTimeSql::Zone(zone) => {
                format!("timezone({}, to_timestamp({seconds}))", quote_text(zone))
            }
        }
    }

    /// Seconds from an expression that is a local timestamp.
    fn seconds_sql(&self, civil: &str) -> String {
        match self {
            LocalTimeSql::Shift(shift) => format!("(epoch_us({civil}) // 1000000 - {shift})"),
            LocalTimeSql::Zone(zone) => {
                format!("(epoch_us(timezone({}, {civil})) // 1000000)", quote_text(zone))
            }
        }
    }
}

/// A column name.
pub(super) fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text.
pub(super) fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An expression, in parentheses where it needs them.
pub(super) fn expression_sql(expr: &Expr, local: &LocalTimeSql) -> String {
    let inner = |expr: &Expr| expression_sql(expr, local);
    let joined = |parts: &[Expr], sign: &str| {
        let parts: Vec<String> = parts.iter().map(inner).collect();
        format!("({})", parts.join(sign))
    };
    match expr {
        Expr::Null => "null".to_owned(),
        Expr::Boolean(value) => value.to_string(),
        Expr::Integer(value) | Expr::Time(value) => value.to_string(),
        Expr::Number(value) => format!("cast('{value:e}' as double)"),
        Expr::Text(text) => quote_text(text),
        Expr::LocalTime(civil) => local.seconds_sql(&format!("make_timestamp({civil} * 1000000)")),
        Expr::Name(column) => quote_name(column),
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
            call_sql(*function, &arguments, local)
        }
    }
}

fn call_sql(function: Function, arguments: &[String], local: &LocalTimeSql) -> String {
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
            local.seconds_sql(&civil)
        }
        Function::Year
        | Function::Quarter
        | Function::Month
        | Function::Day
        | Function::Hour
        | Function::Minute => format!("{}({})", function.name(), local.civil_sql(first)),
        Function::Weekday => format!("isodow({})", local.civil_sql(first)),
        Function::StartOfDay => {
            local.seconds_sql(&format!("date_trunc('day', {})", local.civil_sql(first)))
        }
    }
}

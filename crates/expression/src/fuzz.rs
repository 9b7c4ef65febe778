//! An entry point for fuzzers: whatever the bytes, nothing panics and what parses prints back.

use jiff::tz::TimeZone;

use crate::check::{Names, check};
use crate::evaluate::evaluate;
use crate::parse::parse;
use crate::value::{Row, Type, Value};

struct Anything;

impl Names for Anything {
    fn type_of(&self, name: &str) -> Option<Type> {
        [Type::Text, Type::Time, Type::Integer, Type::Number].get(name.len() % 5).copied()
    }

    fn all(&self) -> Vec<String> {
        vec!["accepted".to_owned(), "准绳".to_owned()]
    }
}

impl Row for Anything {
    fn get(&self, name: &str) -> Value<'_> {
        match self.type_of(name) {
            Some(Type::Text) => Value::Text("31/01/2020 准绳".into()),
            Some(Type::Time) => Value::Time(i64::MAX),
            Some(Type::Integer) => Value::Integer(i64::MIN),
            Some(Type::Number) => Value::Number(f64::MAX),
            Some(Type::Null | Type::Boolean) | None => Value::Null,
        }
    }
}

/// Parses, checks, evaluates and prints.
///
/// # Panics
/// If a parsed tree does not print back to itself. That is the bug a fuzzer looks for.
pub fn fuzz_expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(expr) = parse(text) else {
        return;
    };
    assert_eq!(parse(&expr.to_string()).as_ref(), Ok(&expr), "{text}");
    // The outcome does not matter here; that there is one does.
    let _ = check(&expr, &Anything);
    let _ = evaluate(&expr, &Anything, &TimeZone::UTC);
}

//! An entry point for fuzzers: whatever the bytes, nothing panics and what parses prints back.

use jiff::tz::TimeZone;

use crate::check::{KnownNames, check_types};
use crate::evaluate::evaluate_expression;
use crate::parse::parse_expression;
use crate::value::{ExpressionValue, RowValues, Type};

struct Anything;

impl KnownNames for Anything {
    fn type_of(&self, name: &str) -> Option<Type> {
        [Type::Text, Type::Time, Type::Integer, Type::Number].get(name.len() % 5).copied()
    }

    fn all_names(&self) -> Vec<String> {
        vec!["accepted".to_owned(), "准绳".to_owned()]
    }
}

impl RowValues for Anything {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        match self.type_of(name) {
            Some(Type::Text) => ExpressionValue::Text("31/01/2020 准绳".into()),
            Some(Type::Time) => ExpressionValue::Time(i64::MAX),
            Some(Type::Integer) => ExpressionValue::Integer(i64::MIN),
            Some(Type::Number) => ExpressionValue::Number(f64::MAX),
            Some(Type::Null | Type::Boolean) | None => ExpressionValue::Null,
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
    let Ok(expr) = parse_expression(text) else {
        return;
    };
    assert_eq!(parse_expression(&expr.to_string()).as_ref(), Ok(&expr), "{text}");
    // The outcome does not matter here; that there is one does.
    let _ = check_types(&expr, &Anything);
    let _ = evaluate_expression(&expr, &Anything, &TimeZone::UTC);
}

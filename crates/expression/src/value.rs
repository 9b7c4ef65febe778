//! Values, their types, and where names get them from.

use std::borrow::Cow;
use std::fmt;

use trueline_language::{Bilingual, Language};

/// The type of a name or an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Only the literal `null`; it fits everywhere.
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Time,
}

/// One value while a row is evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionValue<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
    /// Seconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Text => "text",
            Type::Time => "time",
        })
    }
}

impl Bilingual for Type {
    fn words_in(&self, language: Language) -> String {
        let chinese = match self {
            Type::Null => "空值",
            Type::Boolean => "布尔值",
            Type::Integer => "整数",
            Type::Number => "数值",
            Type::Text => "文本",
            Type::Time => "时间",
        };
        language.pick(chinese.to_owned(), self.to_string())
    }
}

impl ExpressionValue<'_> {
    /// Whether a condition with this value holds: null does not.
    pub fn is_true(&self) -> bool {
        matches!(self, ExpressionValue::Boolean(true))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, ExpressionValue::Null)
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> ExpressionValue<'static> {
        match self {
            ExpressionValue::Null => ExpressionValue::Null,
            ExpressionValue::Boolean(value) => ExpressionValue::Boolean(value),
            ExpressionValue::Integer(value) => ExpressionValue::Integer(value),
            ExpressionValue::Number(value) => ExpressionValue::Number(value),
            ExpressionValue::Text(value) => ExpressionValue::Text(Cow::Owned(value.into_owned())),
            ExpressionValue::Time(value) => ExpressionValue::Time(value),
        }
    }
}

/// One row, whatever holds it.
pub trait RowValues {
    /// The value under a name; [`Value::Null`] when there is none.
    fn value_of(&self, name: &str) -> ExpressionValue<'_>;
}

//! Values, their types, and where names get them from.

use std::borrow::Cow;

/// What a name or an expression can be.
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
pub enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
    /// Seconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

/// One row, whatever holds it.
pub trait Row {
    /// The value under a name; [`Value::Null`] when there is none.
    fn get(&self, name: &str) -> Value<'_>;
}

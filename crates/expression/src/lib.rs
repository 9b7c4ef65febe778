//! One small, total, typed expression language for mappings and indicator packs.
//!
//! Total means that evaluation always ends and never fails: a missing value, a division by zero or a
//! text that is no number gives [`Value::Null`], and a condition that is null does not hold. Typed
//! means that [`check`] finds every mistake that can be found before the first row is read.

mod tree;
mod value;

pub use tree::{Compare, Expr, Function, Math};
pub use value::{Row, Type, Value};

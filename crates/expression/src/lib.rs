//! One small, total, typed expression language for mappings and indicator packs.
//!
//! Total means that evaluation always ends and never fails: a missing value, a division by zero or
//! a text that is not a number gives [`Value::Null`], and a condition that is null does not hold.
//! Typed means that [`check`] finds every mistake that can be found before the first row is read.
//! `docs/expressions.md` is the manual.

mod check;
mod evaluate;
mod fuzz;
mod lex;
mod nearest;
mod parse;
mod print;
mod syntax_error;
mod tree;
mod value;

pub use check::{KnownNames, TypeError, check_condition, check_types};
pub use evaluate::{evaluate_expression, leaves_unread, local_time};
pub use fuzz::fuzz_expression;
pub use nearest::find_nearest_word;
pub use parse::{MAX_DEPTH, MAX_LENGTH, parse_expression};
pub use syntax_error::SyntaxError;
pub use tree::{Compare, Expr, Function, Math, list_names};
pub use value::{ExpressionValue, RowValues, Type};

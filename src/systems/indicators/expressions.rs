//! Expressions inside a pack: parsed where they stand, checked against their columns.

use std::ops::Range;

use toml::Spanned;
use trueline_expression::{Expr, Names, Type, TypeError, check, check_condition, parse};
use trueline_lake::Kind;
use trueline_language::{phrase, text};

use super::mistake::{Manuscript, Mistake};
use super::model::Written;
use crate::datasets::Dataset;

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Condition,
    Moment,
    Label,
    Quantity,
}

/// The columns of a dataset. What extras hold is only known once there are records, so before that
/// any name that starts with `x_` is taken to be right.
pub(super) struct Columns {
    known: Vec<(String, Type)>,
}

impl Columns {
    pub(super) fn of(dataset: Dataset) -> Columns {
        let typed = dataset.schema().columns.into_iter().map(|column| {
            let found = match column.kind {
                Kind::Label | Kind::Text => Type::Text,
                Kind::Integer => Type::Integer,
                Kind::Number => Type::Number,
                Kind::Boolean => Type::Boolean,
                Kind::Moment => Type::Time,
            };
            (column.name.to_owned(), found)
        });
        Columns { known: typed.collect() }
    }
}

impl Names for Columns {
    fn type_of(&self, name: &str) -> Option<Type> {
        let known = self.known.iter().find(|(column, _)| column == name);
        match known {
            Some((_, found)) => Some(*found),
            None => name.starts_with("x_").then_some(Type::Null),
        }
    }

    fn all(&self) -> Vec<String> {
        self.known.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// Parses and checks a text of the pack.
pub(super) fn written(
    manuscript: &Manuscript,
    text: &Spanned<String>,
    dataset: Dataset,
    wanted: Wanted,
) -> Result<Written, Box<Mistake>> {
    let at = text.span();
    let source = text.get_ref();
    let expr = parse(source).map_err(|error| {
        manuscript.mistake_inside(&at, error.offset, error.message).or_write(error.hint)
    })?;
    let columns = Columns::of(dataset);
    suits(&expr, &columns, wanted).map_err(|error| misfit(manuscript, &at, source, error))?;
    Ok(Written { text: source.trim().to_owned(), expr })
}

fn suits(expr: &Expr, columns: &Columns, wanted: Wanted) -> Result<(), TypeError> {
    if wanted == Wanted::Condition {
        return check_condition(expr, columns);
    }
    let found = check(expr, columns)?;
    let (right, name, hint) = match wanted {
        Wanted::Condition => return Ok(()),
        Wanted::Moment => (
            found == Type::Time,
            phrase!("时间", "moment"),
            phrase!(
                "请写一个时间，如 resolved 或 latest(accepted, paid)",
                "write a moment such as resolved or latest(accepted, paid)"
            ),
        ),
        Wanted::Label => (
            found == Type::Text,
            phrase!("文本", "text"),
            phrase!("请写文本列的名称", "write the name of a text column"),
        ),
        Wanted::Quantity => (
            matches!(found, Type::Integer | Type::Number),
            phrase!("数值", "number"),
            phrase!("请写数值列", "write a column that holds numbers"),
        ),
    };
    if right || found == Type::Null {
        return Ok(());
    }
    Err(TypeError {
        message: text!("`{expr}` 是{found}，不是{name}", "`{expr}` is a {found}, not a {name}"),
        hint: hint.into(),
    })
}

/// The checker knows what is wrong but not where, so we look for the words it quotes.
fn misfit(manuscript: &Manuscript, at: &Range<usize>, source: &str, error: TypeError) -> Mistake {
    let message = error.message.to_string();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let offset = quoted.find_map(|words| source.find(words)).unwrap_or(0);
    manuscript.mistake_inside(at, offset, error.message).or_write(error.hint)
}

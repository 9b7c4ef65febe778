//! Expressions in a pack file: parsed where they stand and checked against the columns that they
//! name.

use std::ops::Range;

use toml::Spanned;
use trueline_expression::{
    Expr, KnownNames, Type, TypeError, check_condition, check_types, parse_expression,
};
use trueline_lake::ValueKind;
use trueline_language::{phrase, text};

use super::mistake::{Manuscript, PackMistake};
use super::model::PackExpression;
use crate::datasets::Dataset;

/// The type that an expression must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpectedType {
    Condition,
    Moment,
    Label,
    Quantity,
}

/// The columns of a dataset. The types of extra columns are known only once there are records, so
/// until then any name that starts with `x_` is accepted.
pub(super) struct DatasetColumns {
    known: Vec<(String, Type)>,
}

impl DatasetColumns {
    pub(super) fn of_dataset(dataset: Dataset) -> DatasetColumns {
        let typed = dataset.schema().columns.into_iter().map(|column| {
            let found = match column.kind {
                ValueKind::Label | ValueKind::Text => Type::Text,
                ValueKind::Integer => Type::Integer,
                ValueKind::Number => Type::Number,
                ValueKind::Boolean => Type::Boolean,
                ValueKind::Moment => Type::Time,
            };
            (column.name.to_owned(), found)
        });
        DatasetColumns { known: typed.collect() }
    }
}

impl KnownNames for DatasetColumns {
    fn type_of(&self, name: &str) -> Option<Type> {
        let known = self.known.iter().find(|(column, _)| column == name);
        match known {
            Some((_, found)) => Some(*found),
            None => name.starts_with("x_").then_some(Type::Null),
        }
    }

    fn all_names(&self) -> Vec<String> {
        self.known.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// Parses an expression of the pack and checks its type.
pub(super) fn parse_pack_expression(
    manuscript: &Manuscript,
    text: &Spanned<String>,
    dataset: Dataset,
    wanted: ExpectedType,
) -> Result<PackExpression, Box<PackMistake>> {
    let at = text.span();
    let source = text.get_ref();
    let expr = parse_expression(source).map_err(|error| {
        manuscript.mistake_inside(&at, error.offset, error.message).or_write(error.hint)
    })?;
    let columns = DatasetColumns::of_dataset(dataset);
    check_type(&expr, &columns, wanted)
        .map_err(|error| locate_type_error(manuscript, &at, source, error))?;
    Ok(PackExpression { text: source.trim().to_owned(), expr })
}

fn check_type(
    expr: &Expr,
    columns: &DatasetColumns,
    wanted: ExpectedType,
) -> Result<(), TypeError> {
    if wanted == ExpectedType::Condition {
        return check_condition(expr, columns);
    }
    let found = check_types(expr, columns)?;
    let (right, name, hint) = match wanted {
        ExpectedType::Condition => return Ok(()),
        ExpectedType::Moment => (
            found == Type::Time,
            phrase!("时间", "moment"),
            phrase!(
                "请写一个时间，如 resolved 或 latest(accepted, paid)",
                "write a moment such as resolved or latest(accepted, paid)"
            ),
        ),
        ExpectedType::Label => (
            found == Type::Text,
            phrase!("文本", "text"),
            phrase!("请写文本列的名称", "write the name of a text column"),
        ),
        ExpectedType::Quantity => (
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

/// The checker knows what is wrong but not where, so we look for the words that it quotes.
fn locate_type_error(
    manuscript: &Manuscript,
    at: &Range<usize>,
    source: &str,
    error: TypeError,
) -> PackMistake {
    let message = error.message.to_string();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let offset = quoted.find_map(|words| source.find(words)).unwrap_or(0);
    manuscript.mistake_inside(at, offset, error.message).or_write(error.hint)
}

//! Texts that rows are counted under: the reason of an exclusion, who approved it.

use trueline_expression::{Expr, Value, evaluate};

use crate::columns::{ColumnKind, Columns};
use crate::intervals::Names;
use crate::judge::View;

/// A text expression compiled to numbers of [`Names`].
#[derive(Debug)]
pub(crate) enum TextProgram {
    Literal(u32),
    /// A label column, and the number of each of its labels so far.
    Label {
        column: usize,
        ids: Vec<u32>,
    },
    RowByRow(Expr),
}

impl TextProgram {
    pub(crate) fn new(expr: &Expr, columns: &mut Columns, names: &mut Names) -> TextProgram {
        match expr {
            Expr::Text(text) => TextProgram::Literal(names.id(text)),
            Expr::Name(name) if columns.kind(name) == ColumnKind::Label => {
                TextProgram::Label { column: columns.label(name), ids: Vec::new() }
            }
            other => TextProgram::RowByRow(other.clone()),
        }
    }

    /// The number of a row's text; that of the empty text for null.
    pub(crate) fn id(&mut self, view: View<'_>, row: usize, names: &mut Names) -> u32 {
        match self {
            TextProgram::Literal(id) => *id,
            TextProgram::Label { column, ids } => {
                let code = view.columns.codes(*column)[row];
                for code in ids.len()..=code as usize {
                    ids.push(names.id(view.columns.label_text(*column, code as u32)));
                }
                ids[code as usize]
            }
            TextProgram::RowByRow(expr) => {
                let row = view.columns.row(row);
                match evaluate(expr, &row, view.zone) {
                    Value::Text(text) => names.id(&text),
                    Value::Null
                    | Value::Boolean(_)
                    | Value::Integer(_)
                    | Value::Number(_)
                    | Value::Time(_) => names.id(""),
                }
            }
        }
    }
}

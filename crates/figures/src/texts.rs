//! Texts that rows are counted under: the reason of an exclusion, who approved it.

use trueline_expression::{Expr, ExpressionValue, evaluate_expression};

use crate::batch_view::BatchView;
use crate::columns::{BatchColumns, ColumnKind};
use crate::intervals::TextIds;

/// A text expression compiled to numbers of [`TextIds`].
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
    pub(crate) fn new(expr: &Expr, columns: &mut BatchColumns, names: &mut TextIds) -> TextProgram {
        match expr {
            Expr::Text(text) => TextProgram::Literal(names.id_of(text)),
            Expr::Name(name) if columns.column_kind(name) == ColumnKind::Label => {
                TextProgram::Label { column: columns.track_label(name), ids: Vec::new() }
            }
            other => TextProgram::RowByRow(other.clone()),
        }
    }

    /// The number of a row's text; that of the empty text for null.
    pub(crate) fn text_id(&mut self, view: BatchView<'_>, row: usize, names: &mut TextIds) -> u32 {
        match self {
            TextProgram::Literal(id) => *id,
            TextProgram::Label { column, ids } => {
                let code = view.columns.label_codes(*column)[row];
                for code in ids.len()..=code as usize {
                    ids.push(names.id_of(view.columns.label_text(*column, code as u32)));
                }
                ids[code as usize]
            }
            TextProgram::RowByRow(expr) => {
                let row = view.columns.batch_row(row);
                match evaluate_expression(expr, &row, view.zone) {
                    ExpressionValue::Text(text) => names.id_of(&text),
                    ExpressionValue::Null
                    | ExpressionValue::Boolean(_)
                    | ExpressionValue::Integer(_)
                    | ExpressionValue::Number(_)
                    | ExpressionValue::Time(_) => names.id_of(""),
                }
            }
        }
    }
}

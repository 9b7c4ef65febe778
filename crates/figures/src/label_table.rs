//! What an expression over labels gives for each combination of them, learned row by row.

use trueline_expression::{ExpressionValue, RowValues};

use crate::columns::{BatchColumns, ColumnKind};

/// Answers by combination of labels.
#[derive(Debug)]
pub(crate) struct LabelTable<T> {
    /// Name, column, and how far its code is shifted in the index.
    parts: Vec<(String, usize, u32)>,
    /// Bits that each column's codes had when the table was laid out.
    bits: Vec<u32>,
    answers: Vec<Option<T>>,
}

/// A table of more combinations is not worth its memory; rows are then evaluated one by one.
const MOST_BITS: u32 = 16;
const MOST_COLUMNS: usize = 6;

impl<T: Copy> LabelTable<T> {
    /// `None` unless every name is a label column, or one that this batch does not have.
    pub(crate) fn new(used: &[String], columns: &mut BatchColumns) -> Option<LabelTable<T>> {
        if used.len() > MOST_COLUMNS {
            return None;
        }
        let mut parts = Vec::new();
        for name in used {
            match columns.column_kind(name) {
                ColumnKind::Label => parts.push((name.clone(), columns.track_label(name), 0)),
                ColumnKind::Absent => {}
                ColumnKind::Whole | ColumnKind::Moment | ColumnKind::Other => return None,
            }
        }
        (!parts.is_empty()).then_some(LabelTable { parts, bits: Vec::new(), answers: Vec::new() })
    }

    fn lay_out(&mut self, columns: &BatchColumns) -> bool {
        let bits = self.parts.iter().map(|part| columns.label_bits(part.1));
        let wanted: Vec<u32> = bits.collect();
        let total: u32 = wanted.iter().sum();
        if total > MOST_BITS {
            return false;
        }
        if wanted != self.bits {
            let mut shift = 0;
            for ((_, _, place), bits) in self.parts.iter_mut().zip(&wanted) {
                *place = shift;
                shift += bits;
            }
            self.bits = wanted;
            self.answers.clear();
            self.answers.resize(1 << total, None);
        }
        true
    }

    /// Appends the answer of each row of the batch at hand.
    pub(crate) fn look_up(
        &mut self,
        columns: &BatchColumns,
        out: &mut Vec<T>,
        evaluate: impl Fn(&LabelRow<'_>) -> T,
    ) {
        let has_table = self.lay_out(columns);
        let parts = &self.parts;
        let answer_of = |row: usize| evaluate(&LabelRow { columns, parts, row });
        if !has_table {
            out.extend((0..columns.row_count()).map(answer_of));
            return;
        }
        let answers = &mut self.answers;
        let mut look = |index: u32, row: usize| {
            let place = &mut answers[index as usize];
            *place.get_or_insert_with(|| answer_of(row))
        };
        match parts.as_slice() {
            [(_, a, _)] => {
                let codes = columns.label_codes(*a).iter().enumerate();
                out.extend(codes.map(|(row, code)| look(*code, row)));
            }
            [(_, a, _), (_, b, shift)] => {
                let codes = columns.label_codes(*a).iter().zip(columns.label_codes(*b)).enumerate();
                out.extend(codes.map(|(row, (a, b))| look(a | (b << shift), row)));
            }
            _ => out.extend((0..columns.row_count()).map(|row| {
                let index = parts.iter().fold(0, |index, (_, column, shift)| {
                    index | (columns.label_codes(*column)[row] << shift)
                });
                look(index, row)
            })),
        }
    }
}

/// One row, of which only labels can be read.
#[derive(Debug)]
pub(crate) struct LabelRow<'a> {
    columns: &'a BatchColumns,
    parts: &'a [(String, usize, u32)],
    row: usize,
}

impl RowValues for LabelRow<'_> {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        let found = self.parts.iter().find(|part| part.0 == name);
        found.map_or(ExpressionValue::Null, |(_, column, _)| {
            self.columns.label_value(*column, self.row)
        })
    }
}

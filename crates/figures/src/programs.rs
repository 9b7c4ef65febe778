//! Expressions compiled to work on a whole batch at once.
//!
//! A condition gives one byte per row: 0 false, 1 unknown, 2 true, so that `and` is the smaller,
//! `or` the larger and `not` the mirror image, exactly as null spreads in the language. A moment or
//! an integer gives one `i64` per row; the smallest is null. What reads only label columns is
//! evaluated once per combination of labels and then looked up. Anything else is evaluated row by
//! row: slower, with the same result.

use jiff::tz::TimeZone;
use trueline_expression::{
    Compare, Expr, ExpressionValue, Function, Math, RowValues, evaluate_expression, list_names,
    local_time,
};

use crate::columns::{BatchColumns, ColumnKind, NULL};
use crate::label_table::{LabelRow, LabelTable};

pub(crate) const FALSE: u8 = 0;
pub(crate) const UNKNOWN: u8 = 1;
pub(crate) const TRUE: u8 = 2;

/// A compiled condition, and where its bytes are found after [`Programs::evaluate_batch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TruthProgram(usize);

/// A compiled moment or integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholeProgram(usize);

/// Every expression that a request needs, each compiled once.
#[derive(Debug)]
pub(crate) struct Programs {
    zone: TimeZone,
    truths: Vec<(Expr, TruthStep)>,
    wholes: Vec<(WholeKey, WholeStep)>,
    truth_bytes: Vec<Vec<u8>>,
    whole_values: Vec<Vec<i64>>,
}

#[derive(Debug, Clone, PartialEq)]
enum WholeKey {
    Plain(Expr),
    Scaled(Expr, u8),
}

#[derive(Debug)]
enum TruthStep {
    Constant(u8),
    Labels(LabelTable<u8>),
    And(Vec<TruthProgram>),
    Or(Vec<TruthProgram>),
    Not(TruthProgram),
    Present(WholeProgram),
    Compare(Compare, WholeProgram, WholeProgram),
    CompareConstant(Compare, WholeProgram, i64),
    RowByRow,
}

#[derive(Debug)]
enum WholeStep {
    Constant(i64),
    Column(usize),
    /// The first that is not null.
    Coalesce(Vec<WholeProgram>),
    Earliest(Vec<WholeProgram>),
    Latest(Vec<WholeProgram>),
    Math(Math, WholeProgram, WholeProgram),
    RowByRow,
}

impl Programs {
    pub(crate) fn new(zone: TimeZone) -> Programs {
        Programs {
            zone,
            truths: Vec::new(),
            wholes: Vec::new(),
            truth_bytes: Vec::new(),
            whole_values: Vec::new(),
        }
    }

    /// The bytes of a condition for the batch last evaluated.
    pub(crate) fn truth_bytes(&self, truth: TruthProgram) -> &[u8] {
        &self.truth_bytes[truth.0]
    }

    /// The values of a moment or integer for the batch last evaluated.
    pub(crate) fn whole_values(&self, whole: WholeProgram) -> &[i64] {
        &self.whole_values[whole.0]
    }

    /// What a condition gives for the labels of one row.
    pub(crate) fn of_labels(&self, expr: &Expr, row: &LabelRow<'_>) -> u8 {
        to_byte(&evaluate_expression(expr, row, &self.zone))
    }

    /// The byte of a condition that is the same for every row.
    pub(crate) fn constant_byte(&self, truth: TruthProgram) -> Option<u8> {
        match self.truths[truth.0].1 {
            TruthStep::Constant(byte) => Some(byte),
            TruthStep::Labels(_)
            | TruthStep::And(_)
            | TruthStep::Or(_)
            | TruthStep::Not(_)
            | TruthStep::Present(_)
            | TruthStep::Compare(..)
            | TruthStep::CompareConstant(..)
            | TruthStep::RowByRow => None,
        }
    }

    pub(crate) fn add_truth(&mut self, expr: &Expr, columns: &mut BatchColumns) -> TruthProgram {
        if let Some(found) = self.truths.iter().position(|(known, _)| known == expr) {
            return TruthProgram(found);
        }
        let step = self.truth_step(expr, columns);
        self.truths.push((expr.clone(), step));
        self.truth_bytes.push(Vec::new());
        TruthProgram(self.truths.len() - 1)
    }

    fn truth_step(&mut self, expr: &Expr, columns: &mut BatchColumns) -> TruthStep {
        let used = list_names(expr);
        if used.is_empty() {
            let value = evaluate_expression(expr, &EmptyRow, &self.zone);
            return TruthStep::Constant(to_byte(&value));
        }
        if let Some(table) = LabelTable::new(&used, columns) {
            return TruthStep::Labels(table);
        }
        let mut all = |parts: &[Expr]| -> Vec<TruthProgram> {
            parts.iter().map(|part| self.add_truth(part, columns)).collect()
        };
        match expr {
            Expr::And(parts) => TruthStep::And(all(parts)),
            Expr::Or(parts) => TruthStep::Or(all(parts)),
            Expr::Not(inner) => TruthStep::Not(self.add_truth(inner, columns)),
            Expr::Call(Function::Present, arguments) => {
                match self.try_whole(&arguments[0], columns) {
                    Some(inner) => TruthStep::Present(inner),
                    None => TruthStep::RowByRow,
                }
            }
            Expr::Call(Function::Missing, arguments) => {
                let present = Expr::Call(Function::Present, arguments.clone());
                TruthStep::Not(self.add_truth(&present, columns))
            }
            Expr::Compare(compare, left, right) => {
                self.compare_step(*compare, left, right, columns).unwrap_or(TruthStep::RowByRow)
            }
            Expr::Null
            | Expr::Boolean(_)
            | Expr::Integer(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Time(_)
            | Expr::LocalTime(_)
            | Expr::Name(_)
            | Expr::Negate(_)
            | Expr::In(..)
            | Expr::Math(..)
            | Expr::Call(..) => TruthStep::RowByRow,
        }
    }

    fn compare_step(
        &mut self,
        compare: Compare,
        left: &Expr,
        right: &Expr,
        columns: &mut BatchColumns,
    ) -> Option<TruthStep> {
        // Integers and moments are stored alike and only the type check keeps them apart, so here a
        // mixed comparison must stay null.
        if is_moment(left, columns)? != is_moment(right, columns)? {
            return None;
        }
        let left = self.try_whole(left, columns)?;
        if let Some(value) = constant_value(right, &self.zone) {
            return Some(TruthStep::CompareConstant(compare, left, value));
        }
        let right = self.try_whole(right, columns)?;
        Some(TruthStep::Compare(compare, left, right))
    }

    /// A moment or integer; evaluated row by row if need be.
    pub(crate) fn add_whole(&mut self, expr: &Expr, columns: &mut BatchColumns) -> WholeProgram {
        if let Some(found) = self.try_whole(expr, columns) {
            return found;
        }
        self.push_whole(WholeKey::Plain(expr.clone()), WholeStep::RowByRow)
    }

    /// A number times a power of ten, rounded to an integer.
    pub(crate) fn add_scaled(
        &mut self,
        expr: &Expr,
        decimals: u8,
        columns: &mut BatchColumns,
    ) -> WholeProgram {
        if decimals == 0
            && let Some(found) = self.try_whole(expr, columns)
        {
            return found;
        }
        let key = WholeKey::Scaled(expr.clone(), decimals);
        self.push_whole(key, WholeStep::RowByRow)
    }

    fn push_whole(&mut self, key: WholeKey, step: WholeStep) -> WholeProgram {
        if let Some(found) = self.wholes.iter().position(|(known, _)| *known == key) {
            return WholeProgram(found);
        }
        self.wholes.push((key, step));
        self.whole_values.push(Vec::new());
        WholeProgram(self.wholes.len() - 1)
    }

    /// `None` if the expression is not made of integer columns, moments and choices among them.
    fn try_whole(&mut self, expr: &Expr, columns: &mut BatchColumns) -> Option<WholeProgram> {
        let step = match expr {
            Expr::Name(name) => match columns.column_kind(name) {
                ColumnKind::Whole | ColumnKind::Moment => {
                    WholeStep::Column(columns.track_whole(name))
                }
                ColumnKind::Absent => WholeStep::Constant(NULL),
                ColumnKind::Label | ColumnKind::Other => return None,
            },
            Expr::Call(function, arguments) => {
                let moments = is_moment(expr, columns);
                let mut parts = Vec::new();
                if !matches!(function, Function::Coalesce | Function::First | Function::Latest)
                    || moments.is_none()
                {
                    return None;
                }
                for argument in arguments {
                    parts.push(self.try_whole(argument, columns)?);
                }
                match function {
                    Function::Coalesce => WholeStep::Coalesce(parts),
                    Function::First => WholeStep::Earliest(parts),
                    _ => WholeStep::Latest(parts),
                }
            }
            Expr::Null | Expr::Integer(_) | Expr::Time(_) | Expr::LocalTime(_) => {
                WholeStep::Constant(constant_value(expr, &self.zone)?)
            }
            Expr::Math(math, left, right) => {
                is_moment(expr, columns)?;
                let left = self.try_whole(left, columns)?;
                WholeStep::Math(*math, left, self.try_whole(right, columns)?)
            }
            Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Not(_)
            | Expr::Negate(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(..)
            | Expr::In(..) => return None,
        };
        Some(self.push_whole(WholeKey::Plain(expr.clone()), step))
    }

    /// Evaluates everything for a batch.
    pub(crate) fn evaluate_batch(&mut self, columns: &BatchColumns) {
        for index in 0..self.wholes.len() {
            let mut out = std::mem::take(&mut self.whole_values[index]);
            self.evaluate_whole(index, columns, &mut out);
            self.whole_values[index] = out;
        }
        for index in 0..self.truths.len() {
            let mut out = std::mem::take(&mut self.truth_bytes[index]);
            self.evaluate_truth(index, columns, &mut out);
            self.truth_bytes[index] = out;
        }
    }

    fn evaluate_whole(&self, index: usize, columns: &BatchColumns, out: &mut Vec<i64>) {
        let rows = columns.row_count();
        let (key, step) = &self.wholes[index];
        if matches!(step, WholeStep::Constant(_)) && out.len() == rows {
            return;
        }
        out.clear();
        let fold = |out: &mut Vec<i64>, parts: &[WholeProgram], join: fn(i64, i64) -> i64| {
            out.extend_from_slice(self.whole_values(parts[0]));
            for part in &parts[1..] {
                for (a, b) in out.iter_mut().zip(self.whole_values(*part)) {
                    *a = join(*a, *b);
                }
            }
        };
        match step {
            WholeStep::Constant(value) => out.resize(rows, *value),
            WholeStep::Column(column) => columns.read_whole(*column, out),
            WholeStep::Coalesce(parts) => {
                fold(out, parts, |a, b| if a == NULL { b } else { a });
            }
            WholeStep::Latest(parts) => fold(out, parts, i64::max),
            WholeStep::Earliest(parts) => fold(out, parts, |a, b| {
                if a == NULL {
                    b
                } else if b == NULL {
                    a
                } else {
                    a.min(b)
                }
            }),
            WholeStep::Math(math, left, right) => {
                let pairs = self.whole_values(*left).iter().zip(self.whole_values(*right));
                math_all(*math, pairs.map(|(a, b)| (*a, *b)), out);
            }
            WholeStep::RowByRow => out.extend((0..rows).map(|row| {
                let row = columns.batch_row(row);
                match key {
                    WholeKey::Plain(expr) => to_whole(&evaluate_expression(expr, &row, &self.zone)),
                    WholeKey::Scaled(expr, decimals) => {
                        to_scaled(&evaluate_expression(expr, &row, &self.zone), *decimals)
                    }
                }
            })),
        }
    }

    fn evaluate_truth(&mut self, index: usize, columns: &BatchColumns, out: &mut Vec<u8>) {
        let rows = columns.row_count();
        if matches!(self.truths[index].1, TruthStep::Constant(_)) && out.len() == rows {
            return;
        }
        out.clear();
        let (expr, step) = &mut self.truths[index];
        // A table learns while it is read; every other step only reads.
        if let TruthStep::Labels(table) = step {
            let zone = &self.zone;
            table.look_up(columns, out, |row| to_byte(&evaluate_expression(expr, row, zone)));
            return;
        }
        let (expr, step) = &self.truths[index];
        let fold = |out: &mut Vec<u8>, parts: &[TruthProgram], join: fn(u8, u8) -> u8| {
            out.extend_from_slice(self.truth_bytes(parts[0]));
            for part in &parts[1..] {
                for (a, b) in out.iter_mut().zip(self.truth_bytes(*part)) {
                    *a = join(*a, *b);
                }
            }
        };
        match step {
            TruthStep::Labels(_) => {}
            TruthStep::Constant(byte) => out.resize(rows, *byte),
            TruthStep::And(parts) => fold(out, parts, u8::min),
            TruthStep::Or(parts) => fold(out, parts, u8::max),
            TruthStep::Not(inner) => {
                out.extend(self.truth_bytes(*inner).iter().map(|byte| 2 - byte));
            }
            TruthStep::Present(inner) => {
                let values = self.whole_values(*inner).iter();
                out.extend(values.map(|value| u8::from(*value != NULL) * TRUE));
            }
            TruthStep::Compare(compare, left, right) => {
                let pairs = self.whole_values(*left).iter().zip(self.whole_values(*right));
                compare_all(*compare, pairs.map(|(a, b)| (*a, *b)), out);
            }
            TruthStep::CompareConstant(compare, left, right) => {
                let values = self.whole_values(*left).iter();
                compare_all(*compare, values.map(|a| (*a, *right)), out);
            }
            TruthStep::RowByRow => out.extend((0..rows).map(|row| {
                let row = columns.batch_row(row);
                to_byte(&evaluate_expression(expr, &row, &self.zone))
            })),
        }
    }
}

fn compare_all(compare: Compare, pairs: impl Iterator<Item = (i64, i64)>, out: &mut Vec<u8>) {
    fn push_each(
        pairs: impl Iterator<Item = (i64, i64)>,
        out: &mut Vec<u8>,
        test: impl Fn(i64, i64) -> bool,
    ) {
        out.extend(pairs.map(|(a, b)| {
            if a == NULL || b == NULL { UNKNOWN } else { u8::from(test(a, b)) * TRUE }
        }));
    }
    match compare {
        Compare::Equal => push_each(pairs, out, |a, b| a == b),
        Compare::NotEqual => push_each(pairs, out, |a, b| a != b),
        Compare::Less => push_each(pairs, out, |a, b| a < b),
        Compare::LessOrEqual => push_each(pairs, out, |a, b| a <= b),
        Compare::Greater => push_each(pairs, out, |a, b| a > b),
        Compare::GreaterOrEqual => push_each(pairs, out, |a, b| a >= b),
    }
}

/// Sums, differences and products; null where one is null or the result overflows.
fn math_all(math: Math, pairs: impl Iterator<Item = (i64, i64)>, out: &mut Vec<i64>) {
    fn push_each(
        pairs: impl Iterator<Item = (i64, i64)>,
        out: &mut Vec<i64>,
        join: impl Fn(i64, i64) -> Option<i64>,
    ) {
        out.extend(
            pairs.map(
                |(a, b)| {
                    if a == NULL || b == NULL { NULL } else { join(a, b).unwrap_or(NULL) }
                },
            ),
        );
    }
    match math {
        Math::Add => push_each(pairs, out, i64::checked_add),
        Math::Subtract => push_each(pairs, out, i64::checked_sub),
        Math::Multiply => push_each(pairs, out, i64::checked_mul),
        // A quotient is not an integer, so it never gets here.
        Math::Divide => push_each(pairs, out, |_, _| None),
    }
}

fn constant_value(expr: &Expr, zone: &TimeZone) -> Option<i64> {
    match expr {
        Expr::Null => Some(NULL),
        Expr::Integer(value) | Expr::Time(value) => Some(*value),
        Expr::LocalTime(civil) => Some(local_time(*civil, zone).unwrap_or(NULL)),
        Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Name(_)
        | Expr::Not(_)
        | Expr::Negate(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Compare(..)
        | Expr::In(..)
        | Expr::Math(..)
        | Expr::Call(..) => None,
    }
}

/// Whether an expression is a moment (else an integer); `None` if it is neither or mixes both.
fn is_moment(expr: &Expr, columns: &BatchColumns) -> Option<bool> {
    match expr {
        Expr::Integer(_) => Some(false),
        Expr::Time(_) | Expr::LocalTime(_) => Some(true),
        Expr::Name(name) => match columns.column_kind(name) {
            // An absent column is null, and a comparison with null is null whatever the type.
            ColumnKind::Moment | ColumnKind::Absent => Some(true),
            ColumnKind::Whole => Some(false),
            ColumnKind::Label | ColumnKind::Other => None,
        },
        Expr::Call(Function::Coalesce | Function::First | Function::Latest, arguments) => {
            let mut found = None;
            for argument in arguments {
                match argument {
                    Expr::Null => continue,
                    Expr::Name(name) if columns.column_kind(name) == ColumnKind::Absent => continue,
                    _ => {}
                }
                let moment = is_moment(argument, columns)?;
                if found.is_some_and(|other| other != moment) {
                    return None;
                }
                found = Some(moment);
            }
            Some(found.unwrap_or(true))
        }
        Expr::Math(math, left, right) => {
            match (math, is_moment(left, columns)?, is_moment(right, columns)?) {
                (Math::Add | Math::Subtract, true, false) | (Math::Add, false, true) => Some(true),
                (Math::Subtract, true, true)
                | (Math::Add | Math::Subtract | Math::Multiply, false, false) => Some(false),
                (Math::Add, true, true)
                | (Math::Subtract, false, true)
                | (Math::Multiply, true, _)
                | (Math::Multiply, _, true)
                | (Math::Divide, ..) => None,
            }
        }
        Expr::Null
        | Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Not(_)
        | Expr::Negate(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Compare(..)
        | Expr::In(..)
        | Expr::Call(..) => None,
    }
}

fn to_byte(value: &ExpressionValue<'_>) -> u8 {
    match value {
        ExpressionValue::Boolean(true) => TRUE,
        ExpressionValue::Boolean(false) => FALSE,
        ExpressionValue::Null
        | ExpressionValue::Integer(_)
        | ExpressionValue::Number(_)
        | ExpressionValue::Text(_)
        | ExpressionValue::Time(_) => UNKNOWN,
    }
}

fn to_whole(value: &ExpressionValue<'_>) -> i64 {
    match value {
        ExpressionValue::Integer(value) | ExpressionValue::Time(value) => *value,
        ExpressionValue::Number(value) => round_to_whole(*value),
        ExpressionValue::Null | ExpressionValue::Boolean(_) | ExpressionValue::Text(_) => NULL,
    }
}

fn to_scaled(value: &ExpressionValue<'_>, decimals: u8) -> i64 {
    let scale = 10_i64.checked_pow(u32::from(decimals));
    match (value, scale) {
        (ExpressionValue::Integer(value), Some(scale)) => value.checked_mul(scale).unwrap_or(NULL),
        (ExpressionValue::Number(value), Some(scale)) => round_to_whole(value * scale as f64),
        _ => NULL,
    }
}

fn round_to_whole(value: f64) -> i64 {
    let rounded = value.round_ties_even();
    // Casts of floats saturate, and the ends of the range are not measurements.
    if rounded.abs() < 9e18 { rounded as i64 } else { NULL }
}

struct EmptyRow;

impl RowValues for EmptyRow {
    fn value_of(&self, _: &str) -> ExpressionValue<'_> {
        ExpressionValue::Null
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, TimestampSecondArray};
    use trueline_expression::parse_expression;

    use super::*;

    fn batch() -> RecordBatch {
        let a = vec![Some(0), Some(100), None, Some(-7), Some(i64::MAX), Some(4_000)];
        let b = vec![Some(50), Some(100), Some(3), None, Some(1), Some(-300)];
        let m = vec![Some(2), None, Some(i64::MAX), Some(-2), Some(i64::MIN + 5), Some(0)];
        let moments = |values: &Vec<Option<i64>>| TimestampSecondArray::from(values.clone());
        RecordBatch::try_from_iter([
            ("a", Arc::new(moments(&a)) as ArrayRef),
            ("b", Arc::new(moments(&b)) as ArrayRef),
            ("m", Arc::new(Int64Array::from(m)) as ArrayRef),
            ("n", Arc::new(Int64Array::from(b)) as ArrayRef),
        ])
        .unwrap()
    }

    #[test]
    fn an_amount_is_rounded_half_to_even_and_what_does_not_fit_is_null() {
        let scaled = |value: f64, decimals| to_scaled(&ExpressionValue::Number(value), decimals);
        assert_eq!([2.5, 3.5, -2.5, 0.4].map(|value| scaled(value, 0)), [2, 4, -2, 0]);
        assert_eq!(scaled(1.125, 2), 112);
        assert_eq!([1e19, -1e19, f64::NAN].map(|value| scaled(value, 0)), [NULL; 3]);
        assert_eq!(scaled(1.0, 30), NULL);
        assert_eq!(to_scaled(&ExpressionValue::Integer(7), 2), 700);
        assert_eq!(to_scaled(&ExpressionValue::Integer(i64::MAX), 2), NULL);
        assert_eq!(to_scaled(&ExpressionValue::Null, 0), NULL);
        assert_eq!(to_scaled(&ExpressionValue::Boolean(true), 0), NULL);
    }

    /// Three label columns whose labels meet in every combination, null among them.
    fn label_batch() -> RecordBatch {
        let column = |step: usize| -> ArrayRef {
            let labels = [Some("a"), Some("b"), None, Some("c"), Some("d")];
            let rows = (0..125).map(|row| labels[row / step % 5]);
            Arc::new(rows.collect::<DictionaryArray<Int32Type>>())
        };
        RecordBatch::try_from_iter([("x", column(1)), ("y", column(5)), ("z", column(25))]).unwrap()
    }

    /// The bytes of a condition, compiled and row by row.
    fn both_ways(batch: &RecordBatch, text: &str) -> (Vec<u8>, Vec<u8>) {
        let zone = TimeZone::UTC;
        let expr = parse_expression(text).unwrap();
        let mut columns = BatchColumns::new(batch.schema_ref());
        let mut programs = Programs::new(zone.clone());
        let truth = programs.add_truth(&expr, &mut columns);
        // The second time, tables are laid out and constants are filled in already.
        for _ in 0..2 {
            columns.load_batch(batch.clone());
            programs.evaluate_batch(&columns);
        }
        let each = (0..batch.num_rows()).map(|row| columns.batch_row(row));
        let expected = each.map(|row| to_byte(&evaluate_expression(&expr, &row, &zone))).collect();
        (programs.truth_bytes(truth).to_vec(), expected)
    }

    #[test]
    fn what_is_looked_up_by_labels_gives_what_each_row_gives() {
        let batch = label_batch();
        for text in [
            "x == 'a'",
            "missing(x)",
            "x == y",
            "x < y or missing(y)",
            "x == y and y == z",
            "x == 'a' and y == 'b' and z == 'c'",
            "not (x == z) or y == 'd'",
            "true",
            "x == 'a' and missing_column == 1",
        ] {
            let (compiled, expected) = both_ways(&batch, text);
            assert_eq!(compiled, expected, "{text}");
        }
    }

    #[test]
    fn what_is_compiled_gives_what_each_row_gives() {
        let texts = [
            "a <= b + 60",
            "a - b >= 50",
            "a - m < b",
            "60 + a > b",
            "m + n > 3",
            "m - n < 3",
            "m * n == 100",
            "m / n > 1",
            "a * m > 3",
            "a - missing_column > 5",
            "missing_column + 5 > a",
            "coalesce(a + 1, b) > b",
            "latest(a, b) == a",
            "first(a, b) == b",
            "first(b, a) != b",
            "a == n",
            "a > n",
            "m == n or present(a)",
            "missing(first(a, b)) or not (m > n)",
            "a >= @1970-01-01T00:01:40",
            "null == a",
            "m > null",
        ];
        let batch = batch();
        for text in texts {
            let (compiled, expected) = both_ways(&batch, text);
            assert_eq!(compiled, expected, "{text}");
        }
    }
}

//! Reads cells as values: what one thread does in an import.

use std::borrow::Cow;
use std::collections::HashSet;

use trueline_expression::{ExpressionValue, RowValues, evaluate_expression, leaves_unread};

use super::column::{ColumnData, NULL_LABEL, TextColumn};
use super::labels::{LabelMeaning, ThreadLabels};
use super::pseudonym::Pseudonyms;
use super::reason::{CellProblem, RefusalReason};
use super::values::{
    find_label, is_missing, map_value, parse_boolean, parse_integer, parse_number, plain_text,
    says_empty,
};
use crate::dates::{self, DateOrder, LocalTime, TimePrecision, ZoneClock, ZoneReading};
use crate::mapping::{BoundMapping, BoundTarget, ColumnInput, ColumnTarget, Pseudonymise};
use crate::schema::ValueKind;
use crate::source::Chunk;

/// What a thread keeps from chunk to chunk.
#[derive(Debug)]
pub(crate) struct ThreadState {
    /// The labels of every column, in the order of [`BoundMapping::targets`], then of list columns.
    pub(crate) labels: Vec<ThreadLabels>,
    zones: Vec<ZoneClock>,
    pub(crate) pseudonyms: Pseudonyms,
}

/// One column read from one chunk.
#[derive(Debug)]
pub(crate) struct ReadColumn {
    pub(crate) data: ColumnData,
    /// For moments: the precision of each value, as the letter that `precision` shows.
    pub(crate) letters: Vec<u8>,
    pub(crate) problems: Vec<CellProblem>,
    /// Rows whose text was kept because it was ambiguous.
    pub(crate) notes: Vec<(u32, String)>,
    /// Rows in which an expression should have read a text as a moment or a number and could not.
    pub(crate) unread: Vec<u32>,
}

/// Where one column's cells are read from.
pub(crate) struct ColumnCells<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) bound: &'a BoundTarget,
    /// Where the column's labels stand in [`ThreadState::labels`].
    pub(crate) slot: usize,
    pub(crate) file: &'a str,
    pub(crate) rows_are: RowUnit,
}

/// What a row is: a case needs all its required columns, a single event does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowUnit {
    Cases,
    Events,
}

impl ThreadState {
    pub(crate) fn new(bound: &BoundMapping, slots: usize, pseudonyms: Pseudonyms) -> ThreadState {
        ThreadState {
            labels: std::iter::repeat_with(ThreadLabels::default).take(slots).collect(),
            zones: bound.zones.iter().cloned().map(ZoneClock::new).collect(),
            pseudonyms,
        }
    }

    /// Reads one column of a chunk.
    pub(crate) fn read_column(&mut self, cells: &ColumnCells<'_>) -> ReadColumn {
        let rows = cells.chunk.row_count();
        let mut out = ReadColumn {
            data: ColumnData::new(cells.bound.target.kind, rows),
            letters: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            unread: Vec::new(),
        };
        match (&cells.bound.input, cells.bound.target.kind) {
            (ColumnInput::Cell(column), ValueKind::Label) => {
                self.read_label_column(cells, *column, &mut out);
            }
            (ColumnInput::Cell(column), ValueKind::Text) => {
                self.read_text_column(cells, *column, &mut out);
            }
            (
                ColumnInput::Cell(column),
                ValueKind::Integer | ValueKind::Moment | ValueKind::Number | ValueKind::Boolean,
            ) => {
                for row in 0..rows {
                    let cell = cells.chunk.cell_bytes(row, *column);
                    self.read_value(cells, row, &cell, &mut out);
                }
            }
            (ColumnInput::Two(date, time), _) => {
                let mut joined = Vec::new();
                for row in 0..rows {
                    joined.clear();
                    joined.extend_from_slice(&cells.chunk.cell_bytes(row, *date));
                    let time = cells.chunk.cell_bytes(row, *time);
                    if !joined.is_empty() && !time.is_empty() {
                        joined.push(b' ');
                        joined.extend_from_slice(&time);
                    }
                    self.read_value(cells, row, &joined, &mut out);
                }
            }
            (ColumnInput::Constant(text), _) => self.repeat_text(cells, text, &mut out),
            (ColumnInput::Absent, _) => self.repeat_text(cells, "", &mut out),
            (ColumnInput::Line, _) => {
                for row in 0..rows {
                    let text = format!("{}:{}", cells.file, cells.chunk.line_of(row));
                    self.read_text(cells, row, &text, &mut out);
                }
            }
            (ColumnInput::Expression(..), _) => self.evaluate_rows(cells, &mut out),
        }
        if cells.bound.target.required && cells.rows_are == RowUnit::Cases {
            refuse_missing(&mut out);
        }
        out
    }

    fn read_label_column(&mut self, cells: &ColumnCells<'_>, column: usize, out: &mut ReadColumn) {
        let ColumnData::Label(codes) = &mut out.data else {
            return;
        };
        let target = &cells.bound.target;
        let encoding = cells.chunk.encoding;
        let pseudonyms = &mut self.pseudonyms;
        let labels = &mut self.labels[cells.slot];
        for row in 0..cells.chunk.row_count() {
            let cell = cells.chunk.cell_bytes(row, column);
            let meaning = labels.find_meaning(&cell, |labels| {
                find_label(&cell, encoding, target, labels, pseudonyms)
            });
            codes.push(match meaning {
                LabelMeaning::Code(code) => code,
                LabelMeaning::Null => NULL_LABEL,
                LabelMeaning::Refused | LabelMeaning::NoText => {
                    let reason = if meaning == LabelMeaning::NoText {
                        RefusalReason::NoText
                    } else {
                        RefusalReason::NotListed
                    };
                    out.problems.push(CellProblem::new(row, reason, &cell, encoding));
                    NULL_LABEL
                }
            });
        }
    }

    fn read_text_column(&mut self, cells: &ColumnCells<'_>, column: usize, out: &mut ReadColumn) {
        let plain = cells.bound.target.pseudonymise == Pseudonymise::No
            && cells.bound.target.values.is_none()
            && cells.bound.target.allowed.is_empty();
        if !plain {
            for row in 0..cells.chunk.row_count() {
                let cell = cells.chunk.cell_bytes(row, column);
                self.read_value(cells, row, &cell, out);
            }
            return;
        }
        let ColumnData::Text(texts) = &mut out.data else {
            return;
        };
        let encoding = cells.chunk.encoding;
        for row in 0..cells.chunk.row_count() {
            let cell = cells.chunk.cell_bytes(row, column);
            if is_missing(&cells.bound.target, &cell) {
                texts.push_null();
            } else if encoding.decode_into(&cell, &mut texts.bytes).is_some() {
                texts.close_text();
            } else {
                texts.push_null();
                out.problems.push(CellProblem::new(row, RefusalReason::NoText, &cell, encoding));
            }
        }
    }

    /// Reads one cell according to the kind of its column.
    fn read_value(
        &mut self,
        cells: &ColumnCells<'_>,
        row: usize,
        cell: &[u8],
        out: &mut ReadColumn,
    ) {
        let encoding = cells.chunk.encoding;
        if cell.is_ascii()
            && cells.bound.target.kind == ValueKind::Moment
            && cells.bound.target.values.is_none()
        {
            self.read_moment(cells, row, cell, out);
            return;
        }
        match encoding.decode(cell) {
            Some(text) => self.read_text(cells, row, &text, out),
            None => out.refuse_value(CellProblem::new(row, RefusalReason::NoText, cell, encoding)),
        }
    }

    fn read_text(&mut self, cells: &ColumnCells<'_>, row: usize, text: &str, out: &mut ReadColumn) {
        let target = &cells.bound.target;
        if text.is_empty()
            && says_empty(cells.bound)
            && let ColumnData::Label(codes) = &mut out.data
        {
            codes.push(self.labels[cells.slot].code_of(""));
            return;
        }
        if is_missing(target, text.as_bytes()) {
            out.push_null();
            return;
        }
        let mapped = match map_value(target, text) {
            Ok(Some(mapped)) => mapped,
            Ok(None) => {
                out.push_null();
                return;
            }
            Err(reason) => {
                out.refuse_value(CellProblem::of_text(row, reason, text));
                return;
            }
        };
        let mapped = match target.pseudonymise {
            Pseudonymise::No => mapped,
            Pseudonymise::Yes => Cow::Owned(self.pseudonyms.make_pseudonym(&mapped)),
        };
        match &mut out.data {
            ColumnData::Text(texts) => texts.push(&mapped),
            ColumnData::Label(codes) => {
                let allowed = target.allowed.is_empty() || target.allowed.contains(&&*mapped);
                if allowed {
                    codes.push(self.labels[cells.slot].code_of(&mapped));
                } else {
                    out.refuse_value(CellProblem::of_text(row, RefusalReason::NotListed, text));
                }
            }
            ColumnData::Integer(_) if target.kind == ValueKind::Moment => {
                self.read_moment(cells, row, mapped.as_bytes(), out);
            }
            ColumnData::Integer(values) => match parse_integer(&mapped) {
                Some(value) => values.push(value),
                None => out.refuse_value(CellProblem::of_text(row, RefusalReason::NoInteger, text)),
            },
            ColumnData::Number(values) => match parse_number(&mapped) {
                Some(value) => values.push(value.to_bits()),
                None => out.refuse_value(CellProblem::of_text(row, RefusalReason::NoNumber, text)),
            },
            ColumnData::Boolean(values) => match parse_boolean(&mapped) {
                Some(value) => values.push(u8::from(value)),
                None => out.refuse_value(CellProblem::of_text(row, RefusalReason::NoBoolean, text)),
            },
        }
    }

    fn read_moment(
        &mut self,
        cells: &ColumnCells<'_>,
        row: usize,
        text: &[u8],
        out: &mut ReadColumn,
    ) {
        let target = &cells.bound.target;
        if is_missing(target, text) {
            out.push_null();
            return;
        }
        let dates = &target.dates;
        let local = if dates.formats.is_empty() {
            dates::read_any(text, dates.order)
        } else {
            let found = dates.formats.iter().find_map(|format| format.read_text(text));
            found.or_else(|| cells.chunk.typed.then(|| dates::read_any(text, dates.order))?)
        };
        let shown = || String::from_utf8_lossy(text).into_owned();
        let Some(local) = local else {
            let reason = if dates.formats.is_empty() && dates::needs_day_order(text) {
                match dates.order {
                    DateOrder::Unknown => RefusalReason::DayOrderUnknown,
                    DateOrder::DayFirst | DateOrder::MonthFirst => RefusalReason::OtherDayOrder,
                }
            } else {
                dates::find_spreadsheet_date(text).map_or(RefusalReason::NoMoment, |date| {
                    RefusalReason::DayNumber {
                        year: date.year(),
                        month: date.month(),
                        day: date.day(),
                    }
                })
            };
            out.refuse_value(CellProblem::of_text(row, reason, &shown()));
            return;
        };
        match self.to_utc(local, target) {
            Some(ZoneReading::Plain(seconds)) => out.push_moment(seconds, target, local),
            Some(ZoneReading::Ambiguous(seconds)) => {
                out.push_moment(seconds, target, local);
                out.notes.push((row as u32, format!("{}={}", target.name, shown())));
            }
            None => out.refuse_value(CellProblem::of_text(row, RefusalReason::NoMoment, &shown())),
        }
    }

    fn to_utc(&mut self, local: LocalTime, target: &ColumnTarget) -> Option<ZoneReading> {
        if let Some(offset) = local.offset {
            return Some(ZoneReading::Plain(local.seconds - i64::from(offset)));
        }
        let zone = match local.precision {
            TimePrecision::Day => target.dates.date_zone,
            TimePrecision::Minute | TimePrecision::Second => target.dates.time_zone,
        };
        self.zones[zone].to_utc(local.seconds)
    }

    /// Reads the same text for every row: parsed once, then repeated.
    fn repeat_text(&mut self, cells: &ColumnCells<'_>, text: &str, out: &mut ReadColumn) {
        let rows = cells.chunk.row_count();
        if rows == 0 {
            return;
        }
        self.read_text(cells, 0, text, out);
        let (letter, problem) = (out.letters.first().copied(), out.problems.first().cloned());
        out.letters.extend(letter.into_iter().flat_map(|l| std::iter::repeat_n(l, rows - 1)));
        for row in 1..rows {
            out.problems.extend(problem.clone().map(|p| CellProblem { row: row as u32, ..p }));
        }
        match &mut out.data {
            ColumnData::Label(codes) => codes.resize(rows, codes[0]),
            ColumnData::Integer(values) => values.resize(rows, values[0]),
            ColumnData::Number(values) => values.resize(rows, values[0]),
            ColumnData::Boolean(values) => values.resize(rows, values[0]),
            ColumnData::Text(texts) => {
                let first = texts.get(0).map(str::to_owned);
                (1..rows).for_each(|_| push_text(texts, first.as_deref()));
            }
        }
    }

    fn evaluate_rows(&mut self, cells: &ColumnCells<'_>, out: &mut ReadColumn) {
        let ColumnInput::Expression(expr, names) = &cells.bound.input else {
            return;
        };
        let zone = self.zones[cells.bound.target.dates.time_zone].zone().clone();
        for row in 0..cells.chunk.row_count() {
            let source = SourceRow { cells, names, row };
            match evaluate_expression(expr, &source, &zone) {
                ExpressionValue::Null => {
                    if !cells.bound.target.required
                        && cells.bound.target.kind != ValueKind::Label
                        && leaves_unread(expr, &source, &zone)
                    {
                        out.unread.push(row as u32);
                    }
                    out.push_null();
                }
                ExpressionValue::Time(seconds) if cells.bound.target.kind == ValueKind::Moment => {
                    let precision = cells.bound.target.dates.precision;
                    let local = LocalTime {
                        seconds,
                        offset: Some(0),
                        precision: precision.unwrap_or(TimePrecision::Second),
                    };
                    out.push_moment(seconds, &cells.bound.target, local);
                }
                value => self.read_text(cells, row, &plain_text(&value), out),
            }
        }
    }
}

/// A source row as an expression sees it: texts, or null where the cell is missing.
struct SourceRow<'a> {
    cells: &'a ColumnCells<'a>,
    names: &'a [(String, usize)],
    row: usize,
}

impl RowValues for SourceRow<'_> {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        let Some((_, column)) = self.names.iter().find(|(known, _)| known == name) else {
            return ExpressionValue::Null;
        };
        match self.cells.chunk.cell_text(self.row, *column) {
            Some(text) if !is_missing(&self.cells.bound.target, text.as_bytes()) => {
                ExpressionValue::Text(text)
            }
            Some(_) | None => ExpressionValue::Null,
        }
    }
}

impl ReadColumn {
    fn push_null(&mut self) {
        self.data.push_null();
        if !self.letters.is_empty() {
            self.letters.push(b'-');
        }
    }

    fn refuse_value(&mut self, problem: CellProblem) {
        self.push_null();
        self.problems.push(problem);
    }

    fn push_moment(&mut self, seconds: i64, target: &ColumnTarget, local: LocalTime) {
        let ColumnData::Integer(values) = &mut self.data else {
            return;
        };
        if self.letters.is_empty() {
            self.letters.reserve(values.capacity());
            self.letters.resize(values.len(), b'-');
        }
        values.push(seconds);
        self.letters.push(match target.dates.precision.unwrap_or(local.precision) {
            TimePrecision::Day => b'd',
            TimePrecision::Minute => b'm',
            TimePrecision::Second => b's',
        });
    }
}

fn push_text(texts: &mut TextColumn, text: Option<&str>) {
    match text {
        Some(text) => texts.push(text),
        None => texts.push_null(),
    }
}

/// Refuses rows without a value in a required column, unless that value is already refused.
fn refuse_missing(out: &mut ReadColumn) {
    let rows = out.data.len();
    let refused: HashSet<u32> = out.problems.iter().map(|p| p.row).collect();
    for row in 0..rows {
        if out.data.is_null(row) && !refused.contains(&(row as u32)) {
            out.problems.push(CellProblem::of_text(row, RefusalReason::Missing, ""));
        }
    }
}

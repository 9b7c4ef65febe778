//! Cells become values: one thread's part of an import.

use std::borrow::Cow;
use std::collections::HashSet;

use trueline_expression::{Row, Value, evaluate, leaves_unread};

use super::column::{Data, NULL_INTEGER, NULL_LABEL, NULL_NUMBER_BITS, Texts};
use super::labels::{Labels, Meaning};
use super::pseudonym::Pseudonyms;
use super::reason::{Problem, Reason};
use crate::dates::{self, DayOrder, Local, Precision, Reading, ZoneClock};
use crate::mapping::{Bound, BoundTarget, Input, Pseudonymise, Target, Unlisted};
use crate::schema::Kind;
use crate::source::{Chunk, Encoding};

/// What a thread keeps from chunk to chunk.
#[derive(Debug)]
pub(crate) struct Thread {
    /// The labels of every column, in the order of [`Bound::targets`], then of list columns.
    pub(crate) labels: Vec<Labels>,
    zones: Vec<ZoneClock>,
    pub(crate) pseudonyms: Pseudonyms,
}

/// One column read from one chunk.
#[derive(Debug)]
pub(crate) struct ReadColumn {
    pub(crate) data: Data,
    /// For moments: the precision of each value, as the letter that `precision` shows.
    pub(crate) letters: Vec<u8>,
    pub(crate) problems: Vec<Problem>,
    /// Rows whose text was kept because its reading was ambiguous.
    pub(crate) notes: Vec<(u32, String)>,
    /// Rows in which the expression was to read a text as a moment or a number, and could not.
    pub(crate) unread: Vec<u32>,
}

/// Where one column's cells are read from.
pub(crate) struct Cells<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) bound: &'a BoundTarget,
    /// Where the column's labels stand in [`Thread::labels`].
    pub(crate) slot: usize,
    pub(crate) file: &'a str,
    pub(crate) rows_are: RowsAre,
}

/// What a row is: a case needs all its columns, an event of one needs not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowsAre {
    Cases,
    Events,
}

impl Thread {
    pub(crate) fn new(bound: &Bound, slots: usize, pseudonyms: Pseudonyms) -> Thread {
        Thread {
            labels: std::iter::repeat_with(Labels::default).take(slots).collect(),
            zones: bound.zones.iter().cloned().map(ZoneClock::new).collect(),
            pseudonyms,
        }
    }

    /// Reads one column of a chunk.
    pub(crate) fn column(&mut self, cells: &Cells<'_>) -> ReadColumn {
        let rows = cells.chunk.rows();
        let mut out = ReadColumn {
            data: Data::new(cells.bound.target.kind, rows),
            letters: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            unread: Vec::new(),
        };
        match (&cells.bound.input, cells.bound.target.kind) {
            (Input::Cell(column), Kind::Label) => self.labels(cells, *column, &mut out),
            (Input::Cell(column), Kind::Text) => self.texts(cells, *column, &mut out),
            (Input::Cell(column), Kind::Integer | Kind::Moment | Kind::Number | Kind::Boolean) => {
                for row in 0..rows {
                    let cell = cells.chunk.cell(row, *column);
                    self.value(cells, row, &cell, &mut out);
                }
            }
            (Input::Two(date, time), _) => {
                let mut joined = Vec::new();
                for row in 0..rows {
                    joined.clear();
                    joined.extend_from_slice(&cells.chunk.cell(row, *date));
                    let time = cells.chunk.cell(row, *time);
                    if !joined.is_empty() && !time.is_empty() {
                        joined.push(b' ');
                        joined.extend_from_slice(&time);
                    }
                    self.value(cells, row, &joined, &mut out);
                }
            }
            (Input::Constant(text), _) => self.repeated(cells, text, &mut out),
            (Input::Absent, _) => self.repeated(cells, "", &mut out),
            (Input::Line, _) => {
                for row in 0..rows {
                    let text = format!("{}:{}", cells.file, cells.chunk.line(row));
                    self.decoded(cells, row, &text, &mut out);
                }
            }
            (Input::Expression(..), _) => self.expressions(cells, &mut out),
        }
        if cells.bound.target.required && cells.rows_are == RowsAre::Cases {
            refuse_missing(&mut out);
        }
        out
    }

    fn labels(&mut self, cells: &Cells<'_>, column: usize, out: &mut ReadColumn) {
        let Data::Label(codes) = &mut out.data else {
            return;
        };
        let target = &cells.bound.target;
        let encoding = cells.chunk.encoding;
        let pseudonyms = &mut self.pseudonyms;
        let labels = &mut self.labels[cells.slot];
        for row in 0..cells.chunk.rows() {
            let cell = cells.chunk.cell(row, column);
            let meaning = labels
                .meaning(&cell, |labels| find_label(&cell, encoding, target, labels, pseudonyms));
            codes.push(match meaning {
                Meaning::Code(code) => code,
                Meaning::Null => NULL_LABEL,
                Meaning::Refused | Meaning::NoText => {
                    let reason =
                        if meaning == Meaning::NoText { Reason::NoText } else { Reason::NotListed };
                    out.problems.push(Problem::new(row, reason, &cell, encoding));
                    NULL_LABEL
                }
            });
        }
    }

    fn texts(&mut self, cells: &Cells<'_>, column: usize, out: &mut ReadColumn) {
        let plain = cells.bound.target.pseudonymise == Pseudonymise::No
            && cells.bound.target.values.is_none()
            && cells.bound.target.allowed.is_empty();
        if !plain {
            for row in 0..cells.chunk.rows() {
                let cell = cells.chunk.cell(row, column);
                self.value(cells, row, &cell, out);
            }
            return;
        }
        let Data::Text(texts) = &mut out.data else {
            return;
        };
        let encoding = cells.chunk.encoding;
        for row in 0..cells.chunk.rows() {
            let cell = cells.chunk.cell(row, column);
            if is_missing(&cells.bound.target, &cell) {
                texts.push_null();
            } else if encoding.decode_into(&cell, &mut texts.bytes).is_some() {
                texts.close();
            } else {
                texts.push_null();
                out.problems.push(Problem::new(row, Reason::NoText, &cell, encoding));
            }
        }
    }

    /// Reads one cell as whatever its column is.
    fn value(&mut self, cells: &Cells<'_>, row: usize, cell: &[u8], out: &mut ReadColumn) {
        let encoding = cells.chunk.encoding;
        if cell.is_ascii()
            && cells.bound.target.kind == Kind::Moment
            && cells.bound.target.values.is_none()
        {
            self.moment(cells, row, cell, out);
            return;
        }
        match encoding.decode(cell) {
            Some(text) => self.decoded(cells, row, &text, out),
            None => out.refuse(Problem::new(row, Reason::NoText, cell, encoding)),
        }
    }

    fn decoded(&mut self, cells: &Cells<'_>, row: usize, text: &str, out: &mut ReadColumn) {
        let target = &cells.bound.target;
        if text.is_empty()
            && says_empty(cells.bound)
            && let Data::Label(codes) = &mut out.data
        {
            codes.push(self.labels[cells.slot].code(""));
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
                out.refuse(Problem::of_text(row, reason, text));
                return;
            }
        };
        let mapped = match target.pseudonymise {
            Pseudonymise::No => mapped,
            Pseudonymise::Yes => Cow::Owned(self.pseudonyms.of(&mapped)),
        };
        match &mut out.data {
            Data::Text(texts) => texts.push(&mapped),
            Data::Label(codes) => {
                let allowed = target.allowed.is_empty() || target.allowed.contains(&&*mapped);
                if allowed {
                    codes.push(self.labels[cells.slot].code(&mapped));
                } else {
                    out.refuse(Problem::of_text(row, Reason::NotListed, text));
                }
            }
            Data::Integer(_) if target.kind == Kind::Moment => {
                self.moment(cells, row, mapped.as_bytes(), out);
            }
            Data::Integer(values) => match integer(&mapped) {
                Some(value) => values.push(value),
                None => out.refuse(Problem::of_text(row, Reason::NoInteger, text)),
            },
            Data::Number(values) => match number(&mapped) {
                Some(value) => values.push(value.to_bits()),
                None => out.refuse(Problem::of_text(row, Reason::NoNumber, text)),
            },
            Data::Boolean(values) => match boolean(&mapped) {
                Some(value) => values.push(u8::from(value)),
                None => out.refuse(Problem::of_text(row, Reason::NoBoolean, text)),
            },
        }
    }

    fn moment(&mut self, cells: &Cells<'_>, row: usize, text: &[u8], out: &mut ReadColumn) {
        let target = &cells.bound.target;
        if is_missing(target, text) {
            out.push_null();
            return;
        }
        let dates = &target.dates;
        let local = if dates.formats.is_empty() {
            dates::read_any(text, dates.order)
        } else {
            let found = dates.formats.iter().find_map(|format| format.read(text));
            found.or_else(|| cells.chunk.typed.then(|| dates::read_any(text, dates.order))?)
        };
        let shown = || String::from_utf8_lossy(text).into_owned();
        let Some(local) = local else {
            let reason = if dates.formats.is_empty() && dates::needs_day_order(text) {
                match dates.order {
                    DayOrder::Unknown => Reason::DayOrderUnknown,
                    DayOrder::DayFirst | DayOrder::MonthFirst => Reason::OtherDayOrder,
                }
            } else {
                dates::day_number(text).map_or(Reason::NoMoment, |date| Reason::DayNumber {
                    year: date.year(),
                    month: date.month(),
                    day: date.day(),
                })
            };
            out.refuse(Problem::of_text(row, reason, &shown()));
            return;
        };
        match self.utc(local, target) {
            Some(Reading::Plain(seconds)) => out.push_moment(seconds, target, local),
            Some(Reading::Ambiguous(seconds)) => {
                out.push_moment(seconds, target, local);
                out.notes.push((row as u32, format!("{}={}", target.name, shown())));
            }
            None => out.refuse(Problem::of_text(row, Reason::NoMoment, &shown())),
        }
    }

    fn utc(&mut self, local: Local, target: &Target) -> Option<Reading> {
        if let Some(offset) = local.offset {
            return Some(Reading::Plain(local.seconds - i64::from(offset)));
        }
        let zone = match local.precision {
            Precision::Day => target.dates.date_zone,
            Precision::Minute | Precision::Second => target.dates.time_zone,
        };
        self.zones[zone].utc(local.seconds)
    }

    /// The same text for every row: read once, then repeated.
    fn repeated(&mut self, cells: &Cells<'_>, text: &str, out: &mut ReadColumn) {
        let rows = cells.chunk.rows();
        if rows == 0 {
            return;
        }
        self.decoded(cells, 0, text, out);
        let (letter, problem) = (out.letters.first().copied(), out.problems.first().cloned());
        out.letters.extend(letter.into_iter().flat_map(|l| std::iter::repeat_n(l, rows - 1)));
        for row in 1..rows {
            out.problems.extend(problem.clone().map(|p| Problem { row: row as u32, ..p }));
        }
        match &mut out.data {
            Data::Label(codes) => codes.resize(rows, codes[0]),
            Data::Integer(values) => values.resize(rows, values[0]),
            Data::Number(values) => values.resize(rows, values[0]),
            Data::Boolean(values) => values.resize(rows, values[0]),
            Data::Text(texts) => {
                let first = texts.get(0).map(str::to_owned);
                (1..rows).for_each(|_| push_text(texts, first.as_deref()));
            }
        }
    }

    fn expressions(&mut self, cells: &Cells<'_>, out: &mut ReadColumn) {
        let Input::Expression(expr, names) = &cells.bound.input else {
            return;
        };
        let zone = self.zones[cells.bound.target.dates.time_zone].zone().clone();
        for row in 0..cells.chunk.rows() {
            let source = SourceRow { cells, names, row };
            match evaluate(expr, &source, &zone) {
                Value::Null => {
                    if !cells.bound.target.required
                        && cells.bound.target.kind != Kind::Label
                        && leaves_unread(expr, &source, &zone)
                    {
                        out.unread.push(row as u32);
                    }
                    out.push_null();
                }
                Value::Time(seconds) if cells.bound.target.kind == Kind::Moment => {
                    let precision = cells.bound.target.dates.precision;
                    let local = Local {
                        seconds,
                        offset: Some(0),
                        precision: precision.unwrap_or(Precision::Second),
                    };
                    out.push_moment(seconds, &cells.bound.target, local);
                }
                value => self.decoded(cells, row, &plain_text(&value), out),
            }
        }
    }
}

fn plain_text(value: &Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) | Value::Time(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => text.clone().into_owned(),
    }
}

/// A source row as an expression sees it: texts, null where the cell is missing.
struct SourceRow<'a> {
    cells: &'a Cells<'a>,
    names: &'a [(String, usize)],
    row: usize,
}

impl Row for SourceRow<'_> {
    fn get(&self, name: &str) -> Value<'_> {
        let Some((_, column)) = self.names.iter().find(|(known, _)| known == name) else {
            return Value::Null;
        };
        match self.cells.chunk.text(self.row, *column) {
            Some(text) if !is_missing(&self.cells.bound.target, text.as_bytes()) => {
                Value::Text(text)
            }
            Some(_) | None => Value::Null,
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

    fn refuse(&mut self, problem: Problem) {
        self.push_null();
        self.problems.push(problem);
    }

    fn push_moment(&mut self, seconds: i64, target: &Target, local: Local) {
        let Data::Integer(values) = &mut self.data else {
            return;
        };
        if self.letters.is_empty() {
            self.letters.reserve(values.capacity());
            self.letters.resize(values.len(), b'-');
        }
        values.push(seconds);
        self.letters.push(match target.dates.precision.unwrap_or(local.precision) {
            Precision::Day => b'd',
            Precision::Minute => b'm',
            Precision::Second => b's',
        });
    }
}

fn push_text(texts: &mut Texts, text: Option<&str>) {
    match text {
        Some(text) => texts.push(text),
        None => texts.push_null(),
    }
}

#[inline]
/// Whether an empty text is what the mapping itself says, and not a cell that somebody left empty:
/// `count` needs the empty label for "the whole".
fn says_empty(bound: &BoundTarget) -> bool {
    let said = matches!(bound.input, Input::Constant(_) | Input::Expression(..));
    said && bound.target.required
}

pub(super) fn is_missing(target: &Target, text: &[u8]) -> bool {
    text.is_empty() || target.missing.iter().any(|missing| missing.as_bytes() == text)
}

/// What a value map makes of a text; `None` is a null.
fn map_value<'a>(target: &'a Target, text: &'a str) -> Result<Option<Cow<'a, str>>, Reason> {
    let Some(map) = &target.values else {
        return Ok(Some(Cow::Borrowed(text)));
    };
    if let Some((_, to)) = map.pairs.iter().find(|(from, _)| from == text) {
        return Ok((!to.is_empty()).then_some(Cow::Borrowed(to.as_str())));
    }
    match map.unlisted {
        Unlisted::Keep => Ok(Some(Cow::Borrowed(text))),
        Unlisted::Null => Ok(None),
        Unlisted::Quarantine => Err(Reason::NotListed),
    }
}

fn find_label(
    cell: &[u8],
    encoding: Encoding,
    target: &Target,
    labels: &mut Labels,
    pseudonyms: &mut Pseudonyms,
) -> Meaning {
    let Some(text) = encoding.decode(cell) else {
        return Meaning::NoText;
    };
    if is_missing(target, text.as_bytes()) {
        return Meaning::Null;
    }
    let mapped = match map_value(target, &text) {
        Ok(Some(mapped)) => mapped,
        Ok(None) => return Meaning::Null,
        Err(_) => return Meaning::Refused,
    };
    if !target.allowed.is_empty() && !target.allowed.contains(&&*mapped) {
        return Meaning::Refused;
    }
    match target.pseudonymise {
        Pseudonymise::No => Meaning::Code(labels.code(&mapped)),
        Pseudonymise::Yes => {
            let pseudonym = pseudonyms.of(&mapped);
            Meaning::Code(labels.code(&pseudonym))
        }
    }
}

fn integer(text: &str) -> Option<i64> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|value| *value != NULL_INTEGER)
}

fn number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let finite = value.is_finite() && value.to_bits() != NULL_NUMBER_BITS;
    finite.then_some(value)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "是" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// A required column without a value, unless the row is refused for that value already.
fn refuse_missing(out: &mut ReadColumn) {
    let rows = out.data.len();
    let refused: HashSet<u32> = out.problems.iter().map(|p| p.row).collect();
    for row in 0..rows {
        if out.data.is_null(row) && !refused.contains(&(row as u32)) {
            out.problems.push(Problem::of_text(row, Reason::Missing, ""));
        }
    }
}

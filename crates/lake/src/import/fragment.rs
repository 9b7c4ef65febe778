//! A fragment: the values of one chunk, and what is wrong with some of its rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cells::{Cells, ReadColumn, RowsAre, Thread, is_missing};
use super::column::{Data, Records};
use super::events::EventPart;
use super::reason::{Problem, Reason};
use crate::mapping::{Bound, BoundList, BoundTarget};
use crate::schema::{Kind, Schema};
use crate::source::{CellError, Chunk};

/// Everything that reading a chunk needs and that all threads share.
pub(crate) struct Plan<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) bound: Bound,
    /// The base name of the file, for rows whose key is their line.
    pub(crate) file: String,
    pub(crate) headers: Vec<String>,
    /// For each target that is a moment of the dataset: its place in `precision`.
    letters: Vec<Option<usize>>,
    moments: usize,
    /// Where the labels of each list begin among the threads' labels.
    list_slots: Vec<usize>,
    pub(crate) slots: usize,
}

/// The values of one chunk.
#[derive(Debug)]
pub(crate) struct Fragment {
    /// Which of the files that are read together it is from.
    pub(crate) file: usize,
    pub(crate) thread: usize,
    pub(crate) number: usize,
    pub(crate) rows: usize,
    /// In the order of [`Bound::targets`].
    pub(crate) columns: Vec<Data>,
    /// In the order of [`Schema::lists`].
    pub(crate) lists: Vec<Records>,
    /// The letters of `precision`, as a label.
    pub(crate) precision: Data,
    pub(crate) lines: Vec<i64>,
    pub(crate) notes: Vec<(u32, String)>,
    /// Columns, and lines where their expressions left a text unread.
    pub(crate) unread: Vec<(usize, u64)>,
    /// Refused rows in ascending order.
    pub(crate) refused: Vec<Refused>,
    /// The sheet of a workbook that they are from.
    pub(crate) sheet: Option<Arc<str>>,
    /// Where rows are events.
    pub(crate) event: Option<EventPart>,
}

/// A row that goes to quarantine.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) row: u32,
    pub(crate) line: u64,
    /// The row as it stood in the source.
    pub(crate) record: Box<[u8]>,
    /// The sheet of a workbook that it is from.
    pub(crate) sheet: Option<Arc<str>>,
    /// Column (empty for the whole row), value, reason.
    pub(crate) problems: Vec<(String, String, Reason)>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        bound: Bound,
        file: String,
        headers: Vec<String>,
    ) -> Plan<'a> {
        let moments: Vec<&str> = schema.moments().map(|column| column.name).collect();
        let letters = bound.targets.iter().map(|bound| {
            let name = bound.target.name.as_str();
            moments.iter().position(|moment| *moment == name)
        });
        let letters = letters.collect();
        let mut slots = bound.targets.len();
        let mut list_slots = Vec::new();
        for list in &schema.lists {
            list_slots.push(slots);
            slots += list.columns.len();
        }
        Plan {
            schema,
            bound,
            file,
            headers,
            letters,
            moments: moments.len(),
            list_slots,
            slots: slots + 1,
        }
    }

    /// Where the labels of `precision` stand among a thread's labels.
    pub(crate) fn precision_slot(&self) -> usize {
        self.slots - 1
    }

    pub(crate) fn list_slot(&self, list: usize, column: usize) -> usize {
        self.list_slots[list] + column
    }

    /// How many moments the dataset has.
    pub(crate) fn moments(&self) -> usize {
        self.moments
    }

    /// A target's place in `precision`, if it is a moment of the dataset.
    pub(crate) fn letter(&self, slot: usize) -> Option<usize> {
        self.letters[slot]
    }

    /// Reads a chunk.
    pub(crate) fn read(&self, chunk: &Chunk, thread: &mut Thread, id: usize) -> Fragment {
        let mut wrong = Wrong::default();
        for (row, shape) in &chunk.misshapen {
            let problem = Problem::of_shape(*row, *shape, self.headers.len());
            wrong.add(String::new(), problem);
        }
        let mut columns = Vec::with_capacity(self.bound.targets.len());
        let mut notes = Vec::new();
        let mut unread = Vec::new();
        let rows_are = if self.bound.events.is_some() { RowsAre::Events } else { RowsAre::Cases };
        let mut letters: Vec<Vec<u8>> = vec![Vec::new(); self.moments];
        for (slot, bound) in self.bound.targets.iter().enumerate() {
            let file = &self.file;
            let mut read = thread.column(&Cells { chunk, bound, slot, file, rows_are });
            let name = self.source_name(bound.input.column(), &bound.target.name);
            wrong.add_all(&name, read.problems);
            notes.append(&mut read.notes);
            unread.extend(read.unread.iter().map(|row| (slot, chunk.line(*row as usize))));
            if let Some(at) = self.letters[slot] {
                letters[at] = read.letters;
            }
            read.data.shrink();
            columns.push(read.data);
        }
        let lists = self.lists(chunk, thread, &mut wrong);
        let event = self.events(chunk, thread).map(|(part, problems)| {
            for (name, problem) in problems {
                wrong.add(name, problem);
            }
            part
        });
        for error in &chunk.errors {
            self.cell_error(chunk, *error, &mut wrong);
        }
        notes.sort_by_key(|(row, _)| *row);
        Fragment {
            file: 0,
            thread: id,
            number: chunk.number,
            rows: chunk.rows(),
            columns,
            lists,
            precision: self.precision(chunk.rows(), &letters, thread),
            lines: chunk.lines.iter().map(|line| *line as i64).collect(),
            notes,
            unread,
            refused: wrong.refused(chunk),
            sheet: chunk.sheet.clone(),
            event,
        }
    }

    /// Refuses the row of a cell that holds an error, if the mapping reads that cell and does not
    /// say that the error means no value.
    fn cell_error(&self, chunk: &Chunk, error: CellError, wrong: &mut Wrong) {
        let (row, column) = (error.row as usize, error.column as usize);
        let value = chunk.text(row, column).unwrap_or_default();
        let missing = |bound: &&BoundTarget| is_missing(&bound.target, value.as_bytes());
        let lists = self.bound.lists.iter().flat_map(|list| list.columns.iter().flatten());
        let targets = self.bound.targets.iter().chain(lists);
        let read = targets.filter(|bound| bound.input.reads(column)).any(|b| !missing(&b));
        let event = self.bound.events.as_ref().is_some_and(|events| events.reads(column));
        if read || event {
            let reason = Reason::CellError { line: chunk.line(row), column: error.of_sheet };
            wrong.add(self.headers[column].clone(), Problem::of_text(row, reason, &value));
        }
    }

    pub(crate) fn source_name(&self, column: Option<usize>, target: &str) -> String {
        column.map_or_else(|| target.to_owned(), |at| self.headers[at].clone())
    }

    fn precision(&self, rows: usize, letters: &[Vec<u8>], thread: &mut Thread) -> Data {
        let slot = self.precision_slot();
        let labels = &mut thread.labels[slot];
        let mut codes = Vec::with_capacity(rows);
        let mut word = vec![b'-'; self.moments];
        let mut last = (Vec::new(), -1);
        for row in 0..rows {
            for (at, letters) in letters.iter().enumerate() {
                word[at] = letters.get(row).copied().unwrap_or(b'-');
            }
            if last.1 < 0 || last.0 != word {
                let text = std::str::from_utf8(&word).unwrap_or_default();
                last = (word.clone(), labels.code(text));
            }
            codes.push(last.1);
        }
        Data::Label(codes)
    }

    fn lists(&self, chunk: &Chunk, thread: &mut Thread, wrong: &mut Wrong) -> Vec<Records> {
        let mut lists = Vec::new();
        for (at, list) in self.schema.lists.iter().enumerate() {
            let mut records = Records {
                ends: Vec::with_capacity(chunk.rows()),
                columns: list.columns.iter().map(|c| Data::new(c.kind, 0)).collect(),
            };
            let entries = self.bound.lists.iter().filter(|entry| entry.list == at);
            let entries: Vec<(&BoundList, Vec<Option<ReadColumn>>)> =
                entries.map(|entry| (entry, self.entry(chunk, thread, entry, wrong))).collect();
            let mut count = 0;
            for row in 0..chunk.rows() {
                for (entry, read) in &entries {
                    match self.wholeness(entry, read, row) {
                        Wholeness::Absent => {}
                        Wholeness::Lacks(column) => {
                            let reason = Reason::HalfRecord { list: list.name };
                            wrong.add(
                                self.part_name(entry, column),
                                Problem::of_text(row, reason, ""),
                            );
                        }
                        Wholeness::Ends(column) => {
                            let bound = entry.columns[column].as_ref();
                            let source = bound.and_then(|bound| bound.input.column());
                            let value = source.and_then(|source| chunk.text(row, source));
                            let reason = Reason::EndsFirst { list: list.name };
                            let value = value.unwrap_or_default();
                            wrong.add(
                                self.part_name(entry, column),
                                Problem::of_text(row, reason, &value),
                            );
                        }
                        Wholeness::Whole => {
                            count += 1;
                            append(&mut records.columns, read, row);
                        }
                    }
                }
                records.ends.push(count);
            }
            lists.push(records);
        }
        lists
    }

    fn entry(
        &self,
        chunk: &Chunk,
        thread: &mut Thread,
        entry: &BoundList,
        wrong: &mut Wrong,
    ) -> Vec<Option<ReadColumn>> {
        let mut read = Vec::new();
        for (at, bound) in entry.columns.iter().enumerate() {
            let Some(bound) = bound else {
                read.push(None);
                continue;
            };
            let mut column = thread.column(&Cells {
                chunk,
                bound,
                slot: self.list_slot(entry.list, at),
                file: &self.file,
                rows_are: RowsAre::Cases,
            });
            let name = self.source_name(bound.input.column(), &bound.target.name);
            wrong.add_all(&name, std::mem::take(&mut column.problems));
            read.push(Some(column));
        }
        read
    }

    /// The source column of a part of a record, or where the mapping fills it if it has none.
    fn part_name(&self, entry: &BoundList, column: usize) -> String {
        let list = &self.schema.lists[entry.list];
        let source = entry.columns[column].as_ref().and_then(|bound| bound.input.column());
        self.source_name(source, &format!("{}.{}", list.name, list.columns[column].name))
    }

    fn wholeness(&self, entry: &BoundList, read: &[Option<ReadColumn>], row: usize) -> Wholeness {
        let columns = &self.schema.lists[entry.list].columns;
        let mut some = false;
        let mut lacking = None;
        for (at, (bound, read)) in entry.columns.iter().zip(read).enumerate() {
            let null = read.as_ref().is_none_or(|read| read.data.is_null(row));
            let sourced = bound.as_ref().is_some_and(|bound| bound.input.column().is_some());
            some |= sourced && !null;
            if columns[at].required && null {
                lacking = lacking.or(Some(at));
            }
        }
        match (some, lacking) {
            (false, _) => Wholeness::Absent,
            (true, None) => self.end_before_start(entry, read, row),
            (true, Some(column)) => Wholeness::Lacks(column),
        }
    }

    /// A record whose second moment lies before its first is no stretch of time.
    fn end_before_start(
        &self,
        entry: &BoundList,
        read: &[Option<ReadColumn>],
        row: usize,
    ) -> Wholeness {
        let columns = self.schema.lists[entry.list].columns.iter().enumerate();
        let mut moments = columns.filter(|(_, column)| column.kind == Kind::Moment);
        let (Some((from, _)), Some((to, _))) = (moments.next(), moments.next()) else {
            return Wholeness::Whole;
        };
        let moment = |at: usize| {
            let column = read[at].as_ref()?;
            let Data::Integer(values) = &column.data else {
                return None;
            };
            // A date without a time of day may be any time of that day.
            let day = column.letters.get(row) == Some(&b'd');
            (!column.data.is_null(row)).then_some((values[row], day))
        };
        match (moment(from), moment(to)) {
            (Some((begins, _)), Some((ends, day))) if ends + i64::from(day) * 86_399 < begins => {
                Wholeness::Ends(to)
            }
            _ => Wholeness::Whole,
        }
    }
}

enum Wholeness {
    Absent,
    /// There is a part of it, but not this required column.
    Lacks(usize),
    /// It ends, as this column says, before it begins.
    Ends(usize),
    Whole,
}

fn append(columns: &mut [Data], entry: &[Option<ReadColumn>], row: usize) {
    for (to, from) in columns.iter_mut().zip(entry) {
        match from {
            None => to.push_null(),
            Some(from) => to.push_from(&from.data, row),
        }
    }
}

/// Problems by row, while a chunk is read.
#[derive(Default)]
struct Wrong {
    rows: BTreeMap<u32, Vec<(String, String, Reason)>>,
}

impl Wrong {
    fn add(&mut self, column: String, problem: Problem) {
        let row = self.rows.entry(problem.row).or_default();
        row.push((column, problem.value, problem.reason));
    }

    fn add_all(&mut self, column: &str, problems: Vec<Problem>) {
        for problem in problems {
            self.add(column.to_owned(), problem);
        }
    }

    fn refused(self, chunk: &Chunk) -> Vec<Refused> {
        let rows = self.rows.into_iter().map(|(row, mut problems)| {
            let shape = |reason: &Reason| {
                matches!(reason, Reason::Cells { .. } | Reason::StrayQuote | Reason::NoJson)
            };
            // When cells have shifted, what they hold says nothing.
            if problems.iter().any(|(_, _, reason)| shape(reason)) {
                problems.retain(|(_, _, reason)| shape(reason));
            }
            // An error in a cell is no wrong date or number as well.
            let error = |reason: &Reason| matches!(reason, Reason::CellError { .. });
            let errors: Vec<String> =
                problems.iter().filter(|p| error(&p.2)).map(|p| p.0.clone()).collect();
            problems.retain(|(column, _, reason)| error(reason) || !errors.contains(column));
            Refused {
                sheet: chunk.sheet.clone(),
                row,
                line: chunk.line(row as usize),
                record: chunk.record(row as usize).into(),
                problems,
            }
        });
        rows.collect()
    }
}

impl Data {
    /// Appends a value of another column of the same kind and thread.
    pub(crate) fn push_from(&mut self, from: &Data, row: usize) {
        match (self, from) {
            (Data::Label(to), Data::Label(from)) => to.push(from[row]),
            (Data::Integer(to), Data::Integer(from)) => to.push(from[row]),
            (Data::Number(to), Data::Number(from)) => to.push(from[row]),
            (Data::Boolean(to), Data::Boolean(from)) => to.push(from[row]),
            (Data::Text(to), Data::Text(from)) => match from.get(row) {
                Some(text) => to.push(text),
                None => to.push_null(),
            },
            (to, _) => to.push_null(),
        }
    }
}

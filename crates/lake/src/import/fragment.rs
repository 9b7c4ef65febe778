//! A fragment: the values of one chunk, and what is wrong with some of its rows.

use std::sync::Arc;

use super::cells::{Cells, RowsAre, Thread, is_missing};
use super::column::{Data, Records};
use super::event_cells::EventPart;
use super::plan::Plan;
use super::reason::{Problem, Reason};
use super::refused::{Refused, Wrong};
use crate::mapping::BoundTarget;
use crate::source::{CellError, Chunk};

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

impl Plan<'_> {
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
        let mut letters: Vec<Vec<u8>> = vec![Vec::new(); self.moments()];
        for (slot, bound) in self.bound.targets.iter().enumerate() {
            let file = &self.file;
            let mut read = thread.column(&Cells { chunk, bound, slot, file, rows_are });
            let name = self.source_name(bound.input.column(), &bound.target.name);
            wrong.add_all(&name, read.problems);
            notes.append(&mut read.notes);
            unread.extend(read.unread.iter().map(|row| (slot, chunk.line(*row as usize))));
            if let Some(at) = self.letter(slot) {
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

    fn precision(&self, rows: usize, letters: &[Vec<u8>], thread: &mut Thread) -> Data {
        let slot = self.precision_slot();
        let labels = &mut thread.labels[slot];
        let mut codes = Vec::with_capacity(rows);
        let mut word = vec![b'-'; self.moments()];
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
}

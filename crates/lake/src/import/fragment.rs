//! A fragment: the values of one chunk, and what is wrong with some of its rows.

use std::sync::Arc;

use super::cells::{ColumnCells, RowUnit, ThreadState};
use super::column::{ColumnData, ListRecords};
use super::event_cells::EventCells;
use super::plan::ReadPlan;
use super::reason::{CellProblem, RefusalReason};
use super::refused::{RefusedRow, RowProblems};
use super::values::is_missing;
use crate::mapping::BoundTarget;
use crate::source::{CellError, Chunk};

/// The values of one chunk.
#[derive(Debug)]
pub(crate) struct Fragment {
    /// Which of the files that are read together the chunk is from.
    pub(crate) file: usize,
    pub(crate) thread: usize,
    pub(crate) number: usize,
    pub(crate) rows: usize,
    /// In the order of [`BoundMapping::targets`].
    pub(crate) columns: Vec<ColumnData>,
    /// In the order of [`Schema::lists`].
    pub(crate) lists: Vec<ListRecords>,
    /// The letters of `precision`, as a label.
    pub(crate) precision: ColumnData,
    pub(crate) lines: Vec<i64>,
    pub(crate) notes: Vec<(u32, String)>,
    /// Columns, and the lines where their expressions could not read a text.
    pub(crate) unread: Vec<(usize, u64)>,
    /// Refused rows in ascending order.
    pub(crate) refused: Vec<RefusedRow>,
    /// The sheet of a workbook that the rows are from.
    pub(crate) sheet: Option<Arc<str>>,
    /// Only if the rows are events.
    pub(crate) event: Option<EventCells>,
}

impl ReadPlan<'_> {
    /// Reads a chunk.
    pub(crate) fn read_chunk(
        &self,
        chunk: &Chunk,
        thread: &mut ThreadState,
        id: usize,
    ) -> Fragment {
        let mut wrong = RowProblems::default();
        for (row, shape) in &chunk.misshapen {
            let problem = CellProblem::of_shape(*row, *shape, self.headers.len());
            wrong.add_problem(String::new(), problem);
        }
        let mut columns = Vec::with_capacity(self.bound.targets.len());
        let mut notes = Vec::new();
        let mut unread = Vec::new();
        let rows_are = if self.bound.events.is_some() { RowUnit::Events } else { RowUnit::Cases };
        let mut letters: Vec<Vec<u8>> = vec![Vec::new(); self.moment_count()];
        for (slot, bound) in self.bound.targets.iter().enumerate() {
            let file = &self.file;
            let mut read = thread.read_column(&ColumnCells { chunk, bound, slot, file, rows_are });
            let name = self.source_name(bound.input.first_column(), &bound.target.name);
            wrong.add_problems(&name, read.problems);
            notes.append(&mut read.notes);
            unread.extend(read.unread.iter().map(|row| (slot, chunk.line_of(*row as usize))));
            if let Some(at) = self.precision_place(slot) {
                letters[at] = read.letters;
            }
            read.data.shrink_to_fit();
            columns.push(read.data);
        }
        let lists = self.read_lists(chunk, thread, &mut wrong);
        let event = self.read_events(chunk, thread).map(|(part, problems)| {
            for (name, problem) in problems {
                wrong.add_problem(name, problem);
            }
            part
        });
        for error in &chunk.errors {
            self.refuse_cell_error(chunk, *error, &mut wrong);
        }
        notes.sort_by_key(|(row, _)| *row);
        Fragment {
            file: 0,
            thread: id,
            number: chunk.number,
            rows: chunk.row_count(),
            columns,
            lists,
            precision: self.label_precision(chunk.row_count(), &letters, thread),
            lines: chunk.lines.iter().map(|line| *line as i64).collect(),
            notes,
            unread,
            refused: wrong.into_refused(chunk),
            sheet: chunk.sheet.clone(),
            event,
        }
    }

    /// Refuses the row of a cell that holds an error, if the mapping reads that cell and does not
    /// list the error as a missing value.
    fn refuse_cell_error(&self, chunk: &Chunk, error: CellError, wrong: &mut RowProblems) {
        let (row, column) = (error.row as usize, error.column as usize);
        let value = chunk.cell_text(row, column).unwrap_or_default();
        let missing = |bound: &&BoundTarget| is_missing(&bound.target, value.as_bytes());
        let lists = self.bound.lists.iter().flat_map(|list| list.columns.iter().flatten());
        let targets = self.bound.targets.iter().chain(lists);
        let read = targets.filter(|bound| bound.input.reads_column(column)).any(|b| !missing(&b));
        let event = self.bound.events.as_ref().is_some_and(|events| events.reads_column(column));
        if read || event {
            let reason =
                RefusalReason::CellError { line: chunk.line_of(row), column: error.of_sheet };
            wrong.add_problem(
                self.headers[column].clone(),
                CellProblem::of_text(row, reason, &value),
            );
        }
    }

    fn label_precision(
        &self,
        rows: usize,
        letters: &[Vec<u8>],
        thread: &mut ThreadState,
    ) -> ColumnData {
        let slot = self.precision_slot();
        let labels = &mut thread.labels[slot];
        let mut codes = Vec::with_capacity(rows);
        let mut word = vec![b'-'; self.moment_count()];
        let mut last = (Vec::new(), -1);
        for row in 0..rows {
            for (at, letters) in letters.iter().enumerate() {
                word[at] = letters.get(row).copied().unwrap_or(b'-');
            }
            if last.1 < 0 || last.0 != word {
                let text = std::str::from_utf8(&word).unwrap_or_default();
                last = (word.clone(), labels.code_of(text));
            }
            codes.push(last.1);
        }
        ColumnData::Label(codes)
    }
}

//! List columns: records made from the columns of one row.

use super::cells::{ColumnCells, ReadColumn, RowUnit, ThreadState};
use super::column::{ColumnData, ListRecords};
use super::plan::ReadPlan;
use super::reason::{CellProblem, RefusalReason};
use super::refused::RowProblems;
use crate::mapping::BoundList;
use crate::schema::ValueKind;
use crate::source::Chunk;

impl ReadPlan<'_> {
    pub(super) fn read_lists(
        &self,
        chunk: &Chunk,
        thread: &mut ThreadState,
        wrong: &mut RowProblems,
    ) -> Vec<ListRecords> {
        let mut lists = Vec::new();
        for (at, list) in self.schema.lists.iter().enumerate() {
            let mut records = ListRecords {
                ends: Vec::with_capacity(chunk.row_count()),
                columns: list.columns.iter().map(|c| ColumnData::new(c.kind, 0)).collect(),
            };
            let entries = self.bound.lists.iter().filter(|entry| entry.list == at);
            let entries: Vec<(&BoundList, Vec<Option<ReadColumn>>)> = entries
                .map(|entry| (entry, self.read_entry(chunk, thread, entry, wrong)))
                .collect();
            let mut count = 0;
            for row in 0..chunk.row_count() {
                for (entry, read) in &entries {
                    match self.check_record(entry, read, row) {
                        RecordCheck::Absent => {}
                        RecordCheck::Lacks(column) => {
                            let reason = RefusalReason::HalfRecord { list: list.name };
                            wrong.add_problem(
                                self.part_name(entry, column),
                                CellProblem::of_text(row, reason, ""),
                            );
                        }
                        RecordCheck::Ends(column) => {
                            let bound = entry.columns[column].as_ref();
                            let source = bound.and_then(|bound| bound.input.first_column());
                            let value = source.and_then(|source| chunk.cell_text(row, source));
                            let reason = RefusalReason::EndsFirst { list: list.name };
                            let value = value.unwrap_or_default();
                            wrong.add_problem(
                                self.part_name(entry, column),
                                CellProblem::of_text(row, reason, &value),
                            );
                        }
                        RecordCheck::Whole => {
                            count += 1;
                            append_record(&mut records.columns, read, row);
                        }
                    }
                }
                records.ends.push(count);
            }
            lists.push(records);
        }
        lists
    }

    fn read_entry(
        &self,
        chunk: &Chunk,
        thread: &mut ThreadState,
        entry: &BoundList,
        wrong: &mut RowProblems,
    ) -> Vec<Option<ReadColumn>> {
        let mut read = Vec::new();
        for (at, bound) in entry.columns.iter().enumerate() {
            let Some(bound) = bound else {
                read.push(None);
                continue;
            };
            let mut column = thread.read_column(&ColumnCells {
                chunk,
                bound,
                slot: self.list_slot(entry.list, at),
                file: &self.file,
                rows_are: RowUnit::Cases,
            });
            let name = self.source_name(bound.input.first_column(), &bound.target.name);
            wrong.add_problems(&name, std::mem::take(&mut column.problems));
            read.push(Some(column));
        }
        read
    }

    /// The name of the source column that fills part of a record, or of the part if there is none.
    fn part_name(&self, entry: &BoundList, column: usize) -> String {
        let list = &self.schema.lists[entry.list];
        let source = entry.columns[column].as_ref().and_then(|bound| bound.input.first_column());
        self.source_name(source, &format!("{}.{}", list.name, list.columns[column].name))
    }

    fn check_record(
        &self,
        entry: &BoundList,
        read: &[Option<ReadColumn>],
        row: usize,
    ) -> RecordCheck {
        let columns = &self.schema.lists[entry.list].columns;
        let mut some = false;
        let mut lacking = None;
        for (at, (bound, read)) in entry.columns.iter().zip(read).enumerate() {
            let null = read.as_ref().is_none_or(|read| read.data.is_null(row));
            let sourced = bound.as_ref().is_some_and(|bound| bound.input.first_column().is_some());
            some |= sourced && !null;
            if columns[at].required && null {
                lacking = lacking.or(Some(at));
            }
        }
        match (some, lacking) {
            (false, _) => RecordCheck::Absent,
            (true, None) => self.check_stretch(entry, read, row),
            (true, Some(column)) => RecordCheck::Lacks(column),
        }
    }

    /// Refuses a record whose second moment is before its first.
    fn check_stretch(
        &self,
        entry: &BoundList,
        read: &[Option<ReadColumn>],
        row: usize,
    ) -> RecordCheck {
        let columns = self.schema.lists[entry.list].columns.iter().enumerate();
        let mut moments = columns.filter(|(_, column)| column.kind == ValueKind::Moment);
        let (Some((from, _)), Some((to, _))) = (moments.next(), moments.next()) else {
            return RecordCheck::Whole;
        };
        let moment = |at: usize| {
            let column = read[at].as_ref()?;
            let ColumnData::Integer(values) = &column.data else {
                return None;
            };
            // A date without a time of day can be any time on that day.
            let day = column.letters.get(row) == Some(&b'd');
            (!column.data.is_null(row)).then_some((values[row], day))
        };
        match (moment(from), moment(to)) {
            (Some((begins, _)), Some((ends, day))) if ends + i64::from(day) * 86_399 < begins => {
                RecordCheck::Ends(to)
            }
            _ => RecordCheck::Whole,
        }
    }
}

enum RecordCheck {
    Absent,
    /// Parts of it are filled, but not this required column.
    Lacks(usize),
    /// This column says that it ends before it begins.
    Ends(usize),
    Whole,
}

fn append_record(columns: &mut [ColumnData], entry: &[Option<ReadColumn>], row: usize) {
    for (to, from) in columns.iter_mut().zip(entry) {
        match from {
            None => to.push_null(),
            Some(from) => to.push_from(&from.data, row),
        }
    }
}

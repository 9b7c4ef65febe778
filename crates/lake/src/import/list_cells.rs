//! List columns: records made from the columns of one row.

use super::cells::{Cells, ReadColumn, RowsAre, Thread};
use super::column::{Data, Records};
use super::plan::Plan;
use super::reason::{Problem, Reason};
use super::refused::Wrong;
use crate::mapping::BoundList;
use crate::schema::Kind;
use crate::source::Chunk;

impl Plan<'_> {
    pub(super) fn lists(
        &self,
        chunk: &Chunk,
        thread: &mut Thread,
        wrong: &mut Wrong,
    ) -> Vec<Records> {
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

//! Rows that are events: what is read from a chunk besides its columns.

use super::cells::{ColumnCells, RowUnit, ThreadState};
use super::column::{ColumnData, NULL_INTEGER, TextColumn};
use super::plan::ReadPlan;
use super::reason::{CellProblem, RefusalReason};
use crate::mapping::{BoundStateRule, BoundTarget};
use crate::schema::ValueKind;
use crate::source::Chunk;

/// What a chunk says about its rows as events.
#[derive(Debug, Default)]
pub(crate) struct EventCells {
    pub(super) key: TextColumn,
    pub(super) order: Vec<i64>,
    /// For each rule, the index of the state in the rule (-1 for any other) and the time of the
    /// event.
    pub(super) states: Vec<(Vec<i32>, Vec<i64>)>,
}

/// Problems in the columns that only events have: source column and problem.
pub(crate) type EventProblems = Vec<(String, CellProblem)>;

impl ReadPlan<'_> {
    /// Registers with a thread the labels that changes of state produce.
    pub(crate) fn register_state_labels(&self, thread: &mut ThreadState) {
        for rule in self.bound.events.iter().flat_map(|events| &events.states) {
            let columns = &self.schema.lists[rule.list].columns;
            for (_, constants) in &rule.states {
                for (at, constant) in constants.iter().enumerate() {
                    if let (ValueKind::Label, Some(text)) = (columns[at].kind, constant) {
                        thread.labels[self.list_slot(rule.list, at)].code_of(text);
                    }
                }
            }
        }
    }

    /// Reads what makes the rows of a chunk events; `None` if they are not.
    pub(crate) fn read_events(
        &self,
        chunk: &Chunk,
        thread: &mut ThreadState,
    ) -> Option<(EventCells, EventProblems)> {
        let events = self.bound.events.as_ref()?;
        let mut part = EventCells::default();
        let mut problems = Vec::new();
        for row in 0..chunk.row_count() {
            let parts = events.key.iter().map(|column| chunk.cell_text(row, *column));
            let parts: Option<Vec<_>> = parts.collect();
            let key = parts.map(|parts| parts.join("\u{1f}")).unwrap_or_default();
            part.key.push(&key);
            if key.trim_matches('\u{1f}').is_empty() {
                let name = self.source_name(events.key.first().copied(), "key");
                problems.push((name, CellProblem::of_text(row, RefusalReason::Missing, "")));
            }
        }
        part.order = match &events.order {
            Some(bound) => self.read_integers(chunk, thread, bound, &mut problems),
            None => vec![0; chunk.row_count()],
        };
        for rule in &events.states {
            let at = self.read_integers(chunk, thread, &rule.at, &mut problems);
            part.states.push((read_states(chunk, rule), at));
        }
        Some((part, problems))
    }

    fn read_integers(
        &self,
        chunk: &Chunk,
        thread: &mut ThreadState,
        bound: &BoundTarget,
        problems: &mut EventProblems,
    ) -> Vec<i64> {
        // These columns have no labels, so the slot does not matter.
        let (file, rows_are) = (&self.file, RowUnit::Cases);
        let read = thread.read_column(&ColumnCells { chunk, bound, slot: 0, file, rows_are });
        let name = self.source_name(bound.input.first_column(), &bound.target.name);
        problems.extend(read.problems.into_iter().map(|problem| (name.clone(), problem)));
        match read.data {
            ColumnData::Integer(values) => values,
            ColumnData::Label(_)
            | ColumnData::Text(_)
            | ColumnData::Number(_)
            | ColumnData::Boolean(_) => {
                vec![NULL_INTEGER; chunk.row_count()]
            }
        }
    }
}

fn read_states(chunk: &Chunk, rule: &BoundStateRule) -> Vec<i32> {
    let Some(column) = rule.column.input.first_column() else {
        return vec![-1; chunk.row_count()];
    };
    let state = |row: usize| {
        let text = chunk.cell_text(row, column)?;
        let found = rule.states.iter().position(|(name, _)| *name == text)?;
        Some(found as i32)
    };
    (0..chunk.row_count()).map(|row| state(row).unwrap_or(-1)).collect()
}

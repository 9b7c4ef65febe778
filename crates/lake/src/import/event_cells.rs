//! Rows that are events: what is read of a chunk besides its columns.

use super::cells::{Cells, RowsAre, Thread};
use super::column::{Data, NULL_INTEGER, Texts};
use super::plan::Plan;
use super::reason::{Problem, Reason};
use crate::mapping::{BoundStates, BoundTarget};
use crate::schema::Kind;
use crate::source::Chunk;

/// What a chunk tells of its rows as events.
#[derive(Debug, Default)]
pub(crate) struct EventPart {
    pub(super) key: Texts,
    pub(super) order: Vec<i64>,
    /// By rule: the state's place in the rule (-1 for any other), and the time of the event.
    pub(super) states: Vec<(Vec<i32>, Vec<i64>)>,
}

/// Problems with the columns that only events have: source column and problem.
pub(crate) type EventProblems = Vec<(String, Problem)>;

impl Plan<'_> {
    /// Makes the labels that changes of state give known to a thread.
    pub(crate) fn prepare(&self, thread: &mut Thread) {
        for rule in self.bound.events.iter().flat_map(|events| &events.states) {
            let columns = &self.schema.lists[rule.list].columns;
            for (_, constants) in &rule.states {
                for (at, constant) in constants.iter().enumerate() {
                    if let (Kind::Label, Some(text)) = (columns[at].kind, constant) {
                        thread.labels[self.list_slot(rule.list, at)].code(text);
                    }
                }
            }
        }
    }

    /// Reads what makes the rows of a chunk events.
    pub(crate) fn events(
        &self,
        chunk: &Chunk,
        thread: &mut Thread,
    ) -> Option<(EventPart, EventProblems)> {
        let events = self.bound.events.as_ref()?;
        let mut part = EventPart::default();
        let mut problems = Vec::new();
        for row in 0..chunk.rows() {
            let parts = events.key.iter().map(|column| chunk.text(row, *column));
            let parts: Option<Vec<_>> = parts.collect();
            let key = parts.map(|parts| parts.join("\u{1f}")).unwrap_or_default();
            part.key.push(&key);
            if key.trim_matches('\u{1f}').is_empty() {
                let name = self.source_name(events.key.first().copied(), "key");
                problems.push((name, Problem::of_text(row, Reason::Missing, "")));
            }
        }
        part.order = match &events.order {
            Some(bound) => self.integers(chunk, thread, bound, &mut problems),
            None => vec![0; chunk.rows()],
        };
        for rule in &events.states {
            let at = self.integers(chunk, thread, &rule.at, &mut problems);
            part.states.push((states(chunk, rule), at));
        }
        Some((part, problems))
    }

    fn integers(
        &self,
        chunk: &Chunk,
        thread: &mut Thread,
        bound: &BoundTarget,
        problems: &mut EventProblems,
    ) -> Vec<i64> {
        // These columns have no labels, so whichever slot is named is not looked at.
        let (file, rows_are) = (&self.file, RowsAre::Cases);
        let read = thread.column(&Cells { chunk, bound, slot: 0, file, rows_are });
        let name = self.source_name(bound.input.column(), &bound.target.name);
        problems.extend(read.problems.into_iter().map(|problem| (name.clone(), problem)));
        match read.data {
            Data::Integer(values) => values,
            Data::Label(_) | Data::Text(_) | Data::Number(_) | Data::Boolean(_) => {
                vec![NULL_INTEGER; chunk.rows()]
            }
        }
    }
}

fn states(chunk: &Chunk, rule: &BoundStates) -> Vec<i32> {
    let Some(column) = rule.column.input.column() else {
        return vec![-1; chunk.rows()];
    };
    let state = |row: usize| {
        let text = chunk.text(row, column)?;
        let found = rule.states.iter().position(|(name, _)| *name == text)?;
        Some(found as i32)
    };
    (0..chunk.rows()).map(|row| state(row).unwrap_or(-1)).collect()
}

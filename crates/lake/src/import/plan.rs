//! The plan of reading a file: its mapping, bound to the columns it has, and where labels go.

use crate::mapping::Bound;
use crate::schema::Schema;

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

    pub(crate) fn source_name(&self, column: Option<usize>, target: &str) -> String {
        column.map_or_else(|| target.to_owned(), |at| self.headers[at].clone())
    }
}

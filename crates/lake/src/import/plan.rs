//! The plan for reading a file: its mapping, bound to its columns, and where labels are kept.

use crate::mapping::BoundMapping;
use crate::schema::DatasetSchema;

/// Everything that reading a chunk needs and all threads share.
pub(crate) struct ReadPlan<'a> {
    pub(crate) schema: &'a DatasetSchema,
    pub(crate) bound: BoundMapping,
    /// The base name of the file, for rows whose key is their line.
    pub(crate) file: String,
    pub(crate) headers: Vec<String>,
    /// For each target that is a moment of the dataset, its position in `precision`.
    letters: Vec<Option<usize>>,
    moments: usize,
    /// Where the labels of each list start among the labels of a thread.
    list_slots: Vec<usize>,
    pub(crate) slots: usize,
}

impl<'a> ReadPlan<'a> {
    pub(crate) fn new(
        schema: &'a DatasetSchema,
        bound: BoundMapping,
        file: String,
        headers: Vec<String>,
    ) -> ReadPlan<'a> {
        let moments: Vec<&str> = schema.moment_columns().map(|column| column.name).collect();
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
        ReadPlan {
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

    /// The position of the labels of `precision` among the labels of a thread.
    pub(crate) fn precision_slot(&self) -> usize {
        self.slots - 1
    }

    pub(crate) fn list_slot(&self, list: usize, column: usize) -> usize {
        self.list_slots[list] + column
    }

    /// How many moments the dataset has.
    pub(crate) fn moment_count(&self) -> usize {
        self.moments
    }

    /// The position of a target in `precision`, if it is a moment of the dataset.
    pub(crate) fn precision_place(&self, slot: usize) -> Option<usize> {
        self.letters[slot]
    }

    pub(crate) fn source_name(&self, column: Option<usize>, target: &str) -> String {
        column.map_or_else(|| target.to_owned(), |at| self.headers[at].clone())
    }
}

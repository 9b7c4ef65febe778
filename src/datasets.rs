//! Datasets: each belongs to one system, and the others know it by the registry.
//!
//! A system declares its datasets as constants ([`Dataset`]); `program.rs` puts them into one
//! registry ([`Datasets`]), which is handed down. So an import, a pack and the ledger find a
//! dataset by its name, and no system has to know who owns it.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use trueline_lake::DatasetSchema;

/// A dataset that some system owns.
#[derive(Clone, Copy)]
pub struct Dataset {
    /// Unique among all datasets; the folder in the lake has the same name.
    pub name: &'static str,
    /// Builds the schema.
    pub schema: fn() -> DatasetSchema,
    pub holds: Holds,
    /// The page that lists the rows behind a figure, if there is one.
    pub rows_page: Option<&'static str>,
}

/// What a row of a dataset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One revision of one case: moments, intervals, exclusions, a clock.
    Cases,
    /// A number for a period and region: what figures are divided by or compared with.
    Counts,
    /// Anything else that figures are made from.
    Records,
}

impl Dataset {
    pub fn name(self) -> &'static str {
        self.name
    }

    pub fn schema(self) -> DatasetSchema {
        (self.schema)()
    }

    pub fn holds_cases(self) -> bool {
        self.holds == Holds::Cases
    }

    pub fn holds_counts(self) -> bool {
        self.holds == Holds::Counts
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

// A name is unique, so it is all that is compared.
impl PartialEq for Dataset {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Dataset {}

impl PartialOrd for Dataset {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dataset {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl Hash for Dataset {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// The registry: every dataset of the program, in the order in which lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasets(Vec<Dataset>);

impl Datasets {
    /// Registers datasets.
    ///
    /// # Panics
    ///
    /// If two have the same name: that is a mistake in the program.
    pub fn new(all: &[Dataset]) -> Datasets {
        for (at, dataset) in all.iter().enumerate() {
            assert!(!all[..at].contains(dataset), "two datasets are called {dataset:?}");
        }
        Datasets(all.to_vec())
    }

    pub fn iter(&self) -> impl Iterator<Item = Dataset> + '_ {
        self.0.iter().copied()
    }

    /// The dataset with this name.
    pub fn find(&self, name: &str) -> Option<Dataset> {
        self.iter().find(|dataset| dataset.name == name)
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(Dataset::name).collect()
    }

    pub fn schemas(&self) -> Vec<DatasetSchema> {
        self.iter().map(Dataset::schema).collect()
    }

    /// The schema of the dataset with this name.
    pub fn find_schema(&self, name: &str) -> Option<DatasetSchema> {
        self.find(name).map(Dataset::schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty_schema() -> DatasetSchema {
        DatasetSchema { name: "a", key: &[], columns: vec![], blank: &[], lists: vec![], doc: "" }
    }

    const A: Dataset =
        Dataset { name: "a", schema: empty_schema, holds: Holds::Records, rows_page: None };

    #[test]
    fn a_dataset_is_found_by_its_name() {
        let datasets = Datasets::new(&[A]);
        assert_eq!(datasets.find("a"), Some(A));
        assert_eq!(datasets.find("b"), None);
    }

    #[test]
    #[should_panic(expected = "two datasets are called a")]
    fn a_name_that_is_taken_is_refused() {
        Datasets::new(&[A, A]);
    }
}

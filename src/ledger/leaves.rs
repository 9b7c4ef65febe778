//! The leaves of every row that a report is about, worked out once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use trueline_lake::{DatasetSchema, Lake};
use trueline_ledger::Hash;

use super::batches::batch_leaves;
use super::error::LedgerError;

/// Leaves by dataset and batch; 32 bytes per row.
#[derive(Debug, Default)]
pub struct LeafStore {
    leaves: BTreeMap<(String, String), Vec<Hash>>,
}

impl LeafStore {
    /// Reads every batch of these datasets that was recorded up to a cut.
    pub fn read(
        lake: &Lake,
        schemas: &[DatasetSchema],
        as_of: Option<i64>,
    ) -> Result<LeafStore, LedgerError> {
        let mut store = LeafStore::default();
        for schema in schemas {
            for batch in lake.read_manifest(schema.name)?.batches {
                if batch.recorded <= as_of.unwrap_or(i64::MAX) {
                    let leaves = batch_leaves(lake, schema, &batch)?;
                    store.add_batch(schema.name, &batch.id, leaves);
                }
            }
        }
        Ok(store)
    }

    pub fn add_batch(&mut self, dataset: &str, batch: &str, leaves: Vec<Hash>) {
        self.leaves.insert((dataset.to_owned(), batch.to_owned()), leaves);
    }

    /// All leaves of a batch.
    pub fn leaves_of(&self, dataset: &str, batch: &str) -> &[Hash] {
        let key = (dataset.to_owned(), batch.to_owned());
        self.leaves.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where leaves are: dataset, batch and row.
    pub fn find_leaves(&self, wanted: &BTreeSet<Hash>) -> BTreeMap<Hash, (&str, &str, usize)> {
        let mut found = BTreeMap::new();
        for ((dataset, batch), leaves) in &self.leaves {
            for (row, leaf) in leaves.iter().enumerate() {
                if wanted.contains(leaf) {
                    found.insert(*leaf, (dataset.as_str(), batch.as_str(), row));
                }
            }
        }
        found
    }

    /// The leaves of some rows of a batch; nothing for rows that are not there.
    pub fn leaves_at(&self, dataset: &str, batch: &str, places: &[Range<u64>]) -> Vec<Hash> {
        let key = (dataset.to_owned(), batch.to_owned());
        let all = self.leaves.get(&key).map(Vec::as_slice).unwrap_or_default();
        let part = |place: &Range<u64>| {
            all.get(place.start as usize..place.end as usize).unwrap_or_default().iter().copied()
        };
        places.iter().flat_map(part).collect()
    }
}

//! Partial figures: what one worker, one file or one machine has added up. They merge in any order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cell::CellPart;

/// Cells by family, keys and time. Merging is associative and commutative, and the empty partial
/// changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    cells: BTreeMap<CellKey, CellPart>,
}

/// One cell of one family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct CellKey {
    pub(crate) family: usize,
    /// The keys of the dimensions that are not time, in their order.
    pub(crate) keys: Vec<String>,
    /// The number of the cell of time.
    pub(crate) time: usize,
}

impl Partial {
    pub(crate) fn insert_part(&mut self, key: CellKey, part: CellPart) {
        match self.cells.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(part);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                place.get_mut().merge_with(part);
            }
        }
    }

    /// Adds what another partial of the same request has added up.
    pub fn merge_with(&mut self, other: Partial) {
        for (key, part) in other.cells {
            self.insert_part(key, part);
        }
    }

    pub(crate) fn into_cells(self) -> impl Iterator<Item = (CellKey, CellPart)> {
        self.cells.into_iter()
    }
}

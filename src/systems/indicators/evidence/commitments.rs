//! What the ledger knows of the records that figures are made from.

use std::ops::Range;

use trueline_ledger::Hash;
use trueline_verify::BatchInput;

use crate::datasets::Dataset;

/// Gives the leaves of some rows of a batch: by dataset, batch and places.
pub type Leaves<'a> = dyn Fn(Dataset, &str, &[Range<u64>]) -> Vec<Hash> + Sync + 'a;

/// What the ledger knows of the batches of a lake.
#[derive(Clone, Copy)]
pub struct Commitments<'a> {
    pub leaves: &'a Leaves<'a>,
    /// The batches that were read, with the times at which they were committed to.
    pub inputs: &'a [BatchInput],
}

impl std::fmt::Debug for Commitments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commitments").field("inputs", &self.inputs.len()).finish_non_exhaustive()
    }
}

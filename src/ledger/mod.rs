//! The ledger of an instance: what was recorded is committed to before anything is published.
//!
//! It lies in `ledger/` and may be served to anyone as it is; its key lies with the other keys,
//! outside the instance. Entries are facts in canonical JSON (`docs/evidence.md`).

mod batches;
mod cosign;
mod error;
mod fetch;
mod history;
mod keys;
mod leaves;
mod post;
mod rotation;
mod settings;
mod witnesses;
mod writer;

pub(crate) use batches::batch_leaves;
pub use batches::{BLOCK, CommittedBatch, FIRST_BYTES, first_bytes, salted_row};
pub(crate) use cosign::collect_cosignatures;
pub use cosign::{AskedWitness, CollectedCosignatures, CosignOutcome};
pub use error::LedgerError;
pub use fetch::FetchError;
pub(crate) use fetch::{fetch_file, fetch_ledger, is_address};
pub(crate) use history::find_cosign_time;
pub use history::{LedgerHistory, WitnessTimes};
pub use keys::LedgerKey;
pub use leaves::LeafStore;
pub use post::RequestError;
pub use settings::LedgerSettings;
pub use witnesses::PolicyError;
pub(crate) use witnesses::{ask_witnesses, read_policy, read_policy_file};
pub use writer::Ledger;

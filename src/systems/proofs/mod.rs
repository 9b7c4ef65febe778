//! Proofs: a sealed report against its records: worked out again, later changes, the proof of a
//! single case, spot checks, and what a regulator gets to do the same.

mod archive;
mod case_proof;
mod export;
mod later;
mod recheck;
mod spot_check;
mod typeset_again;
mod verdict;

pub use case_proof::{CaseProof, CaseProofError, prove_case};
pub use export::{ExportError, export_for_verification};
pub use later::{LaterBatch, LaterChange, LaterChanges, later};
pub use recheck::{RecheckError, RecheckResult, RecordMismatch, recheck};
pub use spot_check::{DrawnCase, SpotCheckError, SpotCheckRequest, SpotDraw, draw_cases};
pub use typeset_again::find_changed_pages;
pub use verdict::add_records;

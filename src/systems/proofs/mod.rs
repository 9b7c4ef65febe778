//! Proofs: checks a sealed report against its records. It computes the report again, finds later
//! changes, proves single cases, draws spot checks, and exports what a regulator needs to do the
//! same.

mod archive;
mod case_proof;
mod compare;
mod export;
mod later;
mod mismatch;
mod recheck;
mod spot_check;
mod typeset_again;
mod verdict;

pub(crate) use case_proof::prove_case;
pub use case_proof::{CaseProof, CaseProofError};
pub use export::ExportError;
pub(crate) use export::export_for_verification;
pub use later::{LaterBatch, LaterChange, LaterChanges};
pub use mismatch::{RecheckResult, RecordMismatch};
pub use recheck::{RecheckError, recheck_report};
pub(crate) use spot_check::draw_cases;
pub use spot_check::{DrawnCase, SpotCheckError, SpotCheckRequest, SpotDraw};
pub(crate) use typeset_again::find_changed_pages;
pub(crate) use verdict::add_records;

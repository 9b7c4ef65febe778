//! Cases: everything a customer waits for. Their dataset, what an indicator makes of them, doubts
//! about their records, and their pages.

mod case_file;
pub(crate) mod http;
mod list;
mod model;
mod quality;

pub use case_file::{CaseFile, CaseInterval, case_file};
pub(crate) use list::case_json;
pub use list::{CaseLine, CaseList, CaseOutcome, CaseSelection, list_cases};
pub use model::CASE;
pub use quality::{QualityCheckError, find_quality_problems};

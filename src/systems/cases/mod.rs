//! Cases: everything a customer waits for. Their dataset, what an indicator makes of them, doubts
//! about their records, and their pages.

mod case_file;
pub(crate) mod http;
mod list;
mod model;
mod quality;

pub(crate) use case_file::read_case_file;
pub use case_file::{CaseFile, CaseInterval};
pub(crate) use list::case_to_json;
pub(crate) use list::list_cases;
pub use list::{CaseLine, CaseList, CaseOutcome, CaseSelection};
pub use model::CASE;
pub use quality::QualityCheckError;
pub(crate) use quality::find_quality_problems;

//! Cases: everything a customer waits for.

mod model;
mod quality;

pub use model::CASE;
pub use quality::{QualityCheckError, find_quality_problems};

//! Cases: everything a customer waits for.

mod model;
pub mod quality;

pub use model::{billing_test_schema, case_schema, count_schema, site_schema};

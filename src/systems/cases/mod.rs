//! Cases: everything a customer waits for.

mod model;

pub use model::{billing_test_schema, case_schema, count_schema, site_schema};

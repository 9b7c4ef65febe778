//! Billing: proof that what is charged is right. So far it owns the dataset of test results.

mod model;

pub use model::BILLING_TEST;

//! Cases: everything a customer waits for.

#[doc(hidden)]
pub mod fuzz;
mod model;
pub mod quality;
mod shipped;
pub mod suggest;

pub use model::{
    billing_test_schema, case_schema, count_schema, dataset_schema, dataset_schemas, site_schema,
};
pub use shipped::{shipped_mapping_text, shipped_mappings};

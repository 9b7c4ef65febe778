//! Datasets in Parquet over Arrow: import with quarantine, revisions, parallel scans.
//!
//! This crate is given a [`Schema`] and knows nothing of what its rows mean.

mod schema;

pub use schema::{Column, Kind, List, Schema};

//! Mappings: which source column becomes which column of a dataset.
//!
//! A mapping is a TOML file; `docs/import.md` is its manual. [`Mapping::parse`] finds every mistake
//! that can be found without the source, [`Mapping::bind_to_source`] those that need its column
//! names.

mod bind;
mod column_keys;
mod columns;
mod error;
mod model;
mod own;
mod parse;
mod reading;
mod table;
mod zone;

pub(crate) use bind::{
    BoundList, BoundMapping, BoundStateRule, BoundTarget, ColumnInput, SourceHeaders,
};
pub use error::MappingError;
pub use model::Mapping;
pub(crate) use model::{ColumnTarget, Pseudonymise, TakeEvent, Unlisted, ValueOrigin};
pub(crate) use own::BOOKKEEPING;
pub use reading::ColumnReading;

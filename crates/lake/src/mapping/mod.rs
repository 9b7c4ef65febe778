//! Mappings: which column of a source becomes what in a dataset.
//!
//! A mapping is a TOML file; `docs/import.md` is its manual. [`Mapping::parse`] finds every mistake
//! that can be found without the source, [`Mapping::bind`] those that need its column names.

mod bind;
mod columns;
mod error;
mod model;
mod own;
mod parse;
mod reading;
mod table;
mod zone;

pub(crate) use bind::{Bound, BoundList, BoundStates, BoundTarget, Headers, Input};
pub use error::MappingError;
pub use model::Mapping;
pub(crate) use model::{From, Pseudonymise, TakeEvent, Target, Unlisted};
pub(crate) use own::BOOKKEEPING;
pub use reading::Reading;

//! What handlers share: the page shell and its words, refusals, CSV, headers, the one style sheet.
//!
//! Pages are rendered on the server and work without scripts. Nothing is fetched from outside.

pub(crate) mod csv;
mod guard;
mod page;
mod refusal;
mod words;

pub(crate) use guard::guard;
pub(crate) use page::{Page, Templates, stylesheet};
pub(crate) use refusal::Refusal;

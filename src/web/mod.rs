//! What handlers share: the page shell, refusals, and the one style sheet.
//!
//! Pages are rendered on the server and work without scripts. Nothing is fetched from outside.

mod page;
mod refusal;

pub(crate) use page::{Page, Templates, stylesheet};
pub(crate) use refusal::Refusal;

//! What a reference in a narrative can name.

use crate::systems::reports::model::{Language, ReportGroup, ReportedSlice};

/// What references can name.
#[derive(Debug)]
pub struct ReferenceContext<'a> {
    pub language: Language,
    pub groups: &'a [ReportGroup],
    pub slices: &'a [ReportedSlice],
    /// `company`, `short_name`, `period` …
    pub fields: Vec<(&'static str, String)>,
    /// Known indicators without records: references to them print `—`.
    pub empty: Vec<String>,
}

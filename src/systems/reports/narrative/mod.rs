//! The words of a report: Markdown whose numbers are references to figures.
//!
//! A text that disagrees with the data cannot be built: a number followed by a unit of an indicator
//! is either a reference (`{{fixed.repair.mean[area=urban]}}`) or names its source
//! (`3390个[^source: 工程管理系统]`) and is then listed in an annex as not from records.
//! `docs/report.md` is the manual.

mod context;
mod figures;
mod literals;
mod markdown;
mod marks;
mod mistakes;
mod spans;

pub use self::context::ReferenceContext;
pub use self::mistakes::{NarrativeError, NarrativeMistake};
use self::spans::ReferenceResolver;
pub use super::prose::{
    NarrativeBlock, NarrativePart, NarrativeSpan, NotFromRecords, SectionKind, TextOrigin, Weight,
};

/// A narrative with every reference resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Narrative {
    pub parts: Vec<NarrativePart>,
    pub not_from_records: Vec<NotFromRecords>,
}

/// Reads a narrative and puts the figures in. `file` is its name in messages.
pub(crate) fn resolve_narrative(
    text: &str,
    file: &str,
    context: &ReferenceContext<'_>,
) -> Result<Narrative, NarrativeError> {
    let mut resolver = ReferenceResolver::new(context);
    let parts = markdown::read_parts(text, &mut resolver);
    let (not_from_records, mut mistakes) = resolver.into_results();
    if mistakes.is_empty() {
        return Ok(Narrative { parts, not_from_records });
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(NarrativeError { file: file.to_owned(), mistakes })
}

#[cfg(test)]
mod tests;

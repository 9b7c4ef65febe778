//! The narrative within the report: the text of a section or group, with its headings in order.

use super::titles::number_title_below;
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::narrative::{
    NarrativeBlock, NarrativePart, NarrativeSpan, SectionKind, TextOrigin, Weight,
};

/// The text of a part, or the comment on a group within it.
pub(super) fn find_part<'a>(
    report: &'a QualityReport,
    place: SectionKind,
    group: Option<&str>,
) -> Option<&'a NarrativePart> {
    let parts = &report.narrative;
    parts.iter().find(|part| part.place == place && part.group.as_deref() == group)
}

/// The blocks with headings that go down one level at a time, as accessible documents require: an
/// author who puts a third level right under a first one meant the second.
pub(super) fn clamp_headings(blocks: &[NarrativeBlock], above: u8) -> Vec<NarrativeBlock> {
    let mut last = above;
    let mut blocks = blocks.to_vec();
    for block in &mut blocks {
        if let NarrativeBlock::Heading { level, .. } = block {
            *level = (*level).clamp(above + 1, last + 1);
            last = *level;
        }
    }
    blocks
}

/// The blocks of a part, with second-level headings numbered as in the regulator's reports.
pub(super) fn number_headings(
    part: &NarrativePart,
    above: usize,
    language: Language,
) -> Vec<NarrativeBlock> {
    let mut count = 0;
    let mut blocks = clamp_headings(&part.blocks, 1);
    for block in &mut blocks {
        if let NarrativeBlock::Heading { level: 2, spans } = block {
            let text = number_title_below(above, count, "", language);
            count += 1;
            spans.insert(
                0,
                NarrativeSpan { text, weight: Weight::Regular, origin: TextOrigin::Author },
            );
        }
    }
    blocks
}

//! The words of the report: the narrative, and the sentences about the period before.

use super::WorkbookContext;
use super::cell::SheetCell;
use super::sheet::{ReportSheet, field};
use crate::systems::reports::narrative::{
    NarrativeBlock, NarrativePart, NarrativeSpan, TextOrigin,
};
use crate::systems::reports::view;

/// What stands out against the period before and the limits, sentence by sentence.
pub(super) fn comparison(desk: &WorkbookContext<'_>) -> ReportSheet {
    let said = view::compared(desk.report);
    let fields =
        [field("与上期及限值比较", "Against the previous period and the limits", 110.0, {
            |sentence: &String| SheetCell::text(sentence)
        })];
    ReportSheet::of(desk, desk.pick("比较", "Comparison"), &fields, &said)
}

/// A paragraph, item, heading or row of a table.
struct TextRow<'a> {
    part: &'a NarrativePart,
    kind: &'static str,
    text: String,
}

pub(super) fn narrative(desk: &WorkbookContext<'_>) -> ReportSheet {
    let mut passages = Vec::new();
    for part in &desk.report.narrative {
        for block in &part.blocks {
            collect(desk, part, block, &mut passages);
        }
    }
    let fields = [
        field("部分", "Part", 26.0, |one: &TextRow<'_>| {
            SheetCell::text(one.part.place.title(desk.report.language))
        }),
        field("业务", "Group", 18.0, |one: &TextRow<'_>| SheetCell::text(group(desk, one.part))),
        field("种类", "Kind", 12.0, |one: &TextRow<'_>| SheetCell::text(one.kind)),
        field("文字", "Text", 110.0, |one: &TextRow<'_>| SheetCell::text(&one.text)),
    ];
    let mut sheet = ReportSheet::of(desk, desk.pick("文字说明", "Text"), &fields, &passages);
    desk.t.no_text.clone_into(&mut sheet.empty);
    sheet
}

/// The title of the group that a part comments on.
fn group<'a>(desk: &WorkbookContext<'a>, part: &NarrativePart) -> &'a str {
    let groups = desk.report.groups.iter();
    let mut found = groups.filter(|group| Some(&group.id) == part.group.as_ref());
    found.next().map_or("", |group| &group.title)
}

fn collect<'a>(
    desk: &WorkbookContext<'_>,
    part: &'a NarrativePart,
    block: &NarrativeBlock,
    all: &mut Vec<TextRow<'a>>,
) {
    let mut push = |kind, text| all.push(TextRow { part, kind, text });
    match block {
        NarrativeBlock::Heading { spans, .. } => push(desk.t.heading, flat(spans)),
        NarrativeBlock::Paragraph { spans } => push(desk.t.paragraph, flat(spans)),
        NarrativeBlock::List { start, items } => {
            for (index, item) in items.iter().enumerate() {
                let from = all.len();
                for inner in item {
                    collect(desk, part, inner, all);
                }
                let mark =
                    start.map_or("•".to_owned(), |start| format!("{}.", start + index as u64));
                if let Some(first) = all.get_mut(from) {
                    first.kind = desk.t.item;
                    first.text = format!("{mark} {}", first.text);
                }
            }
        }
        NarrativeBlock::Quote { blocks } => {
            for inner in blocks {
                collect(desk, part, inner, all);
            }
        }
        NarrativeBlock::Table { head, rows } => {
            let row = |cells: &[Vec<NarrativeSpan>]| {
                cells.iter().map(|cell| flat(cell)).collect::<Vec<_>>().join(" | ")
            };
            push(desk.t.table_row, row(head));
            for cells in rows {
                push(desk.t.table_row, row(cells));
            }
        }
    }
}

/// The words of spans; a number that is not from records keeps its mark.
fn flat(spans: &[NarrativeSpan]) -> String {
    let texts = spans.iter().map(|span| match &span.origin {
        TextOrigin::Source { number } => format!("{}[{number}]", span.text),
        TextOrigin::Author | TextOrigin::Figure { .. } => span.text.clone(),
    });
    texts.collect()
}

//! The words of the report: the narrative, and the sentences about the period before.

use super::cell::SheetCell;
use super::context::WorkbookContext;
use super::sheet::{ReportSheet, define_field};
use crate::systems::reports::narrative::{
    NarrativeBlock, NarrativePart, NarrativeSpan, TextOrigin,
};
use crate::systems::reports::view;

/// What stands out against the period before and the limits, sentence by sentence.
pub(super) fn make_comparison_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let sentences = view::list_comparison_sentences(context.report);
    let fields = [define_field(
        "与上期及限值比较",
        "Against the previous period and the limits",
        110.0,
        |sentence: &String| SheetCell::text(sentence),
    )];
    ReportSheet::from_items(context, context.pick_text("比较", "Comparison"), &fields, &sentences)
}

/// A paragraph, item, heading or row of a table.
struct TextRow<'a> {
    part: &'a NarrativePart,
    kind: &'static str,
    text: String,
}

pub(super) fn make_narrative_sheet(context: &WorkbookContext<'_>) -> ReportSheet {
    let mut passages = Vec::new();
    for part in &context.report.narrative {
        for block in &part.blocks {
            collect_rows(context, part, block, &mut passages);
        }
    }
    let fields = [
        define_field("部分", "Part", 26.0, |one: &TextRow<'_>| {
            SheetCell::text(one.part.place.title(context.report.language))
        }),
        define_field("业务", "Group", 18.0, |one: &TextRow<'_>| {
            SheetCell::text(find_commented_group(context, one.part))
        }),
        define_field("种类", "Kind", 12.0, |one: &TextRow<'_>| SheetCell::text(one.kind)),
        define_field("文字", "Text", 110.0, |one: &TextRow<'_>| SheetCell::text(&one.text)),
    ];
    let mut sheet =
        ReportSheet::from_items(context, context.pick_text("文字说明", "Text"), &fields, &passages);
    context.t.no_text.clone_into(&mut sheet.empty);
    sheet
}

/// The title of the group that a part comments on.
fn find_commented_group<'a>(context: &WorkbookContext<'a>, part: &NarrativePart) -> &'a str {
    let groups = context.report.groups.iter();
    let mut found = groups.filter(|group| Some(&group.id) == part.group.as_ref());
    found.next().map_or("", |group| &group.title)
}

fn collect_rows<'a>(
    context: &WorkbookContext<'_>,
    part: &'a NarrativePart,
    block: &NarrativeBlock,
    all: &mut Vec<TextRow<'a>>,
) {
    let mut push = |kind, text| all.push(TextRow { part, kind, text });
    match block {
        NarrativeBlock::Heading { spans, .. } => push(context.t.heading, flatten_spans(spans)),
        NarrativeBlock::Paragraph { spans } => push(context.t.paragraph, flatten_spans(spans)),
        NarrativeBlock::List { start, items } => {
            for (index, item) in items.iter().enumerate() {
                let from = all.len();
                for inner in item {
                    collect_rows(context, part, inner, all);
                }
                let mark =
                    start.map_or("•".to_owned(), |start| format!("{}.", start + index as u64));
                if let Some(first) = all.get_mut(from) {
                    first.kind = context.t.item;
                    first.text = format!("{mark} {}", first.text);
                }
            }
        }
        NarrativeBlock::Quote { blocks } => {
            for inner in blocks {
                collect_rows(context, part, inner, all);
            }
        }
        NarrativeBlock::Table { head, rows } => {
            let row = |cells: &[Vec<NarrativeSpan>]| {
                cells.iter().map(|cell| flatten_spans(cell)).collect::<Vec<_>>().join(" | ")
            };
            push(context.t.table_row, row(head));
            for cells in rows {
                push(context.t.table_row, row(cells));
            }
        }
    }
}

/// The text of spans; a number that is not from records keeps its reference number.
fn flatten_spans(spans: &[NarrativeSpan]) -> String {
    let texts = spans.iter().map(|span| match &span.origin {
        TextOrigin::Source { number } => format!("{}[{number}]", span.text),
        TextOrigin::Author | TextOrigin::Figure { .. } => span.text.clone(),
    });
    texts.collect()
}

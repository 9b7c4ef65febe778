//! From Markdown to the parts of a report.
//!
//! A heading of the first level names a part; one of the second level that is the title of a group
//! of indicators makes its text a comment on that group. `<!-- needs rollout.l900 -->` before a
//! block leaves it out where that indicator has no records; before a heading, with all below it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use trueline_expression::find_nearest_word;
use trueline_language::{phrase, text};

use super::spans::{MarkdownRun, ReferenceResolver};
use super::{NarrativeBlock, NarrativePart, NarrativeSpan, SectionKind, Weight};

/// Reads all parts; what is wrong is left with the desk.
pub(super) fn parts(text: &str, desk: &mut ReferenceResolver<'_>) -> Vec<NarrativePart> {
    let mut reader = MarkdownReader::new(text);
    reader.read_document(desk);
    reader.finish()
}

struct MarkdownReader<'a> {
    events: Vec<(Event<'a>, usize)>,
    at: usize,
    parts: Vec<NarrativePart>,
    /// A directive waits for its block.
    needs: Option<(String, usize)>,
    /// Text under a heading of this level or deeper is left out.
    left_out: Option<u8>,
    in_part: InPart,
}

/// Where the text that comes next belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InPart {
    BeforeAny,
    Known,
    /// Under a heading that names no part: reported once, then passed over.
    Unknown,
}

impl<'a> MarkdownReader<'a> {
    fn new(text: &'a str) -> Self {
        let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let line = |at: usize| starts.partition_point(|&start| start < at) + 1;
        let parser = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
        MarkdownReader {
            events: parser.map(|(event, range)| (event, line(range.start))).collect(),
            at: 0,
            parts: Vec::new(),
            needs: None,
            left_out: None,
            in_part: InPart::BeforeAny,
        }
    }

    fn next(&mut self) -> Option<(Event<'a>, usize)> {
        let event = self.events.get(self.at).cloned();
        self.at += 1;
        event
    }

    fn read_document(&mut self, desk: &mut ReferenceResolver<'_>) {
        while let Some((event, line)) = self.next() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => self.heading(level, line, desk),
                Event::Html(html) | Event::InlineHtml(html) => self.comment(&html, line, desk),
                // Its lines follow as events of their own.
                Event::Start(Tag::HtmlBlock) => {}
                Event::Start(tag) => {
                    let block = self.block(&tag, line, desk);
                    let wanted = self.wanted(desk);
                    if let (Some(block), true) = (block, wanted) {
                        self.add(block, line, desk);
                    }
                }
                Event::Rule
                | Event::End(_)
                | Event::Text(_)
                | Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::FootnoteReference(_)
                | Event::SoftBreak
                | Event::HardBreak
                | Event::TaskListMarker(_) => {}
            }
        }
    }

    /// Whether the block just read is to be printed; uses up a waiting directive.
    fn wanted(&mut self, desk: &ReferenceResolver<'_>) -> bool {
        let needed = self.needs.take();
        let there = needed.is_none_or(|(indicator, _)| has_records(&indicator, desk));
        there && self.left_out.is_none()
    }

    fn add(&mut self, block: NarrativeBlock, line: usize, desk: &mut ReferenceResolver<'_>) {
        match (self.in_part, self.parts.last_mut()) {
            (InPart::Known, Some(part)) => part.blocks.push(block),
            (InPart::Unknown, _) => {}
            (InPart::BeforeAny | InPart::Known, _) => {
                let language = desk.context().language;
                let first = SectionKind::Company.title(language);
                let says = phrase!(
                    "第一个标题之前的文字不属于任何部分",
                    "text before the first heading belongs to no part"
                );
                desk.mistake(
                    line,
                    says,
                    Some(text!("请在其上方加 `# {first}`", "put `# {first}` above it")),
                );
                self.in_part = InPart::Unknown;
            }
        }
    }

    fn heading(&mut self, level: HeadingLevel, line: usize, desk: &mut ReferenceResolver<'_>) {
        let level = level as u8;
        let runs = self.runs(TagEnd::Heading(heading_level(level)), desk);
        let title: String = runs.iter().map(|run| run.text.as_str()).collect();
        let title = bare_title(&title).to_owned();
        if self.left_out.is_some_and(|above| level <= above) {
            self.left_out = None;
        }
        if level == 1 {
            self.first_level(&title, line, desk);
        }
        if !self.wanted(desk) {
            self.left_out = Some(self.left_out.unwrap_or(level).min(level));
            return;
        }
        if level == 1 {
            return;
        }
        let groups = desk.context().groups;
        let group = groups.iter().find(|group| group.title == title);
        if let (SectionKind::Indicators, Some(group)) = (desk.place, group) {
            self.parts.push(NarrativePart {
                place: SectionKind::Indicators,
                group: Some(group.id.clone()),
                blocks: Vec::new(),
            });
            return;
        }
        let spans = desk.spans(&runs);
        self.add(NarrativeBlock::Heading { level, spans }, line, desk);
    }

    fn first_level(&mut self, title: &str, line: usize, desk: &mut ReferenceResolver<'_>) {
        let language = desk.context().language;
        let titles = SectionKind::ALL.map(|place| place.title(language));
        let Some(place) = SectionKind::ALL.into_iter().find(|place| place.title(language) == title)
        else {
            let instead = match find_nearest_word(title, titles.into_iter()) {
                Some(meant) => text!("是否指 `{meant}`？", "did you mean `{meant}`?"),
                None => text!("可用的部分：{}", "parts are {}", titles.join(", ")),
            };
            desk.mistake(
                line,
                text!("没有名为 `{title}` 的部分", "no part is called `{title}`"),
                Some(instead),
            );
            self.in_part = InPart::Unknown;
            return;
        };
        if self.parts.iter().any(|part| part.place == place && part.group.is_none()) {
            desk.mistake(
                line,
                text!("部分 `{title}` 出现两次", "the part `{title}` is there twice"),
                None,
            );
        }
        desk.place = place;
        self.in_part = InPart::Known;
        self.parts.push(NarrativePart { place, group: None, blocks: Vec::new() });
    }

    /// A comment, which may be a directive; other HTML is refused.
    fn comment(&mut self, html: &str, line: usize, desk: &mut ReferenceResolver<'_>) {
        let html = html.trim();
        let Some(inside) = html.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"))
        else {
            // Long comments come in pieces; only a tag is a mistake.
            let tag = html.starts_with('<') && !html.starts_with("<!--");
            if tag {
                desk.mistake(
                    line,
                    text!("`{html}`：不排印 HTML", "`{html}`: HTML is not printed"),
                    None,
                );
            }
            return;
        };
        let Some(indicator) = inside.trim().strip_prefix("needs ") else {
            return;
        };
        let indicator = indicator.trim();
        if !is_known(indicator, desk) {
            let lines = desk.context().groups.iter().flat_map(|group| &group.lines);
            let known: Vec<&str> = lines.map(|line| line.figure.indicator.as_str()).collect();
            let meant = find_nearest_word(indicator, known.into_iter());
            let instead = meant.map(|meant| text!("是否指 `{meant}`？", "did you mean `{meant}`?"));
            desk.mistake(
                line,
                text!("没有名为 `{indicator}` 的指标", "no indicator is called `{indicator}`"),
                instead,
            );
        }
        self.needs = Some((indicator.to_owned(), line));
    }

    /// The block that starts with this tag, read to its end.
    fn block(
        &mut self,
        tag: &Tag<'a>,
        line: usize,
        desk: &mut ReferenceResolver<'_>,
    ) -> Option<NarrativeBlock> {
        match tag {
            Tag::Paragraph => {
                let runs = self.runs(TagEnd::Paragraph, desk);
                let spans = desk.spans(&runs);
                (!spans.is_empty()).then_some(NarrativeBlock::Paragraph { spans })
            }
            Tag::List(start) => Some(self.list(*start, desk)),
            Tag::BlockQuote(kind) => {
                let blocks = self.blocks(TagEnd::BlockQuote(*kind), desk);
                Some(NarrativeBlock::Quote { blocks })
            }
            Tag::Table(_) => Some(self.table(desk)),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                desk.mistake(line, phrase!("不排印代码块", "blocks of code are not printed"), None);
                self.runs(TagEnd::CodeBlock, desk);
                None
            }
            // Inline tags stand inside runs; the extensions of these others are off.
            _ => None,
        }
    }

    fn blocks(&mut self, end: TagEnd, desk: &mut ReferenceResolver<'_>) -> Vec<NarrativeBlock> {
        let mut blocks = Vec::new();
        // A tight list has its words without a paragraph around them.
        let mut loose: Vec<MarkdownRun> = Vec::new();
        let mut weights = vec![Weight::Regular];
        while let Some((event, line)) = self.next() {
            match event {
                Event::End(ended) if ended == end => break,
                Event::Start(tag) if is_block(&tag) => {
                    flush(&mut loose, &mut blocks, desk);
                    blocks.extend(self.block(&tag, line, desk));
                }
                other => loose.extend(self.inline(other, line, &mut weights, desk)),
            }
        }
        flush(&mut loose, &mut blocks, desk);
        blocks
    }

    fn list(&mut self, start: Option<u64>, desk: &mut ReferenceResolver<'_>) -> NarrativeBlock {
        let mut items = Vec::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::End(TagEnd::List(_)) => break,
                Event::Start(Tag::Item) => items.push(self.blocks(TagEnd::Item, desk)),
                _ => {}
            }
        }
        NarrativeBlock::List { start, items }
    }

    fn table(&mut self, desk: &mut ReferenceResolver<'_>) -> NarrativeBlock {
        let (mut head, mut rows) = (Vec::new(), Vec::new());
        let mut cells: Vec<Vec<NarrativeSpan>> = Vec::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableCell) => {
                    let runs = self.runs(TagEnd::TableCell, desk);
                    cells.push(desk.spans(&runs));
                }
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut cells),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut cells)),
                _ => {}
            }
        }
        NarrativeBlock::Table { head, rows }
    }

    /// All runs of text up to this end.
    fn runs(&mut self, end: TagEnd, desk: &mut ReferenceResolver<'_>) -> Vec<MarkdownRun> {
        let mut runs = Vec::new();
        let mut weights = vec![Weight::Regular];
        while let Some((event, line)) = self.next() {
            match event {
                Event::End(ended) if ended == end => break,
                other => runs.extend(self.inline(other, line, &mut weights, desk)),
            }
        }
        runs
    }

    /// One inline event; `weights` keeps the looks that are open.
    fn inline(
        &mut self,
        event: Event<'a>,
        line: usize,
        weights: &mut Vec<Weight>,
        desk: &mut ReferenceResolver<'_>,
    ) -> Option<MarkdownRun> {
        match event {
            Event::Start(Tag::Strong) => weights.push(Weight::Strong),
            Event::Start(Tag::Emphasis) => weights.push(Weight::Emphasis),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => {
                weights.pop();
            }
            other => {
                let weight = weights.last().copied().unwrap_or(Weight::Regular);
                return self.run(other, line, weight, desk);
            }
        }
        None
    }

    /// One inline event as text.
    fn run(
        &mut self,
        event: Event<'a>,
        line: usize,
        weight: Weight,
        desk: &mut ReferenceResolver<'_>,
    ) -> Option<MarkdownRun> {
        let text = match event {
            Event::Text(text) | Event::Code(text) => text.into_string(),
            Event::SoftBreak => soft_break(desk),
            Event::HardBreak => "\n".to_owned(),
            Event::Start(Tag::Image { .. }) => {
                desk.mistake(
                    line,
                    phrase!("文字说明中不排印图片", "pictures are not printed in the narrative"),
                    None,
                );
                return None;
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                self.comment(&html, line, desk);
                return None;
            }
            _ => return None,
        };
        Some(MarkdownRun { text, weight, line })
    }

    fn finish(self) -> Vec<NarrativePart> {
        let mut parts = self.parts;
        parts.retain(|part| !part.blocks.is_empty());
        parts
    }
}

/// A line break in the source is a space between Latin words and nothing between Chinese ones.
fn soft_break(desk: &ReferenceResolver<'_>) -> String {
    match desk.context().language {
        crate::systems::reports::model::Language::Chinese => String::new(),
        crate::systems::reports::model::Language::English => " ".to_owned(),
    }
}

fn flush(
    loose: &mut Vec<MarkdownRun>,
    blocks: &mut Vec<NarrativeBlock>,
    desk: &mut ReferenceResolver<'_>,
) {
    let runs = std::mem::take(loose);
    if !runs.is_empty() {
        let spans = desk.spans(&runs);
        blocks.push(NarrativeBlock::Paragraph { spans });
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph | Tag::List(_) | Tag::BlockQuote(_) | Tag::Table(_) | Tag::CodeBlock(_)
    )
}

fn is_known(indicator: &str, desk: &ReferenceResolver<'_>) -> bool {
    let context = desk.context();
    let mut lines = context.groups.iter().flat_map(|group| &group.lines);
    lines.any(|line| line.figure.indicator == indicator)
        || context.empty.iter().any(|id| id == indicator)
}

fn has_records(indicator: &str, desk: &ReferenceResolver<'_>) -> bool {
    let mut lines = desk.context().groups.iter().flat_map(|group| &group.lines);
    lines.any(|line| line.figure.indicator == indicator && line.figure.value.is_some())
}

/// A heading without the number that people put in front: `一、`, `（一）`, `1.`.
fn bare_title(title: &str) -> &str {
    const NUMERALS: &str = "一二三四五六七八九十0123456789";
    let title = title.trim();
    let inside = title.trim_start_matches(['（', '(']);
    let rest = inside.trim_start_matches(|sign| NUMERALS.contains(sign));
    let numbered = rest.len() < inside.len() && rest.starts_with(['、', '）', ')', '.', '．']);
    if numbered { rest.trim_start_matches(['、', '）', ')', '.', '．', ' ']) } else { title }
}

fn heading_level(level: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6)
}

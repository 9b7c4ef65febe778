//! Reads the parts of a report from Markdown.
//!
//! A heading of the first level names a part; the text under one of the second level that is the
//! title of a group of indicators is a comment on that group. `<!-- needs rollout.l900 -->` before
//! a block leaves the block out if that indicator has no records; before a heading, it leaves out
//! the heading and all the text under it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use trueline_expression::find_nearest_word;
use trueline_language::{phrase, text};

use super::spans::{MarkdownRun, ReferenceResolver};
use crate::systems::reports::prose::{
    NarrativeBlock, NarrativePart, NarrativeSpan, SectionKind, Weight,
};

/// Reads all parts; mistakes are added to the resolver.
pub(super) fn read_parts(text: &str, resolver: &mut ReferenceResolver<'_>) -> Vec<NarrativePart> {
    let mut reader = MarkdownReader::new(text);
    reader.read_document(resolver);
    reader.into_parts()
}

struct MarkdownReader<'a> {
    events: Vec<(Event<'a>, usize)>,
    at: usize,
    parts: Vec<NarrativePart>,
    /// A directive that waits for its block: the indicator and the line.
    needs: Option<(String, usize)>,
    /// Text below a heading of this level is left out until the next one of this level or above.
    left_out: Option<u8>,
    in_part: InPart,
}

/// Where the text that comes next belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InPart {
    BeforeAny,
    Known,
    /// Under a heading that names no part; it is reported once, then its text is skipped.
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

    fn next_event(&mut self) -> Option<(Event<'a>, usize)> {
        let event = self.events.get(self.at).cloned();
        self.at += 1;
        event
    }

    fn read_document(&mut self, resolver: &mut ReferenceResolver<'_>) {
        while let Some((event, line)) = self.next_event() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    self.read_heading(level, line, resolver);
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    self.read_comment(&html, line, resolver);
                }
                // The lines of an HTML block follow as events of their own.
                Event::Start(Tag::HtmlBlock)
                | Event::Rule
                | Event::End(_)
                | Event::Text(_)
                | Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::FootnoteReference(_)
                | Event::SoftBreak
                | Event::HardBreak
                | Event::TaskListMarker(_) => {}
                Event::Start(tag) => {
                    let block = self.read_block(&tag, line, resolver);
                    let wanted = self.should_print(resolver);
                    if let (Some(block), true) = (block, wanted) {
                        self.add_block(block, line, resolver);
                    }
                }
            }
        }
    }

    /// Whether the block just read is to be printed. Takes the waiting directive.
    fn should_print(&mut self, resolver: &ReferenceResolver<'_>) -> bool {
        let needed = self.needs.take();
        let there = needed.is_none_or(|(indicator, _)| has_records(&indicator, resolver));
        there && self.left_out.is_none()
    }

    fn add_block(
        &mut self,
        block: NarrativeBlock,
        line: usize,
        resolver: &mut ReferenceResolver<'_>,
    ) {
        match (self.in_part, self.parts.last_mut()) {
            (InPart::Known, Some(part)) => part.blocks.push(block),
            (InPart::Unknown, _) => {}
            (InPart::BeforeAny | InPart::Known, _) => {
                let language = resolver.context().language;
                let first = SectionKind::Company.title(language);
                let says = phrase!(
                    "第一个标题之前的文字不属于任何部分",
                    "text before the first heading belongs to no part"
                );
                resolver.add_mistake(
                    line,
                    says,
                    Some(text!("请在其上方加 `# {first}`", "put `# {first}` above it")),
                );
                self.in_part = InPart::Unknown;
            }
        }
    }

    fn read_heading(
        &mut self,
        level: HeadingLevel,
        line: usize,
        resolver: &mut ReferenceResolver<'_>,
    ) {
        let level = level as u8;
        let runs = self.read_runs(TagEnd::Heading(convert_level(level)), resolver);
        let title: String = runs.iter().map(|run| run.text.as_str()).collect();
        let title = strip_number(&title).to_owned();
        if self.left_out.is_some_and(|above| level <= above) {
            self.left_out = None;
        }
        if level == 1 {
            self.start_part(&title, line, resolver);
        }
        if !self.should_print(resolver) {
            self.left_out = Some(self.left_out.unwrap_or(level).min(level));
            return;
        }
        if level == 1 {
            return;
        }
        let groups = resolver.context().groups;
        let group = groups.iter().find(|group| group.title == title);
        if let (SectionKind::Indicators, Some(group)) = (resolver.place, group) {
            self.parts.push(NarrativePart {
                place: SectionKind::Indicators,
                group: Some(group.id.clone()),
                blocks: Vec::new(),
            });
            return;
        }
        let spans = resolver.make_spans(&runs);
        self.add_block(NarrativeBlock::Heading { level, spans }, line, resolver);
    }

    fn start_part(&mut self, title: &str, line: usize, resolver: &mut ReferenceResolver<'_>) {
        let language = resolver.context().language;
        let titles = SectionKind::ALL.map(|place| place.title(language));
        let Some(place) = SectionKind::ALL.into_iter().find(|place| place.title(language) == title)
        else {
            let instead = match find_nearest_word(title, titles.into_iter()) {
                Some(meant) => text!("是否指 `{meant}`？", "did you mean `{meant}`?"),
                None => text!("可用的部分：{}", "parts are {}", titles.join(", ")),
            };
            resolver.add_mistake(
                line,
                text!("没有名为 `{title}` 的部分", "no part is called `{title}`"),
                Some(instead),
            );
            self.in_part = InPart::Unknown;
            return;
        };
        if self.parts.iter().any(|part| part.place == place && part.group.is_none()) {
            resolver.add_mistake(
                line,
                text!("部分 `{title}` 出现两次", "the part `{title}` is there twice"),
                None,
            );
        }
        resolver.place = place;
        self.in_part = InPart::Known;
        self.parts.push(NarrativePart { place, group: None, blocks: Vec::new() });
    }

    /// Reads a comment, which may be a directive; other HTML is a mistake.
    fn read_comment(&mut self, html: &str, line: usize, resolver: &mut ReferenceResolver<'_>) {
        let html = html.trim();
        let Some(inside) = html.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"))
        else {
            // A long comment comes in several events; only a tag is a mistake.
            let tag = html.starts_with('<') && !html.starts_with("<!--");
            if tag {
                resolver.add_mistake(
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
        if !is_known(indicator, resolver) {
            let lines = resolver.context().groups.iter().flat_map(|group| &group.lines);
            let known: Vec<&str> = lines.map(|line| line.figure.indicator.as_str()).collect();
            let meant = find_nearest_word(indicator, known.into_iter());
            let instead = meant.map(|meant| text!("是否指 `{meant}`？", "did you mean `{meant}`?"));
            resolver.add_mistake(
                line,
                text!("没有名为 `{indicator}` 的指标", "no indicator is called `{indicator}`"),
                instead,
            );
        }
        self.needs = Some((indicator.to_owned(), line));
    }

    /// Reads the block that starts with this tag to its end.
    fn read_block(
        &mut self,
        tag: &Tag<'a>,
        line: usize,
        resolver: &mut ReferenceResolver<'_>,
    ) -> Option<NarrativeBlock> {
        match tag {
            Tag::Paragraph => {
                let runs = self.read_runs(TagEnd::Paragraph, resolver);
                let spans = resolver.make_spans(&runs);
                (!spans.is_empty()).then_some(NarrativeBlock::Paragraph { spans })
            }
            Tag::List(start) => Some(self.read_list(*start, resolver)),
            Tag::BlockQuote(kind) => {
                let blocks = self.read_blocks(TagEnd::BlockQuote(*kind), resolver);
                Some(NarrativeBlock::Quote { blocks })
            }
            Tag::Table(_) => Some(self.read_table(resolver)),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                resolver.add_mistake(
                    line,
                    phrase!("不排印代码块", "blocks of code are not printed"),
                    None,
                );
                self.read_runs(TagEnd::CodeBlock, resolver);
                None
            }
            // Inline tags stand inside runs; the extensions that give other tags are off.
            _ => None,
        }
    }

    fn read_blocks(
        &mut self,
        end: TagEnd,
        resolver: &mut ReferenceResolver<'_>,
    ) -> Vec<NarrativeBlock> {
        let mut blocks = Vec::new();
        // The words of a tight list have no paragraph around them.
        let mut loose: Vec<MarkdownRun> = Vec::new();
        let mut weights = vec![Weight::Regular];
        while let Some((event, line)) = self.next_event() {
            match event {
                Event::End(ended) if ended == end => break,
                Event::Start(tag) if is_block(&tag) => {
                    flush_runs(&mut loose, &mut blocks, resolver);
                    blocks.extend(self.read_block(&tag, line, resolver));
                }
                other => loose.extend(self.read_inline(other, line, &mut weights, resolver)),
            }
        }
        flush_runs(&mut loose, &mut blocks, resolver);
        blocks
    }

    fn read_list(
        &mut self,
        start: Option<u64>,
        resolver: &mut ReferenceResolver<'_>,
    ) -> NarrativeBlock {
        let mut items = Vec::new();
        while let Some((event, _)) = self.next_event() {
            match event {
                Event::End(TagEnd::List(_)) => break,
                Event::Start(Tag::Item) => items.push(self.read_blocks(TagEnd::Item, resolver)),
                _ => {}
            }
        }
        NarrativeBlock::List { start, items }
    }

    fn read_table(&mut self, resolver: &mut ReferenceResolver<'_>) -> NarrativeBlock {
        let (mut head, mut rows) = (Vec::new(), Vec::new());
        let mut cells: Vec<Vec<NarrativeSpan>> = Vec::new();
        while let Some((event, _)) = self.next_event() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableCell) => {
                    let runs = self.read_runs(TagEnd::TableCell, resolver);
                    cells.push(resolver.make_spans(&runs));
                }
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut cells),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut cells)),
                _ => {}
            }
        }
        NarrativeBlock::Table { head, rows }
    }

    /// Reads all runs of text up to this end.
    fn read_runs(&mut self, end: TagEnd, resolver: &mut ReferenceResolver<'_>) -> Vec<MarkdownRun> {
        let mut runs = Vec::new();
        let mut weights = vec![Weight::Regular];
        while let Some((event, line)) = self.next_event() {
            match event {
                Event::End(ended) if ended == end => break,
                other => runs.extend(self.read_inline(other, line, &mut weights, resolver)),
            }
        }
        runs
    }

    /// Reads one inline event; `weights` are the weights that are open.
    fn read_inline(
        &mut self,
        event: Event<'a>,
        line: usize,
        weights: &mut Vec<Weight>,
        resolver: &mut ReferenceResolver<'_>,
    ) -> Option<MarkdownRun> {
        match event {
            Event::Start(Tag::Strong) => weights.push(Weight::Strong),
            Event::Start(Tag::Emphasis) => weights.push(Weight::Emphasis),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => {
                weights.pop();
            }
            other => {
                let weight = weights.last().copied().unwrap_or(Weight::Regular);
                return self.read_run(other, line, weight, resolver);
            }
        }
        None
    }

    /// Reads one inline event as text.
    fn read_run(
        &mut self,
        event: Event<'a>,
        line: usize,
        weight: Weight,
        resolver: &mut ReferenceResolver<'_>,
    ) -> Option<MarkdownRun> {
        let text = match event {
            Event::Text(text) | Event::Code(text) => text.into_string(),
            Event::SoftBreak => write_soft_break(resolver),
            Event::HardBreak => "\n".to_owned(),
            Event::Start(Tag::Image { .. }) => {
                resolver.add_mistake(
                    line,
                    phrase!("文字说明中不排印图片", "pictures are not printed in the narrative"),
                    None,
                );
                return None;
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                self.read_comment(&html, line, resolver);
                return None;
            }
            _ => return None,
        };
        Some(MarkdownRun { text, weight, line })
    }

    fn into_parts(self) -> Vec<NarrativePart> {
        let mut parts = self.parts;
        parts.retain(|part| !part.blocks.is_empty());
        parts
    }
}

/// A line break in the source is a space in English and nothing in Chinese.
fn write_soft_break(resolver: &ReferenceResolver<'_>) -> String {
    match resolver.context().language {
        crate::systems::reports::model::Language::Chinese => String::new(),
        crate::systems::reports::model::Language::English => " ".to_owned(),
    }
}

fn flush_runs(
    loose: &mut Vec<MarkdownRun>,
    blocks: &mut Vec<NarrativeBlock>,
    resolver: &mut ReferenceResolver<'_>,
) {
    let runs = std::mem::take(loose);
    if !runs.is_empty() {
        let spans = resolver.make_spans(&runs);
        blocks.push(NarrativeBlock::Paragraph { spans });
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph | Tag::List(_) | Tag::BlockQuote(_) | Tag::Table(_) | Tag::CodeBlock(_)
    )
}

fn is_known(indicator: &str, resolver: &ReferenceResolver<'_>) -> bool {
    let context = resolver.context();
    let mut lines = context.groups.iter().flat_map(|group| &group.lines);
    lines.any(|line| line.figure.indicator == indicator)
        || context.empty.iter().any(|id| id == indicator)
}

fn has_records(indicator: &str, resolver: &ReferenceResolver<'_>) -> bool {
    let mut lines = resolver.context().groups.iter().flat_map(|group| &group.lines);
    lines.any(|line| line.figure.indicator == indicator && line.figure.value.is_some())
}

/// A heading without the number that authors put before it: `一、`, `（一）`, `1.`.
fn strip_number(title: &str) -> &str {
    const NUMERALS: &str = "一二三四五六七八九十0123456789";
    let title = title.trim();
    let inside = title.trim_start_matches(['（', '(']);
    let rest = inside.trim_start_matches(|sign| NUMERALS.contains(sign));
    let numbered = rest.len() < inside.len() && rest.starts_with(['、', '）', ')', '.', '．']);
    if numbered { rest.trim_start_matches(['、', '）', ')', '.', '．', ' ']) } else { title }
}

fn convert_level(level: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6)
}

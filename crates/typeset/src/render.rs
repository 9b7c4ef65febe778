//! Turns a job into the bytes of a PDF, or into the mistakes in its template.

use std::collections::HashMap;
use std::fmt;

use typst::World;
use typst::WorldExt;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::Fonts;
use crate::world::{ClosedWorld, file_id};

/// One document to make.
#[derive(Debug)]
pub struct PdfJob<'a> {
    /// The name of the template among `files`.
    pub main: &'a str,
    /// Everything that the template reads or attaches, by name. Names that end in `.typ` can be
    /// imported.
    pub files: Vec<(&'a str, Vec<u8>)>,
    pub fonts: &'a Fonts,
    /// Identifies the document across its editions; hashed into the identifier of the PDF.
    pub identifier: &'a str,
    /// The program that made it, as the properties of the PDF show it.
    pub creator: &'a str,
    /// The date of the document, and the only date that the template can see.
    pub date: DocumentDate,
}

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentDate {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum TypesetError {
    #[error("there is no date {0}")]
    #[zh("没有日期 {0}")]
    NoSuchDate(DocumentDate),
    #[error("`{0}` cannot be the name of a file inside a document")]
    #[zh("`{0}` 不能作为文档内的文件名")]
    FileName(String),
    #[error("no font has {}", quoted(.0))]
    #[zh("没有字体包含 {}")]
    MissingGlyphs(Vec<char>),
    #[error("the template is wrong: {}", listed(.0))]
    #[zh("模板有误：{}")]
    Template(Vec<TemplateMistake>),
    #[error("the standards do not combine: {0}")]
    #[zh("各标准不能并用：{0}")]
    Standards(String),
}

/// One mistake in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateMistake {
    /// The file, and its line from 1, where they are known.
    pub place: Option<(String, usize)>,
    pub message: String,
    pub hints: Vec<String>,
}

impl fmt::Display for DocumentDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for TemplateMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = &self.place {
            write!(f, "{file}:{line}: ")?;
        }
        f.write_str(&self.message)?;
        for hint in &self.hints {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

fn quoted(signs: &[char]) -> String {
    let each = signs.iter().map(|&sign| format!("“{sign}” (U+{:04X})", u32::from(sign)));
    each.collect::<Vec<_>>().join(", ")
}

fn listed(mistakes: &[TemplateMistake]) -> String {
    let each = mistakes.iter().map(ToString::to_string);
    each.collect::<Vec<_>>().join("; ")
}

/// Makes the PDF. The same job gives the same bytes.
///
/// The result conforms to PDF/A-3a and PDF/UA-1, or there is none.
pub fn render_pdf(job: &PdfJob<'_>) -> Result<Vec<u8>, TypesetError> {
    let date = Datetime::from_ymd(job.date.year, job.date.month, job.date.day)
        .ok_or(TypesetError::NoSuchDate(job.date))?;
    let mut files = HashMap::new();
    for (name, data) in &job.files {
        let id = file_id(name).ok_or_else(|| TypesetError::FileName((*name).to_owned()))?;
        files.insert(id, Bytes::new(data.clone()));
    }
    let main = file_id(job.main).ok_or_else(|| TypesetError::FileName(job.main.to_owned()))?;
    let world = ClosedWorld::new(job.fonts, main, files, date);

    let Warned { output, warnings } = typst::compile::<PagedDocument>(&world);
    // The compiler's cache serves the next document of the same kind; it must not grow for ever.
    typst::comemo::evict(2);
    let document = output.map_err(|errors| template_error(&world, &errors))?;
    let missing = missing_glyphs(&document);
    if !missing.is_empty() {
        return Err(TypesetError::MissingGlyphs(missing));
    }
    if !warnings.is_empty() {
        return Err(template_error(&world, &warnings));
    }
    let options = pdf_options(job, date)?;
    typst_pdf::pdf(&document, &options).map_err(|errors| template_error(&world, &errors))
}

fn pdf_options(job: &PdfJob<'_>, date: Datetime) -> Result<PdfOptions, TypesetError> {
    let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
        .map_err(|error| TypesetError::Standards(error.message().to_string()))?;
    Ok(PdfOptions {
        ident: Smart::Custom(job.identifier.to_owned()),
        creator: Smart::Custom(Some(job.creator.to_owned())),
        timestamp: Some(Timestamp::new_utc(date)),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    })
}

fn template_error(world: &dyn World, found: &[SourceDiagnostic]) -> TypesetError {
    let mistakes = found.iter().map(|diagnostic| describe_mistake(world, diagnostic));
    TypesetError::Template(mistakes.collect())
}

fn describe_mistake(world: &dyn World, diagnostic: &SourceDiagnostic) -> TemplateMistake {
    let place = diagnostic.span.id().and_then(|id| {
        let range = world.range(diagnostic.span)?;
        let source = world.source(id).ok()?;
        let line = source.lines().byte_to_line(range.start)?;
        Some((id.vpath().get_without_slash().to_owned(), line + 1))
    });
    TemplateMistake {
        place,
        message: diagnostic.message.to_string(),
        hints: diagnostic.hints.iter().map(|hint| hint.v.to_string()).collect(),
    }
}

/// The characters that came out as the empty box, each once, in reading order.
fn missing_glyphs(document: &PagedDocument) -> Vec<char> {
    let mut missing = Vec::new();
    for page in document.pages() {
        collect_missing(&page.frame, &mut missing);
    }
    missing
}

fn collect_missing(frame: &Frame, missing: &mut Vec<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_missing(&group.frame, missing),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    for sign in text.text[glyph.range()].chars() {
                        if !missing.contains(&sign) {
                            missing.push(sign);
                        }
                    }
                }
            }
            FrameItem::Shape(..)
            | FrameItem::Image(..)
            | FrameItem::Link(..)
            | FrameItem::Tag(..) => {}
        }
    }
}

//! The words of a report: Markdown whose numbers are references to figures.
//!
//! A text that disagrees with the data cannot be built: a number followed by a unit of an indicator
//! is either a reference (`{{fixed.repair.mean[area=urban]}}`) or names where it comes from
//! (`3390个[^source: 工程管理系统]`), and those print in an annex as not from records.
//! `docs/report.md` is the manual.

mod figures;
mod literals;
mod markdown;
mod marks;
mod spans;

use serde::{Deserialize, Serialize};
use trueline_language::Text;

use super::model::{Language, ReportGroup, ReportedSlice};

/// A part of the report that is written by people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NarrativePart {
    pub place: SectionKind,
    /// The group of indicators that the text comments on, in the part about indicators.
    pub group: Option<String>,
    pub blocks: Vec<NarrativeBlock>,
}

/// Where in the report a part stands. Declared in print order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    Company,
    State,
    Indicators,
    Measures,
    Outages,
    Declaration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub enum NarrativeBlock {
    Heading {
        level: u8,
        spans: Vec<NarrativeSpan>,
    },
    Paragraph {
        spans: Vec<NarrativeSpan>,
    },
    List {
        /// The first number; none for a list of points.
        start: Option<u64>,
        items: Vec<Vec<NarrativeBlock>>,
    },
    Quote {
        blocks: Vec<NarrativeBlock>,
    },
    Table {
        head: Vec<Vec<NarrativeSpan>>,
        rows: Vec<Vec<Vec<NarrativeSpan>>>,
    },
}

/// A run of text with one look and one origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NarrativeSpan {
    pub text: String,
    pub weight: Weight,
    pub origin: TextOrigin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Regular,
    Strong,
    Emphasis,
}

/// Where the words come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum TextOrigin {
    Author,
    /// A reference, as written.
    Figure {
        reference: String,
    },
    /// A number that is not from records; its place in the annex, from 1.
    Source {
        number: usize,
    },
}

/// A number that an author vouches for by naming its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotFromRecords {
    /// `3390个`
    pub text: String,
    pub source: String,
    pub place: SectionKind,
    /// The line of the narrative.
    pub line: usize,
}

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

/// A narrative with every reference resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Narrative {
    pub parts: Vec<NarrativePart>,
    pub not_from_records: Vec<NotFromRecords>,
}

/// All mistakes in a narrative, in the order of its lines.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
#[error("{}", listed(.file, .mistakes))]
#[zh("{}")]
pub struct NarrativeError {
    pub file: String,
    pub mistakes: Vec<NarrativeMistake>,
}

/// One mistake: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarrativeMistake {
    pub line: usize,
    pub says: Text,
    pub instead: Option<Text>,
}

fn listed(file: &str, mistakes: &[NarrativeMistake]) -> Text {
    let in_language = |language: Language| {
        let (colon, semicolon) = language.pick(("：", "；"), (": ", "; "));
        let each = mistakes.iter().map(|mistake| {
            let (says, instead) = (mistake.says.as_str(language), mistake.instead.as_ref());
            let instead = instead.map(|text| format!("{semicolon}{}", text.as_str(language)));
            format!("{file}:{}{colon}{says}{}", mistake.line, instead.unwrap_or_default())
        });
        each.collect::<Vec<_>>().join("\n")
    };
    Text::new(in_language(Language::Chinese), in_language(Language::English))
}

/// Reads a narrative and puts the figures in.
///
/// `file` is its name in messages.
pub fn resolve(
    text: &str,
    file: &str,
    context: &ReferenceContext<'_>,
) -> Result<Narrative, NarrativeError> {
    let mut desk = spans::ReferenceResolver::new(context);
    let parts = markdown::parts(text, &mut desk);
    let (not_from_records, mut mistakes) = desk.close();
    if mistakes.is_empty() {
        return Ok(Narrative { parts, not_from_records });
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(NarrativeError { file: file.to_owned(), mistakes })
}

impl SectionKind {
    pub const ALL: [SectionKind; 6] = [
        SectionKind::Company,
        SectionKind::State,
        SectionKind::Indicators,
        SectionKind::Measures,
        SectionKind::Outages,
        SectionKind::Declaration,
    ];

    /// The heading of the part.
    pub fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (SectionKind::Company, Language::Chinese) => "公司简介",
            (SectionKind::State, Language::Chinese) => "电信服务质量状况",
            (SectionKind::Indicators, Language::Chinese) => "主要服务指标完成情况",
            (SectionKind::Measures, Language::Chinese) => "原因分析与改进措施",
            (SectionKind::Outages, Language::Chinese) => "重大通信阻断与计划施工",
            (SectionKind::Declaration, Language::Chinese) => "企业声明",
            (SectionKind::Company, Language::English) => "The company",
            (SectionKind::State, Language::English) => "State of service quality",
            (SectionKind::Indicators, Language::English) => "Main service indicators",
            (SectionKind::Measures, Language::English) => "Causes and improvement measures",
            (SectionKind::Outages, Language::English) => "Major outages and planned work",
            (SectionKind::Declaration, Language::English) => "Declaration",
        }
    }
}

#[cfg(test)]
mod tests;

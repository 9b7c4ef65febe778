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

use super::model::{Group, Language, SliceRow};

/// A part of the report that is written by people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub place: Place,
    /// The group of indicators that the text comments on, in the part about indicators.
    pub group: Option<String>,
    pub blocks: Vec<Block>,
}

/// Where in the report a part stands. Declared in print order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Company,
    State,
    Indicators,
    Measures,
    Outages,
    Declaration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    Heading {
        level: u8,
        spans: Vec<Span>,
    },
    Paragraph {
        spans: Vec<Span>,
    },
    List {
        /// The first number; none for a list of points.
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Quote {
        blocks: Vec<Block>,
    },
    Table {
        head: Vec<Vec<Span>>,
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A run of text with one look and one origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub text: String,
    pub weight: Weight,
    pub origin: Origin,
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
pub enum Origin {
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
    pub place: Place,
    /// The line of the narrative.
    pub line: usize,
}

/// What references can name.
#[derive(Debug)]
pub struct Context<'a> {
    pub language: Language,
    pub groups: &'a [Group],
    pub slices: &'a [SliceRow],
    /// `company`, `short_name`, `period` …
    pub fields: Vec<(&'static str, String)>,
    /// Known indicators without records: references to them print `—`.
    pub empty: Vec<String>,
}

/// A narrative with every reference resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Narrative {
    pub parts: Vec<Part>,
    pub not_from_records: Vec<NotFromRecords>,
}

/// All mistakes in a narrative, in the order of its lines.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
#[error("{}", listed(.file, .mistakes))]
#[zh("{}")]
pub struct NarrativeError {
    pub file: String,
    pub mistakes: Vec<Mistake>,
}

/// One mistake: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub line: usize,
    pub says: Text,
    pub instead: Option<Text>,
}

fn listed(file: &str, mistakes: &[Mistake]) -> Text {
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
pub fn resolve(text: &str, file: &str, context: &Context<'_>) -> Result<Narrative, NarrativeError> {
    let mut desk = spans::Desk::new(context);
    let parts = markdown::parts(text, &mut desk);
    let (not_from_records, mut mistakes) = desk.close();
    if mistakes.is_empty() {
        return Ok(Narrative { parts, not_from_records });
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(NarrativeError { file: file.to_owned(), mistakes })
}

impl Place {
    pub const ALL: [Place; 6] = [
        Place::Company,
        Place::State,
        Place::Indicators,
        Place::Measures,
        Place::Outages,
        Place::Declaration,
    ];

    /// The heading of the part.
    pub fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (Place::Company, Language::Chinese) => "公司简介",
            (Place::State, Language::Chinese) => "电信服务质量状况",
            (Place::Indicators, Language::Chinese) => "主要服务指标完成情况",
            (Place::Measures, Language::Chinese) => "原因分析与改进措施",
            (Place::Outages, Language::Chinese) => "重大通信阻断与计划施工",
            (Place::Declaration, Language::Chinese) => "企业声明",
            (Place::Company, Language::English) => "The company",
            (Place::State, Language::English) => "State of service quality",
            (Place::Indicators, Language::English) => "Main service indicators",
            (Place::Measures, Language::English) => "Causes and improvement measures",
            (Place::Outages, Language::English) => "Major outages and planned work",
            (Place::Declaration, Language::English) => "Declaration",
        }
    }
}

#[cfg(test)]
mod tests;

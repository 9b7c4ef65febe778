//! The written text of a report as data: its parts, their blocks, and runs of words with their
//! origin.

use serde::{Deserialize, Serialize};

use crate::language::Language;

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

//! The half-year service quality report: drafts from figures and words, in five formats.
//!
//! A [`Report`] is plain data and is what the JSON publishes. Everything printed is decided before
//! a renderer starts, so the PDF (the master), the page, the workbook and the Word draft agree.

mod assemble;
mod charts;
mod correction;
pub mod docx;
mod draft;
mod drawing;
mod enclosed;
mod format;
pub mod html;
pub mod http;
pub mod json;
mod lags;
pub mod model;
pub mod narrative;
pub mod pdf;
mod print;
mod publish;
mod sealing;
mod settings;
mod starters;
mod view;
mod words;
pub mod xlsx;

pub use assemble::{
    AssembleError, FilingError, ReportBasis, ReportFigures, ReportParts, assemble, data_note,
    figure_question, gather,
};
pub use charts::{Bin, Chart, ChartBody, ChartRule, Point, RegionRow, RuleRole, Series};
pub use correction::Correction;
pub use draft::{Draft, DraftError, RenderError, ReportInputs, holds_simulated};
pub use enclosed::EnclosedEvidence;
pub use format::ReportFormat;
pub use model::{Language, QualityReport, ReportedLag};
pub use publish::{
    ChangedFigure, Publication, PublishError, Signatories, find_correction, publish_draft,
};
pub(crate) use sealing::sealed_folder;
pub use sealing::{RenderedFile, SealReportError, SealedReport, Sealer, published_statements};
pub use settings::{EnglishNames, ReportSettings};
pub use starters::{DEMO_NARRATIVES, NARRATIVES, narratives};

/// A company's sign, for the cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    Svg,
    Png,
}

impl LogoKind {
    /// By the end of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "svg" => Some(LogoKind::Svg),
            "png" => Some(LogoKind::Png),
            _ => None,
        }
    }

    /// What a copy of it is called.
    pub fn file_name(self) -> &'static str {
        match self {
            LogoKind::Svg => "logo.svg",
            LogoKind::Png => "logo.png",
        }
    }
}

/// What narratives may refer to besides figures.
pub fn default_fields(
    company: &model::ReportingCompany,
    period: &model::ReportPeriod,
    previous: Option<&model::ReportPeriod>,
) -> Vec<(&'static str, String)> {
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| print::NOTHING.into());
    let before = previous.map_or_else(|| print::NOTHING.into(), |period| period.title.clone());
    vec![
        ("company", company.name.clone()),
        ("short_name", company.short_name.clone()),
        ("region", company.region.clone()),
        ("hotline", or_nothing(&company.hotline)),
        ("complaint_phone", or_nothing(&company.complaint_phone)),
        ("period", period.title.clone()),
        ("previous_period", before),
    ]
}

#[cfg(test)]
mod tests;

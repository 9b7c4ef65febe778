//! The half-year service quality report: drafts from figures and words, in five formats.
//!
//! A [`QualityReport`] is plain data and is what the JSON publishes. Everything printed is decided
//! before a renderer starts, so the PDF (the master), the page, the workbook and the Word draft
//! agree.

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
mod prose;
mod publish;
mod sealing;
mod settings;
mod starters;
mod trend;
mod view;
mod words;
pub mod xlsx;

pub(crate) use assemble::make_figure_question;
pub use assemble::{AssembleError, FilingError, ReportBasis, ReportFigures, ReportParts};
pub use charts::{Bin, Chart, ChartBody, ChartRule, Point, RegionRow, RuleRole, Series};
pub use correction::Correction;
pub(crate) use draft::holds_simulated;
pub use draft::{Draft, DraftError, RenderError, ReportInputs};
pub use enclosed::EnclosedEvidence;
pub use format::ReportFormat;
pub use model::{Language, QualityReport, ReportedLag};
pub use publish::{ChangedFigure, Publication, PublishError, Signatories};
pub(crate) use publish::{find_correction, publish_draft};
pub(crate) use sealing::sealed_folder;
pub use sealing::{RenderedFile, SealReportError, SealedReport, Sealer};
pub use settings::{EnglishNames, ReportSettings};
pub(crate) use starters::make_narratives;
pub use starters::{DEMO_NARRATIVES, NARRATIVES};

/// A company's logo, for the cover.
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
    /// The kind that the ending of a file's name says.
    pub fn from_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "svg" => Some(LogoKind::Svg),
            "png" => Some(LogoKind::Png),
            _ => None,
        }
    }

    /// The name of a copy of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            LogoKind::Svg => "logo.svg",
            LogoKind::Png => "logo.png",
        }
    }
}

/// The fields that narratives may refer to besides figures, with their texts.
pub(crate) fn list_default_fields(
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

//! Drafts: reads once everything that a report is made from, and writes the report in a language.

use std::io;

use jiff::Timestamp;
use rust_xlsxwriter::XlsxError;
use trueline_lake::{Lake, LakeError};

use super::assemble::{
    AssembleError, ReportBasis, ReportFigures, ReportParts, assemble_report,
    compute_report_figures, read_data_note,
};
use super::correction::Correction;
use super::docx::DocxError;
use super::html::HtmlError;
use super::model::{self, DataNote, QualityReport, ReportedLag};
use super::pdf::PdfError;
use super::xlsx::SealedSheet;
use super::{
    EnclosedEvidence, Logo, LogoKind, ReportFormat, ReportSettings, docx, html, json, pdf, xlsx,
};
use crate::files::{FileError, read_file};
use crate::language::Language;
use crate::state::State;
use crate::systems::cases::{self, QualityCheckError};
use crate::systems::indicators::{ComputeError, Inquiry};
use crate::systems::intake::quality::QualityFinding;

/// Why there is no draft.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum DraftError {
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Quality(#[from] QualityCheckError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    #[error("the narrative cannot be read")]
    #[zh("无法读取文字说明")]
    Narrative(#[source] io::Error),
    #[error("the logo `{0}` is no picture; use SVG or PNG")]
    #[zh("标识“{0}”不是图片；请用 SVG 或 PNG")]
    Logo(String),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a format could not be written.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum RenderError {
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error(transparent)]
    Html(#[from] HtmlError),
    #[error(transparent)]
    Docx(#[from] DocxError),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("the report cannot be written as JSON")]
    #[zh("报告无法写成 JSON")]
    Json(#[from] serde_json::Error),
}

/// Everything that a report is made from, in no language yet. It is read once and used for both
/// languages.
#[derive(Debug)]
pub struct ReportInputs<'a> {
    pub state: &'a State,
    pub settings: &'a ReportSettings,
    pub inquiry: &'a Inquiry,
    pub material: ReportFigures,
    findings: Vec<QualityFinding>,
}

impl<'a> ReportInputs<'a> {
    /// Computes the figures and looks for data-quality problems. `now` is in UTC seconds.
    pub fn read(
        state: &'a State,
        settings: &'a ReportSettings,
        inquiry: &'a Inquiry,
        now: i64,
    ) -> Result<Self, DraftError> {
        let period = &inquiry.question.period;
        let material = compute_report_figures(&inquiry.pack, period, &inquiry.lake_records())?;
        let findings =
            cases::find_quality_problems(&inquiry.lake, &inquiry.pack, inquiry.as_of, now)?;
        Ok(ReportInputs { state, settings, inquiry, material, findings })
    }

    /// Whether the report says that its records are simulated.
    pub fn is_simulated(&self) -> Result<bool, LakeError> {
        // Simulated records stay simulated, whatever the settings say.
        Ok(self.settings.simulated || holds_simulated(&self.inquiry.lake)?)
    }

    /// The report in one language. `lags` says how late its records were committed to; it is empty
    /// without a ledger.
    pub fn draft_report(
        &self,
        language: Language,
        lags: &[ReportedLag],
        correction: Option<&Correction>,
    ) -> Result<Draft, DraftError> {
        let settings = ReportSettings { simulated: self.is_simulated()?, ..self.settings.clone() };
        let narrative =
            self.state.instance.read_narrative(language.code()).map_err(DraftError::Narrative)?;
        let narrative = narrative.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
        let report = assemble_report(ReportParts {
            basis: self.basis(language),
            settings: &settings,
            data: self.describe_data(language)?,
            lags,
            correction,
            narrative,
            as_of: self.inquiry.as_of.map(print_moment),
        })?;
        Ok(Draft { report, logo: self.read_logo()? })
    }

    /// The figures of the report in a language.
    pub(super) fn basis(&self, language: Language) -> ReportBasis<'_> {
        ReportBasis { pack: &self.inquiry.pack, language, material: &self.material }
    }

    fn read_logo(&self) -> Result<Option<Logo>, DraftError> {
        let Some(name) = &self.settings.logo else { return Ok(None) };
        let kind = LogoKind::from_name(name).ok_or_else(|| DraftError::Logo(name.clone()))?;
        let bytes = read_file(&self.state.instance.folder_path().join(name))?;
        Ok(Some(Logo { kind, bytes }))
    }

    /// The batches that the lake lists, and what the finder says of them.
    fn describe_data(&self, language: Language) -> Result<DataNote, LakeError> {
        let note = read_data_note(&self.inquiry.lake, &self.state.datasets, self.inquiry.as_of)?;
        let findings = self.findings.iter().map(|finding| model::ReportedFinding {
            kind: finding.kind.code().to_owned(),
            dataset: cases::CASE.name().to_owned(),
            column: Some(finding.column.clone()),
            rows: finding.rows,
            explanation: finding.explanation.as_str(language).to_owned(),
            remedy: finding.remedy.as_str(language).to_owned(),
        });
        Ok(DataNote { findings: findings.collect(), ..note })
    }
}

/// Whether any batch comes from a file that `trueline simulate` wrote.
pub(crate) fn holds_simulated(lake: &Lake) -> Result<bool, LakeError> {
    let manifest = lake.read_manifest(cases::CASE.name())?;
    let mut sources = manifest.batches.iter().flat_map(|batch| &batch.sources);
    Ok(sources.any(|source| source.name.starts_with("simulated-")))
}

/// RFC 3339 in UTC.
fn print_moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or(String::new(), |moment| moment.to_string())
}

/// A report in one language, ready to be rendered.
#[derive(Debug)]
pub struct Draft {
    pub report: QualityReport,
    pub logo: Option<Logo>,
}

impl Draft {
    /// The bytes of one format.
    pub fn render(
        &self,
        format: ReportFormat,
        enclosed: Option<EnclosedEvidence<'_>>,
    ) -> Result<Vec<u8>, RenderError> {
        let logo = self.logo.as_ref();
        Ok(match format {
            ReportFormat::Pdf => pdf::render_pdf(&self.report, logo, enclosed)?,
            ReportFormat::Html => html::render_html(&self.report, logo, enclosed)?,
            ReportFormat::Docx => docx::render_docx(&self.report)?,
            ReportFormat::Xlsx => {
                let sheet = enclosed.map(|enclosed| SealedSheet {
                    evidence: enclosed.evidence,
                    rows: "",
                    seal: "",
                });
                xlsx::render_xlsx(&self.report, sheet)?
            }
            ReportFormat::Json => json::render_json(&self.report, enclosed)?,
        })
    }
}

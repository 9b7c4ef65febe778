//! The report on paper: PDF/A-3a and PDF/UA-1, with every figure attached as JSON.

use trueline_typeset::{self as typeset, DocumentDate, Fonts, PdfJob, TypesetError};

use super::enclosed::{self, EnclosedEvidence};
use super::model::QualityReport;
use super::view::prepare_view;
use super::{Logo, json};

const TEMPLATE: &str = include_str!("templates/report.typ");

/// Why there is no PDF.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum PdfError {
    #[error("`{0}` is no date")]
    #[zh("“{0}”不是日期")]
    Date(String),
    #[error("the report cannot be written as JSON")]
    #[zh("报告无法写成 JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Typeset(#[from] TypesetError),
    #[error("the typeset file has no place for a seal")]
    #[zh("排版后的文件没有放置封印的位置")]
    Place(#[from] trueline_verify::SealError),
}

/// Typesets the report. The same report always gives the same bytes.
pub fn render_pdf(
    report: &QualityReport,
    logo: Option<&Logo>,
    enclosed: Option<EnclosedEvidence<'_>>,
) -> Result<Vec<u8>, PdfError> {
    let date: jiff::civil::Date =
        report.filing.date.parse().map_err(|_| PdfError::Date(report.filing.date.clone()))?;
    let logo_name = logo.map(|logo| logo.kind.file_name().to_owned());
    let mut view = serde_json::to_value(prepare_view(report, logo_name))?;
    view["sealed"] = enclosed.is_some().into();
    let view = serde_json::to_vec(&view)?;
    let mut files = vec![
        ("report.typ", TEMPLATE.as_bytes().to_vec()),
        ("view.json", view),
        ("report.json", json::render_json(report, None)?),
    ];
    if let Some(logo) = logo {
        files.push((logo.kind.file_name(), logo.bytes.clone()));
    }
    if let Some(enclosed) = enclosed {
        files.push(("evidence.json", enclosed.evidence.as_bytes().to_vec()));
        files.push(("seal.txt", enclosed::make_incompressible_place().into_bytes()));
    }
    let identifier = format!(
        "{}/{}/{}/{}",
        report.company.name,
        report.pack.id,
        report.period.name,
        report.language.language_tag()
    );
    let mut made = typeset::render_pdf(&PdfJob {
        main: "report.typ",
        files,
        fonts: Fonts::bundled_fonts(),
        identifier: &identifier,
        creator: &format!("{} {}", report.made.program, report.made.version),
        date: DocumentDate {
            year: i32::from(date.year()),
            month: date.month().unsigned_abs(),
            day: date.day().unsigned_abs(),
        },
    })?;
    if enclosed.is_some() {
        enclosed::empty_seal_place(&mut made)?;
    }
    Ok(made)
}

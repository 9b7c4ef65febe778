//! The report on paper: PDF/A-3a and PDF/UA-1, with every figure attached as JSON.

use trueline_typeset::{Date, Fonts, Job, TypesetError, pdf};

use super::model::Report;
use super::view::view;
use super::{Logo, json};

const TEMPLATE: &str = include_str!("templates/report.typ");

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("`{0}` is no date")]
    Date(String),
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Typeset(#[from] TypesetError),
}

/// Typesets the report. The same report gives the same bytes.
pub fn render(report: &Report, logo: Option<&Logo>) -> Result<Vec<u8>, PdfError> {
    let date: jiff::civil::Date =
        report.filing.date.parse().map_err(|_| PdfError::Date(report.filing.date.clone()))?;
    let logo_name = logo.map(|logo| logo.kind.file_name().to_owned());
    let view = serde_json::to_vec(&view(report, logo_name))?;
    let mut files = vec![
        ("report.typ", TEMPLATE.as_bytes().to_vec()),
        ("view.json", view),
        ("report.json", json::render(report)?),
    ];
    if let Some(logo) = logo {
        files.push((logo.kind.file_name(), logo.bytes.clone()));
    }
    let identifier = format!(
        "{}/{}/{}/{}",
        report.company.name,
        report.pack.id,
        report.period.name,
        report.language.tag()
    );
    let made = pdf(&Job {
        main: "report.typ",
        files,
        fonts: Fonts::bundled(),
        identifier: &identifier,
        creator: &format!("{} {}", report.made.program, report.made.version),
        date: Date {
            year: i32::from(date.year()),
            month: date.month().unsigned_abs(),
            day: date.day().unsigned_abs(),
        },
    })?;
    Ok(made)
}

//! The report as a workbook: everything the PDF says, with typed cells to sort and reckon with.
//!
//! One sheet per group, then what stands behind it: limits, cases still open, slices with a column
//! per dimension, the points of the charts, the annexes and the words. Numbers are numbers with a
//! format, shares are percentages, texts are texts and never formulas. The document's own dates are
//! those of the report, so that the same report gives the same bytes.

mod annexes;
mod cell;
mod charts;
mod cover;
mod figures;
mod seal;
mod sheet;
mod slices;
mod text;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::model::{Language, QualityReport};
use super::words::{ReportWords, words};
pub use seal::SealedSheet;
use sheet::ReportSheet;

/// Writes the workbook.
pub fn render(
    report: &QualityReport,
    sealed: Option<SealedSheet<'_>>,
) -> Result<Vec<u8>, XlsxError> {
    let desk = WorkbookContext { report, t: words(report.language) };
    let sheets = sheets(&desk);
    let names = sheet::names(&sheets);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report)?);
    cover::write(&desk, &names, &mut workbook)?;
    for (sheet, name) in sheets.iter().zip(&names) {
        sheet.write(&desk, name, &mut workbook)?;
    }
    if let Some(sealed) = sealed {
        seal::write(&desk, sealed, &mut workbook)?;
    }
    workbook.save_to_buffer()
}

/// Every sheet after the cover, in order.
fn sheets(desk: &WorkbookContext<'_>) -> Vec<ReportSheet> {
    let mut sheets: Vec<ReportSheet> =
        desk.report.groups.iter().map(|group| figures::group(desk, group)).collect();
    sheets.push(figures::limits(desk));
    sheets.push(figures::open(desk));
    sheets.push(text::comparison(desk));
    sheets.push(slices::slices(desk));
    sheets.push(charts::points(desk));
    sheets.extend(annexes::annexes(desk));
    sheets.push(text::narrative(desk));
    sheets
}

fn properties(report: &QualityReport) -> Result<DocProperties, XlsxError> {
    let date = ExcelDateTime::parse_from_str(&report.filing.date)?;
    let simulated = if report.simulated { words(report.language).simulated_long } else { "" };
    Ok(DocProperties::new()
        .set_title(report.title())
        .set_company(&report.company.name)
        .set_author(&report.company.name)
        .set_comment(simulated)
        .set_creation_datetime(&date))
}

/// What every sheet is written from.
struct WorkbookContext<'a> {
    report: &'a QualityReport,
    t: &'static ReportWords,
}

impl WorkbookContext<'_> {
    fn pick<'b>(&self, chinese: &'b str, english: &'b str) -> &'b str {
        match self.report.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

#[cfg(test)]
mod tests;

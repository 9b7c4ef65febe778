//! The report as a workbook: everything the PDF says, in typed cells to sort and to compute with.
//!
//! One sheet per group, then what stands behind it: limits, cases still open, slices with a column
//! per dimension, the points of the charts, the annexes and the words. Numbers are numbers with a
//! format, shares are percentages, and texts are never formulas. The document's own dates are those
//! of the report, so that the same report gives the same bytes.

mod annexes;
mod cell;
mod charts;
mod context;
mod cover;
mod exclusions;
mod figures;
mod line_cells;
mod seal;
mod sheet;
mod slices;
mod text;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::model::QualityReport;
use super::words::pick_words;
use context::WorkbookContext;
use sheet::ReportSheet;

pub use seal::SealedSheet;

/// Writes the workbook.
pub(crate) fn render_xlsx(
    report: &QualityReport,
    sealed: Option<SealedSheet<'_>>,
) -> Result<Vec<u8>, XlsxError> {
    let context = WorkbookContext { report, t: pick_words(report.language) };
    let sheets = make_sheets(&context);
    let names = sheet::name_sheets(&sheets);
    let mut workbook = Workbook::new();
    workbook.set_properties(&make_properties(report)?);
    cover::write_cover(&context, &names, &mut workbook)?;
    for (sheet, name) in sheets.iter().zip(&names) {
        sheet.write_sheet(&context, name, &mut workbook)?;
    }
    if let Some(sealed) = sealed {
        seal::write_seal(&context, sealed, &mut workbook)?;
    }
    workbook.save_to_buffer()
}

/// Every sheet after the cover, in order.
fn make_sheets(context: &WorkbookContext<'_>) -> Vec<ReportSheet> {
    let mut sheets: Vec<ReportSheet> = context
        .report
        .groups
        .iter()
        .map(|group| figures::make_group_sheet(context, group))
        .collect();
    sheets.push(figures::make_limit_sheet(context));
    sheets.push(figures::make_open_case_sheet(context));
    sheets.push(text::make_comparison_sheet(context));
    sheets.push(slices::make_slice_sheet(context));
    sheets.push(charts::make_point_sheet(context));
    sheets.extend(annexes::make_annex_sheets(context));
    sheets.push(text::make_narrative_sheet(context));
    sheets
}

fn make_properties(report: &QualityReport) -> Result<DocProperties, XlsxError> {
    let date = ExcelDateTime::parse_from_str(&report.filing.date)?;
    let simulated = if report.simulated { pick_words(report.language).simulated_long } else { "" };
    Ok(DocProperties::new()
        .set_title(report.title())
        .set_company(&report.company.name)
        .set_author(&report.company.name)
        .set_comment(simulated)
        .set_creation_datetime(&date))
}

#[cfg(test)]
mod tests;

//! A sheet as columns and rows, and how it is written and printed.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use unicode_width::UnicodeWidthStr;

use super::cell::{ACCENT, CellContent, CellStyle, INK, PALE, SheetCell, WARN};
use super::context::WorkbookContext;
use crate::systems::reports::model::Language;

/// A sheet before it is written.
#[derive(Debug)]
pub(super) struct ReportSheet {
    pub(super) title: String,
    pub(super) columns: Vec<SheetColumn>,
    pub(super) rows: Vec<Vec<SheetCell>>,
    /// How many columns stay in sight when the sheet is scrolled.
    pub(super) held: u16,
    /// How many columns are printed; the rest is detail for the screen. `None` prints all.
    pub(super) printed: Option<u16>,
    /// What is written in place of rows where there are none.
    pub(super) empty: String,
}

#[derive(Debug)]
pub(super) struct SheetColumn {
    pub(super) head: String,
    pub(super) width: f64,
    pub(super) numbers: bool,
}

/// A column with the cell that it makes of an item, so that a head is never above the wrong cells.
pub(super) struct Field<'a, T> {
    heads: [&'a str; 2],
    width: f64,
    cell: Box<dyn Fn(&T) -> SheetCell + 'a>,
}

/// Defines a column: its head in Chinese and in English, its width, its cell.
pub(super) fn define_field<'a, T>(
    chinese: &'a str,
    english: &'a str,
    width: f64,
    cell: impl Fn(&T) -> SheetCell + 'a,
) -> Field<'a, T> {
    Field { heads: [chinese, english], width, cell: Box::new(cell) }
}

impl ReportSheet {
    /// A sheet with one row per item.
    pub(super) fn from_items<T>(
        context: &WorkbookContext<'_>,
        title: &str,
        fields: &[Field<'_, T>],
        items: &[T],
    ) -> Self {
        let rows: Vec<Vec<SheetCell>> =
            items.iter().map(|item| fields.iter().map(|one| (one.cell)(item)).collect()).collect();
        let columns = fields.iter().enumerate().map(|(index, one)| SheetColumn {
            head: context.pick_text(one.heads[0], one.heads[1]).to_owned(),
            width: one.width,
            numbers: rows.iter().any(|row| matches!(row[index].held, CellContent::Number(..))),
        });
        ReportSheet {
            title: title.to_owned(),
            columns: columns.collect(),
            rows,
            held: 1,
            printed: None,
            empty: context.t.none.to_owned(),
        }
    }

    pub(super) fn write_sheet(
        &self,
        context: &WorkbookContext<'_>,
        name: &str,
        workbook: &mut Workbook,
    ) -> Result<(), XlsxError> {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        let head = Format::new()
            .set_bold()
            .set_font_color(INK)
            .set_background_color(PALE)
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(ACCENT)
            .set_text_wrap()
            .set_align(FormatAlign::Bottom);
        for (at, column) in self.columns.iter().enumerate() {
            let format = if column.numbers {
                head.clone().set_align(FormatAlign::Right)
            } else {
                head.clone().set_align(FormatAlign::Left).set_indent(1)
            };
            sheet.write_string_with_format(0, at as u16, &column.head, &format)?;
            sheet.set_column_width(at as u16, column.width)?;
        }
        let heads = self.columns.iter().map(|column| count_lines(&column.head, column.width + 1.0));
        sheet.set_row_height(0, heads.max().unwrap_or(1) as f64 * 15.0 + 4.0)?;
        for (index, row) in self.rows.iter().enumerate() {
            sheet.set_row_height(index as u32 + 1, self.measure_height(row))?;
            for (at, cell) in row.iter().enumerate() {
                write_cell(sheet, index as u32 + 1, at as u16, cell)?;
            }
        }
        if self.rows.is_empty() {
            write_cell(sheet, 1, 0, &SheetCell::text(&self.empty).with_style(CellStyle::Quiet))?;
        } else {
            let (last, widest) = (self.rows.len() as u32, self.columns.len() as u16 - 1);
            sheet.autofilter(0, 0, last, widest)?;
        }
        sheet.set_freeze_panes(1, self.held)?;
        self.set_printing(context, sheet)
    }

    fn set_printing(
        &self,
        context: &WorkbookContext<'_>,
        sheet: &mut Worksheet,
    ) -> Result<(), XlsxError> {
        set_paper(context, sheet);
        sheet.set_landscape().set_repeat_rows(0, 0)?;
        sheet.set_print_fit_to_pages(1, 0);
        if let Some(columns) = self.printed {
            sheet.set_print_area(0, 0, self.rows.len().max(1) as u32, columns - 1)?;
        }
        Ok(())
    }

    /// How high a row must be for its longest cell, in points: not every program finds that out.
    fn measure_height(&self, row: &[SheetCell]) -> f64 {
        let lines = row.iter().zip(&self.columns).map(|(cell, column)| match &cell.held {
            CellContent::Text(text) => {
                text.lines().map(|line| count_lines(line, column.width)).sum()
            }
            CellContent::Nothing | CellContent::Number(..) => 1,
        });
        let lines = lines.max().unwrap_or(1).max(1);
        // Excel allows no row higher than 409 points.
        (lines as f64 * 15.0 + 1.0).min(409.0)
    }
}

/// How many lines a text takes in a column of this width.
fn count_lines(line: &str, width: f64) -> usize {
    // The indent of a cell takes more than one character.
    let signs = UnicodeWidthStr::width(line) as f64;
    (signs / (width - 1.5).max(4.0)).ceil().max(1.0) as usize
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &SheetCell,
) -> Result<(), XlsxError> {
    match &cell.held {
        CellContent::Nothing => {}
        CellContent::Text(text) => {
            sheet.write_string_with_format(row, column, shorten_text(text), &cell.make_format())?;
        }
        CellContent::Number(value, _) => {
            sheet.write_number_with_format(row, column, *value, &cell.make_format())?;
        }
    }
    Ok(())
}

/// A cell holds at most 32 767 characters.
fn shorten_text(text: &str) -> String {
    const MOST: usize = 32_000;
    if text.len() <= MOST { text.to_owned() } else { text.chars().take(MOST / 2).collect() }
}

/// A4, and what stands on every printed page: whose report it is, and that it is simulated.
pub(super) fn set_paper(context: &WorkbookContext<'_>, sheet: &mut Worksheet) {
    let report = context.report;
    sheet.set_paper_size(9).set_margins(0.5, 0.5, 0.8, 0.7, 0.35, 0.3);
    let mark =
        if report.simulated { format!("&R&B{}", context.t.simulated) } else { String::new() };
    let whose = format!(
        "{} {}",
        shorten_for_header(&report.company.name),
        shorten_for_header(&report.title())
    );
    sheet.set_header(format!("&L{whose}{mark}"));
    let days = format!("{} – {}", report.period.from, report.period.to);
    let page = match report.language {
        Language::Chinese => "第 &P 页 / 共 &N 页",
        Language::English => "Page &P of &N",
    };
    sheet.set_footer(format!("&L{days}&C&A&R{page}"));
    if report.simulated {
        sheet.set_tab_color(WARN);
    }
}

/// Shortens words for a header, which holds 255 characters and reads `&` as a command.
fn shorten_for_header(words: &str) -> String {
    const MOST: usize = 90;
    let short: String = words.chars().take(MOST).collect();
    let cut = if short.len() < words.len() { "…" } else { "" };
    format!("{}{cut}", short.replace('&', "&&"))
}

/// Gives each sheet a name that spreadsheets accept: at most 31 characters, without `[]:*?/\`, and
/// no two alike.
pub(super) fn name_sheets(sheets: &[ReportSheet]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for sheet in sheets {
        let mut name = clean_name(&sheet.title);
        let mut copies = 1;
        while names.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            copies += 1;
            name = clean_name(&format!("{copies} {}", sheet.title));
        }
        names.push(name);
    }
    names
}

fn clean_name(title: &str) -> String {
    let clean: String =
        title.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).take(31).collect();
    if clean.trim().is_empty() { "-".to_owned() } else { clean }
}

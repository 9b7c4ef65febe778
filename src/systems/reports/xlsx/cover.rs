//! The first sheet: whose report it is, what made it, and the way to the other sheets.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Url, Workbook, Worksheet, XlsxError};

use super::WorkbookContext;
use super::cell::{ACCENT, MUTED, WARN};
use super::sheet::set_paper;
use crate::systems::reports::print::NOTHING;

/// A line of the cover.
enum CoverValue {
    Words(String),
    /// `2020-07-15`
    Day(String),
}

pub(super) fn write(
    desk: &WorkbookContext<'_>,
    names: &[String],
    workbook: &mut Workbook,
) -> Result<(), XlsxError> {
    let report = desk.report;
    let sheet = workbook.add_worksheet();
    sheet.set_name(desk.pick("封面", "Cover"))?;
    sheet.set_column_width(0, 22)?.set_column_width(1, 78)?;
    sheet.set_screen_gridlines(false);
    let quiet = Format::new().set_font_color(MUTED).set_font_size(13);
    let title = Format::new().set_bold().set_font_size(20).set_font_color(ACCENT);
    sheet.write_string_with_format(0, 0, &report.company.name, &quiet)?;
    sheet.write_string_with_format(1, 0, report.title(), &title)?;
    sheet.set_row_height(1, 32)?;
    if report.simulated {
        let notice = Format::new().set_bold().set_font_color(WARN);
        let words = format!("{} · {}", desk.t.simulated, desk.t.simulated_long);
        sheet.write_string_with_format(2, 0, words, &notice)?;
    }
    let mut row = 4;
    for (label, said) in said(desk) {
        write_said(sheet, row, label, &said)?;
        row += 1;
    }
    row += 1;
    let head = Format::new().set_bold().set_font_color(ACCENT);
    sheet.write_string_with_format(row, 0, desk.t.contents, &head)?;
    for name in names {
        let link = Url::new(format!("internal:'{name}'!A1")).set_text(name);
        sheet.write_url(row, 1, link)?;
        row += 1;
    }
    row += 1;
    for note in [desk.t.reading, desk.t.unverified_note] {
        let wrapped = Format::new().set_font_color(MUTED).set_text_wrap();
        sheet.merge_range(row, 0, row, 1, note, &wrapped.set_align(FormatAlign::Top))?;
        // A merged cell never grows by itself: so many lines as a hundred characters a line make.
        let lines = (unicode_width::UnicodeWidthStr::width(note) as f64 / 100.0).ceil() + 0.5;
        sheet.set_row_height(row, lines * 15.0)?;
        row += 1;
    }
    set_paper(desk, sheet);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

fn write_said(
    sheet: &mut Worksheet,
    row: u32,
    label: &str,
    said: &CoverValue,
) -> Result<(), XlsxError> {
    let quiet = Format::new().set_font_color(MUTED).set_align(FormatAlign::Top);
    let left = Format::new().set_align(FormatAlign::Left).set_text_wrap();
    sheet.write_string_with_format(row, 0, label, &quiet)?;
    match said {
        CoverValue::Words(words) => {
            sheet.write_string_with_format(row, 1, words, &left)?;
        }
        CoverValue::Day(day) => match ExcelDateTime::parse_from_str(day) {
            Ok(date) => {
                let format = left.set_num_format("yyyy-mm-dd");
                sheet.write_datetime_with_format(row, 1, &date, &format)?;
            }
            Err(_) => {
                sheet.write_string_with_format(row, 1, day, &left)?;
            }
        },
    }
    Ok(())
}

fn said<'a>(desk: &WorkbookContext<'a>) -> Vec<(&'a str, CoverValue)> {
    let (report, t) = (desk.report, desk.t);
    let (company, filing) = (&report.company, &report.filing);
    let words = |words: &str| CoverValue::Words(words.to_owned());
    let or_nothing =
        |words: &Option<String>| CoverValue::Words(words.clone().unwrap_or(NOTHING.into()));
    let mut all = vec![
        (desk.pick("企业", "Company"), words(&company.name)),
        (desk.pick("范围", "Region"), words(&company.region)),
        (desk.pick("统计期", "Period"), words(&report.period.title)),
        (t.from, CoverValue::Day(report.period.from.clone())),
        (t.to, CoverValue::Day(report.period.to.clone())),
    ];
    if let Some(previous) = &report.previous {
        all.push((t.previous, words(&previous.title)));
    }
    all.push((t.addressee, words(&filing.addressee)));
    all.push((t.date, CoverValue::Day(filing.date.clone())));
    if let Some(due) = &filing.due {
        all.push((t.due, CoverValue::Day(due.clone())));
    }
    if let Some(reason) = &filing.late_reason {
        all.push((t.late_reason, words(reason)));
    }
    all.extend([
        (t.prepared_by, or_nothing(&filing.prepared_by)),
        (t.reviewed_by, or_nothing(&filing.reviewed_by)),
        (t.signed_by, or_nothing(&filing.signed_by)),
        (t.hotline, or_nothing(&company.hotline)),
        (t.complaint_phone, or_nothing(&company.complaint_phone)),
        (
            t.pack,
            words(&format!("{} {} {}", report.pack.title, report.pack.id, report.pack.version)),
        ),
        (t.made, words(&format!("{} {}", report.made.program, report.made.version))),
        (t.as_of, words(report.made.as_of.as_deref().unwrap_or(t.everything))),
        (desk.pick("时区", "Time zone"), words(&report.made.zone)),
    ]);
    all
}

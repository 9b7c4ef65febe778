//! The first sheet: whose report it is, what made it, and the way to the other sheets.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Url, Workbook, Worksheet, XlsxError};

use super::cell::{ACCENT, MUTED, WARN};
use super::context::WorkbookContext;
use super::sheet::set_paper;
use crate::systems::reports::print::NOTHING;

/// A line of the cover.
enum CoverValue {
    Words(String),
    /// `2020-07-15`
    Day(String),
}

pub(super) fn write_cover(
    context: &WorkbookContext<'_>,
    names: &[String],
    workbook: &mut Workbook,
) -> Result<(), XlsxError> {
    let report = context.report;
    let sheet = workbook.add_worksheet();
    sheet.set_name(context.pick_text("封面", "Cover"))?;
    sheet.set_column_width(0, 22)?.set_column_width(1, 78)?;
    sheet.set_screen_gridlines(false);
    let quiet = Format::new().set_font_color(MUTED).set_font_size(13);
    let title = Format::new().set_bold().set_font_size(20).set_font_color(ACCENT);
    sheet.write_string_with_format(0, 0, &report.company.name, &quiet)?;
    sheet.write_string_with_format(1, 0, report.title(), &title)?;
    sheet.set_row_height(1, 32)?;
    if report.simulated {
        let notice = Format::new().set_bold().set_font_color(WARN);
        let words = format!("{} · {}", context.t.simulated, context.t.simulated_long);
        sheet.write_string_with_format(2, 0, words, &notice)?;
    }
    let mut row = 4;
    for (label, value) in list_cover_rows(context) {
        write_cover_row(sheet, row, label, &value)?;
        row += 1;
    }
    row += 1;
    let head = Format::new().set_bold().set_font_color(ACCENT);
    sheet.write_string_with_format(row, 0, context.t.contents, &head)?;
    for name in names {
        let link = Url::new(format!("internal:'{name}'!A1")).set_text(name);
        sheet.write_url(row, 1, link)?;
        row += 1;
    }
    row += 1;
    for note in [context.t.reading, context.t.unverified_note] {
        let wrapped = Format::new().set_font_color(MUTED).set_text_wrap();
        sheet.merge_range(row, 0, row, 1, note, &wrapped.set_align(FormatAlign::Top))?;
        // A merged cell does not grow by itself: about a hundred characters fit on a line.
        let lines = (unicode_width::UnicodeWidthStr::width(note) as f64 / 100.0).ceil() + 0.5;
        sheet.set_row_height(row, lines * 15.0)?;
        row += 1;
    }
    set_paper(context, sheet);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

fn write_cover_row(
    sheet: &mut Worksheet,
    row: u32,
    label: &str,
    value: &CoverValue,
) -> Result<(), XlsxError> {
    let quiet = Format::new().set_font_color(MUTED).set_align(FormatAlign::Top);
    let left = Format::new().set_align(FormatAlign::Left).set_text_wrap();
    sheet.write_string_with_format(row, 0, label, &quiet)?;
    match value {
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

fn list_cover_rows<'a>(context: &WorkbookContext<'a>) -> Vec<(&'a str, CoverValue)> {
    let (report, t) = (context.report, context.t);
    let (company, filing) = (&report.company, &report.filing);
    let words = |words: &str| CoverValue::Words(words.to_owned());
    let or_nothing =
        |words: &Option<String>| CoverValue::Words(words.clone().unwrap_or(NOTHING.into()));
    let mut all = vec![
        (context.pick_text("企业", "Company"), words(&company.name)),
        (context.pick_text("范围", "Region"), words(&company.region)),
        (context.pick_text("统计期", "Period"), words(&report.period.title)),
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
        (context.pick_text("时区", "Time zone"), words(&report.made.zone)),
    ]);
    all
}

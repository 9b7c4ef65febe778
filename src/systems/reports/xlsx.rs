//! The report as a workbook: typed cells, one sheet per group, and the slices to filter.
//!
//! Numbers are numbers with a format, texts are texts and never formulas. The document's own dates
//! are those of the report, so that the same report gives the same bytes.

use rust_xlsxwriter::{Color, XlsxError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

use super::model::{Language, Line, Percentiles, Report, SliceRow};

/// Writes the workbook.
pub fn render(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report)?);
    let sheets = Sheets { report, styles: Styles::new() };
    sheets.cover(&mut workbook)?;
    for group in &report.groups {
        sheets.lines(&mut workbook, &group.title, &group.lines)?;
    }
    sheets.slices(&mut workbook)?;
    sheets.definitions(&mut workbook)?;
    sheets.reasons(&mut workbook)?;
    sheets.data(&mut workbook)?;
    workbook.save_to_buffer()
}

fn properties(report: &Report) -> Result<DocProperties, XlsxError> {
    let date = ExcelDateTime::parse_from_str(&report.filing.date)?;
    Ok(DocProperties::new()
        .set_title(report.title())
        .set_company(&report.company.name)
        .set_author(&report.company.name)
        .set_creation_datetime(&date))
}

/// The formats of cells.
struct Styles {
    head: Format,
    title: Format,
    notice: Format,
    wrapped: Format,
}

impl Styles {
    fn new() -> Self {
        Styles {
            head: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E6_F0F7))
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            title: Format::new().set_bold().set_font_size(16),
            notice: Format::new().set_bold().set_font_color(Color::RGB(0x00B3_261E)),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// A cell with its type.
enum Cell {
    Nothing,
    Text(String),
    Whole(u64),
    /// A number and its decimals.
    Number(f64, usize),
}

impl Cell {
    fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    fn optional(value: Option<f64>, decimals: usize) -> Cell {
        value.map_or(Cell::Nothing, |value| Cell::Number(value, decimals))
    }
}

struct Sheets<'a> {
    report: &'a Report,
    styles: Styles,
}

impl Sheets<'_> {
    fn pick<'b>(&self, chinese: &'b str, english: &'b str) -> &'b str {
        match self.report.language {
            Language::Zh => chinese,
            Language::En => english,
        }
    }

    fn cover(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let report = self.report;
        let sheet = workbook.add_worksheet();
        sheet.set_name(self.pick("封面", "Cover"))?;
        sheet.set_column_width(0, 24)?.set_column_width(1, 70)?;
        sheet.write_string_with_format(0, 0, report.title(), &self.styles.title)?;
        let mut row = 2;
        if report.simulated {
            let words = self.pick(
                "模拟数据：全部记录由程序生成，不反映任何企业的实际服务质量。",
                "Simulated data: every record was generated, none reflects a real operator.",
            );
            sheet.write_string_with_format(1, 0, words, &self.styles.notice)?;
        }
        let filing = &report.filing;
        let nothing = || "—".to_owned();
        for (head, text) in [
            (self.pick("企业", "Company"), report.company.name.clone()),
            (
                self.pick("统计期", "Period"),
                format!("{} – {}", report.period.from, report.period.to),
            ),
            (self.pick("报送单位", "Addressee"), filing.addressee.clone()),
            (self.pick("报告日期", "Date"), filing.date.clone()),
            (
                self.pick("编制人", "Prepared by"),
                filing.prepared_by.clone().unwrap_or_else(nothing),
            ),
            (
                self.pick("审核人", "Reviewed by"),
                filing.reviewed_by.clone().unwrap_or_else(nothing),
            ),
            (self.pick("签发人", "Signed by"), filing.signed_by.clone().unwrap_or_else(nothing)),
            (self.pick("指标包", "Pack"), format!("{} {}", report.pack.id, report.pack.version)),
            (self.pick("时区", "Zone"), report.made.zone.clone()),
        ] {
            sheet.write_string_with_format(row, 0, head, &self.styles.head)?;
            sheet.write_string(row, 1, text)?;
            row += 1;
        }
        Ok(())
    }

    fn lines(&self, workbook: &mut Workbook, title: &str, lines: &[Line]) -> Result<(), XlsxError> {
        let heads = [
            ("指标", "Indicator", 30.0),
            ("分类", "Segment", 10.0),
            ("编号", "Figure", 26.0),
            ("完成值", "Value", 12.0),
            ("印刷值", "As printed", 12.0),
            ("单位", "Unit", 10.0),
            ("件数", "Cases", 10.0),
            ("超限", "Late", 8.0),
            ("最长", "Longest", 10.0),
            ("中位", "Median", 10.0),
            ("P80", "P80", 10.0),
            ("P95", "P95", 10.0),
            ("P99", "P99", 10.0),
            ("区间下限", "Low", 10.0),
            ("区间上限", "High", 10.0),
            ("限值", "Limits", 36.0),
            ("上期", "Previous", 10.0),
            ("排除", "Excluded", 10.0),
            ("不排除时", "Without exclusions", 12.0),
            ("不扣暂停时", "Without pauses", 12.0),
            ("期末未完", "Open", 10.0),
            ("未完超限", "Open past limit", 10.0),
        ];
        let sheet = self.sheet(workbook, title, &heads)?;
        for (index, line) in lines.iter().enumerate() {
            self.row(sheet, index as u32 + 1, line_cells(line))?;
        }
        Ok(())
    }

    fn slices(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let heads = [
            ("指标", "Indicator", 28.0),
            ("统计量", "Statistic", 12.0),
            ("切片", "Slice", 34.0),
            ("值", "Value", 12.0),
            ("印刷值", "As printed", 12.0),
            ("单位", "Unit", 10.0),
            ("件数", "Cases", 10.0),
            ("超限", "Late", 8.0),
            ("最长（秒）", "Longest (s)", 12.0),
            ("中位（秒）", "Median (s)", 12.0),
            ("P80（秒）", "P80 (s)", 12.0),
            ("P95（秒）", "P95 (s)", 12.0),
            ("P99（秒）", "P99 (s)", 12.0),
        ];
        let sheet = self.sheet(workbook, self.pick("切片", "Slices"), &heads)?;
        for (index, slice) in self.report.slices.iter().enumerate() {
            self.row(sheet, index as u32 + 1, slice_cells(slice))?;
        }
        let last = self.report.slices.len() as u32;
        sheet.autofilter(0, 0, last, heads.len() as u16 - 1)?;
        Ok(())
    }

    fn definitions(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let heads = [
            ("指标", "Indicator", 24.0),
            ("名称", "Title", 24.0),
            ("定义", "Definition", 60.0),
            ("范围", "Population", 46.0),
            ("计量", "Measure", 34.0),
            ("排除", "Exclusions", 34.0),
            ("限值", "Limits", 40.0),
            ("依据", "Sources", 30.0),
        ];
        let sheet = self.sheet(workbook, self.pick("指标定义", "Definitions"), &heads)?;
        for (index, one) in self.report.definitions.iter().enumerate() {
            let limits: Vec<&str> = one.limits.iter().map(|limit| limit.printed.as_str()).collect();
            let cells = vec![
                Cell::text(&one.indicator),
                Cell::text(&one.title),
                Cell::text(&one.says),
                Cell::text(&one.population),
                Cell::text(&one.measure),
                Cell::text(one.exclusions.join("; ")),
                Cell::text(limits.join("; ")),
                Cell::text(one.sources.join("; ")),
            ];
            self.row(sheet, index as u32 + 1, cells)?;
        }
        Ok(())
    }

    /// Exclusions and pauses by reason.
    fn reasons(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let heads = [
            ("指标", "Figure", 36.0),
            ("种类", "Kind", 14.0),
            ("原因", "Reason", 30.0),
            ("件数", "Cases", 10.0),
            ("时长（秒）", "Seconds", 14.0),
            ("未经审批", "Not approved", 14.0),
        ];
        let sheet =
            self.sheet(workbook, self.pick("排除与暂停", "Exclusions and pauses"), &heads)?;
        let mut row = 1;
        for line in self.report.groups.iter().flat_map(|group| &group.lines) {
            let id = line.id();
            for one in &line.figure.excluded {
                let kind = self.pick("排除", "excluded");
                let cells = vec![
                    Cell::text(&id),
                    Cell::text(kind),
                    Cell::text(&one.reason),
                    Cell::Whole(one.n),
                    Cell::Nothing,
                    Cell::Whole(one.without_approver),
                ];
                self.row(sheet, row, cells)?;
                row += 1;
            }
            for one in &line.figure.subtracted {
                let cells = vec![
                    Cell::text(&id),
                    Cell::text(&one.kind),
                    Cell::text(&one.reason),
                    Cell::Whole(one.cases),
                    Cell::Number(one.seconds as f64, 0),
                    Cell::Number(one.seconds_without_approver as f64, 0),
                ];
                self.row(sheet, row, cells)?;
                row += 1;
            }
        }
        Ok(())
    }

    /// Where the records came from, and what was found in them.
    fn data(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let heads = [
            ("数据集", "Dataset", 14.0),
            ("来源文件", "Source file", 44.0),
            ("摘要", "Digest", 70.0),
            ("读取", "Read", 12.0),
            ("接受", "Accepted", 12.0),
            ("隔离", "Quarantined", 12.0),
        ];
        let sheet = self.sheet(workbook, self.pick("数据来源", "Data sources"), &heads)?;
        for (index, batch) in self.report.data.batches.iter().enumerate() {
            let cells = vec![
                Cell::text(&batch.dataset),
                Cell::text(&batch.source),
                batch.digest.as_deref().map_or(Cell::Nothing, Cell::text),
                Cell::Whole(batch.read),
                Cell::Whole(batch.accepted),
                Cell::Whole(batch.quarantined),
            ];
            self.row(sheet, index as u32 + 1, cells)?;
        }
        let heads = [
            ("问题", "Problem", 24.0),
            ("列", "Column", 24.0),
            ("行数", "Rows", 10.0),
            ("说明", "Explanation", 70.0),
            ("处理", "Remedy", 70.0),
        ];
        let sheet = self.sheet(workbook, self.pick("质量问题", "Quality findings"), &heads)?;
        for (index, finding) in self.report.data.findings.iter().enumerate() {
            let cells = vec![
                Cell::text(&finding.kind),
                finding.column.as_deref().map_or(Cell::Nothing, Cell::text),
                Cell::Whole(finding.rows),
                Cell::text(&finding.explanation),
                Cell::text(&finding.remedy),
            ];
            self.row(sheet, index as u32 + 1, cells)?;
        }
        Ok(())
    }

    fn sheet<'b>(
        &self,
        workbook: &'b mut Workbook,
        title: &str,
        heads: &[(&str, &str, f64)],
    ) -> Result<&'b mut Worksheet, XlsxError> {
        let mut name = sheet_name(title);
        let mut copies = 1;
        while workbook.worksheet_from_name(&name).is_ok() {
            copies += 1;
            name = sheet_name(&format!("{copies} {title}"));
        }
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        for (column, (chinese, english, width)) in heads.iter().enumerate() {
            let column = column as u16;
            sheet.write_string_with_format(
                0,
                column,
                self.pick(chinese, english),
                &self.styles.head,
            )?;
            sheet.set_column_width(column, *width)?;
        }
        sheet.set_freeze_panes(1, 1)?;
        sheet.set_paper_size(9).set_landscape().set_repeat_rows(0, 0)?;
        sheet.set_print_fit_to_pages(1, 0);
        Ok(sheet)
    }

    fn row(&self, sheet: &mut Worksheet, row: u32, cells: Vec<Cell>) -> Result<(), XlsxError> {
        for (column, cell) in cells.into_iter().enumerate() {
            let column = column as u16;
            match cell {
                Cell::Nothing => {}
                Cell::Text(text) => {
                    sheet.write_string_with_format(row, column, text, &self.styles.wrapped)?;
                }
                Cell::Whole(n) => {
                    let format = Format::new().set_num_format("#,##0").set_align(FormatAlign::Top);
                    sheet.write_number_with_format(row, column, n as f64, &format)?;
                }
                Cell::Number(value, decimals) => {
                    let format = Format::new()
                        .set_num_format(number_format(decimals))
                        .set_align(FormatAlign::Top);
                    sheet.write_number_with_format(row, column, value, &format)?;
                }
            }
        }
        Ok(())
    }
}

fn number_format(decimals: usize) -> String {
    if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) }
}

/// A name that spreadsheets accept: at most 31 characters, without `[]:*?/\`.
fn sheet_name(title: &str) -> String {
    let clean: String =
        title.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).take(31).collect();
    if clean.trim().is_empty() { "-".to_owned() } else { clean }
}

fn line_cells(line: &Line) -> Vec<Cell> {
    let figure = &line.figure;
    let decimals = decimals_of(&figure.printed);
    let clock = |seconds: Option<f64>| match (&line.clock, seconds) {
        (Some(clock), Some(seconds)) => Cell::Number(clock.of(seconds), 2),
        (Some(_) | None, _) => Cell::Nothing,
    };
    let percentile = |take: fn(&Percentiles) -> f64| clock(figure.percentiles.as_ref().map(take));
    let limits: Vec<&str> = figure.limits.iter().map(|limit| limit.printed.as_str()).collect();
    let interval = figure.interval.as_ref();
    let excluded: u64 = figure.excluded.iter().map(|one| one.n).sum();
    let title = match &line.note {
        Some(note) => format!("{}（{note}）", line.title),
        None => line.title.clone(),
    };
    vec![
        Cell::Text(title),
        line.segment.as_deref().map_or(Cell::Nothing, Cell::text),
        Cell::text(line.id()),
        Cell::optional(figure.value, decimals),
        Cell::text(&figure.printed),
        Cell::text(&line.unit_title),
        Cell::Whole(figure.n),
        if figure.limited > 0 { Cell::Whole(figure.late) } else { Cell::Nothing },
        clock(figure.longest.map(|seconds| seconds as f64)),
        percentile(|p| p.p50),
        percentile(|p| p.p80 as f64),
        percentile(|p| p.p95 as f64),
        percentile(|p| p.p99 as f64),
        Cell::optional(interval.map(|interval| interval.low), decimals.max(2)),
        Cell::optional(interval.map(|interval| interval.high), decimals.max(2)),
        Cell::text(limits.join("; ")),
        line.previous.as_ref().map_or(Cell::Nothing, |one| Cell::optional(one.value, decimals)),
        Cell::Whole(excluded),
        Cell::optional(figure.without_exclusions, decimals),
        Cell::optional(figure.without_pauses, decimals),
        figure.open.as_ref().map_or(Cell::Nothing, |open| Cell::Whole(open.n)),
        figure.open.as_ref().map_or(Cell::Nothing, |open| Cell::Whole(open.past_limit)),
    ]
}

fn slice_cells(slice: &SliceRow) -> Vec<Cell> {
    let keys: Vec<String> =
        slice.slice.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let percentile =
        |take: fn(&Percentiles) -> f64| Cell::optional(slice.percentiles.as_ref().map(take), 0);
    vec![
        Cell::text(&slice.indicator),
        Cell::text(&slice.statistic),
        Cell::Text(keys.join(", ")),
        Cell::optional(slice.value, decimals_of(&slice.printed)),
        Cell::text(&slice.printed),
        Cell::text(&slice.unit),
        Cell::Whole(slice.n),
        Cell::Whole(slice.late),
        Cell::optional(slice.longest.map(|seconds| seconds as f64), 0),
        percentile(|p| p.p50),
        percentile(|p| p.p80 as f64),
        percentile(|p| p.p95 as f64),
        percentile(|p| p.p99 as f64),
    ]
}

/// How many decimals a printed number has; two where it is no plain number.
fn decimals_of(printed: &str) -> usize {
    match printed.split_once('.') {
        Some((_, decimals)) if decimals.chars().all(|c| c.is_ascii_digit()) => decimals.len(),
        Some(_) => 2,
        None if printed.chars().all(|c| c.is_ascii_digit()) => 0,
        None => 6,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    #[test]
    fn groups_of_the_same_name_and_texts_like_formulas_do_no_harm() {
        let mut report: Report =
            serde_json::from_str(include_str!("fixtures/province-zh.json")).unwrap();
        let long = "很长的名称".repeat(20);
        for group in &mut report.groups {
            group.title.clone_from(&long);
            group.lines[0].title = "=1+1".into();
        }
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(render(&report).unwrap())).unwrap();
        let sheet = book.worksheet_range(&sheet_name(&long)).unwrap();
        let cell = sheet.get_value((1, 0)).unwrap();
        assert!(cell.to_string().starts_with("=1+1"), "{cell}");
        assert!(book.worksheet_formula(&sheet_name(&long)).unwrap().is_empty());
    }

    #[test]
    fn values_are_numbers_and_the_workbook_is_the_same_bytes_twice() {
        let report: Report =
            serde_json::from_str(include_str!("fixtures/province-zh.json")).unwrap();
        let bytes = render(&report).unwrap();
        assert_eq!(bytes, render(&report).unwrap());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let group = &report.groups[0];
        let sheet = book.worksheet_range(&sheet_name(&group.title)).unwrap();
        for (index, line) in group.lines.iter().enumerate() {
            let cell = sheet.get_value((index as u32 + 1, 3)).unwrap();
            match (line.figure.value, cell) {
                (Some(value), Data::Float(found)) => assert!((value - found).abs() < 1e-12),
                (None, Data::Empty) => {}
                (value, other) => panic!("{}: {value:?} is {other:?}", line.id()),
            }
        }
    }
}

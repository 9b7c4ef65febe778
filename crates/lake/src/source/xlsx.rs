//! XLSX: the chosen sheets as records, merged cells filled, dates as ISO text.
//!
//! The unpacked size of a workbook is bounded before anything is parsed, and a sheet is read cell
//! by cell, so neither a zip bomb nor a sheet that claims a billion cells can exhaust memory.

use std::collections::{HashSet, VecDeque};
use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{DataRef, Dimensions, Reader as _, Xlsx};
use trueline_language::{phrase, text};

use super::chunk::Chunk;
use super::encoding::FileEncoding;
use super::error::SourceReadError;
use super::grid::{ChunkBuilder, ROWS, join_cells};
use super::layout::{Preamble, QuarantineForm, SourceLayout};
use super::names::distinct_names;
use super::stream::{FileDigest, SourceStream};

/// The largest size of a workbook, unpacked and packed.
const MAX_UNPACKED: u64 = 1 << 30;
const MAX_PACKED: usize = 512 << 20;

/// A table begins within this many rows; above it are titles, dates and units.
const TITLES_MAX: usize = 10;

/// The records of a workbook.
#[derive(Debug)]
pub(super) struct WorkbookSheets {
    chunks: VecDeque<Chunk>,
    digest: FileDigest,
    head: Vec<u8>,
    /// Sheets that are not read.
    pub(super) unread: Vec<String>,
}

type XlsxBook = Xlsx<Cursor<Vec<u8>>>;

/// One row: its cells by column, in ascending order.
type SheetRow = Vec<(u32, String)>;

impl WorkbookSheets {
    pub(super) fn open_stream(
        mut stream: SourceStream,
        file: &str,
        layout: &SourceLayout,
    ) -> Result<(WorkbookSheets, Vec<String>), SourceReadError> {
        let mut bytes = Vec::new();
        while stream.fill_buffer(&mut bytes, 1 << 20, file)? > 0 {
            if bytes.len() > MAX_PACKED {
                return Err(too_large(file));
            }
        }
        check_unpacked(&bytes, MAX_UNPACKED, file)?;
        let mut book: XlsxBook = Xlsx::new(Cursor::new(bytes))
            .map_err(|error| broken_workbook(file, &error.to_string()))?;
        let names = choose_sheets(&book, layout, file)?;
        let mut headers: Option<Vec<String>> = None;
        let mut chunks = VecDeque::new();
        let mut lines = 0;
        for name in &names {
            let sheet = WorkbookSheet::read_sheet(&mut book, name, file)?;
            let (own, first) = sheet.read_headers(layout, file)?;
            let headers = headers.get_or_insert_with(|| own.clone());
            let order = place_columns(headers, &own, name, file)?;
            lines += u64::from(sheet.rows.last().map_or(0, |(row, _)| row + 1));
            let place = SheetPlacement { name: name.as_str().into(), order, width: headers.len() };
            sheet.push_chunks(first + layout.skip_rows as u32, &place, &mut chunks);
        }
        let headers = headers.unwrap_or_default();
        let unread = book.sheet_names().into_iter().filter(|name| !names.contains(name)).collect();
        let (digest, head) = (stream.finish_digest(file, lines)?, join_cells(&headers));
        Ok((WorkbookSheets { chunks, digest, head, unread }, headers))
    }

    pub(super) fn next_chunk(&mut self) -> Option<Chunk> {
        self.chunks.pop_front()
    }

    pub(super) fn file_digest(&self) -> FileDigest {
        self.digest.clone()
    }

    pub(super) fn file_preamble(&self) -> Preamble<'_> {
        Preamble {
            head: &self.head,
            tail: b"",
            separator: b',',
            encoding: FileEncoding::Utf8,
            transcoded: false,
            mark: b"",
            form: QuarantineForm::Flat,
        }
    }
}

fn broken_workbook(file: &str, problem: &str) -> SourceReadError {
    SourceReadError::Unusable {
        file: file.to_owned(),
        problem: text!("不是可读的工作簿（“{problem}”）", "not a readable workbook ({problem})"),
        remedy: phrase!(
            "请用电子表格程序打开后另存为 XLSX",
            "open it in a spreadsheet program and save it as XLSX again"
        )
        .into(),
    }
}

fn too_large(file: &str) -> SourceReadError {
    SourceReadError::Unusable {
        file: file.to_owned(),
        problem: phrase!("解压后超过 1 GiB", "it unpacks to more than 1 GiB").into(),
        remedy: phrase!("请改为导出 CSV", "export the data as CSV instead").into(),
    }
}

/// Unpacks everything once without keeping it, because the sizes that a zip states may be false.
fn check_unpacked(bytes: &[u8], most: u64, file: &str) -> Result<(), SourceReadError> {
    let failed = |error: &dyn std::fmt::Display| broken_workbook(file, &error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| failed(&e))?;
    let mut left = most;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|e| failed(&e))?;
        if entry.size() > left {
            return Err(too_large(file));
        }
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|e| failed(&e))?;
        left = left.checked_sub(read).ok_or_else(|| too_large(file))?;
    }
    Ok(())
}

fn choose_sheets(
    book: &XlsxBook,
    layout: &SourceLayout,
    file: &str,
) -> Result<Vec<String>, SourceReadError> {
    let all = book.sheet_names();
    if layout.sheets.is_empty() {
        return Ok(all.into_iter().take(1).collect());
    }
    if layout.sheets.iter().any(|name| name == "*") {
        return Ok(all);
    }
    for name in &layout.sheets {
        if !all.contains(name) {
            return Err(SourceReadError::Unusable {
                file: file.to_owned(),
                problem: text!("没有工作表 `{name}`", "it has no sheet `{name}`"),
                remedy: text!("现有工作表：{}", "its sheets are: {}", all.join(", ")),
            });
        }
    }
    Ok(layout.sheets.clone())
}

/// The position of each column of a later sheet among those of the first sheet.
fn place_columns(
    headers: &[String],
    own: &[String],
    sheet: &str,
    file: &str,
) -> Result<Vec<usize>, SourceReadError> {
    let place = |name: &String| {
        headers.iter().position(|known| known == name).ok_or_else(|| SourceReadError::Unusable {
            file: file.to_owned(),
            problem: text!(
                "工作表 `{sheet}` 有首个工作表没有的列 `{name}`",
                "its sheet `{sheet}` has a column `{name}` that the first sheet lacks"
            ),
            remedy: phrase!(
                "版式不同的工作表请以 `sheet` 逐个导入",
                "import sheets with different layouts one at a time, naming each in `sheet`"
            )
            .into(),
        })
    };
    own.iter().map(place).collect()
}

struct WorkbookSheet {
    /// Rows that hold anything, numbered from 0.
    rows: Vec<(u32, SheetRow)>,
    merged: Vec<Dimensions>,
    /// Cells that hold an error, by row and column.
    errors: HashSet<(u32, u32)>,
}

/// Where the cells of a sheet go.
struct SheetPlacement {
    name: Arc<str>,
    /// For each column of the sheet, its position among those of the first sheet.
    order: Vec<usize>,
    width: usize,
}

impl WorkbookSheet {
    fn read_sheet(
        book: &mut XlsxBook,
        name: &str,
        file: &str,
    ) -> Result<WorkbookSheet, SourceReadError> {
        let failed = |error: calamine::XlsxError| broken_workbook(file, &error.to_string());
        let merged = book.merge_cells_by_sheet_name(name).map_err(failed)?;
        let later = book.has_1904_epoch();
        let mut rows: Vec<(u32, SheetRow)> = Vec::new();
        let mut errors = HashSet::new();
        let mut cells = book.worksheet_cells_reader(name).map_err(failed)?;
        while let Some(cell) = cells.next_cell().map_err(failed)? {
            let text = value_text(cell.get_value(), later);
            if text.is_empty() {
                continue;
            }
            let (row, column) = cell.get_position();
            if matches!(cell.get_value(), DataRef::Error(_)) {
                errors.insert((row, column));
            }
            match rows.last_mut() {
                Some((last, cells)) if *last == row => cells.push((column, text)),
                Some(_) | None => rows.push((row, vec![(column, text)])),
            }
        }
        rows.sort_by_key(|(row, _)| *row);
        let mut sheet = WorkbookSheet { rows, merged, errors };
        sheet.fill_merged();
        Ok(sheet)
    }

    /// Gives every cell of a merged area the text of its first cell.
    fn fill_merged(&mut self) {
        for area in std::mem::take(&mut self.merged) {
            let large =
                u64::from(area.end.0 - area.start.0 + 1) * u64::from(area.end.1 - area.start.1 + 1);
            if large <= 1 << 20
                && let Some(text) = self.cell_text(area.start.0, area.start.1).map(str::to_owned)
            {
                for (row, cells) in &mut self.rows {
                    if !(area.start.0..=area.end.0).contains(row) {
                        continue;
                    }
                    for column in area.start.1..=area.end.1 {
                        if let Err(at) = cells.binary_search_by_key(&column, |(c, _)| *c) {
                            cells.insert(at, (column, text.clone()));
                            if self.errors.contains(&area.start) {
                                self.errors.insert((*row, column));
                            }
                        }
                    }
                }
            }
            self.merged.push(area);
        }
    }

    fn find_row(&self, row: u32) -> Option<&SheetRow> {
        let at = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(&self.rows[at].1)
    }

    fn cell_text(&self, row: u32, column: u32) -> Option<&str> {
        let cells = self.find_row(row)?;
        let at = cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        Some(&cells[at].1)
    }

    /// The names of the columns, and the row after them.
    fn read_headers(
        &self,
        layout: &SourceLayout,
        file: &str,
    ) -> Result<(Vec<String>, u32), SourceReadError> {
        let none = || SourceReadError::NoHeader { file: file.to_owned() };
        let width = self.rows.iter().filter_map(|(_, cells)| cells.last()).map(|c| c.0 + 1).max();
        let width = width.ok_or_else(none)?;
        if width > 16_384 {
            return Err(none());
        }
        if layout.header_row == Some(0) {
            let first = self.rows.first().map_or(0, |(row, _)| *row);
            return Ok((distinct_names(vec![String::new(); width as usize]), first));
        }
        let top = match layout.header_row {
            Some(row) => row as u32 - 1,
            None => self.first_header_row().ok_or_else(none)?,
        };
        let height =
            layout.header_rows.map_or_else(|| self.header_height(top), |h| h.max(1) as u32);
        let mut names = Vec::new();
        for column in 0..width {
            let mut parts: Vec<&str> = Vec::new();
            for row in top..top + height {
                if let Some(part) = self.cell_text(row, column).map(str::trim)
                    && parts.last() != Some(&part)
                {
                    parts.push(part);
                }
            }
            names.push(parts.join("/"));
        }
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if names.is_empty() {
            return Err(none());
        }
        Ok((distinct_names(names), top + height))
    }

    /// The first row that is not a title. A title is one text across merged cells, or a single text
    /// above a table of several columns.
    fn first_header_row(&self) -> Option<u32> {
        let wide = self.rows.iter().take(TITLES_MAX).any(|(_, cells)| cells.len() > 1);
        let title = |row: u32, cells: &SheetRow| {
            let one = cells.iter().all(|(_, text)| *text == cells[0].1);
            let merged =
                || self.merged.iter().any(|area| area.start.0 == row && area.end.1 > area.start.1);
            one && if cells.len() > 1 { merged() } else { wide }
        };
        self.rows.iter().find(|(row, cells)| !title(*row, cells)).map(|(row, _)| *row)
    }

    /// How many rows the header has: two or more if groups of columns have a common title.
    fn header_height(&self, top: u32) -> u32 {
        let starts = self.merged.iter().filter(|area| area.start.0 == top);
        let grouped = starts.clone().any(|area| area.end.1 > area.start.1);
        if !grouped {
            return 1;
        }
        let tallest = starts.map(|area| area.end.0 - area.start.0 + 1).max();
        tallest.unwrap_or(1).max(2)
    }

    fn push_chunks(self, first: u32, place: &SheetPlacement, chunks: &mut VecDeque<Chunk>) {
        let new = |number| ChunkBuilder::new(number, place.width).with_sheet(&place.name);
        let mut grid = new(chunks.len());
        for (row, cells) in self.rows {
            if row < first {
                continue;
            }
            let mut line = vec![""; place.width];
            for (column, text) in &cells {
                if let Some(at) = place.order.get(*column as usize) {
                    line[*at] = text;
                }
            }
            grid.push_record(u64::from(row) + 1, &line, None);
            for (column, _) in cells.iter().filter(|(c, _)| self.errors.contains(&(row, *c))) {
                if let Some(at) = place.order.get(*column as usize) {
                    grid.mark_error(*at, *column);
                }
            }
            if grid.row_count() == ROWS || grid.byte_count() > 64 << 20 {
                chunks.push_back(grid.into_chunk());
                grid = new(chunks.len());
            }
        }
        if grid.row_count() > 0 {
            chunks.push_back(grid.into_chunk());
        }
    }
}

fn value_text(value: &DataRef<'_>, later_epoch: bool) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(time) if time.is_datetime() => iso_date(time.as_f64(), later_epoch),
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A spreadsheet's day number as a date, with the time of day where it has one.
fn iso_date(serial: f64, later_epoch: bool) -> String {
    let days = serial.floor();
    let seconds = ((serial - days) * 86_400.0).round() as i64;
    // Day 0 is 1899-12-30, which makes up for 1900 counting as a leap year; or it is 1904-01-01.
    let epoch = if later_epoch { -24_107 } else { -25_569 };
    let total = (days as i64 + epoch) * 86_400 + seconds;
    let Ok(stamp) = jiff::Timestamp::from_second(total) else {
        return serial.to_string();
    };
    let civil = jiff::tz::TimeZone::UTC.to_datetime(stamp);
    if serial.abs() < 1.0 {
        civil.strftime("%H:%M:%S").to_string()
    } else if seconds == 0 {
        civil.strftime("%Y-%m-%d").to_string()
    } else {
        civil.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(bytes: usize) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        out.start_file("a", options).expect("in memory");
        out.write_all(&vec![b' '; bytes]).expect("in memory");
        out.finish().expect("in memory").into_inner()
    }

    #[test]
    fn what_unpacks_to_more_than_the_limit_is_refused() {
        let bomb = packed(200_000);
        assert!(bomb.len() < 2_000);
        let told = check_unpacked(&bomb, 100_000, "a.xlsx").expect_err("a refusal");
        assert!(told.to_string().contains("more than 1 GiB"), "{told}");
        assert!(check_unpacked(&bomb, 300_000, "a.xlsx").is_ok());
    }

    #[test]
    fn a_size_that_is_a_lie_is_found_out() {
        let mut bomb = packed(200_000);
        let size = 200_000_u32.to_le_bytes();
        let mut at = 0;
        while at + 4 <= bomb.len() {
            if bomb[at..at + 4] == size {
                bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
            }
            at += 1;
        }
        assert!(check_unpacked(&bomb, 100_000, "a.xlsx").is_err());
    }

    #[test]
    fn day_numbers_become_dates() {
        assert_eq!(iso_date(43_861.0, false), "2020-01-31");
        assert_eq!(iso_date(43_861.430_902_777_78, false), "2020-01-31 10:20:30");
        assert_eq!(iso_date(42_399.0, true), "2020-01-31");
        assert_eq!(iso_date(0.5, false), "12:00:00");
    }
}

//! The cells of a workbook, and the digest over them, which stays the same if the workbook is saved
//! again.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader as _, Xlsx};
use flate2::Compression;
use flate2::write::GzEncoder;
use trueline_ledger::Hash;

/// The heads of the parts of the seal's sheet, in column A.
pub const SHEET_PARTS: [&str; 3] = ["EVIDENCE", "ROWS", "SEAL"];
/// A cell of Excel holds 32 767 characters.
pub const CELL_CHARACTERS: usize = 32_000;

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum WorkbookError {
    #[error("it is not a readable workbook")]
    #[zh("不是可读的工作簿")]
    Xlsx(#[from] calamine::XlsxError),
    #[error("it has no sheet")]
    #[zh("其中没有工作表")]
    Empty,
}

/// A cell that is not empty, as the digest sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookCell {
    pub row: u32,
    pub column: u32,
    /// `n`, `s`, `b`, `e` or `f`
    pub kind: char,
    pub value: String,
}

/// A row that has cells, of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookRow {
    pub sheet: String,
    pub row: u32,
    pub cells: Vec<WorkbookCell>,
}

impl WorkbookRow {
    /// The lines of its cells.
    pub fn print_lines(&self) -> String {
        let line = |cell: &WorkbookCell| {
            let (row, column) = (cell.row, cell.column);
            let sheet = escape_text(&self.sheet);
            format!("{sheet}\t{row}\t{column}\t{}\t{}\n", cell.kind, escape_text(&cell.value))
        };
        self.cells.iter().map(line).collect()
    }

    /// First eight bytes of the digest of its lines, in hexadecimal.
    pub fn digest_mark(&self) -> String {
        Hash::digest_of(self.print_lines().as_bytes()).to_hex()[..16].to_owned()
    }
}

/// The sheets of a workbook except the last, and column A of the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedWorkbook {
    pub rows: Vec<WorkbookRow>,
    pub last: Vec<String>,
    /// Cells of the last sheet that are in no part of it.
    pub beside: Vec<WorkbookCell>,
    /// Cells whose format shows digits of its own: sheet, cell and format.
    pub disguised: Vec<(String, String, String)>,
}

/// Reads all cells of a workbook.
pub fn read_workbook(bytes: &[u8]) -> Result<SealedWorkbook, WorkbookError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let names = book.sheet_names();
    let (last, others) = names.split_last().ok_or(WorkbookError::Empty)?;
    let mut rows = Vec::new();
    for name in others {
        rows.extend(read_rows(&mut book, name)?);
    }
    let mut disguised = Vec::new();
    for name in others {
        disguised.extend(find_disguised(&mut book, name)?);
    }
    let cells: Vec<WorkbookCell> =
        read_rows(&mut book, last)?.into_iter().flat_map(|row| row.cells).collect();
    let (parts, mut beside): (Vec<WorkbookCell>, Vec<WorkbookCell>) =
        cells.into_iter().partition(|cell| cell.column == 1 && cell.kind == 's');
    let is_head = |cell: &WorkbookCell| SHEET_PARTS.contains(&cell.value.as_str());
    let before = parts.iter().position(is_head).unwrap_or(parts.len());
    beside.extend_from_slice(&parts[..before]);
    let last = parts.into_iter().skip(before).map(|cell| cell.value).collect();
    Ok(SealedWorkbook { rows, last, beside, disguised })
}

/// The digest over the cells of all sheets except the last, and the rows that it covers.
pub fn workbook_digest(bytes: &[u8]) -> Result<(Hash, Vec<WorkbookRow>), WorkbookError> {
    let rows = read_workbook(bytes)?.rows;
    Ok((digest_rows(&rows), rows))
}

pub(crate) fn digest_rows(rows: &[WorkbookRow]) -> Hash {
    let lines: String = rows.iter().map(WorkbookRow::print_lines).collect();
    Hash::digest_of(lines.as_bytes())
}

/// What stands under `ROWS`: one line `SHEET⇥ROW⇥HEX` per row.
pub fn row_marks(rows: &[WorkbookRow]) -> String {
    let line = |row: &WorkbookRow| {
        format!("{}\t{}\t{}\n", escape_text(&row.sheet), row.row, row.digest_mark())
    };
    rows.iter().map(line).collect()
}

/// Base64 of gzip, cut into cells.
pub fn packed_cells(text: &str) -> std::io::Result<Vec<String>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    Ok(cut_into_cells(&STANDARD.encode(packed.finish()?)))
}

/// A text of ASCII, cut into cells.
pub fn cut_into_cells(text: &str) -> Vec<String> {
    let parts = text.as_bytes().chunks(CELL_CHARACTERS);
    parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

impl SealedWorkbook {
    /// What stands under one of [`SHEET_PARTS`], its cells put together.
    pub fn join_part(&self, name: &str) -> Option<String> {
        let from = self.last.iter().position(|cell| cell == name)? + 1;
        let cells =
            self.last[from..].iter().take_while(|cell| !SHEET_PARTS.contains(&cell.as_str()));
        Some(cells.map(String::as_str).collect())
    }
}

// Cell by cell: a hostile sheet with two cells far apart would fill the memory as a range.
fn read_rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
) -> Result<Vec<WorkbookRow>, WorkbookError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let mut rows: BTreeMap<u32, Vec<WorkbookCell>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell_with_formula()? {
        let (row, column) = (cell.pos.0.saturating_add(1), cell.pos.1.saturating_add(1));
        // Whoever opens the workbook sees what the formula gives, not the value saved with it.
        let text = match cell.formula {
            Some(formula) => Some(('f', formula)),
            None => cell_text(&Data::from(cell.value)),
        };
        if let Some((kind, value)) = text {
            rows.entry(row).or_default().push(WorkbookCell { row, column, kind, value });
        }
    }
    let rows = rows.into_iter().map(|(row, mut cells)| {
        cells.sort_by_key(|cell| cell.column);
        WorkbookRow { sheet: name.to_owned(), row, cells }
    });
    Ok(rows.collect())
}

fn find_disguised(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
) -> Result<Vec<(String, String, String)>, WorkbookError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let mut cells = Vec::new();
    while let Some((row, column, style)) = reader.next_style_id()? {
        cells.push((row, column, style));
    }
    let styles = reader.styles();
    let disguised = cells.into_iter().filter_map(|(row, column, style)| {
        let format = &styles.get(style)?.number_format.as_ref()?.format_code;
        let cell = format!("{}{}", column_letters(column.saturating_add(1)), row.saturating_add(1));
        shows_own_digits(format).then(|| (name.to_owned(), cell, format.clone()))
    });
    Ok(disguised.collect())
}

/// Whether a number format prints digits that are not of the number: `"2.00"`, `\\2`, `2.00`.
fn shows_own_digits(format: &str) -> bool {
    let mut signs = format.chars();
    let (mut is_quoted, mut is_bracket) = (false, false);
    while let Some(sign) = signs.next() {
        match sign {
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => is_bracket = true,
            ']' if !is_quoted => is_bracket = false,
            '\\' if !is_quoted && signs.next().is_some_and(char::is_numeric) => return true,
            '0' if !is_quoted => {}
            sign if sign.is_numeric() && !is_bracket => return true,
            _ => {}
        }
    }
    false
}

/// A column as Excel names it: 1 is A, 27 is AA.
pub(crate) fn column_letters(mut column: u32) -> String {
    let mut out = Vec::new();
    while column > 0 {
        out.push(char::from(b'A' + ((column - 1) % 26) as u8));
        column = (column - 1) / 26;
    }
    out.iter().rev().collect()
}

const DIGITS: usize = 15;

/// Fifteen significant digits: all that every spreadsheet keeps when it saves a workbook again.
/// Rounds the shortest decimal, halves away from zero, because that is what they do.
fn print_number(value: f64) -> String {
    let shortest = format!("{value:e}");
    let Some((front, exponent)) = shortest.split_once('e') else {
        return shortest;
    };
    let sign = if front.starts_with('-') { "-" } else { "" };
    let digits: String = front.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let kept: u64 = digits.get(..DIGITS).unwrap_or(&digits).parse().unwrap_or_default();
    let is_up = digits.as_bytes().get(DIGITS).is_some_and(|digit| *digit >= b'5');
    let shift = exponent + 1 - digits.len().min(DIGITS) as i32;
    let rounded = format!("{sign}{}e{shift}", kept + u64::from(is_up)).parse().unwrap_or(value);
    // Minus zero is zero, for a spreadsheet may lose the sign.
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn cell_text(cell: &Data) -> Option<(char, String)> {
    let number = |value: f64| ('n', print_number(value));
    Some(match cell {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            if text.is_empty() {
                return None;
            }
            ('s', text.clone())
        }
        Data::Int(value) => number(*value as f64),
        Data::Float(value) => number(*value),
        // Whether a number is a date is a matter of its format, which is not sealed.
        Data::DateTime(value) => number(value.as_f64()),
        Data::Bool(value) => ('b', u8::from(*value).to_string()),
        Data::Error(error) => ('e', error.to_string()),
    })
}

pub(crate) fn escape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_digits_that_spreadsheets_keep() {
        for (value, text) in [
            (0.840_000_028_367_828_6, "0.840000028367829"),
            (5.677_106_481_481_482, "5.67710648148148"),
            (-0.030_000_000_000_000_027, "-0.03"),
            (-0.0, "0"),
            (7.680_688_644_688_645, "7.68068864468865"),
            (999_999.999_999_999_9, "1000000"),
            (1e21, "1000000000000000000000"),
            (1.0 / 3.0, "0.333333333333333"),
        ] {
            assert_eq!(print_number(value), text);
            assert_eq!(print_number(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_format_shows_the_number_or_is_refused() {
        let honest = [
            "General",
            "#,##0.00",
            "0.00%",
            "0.0E+00",
            "yyyy-mm-dd",
            "[$-409]d/m/yy",
            "@",
            "+#,##0.00\"个百分点\";\"−\"#,##0.00\" pp\"",
            "0\\ \"h\"",
        ];
        for format in honest {
            assert!(!shows_own_digits(format), "{format}");
        }
        for format in ["\"2.00\"", "\\2", "2.00", "0\"0\"", "[Red]\"1\"0", "\"٣\""] {
            assert!(shows_own_digits(format), "{format}");
        }
    }
}

//! Quarantine: refused rows in the layout of their source, with two more columns.
//!
//! Only its owner may read the file. Once the rows are corrected, it is imported like its source,
//! as often as needed: the columns that an earlier quarantine added are replaced by those of the
//! next.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use trueline_language::Language;

use super::refused::RefusedRow;
use super::words::{place_in_sheet, place_reason};
use crate::quarantine_columns::QuarantineColumns;
use crate::source::{FileEncoding, Preamble, QuarantineForm, unescape_text};

/// Writes refused rows; `name` is the name of the source.
pub(crate) fn write_quarantine<'a>(
    folder: &Path,
    name: &str,
    (preamble, language): (&Preamble<'_>, Language),
    refused: impl Iterator<Item = &'a RefusedRow>,
) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let name = match preamble.form {
        QuarantineForm::Separated | QuarantineForm::Json => {
            name.strip_suffix(".gz").unwrap_or(name).to_owned()
        }
        QuarantineForm::Flat => format!("{name}.csv"),
    };
    let path = folder.join(&name);
    let new = folder.join(format!(".{name}.new"));
    match std::fs::remove_file(&new) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut out = io::BufWriter::new(create_private(&new)?);
    let language = writable_language(language, preamble.encoding);
    match preamble.form {
        QuarantineForm::Json => {
            for row in refused {
                out.write_all(&json_record(row, language))?;
            }
        }
        QuarantineForm::Separated | QuarantineForm::Flat => {
            write_separated(&mut out, preamble, language, refused)?;
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&new, &path)?;
    Ok(path)
}

/// English if the encoding of the file cannot hold Chinese.
fn writable_language(language: Language, encoding: FileEncoding) -> Language {
    match encoding {
        FileEncoding::Utf8
        | FileEncoding::Gb18030
        | FileEncoding::Utf16Le
        | FileEncoding::Utf16Be => language,
        FileEncoding::Other(encoding) if encoding == encoding_rs::GB18030 => language,
        FileEncoding::Other(_) => Language::English,
    }
}

fn write_separated<'a>(
    out: &mut impl Write,
    preamble: &Preamble<'_>,
    language: Language,
    refused: impl Iterator<Item = &'a RefusedRow>,
) -> io::Result<()> {
    out.write_all(byte_order_mark(preamble))?;
    let before = EarlierColumns::find_in(preamble);
    let added = QuarantineColumns::of_language(language);
    let remedy = match preamble.form {
        QuarantineForm::Flat => added.flat_remedy,
        QuarantineForm::Separated | QuarantineForm::Json if before.is_flat => added.flat_remedy,
        QuarantineForm::Separated | QuarantineForm::Json => added.remedy,
    };
    let names = added_cells(preamble, [added.reason, remedy]);
    let head = before.cut_from(preamble.head, preamble.separator);
    out.write_all(&encode_back(preamble, [head, &names].concat()))?;
    if !preamble.tail.is_empty() {
        out.write_all(&encode_back(preamble, preamble.tail.to_vec()))?;
    }
    for row in refused {
        let (reasons, remedies) = describe_row(row, language);
        let record = before.cut_from(&row.record, preamble.separator);
        let record = [record, &added_cells(preamble, [&reasons, &remedies])].concat();
        out.write_all(&encode_back(preamble, record))?;
    }
    Ok(())
}

/// The byte order mark: that of the source, or the one for UTF-8 if a UTF-8 source has none.
/// Without it spreadsheet programs mistake Chinese for something else.
fn byte_order_mark(preamble: &Preamble<'_>) -> &'static [u8] {
    match (preamble.encoding, preamble.mark) {
        (FileEncoding::Utf8, []) => "\u{feff}".as_bytes(),
        (_, mark) => mark,
    }
}

/// The columns that an earlier quarantine added to a source that was corrected in part. They are
/// replaced by the new ones.
struct EarlierColumns {
    columns: usize,
    is_flat: bool,
}

impl EarlierColumns {
    fn find_in(preamble: &Preamble<'_>) -> EarlierColumns {
        let mut before = EarlierColumns { columns: 0, is_flat: false };
        let mut head = preamble.head;
        while let Some((rest, cell)) = without_last_cell(head, preamble.separator) {
            let name = match preamble.encoding {
                FileEncoding::Gb18030 if !preamble.transcoded => {
                    encoding_rs::GB18030.decode_without_bom_handling(cell).0
                }
                _ => String::from_utf8_lossy(cell),
            };
            let name = name.trim();
            if !QuarantineColumns::is_added(name) {
                break;
            }
            before.columns += 1;
            before.is_flat |= QuarantineColumns::is_flat(name);
            head = rest;
        }
        before
    }

    fn cut_from<'r>(&self, record: &'r [u8], separator: u8) -> &'r [u8] {
        let mut record = record;
        for _ in 0..self.columns {
            let Some((rest, _)) = without_last_cell(record, separator) else {
                break;
            };
            record = rest;
        }
        record
    }
}

/// A record without its last cell, and that cell; `None` for a record of one cell.
///
/// It works from the end, because the first cells of a bad record may be impossible to tell apart.
fn without_last_cell(record: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let Some(inside) = record.strip_suffix(b"\"") else {
        let at = memchr::memrchr(separator, record)?;
        return Some((&record[..at], &record[at + 1..]));
    };
    let mut end = inside.len();
    loop {
        let quote = memchr::memrchr(b'"', &inside[..end])?;
        match inside[..quote] {
            // One of a pair of quotes inside the cell.
            [.., b'"'] => end = quote - 1,
            [.., last] if last == separator => {
                return Some((&inside[..quote - 1], &inside[quote + 1..]));
            }
            _ => return None,
        }
    }
}

/// A JSON object with two more members, on one line.
fn json_record(row: &RefusedRow, language: Language) -> Vec<u8> {
    let (reasons, remedies) = describe_row(row, language);
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&row.record).unwrap_or_default();
    object.retain(|name, _| !QuarantineColumns::is_added(name));
    if object.is_empty() {
        let text = String::from_utf8_lossy(&row.record).into_owned();
        object.insert(QuarantineColumns::RECORD.to_owned(), text.into());
    }
    object.insert(QuarantineColumns::of_language(language).reason.to_owned(), reasons.into());
    object.insert(QuarantineColumns::of_language(language).remedy.to_owned(), remedies.into());
    let mut line = serde_json::Value::Object(object).to_string().into_bytes();
    line.push(b'\n');
    line
}

/// Two more cells and the end of the line.
fn added_cells(preamble: &Preamble<'_>, cells: [&str; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    for cell in cells {
        out.push(preamble.separator);
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        if preamble.transcoded {
            out.extend_from_slice(quoted.as_bytes());
        } else {
            out.extend_from_slice(&preamble.encoding.encode_text(&quoted));
        }
    }
    out.push(b'\n');
    out
}

fn encode_back(preamble: &Preamble<'_>, bytes: Vec<u8>) -> Vec<u8> {
    if preamble.transcoded { unescape_text(&bytes, preamble.encoding) } else { bytes }
}

/// Everything that is wrong with a row, and what to do about it.
fn describe_row(row: &RefusedRow, language: Language) -> (String, String) {
    let reasons = row
        .problems
        .iter()
        .map(|(column, value, reason)| place_reason(language, row.line, (column, value), *reason))
        .map(|reason| match &row.sheet {
            Some(sheet) => place_in_sheet(language, sheet, &reason),
            None => reason,
        });
    let reasons: Vec<String> = reasons.collect();
    let mut remedies: Vec<&str> = Vec::new();
    for (_, _, reason) in &row.problems {
        let remedy = reason.describe_remedy(language);
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    let between = language.pick("；", "; ");
    (reasons.join(between), remedies.join(between))
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Masks a value for a report: enough to find it, not enough to know it.
pub(crate) fn mask_value(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    if letters.len() <= 2 {
        return "*".repeat(letters.len());
    }
    let shown = (letters.len() / 4).clamp(1, 3);
    let hidden = letters.len() - 2 * shown;
    let start: String = letters[..shown].iter().collect();
    let end: String = letters[letters.len() - shown..].iter().collect();
    format!("{start}{}{end}", "*".repeat(hidden.min(8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_shows_at_most_three_letters_at_each_end() {
        for (value, masked) in [
            ("", ""),
            ("a", "*"),
            ("ab", "**"),
            ("abc", "a*c"),
            ("abcdefg", "a*****g"),
            ("abcdefgh", "ab****gh"),
            ("张三李四", "张**四"),
            ("abcdefghijklmnopqrstuvwxyz", "abc********xyz"),
        ] {
            assert_eq!(mask_value(value), masked);
        }
    }

    #[test]
    fn the_last_cell_is_found_from_the_end() {
        let check = |record: &str, expected: Option<(&str, &str)>| {
            let expected = expected.map(|(a, b)| (a.as_bytes(), b.as_bytes()));
            assert_eq!(without_last_cell(record.as_bytes(), b','), expected, "{record}");
        };
        check("a,b", Some(("a", "b")));
        check("a,", Some(("a", "")));
        check("a", None);
        check("", None);
        check("\"", None);
        check("\"a, b\"", None);
        check("a,\"b, c\"", Some(("a", "b, c")));
        check("a,\"\"", Some(("a", "")));
        check("a,\"b \"\"c\"\", d\"", Some(("a", "b \"\"c\"\", d")));
        check("a,\"\"\"b\"\"\"", Some(("a", "\"\"b\"\"")));
        check("say \"x\" now,\"line 3: y\"", Some(("say \"x\" now", "line 3: y")));
        check("a\"b", None);
    }
}

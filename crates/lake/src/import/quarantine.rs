//! Quarantine: refused rows in the layout of their source, with two columns more.
//!
//! The file is for its owner's eyes only. Once mended it imports like the source it came from.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::fragment::Refused;
use super::reason::Reason;
use crate::source::{Form, Preamble};

/// The columns that a quarantine file has and its source has not; an import passes over them.
pub(crate) const ADDED_COLUMNS: [&str; 3] = ["quarantine_reason", "quarantine_remedy", FLAT_REMEDY];

/// The second column where the source was a workbook or a table: the file here is plain, so what
/// the mapping says of sheets, header rows and separators does not hold for it.
pub(crate) const FLAT_REMEDY: &str = "quarantine_remedy_flat";

/// Writes refused rows; `name` is that of the source.
pub(crate) fn write<'a>(
    folder: &Path,
    name: &str,
    preamble: &Preamble<'_>,
    refused: impl Iterator<Item = &'a Refused>,
) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let name = match preamble.form {
        Form::Separated | Form::Json => name.strip_suffix(".gz").unwrap_or(name).to_owned(),
        Form::Flat => format!("{name}.csv"),
    };
    let path = folder.join(&name);
    let new = folder.join(format!(".{name}.new"));
    match std::fs::remove_file(&new) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut out = io::BufWriter::new(private(&new)?);
    out.write_all(preamble.mark)?;
    let remedy = match preamble.form {
        Form::Separated | Form::Json => ADDED_COLUMNS[1],
        Form::Flat => FLAT_REMEDY,
    };
    if preamble.form != Form::Json {
        let names = [ADDED_COLUMNS[0].to_owned(), remedy.to_owned()];
        let head = [preamble.head, &added(preamble, names)].concat();
        out.write_all(&own_encoding(preamble, head))?;
    }
    if !preamble.tail.is_empty() {
        out.write_all(&own_encoding(preamble, preamble.tail.to_vec()))?;
    }
    for row in refused {
        let (reasons, remedies) = told(row);
        if preamble.form == Form::Json {
            out.write_all(&json_record(&row.record, &reasons, &remedies))?;
            continue;
        }
        let record = [&*row.record, &added(preamble, [reasons, remedies])].concat();
        out.write_all(&own_encoding(preamble, record))?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&new, &path)?;
    Ok(path)
}

/// A JSON object with two more members, on a line.
fn json_record(record: &[u8], reasons: &str, remedies: &str) -> Vec<u8> {
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(record).unwrap_or_default();
    object.insert(ADDED_COLUMNS[0].to_owned(), reasons.into());
    object.insert(ADDED_COLUMNS[1].to_owned(), remedies.into());
    let mut line = serde_json::Value::Object(object).to_string().into_bytes();
    line.push(b'\n');
    line
}

/// Two more cells and a line end.
fn added(preamble: &Preamble<'_>, cells: [String; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    for cell in cells {
        out.push(preamble.separator);
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        if preamble.transcoded {
            out.extend_from_slice(quoted.as_bytes());
        } else {
            out.extend_from_slice(&preamble.encoding.encode(&quoted));
        }
    }
    out.push(b'\n');
    out
}

fn own_encoding(preamble: &Preamble<'_>, bytes: Vec<u8>) -> Vec<u8> {
    if preamble.transcoded {
        preamble.encoding.encode(&String::from_utf8_lossy(&bytes))
    } else {
        bytes
    }
}

/// All that is wrong with a row, and what to do about it.
fn told(row: &Refused) -> (String, String) {
    let reasons = row.problems.iter().map(|(column, value, reason)| {
        match (column.is_empty(), value.is_empty()) {
            (true, _) => format!("line {}: {}", row.line, reason.text()),
            (false, true) => format!("line {}, {column}: {}", row.line, reason.text()),
            (false, false) => {
                format!("line {}, {column} = {value}: {}", row.line, reason.text())
            }
        }
    });
    let reasons: Vec<String> = reasons.collect();
    let mut remedies: Vec<&str> =
        row.problems.iter().map(|(_, _, reason)| Reason::remedy(*reason)).collect();
    remedies.dedup();
    (reasons.join("; "), remedies.join("; "))
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// A value that a report may show: enough to find it, not to know it.
pub(crate) fn masked(value: &str) -> String {
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

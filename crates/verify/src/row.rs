//! A canonical row, read back: what was recorded of one case.

use std::fmt;

use crate::bytes::{ByteReader, MalformedBytes};
use crate::entries::RowColumn;
use crate::instant::format_instant;

/// Bytes of salt in front of a row.
pub(crate) const SALT_BYTES: usize = 16;

/// Lists hold records; nothing is nested deeper.
const DEEPEST: usize = 2;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowValue {
    Missing,
    Text(String),
    Integer(i64),
    /// Seconds since 1970, UTC.
    Moment(i64),
    Number(f64),
    Boolean(bool),
    List(Vec<CanonicalRow>),
}

/// The values of a row, by column.
#[derive(Debug, Clone, PartialEq)]
pub struct CanonicalRow(pub Vec<(String, RowValue)>);

/// Bytes that do not form a row of these columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("these bytes are not a row with the columns of its batch")]
#[zh("这些字节不是该批次各列的数据行")]
pub struct NotARow;

impl CanonicalRow {
    /// Reads a salted row with the columns that its batch's entry lists.
    pub fn parse(salted: &[u8], columns: &[RowColumn]) -> Result<CanonicalRow, NotARow> {
        let (_, row) = salted.split_at_checked(SALT_BYTES).ok_or(NotARow)?;
        let mut bytes = ByteReader(row);
        let read = parse_record(&mut bytes, columns, 0).and_then(|read| {
            bytes.expect_end()?;
            Ok(read)
        });
        read.map_err(|MalformedBytes| NotARow)
    }

    /// The value of a column; missing if there is no such column.
    pub fn find_value(&self, column: &str) -> &RowValue {
        let found = self.0.iter().find(|(name, _)| name == column);
        found.map_or(&RowValue::Missing, |(_, value)| value)
    }
}

fn parse_record(
    bytes: &mut ByteReader<'_>,
    columns: &[RowColumn],
    depth: usize,
) -> Result<CanonicalRow, MalformedBytes> {
    let read = |column: &RowColumn| Ok((column.name.clone(), parse_value(bytes, column, depth)?));
    columns.iter().map(read).collect::<Result<Vec<_>, _>>().map(CanonicalRow)
}

fn parse_value(
    bytes: &mut ByteReader<'_>,
    column: &RowColumn,
    depth: usize,
) -> Result<RowValue, MalformedBytes> {
    let kind = column.kind.as_str();
    Ok(match (bytes.read_byte()?, kind) {
        (0, _) => RowValue::Missing,
        (1, "text") => RowValue::Text(bytes.read_text()?),
        (2, "integer") => RowValue::Integer(bytes.read_signed()?),
        (2, "moment") => RowValue::Moment(bytes.read_signed()?),
        (3, "number") => RowValue::Number(f64::from_be_bytes(bytes.read_array()?)),
        (4, "boolean") => RowValue::Boolean(false),
        (5, "boolean") => RowValue::Boolean(true),
        (6, "list") if depth < DEEPEST => {
            let inner = column.columns.as_deref().filter(|inner| !inner.is_empty());
            let inner = inner.ok_or(MalformedBytes)?;
            let mut records = Vec::new();
            for _ in 0..bytes.read_count()? {
                records.push(parse_record(bytes, inner, depth + 1)?);
            }
            RowValue::List(records)
        }
        _ => return Err(MalformedBytes),
    })
}

impl fmt::Display for RowValue {
    /// The value for a person to read: moments in UTC, `;` between the records of a list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowValue::Missing => Ok(()),
            RowValue::Text(text) => f.write_str(text),
            RowValue::Integer(value) => write!(f, "{value}"),
            RowValue::Moment(seconds) => match u64::try_from(*seconds) {
                Ok(seconds) => f.write_str(&format_instant(seconds)),
                Err(_) => write!(f, "{seconds}"),
            },
            RowValue::Number(value) => write!(f, "{value}"),
            RowValue::Boolean(value) => write!(f, "{value}"),
            RowValue::List(records) => {
                for (at, CanonicalRow(columns)) in records.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "; " })?;
                    let known = columns.iter().filter(|(_, value)| *value != RowValue::Missing);
                    for (place, (name, value)) in known.enumerate() {
                        let comma = if place == 0 { "" } else { ", " };
                        write!(f, "{comma}{name}={value}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(name: &str, kind: &str) -> RowColumn {
        RowColumn { name: name.to_owned(), kind: kind.to_owned(), columns: None }
    }

    fn columns() -> Vec<RowColumn> {
        let inner = vec![column("kind", "text"), column("from", "moment")];
        let list = RowColumn { columns: Some(inner), ..column("intervals", "list") };
        vec![column("source", "text"), column("accepted", "moment"), column("n", "number"), list]
    }

    /// `bss`, 2020-03-02T00:00:00Z, 0.5, one interval without a start.
    fn salted() -> Vec<u8> {
        let mut bytes = vec![9; SALT_BYTES];
        bytes.extend_from_slice(b"\x01\x03bss\x02\x80\xb2\xe2\xe5\x0b");
        bytes.extend_from_slice(b"\x03\x3f\xe0\x00\x00\x00\x00\x00\x00");
        bytes.extend_from_slice(b"\x06\x01\x01\x06paused\x00");
        bytes
    }

    #[test]
    fn a_row_reads_back_and_anything_cut_or_added_does_not() {
        let bytes = salted();
        let row = CanonicalRow::parse(&bytes, &columns()).unwrap();
        assert_eq!(row.find_value("source"), &RowValue::Text("bss".to_owned()));
        assert_eq!(row.find_value("accepted"), &RowValue::Moment(1_583_107_200));
        assert_eq!(row.find_value("n"), &RowValue::Number(0.5));
        assert_eq!(row.find_value("intervals").to_string(), "kind=paused");
        assert_eq!(row.find_value("accepted").to_string(), "2020-03-02T00:00:00Z");
        assert_eq!(row.find_value("nothing"), &RowValue::Missing);
        for length in 0..bytes.len() {
            assert_eq!(CanonicalRow::parse(&bytes[..length], &columns()), Err(NotARow), "{length}");
        }
        assert_eq!(CanonicalRow::parse(&[bytes, vec![0]].concat(), &columns()), Err(NotARow));
    }

    #[test]
    fn a_list_that_claims_to_hold_more_than_there_is_ends_at_once() {
        let empty = RowColumn { columns: Some(Vec::new()), ..column("list", "list") };
        let mut bytes = vec![0; SALT_BYTES];
        bytes.extend_from_slice(b"\x06\xff\xff\xff\xff\xff\xff\xff\xff\x7f");
        assert_eq!(CanonicalRow::parse(&bytes, &[empty]), Err(NotARow));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_row_or_refused(
            flips in proptest::collection::vec((0_usize..64, any::<u8>()), 0..6),
        ) {
            let mut bytes = salted();
            for (at, byte) in flips {
                let length = bytes.len();
                bytes[at % length] = byte;
            }
            let _ = CanonicalRow::parse(&bytes, &columns());
        }
    }
}

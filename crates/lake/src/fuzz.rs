//! Entry points for fuzzing: each takes arbitrary bytes and must return.
//!
//! They check what must hold for every input, not only that nothing panics.

use trueline_language::{Language, contains_chinese};

use crate::dates::{self, DateFormat, DateOrder};
use crate::mapping::Mapping;
use crate::schema::{DatasetColumn, DatasetSchema, ListColumn, ValueKind};
use crate::source::split::{last_record_end, split_records};
use crate::source::{Chunk, Encoding, json};

/// Separated text: a file that is cut in two at the end of a record has the same records as the
/// whole.
pub fn check_csv(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let separator = [b',', b';', b'\t', b'|'][usize::from(*choice) % 4];
    let columns = usize::from(*choice / 4) % 5 + 1;
    let encoding = if *choice < 128 { Encoding::Utf8 } else { Encoding::Gb18030 };
    let read = |bytes: &[u8], first: u64| {
        let mut chunk = Chunk::new(0, bytes.to_vec(), encoding, columns);
        let after = split_records(&mut chunk, separator, first);
        let rows: Vec<(u64, Vec<u8>)> = (0..chunk.row_count())
            .map(|row| {
                (0..columns).for_each(|column| drop(chunk.cell_text(row, column)));
                (chunk.line_of(row), chunk.record_bytes(row).to_vec())
            })
            .collect();
        (rows, after)
    };
    let (whole, _) = read(bytes, 1);
    let (head, tail) = bytes.split_at(last_record_end(bytes, separator));
    let (mut parts, after) = read(head, 1);
    parts.extend(read(tail, after).0);
    assert_eq!(whole, parts, "a cut at a record end changed the records");
}

/// A mapping: it is either understood or refused with a line that exists.
pub fn check_mapping(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = Mapping::parse("fuzz.toml", &text, &parcel_schema()) {
        assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{error}");
        assert!(contains_chinese(error.problem.as_str(Language::Chinese)));
    }
}

/// JSON: every record that is found has a start, an end and a line.
pub fn check_json(bytes: &[u8]) {
    let found = json::scan_objects(bytes, 1);
    let mut before = 0;
    for at in found.records.iter().chain(&found.open) {
        assert!(at.start >= before && at.end > at.start && at.line >= 1);
        before = at.end;
        let record = &bytes[at.start..at.end];
        if let Ok(value) = serde_json::from_slice(record) {
            json::walk_values(&value, &mut String::new(), &mut |_, _| {});
        }
    }
}

/// Dates: the first line is a format, the rest a text.
pub fn check_dates(bytes: &[u8]) {
    let cut = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let (format, text) = bytes.split_at(cut);
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::Unknown] {
        if let Some(found) = dates::read_any(text, order) {
            assert!(found.seconds.abs() < 400_000_000_000, "a year that nobody wrote");
        }
    }
    if let Ok(format) = DateFormat::parse(&String::from_utf8_lossy(format)) {
        let _ = format.read_text(text);
    }
}

fn parcel_schema() -> DatasetSchema {
    let column = |name, kind| DatasetColumn { name, kind, required: false, allowed: &[], doc: "" };
    DatasetSchema {
        name: "parcel",
        key: &["number"],
        columns: vec![
            DatasetColumn { required: true, ..column("number", ValueKind::Text) },
            DatasetColumn { allowed: &["small", "large"], ..column("size", ValueKind::Label) },
            column("posted", ValueKind::Moment),
        ],
        blank: &[],
        lists: vec![ListColumn {
            name: "stops",
            columns: vec![column("kind", ValueKind::Label), column("from", ValueKind::Moment)],
            doc: "",
        }],
        doc: "",
    }
}

/// A short run of fuzzing: mutates the seed pseudo-randomly, the same way every time, and calls the
/// target with each result.
pub fn run_mutations(seed: &[u8], rounds: u32, target: fn(&[u8])) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        (state >> 33) as usize % below.max(1)
    };
    target(seed);
    for _ in 0..rounds {
        let mut bytes = seed.to_vec();
        for _ in 0..=roll(6) {
            let at = roll(bytes.len());
            let special = b",\"\n\r{}[]%;|\x00\xff\x81";
            match roll(5) {
                0 if !bytes.is_empty() => bytes[at] = roll(256) as u8,
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => bytes.insert(at, special[roll(special.len())]),
                3 => bytes.truncate(at),
                _ => {
                    let part = bytes[at..(at + roll(20)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        target(&bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &[u8] = b"\x08a,b,c\n1,\"x, \"\"y\"\"\nz\",3\n\n4,5\r\n\"6\"7,8,9\n";
    const MAPPING: &[u8] = b"[mapping]\ndataset = \"parcel\"\nmissing = [\"\", \"?\"]\n\
        rest = \"drop\"\n[columns.number]\nfrom = \"n\"\n[columns.size]\nexpr = \"if(a == 'b', \
        'small', null)\"\n[columns.posted]\nfrom = \"p\"\nformat = \"%d/%m/%Y\"\n[[stops]]\n\
        kind = \"x\"\nfrom = { from = \"q\" }\n[events]\nkey = \"n\"\n[[events.states]]\n\
        list = \"stops\"\ncolumn = \"s\"\nat = \"t\"\nis = { a = { kind = \"b\" } }\n";
    const JSON: &[u8] = b"[{\"a\":{\"b\":[1,\"\\\"}\"]}},\n{\"c\":null}]\n{}";
    const DATE: &[u8] = b"%Y-%m-%d %H:%M:%S %p %z\n2020\xe5\xb9\xb41/31 \xe4\xb8\x8b10:20:30.5Z";

    #[test]
    fn separated_text_withstands_a_storm() {
        run_mutations(CSV, 30_000, check_csv);
    }

    #[test]
    fn mappings_withstand_a_storm() {
        assert!(Mapping::parse("m", &String::from_utf8_lossy(MAPPING), &parcel_schema()).is_ok());
        run_mutations(MAPPING, 5_000, check_mapping);
    }

    #[test]
    fn json_withstands_a_storm() {
        run_mutations(JSON, 20_000, check_json);
    }

    #[test]
    fn dates_withstand_a_storm() {
        run_mutations(DATE, 30_000, check_dates);
    }
}

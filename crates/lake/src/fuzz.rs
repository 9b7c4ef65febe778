//! Entry points for fuzzing: each takes any bytes at all and must come back.
//!
//! They check what must hold of every input, not only that nothing breaks.

use trueline_language::{Language, contains_chinese};

use crate::dates::{self, DateFormat, DayOrder};
use crate::mapping::Mapping;
use crate::schema::{Column, Kind, List, Schema};
use crate::source::split::{last_record_end, split};
use crate::source::{Chunk, Encoding, json};

/// Separated text: a file cut in two at a record end has the same records as the whole.
pub fn csv(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let separator = [b',', b';', b'\t', b'|'][usize::from(*choice) % 4];
    let columns = usize::from(*choice / 4) % 5 + 1;
    let encoding = if *choice < 128 { Encoding::Utf8 } else { Encoding::Gb18030 };
    let read = |bytes: &[u8], first: u64| {
        let mut chunk = Chunk::new(0, bytes.to_vec(), encoding, columns);
        let after = split(&mut chunk, separator, first);
        let rows: Vec<(u64, Vec<u8>)> = (0..chunk.rows())
            .map(|row| {
                (0..columns).for_each(|column| drop(chunk.text(row, column)));
                (chunk.line(row), chunk.record(row).to_vec())
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

/// A mapping: it is understood, or refused with a line that exists.
pub fn mapping(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = Mapping::parse("fuzz.toml", &text, &parcels()) {
        assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{error}");
        assert!(contains_chinese(error.problem.as_str(Language::Chinese)));
    }
}

/// JSON: what is found as a record starts and ends as one.
pub fn json(bytes: &[u8]) {
    let found = json::scan(bytes, 1);
    let mut before = 0;
    for at in found.records.iter().chain(&found.open) {
        assert!(at.start >= before && at.end > at.start && at.line >= 1);
        before = at.end;
        let record = &bytes[at.start..at.end];
        if let Ok(value) = serde_json::from_slice(record) {
            json::walk(&value, &mut String::new(), &mut |_, _| {});
        }
    }
}

/// Dates: the first line is a format, the rest a text.
pub fn dates(bytes: &[u8]) {
    let cut = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let (format, text) = bytes.split_at(cut);
    for order in [DayOrder::DayFirst, DayOrder::MonthFirst, DayOrder::Unknown] {
        if let Some(found) = dates::read_any(text, order) {
            assert!(found.seconds.abs() < 400_000_000_000, "a year that nobody wrote");
        }
    }
    if let Ok(format) = DateFormat::parse(&String::from_utf8_lossy(format)) {
        let _ = format.read(text);
    }
}

fn parcels() -> Schema {
    let column = |name, kind| Column { name, kind, required: false, allowed: &[], doc: "" };
    Schema {
        name: "parcel",
        key: &["number"],
        columns: vec![
            Column { required: true, ..column("number", Kind::Text) },
            Column { allowed: &["small", "large"], ..column("size", Kind::Label) },
            column("posted", Kind::Moment),
        ],
        blank: &[],
        lists: vec![List {
            name: "stops",
            columns: vec![column("kind", Kind::Label), column("from", Kind::Moment)],
            doc: "",
        }],
        doc: "",
    }
}

/// A short storm of fuzzing: changes the seed at random, always in the same way, and calls the
/// target with each result.
pub fn storm(seed: &[u8], rounds: u32, target: fn(&[u8])) {
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
        storm(CSV, 30_000, csv);
    }

    #[test]
    fn mappings_withstand_a_storm() {
        assert!(Mapping::parse("m", &String::from_utf8_lossy(MAPPING), &parcels()).is_ok());
        storm(MAPPING, 5_000, mapping);
    }

    #[test]
    fn json_withstands_a_storm() {
        storm(JSON, 20_000, json);
    }

    #[test]
    fn dates_withstand_a_storm() {
        storm(DATE, 30_000, dates);
    }
}

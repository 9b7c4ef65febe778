//! A canonical row: every kind of value, and how a person reads it.

use trueline_verify::{CanonicalRow, RowColumn, RowValue};

fn column(name: &str, kind: &str) -> RowColumn {
    RowColumn { name: name.to_owned(), kind: kind.to_owned(), columns: None }
}

fn list(name: &str, columns: Vec<RowColumn>) -> RowColumn {
    RowColumn { columns: Some(columns), ..column(name, "list") }
}

/// The one value of a row after its salt.
fn value_of(kind: RowColumn, bytes: &[u8]) -> Option<RowValue> {
    let salted = [b"0123456789abcdef".as_slice(), bytes].concat();
    let name = kind.name.clone();
    let row = CanonicalRow::parse(&salted, &[kind]).ok()?;
    Some(row.find_value(&name).clone())
}

#[test]
fn every_kind_has_its_tag_and_no_other() {
    let half = 0.5_f64.to_be_bytes();
    let number = [b"\x03".as_slice(), &half].concat();
    for (kind, bytes, value) in [
        ("text", b"\x01\x02ab".as_slice(), RowValue::Text("ab".to_owned())),
        ("integer", b"\x02\x03", RowValue::Integer(-2)),
        ("moment", b"\x02\x02", RowValue::Moment(1)),
        ("number", &number, RowValue::Number(0.5)),
        ("boolean", b"\x04", RowValue::Boolean(false)),
        ("boolean", b"\x05", RowValue::Boolean(true)),
        ("text", b"\x00", RowValue::Missing),
    ] {
        assert_eq!(value_of(column("x", kind), bytes), Some(value), "{kind}");
        for other in ["text", "integer", "number", "boolean", "list", "other"] {
            let is_same = kind == other || (kind, other) == ("moment", "integer");
            let is_missing = bytes == b"\x00";
            let read = value_of(column("x", other), bytes);
            assert_eq!(read.is_some(), is_same || is_missing, "{kind} as {other}");
        }
    }
    assert_eq!(value_of(column("x", "text"), b"\x07"), None);
    // A count is in its shortest form, and fits into 64 bits.
    assert_eq!(value_of(column("x", "integer"), b"\x02\x80\x00"), None);
    assert_eq!(value_of(column("x", "integer"), b"\x02\x80\x01"), Some(RowValue::Integer(64)));
    let largest = b"\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    assert_eq!(value_of(column("x", "integer"), largest), Some(RowValue::Integer(i64::MAX)));
    let too_large = b"\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x03";
    assert_eq!(value_of(column("x", "integer"), too_large), None);
}

#[test]
fn lists_are_nested_twice_and_no_deeper() {
    let inner = list("inner", vec![column("a", "text")]);
    let outer = list("outer", vec![inner.clone()]);
    let outermost = list("outermost", vec![outer.clone()]);
    assert!(value_of(inner, b"\x06\x01\x01\x01x").is_some());
    assert!(value_of(outer, b"\x06\x01\x06\x01\x01\x01x").is_some());
    assert!(value_of(outermost, b"\x06\x01\x06\x01\x06\x01\x01\x01x").is_none());
    assert!(value_of(list("none", vec![]), b"\x06\x00").is_none());
}

#[test]
fn a_list_is_read_record_by_record_without_what_is_missing() {
    let columns = vec![column("kind", "text"), column("from", "moment"), column("ok", "boolean")];
    let bytes = b"\x06\x02\x01\x01p\x02\x00\x05\x00\x02\x02\x04";
    let value = value_of(list("all", columns), bytes).unwrap();
    let text = "kind=p, from=1970-01-01T00:00:00Z, ok=true; from=1970-01-01T00:00:01Z, ok=false";
    assert_eq!(value.to_string(), text);
    assert_eq!(RowValue::Missing.to_string(), "");
    assert_eq!(RowValue::Integer(-3).to_string(), "-3");
    assert_eq!(RowValue::Number(0.25).to_string(), "0.25");
}

#[test]
fn a_moment_is_a_date_and_a_time_in_utc() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (3599, "1970-01-01T00:59:59Z"),
        (86_399, "1970-01-01T23:59:59Z"),
        (86_400, "1970-01-02T00:00:00Z"),
        (68_169_600, "1972-02-29T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_868_799, "2000-02-29T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (1_577_836_799, "2019-12-31T23:59:59Z"),
        (1_577_836_800, "2020-01-01T00:00:00Z"),
        (1_709_251_199, "2024-02-29T23:59:59Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(RowValue::Moment(seconds).to_string(), text);
    }
    assert_eq!(RowValue::Moment(-1).to_string(), "-1");
}

//! What a cell must hold, and how a sheet is compared with it.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use crate::systems::reports::model::{QualityReport, ReportLine, ReportedLimit};
use crate::systems::reports::xlsx::render_xlsx;

pub(super) type Book = Xlsx<Cursor<Vec<u8>>>;

pub(super) fn open(report: &QualityReport) -> Book {
    Xlsx::new(Cursor::new(render_xlsx(report, None).unwrap())).unwrap()
}

/// What a cell must hold.
#[derive(Debug, Clone)]
pub(super) enum Want {
    Empty,
    Text(String),
    Number(f64),
}

pub(super) fn text(words: impl AsRef<str>) -> Want {
    let words = words.as_ref();
    if words.is_empty() { Want::Empty } else { Want::Text(words.to_owned()) }
}

pub(super) fn maybe(words: Option<&String>) -> Want {
    words.map_or(Want::Empty, text)
}

pub(super) fn whole(n: u64) -> Want {
    Want::Number(n as f64)
}

pub(super) fn number(value: Option<f64>) -> Want {
    value.map_or(Want::Empty, Want::Number)
}

/// A value in its unit: a share is stored as a fraction and shown in percent.
pub(super) fn in_unit(value: Option<f64>, unit: &str) -> Want {
    number(value.map(|value| if unit == "%" { value / 100.0 } else { value }))
}

pub(super) fn waited(line: &ReportLine, seconds: Option<f64>) -> Want {
    number(line.clock.as_ref().and_then(|clock| Some(seconds? / clock.seconds as f64)))
}

pub(super) fn check_sheet(book: &mut Book, name: &str, heads: &[&str], rows: &[Vec<Want>]) {
    let range = book.worksheet_range(name).unwrap();
    assert_eq!(range.start(), Some((0, 0)), "{name}");
    for (column, head) in heads.iter().enumerate() {
        let found = range.get_value((0, column as u32)).map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(*head), "{name}: head {column}");
    }
    let size = (rows.len() as u32, heads.len() as u32 - 1);
    assert_eq!(range.end(), Some(size), "{name} has another size");
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.len(), heads.len(), "{name}: the test has another width");
        for (column, want) in row.iter().enumerate() {
            let cell = range.get_value((index as u32 + 1, column as u32));
            let same = match (want, cell) {
                (Want::Empty, None | Some(Data::Empty)) => true,
                (Want::Text(want), Some(Data::String(found))) => want == found,
                (Want::Number(want), Some(Data::Float(found))) => {
                    (want - found).abs() <= want.abs() * 1e-12
                }
                _ => false,
            };
            let head = heads[column];
            assert!(same, "{name}, row {index}, {head}: {cell:?} should be {want:?}");
        }
    }
}

pub(super) fn marked(limit: &ReportedLimit) -> String {
    format!("{}{}", limit.printed, if limit.verified { "" } else { "（未核实）" })
}

pub(super) fn met(limit: &ReportedLimit) -> &'static str {
    match limit.met {
        Some(true) => "达到",
        Some(false) => "未达到",
        None => "—",
    }
}

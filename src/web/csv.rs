//! Rows as CSV that a spreadsheet opens as it stands.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A CSV cell. A cell that a spreadsheet would run as a formula is given a leading apostrophe.
pub(crate) fn quoted(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    let cell = if cell.starts_with(['=', '+', '-', '@']) && !is_number && cell != "—" {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// A table to download. The byte order mark in front tells spreadsheets that it is UTF-8.
pub(crate) fn download(
    name: &str,
    head: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> Response {
    let mut text = String::from('\u{feff}');
    for row in std::iter::once(head.to_vec()).chain(rows) {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_defused() {
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-3.5"), "-3.5");
        assert_eq!(quoted("a,b"), "\"a,b\"");
    }
}

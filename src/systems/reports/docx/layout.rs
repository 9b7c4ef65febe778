//! How wide the columns of a table are, in twentieths of a point.

use minijinja::{Error, Value};
use unicode_width::UnicodeWidthStr;

use crate::systems::reports::view::ReportTable;

/// The width between the margins of the page.
const PAGE: u32 = 9638;
/// The width of one character cell in the text of a table, and that of a cell's margins.
const SIGN: u32 = 92;
const MARGINS: u32 = 130;
/// Columns of numbers never take more than this together, so that words keep some room.
const NUMBERS_MOST: u32 = PAGE * 7 / 10;

/// The widths of a table's columns: numbers take what they need, words share the rest.
pub(super) fn divide_page(table: &Value) -> Result<Vec<u32>, Error> {
    let columns: Vec<Value> = table.get_attr("columns")?.try_iter()?.collect();
    let mut needs = Vec::new();
    let mut shares = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let share = column.get_attr("share")?.as_i64().unwrap_or(0).unsigned_abs() as u32;
        shares.push(share);
        needs.push(if share == 0 {
            measure_column(table, index, &column.get_attr("head")?)?
        } else {
            0
        });
    }
    Ok(divide_widths(&needs, &shares))
}

/// The widths of this many equal columns.
pub(super) fn divide_evenly(columns: u32) -> Vec<u32> {
    vec![PAGE / columns.max(1); columns as usize]
}

/// The width that the widest line of a column needs.
fn measure_column(table: &Value, index: usize, head: &Value) -> Result<u32, Error> {
    let mut widest = measure_text(head);
    for row in table.get_attr("rows")?.try_iter()? {
        widest = widest.max(measure_text(&row.get_item_by_index(index)?));
    }
    Ok(widest * SIGN + MARGINS)
}

fn measure_text(text: &Value) -> u32 {
    let lines = text.as_str().unwrap_or_default().lines().map(UnicodeWidthStr::width);
    lines.max().unwrap_or(0).min(30) as u32
}

fn divide_widths(needs: &[u32], shares: &[u32]) -> Vec<u32> {
    let parts: u32 = shares.iter().sum();
    let needed: u32 = needs.iter().sum();
    // Without words to fill the page, the numbers fill it.
    let room = if parts == 0 { PAGE } else { needed.min(NUMBERS_MOST) };
    let rest = PAGE - room;
    let widths = needs.iter().zip(shares).map(|(&need, &share)| match share {
        0 => need * room / needed.max(1),
        share => rest * share / parts.max(1),
    });
    widths.collect()
}

/// Puts the rows of a table side by side in `abreast` stacks, each read from top to bottom.
pub(super) fn fold_rows(table: &mut ReportTable, abreast: usize) {
    let height = table.rows.len().div_ceil(abreast.max(1));
    let empty = vec![String::new(); table.columns.len()];
    let rows = (0..height).map(|row| {
        let places = (0..abreast).map(|column| table.rows.get(column * height + row));
        places.flat_map(|found| found.unwrap_or(&empty).clone()).collect()
    });
    table.rows = rows.collect();
    table.columns = std::iter::repeat_n(table.columns.clone(), abreast).flatten().collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::reports::view::ReportColumn;

    #[test]
    fn a_folded_table_keeps_every_row() {
        let mut table = ReportTable {
            title: None,
            columns: vec![ReportColumn::for_numbers("n")],
            rows: (1..=7).map(|n| vec![n.to_string()]).collect(),
        };
        fold_rows(&mut table, 3);
        assert_eq!(table.columns.len(), 3);
        assert_eq!(table.rows, [["1", "4", "7"], ["2", "5", ""], ["3", "6", ""]]);
    }

    #[test]
    fn columns_never_leave_the_page() {
        for (needs, shares) in [
            (vec![0, 500, 700], vec![3, 0, 0]),
            (vec![9000, 9000, 0], vec![0, 0, 1]),
            (vec![400, 400], vec![0, 0]),
            (vec![0, 0], vec![4, 7]),
        ] {
            let widths = divide_widths(&needs, &shares);
            assert!(widths.iter().sum::<u32>() <= PAGE, "{widths:?}");
            assert!(widths.iter().all(|&width| width > 0), "{widths:?}");
        }
    }
}

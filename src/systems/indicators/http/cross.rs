//! A figure along two dimensions, as a table of one against the other with the totals beside it.

use minijinja::{Value, context};
use trueline_figures::Slice;

use super::names::{NOTHING, dimension_title, unit_name, value_label};
use super::sliced_figures::SlicedFigures;
use crate::language::Language;
use crate::systems::indicators::FigureRow;

/// A wider table cannot be read at a glance.
const COLUMNS_MAX: usize = 14;
const ROWS_MAX: usize = 60;

/// Builds the table; `None` unless there are two dimensions and both have few values.
pub(super) fn build_cross_table(sliced: &SlicedFigures<'_>) -> Option<Value> {
    let [first, second] = sliced.asked.by.as_slice() else { return None };
    let (down, across) = (list_values(sliced, first), list_values(sliced, second));
    let is_short =
        (1..=ROWS_MAX).contains(&down.len()) && (1..=COLUMNS_MAX).contains(&across.len());
    if !is_short {
        return None;
    }
    let (console, asked) = (sliced.console, sliced.asked);
    let statistic = sliced.indicator.publish.first()?;
    let whole = asked.pick_text("整体", "Whole").to_owned();
    let mut columns: Vec<String> =
        across.iter().map(|value| value_label(console, asked, second, value)).collect();
    columns.push(whole.clone());
    let row = |value: Option<&String>| {
        let cells: Vec<Value> = across
            .iter()
            .map(Some)
            .chain(std::iter::once(None))
            .map(|other| build_cell(sliced, &build_slice((first, value), (second, other))))
            .collect();
        let text = value.map_or(whole.clone(), |value| value_label(console, asked, first, value));
        context! { text, cells, total => value.is_none() }
    };
    let rows: Vec<Value> = down.iter().map(Some).chain(std::iter::once(None)).map(row).collect();
    let unit = unit_name(console, asked, &statistic.unit);
    let title = asked.pick_words(&statistic.title);
    let caption = if asked.language == Language::Chinese {
        format!("单位：{unit}。✗ 为未达限值；点数字可看工单。")
    } else {
        format!("In {unit}. ✗ misses a limit; open a number to see its cases.")
    };
    let corner = [first, second].map(|name| dimension_title(console, asked, name)).join(" × ");
    Some(context! { title => title, caption, corner, columns, rows })
}

fn build_slice(first: (&String, Option<&String>), second: (&String, Option<&String>)) -> Slice {
    let given = [first, second].into_iter();
    given.filter_map(|(name, value)| Some((name.clone(), value?.clone()))).collect()
}

/// The values of one dimension, in the order of the rows.
fn list_values(sliced: &SlicedFigures<'_>, name: &str) -> Vec<String> {
    let alone = sliced.list_main_rows().filter(|row| row.slice.len() == 1);
    alone.filter_map(|row| row.slice.get(name).cloned()).collect()
}

fn build_cell(sliced: &SlicedFigures<'_>, slice: &Slice) -> Value {
    let found: Option<&FigureRow> = sliced.list_main_rows().find(|row| row.slice == *slice);
    let Some(row) = found else { return context! { text => NOTHING } };
    context! {
        text => row.printed.clone(),
        href => if row.n > 0 { sliced.link_to_cases(row, "") } else { None },
        missed => sliced.describe_missed_limits(row),
    }
}

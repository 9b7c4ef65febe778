//! A figure along two dimensions, as a table of one against the other with its sums beside it.

use minijinja::{Value, context};
use trueline_figures::Slice;

use super::names::{NOTHING, dimension_title, unit_name, value_label};
use super::sliced::Sliced;
use crate::language::Language;
use crate::systems::indicators::FigureRow;

/// A wider table is no longer read at a glance.
const COLUMNS_MAX: usize = 14;
const ROWS_MAX: usize = 60;

/// Nothing unless there are two dimensions and both are short.
pub(super) fn cross_table(sliced: &Sliced<'_>) -> Option<Value> {
    let [first, second] = sliced.asked.by.as_slice() else { return None };
    let (down, across) = (dimension_values(sliced, first), dimension_values(sliced, second));
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
            .map(|other| cross_cell(sliced, &slice_of((first, value), (second, other))))
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

fn slice_of(first: (&String, Option<&String>), second: (&String, Option<&String>)) -> Slice {
    let given = [first, second].into_iter();
    given.filter_map(|(name, value)| Some((name.clone(), value?.clone()))).collect()
}

/// The values of one dimension, in the order of the rows.
fn dimension_values(sliced: &Sliced<'_>, name: &str) -> Vec<String> {
    let alone = sliced.main_rows().filter(|row| row.slice.len() == 1);
    alone.filter_map(|row| row.slice.get(name).cloned()).collect()
}

fn cross_cell(sliced: &Sliced<'_>, slice: &Slice) -> Value {
    let found: Option<&FigureRow> = sliced.main_rows().find(|row| row.slice == *slice);
    let Some(row) = found else { return context! { text => NOTHING } };
    context! {
        text => row.printed.clone(),
        href => if row.n > 0 { sliced.link_to_cases(row, "") } else { None },
        missed => sliced.missed_limits(row),
    }
}

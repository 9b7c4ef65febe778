//! Columns of a batch, read as text.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;

/// A column as text; missing values are empty.
pub(super) fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name);
    let Some(Ok(column)) = column.map(|column| cast(column, &DataType::Utf8)) else {
        return vec![String::new(); batch.num_rows()];
    };
    let column = column.as_string::<i32>();
    let text = |row| {
        if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
    };
    (0..column.len()).map(text).collect()
}

//! Columns of a batch, read as text or as moments.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};

/// A column as text; missing values are empty.
pub(crate) fn read_texts(batch: &RecordBatch, name: &str) -> Vec<String> {
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

/// A column of moments as UTC seconds.
pub(crate) fn read_moments(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    let seconds = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
    let column = batch
        .column_by_name(name)
        .filter(|column| matches!(column.data_type(), DataType::Timestamp(_, _)));
    let Some(Ok(column)) = column.map(|column| cast(column, &seconds)) else {
        return vec![None; batch.num_rows()];
    };
    column.as_primitive::<TimestampSecondType>().iter().collect()
}

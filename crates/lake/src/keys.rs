//! The keys of rows, for reading and comparing row by row.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};

use crate::schema::DatasetSchema;

/// The key columns of a batch of rows.
#[derive(Debug)]
pub struct RowKeys {
    columns: Vec<KeyColumn>,
    rows: usize,
}

#[derive(Debug)]
enum KeyColumn {
    Text(StringArray),
    Label {
        codes: ScalarBuffer<i32>,
        nulls: Option<NullBuffer>,
        texts: StringArray,
    },
    /// The column is absent, or of a type that no key has.
    Missing,
}

impl RowKeys {
    pub fn from_batch(schema: &DatasetSchema, rows: &RecordBatch) -> RowKeys {
        let column =
            |name: &&str| rows.column_by_name(name).map_or(KeyColumn::Missing, read_key_column);
        RowKeys { columns: schema.key.iter().map(column).collect(), rows: rows.num_rows() }
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    /// The text of each column in a row; missing values are empty.
    pub fn key_at(&self, row: usize) -> impl Iterator<Item = &str> {
        self.columns.iter().map(move |column| column.text(row))
    }

    /// Compares the key of a row with the key of a row of another batch.
    pub fn compare_rows(&self, row: usize, other: &RowKeys, other_row: usize) -> Ordering {
        self.key_at(row).cmp(other.key_at(other_row))
    }
}

fn read_key_column(column: &ArrayRef) -> KeyColumn {
    if let Some(texts) = column.as_string_opt::<i32>() {
        return KeyColumn::Text(texts.clone());
    }
    let labels = column.as_dictionary_opt::<Int32Type>();
    let texts = labels.and_then(|labels| labels.values().as_string_opt::<i32>());
    match (labels, texts) {
        (Some(labels), Some(texts)) => KeyColumn::Label {
            codes: labels.keys().values().clone(),
            nulls: labels.nulls().cloned(),
            texts: texts.clone(),
        },
        (Some(_) | None, _) => KeyColumn::Missing,
    }
}

impl KeyColumn {
    #[inline]
    fn text(&self, row: usize) -> &str {
        match self {
            KeyColumn::Text(texts) if texts.is_null(row) => "",
            KeyColumn::Text(texts) => texts.value(row),
            KeyColumn::Label { nulls: Some(nulls), .. } if nulls.is_null(row) => "",
            KeyColumn::Label { codes, texts, .. } => texts.value(codes[row] as usize),
            KeyColumn::Missing => "",
        }
    }
}

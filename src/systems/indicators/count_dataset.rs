//! The dataset `count`: numbers that are not cases, and values that others published.

use trueline_lake::{DatasetColumn, DatasetSchema, ValueKind};

use crate::datasets::{Dataset, Holds};

/// Numbers that figures are divided by, and values to compare them with.
pub const COUNT: Dataset =
    Dataset { name: "count", schema: count_schema, holds: Holds::Counts, rows_page: None };

fn count_schema() -> DatasetSchema {
    DatasetSchema {
        name: "count",
        key: &["source", "period", "region", "measure", "scope"],
        columns: vec![
            DatasetColumn::required_column("source", ValueKind::Label, "who says so"),
            DatasetColumn::required_column(
                "period",
                ValueKind::Label,
                "2020H1, 2020Q2, 2020-05, 2020",
            ),
            DatasetColumn::required_column(
                "region",
                ValueKind::Label,
                "region code; empty for the whole",
            ),
            DatasetColumn::required_column(
                "measure",
                ValueKind::Label,
                "lines, users, bills, or an indicator's figure id",
            ),
            DatasetColumn::required_column(
                "scope",
                ValueKind::Label,
                "a further split such as urban; empty for none",
            ),
            DatasetColumn::required_column("value", ValueKind::Number, "the number"),
            DatasetColumn::optional_column("unit", ValueKind::Label, "its unit"),
            DatasetColumn {
                name: "role",
                kind: ValueKind::Label,
                required: true,
                allowed: &["input", "published"],
                doc: "input to a figure, or a value already published elsewhere",
            },
            DatasetColumn::optional_column(
                "definition",
                ValueKind::Label,
                "which definition a published value followed",
            ),
            DatasetColumn::optional_column(
                "note",
                ValueKind::Text,
                "anything a reader should know",
            ),
        ],
        blank: &["region", "scope"],
        lists: Vec::new(),
        doc: "numbers that are not cases: lines, users, bills, values that others published",
    }
}

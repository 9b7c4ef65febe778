//! The dataset `count`: numbers that are not cases, and values that others published.

use trueline_lake::{Column, Kind, Schema};

use crate::datasets::{Dataset, Holds};

/// Numbers that figures are divided by, and values to compare them with.
pub const COUNT: Dataset =
    Dataset { name: "count", schema: count_schema, holds: Holds::Counts, rows_page: None };

fn count_schema() -> Schema {
    Schema {
        name: "count",
        key: &["source", "period", "region", "measure", "scope"],
        columns: vec![
            Column::required("source", Kind::Label, "who says so"),
            Column::required("period", Kind::Label, "2020H1, 2020Q2, 2020-05, 2020"),
            Column::required("region", Kind::Label, "region code; empty for the whole"),
            Column::required(
                "measure",
                Kind::Label,
                "lines, users, bills, or an indicator's figure id",
            ),
            Column::required("scope", Kind::Label, "a further split such as urban; empty for none"),
            Column::required("value", Kind::Number, "the number"),
            Column::optional("unit", Kind::Label, "its unit"),
            Column {
                name: "role",
                kind: Kind::Label,
                required: true,
                allowed: &["input", "published"],
                doc: "input to a figure, or a value already published elsewhere",
            },
            Column::optional(
                "definition",
                Kind::Label,
                "which definition a published value followed",
            ),
            Column::optional("note", Kind::Text, "anything a reader should know"),
        ],
        blank: &["region", "scope"],
        lists: Vec::new(),
        doc: "numbers that are not cases: lines, users, bills, values that others published",
    }
}

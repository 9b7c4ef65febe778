//! The dataset `billing_test`: what a run of billing tests found.

use trueline_lake::{DatasetColumn, DatasetSchema, ValueKind};

use crate::datasets::{Dataset, Holds};

/// Charging records that were checked, and how many were wrong.
pub const BILLING_TEST: Dataset = Dataset {
    name: "billing_test",
    schema: make_billing_test_schema,
    holds: Holds::Records,
    rows_page: None,
};

fn make_billing_test_schema() -> DatasetSchema {
    DatasetSchema {
        name: "billing_test",
        key: &["source", "source_key"],
        columns: vec![
            DatasetColumn::required_column("source", ValueKind::Label, "who tested"),
            DatasetColumn::required_column(
                "source_key",
                ValueKind::Text,
                "the number of the test lot",
            ),
            DatasetColumn::optional_column("service", ValueKind::Label, "fixed, mobile, broadband"),
            DatasetColumn::optional_column("region", ValueKind::Label, "region code"),
            DatasetColumn::required_column("tested", ValueKind::Moment, "when the lot was tested"),
            DatasetColumn::required_column(
                "records",
                ValueKind::Integer,
                "charging records checked",
            ),
            DatasetColumn::required_column("wrong", ValueKind::Integer, "records found wrong"),
            DatasetColumn::optional_column(
                "error",
                ValueKind::Label,
                "the class of error, where one dominates",
            ),
        ],
        blank: &[],
        lists: Vec::new(),
        doc: "results of billing tests: records checked and records wrong, one row per lot",
    }
}

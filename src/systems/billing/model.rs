//! The dataset `billing_test`: what a run of billing tests found.

use trueline_lake::{Column, Kind, Schema};

use crate::datasets::{Dataset, Holds};

/// Charging records that were checked, and how many were wrong.
pub const BILLING_TEST: Dataset = Dataset {
    name: "billing_test",
    schema: billing_test_schema,
    holds: Holds::Records,
    rows_page: None,
};

fn billing_test_schema() -> Schema {
    Schema {
        name: "billing_test",
        key: &["source", "source_key"],
        columns: vec![
            Column::required("source", Kind::Label, "who tested"),
            Column::required("source_key", Kind::Text, "the number of the test lot"),
            Column::optional("service", Kind::Label, "fixed, mobile, broadband"),
            Column::optional("region", Kind::Label, "region code"),
            Column::required("tested", Kind::Moment, "when the lot was tested"),
            Column::required("records", Kind::Integer, "charging records checked"),
            Column::required("wrong", Kind::Integer, "records found wrong"),
            Column::optional("error", Kind::Label, "the class of error, where one dominates"),
        ],
        blank: &[],
        lists: Vec::new(),
        doc: "results of billing tests: records checked and records wrong, a row a lot",
    }
}

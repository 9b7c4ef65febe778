//! The dataset `site`: radio sites and the milestones they have reached.

use trueline_lake::{DatasetColumn, DatasetSchema, ValueKind};

use crate::datasets::{Dataset, Holds};

/// Radio sites that are built, opened and shared.
pub const SITE: Dataset =
    Dataset { name: "site", schema: make_site_schema, holds: Holds::Records, rows_page: None };

fn make_site_schema() -> DatasetSchema {
    DatasetSchema {
        name: "site",
        key: &["source", "source_key"],
        columns: vec![
            DatasetColumn::required_column(
                "source",
                ValueKind::Label,
                "the register the site comes from",
            ),
            DatasetColumn::required_column("source_key", ValueKind::Text, "its number there"),
            DatasetColumn::optional_column("region", ValueKind::Label, "region code"),
            DatasetColumn::required_column("technology", ValueKind::Label, "L900, NR …"),
            DatasetColumn::optional_column("builder", ValueKind::Label, "the operator that builds"),
            DatasetColumn::optional_column("planned", ValueKind::Moment, "planned"),
            DatasetColumn::optional_column("installed", ValueKind::Moment, "installed"),
            DatasetColumn::optional_column("opened", ValueKind::Moment, "opened"),
            DatasetColumn::optional_column(
                "shared",
                ValueKind::Moment,
                "open to the sharing operator",
            ),
        ],
        blank: &[],
        lists: Vec::new(),
        doc: "radio sites and their milestones",
    }
}

//! The dataset `site`: radio sites and the milestones they have reached.

use trueline_lake::{Column, Kind, Schema};

use crate::datasets::{Dataset, Holds};

/// Radio sites that are built, opened and shared.
pub const SITE: Dataset =
    Dataset { name: "site", schema: site_schema, holds: Holds::Records, rows_page: None };

fn site_schema() -> Schema {
    Schema {
        name: "site",
        key: &["source", "source_key"],
        columns: vec![
            Column::required("source", Kind::Label, "the register the site comes from"),
            Column::required("source_key", Kind::Text, "its number there"),
            Column::optional("region", Kind::Label, "region code"),
            Column::required("technology", Kind::Label, "L900, NR …"),
            Column::optional("builder", Kind::Label, "the operator that builds"),
            Column::optional("planned", Kind::Moment, "planned"),
            Column::optional("installed", Kind::Moment, "installed"),
            Column::optional("opened", Kind::Moment, "opened"),
            Column::optional("shared", Kind::Moment, "open to the sharing operator"),
        ],
        blank: &[],
        lists: Vec::new(),
        doc: "radio sites and their milestones",
    }
}

//! The dataset `case`: what is recorded of a case.
//!
//! A case is anything a customer waits for. It keeps what happened (moments and intervals) as the
//! source gave it; the pack that reads it decides what an interval counts for.

use trueline_lake::{DatasetColumn, DatasetSchema, ListColumn, ValueKind};

use crate::datasets::{Dataset, Holds};

/// Everything a customer waits for.
pub const CASE: Dataset = Dataset {
    name: "case",
    schema: make_case_schema,
    holds: Holds::Cases,
    rows_page: Some("/cases"),
};

/// The dataset `case`: one row is one revision of one case.
fn make_case_schema() -> DatasetSchema {
    let mut columns = list_labels();
    columns.extend(list_moments());
    columns.extend(list_outcomes());
    DatasetSchema {
        name: "case",
        key: &["source", "source_key"],
        columns,
        blank: &[],
        lists: vec![make_interval_list()],
        doc: "everything a customer waits for; one row is one revision of one case",
    }
}

fn list_labels() -> Vec<DatasetColumn> {
    use ValueKind::{Label, Text};
    vec![
        DatasetColumn::required_column("source", Label, "the system the case comes from"),
        DatasetColumn::required_column("source_key", Text, "its number in that system"),
        DatasetColumn::required_column(
            "kind",
            Label,
            "install, move, repair, change, restore, opening, complaint, appeal, enquiry, port \
             or a word of your own",
        ),
        DatasetColumn::optional_column(
            "service",
            Label,
            "fixed, mobile, broadband, leased, tv or your own",
        ),
        DatasetColumn::optional_column(
            "region",
            Label,
            "a code in the hierarchy that the pack names",
        ),
        DatasetColumn::one_of("area", &["urban", "rural"], "urban or rural, by where the user is"),
        DatasetColumn::optional_column("line", Text, "a pseudonym of the line or subscriber"),
        DatasetColumn::optional_column("channel", Label, "where the customer came in"),
        DatasetColumn::one_of(
            "maintainer",
            &["operator", "customer", "third_party"],
            "who maintains the line",
        ),
        DatasetColumn::optional_column("cause", Label, "the cause as the source classifies it"),
    ]
}

fn list_moments() -> Vec<DatasetColumn> {
    let moment = |name, doc| DatasetColumn::optional_column(name, ValueKind::Moment, doc);
    vec![
        moment("accepted", "the request or report was accepted"),
        moment("paid", "the customer had paid or settled what was due"),
        moment("first_contact", "the customer was first contacted"),
        moment("appointment", "the time agreed for a visit"),
        moment("arrived", "staff arrived"),
        moment("resolved", "the service works, or the answer was given"),
        moment("confirmed", "the customer confirmed"),
        moment("closed", "the order was archived"),
        moment("cancelled", "the request was withdrawn"),
    ]
}

fn list_outcomes() -> Vec<DatasetColumn> {
    vec![
        DatasetColumn::optional_column(
            "excluded",
            ValueKind::Label,
            "why the case is not counted; null counts it",
        ),
        DatasetColumn::optional_column(
            "excluded_by",
            ValueKind::Label,
            "who approved the exclusion",
        ),
        DatasetColumn::one_of(
            "satisfaction",
            &["satisfied", "neutral", "dissatisfied"],
            "the customer's answer; null when not asked or not answered",
        ),
        DatasetColumn::optional_column("reopened", ValueKind::Integer, "how often it was reopened"),
    ]
}

fn make_interval_list() -> ListColumn {
    ListColumn {
        name: "intervals",
        columns: vec![
            DatasetColumn::required_column(
                "kind",
                ValueKind::Label,
                "paused, awaiting_confirmation, reopened, held …",
            ),
            DatasetColumn::required_column("from", ValueKind::Moment, "start"),
            DatasetColumn::optional_column("to", ValueKind::Moment, "end; null while it is open"),
            DatasetColumn::optional_column("reason", ValueKind::Label, "why"),
            DatasetColumn::optional_column("requested_by", ValueKind::Label, "who asked for it"),
            DatasetColumn::optional_column("approved_by", ValueKind::Label, "who approved it"),
            DatasetColumn::optional_column("evidence", ValueKind::Text, "where the proof lies"),
        ],
        doc: "stretches of time inside a case",
    }
}

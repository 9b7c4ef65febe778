//! The dataset `case`: what is kept of a case.
//!
//! A case is anything a customer waits for. It keeps what happened (moments and intervals) as the
//! source gave it; what an interval is worth is decided by the pack that reads it.

use trueline_lake::{Column, Kind, List, Schema};

use crate::datasets::{Dataset, Holds};

/// Everything a customer waits for.
pub const CASE: Dataset =
    Dataset { name: "case", schema: case_schema, holds: Holds::Cases, rows_page: Some("/cases") };

/// The dataset `case`: one row is one revision of one case.
fn case_schema() -> Schema {
    let mut columns = case_labels();
    columns.extend(case_moments());
    columns.extend(case_outcomes());
    Schema {
        name: "case",
        key: &["source", "source_key"],
        columns,
        blank: &[],
        lists: vec![intervals()],
        doc: "everything a customer waits for; one row is one revision of one case",
    }
}

fn case_labels() -> Vec<Column> {
    use Kind::{Label, Text};
    vec![
        Column::required("source", Label, "the system the case comes from"),
        Column::required("source_key", Text, "its number in that system"),
        Column::required(
            "kind",
            Label,
            "install, move, repair, change, restore, opening, complaint, appeal, enquiry, port \
             or a word of your own",
        ),
        Column::optional("service", Label, "fixed, mobile, broadband, leased, tv or your own"),
        Column::optional("region", Label, "a code in the hierarchy that the pack names"),
        Column::one_of("area", &["urban", "rural"], "urban or rural, by where the user is"),
        Column::optional("line", Text, "a pseudonym of the line or subscriber"),
        Column::optional("channel", Label, "where the customer came in"),
        Column::one_of(
            "maintainer",
            &["operator", "customer", "third_party"],
            "who maintains the line",
        ),
        Column::optional("cause", Label, "the cause as the source classifies it"),
    ]
}

fn case_moments() -> Vec<Column> {
    let moment = |name, doc| Column::optional(name, Kind::Moment, doc);
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

fn case_outcomes() -> Vec<Column> {
    vec![
        Column::optional("excluded", Kind::Label, "why the case is not counted; null counts it"),
        Column::optional("excluded_by", Kind::Label, "who approved the exclusion"),
        Column::one_of(
            "satisfaction",
            &["satisfied", "neutral", "dissatisfied"],
            "the customer's answer; null when not asked or not answered",
        ),
        Column::optional("reopened", Kind::Integer, "how often it was reopened"),
    ]
}

fn intervals() -> List {
    List {
        name: "intervals",
        columns: vec![
            Column::required(
                "kind",
                Kind::Label,
                "paused, awaiting_confirmation, reopened, held …",
            ),
            Column::required("from", Kind::Moment, "start"),
            Column::optional("to", Kind::Moment, "end; null while it is open"),
            Column::optional("reason", Kind::Label, "why"),
            Column::optional("requested_by", Kind::Label, "who asked for it"),
            Column::optional("approved_by", Kind::Label, "who approved it"),
            Column::optional("evidence", Kind::Text, "where the proof lies"),
        ],
        doc: "stretches of time inside a case",
    }
}

//! The schemas of the datasets that people fill: cases, counts, billing tests, sites.
//!
//! A case is anything a customer waits for. It keeps what happened (moments and intervals) as the
//! source gave it; what an interval is worth is decided by the pack that reads it.

use trueline_lake::{Column, Kind, List, Schema};

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, kind, required: true, allowed: &[], doc }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, kind, required: false, allowed: &[], doc }
}

/// The dataset `case`: one row is one revision of one case.
pub fn case_schema() -> Schema {
    Schema {
        name: "case",
        key: &["source", "source_key"],
        columns: vec![
            required("source", Kind::Label, "the system the case comes from"),
            required("source_key", Kind::Text, "its number in that system"),
            required(
                "kind",
                Kind::Label,
                "install, move, repair, change, restore, opening, \
                complaint, appeal, enquiry, port or a word of your own",
            ),
            optional("service", Kind::Label, "fixed, mobile, broadband, leased, tv or your own"),
            optional("region", Kind::Label, "a code in the hierarchy that the pack names"),
            Column {
                name: "area",
                kind: Kind::Label,
                required: false,
                allowed: &["urban", "rural"],
                doc: "urban or rural, by where the user is",
            },
            optional("line", Kind::Text, "a pseudonym of the line or subscriber"),
            optional("channel", Kind::Label, "where the customer came in"),
            Column {
                name: "maintainer",
                kind: Kind::Label,
                required: false,
                allowed: &["operator", "customer", "third_party"],
                doc: "who maintains the line",
            },
            optional("cause", Kind::Label, "the cause as the source classifies it"),
            optional("accepted", Kind::Moment, "the request or report was accepted"),
            optional("paid", Kind::Moment, "the customer had paid or settled what was due"),
            optional("first_contact", Kind::Moment, "the customer was first contacted"),
            optional("appointment", Kind::Moment, "the time agreed for a visit"),
            optional("arrived", Kind::Moment, "staff arrived"),
            optional("resolved", Kind::Moment, "the service works, or the answer was given"),
            optional("confirmed", Kind::Moment, "the customer confirmed"),
            optional("closed", Kind::Moment, "the order was archived"),
            optional("cancelled", Kind::Moment, "the request was withdrawn"),
            optional("excluded", Kind::Label, "why the case is not counted; null counts it"),
            optional("excluded_by", Kind::Label, "who approved the exclusion"),
            Column {
                name: "satisfaction",
                kind: Kind::Label,
                required: false,
                allowed: &["satisfied", "neutral", "dissatisfied"],
                doc: "the customer's answer; null when not asked or not answered",
            },
            optional("reopened", Kind::Integer, "how often it was reopened"),
        ],
        lists: vec![List {
            name: "intervals",
            columns: vec![
                required("kind", Kind::Label, "paused, awaiting_confirmation, reopened, held …"),
                required("from", Kind::Moment, "start"),
                optional("to", Kind::Moment, "end; null while it is open"),
                optional("reason", Kind::Label, "why"),
                optional("requested_by", Kind::Label, "who asked for it"),
                optional("approved_by", Kind::Label, "who approved it"),
                optional("evidence", Kind::Text, "where the proof lies"),
            ],
            doc: "stretches of time inside a case",
        }],
        doc: "everything a customer waits for; one row is one revision of one case",
    }
}

/// The dataset `count`: numbers that are not cases, and values that others published.
pub fn count_schema() -> Schema {
    Schema {
        name: "count",
        key: &["source", "period", "region", "measure", "scope"],
        columns: vec![
            required("source", Kind::Label, "who says so"),
            required("period", Kind::Label, "2020H1, 2020Q2, 2020-05, 2020"),
            required("region", Kind::Label, "region code; empty for the whole"),
            required("measure", Kind::Label, "lines, users, bills, or an indicator's figure id"),
            required("scope", Kind::Label, "a further split such as urban; empty for none"),
            required("value", Kind::Number, "the number"),
            optional("unit", Kind::Label, "its unit"),
            Column {
                name: "role",
                kind: Kind::Label,
                required: true,
                allowed: &["input", "published"],
                doc: "input to a figure, or a value already published elsewhere",
            },
            optional("definition", Kind::Label, "which definition a published value followed"),
            optional("note", Kind::Text, "anything a reader should know"),
        ],
        lists: Vec::new(),
        doc: "numbers that are not cases: lines, users, bills, values that others published",
    }
}

/// The dataset `billing_test`: what a billing test run found.
pub fn billing_test_schema() -> Schema {
    Schema {
        name: "billing_test",
        key: &["source", "source_key"],
        columns: vec![
            required("source", Kind::Label, "who tested"),
            required("source_key", Kind::Text, "the number of the test lot"),
            optional("service", Kind::Label, "fixed, mobile, broadband"),
            optional("region", Kind::Label, "region code"),
            required("tested", Kind::Moment, "when the lot was tested"),
            required("records", Kind::Integer, "charging records checked"),
            required("wrong", Kind::Integer, "records found wrong"),
            optional("error", Kind::Label, "the class of error, where one dominates"),
        ],
        lists: Vec::new(),
        doc: "results of billing tests: records checked and records wrong, a row a lot",
    }
}

/// The dataset `site`: radio sites and the milestones they have reached.
pub fn site_schema() -> Schema {
    Schema {
        name: "site",
        key: &["source", "source_key"],
        columns: vec![
            required("source", Kind::Label, "the register the site comes from"),
            required("source_key", Kind::Text, "its number there"),
            optional("region", Kind::Label, "region code"),
            required("technology", Kind::Label, "L900, NR …"),
            optional("builder", Kind::Label, "the operator that builds"),
            optional("planned", Kind::Moment, "planned"),
            optional("installed", Kind::Moment, "installed"),
            optional("opened", Kind::Moment, "opened"),
            optional("shared", Kind::Moment, "open to the sharing operator"),
        ],
        lists: Vec::new(),
        doc: "radio sites and their milestones",
    }
}

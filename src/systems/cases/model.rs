//! The schemas of the datasets that people fill: cases, counts, billing tests, sites.
//!
//! A case is anything a customer waits for. It keeps what happened (moments and intervals) as the
//! source gave it; what an interval is worth is decided by the pack that reads it.

use trueline_lake::{Column, Kind, List, Schema};

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, kind, required: true, allowed: &[], doc }
}

const fn one_of(name: &'static str, allowed: &'static [&'static str], doc: &'static str) -> Column {
    Column { name, kind: Kind::Label, required: false, allowed, doc }
}

const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, kind, required: false, allowed: &[], doc }
}

/// Every dataset there is.
pub fn dataset_schemas() -> Vec<Schema> {
    vec![case_schema(), count_schema(), billing_test_schema(), site_schema()]
}

/// The dataset with this name.
pub fn dataset_schema(name: &str) -> Option<Schema> {
    dataset_schemas().into_iter().find(|schema| schema.name == name)
}

/// The dataset `case`: one row is one revision of one case.
pub fn case_schema() -> Schema {
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
        required("source", Label, "the system the case comes from"),
        required("source_key", Text, "its number in that system"),
        required(
            "kind",
            Label,
            "install, move, repair, change, restore, opening, complaint, appeal, enquiry, port \
             or a word of your own",
        ),
        optional("service", Label, "fixed, mobile, broadband, leased, tv or your own"),
        optional("region", Label, "a code in the hierarchy that the pack names"),
        one_of("area", &["urban", "rural"], "urban or rural, by where the user is"),
        optional("line", Text, "a pseudonym of the line or subscriber"),
        optional("channel", Label, "where the customer came in"),
        one_of("maintainer", &["operator", "customer", "third_party"], "who maintains the line"),
        optional("cause", Label, "the cause as the source classifies it"),
    ]
}

fn case_moments() -> Vec<Column> {
    let moment = |name, doc| optional(name, Kind::Moment, doc);
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
        optional("excluded", Kind::Label, "why the case is not counted; null counts it"),
        optional("excluded_by", Kind::Label, "who approved the exclusion"),
        one_of(
            "satisfaction",
            &["satisfied", "neutral", "dissatisfied"],
            "the customer's answer; null when not asked or not answered",
        ),
        optional("reopened", Kind::Integer, "how often it was reopened"),
    ]
}

fn intervals() -> List {
    List {
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
        blank: &["region", "scope"],
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
        blank: &[],
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
        blank: &[],
        lists: Vec::new(),
        doc: "radio sites and their milestones",
    }
}

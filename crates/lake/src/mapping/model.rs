//! What a mapping says, once it is parsed.

use jiff::tz::TimeZone;
use trueline_expression::Expr;

use crate::dates::{DateFormat, DateOrder, TimePrecision};
use crate::schema::ValueKind;
use crate::source::SourceLayout;

/// A parsed mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub name: String,
    pub title: String,
    pub dataset: String,
    pub layout: SourceLayout,
    /// Each file is a complete export of its source, so rows that it lacks and older files had are
    /// reported.
    pub full_export: bool,
    /// SHA-256 of the text, 64 hex digits.
    pub digest: String,
    /// The columns of the dataset, then the extras.
    pub columns: Vec<ColumnTarget>,
    pub lists: Vec<ListEntry>,
    pub events: Option<EventRules>,
    /// Source columns that are dropped by name.
    pub drop: Vec<String>,
    pub rest: RestColumns,
    pub(super) zones: Vec<TimeZone>,
    pub(super) drop_line: usize,
}

/// What happens to source columns that the mapping does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestColumns {
    /// The import stops and lists them.
    Refuse,
    Drop,
    Keep,
}

/// One column that an import fills.
#[derive(Debug, Clone)]
pub struct ColumnTarget {
    pub name: String,
    pub kind: ValueKind,
    pub required: bool,
    pub allowed: &'static [&'static str],
    pub from: ValueOrigin,
    /// If the source lacks the column, it is null instead of an error.
    pub optional: bool,
    pub dates: DateRules,
    pub values: Option<ValueMap>,
    pub missing: Vec<String>,
    pub pseudonymise: Pseudonymise,
    pub take: TakeEvent,
    /// The line of the mapping that defines it.
    pub line: usize,
}

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueOrigin {
    Column(String),
    /// The date and the time of day, each from its own column.
    DateAndTime(String, String),
    Constant(String),
    Expression(Expr),
    /// The name of the file and the line: for sources whose rows have no key of their own.
    Line,
}

/// Whether a pseudonym, a keyed digest, replaces the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pseudonymise {
    No,
    Yes,
}

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq)]
pub struct DateRules {
    /// Tried in turn; empty means the layouts that need no format.
    pub formats: Vec<DateFormat>,
    /// Overrides the precision that the format implies.
    pub precision: Option<TimePrecision>,
    pub order: DateOrder,
    /// Index of the zone for dates without a time of day; the next field is that for times.
    pub(crate) date_zone: usize,
    pub(crate) time_zone: usize,
}

/// Replacements for the values of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueMap {
    pub pairs: Vec<(String, String)>,
    pub unlisted: Unlisted,
}

/// What happens to a value that a value map does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    Quarantine,
    Keep,
    Null,
}

/// Which of a case's events gives a column its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeEvent {
    First,
    Last,
    /// The first event that has a value.
    Any,
    /// The last event that has a value.
    LastPresent,
    Min,
    Max,
}

/// One record of a list column, made from columns of the same row.
#[derive(Debug, Clone)]
pub struct ListEntry {
    pub list: usize,
    /// In the order of the list's columns; `None` leaves a column null.
    pub columns: Vec<Option<ColumnTarget>>,
    pub line: usize,
}

/// How rows that are events become cases.
#[derive(Debug, Clone)]
pub struct EventRules {
    pub key: Vec<String>,
    pub order: Option<ColumnTarget>,
    pub states: Vec<StateRule>,
    pub line: usize,
}

/// Records of a list column that follow from changes of state.
#[derive(Debug, Clone)]
pub struct StateRule {
    pub list: usize,
    pub column: ColumnTarget,
    pub at: ColumnTarget,
    /// For each state, the constants of the list's columns, by column.
    pub states: Vec<(String, Vec<Option<String>>)>,
}

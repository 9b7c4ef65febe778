//! What a mapping says, once it is parsed.

use jiff::tz::TimeZone;
use trueline_expression::Expr;

use crate::dates::{DateFormat, DayOrder, Precision};
use crate::schema::Kind;
use crate::source::Layout;

/// A mapping, as parsed.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub name: String,
    pub title: String,
    pub dataset: String,
    pub layout: Layout,
    /// Each file is the whole of its source, so a row that older files had and it lacks is
    /// reported.
    pub full_export: bool,
    /// SHA-256 of the text, 64 hex digits.
    pub digest: String,
    /// The columns of the dataset, then the extras.
    pub columns: Vec<Target>,
    pub lists: Vec<ListEntry>,
    pub events: Option<Events>,
    /// Source columns left out by name.
    pub drop: Vec<String>,
    pub rest: Rest,
    pub(super) zones: Vec<TimeZone>,
    pub(super) drop_line: usize,
}

/// What happens to source columns that the mapping does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// The import stops and lists them.
    Refuse,
    Drop,
    Keep,
}

/// One column that an import fills.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: String,
    pub kind: Kind,
    pub required: bool,
    pub allowed: &'static [&'static str],
    pub from: From,
    /// A source without the column gives nulls instead of an error.
    pub optional: bool,
    pub dates: Dates,
    pub values: Option<ValueMap>,
    pub missing: Vec<String>,
    pub pseudonymise: Pseudonymise,
    pub take: TakeEvent,
    /// Where the mapping speaks of it.
    pub line: usize,
}

/// Where the content of a column comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    Column(String),
    /// Date and time of day in columns of their own.
    DateAndTime(String, String),
    Constant(String),
    Expression(Expr),
    /// The digest of the file and the line: for sources whose rows have no key of their own.
    Line,
}

/// Whether a keyed digest takes the place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pseudonymise {
    No,
    Yes,
}

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Dates {
    /// Tried in turn; empty means the layouts that need none.
    pub formats: Vec<DateFormat>,
    /// Overrides what the format says.
    pub precision: Option<Precision>,
    pub order: DayOrder,
    /// Index of the zone for dates without a time of day, and for times.
    pub(crate) date_zone: usize,
    pub(crate) time_zone: usize,
}

/// Replacement of a source's values.
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
    /// The first value that is there.
    Any,
    /// The last value that is there.
    LastPresent,
    Min,
    Max,
}

/// One record of a list column, made from columns of the same row.
#[derive(Debug, Clone)]
pub struct ListEntry {
    pub list: usize,
    /// In the order of the list's columns; `None` leaves a column null.
    pub columns: Vec<Option<Target>>,
    pub line: usize,
}

/// How rows that are events become cases.
#[derive(Debug, Clone)]
pub struct Events {
    pub key: Vec<String>,
    pub order: Option<Target>,
    pub states: Vec<States>,
    pub line: usize,
}

/// Records of a list column from changes of state.
#[derive(Debug, Clone)]
pub struct States {
    pub list: usize,
    pub column: Target,
    pub at: Target,
    /// For each state, the constants of the list's columns, by column.
    pub states: Vec<(String, Vec<Option<String>>)>,
}

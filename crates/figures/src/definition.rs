//! What is asked: definitions, the period, and the dimensions to slice by.

use jiff::tz::TimeZone;
use trueline_clock::{Calendar, ClockRule, TimeLimit};
use trueline_expression::Expr;

use crate::period::Period;

/// The list column of the intervals that can be subtracted.
pub const INTERVALS: &str = "intervals";
/// The fields of [`INTERVALS`] that are read: what it is, from, to (null while open), why, and who
/// approved it.
pub const INTERVAL_FIELDS: [&str; 5] = ["kind", "from", "to", "reason", "approved_by"];

/// One question: these definitions, over this period, sliced by these dimensions.
///
/// Definitions that differ only in their limits share one pass and one set of values.
#[derive(Debug, Clone)]
pub struct Request {
    pub definitions: Vec<FigureDefinition>,
    pub period: Period,
    pub dimensions: Vec<Dimension>,
    /// The zone in which expressions read the day and the hour of a moment.
    pub zone: TimeZone,
    /// The calendars that rules name.
    pub calendars: Vec<Calendar>,
}

/// One thing to measure. The same tally serves all its published statistics.
#[derive(Debug, Clone)]
pub struct FigureDefinition {
    pub id: String,
    /// A condition over the columns of the dataset: which rows this is about.
    pub population: Expr,
    /// The moment that puts a row into a period.
    pub period_moment: Expr,
    pub measure: FigureMeasure,
    /// Tried in order; the first that holds excludes the row under its reason.
    pub exclusions: Vec<ExclusionRule>,
    /// Among the limits of one pack, the first whose condition holds applies; among packs, the one
    /// that is passed first. If no condition holds, there is no limit.
    pub late_after: Vec<LateAfter>,
}

/// What is added up.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureMeasure {
    /// Seconds on a clock, minus the union of the intervals of the named kinds.
    Waited {
        start: Expr,
        stop: Expr,
        /// A moment that ends the wait without a result. Such a row is not open after it.
        withdrawn: Option<Expr>,
        subtract: Vec<String>,
        rule: ClockRule,
    },
    /// A number per row, for its mean, sum and percentiles. Scaled to an integer by 10^decimals.
    Amount { value: Expr, decimals: u8 },
    /// `hit` among rows where `of` holds: `n` counts `of`, `sum` counts `hit`. Rows where `of` does
    /// not hold are `unmeasurable`: `n / (n + unmeasurable)` is the response rate.
    Share { hit: Expr, of: Expr },
    /// How many rows; nothing else.
    Count,
    /// Two integer columns added up: `sum` of the numerator over `n` of the denominator. A row with
    /// either missing or negative is `unmeasurable`.
    Ratio { numerator: Expr, denominator: Expr },
}

impl FigureMeasure {
    /// Whether the value of each row is kept, for percentiles.
    pub fn has_values(&self) -> bool {
        match self {
            FigureMeasure::Waited { .. } | FigureMeasure::Amount { .. } => true,
            FigureMeasure::Share { .. } | FigureMeasure::Count | FigureMeasure::Ratio { .. } => {
                false
            }
        }
    }
}

/// A reason not to count a row.
#[derive(Debug, Clone, PartialEq)]
pub struct ExclusionRule {
    /// A fixed code, or an expression that gives it (`excluded`); rows where it is null stay in.
    pub reason: Expr,
    /// Null or empty: nobody approved it. A fixed text for exclusions by definition.
    pub approved_by: Option<Expr>,
    pub when: Expr,
}

/// The limit of the rows for which `when` holds.
#[derive(Debug, Clone, PartialEq)]
pub struct LateAfter {
    pub when: Expr,
    pub limit: TimeLimit,
    pub bound: LimitSource,
}

/// The limit that a due time comes from. Of several that hold for a row, the earliest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSource {
    /// The pack that set it.
    pub by: String,
    /// As printed: `48 h`, `15 d`, `5 wd`.
    pub text: String,
}

/// One way to slice: a name to print, and where its key comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dimension {
    pub name: String,
    pub key: DimensionKey,
}

/// Where the key of a dimension comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DimensionKey {
    /// The value of a column, as text.
    Column(String),
    /// The first characters of a code, padded: `141121` cut to 4 and padded is `1411` + `00`. A
    /// code that is no longer than `length` stays as it is.
    Prefix { column: String, length: usize, pad: String },
    /// The first parts of a code with a separator.
    Parts { column: String, separator: char, count: usize },
    /// `2020-05` of the moment that puts the row into the period, in this zone.
    Month { zone: String },
    /// `2020Q2`
    Quarter { zone: String },
    /// `2020-05-17`
    Day { zone: String },
}

//! A pack, read and resolved: what each indicator means, which limits run, and who says so.
//!
//! A pack inherits: nation → province → the operator's own promise. A child adds limits and the
//! parent's keep running. Whatever came from an ancestor names that ancestor.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use trueline_clock::TimeLimit as DueRule;
use trueline_expression::Expr;
use trueline_language::Text;

use crate::datasets::{Dataset, Datasets};

/// A pack with everything it inherits.
#[derive(Debug, Clone)]
pub struct Pack {
    pub id: String,
    pub version: String,
    pub title: Text,
    pub about: Option<Text>,
    /// The most general pack first, the pack itself last.
    pub lineage: Vec<PackAncestor>,
    /// The zone of civil times.
    pub zone: Zone,
    pub calendar: Option<String>,
    pub levels: Vec<Level>,
    /// Region code → its name.
    pub regions: BTreeMap<String, Text>,
    /// Dimension → value → how it is printed: `area` → `urban` → 城市.
    pub labels: BTreeMap<String, BTreeMap<String, Text>>,
    pub units: BTreeMap<String, Text>,
    /// In print order.
    pub groups: Vec<IndicatorGroup>,
    pub sources: BTreeMap<String, RuleSource>,
    pub indicators: Vec<Indicator>,
    pub not_answered: Vec<UnansweredIndicator>,
    pub interval: IntervalSetting,
    /// The datasets that indicators can be about.
    pub datasets: Datasets,
}

/// A time zone, found once by its IANA name.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// The zone with an IANA name; `None` if there is none.
    pub fn find(name: &str) -> Option<Zone> {
        let rules = TimeZone::get(name).ok()?;
        Some(Zone { name: name.to_owned(), rules })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

/// One pack of a lineage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackAncestor {
    pub id: String,
    pub version: String,
    pub title: Text,
    /// SHA-256 of its text, in hex.
    pub digest: String,
    pub text: String,
}

/// One level of the region hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub name: String,
    pub title: Text,
    pub cut: RegionCut,
}

/// How the code of a level follows from the code of a region below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionCut {
    /// The first characters, padded: prefecture of `141121` is `1411` + `00`.
    Digits { length: usize, pad: String },
    /// The first parts: `north/harbour` of `north/harbour/3`.
    Parts { count: usize, separator: char },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorGroup {
    pub id: String,
    pub title: Text,
}

/// Where a rule stands, and whether anybody read it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSource {
    pub id: String,
    pub title: Text,
    pub citation: Text,
    pub read: Read,
}

/// How well a source is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Read {
    /// Read in the text of the document itself.
    Primary,
    /// Read in someone else's account of it.
    Secondary,
    /// Not read; from memory.
    Memory,
    /// The operator's own rule: the pack itself is its text.
    OwnDesign,
}

/// One thing to measure.
#[derive(Debug, Clone)]
pub struct Indicator {
    pub id: String,
    pub group: String,
    pub title: Text,
    /// The definition in words, for the annex.
    pub says: Text,
    /// The pack that defined it.
    pub set_by: String,
    pub dataset: Dataset,
    pub population: PackExpression,
    pub period_moment: Option<PackExpression>,
    pub measure: IndicatorMeasure,
    pub denominator: Denominator,
    pub exclusions: Vec<IndicatorExclusion>,
    /// Columns whose values are published one by one, such as `area`.
    pub segments: Vec<String>,
    pub publish: Vec<Statistic>,
    pub limits: Vec<IndicatorLimit>,
    /// Days on which the definition changed: figures on either side are not comparable.
    pub changed: Vec<DefinitionChange>,
    pub sources: Vec<String>,
    pub clause: Option<String>,
    /// Why a child pack was allowed to change the definition.
    pub approval: Option<Text>,
}

/// An expression and the text it was written in.
#[derive(Debug, Clone, PartialEq)]
pub struct PackExpression {
    pub text: String,
    pub expr: Expr,
}

#[derive(Debug, Clone)]
pub enum IndicatorMeasure {
    Waited(ClockSpec),
    Amount {
        value: PackExpression,
        decimals: u8,
    },
    Share {
        hit: PackExpression,
        of: PackExpression,
    },
    Count,
    /// The sum of one column divided by the sum of another.
    Ratio {
        numerator: PackExpression,
        denominator: PackExpression,
    },
    /// Cases, or a count, per line, user or bill from the dataset `count`.
    Per(PerSpec),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClockSpec {
    pub start: PackExpression,
    pub stop: PackExpression,
    /// The moment that ends the wait without a result.
    pub withdrawn: Option<PackExpression>,
    pub unit: TimeUnit,
    /// Kinds of intervals that do not count.
    pub subtract: Vec<String>,
    pub limit_is_on_time: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerSpec {
    /// The measure in `count` to divide by.
    pub of: String,
    /// The scope of that measure, such as `fixed`.
    pub scope: String,
    pub kind: CountKind,
    pub each: u64,
    /// A measure in `count`; `None` for the rows of the population.
    pub numerator: Option<String>,
}

/// How values of `count` combine over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountKind {
    /// A state at the end of a period: lines, users.
    Stock,
    /// Adds up over a period: bills, complaints.
    Flow,
}

/// A unit of time as a pack writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
    WorkingHours,
    WorkingDays,
}

/// What an on-time rate is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// Cases done in the period.
    Closed,
    /// Cases accepted in the period, done or not.
    Dispatched,
    /// Cases accepted in the period, without those that the customer withdrew.
    DispatchedMinusWithdrawn,
}

#[derive(Debug, Clone)]
pub struct IndicatorExclusion {
    pub reason: ExclusionReason,
    pub title: Text,
    pub when: PackExpression,
    pub approver: Approver,
}

#[derive(Debug, Clone)]
pub enum ExclusionReason {
    Fixed(String),
    /// The text of a column.
    From(PackExpression),
}

#[derive(Debug, Clone)]
pub enum Approver {
    /// The definition itself leaves these cases out; nobody needs to approve each of them.
    Definition(String),
    From(PackExpression),
}

/// One published figure of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// The last part of the figure's id: `fixed.install` + `mean`.
    pub id: String,
    pub kind: StatisticKind,
    pub title: Text,
    /// `h`, `d`, `wd`, `%`, or a unit that the pack names.
    pub unit: String,
    pub decimals: u8,
    /// Whether it stands among the main indicators of a report.
    pub main: bool,
    /// Printed beside the title, such as 不含客户自维线路.
    pub note: Option<Text>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StatisticKind {
    Mean,
    Longest,
    Shortest,
    Median,
    /// Nearest rank, in percent.
    Percentile(f64),
    /// Share of limited rows that kept their limit. With `against`, only limits set by that pack
    /// and its ancestors count.
    OnTime {
        against: Option<String>,
    },
    /// Share done within a limit of its own.
    Within {
        due: DueRule,
        text: String,
    },
    Count,
    Sum,
    Share,
    /// Rows that the share is about ÷ rows in the population.
    Response,
    /// One-sided upper bound of an error rate, against a claim such as 1e-4.
    Bound {
        claim: f64,
    },
    /// A ratio, times `each`.
    Rate,
}

/// What a figure or a case must keep.
#[derive(Debug, Clone)]
pub struct IndicatorLimit {
    pub kind: LimitKind,
    pub value: f64,
    pub unit: String,
    pub direction: Direction,
    /// Column → the values it holds for; `""` is a missing value. Empty: it holds for all.
    pub segment: BTreeMap<String, Vec<String>>,
    pub when: Option<PackExpression>,
    /// First day in force.
    pub from: Option<Date>,
    /// Last day in force.
    pub until: Option<Date>,
    /// The pack that set it.
    pub by: String,
    pub source: Option<String>,
    pub clause: Option<String>,
    pub read: Read,
    pub verified: bool,
    pub note: Option<Text>,
    /// Why it may be looser than the inherited one, which then no longer runs.
    pub approval: Option<Text>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LimitKind {
    Mean,
    /// On each case.
    Longest(DueRule),
    Percentile(f64),
    /// On the figure with this last part of an id.
    Share(String),
    Rate,
    Bound,
}

/// Which side of a limit is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    AtMost,
    AtLeast,
}

/// A day on which a definition changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionChange {
    pub on: Date,
    pub says: Text,
}

/// An indicator of a rule book that records cannot answer, and what is missing for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnansweredIndicator {
    pub id: String,
    pub title: Text,
    pub missing: Text,
    pub clause: Option<String>,
    pub source: Option<String>,
}

/// How the confidence interval of a proportion is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalSetting {
    pub method: ProportionInterval,
    pub level: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProportionInterval {
    Wilson,
    ClopperPearson,
}

impl Pack {
    pub fn find_indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == id)
    }

    /// The indicator and statistic of a figure id such as `fixed.install.mean`.
    pub fn find_figure(&self, id: &str) -> Option<(&Indicator, &Statistic)> {
        let (indicator, statistic) = id.rsplit_once('.')?;
        let indicator = self.find_indicator(indicator)?;
        let statistic = indicator.publish.iter().find(|s| s.id == statistic)?;
        Some((indicator, statistic))
    }

    /// The indicators of one group, in the order of the pack.
    pub fn in_group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Indicator> {
        self.indicators.iter().filter(move |indicator| indicator.group == group)
    }

    /// How a value of a dimension is printed; `None` if the pack has no words for it.
    pub fn find_label(&self, dimension: &str, value: &str) -> Option<&Text> {
        if self.levels.iter().any(|level| level.name == dimension) || dimension == "region" {
            return self.regions.get(value);
        }
        self.labels.get(dimension)?.get(value)
    }

    /// How far a pack is from the root of the lineage; `None` if it is no ancestor.
    pub fn generation_of(&self, id: &str) -> Option<usize> {
        self.lineage.iter().position(|ancestor| ancestor.id == id)
    }
}

impl Indicator {
    pub fn clock_spec(&self) -> Option<&ClockSpec> {
        match &self.measure {
            IndicatorMeasure::Waited(clock) => Some(clock),
            IndicatorMeasure::Amount { .. }
            | IndicatorMeasure::Share { .. }
            | IndicatorMeasure::Count
            | IndicatorMeasure::Ratio { .. }
            | IndicatorMeasure::Per(_) => None,
        }
    }
}

impl TimeUnit {
    pub fn code(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "s",
            TimeUnit::Minutes => "min",
            TimeUnit::Hours => "h",
            TimeUnit::Days => "d",
            TimeUnit::WorkingHours => "wh",
            TimeUnit::WorkingDays => "wd",
        }
    }

    pub fn parse(code: &str) -> Option<TimeUnit> {
        [
            TimeUnit::Seconds,
            TimeUnit::Minutes,
            TimeUnit::Hours,
            TimeUnit::Days,
            TimeUnit::WorkingHours,
            TimeUnit::WorkingDays,
        ]
        .into_iter()
        .find(|unit| unit.code() == code)
    }
}

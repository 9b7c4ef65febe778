//! A pack as a person writes it: every key of the file, with nothing resolved.
//!
//! `docs/packs.md` explains each key. A key that is not listed here is refused, so that a misspelt
//! one is never skipped silently.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::written_text::WrittenText;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    pub(super) pack: Head,
    #[serde(default)]
    pub(super) defaults: Defaults,
    #[serde(default)]
    pub(super) level: Vec<LevelText>,
    #[serde(default)]
    pub(super) region: BTreeMap<String, WrittenText>,
    #[serde(default)]
    pub(super) label: BTreeMap<String, BTreeMap<String, WrittenText>>,
    #[serde(default)]
    pub(super) unit: BTreeMap<String, WrittenText>,
    #[serde(default)]
    pub(super) group: Vec<GroupText>,
    #[serde(default)]
    pub(super) source: BTreeMap<String, SourceText>,
    #[serde(default)]
    pub(super) indicator: Vec<Spanned<IndicatorText>>,
    #[serde(default)]
    pub(super) not_answered: Vec<NotAnsweredText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) id: Spanned<String>,
    pub(super) version: String,
    pub(super) title: WrittenText,
    pub(super) about: Option<WrittenText>,
    pub(super) inherits: Option<Spanned<String>>,
    pub(super) zone: Option<Spanned<String>>,
    pub(super) calendar: Option<String>,
}

/// What holds for indicators of this file unless they say otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Defaults {
    pub(super) subtract: Option<Vec<String>>,
    pub(super) limit_is_on_time: Option<bool>,
    pub(super) denominator: Option<DenominatorText>,
    pub(super) interval: Option<MethodText>,
    pub(super) confidence: Option<Spanned<f64>>,
    /// Added to every indicator about cases.
    #[serde(default)]
    pub(super) exclude: Vec<ExcludeText>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DenominatorText {
    Closed,
    Dispatched,
    DispatchedMinusWithdrawn,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MethodText {
    Wilson,
    ClopperPearson,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelText {
    pub(super) name: Spanned<String>,
    pub(super) title: WrittenText,
    pub(super) digits: Option<usize>,
    #[serde(default)]
    pub(super) pad: String,
    pub(super) parts: Option<usize>,
    pub(super) separator: Option<char>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupText {
    pub(super) id: String,
    pub(super) title: WrittenText,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceText {
    pub(super) title: WrittenText,
    pub(super) citation: WrittenText,
    pub(super) read: ReadText,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReadText {
    Primary,
    Secondary,
    Memory,
    OwnDesign,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndicatorText {
    pub(super) id: Spanned<String>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) title: Option<WrittenText>,
    pub(super) says: Option<WrittenText>,
    pub(super) dataset: Option<Spanned<String>>,
    pub(super) population: Option<Spanned<String>>,
    pub(super) period: Option<Spanned<String>>,
    pub(super) denominator: Option<DenominatorText>,
    pub(super) clock: Option<ClockText>,
    pub(super) amount: Option<AmountText>,
    pub(super) share: Option<ShareText>,
    pub(super) ratio: Option<RatioText>,
    pub(super) per: Option<PerText>,
    #[serde(default)]
    pub(super) exclude: Vec<ExcludeText>,
    #[serde(default)]
    pub(super) segments: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) publish: Vec<PublishText>,
    #[serde(default)]
    pub(super) limit: Vec<Spanned<LimitText>>,
    #[serde(default)]
    pub(super) changed: Vec<ChangedText>,
    #[serde(default)]
    pub(super) source: Vec<Spanned<String>>,
    pub(super) clause: Option<String>,
    /// Why this file may change the definition it inherits.
    pub(super) approval: Option<WrittenText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockText {
    pub(super) start: Spanned<String>,
    pub(super) stop: Spanned<String>,
    /// The moment that ends the wait without a result; `cancelled` when absent.
    pub(super) withdrawn: Option<Spanned<String>>,
    pub(super) unit: UnitText,
    pub(super) subtract: Option<Vec<String>>,
    pub(super) limit_is_on_time: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnitText {
    S,
    Min,
    H,
    D,
    Wh,
    Wd,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AmountText {
    pub(super) value: Spanned<String>,
    #[serde(default)]
    pub(super) decimals: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShareText {
    pub(super) hit: Spanned<String>,
    pub(super) of: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RatioText {
    pub(super) numerator: Spanned<String>,
    pub(super) denominator: Spanned<String>,
}

/// Cases, or a count, per line, user or bill from the dataset `count`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PerText {
    pub(super) of: String,
    /// The scope of the count to divide by, such as `fixed`.
    pub(super) scope: Option<String>,
    /// `stock` is a state at the end of a period; `flow` adds up over it.
    pub(super) kind: CountKindText,
    pub(super) each: u64,
    pub(super) numerator: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CountKindText {
    Stock,
    Flow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExcludeText {
    pub(super) reason: Option<String>,
    pub(super) reason_from: Option<Spanned<String>>,
    pub(super) title: Option<WrittenText>,
    pub(super) when: Spanned<String>,
    /// A fixed text, for cases that the definition itself leaves out.
    pub(super) approved_by: Option<String>,
    pub(super) approver_from: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishText {
    pub(super) statistic: Spanned<String>,
    /// The last part of the figure's id; the statistic's own name when absent.
    pub(super) id: Option<Spanned<String>>,
    pub(super) title: WrittenText,
    pub(super) unit: Spanned<String>,
    pub(super) decimals: Option<u8>,
    /// Only limits of this pack and of its ancestors count.
    pub(super) against: Option<Spanned<String>>,
    pub(super) within: Option<WithinText>,
    pub(super) claim: Option<Spanned<f64>>,
    /// Whether it stands among the main indicators of a report; true when absent.
    pub(super) main: Option<bool>,
    pub(super) note: Option<WrittenText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithinText {
    pub(super) value: Spanned<f64>,
    pub(super) unit: Spanned<String>,
    pub(super) counted: Option<CountedText>,
}

/// How days of a limit are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CountedText {
    /// By date: the first day is not counted, the last ends at 24:00.
    Dates,
    /// By the clock: so many seconds.
    Elapsed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitText {
    pub(super) kind: LimitKindText,
    pub(super) value: Spanned<f64>,
    pub(super) unit: Spanned<String>,
    pub(super) counted: Option<CountedText>,
    /// For `percentile`: which one.
    pub(super) percent: Option<f64>,
    /// For `share`: the figure it limits; `on_time` when absent.
    pub(super) of: Option<Spanned<String>>,
    pub(super) at: Option<AtText>,
    #[serde(default)]
    pub(super) segment: BTreeMap<String, OneOrMany>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) from: Option<Datetime>,
    pub(super) until: Option<Datetime>,
    pub(super) source: Option<Spanned<String>>,
    pub(super) clause: Option<String>,
    pub(super) verified: Option<bool>,
    pub(super) note: Option<WrittenText>,
    /// Why it may be looser than the limit that it inherits.
    pub(super) approval: Option<WrittenText>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LimitKindText {
    Mean,
    Longest,
    Percentile,
    Share,
    Rate,
    Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AtText {
    Least,
    Most,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedText {
    pub(super) on: Datetime,
    pub(super) says: WrittenText,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotAnsweredText {
    pub(super) id: String,
    pub(super) title: WrittenText,
    pub(super) missing: WrittenText,
    pub(super) clause: Option<String>,
    pub(super) source: Option<Spanned<String>>,
}

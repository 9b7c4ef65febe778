//! The rule of inheritance: a child adds a limit, and the limit of its parent keeps running.
//!
//! Two limits are compared only if they count the same thing: 24 h is stricter than 48 h, but 5
//! working days and 15 days both run, and the earlier due time counts. A looser limit has no effect
//! while the parent's runs, so it is a mistake; with a cited approval it replaces the parent's.

use trueline_clock::TimeLimit as DueRule;
use trueline_language::{Phrase, phrase};

use super::model::{Direction, Indicator, IndicatorLimit, LimitKind, TimeUnit};

/// Why a child's limit is refused: it is looser than the limit that it inherits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub(super) enum LooserLimit {
    #[error("{new} is looser than the {old} of {by}")]
    #[zh("{new} 宽于 {old}（{by}）")]
    Unapproved { new: String, old: String, by: String },
    #[error("{new} replaces the {old} of {by} for other cases than those")]
    #[zh("{new} 取代 {old}（{by}），但适用的工单不同")]
    OtherSegment { new: String, old: String, by: String },
}

impl LooserLimit {
    pub(super) fn suggest_remedy(&self) -> Phrase {
        match self {
            LooserLimit::Unapproved { .. } => phrase!(
                "写更严格的值，或以 `approval = \"…\"` 引用允许放宽的批准",
                "write a stricter value, or cite `approval = \"…\"` that allows it"
            ),
            LooserLimit::OtherSegment { .. } => {
                phrase!("请写相同的 `segment` 和 `when`", "give it the same `segment` and `when`")
            }
        }
    }
}

/// Adds a limit to those that run already.
pub(super) fn add_limit(
    limit: IndicatorLimit,
    indicator: &mut Indicator,
) -> Result<(), LooserLimit> {
    let mut kept: Vec<IndicatorLimit> = Vec::new();
    for old in std::mem::take(&mut indicator.limits) {
        if old.by == limit.by || !is_looser(&limit, &old) || !can_overlap(&limit, &old) {
            kept.push(old);
            continue;
        }
        let names = || (format_limit(&limit), format_limit(&old), old.by.clone());
        if limit.approval.is_none() {
            let (new, old, by) = names();
            return Err(LooserLimit::Unapproved { new, old, by });
        }
        if limit.segment != old.segment || limit.when != old.when {
            let (new, old, by) = names();
            return Err(LooserLimit::OtherSegment { new, old, by });
        }
        kept.extend(list_remaining_limits(&old, &limit));
    }
    kept.push(limit);
    indicator.limits = kept;
    Ok(())
}

fn format_limit(limit: &IndicatorLimit) -> String {
    format!("{} {}", limit.value, limit.unit)
}

/// Lists what remains of an old limit before and after the days of the one that replaces it.
fn list_remaining_limits(old: &IndicatorLimit, new: &IndicatorLimit) -> Vec<IndicatorLimit> {
    let mut left = Vec::new();
    if let Some(until) = new.from.and_then(|from| from.yesterday().ok())
        && old.from.is_none_or(|from| from <= until)
    {
        left.push(IndicatorLimit { until: Some(until), ..old.clone() });
    }
    if let Some(from) = new.until.and_then(|until| until.tomorrow().ok())
        && old.until.is_none_or(|until| from <= until)
    {
        left.push(IndicatorLimit { from: Some(from), ..old.clone() });
    }
    left
}

/// Whether two limits can hold for the same case on the same day.
fn can_overlap(a: &IndicatorLimit, b: &IndicatorLimit) -> bool {
    let days = a.from.is_none_or(|from| b.until.is_none_or(|until| from <= until))
        && b.from.is_none_or(|from| a.until.is_none_or(|until| from <= until));
    let segments = a.segment.iter().all(|(column, values)| {
        b.segment.get(column).is_none_or(|others| values.iter().any(|value| others.contains(value)))
    });
    days && segments
}

/// Whether `new` is looser than `old`; false if they count different things.
fn is_looser(new: &IndicatorLimit, old: &IndicatorLimit) -> bool {
    let (Some(a), Some(b)) = (find_comparable_amount(new), find_comparable_amount(old)) else {
        return false;
    };
    if a.0 != b.0 || new.direction != old.direction {
        return false;
    }
    match new.direction {
        Direction::AtMost => a.1 > b.1,
        Direction::AtLeast => a.1 < b.1,
    }
}

/// What a limit counts, and how much of it is allowed; `None` for a limit by time of day.
fn find_comparable_amount(limit: &IndicatorLimit) -> Option<(String, f64)> {
    let scaled = |what: &str| {
        let (family, each) = match TimeUnit::parse(&limit.unit) {
            Some(TimeUnit::Seconds) => ("natural", 1.0),
            Some(TimeUnit::Minutes) => ("natural", 60.0),
            Some(TimeUnit::Hours) => ("natural", 3600.0),
            Some(TimeUnit::Days) => ("natural", 86_400.0),
            Some(TimeUnit::WorkingHours) => ("working hours", 3600.0),
            Some(TimeUnit::WorkingDays) => ("working days", 1.0),
            None => (limit.unit.as_str(), 1.0),
        };
        (format!("{what} in {family}"), limit.value * each)
    };
    Some(match &limit.kind {
        LimitKind::Mean => scaled("mean"),
        LimitKind::Percentile(percent) => scaled(&format!("p{percent}")),
        LimitKind::Share(of) => scaled(of),
        LimitKind::Rate => scaled("rate"),
        LimitKind::Bound => scaled("bound"),
        LimitKind::Longest(due) => match due {
            DueRule::Elapsed { seconds } => ("each, elapsed".to_owned(), *seconds as f64),
            DueRule::Dates { days } => ("each, by date".to_owned(), *days as f64),
            DueRule::WorkingDates { days } => ("each, by working date".to_owned(), *days as f64),
            DueRule::SameDay { .. } => return None,
        },
    })
}

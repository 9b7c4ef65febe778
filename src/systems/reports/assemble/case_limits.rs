//! Limits on single cases, as rules in a chart.

use crate::systems::indicators::{FigureRow, LimitRow, Read};
use crate::systems::reports::charts::{ChartRule, RuleRole};
use crate::systems::reports::model::{ClockUnit, Language};
use crate::systems::reports::print;

/// The limits on single cases of an indicator, from whichever statistic shows them.
pub(super) fn list_case_limits<'a>(rows: impl Iterator<Item = &'a FigureRow>) -> Vec<&'a LimitRow> {
    let mut limits: Vec<&LimitRow> = Vec::new();
    for limit in rows.flat_map(|row| &row.limits).filter(|limit| limit.kind == "longest") {
        let known = limits.iter().any(|one| {
            one.by == limit.by
                && one.segment == limit.segment
                && (one.value - limit.value).abs() < f64::EPSILON
        });
        if !known {
            limits.push(limit);
        }
    }
    limits
}

/// A limit in seconds. `None` for working time, which an axis of clock hours cannot show.
fn convert_to_seconds(limit: &LimitRow) -> Option<f64> {
    let each = match limit.unit.as_str() {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(limit.value * each)
}

pub(super) fn is_promise(limit: &LimitRow) -> bool {
    limit.read == Read::OwnDesign
}

/// `限值 48`, `承诺 24`
pub(super) fn write_limit_title(limit: &LimitRow, language: Language) -> String {
    let value = print::format_shortest(limit.value);
    match (language, limit.kind, is_promise(limit)) {
        (Language::Chinese, "mean", _) => format!("平均限值 {value}"),
        (Language::English, "mean", _) => format!("mean limit {value}"),
        (Language::Chinese, _, true) => format!("承诺 {value}"),
        (Language::Chinese, _, false) => format!("限值 {value}"),
        (Language::English, _, true) => format!("promise {value}"),
        (Language::English, _, false) => format!("limit {value}"),
    }
}

/// The limits as rules on an axis in the clock's unit: the lowest value first, equal values once.
pub(super) fn list_rules(
    limits: &[&LimitRow],
    clock: &ClockUnit,
    language: Language,
) -> Vec<ChartRule> {
    let mut rules: Vec<ChartRule> = Vec::new();
    for limit in limits {
        let Some(value) = convert_to_seconds(limit).map(|seconds| clock.convert_seconds(seconds))
        else {
            continue;
        };
        if rules.iter().any(|rule| (rule.value - value).abs() < 1e-9) {
            continue;
        }
        let mut shown = (*limit).clone();
        shown.value = value;
        rules.push(ChartRule {
            value,
            title: write_limit_title(&shown, language),
            role: if is_promise(limit) { RuleRole::Promise } else { RuleRole::Limit },
        });
    }
    rules.sort_by(|a, b| a.value.total_cmp(&b.value));
    rules
}

//! Codes as people say them: dimensions, regions, units, limits, reasons.

use minijinja::{Value, context};

use super::Console;
use super::asked::Asked;
use crate::systems::indicators::dimensions::cut;
use crate::systems::indicators::{CaseOutcome, Indicator, LimitRow, Reason};

/// What stands where there is nothing.
pub(super) const NOTHING: &str = "—";

/// An indicator with its group, because fixed telephone and broadband both have a fault repair.
pub(super) fn indicator_title(console: &Console, asked: &Asked, indicator: &Indicator) -> String {
    let title = asked.words(&indicator.title);
    match console.pack.groups.iter().find(|group| group.id == indicator.group) {
        Some(group) => format!("{} · {title}", asked.words(&group.title)),
        None => title.to_owned(),
    }
}

/// The unit as it is printed after a number.
pub(super) fn unit(console: &Console, asked: &Asked, unit: &str) -> String {
    console.pack.units.get(unit).map_or(unit, |words| asked.words(words)).to_owned()
}

/// A count with its thousands apart.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn dimension_title(console: &Console, asked: &Asked, name: &str) -> String {
    if let Some(level) = console.pack.levels.iter().find(|level| level.name == name) {
        return asked.words(&level.title).to_owned();
    }
    let (chinese, english) = match name {
        "month" => ("月份", "Month"),
        "quarter" => ("季度", "Quarter"),
        "day" => ("日期", "Day"),
        "area" => ("城乡", "Area"),
        "channel" => ("渠道", "Channel"),
        "kind" => ("业务类型", "Kind"),
        "service" => ("业务", "Service"),
        "cause" => ("原因", "Cause"),
        "maintainer" => ("维护方", "Maintained by"),
        "region" => ("区域", "Region"),
        "source" => ("来源系统", "Source"),
        "source_key" => ("来源工单号", "Number there"),
        "line" => ("线路（假名）", "Line (pseudonym)"),
        "excluded" => ("排除原因", "Excluded for"),
        "excluded_by" => ("排除审批人", "Exclusion approved by"),
        "satisfaction" => ("满意度", "Satisfaction"),
        "reopened" => ("重开次数", "Times reopened"),
        other => (other, other),
    };
    asked.pick(chinese, english).to_owned()
}

/// A moment or a kind of interval of a case.
pub(super) fn event_title(asked: &Asked, name: &str) -> String {
    let (chinese, english) = match name {
        "accepted" => ("受理", "Accepted"),
        "paid" => ("缴费", "Paid"),
        "first_contact" => ("首次联系", "First contact"),
        "appointment" => ("预约时间", "Appointment"),
        "arrived" => ("到场", "Arrived"),
        "resolved" => ("修复或办结", "Resolved"),
        "confirmed" => ("用户确认", "Confirmed"),
        "closed" => ("归档", "Closed"),
        "cancelled" => ("撤单", "Cancelled"),
        "paused" => ("挂起", "Paused"),
        "awaiting_confirmation" => ("待用户确认", "Awaiting confirmation"),
        "reopened" => ("重开", "Reopened"),
        other => (other, other),
    };
    asked.pick(chinese, english).to_owned()
}

/// A value of a dimension.
pub(super) fn label(console: &Console, asked: &Asked, name: &str, value: &str) -> String {
    if name == "region" {
        return region(console, asked, value);
    }
    match console.pack.label(name, value) {
        Some(words) => asked.words(words).to_owned(),
        None if value.is_empty() => asked.pick("未填", "not given").to_owned(),
        None => value.to_owned(),
    }
}

/// A region by its name; one without a name by the smallest part that has one, and its code.
fn region(console: &Console, asked: &Asked, code: &str) -> String {
    if code.is_empty() {
        return NOTHING.to_owned();
    }
    if let Some(words) = console.pack.regions.get(code) {
        return asked.words(words).to_owned();
    }
    let above = console.pack.levels.iter().rev().map(|level| cut(level, code));
    match above.into_iter().find_map(|part| console.pack.regions.get(&part)) {
        Some(words) => format!("{} {code}", asked.words(words)),
        None => code.to_owned(),
    }
}

/// A limit in words, with a mark and a word for whether it is kept.
pub(super) fn limit_tag(console: &Console, asked: &Asked, limit: &LimitRow) -> Value {
    let (mark, said) = match limit.met {
        Some(true) => ("✓", asked.pick("达标", "met")),
        Some(false) => ("✗", asked.pick("未达标", "missed")),
        None => ("·", asked.pick("未判定", "not judged")),
    };
    context! { text => limit_text(console, asked, limit), met => limit.met, mark, said }
}

pub(super) fn limit_text(console: &Console, asked: &Asked, limit: &LimitRow) -> String {
    let (chinese, english) = limit.kind_words();
    let kind = asked.pick(chinese, english);
    let unverified = if limit.verified { "" } else { asked.pick(" 未核实", " unverified") };
    let unit = unit(console, asked, &limit.unit);
    let value = if limit.value != 0.0 && limit.value.abs() < 0.001 {
        format!("{:e}", limit.value)
    } else {
        limit.value.to_string()
    };
    let text = format!("{kind} {value} {unit}");
    format!("{}{unverified}", text.trim_end())
}

/// What an indicator makes of a case: a mark, a word, why, and how the word looks.
pub(super) fn outcome(
    asked: &Asked,
    indicator: &Indicator,
    outcome: &CaseOutcome,
    late_by: Option<i64>,
    is_open: bool,
) -> Value {
    let (kind, mark, text) = match (outcome, late_by) {
        (CaseOutcome::Counted, Some(late)) if late > 0 => {
            (" bad", "✗", asked.pick("计入，超时", "counted, late"))
        }
        (CaseOutcome::Counted, Some(_)) => {
            (" good", "✓", asked.pick("计入，及时", "counted, on time"))
        }
        (CaseOutcome::Counted, None) => ("", "•", asked.pick("计入", "counted")),
        (CaseOutcome::Excluded { .. }, _) => (" plain", "⊘", asked.pick("排除", "excluded")),
        (CaseOutcome::Unmeasurable, _) => {
            (" plain", "?", asked.pick("无法计时", "cannot be measured"))
        }
        (CaseOutcome::Open, _) if is_open => {
            (" plain", "…", asked.pick("期末未完", "open at the end"))
        }
        (CaseOutcome::Open, _) => {
            (" plain", "–", asked.pick("不在此指标与统计期内", "outside this indicator and period"))
        }
    };
    let why = match outcome {
        CaseOutcome::Excluded { reason, is_approved } => {
            let open =
                if *is_approved { "" } else { asked.pick("，无审批", ", nobody approved") };
            format!("{}{open}", reason_words(asked, indicator, reason))
        }
        CaseOutcome::Counted | CaseOutcome::Unmeasurable | CaseOutcome::Open => String::new(),
    };
    context! { kind, mark, text, why }
}

/// The words of the pack for a reason that it names; others as the source wrote them.
fn reason_words(asked: &Asked, indicator: &Indicator, reason: &str) -> String {
    let named = indicator.exclusions.iter().find(|one| match &one.reason {
        Reason::Fixed(name) => name == reason,
        Reason::From(_) => false,
    });
    named.map_or(reason, |one| asked.words(&one.title)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_906_583), "1,906,583");
    }
}

//! Names for what happened to a case, and for what an indicator makes of it.

use minijinja::{Value, context};

use crate::systems::cases::CaseOutcome;
use crate::systems::indicators::http::PageQuery;
use crate::systems::indicators::{ExclusionReason, Indicator};

/// Names a moment or a kind of interval of a case.
pub(super) fn name_event(asked: &PageQuery, name: &str) -> String {
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
    asked.pick_text(chinese, english).to_owned()
}

/// Describes what an indicator makes of a case: a mark, a word, the reason, and the style of the
/// word.
pub(super) fn describe_outcome(
    asked: &PageQuery,
    indicator: &Indicator,
    outcome: &CaseOutcome,
    late_by: Option<i64>,
    is_open: bool,
) -> Value {
    let (kind, mark, text) = match (outcome, late_by) {
        (CaseOutcome::Counted, Some(late)) if late > 0 => {
            (" bad", "✗", asked.pick_text("计入，超时", "counted, late"))
        }
        (CaseOutcome::Counted, Some(_)) => {
            (" good", "✓", asked.pick_text("计入，及时", "counted, on time"))
        }
        (CaseOutcome::Counted, None) => ("", "•", asked.pick_text("计入", "counted")),
        (CaseOutcome::Excluded { .. }, _) => (" plain", "⊘", asked.pick_text("排除", "excluded")),
        (CaseOutcome::Unmeasurable, _) => {
            (" plain", "?", asked.pick_text("无法计时", "cannot be measured"))
        }
        (CaseOutcome::Open, _) if is_open => {
            (" plain", "…", asked.pick_text("期末未完", "open at the end"))
        }
        (CaseOutcome::Open, _) => (
            " plain",
            "–",
            asked.pick_text("不在此指标与统计期内", "outside this indicator and period"),
        ),
    };
    let why = match outcome {
        CaseOutcome::Excluded { reason, is_approved } => {
            let open = if *is_approved {
                ""
            } else {
                asked.pick_text("，无审批", ", nobody approved")
            };
            format!("{}{open}", name_reason(asked, indicator, reason))
        }
        CaseOutcome::Counted | CaseOutcome::Unmeasurable | CaseOutcome::Open => String::new(),
    };
    context! { kind, mark, text, why }
}

/// The words of the pack for a reason, or the words of the source if the pack does not name it.
fn name_reason(asked: &PageQuery, indicator: &Indicator, reason: &str) -> String {
    let named = indicator.exclusions.iter().find(|one| match &one.reason {
        ExclusionReason::Fixed(name) => name == reason,
        ExclusionReason::From(_) => false,
    });
    named.map_or(reason, |one| asked.pick_words(&one.title)).to_owned()
}

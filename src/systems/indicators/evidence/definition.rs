//! A definition in canonical JSON, over which its digest is computed.

use serde_json::{Value, json};
use trueline_clock::{ClockRule, TimeLimit, Unit};
use trueline_figures::{ExclusionRule, FigureDefinition, FigureMeasure, LateAfter, Request};
use trueline_ledger::Hash;
use trueline_verify::{DefinitionUsed, JsonError, to_canonical_json};

pub(super) fn describe_definition(
    request: &Request,
    definition: &FigureDefinition,
) -> Result<DefinitionUsed, JsonError> {
    let calendars = |rule: &ClockRule| {
        let named = request.calendars.iter();
        let found = named.filter(|one| rule.calendar.as_deref() == Some(one.name()));
        found.map(|one| json!({ "name": one.name(), "sha256": one.content_digest() })).collect()
    };
    let text = to_canonical_json(&json!({
        "population": definition.population.to_string(),
        "period_moment": definition.period_moment.to_string(),
        "measure": measure_json(&definition.measure, &calendars),
        "exclusions": definition.exclusions.iter().map(exclusion_json).collect::<Vec<Value>>(),
        "late_after": definition.late_after.iter().map(late_after_json).collect::<Vec<Value>>(),
        "zone": request.zone.iana_name().unwrap_or("UTC"),
    }))?;
    let sha256 = Hash::digest_of(text.as_bytes()).to_hex();
    Ok(DefinitionUsed { id: definition.id.clone(), sha256, text })
}

fn measure_json(measure: &FigureMeasure, calendars: &dyn Fn(&ClockRule) -> Vec<Value>) -> Value {
    match measure {
        FigureMeasure::Waited { start, stop, withdrawn, subtract, rule } => {
            let mut value = json!({
                "kind": "waited",
                "start": start.to_string(),
                "stop": stop.to_string(),
                "subtract": subtract,
                "unit": unit_name(rule.unit),
                "zone": rule.zone,
                "calendars": calendars(rule),
                "limit_is_on_time": rule.limit_is_on_time,
            });
            if let Some(withdrawn) = withdrawn {
                value["withdrawn"] = json!(withdrawn.to_string());
            }
            value
        }
        FigureMeasure::Amount { value, decimals } => {
            json!({ "kind": "amount", "value": value.to_string(), "decimals": decimals })
        }
        FigureMeasure::Share { hit, of } => {
            json!({ "kind": "share", "hit": hit.to_string(), "of": of.to_string() })
        }
        FigureMeasure::Count => json!({ "kind": "count" }),
        FigureMeasure::Ratio { numerator, denominator } => json!({
            "kind": "ratio",
            "numerator": numerator.to_string(),
            "denominator": denominator.to_string(),
        }),
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::NaturalHours => "natural_hours",
        Unit::NaturalDays => "natural_days",
        Unit::WorkingHours => "working_hours",
        Unit::WorkingDays => "working_days",
    }
}

fn exclusion_json(exclusion: &ExclusionRule) -> Value {
    let mut value = json!({
        "reason": exclusion.reason.to_string(),
        "when": exclusion.when.to_string(),
    });
    if let Some(by) = &exclusion.approved_by {
        value["approved_by"] = json!(by.to_string());
    }
    value
}

fn late_after_json(after: &LateAfter) -> Value {
    let limit = match after.limit {
        TimeLimit::Elapsed { seconds } => json!({ "kind": "elapsed", "seconds": seconds }),
        TimeLimit::Dates { days } => json!({ "kind": "dates", "days": days }),
        TimeLimit::WorkingDates { days } => json!({ "kind": "working_dates", "days": days }),
        TimeLimit::SameDay { before_hour } => {
            json!({ "kind": "same_day", "before_hour": before_hour })
        }
    };
    json!({
        "by": after.bound.by,
        "text": after.bound.text,
        "when": after.when.to_string(),
        "limit": limit,
    })
}

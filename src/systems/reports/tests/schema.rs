//! The JSON of a report against its published schema.

use serde_json::Value;

use super::{hard, province};
use crate::systems::reports::json;
use crate::systems::reports::model::Language;

#[test]
fn the_json_keeps_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/report.schema.json")).unwrap();
    for language in [Language::Chinese, Language::English] {
        let text = json::render_json(&hard(language), None).unwrap();
        let report: Value = serde_json::from_slice(&text).unwrap();
        let mut wrong = Vec::new();
        check_against_schema(&schema, &schema, &report, "report", &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/report.schema.json")).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut report = serde_json::to_value(province(Language::Chinese)).unwrap();
        change(&mut report);
        let mut wrong = Vec::new();
        check_against_schema(&schema, &schema, &report, "report", &mut wrong);
        !wrong.is_empty()
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|report| report["simulated"] = Value::from("yes")));
    assert!(refused(&|report| report["more"] = Value::Null));
    assert!(refused(&|report| report["groups"][0]["lines"][0]["figure"]["n"] = Value::from(0.5)));
}

/// Checks a value by the keywords of JSON Schema that our schema uses.
fn check_against_schema(
    root: &Value,
    schema: &Value,
    value: &Value,
    place: &str,
    wrong: &mut Vec<String>,
) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return check_against_schema(root, &root["$defs"][name], value, place, wrong);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut inner = Vec::new();
            check_against_schema(root, choice, value, place, &mut inner);
            inner.is_empty()
        };
        if !choices.iter().any(fits) {
            wrong.push(format!("{place}: none of the choices fits"));
        }
        return;
    }
    let listed = schema["enum"].as_array();
    if listed.is_some_and(|known| !known.contains(value))
        || schema.get("const").is_some_and(|constant| constant != value)
    {
        wrong.push(format!("{place}: {value} is not allowed"));
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !names.is_empty() && !names.iter().any(|name| is_of_type(value, name)) {
        wrong.push(format!("{place}: {value} is no {names:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            wrong.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => check_against_schema(root, known, inner, &place, wrong),
            (None, Value::Bool(false)) => wrong.push(format!("{place} is not in the schema")),
            (None, other) => check_against_schema(root, other, inner, &place, wrong),
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        check_against_schema(root, &schema["items"], inner, &format!("{place}[{index}]"), wrong);
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema knows no {other}"),
    }
}

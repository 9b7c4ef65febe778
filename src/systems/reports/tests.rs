//! Whole reports of the simulated province.

use serde_json::Value;

use super::model::{Language, Report};
use super::narrative::{self, Context};
use super::{default_fields, json, pdf};

/// The report of the fixture, with the demo's narrative.
pub(super) fn province(language: Language) -> Report {
    let (fixture, words) = match language {
        Language::Zh => {
            (include_str!("fixtures/province-zh.json"), include_str!("narratives/demo-zh.md"))
        }
        Language::En => {
            (include_str!("fixtures/province-en.json"), include_str!("narratives/demo-en.md"))
        }
    };
    let mut report: Report = serde_json::from_str(fixture).unwrap();
    let context = Context {
        language,
        groups: &report.groups,
        slices: &report.slices,
        fields: default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve(words, "demo.md", &context).unwrap();
    report.narrative = narrative.parts;
    report.not_from_records = narrative.not_from_records;
    report
}

/// Leaves a rendering where a person can look at it, if `TRUELINE_LOOK` names a folder.
fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("TRUELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn the_pdf_is_made_in_both_languages() {
    for (language, name) in [(Language::Zh, "zh.pdf"), (Language::En, "en.pdf")] {
        let report = province(language);
        let once = pdf::render(&report, None).unwrap();
        keep(name, &once);
        assert!(once.starts_with(b"%PDF-1.7"));
        assert!(once == pdf::render(&report, None).unwrap(), "the bytes differ");
    }
}

#[test]
fn the_json_keeps_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    for language in [Language::Zh, Language::En] {
        let text = json::render(&province(language)).unwrap();
        let report: Value = serde_json::from_slice(&text).unwrap();
        let mut wrong = Vec::new();
        check(&schema, &schema, &report, "report", &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut report = serde_json::to_value(province(Language::Zh)).unwrap();
        change(&mut report);
        let mut wrong = Vec::new();
        check(&schema, &schema, &report, "report", &mut wrong);
        !wrong.is_empty()
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|report| report["simulated"] = Value::from("yes")));
    assert!(refused(&|report| report["more"] = Value::Null));
    assert!(refused(&|report| report["groups"][0]["lines"][0]["figure"]["n"] = Value::from(0.5)));
}

/// The part of JSON Schema that ours uses.
fn check(root: &Value, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return check(root, &root["$defs"][name], value, place, wrong);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut inner = Vec::new();
            check(root, choice, value, place, &mut inner);
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
            (Some(known), _) => check(root, known, inner, &place, wrong),
            (None, Value::Bool(false)) => wrong.push(format!("{place} is not in the schema")),
            (None, other) => check(root, other, inner, &place, wrong),
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], inner, &format!("{place}[{index}]"), wrong);
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

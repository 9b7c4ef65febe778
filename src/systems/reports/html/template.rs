//! Data for templates: JSON turned into what the template engine reads.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::Value as Json;

/// The same data, for a template.
pub(in crate::systems::reports) fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(truth) => Value::from(truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(float)) => Value::from(float),
            (None, None) => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.replace(unprintable, "")),
        Json::Array(items) => Value::from(items.into_iter().map(value).collect::<Vec<_>>()),
        Json::Object(fields) => Value::from(
            fields
                .into_iter()
                .map(|(name, one)| (name, value(one)))
                .collect::<BTreeMap<String, Value>>(),
        ),
    }
}

/// What neither XML nor a reader knows: control characters, except for the ends of lines and tabs.
fn unprintable(sign: char) -> bool {
    (sign.is_control() && !matches!(sign, '\n' | '\t')) || matches!(sign, '\u{fffe}' | '\u{ffff}')
}

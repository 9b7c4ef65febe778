//! Data for templates: JSON converted to what the template engine reads.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::Value as Json;

pub(crate) fn convert_json(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(truth) => Value::from(truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(float)) => Value::from(float),
            (None, None) => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.replace(is_unprintable, "")),
        Json::Array(items) => Value::from(items.into_iter().map(convert_json).collect::<Vec<_>>()),
        Json::Object(fields) => Value::from(
            fields
                .into_iter()
                .map(|(name, one)| (name, convert_json(one)))
                .collect::<BTreeMap<String, Value>>(),
        ),
    }
}

/// Whether XML does not allow it: control characters, except for line ends and tabs.
fn is_unprintable(sign: char) -> bool {
    (sign.is_control() && !matches!(sign, '\n' | '\t')) || matches!(sign, '\u{fffe}' | '\u{ffff}')
}

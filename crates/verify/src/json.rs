//! Canonical JSON: RFC 8785 with integers only, so that a statement has only one form and one
//! digest.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The largest integer that every reader of JSON keeps exact.
const SAFE: u128 = (1 << 53) - 1;

/// Why a value has no canonical form, or a text is not in it.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum JsonError {
    /// It is not JSON, or not of the expected shape.
    #[error("it is not the JSON expected here")]
    #[zh("不是此处应有的 JSON")]
    Shape(#[from] serde_json::Error),
    /// A number that is no integer, or too large; or a null.
    #[error("{0} has no canonical form")]
    #[zh("{0} 没有规范形式")]
    NoForm(String),
    /// The canonical form of the same value is another.
    #[error("not in canonical form")]
    #[zh("不是规范形式")]
    NotCanonical,
}

/// The canonical form of a value.
///
/// ```
/// use trueline_verify::to_canonical_json;
///
/// let made = to_canonical_json(&serde_json::json!({"b": [1, true], "a": "准"})).unwrap();
/// assert_eq!(made, r#"{"a":"准","b":[1,true]}"#);
/// assert!(to_canonical_json(&0.5).is_err());
/// ```
pub fn to_canonical_json(value: &impl Serialize) -> Result<String, JsonError> {
    let mut out = String::new();
    write_value(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

/// Reads a text in canonical form. Refuses anything else.
pub fn read_canonical_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, JsonError> {
    let value: Value = serde_json::from_slice(text)?;
    let mut again = String::with_capacity(text.len());
    write_value(&value, &mut again)?;
    if again.as_bytes() != text {
        return Err(JsonError::NotCanonical);
    }
    Ok(serde_json::from_value(value)?)
}

fn write_value(value: &Value, out: &mut String) -> Result<(), JsonError> {
    match value {
        Value::Null => return Err(JsonError::NoForm("null".to_owned())),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if u128::from(integer.unsigned_abs()) <= SAFE => {
                out.push_str(&integer.to_string());
            }
            Some(_) | None => return Err(JsonError::NoForm(number.to_string())),
        },
        // Its escapes are those of RFC 8785.
        Value::String(text) => out.push_str(&serde_json::to_string(text)?),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|one, other| one.0.encode_utf16().cmp(other.0.encode_utf16()));
            out.push('{');
            for (at, (key, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(key)?);
                out.push(':');
                write_value(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// An integer of any size: in JSON a number if every reader keeps it exact, else a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct WholeNumber(pub i128);

impl Serialize for WholeNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.unsigned_abs() <= SAFE {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_str(&self.0.to_string())
        }
    }
}

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WholeNumber, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum NumberOrText {
            Number(i64),
            Text(String),
        }
        match NumberOrText::deserialize(deserializer)? {
            NumberOrText::Number(number) => Ok(WholeNumber(i128::from(number))),
            NumberOrText::Text(text) => {
                let whole: i128 = text.parse().map_err(serde::de::Error::custom)?;
                // One form only: a text where a number would not stay exact, and nowhere else.
                if whole.unsigned_abs() <= SAFE || whole.to_string() != text {
                    return Err(serde::de::Error::custom("an integer that is written otherwise"));
                }
                Ok(WholeNumber(whole))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_nothing_stands_between() {
        let read: Value =
            serde_json::from_str("{ \"b\" : 1, \"a\" : [ ], \"é\": \"\\u0001\\n\" }").unwrap();
        let made = to_canonical_json(&read).unwrap();
        assert_eq!(made, "{\"a\":[],\"b\":1,\"é\":\"\\u0001\\n\"}");
        let again: Value = read_canonical_json(made.as_bytes()).unwrap();
        assert_eq!(to_canonical_json(&again).unwrap(), made);
    }

    #[test]
    fn what_readers_would_tell_differently_is_refused() {
        for text in ["null", "0.5", "1e3", "9007199254740992", "{\"a\":null}"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(matches!(to_canonical_json(&value), Err(JsonError::NoForm(_))), "{text}");
        }
        for text in ["{\"b\":1,\"a\":2}", "[1, 2]", "[1]\n", "{\"a\":1,\"a\":1}"] {
            let read = read_canonical_json::<Value>(text.as_bytes());
            assert!(matches!(read, Err(JsonError::NotCanonical)), "{text}");
        }
    }

    #[test]
    fn large_integers_are_strings() {
        let largest = SAFE as i128;
        for number in [0, largest, -largest, largest + 1, i128::MIN] {
            let made = to_canonical_json(&WholeNumber(number)).unwrap();
            assert_eq!(made.starts_with('"'), number.unsigned_abs() > SAFE, "{made}");
            assert_eq!(
                read_canonical_json::<WholeNumber>(made.as_bytes()).unwrap(),
                WholeNumber(number)
            );
        }
        for text in ["\"5\"", "\"+9007199254740992\"", "\"09007199254740992\"", "\"\""] {
            assert!(read_canonical_json::<WholeNumber>(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! A text of a pack in Chinese and English.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};

use crate::language::Language;

/// A text in Chinese and English; a plain string serves both.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct BilingualText {
    pub zh: String,
    pub en: String,
}

impl<'de> Deserialize<'de> for BilingualText {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BilingualTextVisitor)
    }
}

struct BilingualTextVisitor;

impl<'de> Visitor<'de> for BilingualTextVisitor {
    type Value = BilingualText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or { zh = \"…\", en = \"…\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<BilingualText, E> {
        Ok(BilingualText { zh: text.to_owned(), en: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BilingualText, A::Error> {
        let (mut zh, mut en) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "zh" => zh = Some(map.next_value()?),
                "en" => en = Some(map.next_value()?),
                other => return Err(de::Error::unknown_field(other, &["zh", "en"])),
            }
        }
        Ok(BilingualText {
            zh: zh.ok_or_else(|| de::Error::missing_field("zh"))?,
            en: en.ok_or_else(|| de::Error::missing_field("en"))?,
        })
    }
}

impl BilingualText {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

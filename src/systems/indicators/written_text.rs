//! A text as a pack file writes it: in Chinese and English, or once for both.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use trueline_language::Text;

/// A text in Chinese and English; a plain string serves both.
#[derive(Debug, Clone)]
pub(super) struct WrittenText(Text);

impl<'de> Deserialize<'de> for WrittenText {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenTextVisitor)
    }
}

struct WrittenTextVisitor;

impl<'de> Visitor<'de> for WrittenTextVisitor {
    type Value = WrittenText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or { zh = \"…\", en = \"…\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WrittenText, E> {
        Ok(WrittenText(Text::new(text, text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WrittenText, A::Error> {
        let (mut zh, mut en): (Option<String>, Option<String>) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "zh" => zh = Some(map.next_value()?),
                "en" => en = Some(map.next_value()?),
                other => return Err(de::Error::unknown_field(other, &["zh", "en"])),
            }
        }
        Ok(WrittenText(Text::new(
            zh.ok_or_else(|| de::Error::missing_field("zh"))?,
            en.ok_or_else(|| de::Error::missing_field("en"))?,
        )))
    }
}

impl WrittenText {
    pub(super) fn to_text(&self) -> Text {
        self.0.clone()
    }
}

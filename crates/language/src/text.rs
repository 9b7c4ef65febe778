//! A text in both languages.

use std::fmt;

use crate::Language;

/// The same words in Chinese and in English. There is no way to make it from one of them.
///
/// It prints in English, and may be an error by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Text {
    zh: String,
    en: String,
}

impl Text {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text { zh: zh.into(), en: en.into() }
    }

    pub fn as_str(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Text {}

/// A [`Text`] that is known when the program is built: `phrase!("过长", "too long")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phrase {
    zh: &'static str,
    en: &'static str,
}

impl Phrase {
    pub const fn new(zh: &'static str, en: &'static str) -> Phrase {
        Phrase { zh, en }
    }

    pub fn as_str(self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }
}

impl From<Phrase> for Text {
    fn from(phrase: Phrase) -> Text {
        Text::new(phrase.zh, phrase.en)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en)
    }
}

impl std::error::Error for Phrase {}

/// What is no error and has words in both languages: a type, a kind, a reason.
pub trait Bilingual {
    fn words_in(&self, language: Language) -> String;
}

/// Whether a text has Chinese characters: what a test asks of each message.
pub fn contains_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

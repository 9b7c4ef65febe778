//! The two languages.

use std::fmt;
use std::str::FromStr;

use crate::{Cause, Explain};

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    Chinese,
    #[default]
    English,
}

impl Language {
    pub const BOTH: [Language; 2] = [Language::Chinese, Language::English];

    /// `zh` or `en`, as file names, options and JSON want it.
    pub fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// `zh-CN` or `en`, as `lang` attributes and PDF want it.
    pub fn language_tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// The language of a locale such as `zh_CN.UTF-8`: Chinese if it says so, else English.
    pub fn of_locale(locale: &str) -> Language {
        if locale.starts_with("zh") { Language::Chinese } else { Language::English }
    }

    /// The one of two values that is for this language.
    pub fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

/// The code: `zh` or `en`.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Language, UnknownLanguage> {
        match code {
            "zh" => Ok(Language::Chinese),
            "en" => Ok(Language::English),
            other => Err(UnknownLanguage(other.to_owned())),
        }
    }
}

/// A code other than `zh` and `en`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLanguage(pub String);

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence_in(Language::English))
    }
}

impl std::error::Error for UnknownLanguage {}

impl Explain for UnknownLanguage {
    fn sentence_in(&self, language: Language) -> String {
        let code = &self.0;
        match language {
            Language::Chinese => format!("没有语言“{code}”；请写 zh 或 en"),
            Language::English => format!("there is no language `{code}`; write zh or en"),
        }
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        None
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Language, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_parsed_as_it_is_printed_and_no_other_is() {
        for language in Language::BOTH {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        let refused = "de".parse::<Language>().unwrap_err();
        assert_eq!(refused.to_string(), "there is no language `de`; write zh or en");
        assert_eq!(refused.sentence_in(Language::Chinese), "没有语言“de”；请写 zh 或 en");
    }

    #[test]
    fn a_locale_is_chinese_where_it_says_so() {
        assert_eq!(Language::of_locale("zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(Language::of_locale("C.UTF-8"), Language::English);
    }
}

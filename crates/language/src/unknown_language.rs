//! A language by its code, and the error where there is none.

use std::fmt;
use std::str::FromStr;

use crate::{Explain, Language};

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
}

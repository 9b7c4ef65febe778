//! The two languages that Trueline speaks.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Chinese or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
pub enum Language {
    #[value(name = "zh")]
    #[serde(rename = "zh")]
    Chinese,
    #[value(name = "en")]
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// `zh` or `en`, as file names and `lang` attributes want it.
    pub fn code(self) -> &'static str {
        match self {
            Language::Chinese => "zh",
            Language::English => "en",
        }
    }

    /// The tag of HTML and PDF.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The one of two texts that is in this language.
    pub fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

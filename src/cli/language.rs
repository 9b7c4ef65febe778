//! The language of a command line.

use std::ffi::OsString;

use crate::language::Language;

/// `--lang` if it is there, else what the environment asks for, else English.
///
/// It is needed before arguments are parsed, because parsing may have to print help.
pub(crate) fn read_language(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang=") {
            Some(value) => Some(value.to_owned()),
            None if word == "--lang" => words.next().map(std::borrow::Cow::into_owned),
            None => None,
        };
        match value.as_deref() {
            Some("zh") => return Language::Chinese,
            Some("en") => return Language::English,
            Some(_) | None => {}
        }
    }
    let named = ["TRUELINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match named {
        Some(value) if value.starts_with("zh") => Language::Chinese,
        Some(_) | None => Language::English,
    }
}

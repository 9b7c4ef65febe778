//! Help in both languages. Clap keeps one text, so it is given both, one line each.

use crate::language::Language;

/// The help of a command or an argument: `both!("打印指标", "Print figures")`.
macro_rules! both {
    ($chinese:literal, $english:literal) => {
        concat!($chinese, "\n", $english)
    };
}
pub(super) use both;

/// The line that is in a language; `None` for a text of clap's own, which is in English only.
pub(super) fn pick_help(both: &str, language: Language) -> Option<&str> {
    let (chinese, english) = both.split_once('\n')?;
    Some(language.pick(chinese, english))
}

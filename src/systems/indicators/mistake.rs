//! What is wrong in a pack, where it stands, and what to write instead.
//!
//! A pack is read and edited by people, so a mistake names its file, line and column, and offers
//! the nearest word that would have been right.

use std::fmt;
use std::ops::Range;

use trueline_expression::find_nearest_word;
use trueline_language::{Language, Text, text};

/// A pack could not be used.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum PackError {
    #[error("no pack is called `{name}`{}", offer_text(.instead.as_ref()))]
    #[zh("没有名为 `{name}` 的指标包{}", offer_text(.instead.as_ref()))]
    Unknown { name: String, instead: Option<Text> },
    #[error("cannot read the pack {file}")]
    #[zh("无法读取指标包 {file}")]
    Unreadable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Mistake(#[from] Box<PackMistake>),
}

/// What is resolved from the text of a pack, or the mistake in it.
pub(super) type PackResult<T> = Result<T, Box<PackMistake>>;

/// One mistake in the text of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("{place}: {problem}{}", offer_text(.instead.as_ref()))]
#[zh("{place}：{problem}{}")]
pub struct PackMistake {
    pub place: FilePosition,
    pub problem: Text,
    /// What to write instead, as a half sentence.
    pub instead: Option<Text>,
}

/// The half sentence as a message ends with it; empty if there is none.
pub(super) fn offer_text(instead: Option<&Text>) -> Text {
    let led = |language: Language, sign: &str| {
        instead.map_or_else(String::new, |text| format!("{sign}{}", text.as_str(language)))
    };
    Text::new(led(Language::Chinese, "；"), led(Language::English, "; "))
}

/// A position in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePosition {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for FilePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The text of a pack and the name of its file, so that a mistake can say where it stands.
#[derive(Debug, Clone)]
pub(super) struct Manuscript {
    pub(super) file: String,
    pub(super) text: String,
}

impl Manuscript {
    pub(super) fn position_of(&self, at: usize) -> FilePosition {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        FilePosition {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    pub(super) fn mistake_at(&self, at: &Range<usize>, problem: impl Into<Text>) -> PackMistake {
        PackMistake { place: self.position_of(at.start), problem: problem.into(), instead: None }
    }

    /// A mistake inside a quoted text: `offset` bytes into it.
    pub(super) fn mistake_inside(
        &self,
        at: &Range<usize>,
        offset: usize,
        problem: impl Into<Text>,
    ) -> PackMistake {
        let raw = self.text.get(at.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"\n") || raw.starts_with("'''\n") {
            4
        } else if raw.starts_with("\"\"\"") || raw.starts_with("'''") {
            3
        } else {
            1
        };
        let start = (at.start + quotes + offset).min(at.end.max(at.start));
        self.mistake_at(&(start..start), problem)
    }
}

impl PackMistake {
    pub(super) fn or_write(mut self, instead: impl Into<Text>) -> Self {
        self.instead = Some(instead.into());
        self
    }

    /// Offers the nearest of the words that would have been right, or all of them if there are few.
    pub(super) fn or_one_of<'a>(
        mut self,
        word: &str,
        right: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.instead = offer_one_of(word, right);
        self
    }
}

/// A half sentence that offers the words that could have been meant.
pub(super) fn offer_one_of<'a>(
    word: &str,
    right: impl IntoIterator<Item = &'a str>,
) -> Option<Text> {
    let right: Vec<&str> = right.into_iter().collect();
    if let Some(near) = find_nearest_word(word, right.iter().copied()) {
        return Some(text!("是否指 `{near}`？", "did you mean `{near}`?"));
    }
    match right.len() {
        0 => None,
        1..=24 => Some(text!("可写：{}", "write one of: {}", right.join(", "))),
        _ => Some(text!("可写：{} …", "write one of: {} …", right[..24].join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = Manuscript { file: "p.toml".to_owned(), text: "a = 1\n障碍 = 2\n".to_owned() };
        let at = text.text.find('=').expect("first sign");
        assert_eq!(text.position_of(at).to_string(), "p.toml:1:3");
        let at = text.text.rfind('=').expect("second sign");
        assert_eq!(text.position_of(at).to_string(), "p.toml:2:4");
        assert_eq!(text.position_of(usize::MAX).line, 3);
    }
}

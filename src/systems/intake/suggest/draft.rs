//! The draft itself: TOML with comments that say what was seen, guessed and not known.

use std::fmt::Write as _;

use crate::systems::intake::quality::Text;

/// One line of the draft.
#[derive(Debug, Clone)]
enum DraftLine {
    Comment(Text),
    Toml(String),
    Blank,
}

/// A mapping in the making.
#[derive(Debug, Clone, Default)]
pub struct MappingDraft {
    lines: Vec<DraftLine>,
    unsure: Vec<Text>,
}

/// A sentence in both languages.
pub(super) fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

impl MappingDraft {
    pub(super) fn comment(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.lines.push(DraftLine::Comment(text(zh, en)));
    }

    pub(super) fn toml(&mut self, line: impl Into<String>) {
        self.lines.push(DraftLine::Toml(line.into()));
    }

    pub(super) fn table(&mut self, path: &str) {
        if !matches!(self.lines.last(), None | Some(DraftLine::Blank | DraftLine::Comment(_))) {
            self.blank();
        }
        self.toml(format!("[{path}]"));
    }

    pub(super) fn blank(&mut self) {
        self.lines.push(DraftLine::Blank);
    }

    /// Something to be decided by a person: a comment here, and a line in the list at the end.
    pub(super) fn ask(&mut self, question: Text) {
        let marked = text(format!("？ {}", question.zh), format!("? {}", question.en));
        self.lines.push(DraftLine::Comment(marked));
        self.unsure.push(question);
    }

    /// What could not be told from the file.
    pub fn unsure(&self) -> &[Text] {
        &self.unsure
    }

    /// The mapping, with comments in one language.
    pub fn render(&self, words: fn(&Text) -> &str) -> String {
        let mut out = String::new();
        for line in &self.lines {
            match line {
                DraftLine::Comment(comment) => {
                    let plain: String = words(comment)
                        .chars()
                        .map(|letter| if letter.is_control() { ' ' } else { letter })
                        .collect();
                    out.push_str("# ");
                    out.push_str(plain.trim_end());
                }
                DraftLine::Toml(toml) => out.push_str(toml),
                DraftLine::Blank => {}
            }
            out.push('\n');
        }
        out
    }
}

/// A TOML string.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A TOML key, quoted only where it must be.
pub(super) fn key(name: &str) -> String {
    let bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare && !name.is_empty() { name.to_owned() } else { quoted(name) }
}

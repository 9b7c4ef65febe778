//! The draft itself: TOML with comments that say what was seen, guessed and left open.

use std::fmt::Write as _;

use trueline_language::{Language, Text, text};

/// One line of the draft.
#[derive(Debug, Clone)]
enum DraftLine {
    Comment(Text),
    Toml(String),
    Blank,
}

/// A draft of a mapping, written line by line.
#[derive(Debug, Clone, Default)]
pub struct MappingDraft {
    lines: Vec<DraftLine>,
    questions: Vec<Text>,
}

impl MappingDraft {
    pub(super) fn add_comment(&mut self, comment: Text) {
        self.lines.push(DraftLine::Comment(comment));
    }

    pub(super) fn add_toml(&mut self, line: impl Into<String>) {
        self.lines.push(DraftLine::Toml(line.into()));
    }

    pub(super) fn add_table(&mut self, path: &str) {
        if !matches!(self.lines.last(), None | Some(DraftLine::Blank | DraftLine::Comment(_))) {
            self.add_blank();
        }
        self.add_toml(format!("[{path}]"));
    }

    pub(super) fn add_blank(&mut self) {
        self.lines.push(DraftLine::Blank);
    }

    /// Adds a question for a person to decide, as a comment and in the list of open questions.
    pub(super) fn add_question(&mut self, question: Text) {
        self.lines.push(DraftLine::Comment(text!("？ {question}", "? {question}")));
        self.questions.push(question);
    }

    /// What the file does not answer.
    pub fn open_questions(&self) -> &[Text] {
        &self.questions
    }

    /// The mapping, with comments in one language.
    pub fn render_toml(&self, language: Language) -> String {
        let mut out = String::new();
        for line in &self.lines {
            match line {
                DraftLine::Comment(comment) => {
                    let plain: String = comment
                        .as_str(language)
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
pub(super) fn quote_string(value: &str) -> String {
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

/// A TOML key, quoted only if it must be.
pub(super) fn quote_key(name: &str) -> String {
    let bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare && !name.is_empty() { name.to_owned() } else { quote_string(name) }
}

//! What is wrong with a narrative: every mistake with its line, and what to write instead.

use trueline_language::Text;

use crate::language::Language;

/// All mistakes in a narrative, in the order of its lines.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
#[error("{}", list_mistakes(.file, .mistakes))]
#[zh("{}")]
pub struct NarrativeError {
    pub file: String,
    pub mistakes: Vec<NarrativeMistake>,
}

/// One mistake: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarrativeMistake {
    pub line: usize,
    pub says: Text,
    pub instead: Option<Text>,
}

fn list_mistakes(file: &str, mistakes: &[NarrativeMistake]) -> Text {
    let in_language = |language: Language| {
        let (colon, semicolon) = language.pick(("：", "；"), (": ", "; "));
        let each = mistakes.iter().map(|mistake| {
            let (says, instead) = (mistake.says.as_str(language), mistake.instead.as_ref());
            let instead = instead.map(|text| format!("{semicolon}{}", text.as_str(language)));
            format!("{file}:{}{colon}{says}{}", mistake.line, instead.unwrap_or_default())
        });
        each.collect::<Vec<_>>().join("\n")
    };
    Text::new(in_language(Language::Chinese), in_language(Language::English))
}

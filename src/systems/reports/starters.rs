//! The narratives that a new instance starts with: its owner edits them.

use std::fmt::Write as _;

use super::model::Language;
use crate::systems::indicators::Pack;

/// File name and text of each, for a new instance under the national pack.
pub const NARRATIVES: [(&str, &str); 2] =
    [("zh.md", include_str!("narratives/zh.md")), ("en.md", include_str!("narratives/en.md"))];

/// The same for the simulated province of the demo.
pub const DEMO_NARRATIVES: [(&str, &str); 2] = [
    ("zh.md", include_str!("narratives/demo-zh.md")),
    ("en.md", include_str!("narratives/demo-en.md")),
];

/// The pack whose figures the written narratives mention.
const WRITTEN_FOR: &str = "cn-miit";

/// File name and text for an instance under any pack, with references to its figures.
pub(crate) fn make_narratives(pack: &Pack) -> [(&'static str, String); 2] {
    let is_written = pack.lineage.iter().any(|ancestor| ancestor.id == WRITTEN_FOR);
    let languages = [
        (Language::Chinese, "# 电信服务质量状况"),
        (Language::English, "# State of service quality"),
    ];
    let mut made = NARRATIVES.map(|(name, text)| (name, text.to_owned()));
    if !is_written {
        for ((_, text), (language, heading)) in made.iter_mut().zip(languages) {
            *text = insert_part(text, heading, &write_sentences(pack, language));
        }
    }
    made
}

/// Replaces the part under a heading of the first level.
fn insert_part(text: &str, heading: &str, part: &str) -> String {
    let (before, after) = text.split_once(heading).unwrap_or((text, ""));
    let next = after.find("\n# ").map_or("", |at| &after[at..]);
    format!("{before}{heading}\n\n{part}{}", next.trim_start())
}

/// A sentence for each indicator of the pack; it is left out of a report that has no records of
/// the indicator.
fn write_sentences(pack: &Pack, language: Language) -> String {
    let mut text = String::new();
    for indicator in &pack.indicators {
        let Some(statistic) = indicator.publish.iter().find(|one| one.main) else {
            continue;
        };
        let id = &indicator.id;
        let title = indicator.title.as_str(language);
        // A number in a title would count as typed and need a source.
        let title = if title.contains(|letter: char| letter.is_ascii_digit()) { id } else { title };
        let end = match language {
            Language::Chinese => ["：", "。"],
            Language::English => [": ", "."],
        };
        let reference = format!("{{{{{id}.{}}}}}", statistic.id);
        let _ = writeln!(text, "<!-- needs {id} -->\n{title}{}{reference}{}\n", end[0], end[1]);
    }
    text
}

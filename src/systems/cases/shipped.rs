//! The mappings that come with the program.

/// Name and text of every shipped mapping.
const MAPPINGS: &[(&str, &str)] = &[];

/// The names of the mappings that come with the program, with the first line of each.
pub fn shipped_mappings() -> impl Iterator<Item = (&'static str, &'static str)> {
    MAPPINGS.iter().map(|(name, text)| {
        let first = text.lines().next().unwrap_or_default();
        (*name, first.trim_start_matches('#').trim())
    })
}

/// The text of a shipped mapping.
pub fn shipped_mapping_text(name: &str) -> Option<&'static str> {
    MAPPINGS.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

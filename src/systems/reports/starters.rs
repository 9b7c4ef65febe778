//! The narratives that a new instance starts with: its owner edits them.

/// File name and text, for an instance of one's own.
pub const NARRATIVES: [(&str, &str); 2] =
    [("zh.md", include_str!("narratives/zh.md")), ("en.md", include_str!("narratives/en.md"))];

/// The same for the simulated province of the demo.
pub const DEMO_NARRATIVES: [(&str, &str); 2] = [
    ("zh.md", include_str!("narratives/demo-zh.md")),
    ("en.md", include_str!("narratives/demo-en.md")),
];

//! Durations as people read them.

/// Hours, minutes and seconds: `47:36:12`.
pub(crate) fn format_span(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

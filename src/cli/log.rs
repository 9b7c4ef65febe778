//! The log: what servers do, one line per event, on standard error.

use tracing::level_filters::LevelFilter;

/// The environment variable that says how much is logged: `error`, `warn`, `info` (the default),
/// `debug` or `off`.
const VARIABLE: &str = "TRUELINE_LOG";

/// Starts the log. A word that names no level counts as none.
pub(super) fn write_log_to_standard_error() {
    let asked = std::env::var(VARIABLE).ok();
    let level = asked.and_then(|word| word.parse().ok()).unwrap_or(LevelFilter::INFO);
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false);
    // Only a second log in the same process could fail, and the first serves as well.
    let _ = log.try_init();
}

//! `[time]`: only the edge reads the clock, everything below is given the time. `[bound]`: every
//! channel has a bound.

use crate::finding::Finding;
use crate::project::Project;
use crate::reading::Source;

/// Where the clock may be read: files, folders (with `/`), or the end of a path.
const EDGE: &[&str] =
    &["src/main.rs", "src/clock.rs", "src/cli/", "src/listen/", "src/schedule.rs", "xtask/"];
const EDGE_PARTS: &[&str] = &["/http.rs", "/http/"];

const CLOCKS: &[[&str; 2]] = &[
    ["SystemTime", "now"],
    ["Instant", "now"],
    ["Timestamp", "now"],
    ["Zoned", "now"],
    ["Utc", "now"],
    ["Local", "now"],
];

pub(super) fn check_clock_reads(project: &Project) -> Vec<Finding> {
    let is_edge = |path: &str| {
        EDGE.iter().any(|edge| path.starts_with(edge))
            || EDGE_PARTS.iter().any(|part| path.contains(part))
    };
    let mut findings = Vec::new();
    for source in project.product().filter(|source| !is_edge(&source.path)) {
        for (path, line) in paths_of(source) {
            // `use jiff::Timestamp as Moment` would hide the clock: the import is followed.
            let read = CLOCKS.iter().find(|clock| path.ends_with(&clock.map(str::to_owned)));
            if let Some([clock, call]) = read {
                let text = format!("`{clock}::{call}`: functions take the time");
                findings.push(Finding::new("time", &source.path, line, text));
            }
        }
        for call in &source.clock_calls {
            let text = format!("`.{}()`: functions take the time", call.segments.join("."));
            findings.push(Finding::new("time", &source.path, call.line, text));
        }
    }
    findings
}

pub(super) fn check_channels(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in project.product() {
        for (path, line) in paths_of(source) {
            let name = path.last().map(String::as_str);
            let is_std = path.ends_with(&["mpsc".to_owned(), "channel".to_owned()]);
            // `tokio::sync::mpsc::channel` takes its bound; the one of `std` has none.
            let is_tokio = path.first().is_some_and(|first| first == "tokio");
            if ["unbounded_channel", "unbounded"].contains(&name.unwrap_or_default())
                || is_std && !is_tokio
            {
                let text = "every channel has a bound".to_owned();
                findings.push(Finding::new("bound", &source.path, line, text));
            }
        }
    }
    findings
}

/// The paths of a file, with the name that an import gave them written out.
fn paths_of(source: &Source) -> impl Iterator<Item = (Vec<String>, usize)> {
    source.modules.iter().flat_map(|module| {
        module.paths.iter().map(|path| {
            let first = path.segments.first();
            let import = module
                .imports
                .iter()
                .find(|import| import.name.as_ref() == first && first.is_some());
            let mut segments = import.map(|import| import.segments.clone()).unwrap_or_default();
            segments.extend(path.segments.iter().skip(usize::from(import.is_some())).cloned());
            (segments, path.line)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    #[test]
    fn the_clock_is_read_at_the_edge_only() {
        let text = "fn f() { let now = std::time::Instant::now(); }";
        let edge =
            [("src/cli/a.rs", text), ("src/systems/cases/http.rs", text), ("xtask/src/a.rs", text)];
        assert!(run(check_clock_reads, &edge).is_empty());
        for inner in ["src/instance.rs", "src/systems/cases/model.rs", "crates/clock/src/due.rs"] {
            let finding = format!("{inner}:1: `Instant::now`: functions take the time");
            assert_eq!(run(check_clock_reads, &[(inner, text)]), [finding]);
        }
    }

    #[test]
    fn a_clock_that_was_handed_over_is_asked_at_the_edge_only() {
        let text = "fn f(state: &State) { g(state.clock.now()); }";
        assert_eq!(run(check_clock_reads, &[("src/systems/cases/mod.rs", text)]).len(), 1);
        assert!(run(check_clock_reads, &[("src/systems/cases/http.rs", text)]).is_empty());
    }

    #[test]
    fn another_name_does_not_hide_the_clock_and_words_do_not_read_it() {
        let text = "use jiff::Timestamp as Moment;\nfn f(now: Moment) { g(Moment::now) }";
        assert_eq!(run(check_clock_reads, &[("src/a.rs", text)]).len(), 1);
        let text = "/// Not `Instant::now()`.\nfn f() { \"Instant::now()\" }\n\
                    #[cfg(test)] mod tests { fn f() { Instant::now(); } }";
        assert!(run(check_clock_reads, &[("src/a.rs", text)]).is_empty());
    }

    #[test]
    fn a_channel_has_a_bound() {
        let bad = [
            "use std::sync::mpsc; fn f() { mpsc::channel(); }",
            "use std::sync::mpsc::channel; fn f() { channel::<u8>(); }",
            "fn f() { tokio::sync::mpsc::unbounded_channel(); }",
        ];
        for text in bad {
            assert_eq!(run(check_channels, &[("src/a.rs", text)]).len(), 1, "{text}");
        }
        let good = [
            "use std::sync::mpsc; fn f() { mpsc::sync_channel(8); }",
            "use tokio::sync::mpsc; fn f() { mpsc::channel(8); }",
            "// mpsc::channel()\nfn f() { channel(8); }",
        ];
        for text in good {
            assert!(run(check_channels, &[("src/a.rs", text)]).is_empty(), "{text}");
        }
    }
}

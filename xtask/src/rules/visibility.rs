//! `[visibility]`: in `src`, bare `pub` is for `main`, for tests and for what they need.
//!
//! A public function or constant that no file outside the library names is a finding. Types are not
//! held: one may be public because a public function gives it. Methods are not held either, for a
//! name like `new` is named everywhere.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::project::Project;

/// Whether the rule is on. Off until the functions that were public before the rule are mended.
const IS_HELD: bool = true;

pub(super) fn check_visibility(project: &Project) -> Vec<Finding> {
    if IS_HELD { find_needless_pub(project) } else { Vec::new() }
}

fn find_needless_pub(project: &Project) -> Vec<Finding> {
    let outside = project.sources.iter().filter(|source| !source.words.is_empty());
    // Tests inside `src` reach `pub(crate)`.
    let outside =
        outside.filter(|source| source.path == "src/main.rs" || !source.path.starts_with("src/"));
    let words: BTreeSet<&str> =
        outside.flat_map(|source| source.words.iter().map(String::as_str)).collect();
    let mut findings = Vec::new();
    for source in project.product().filter(|source| source.path.starts_with("src/")) {
        for item in source.modules.iter().flat_map(|module| &module.items) {
            if item.is_public && item.is_function && !words.contains(item.name.as_str()) {
                let text =
                    format!("`{}` is `pub`, and only `src` names it: `pub(crate)`", item.name);
                findings.push(Finding::new("visibility", &source.path, item.line, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    #[test]
    fn a_public_function_that_no_test_names_is_found() {
        let files = [
            ("acceptance/a.rs", "fn f() { trueline::used(); }"),
            (
                "src/a.rs",
                "pub fn used() {}\npub fn unused() {}\npub(crate) fn inner() {} pub struct A;",
            ),
            ("src/main.rs", "fn main() {}"),
        ];
        let findings = run(find_needless_pub, &files);
        assert_eq!(
            findings,
            ["src/a.rs:2: `unused` is `pub`, and only `src` names it: `pub(crate)`"]
        );
    }
}

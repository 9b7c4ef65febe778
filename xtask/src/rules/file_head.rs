//! `[opener]`: a file opens with `//!`. `[name]`: no file or folder is called `utils` and the like.
//! `[modules]`: every product file is declared by a `mod` line.

use crate::finding::Finding;
use crate::project::Project;
use crate::reading::is_test_path;

const BANNED_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "core", "shared", "misc", "manager", "imp"];

pub(super) fn check_file_heads(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &project.sources {
        // A test-only file with a name of its own says what it holds, too.
        if !is_test_path(&source.path) && !source.text.starts_with("//!") {
            let text =
                "a file opens with `//!` and one sentence that says what it holds".to_owned();
            findings.push(Finding::new("opener", &source.path, 1, text));
        }
        for word in source.path.trim_end_matches(".rs").split('/') {
            if BANNED_NAMES.contains(&word) {
                let text = format!("`{word}` says nothing: find the noun");
                findings.push(Finding::new("name", &source.path, 1, text));
            }
        }
    }
    for path in &project.undeclared {
        let text = "no `mod` line declares this file".to_owned();
        findings.push(Finding::new("modules", path, 1, text));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    #[test]
    fn a_file_opens_with_a_sentence() {
        let files = [
            (
                "src/lib.rs",
                "//! All.\nmod a; mod b;\n#[cfg(test)] mod tests; #[cfg(test)] mod planted;",
            ),
            ("src/a.rs", "//! A."),
            ("src/b.rs", "/// B.\nfn f() {}"),
            ("src/planted.rs", "use super::*;"),
            ("src/tests.rs", "use super::*;"),
        ];
        let findings = run(check_file_heads, &files);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].starts_with("src/b.rs:1: a file opens"));
        assert!(findings[1].starts_with("src/planted.rs:1: a file opens"));
    }

    #[test]
    fn an_empty_name_is_refused_for_files_and_folders() {
        let files = [
            ("src/lib.rs", "//! All.\nmod utils; mod core;"),
            ("src/utils.rs", "//! A."),
            ("src/core/mod.rs", "//! B."),
        ];
        assert_eq!(run(check_file_heads, &files).len(), 2);
    }

    #[test]
    fn a_file_without_a_mod_line_is_found() {
        let files = [("src/lib.rs", "//! All."), ("src/lost.rs", "//! A.")];
        assert_eq!(
            run(check_file_heads, &files),
            ["src/lost.rs:1: no `mod` line declares this file"]
        );
    }
}

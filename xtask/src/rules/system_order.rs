//! `[order]`: inside a system, `http` and `jobs` use `mod`, that uses `store`, and that `model`.
//! `[model]`: a model does no I/O.
//!
//! A system may have other nouns; they stand where they are needed, and only circles bind them.

use crate::finding::Finding;
use crate::project::Project;

/// The parts of a system, from top to bottom.
const PARTS: &[&[&str]] = &[&["http", "jobs"], &["mod"], &["store"], &["model"]];

/// What reaches outside the program.
const OUTSIDE: &[&[&str]] =
    &[&["std", "fs"], &["std", "net"], &["std", "process"], &["std", "io", "stdin"], &["tokio"]];

pub(super) fn check_system_order(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for arrow in &project.arrows {
        let (Some(own), Some(used)) = (find_part(&arrow.from), find_part(&arrow.to)) else {
            continue;
        };
        let height = |part| PARTS.iter().position(|row| row.contains(&part));
        if own.0 == used.0 && own.1 != used.1 && height(own.1) >= height(used.1) {
            let text = format!(
                "in `{}`, `{}` may not use `{}` ({})",
                own.0,
                own.1,
                used.1,
                arrow.list_names()
            );
            findings.push(Finding::new("order", &arrow.from, arrow.line(), text));
        }
    }
    findings
}

pub(super) fn check_models(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_model = |path: &str| find_part(path).is_some_and(|(_, part)| part == "model");
    for source in project.product().filter(|source| is_model(&source.path)) {
        for module in &source.modules {
            let imports = module.imports.iter().map(|import| (&import.segments, import.line));
            let paths = module.paths.iter().map(|path| (&path.segments, path.line));
            for (segments, line) in imports.chain(paths) {
                let reaches = |outside: &&[&str]| {
                    outside.len() <= segments.len()
                        && outside.iter().zip(segments).all(|(a, b)| a == b)
                };
                if OUTSIDE.iter().copied().any(|outside| reaches(&outside)) {
                    let text = format!("a model does no I/O: `{}`", segments.join("::"));
                    findings.push(Finding::new("model", &source.path, line, text));
                }
            }
        }
    }
    findings
}

/// The system and the part that a file belongs to.
fn find_part(path: &str) -> Option<(&str, &str)> {
    let (system, rest) = path.strip_prefix("src/systems/")?.split_once('/')?;
    let part = rest.split('/').next()?.trim_end_matches(".rs");
    PARTS.iter().any(|row| row.contains(&part)).then_some((system, part))
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    fn system(http: &str, face: &str, store: &str, model: &str) -> Vec<(&'static str, String)> {
        let face = format!(
            "mod http; mod jobs; mod store; mod model; mod nouns; pub fn face() {{}} {face}"
        );
        vec![
            ("src/lib.rs", "mod systems;".into()),
            ("src/systems/mod.rs", "pub mod a;".into()),
            ("src/systems/a/mod.rs", face),
            ("src/systems/a/http.rs", format!("pub fn http() {{}} {http}")),
            ("src/systems/a/jobs.rs", "pub fn job() {}".into()),
            ("src/systems/a/store.rs", format!("pub fn store() {{}} {store}")),
            ("src/systems/a/model.rs", format!("pub fn model() {{}} {model}")),
            ("src/systems/a/nouns.rs", "use super::face; pub fn noun() {}".into()),
        ]
    }

    fn findings_of(rule: fn(&Project) -> Vec<Finding>, files: &[(&str, String)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        run(rule, &files)
    }

    #[test]
    fn a_system_that_runs_down_is_let_pass() {
        let files = system(
            "use super::{face, store::store, model::model, nouns::noun};",
            "pub use http::http; use store::store; fn f() { model::model(); }",
            "use super::model::model;",
            "",
        );
        assert!(findings_of(check_system_order, &files).is_empty());
    }

    #[test]
    fn each_step_up_is_found() {
        let up = [
            system("use super::jobs::job;", "", "", ""),
            system("", "use http::http;", "", ""),
            system("", "", "use super::face;", ""),
            system("", "", "use super::http::http;", ""),
            system("", "", "", "use super::store::store;"),
            system("", "", "", "fn f() { super::face(); }"),
        ];
        for files in up {
            assert_eq!(findings_of(check_system_order, &files).len(), 1, "{files:?}");
        }
    }

    #[test]
    fn a_model_that_reads_a_file_is_found() {
        for model in [
            "use std::fs::File;",
            "use std::{fs, fmt};",
            "fn f() { std::fs::read(a); }",
            "use tokio::net;",
        ] {
            assert_eq!(findings_of(check_models, &system("", "", "", model)).len(), 1, "{model}");
        }
        let files = system(
            "use std::fs;",
            "use std::fs;",
            "use std::fs;",
            "use std::fmt; use std::path::Path;",
        );
        assert!(findings_of(check_models, &files).is_empty());
    }
}

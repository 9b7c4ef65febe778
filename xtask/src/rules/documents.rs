//! `[paths]`: every path that the documents of the house name exists.

use std::fs;
use std::path::Path;

use crate::finding::Finding;
use crate::project::Project;

const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The files of a system, named where its shape is described.
const SHAPE: &[&str] = &["mod.rs", "model.rs", "store.rs", "http.rs", "jobs.rs", "tests.rs"];

pub(super) fn check_documents(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in DOCUMENTS {
        match fs::read_to_string(project.root.join(name)) {
            Ok(text) => check_paths(name, &text, &project.root, &mut findings),
            Err(_) => findings.push(Finding::new("paths", name, 1, "is missing".to_owned())),
        }
    }
    findings
}

fn check_paths(name: &str, text: &str, root: &Path, findings: &mut Vec<Finding>) {
    let mut is_example = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_example = !is_example;
            continue;
        }
        let words = line.split('`').skip(1).step_by(2);
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains(':') && !link.starts_with('#'));
        let links = links.map(|link| link.split('#').next().unwrap_or(link));
        for path in words.filter(|word| is_path(word)).chain(links) {
            if !is_example && !root.join(path).exists() {
                let text = format!("`{path}` does not exist");
                findings.push(Finding::new("paths", name, index + 1, text));
            }
        }
    }
}

/// Whether a word in code style is a path of the project, and not a command or a pattern.
fn is_path(word: &str) -> bool {
    let is_pattern = word.contains([' ', '*', '<', '{', ':', '…', '$', '=']);
    let is_elsewhere = word.starts_with(['.', '/', '~']);
    let looks_like_one = word.contains('/')
        || Path::new(word).extension().is_some_and(|extension| extension == "rs");
    looks_like_one && !is_pattern && !is_elsewhere && !SHAPE.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings_of(text: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut findings = Vec::new();
        check_paths("A.md", text, root, &mut findings);
        findings.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        assert_eq!(
            findings_of("a\n`src/main.rs`, `src/lost/`"),
            ["A.md:2: [paths] `src/lost/` does not exist"]
        );
        assert_eq!(findings_of("[it](src/lost.md#part)").len(), 1);
        assert_eq!(findings_of("`lost.rs`").len(), 1);
    }

    #[test]
    fn commands_patterns_links_elsewhere_and_examples_are_no_paths() {
        let text = "`cargo run --bin a/b` `lake/<dataset>/` `./test` `../data` `http.rs` [a](https://b.c/d)\n\
                    ```\n`src/lost.rs`\n```\n";
        assert!(findings_of(text).is_empty());
    }
}

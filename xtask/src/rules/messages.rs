//! `[flag]`: a language is a type, never a `bool` called `chinese`. `[message]`: an error says what
//! it says in both languages.

use crate::finding::Finding;
use crate::project::Project;

/// Where each `#[error("…")]` needs a `#[zh("…")]` beside it. Not required anywhere until the
/// `zh` derive exists; then `&["src/", "crates/"]`.
const IN_BOTH_LANGUAGES: &[&str] = &["src/", "crates/"];

pub(super) fn check_flags(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &project.sources {
        for flag in source.definitions.flags.iter().filter(|flag| flag.name == "chinese") {
            let text = "`chinese: bool`: a language is a type".to_owned();
            findings.push(Finding::new("flag", &source.path, flag.line, text));
        }
    }
    findings
}

pub(super) fn check_messages(project: &Project) -> Vec<Finding> {
    find_half_messages(project, IN_BOTH_LANGUAGES)
}

/// The messages that stand in one language only, in files under `folders`.
pub(crate) fn find_half_messages(project: &Project, folders: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_held = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    for source in project.product().filter(|source| is_held(&source.path)) {
        for message in &source.definitions.messages {
            if !message.is_transparent && !message.is_in_chinese {
                let text = "a message in one language: add `#[zh(\"…\")]`".to_owned();
                findings.push(Finding::new("message", &source.path, message.line, text));
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
    fn a_flag_for_the_language_is_found_as_field_and_as_parameter() {
        let text = "struct S {\nchinese: bool }\nfn f(chinese: bool) {}";
        assert_eq!(run(check_flags, &[("src/a.rs", text)]).len(), 2);
        let text = "struct S { chinese: String, english: bool }\nfn f(language: Language) {}";
        assert!(run(check_flags, &[("src/a.rs", text)]).is_empty());
    }

    #[test]
    fn an_error_in_one_language_is_found_where_both_are_asked() {
        let held = |project: &Project| find_half_messages(project, &["src/"]);
        let text = "enum E {\n#[error(\"no such case\")]\nA,\n#[error(transparent)]\nB(X),\n\
                    #[error(\"no key\")]\n#[zh(\"没有密钥\")]\nC }\n#[error(\"empty\")]\nstruct F;";
        let findings = run(held, &[("src/a.rs", text), ("crates/clock/src/a.rs", text)]);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].starts_with("src/a.rs:2:") && findings[1].starts_with("src/a.rs:9:"));
    }
}

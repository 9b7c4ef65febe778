//! `[type-name]`: a type's name stands once in `src`. `[metaphor]`: the field's noun, no picture.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::project::Project;

/// Where a type's name may stand only once.
const ONE_NAME_WITHIN: &[&str] = &["src/"];

/// Names that may stand more than once in `src`, each with its reason.
const SHARED_NAMES: &[(&str, &str)] = &[];

const METAPHOR_TYPES: &[&str] = &["Sheaf", "Press", "Desk", "Shelf", "Bench", "Seat", "Said"];
const METAPHOR_FUNCTIONS: &[&str] =
    &["dress", "nowhere", "told", "firsts", "undone", "manner", "chips"];

pub(super) fn check_shared_names(project: &Project) -> Vec<Finding> {
    find_shared_names(project, SHARED_NAMES)
}

fn find_shared_names(project: &Project, allowed: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in ONE_NAME_WITHIN {
        let mut places: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
        for source in project.product().filter(|source| source.path.starts_with(folder)) {
            for named in source.definitions.types.iter().filter(|named| !named.in_tests) {
                places.entry(&named.name).or_default().push((&source.path, named.line));
            }
        }
        for (name, reason) in allowed {
            let count = places.remove(name).map_or(0, |places| places.len());
            if count < 2 || reason.trim().is_empty() {
                let text =
                    format!("`{name}` needs no entry in SHARED_NAMES, or its entry needs a reason");
                findings.push(Finding::new("type-name", "xtask/src/rules/names.rs", 1, text));
            }
        }
        for (name, places) in places.iter().filter(|(_, places)| places.len() > 1) {
            let others: Vec<_> =
                places[1..].iter().map(|(path, line)| format!("{path}:{line}")).collect();
            let text = format!("`{name}` is {} types: also {}", places.len(), others.join(", "));
            findings.push(Finding::new("type-name", places[0].0, places[0].1, text));
        }
    }
    findings
}

pub(super) fn check_metaphors(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in project.product() {
        let types = source.definitions.types.iter();
        let types = types.filter(|named| METAPHOR_TYPES.contains(&named.name.as_str()));
        let types = types.map(|named| (&named.name, named.line));
        let functions = source.definitions.functions.iter();
        let functions =
            functions.filter(|function| METAPHOR_FUNCTIONS.contains(&function.name.as_str()));
        let functions = functions.map(|function| (&function.name, function.line));
        for (name, line) in types.chain(functions) {
            let text = format!("`{name}` is a metaphor: say what it is");
            findings.push(Finding::new("metaphor", &source.path, line, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    const FILES: &[(&str, &str)] = &[
        ("src/a.rs", "struct Place; struct Only;"),
        ("src/b.rs", "\nenum Place {}"),
        ("crates/clock/src/a.rs", "struct Only;"),
        ("src/c/tests.rs", "struct Only;"),
    ];

    #[test]
    fn a_name_that_stands_twice_in_src_is_found() {
        assert_eq!(
            run(check_shared_names, FILES),
            ["src/a.rs:1: `Place` is 2 types: also src/b.rs:2"]
        );
    }

    #[test]
    fn an_allowed_name_passes_until_it_stands_once() {
        let allowed =
            |project: &Project| find_shared_names(project, &[("Place", "both are plans")]);
        assert!(run(allowed, FILES).is_empty());
        assert_eq!(run(allowed, &FILES[1..]).len(), 1);
    }

    #[test]
    fn metaphors_are_found_as_types_and_as_functions() {
        let bad = [("src/a.rs", "struct Sheaf; impl A { fn dress() {} }")];
        assert_eq!(run(check_metaphors, &bad).len(), 2);
        let good = [("src/a.rs", "struct Sheaves; fn address() {} fn f() { dress() }")];
        assert!(run(check_metaphors, &good).is_empty());
    }
}

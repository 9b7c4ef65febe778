//! `[unwrap]`: product code says why it cannot fail. `[ignore]`: every test runs.

use crate::finding::Finding;
use crate::project::Project;

pub(super) fn check_unwraps(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in project.product() {
        for line in &source.unwraps {
            let text = "no `unwrap` outside tests: `expect(\"why it cannot fail\")`".to_owned();
            findings.push(Finding::new("unwrap", &source.path, *line, text));
        }
    }
    findings
}

pub(super) fn check_ignored_tests(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &project.sources {
        for line in &source.definitions.ignored_tests {
            let text = "no ignored tests".to_owned();
            findings.push(Finding::new("ignore", &source.path, *line, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    #[test]
    fn an_unwrap_is_found_after_the_first_test_item_too() {
        let text = "#[cfg(test)]\nuse a::b;\nfn f() { a.unwrap(); }";
        let findings = run(check_unwraps, &[("src/lib.rs", text)]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("src/lib.rs:3: no `unwrap`"));
    }

    #[test]
    fn tests_and_documentation_may_unwrap() {
        let text = "//! `a.unwrap()`\n/// ```\n/// a.unwrap();\n/// ```\nfn f() {}\n\
                    #[cfg(test)] mod tests { fn f() { a.unwrap(); } }\n\
                    #[cfg(all(test, unix))] mod more { fn f() { a.unwrap(); } }\n\
                    #[cfg(test)] mod planted;";
        let planted = ("src/planted.rs", "fn f() { a.unwrap(); }");
        let acceptance = ("acceptance/a.rs", "fn f() { a.unwrap(); }");
        assert!(run(check_unwraps, &[acceptance, ("src/lib.rs", text), planted]).is_empty());
    }

    #[test]
    fn an_ignored_test_is_found_wherever_it_stands() {
        let text = "mod tests {\n#[test]\n#[ignore = \"slow\"]\nfn a_fact() {}\n}\n// #[ignore]\n";
        let files = [("acceptance/a.rs", text), ("src/lib.rs", text)];
        let findings = ["acceptance/a.rs:3: no ignored tests", "src/lib.rs:3: no ignored tests"];
        assert_eq!(run(check_ignored_tests, &files), findings);
    }
}

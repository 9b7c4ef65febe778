//! What a rule found, and the exceptions that are allowed to stand.

use std::fmt;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, file: &str, line: usize, text: String) -> Self {
        Self { rule, file: file.to_owned(), line, text }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}", self.file, self.line, self.rule, self.text)
    }
}

/// A debt that is allowed to stand: the rule, the file, and why.
pub(crate) type Exception = (&'static str, &'static str, &'static str);

/// Takes out the findings that an exception covers. An exception that covers nothing, or that
/// gives no reason, is itself a finding.
pub(crate) fn apply_exceptions(findings: &mut Vec<Finding>, exceptions: &[Exception]) {
    let mut stale = Vec::new();
    for (rule, file, reason) in exceptions {
        let before = findings.len();
        findings.retain(|finding| finding.rule != *rule || finding.file != *file);
        if findings.len() == before {
            let text = format!("the exception to `{rule}` matches nothing any more: remove it");
            stale.push(Finding::new("exceptions", file, 1, text));
        }
        if reason.trim().is_empty() {
            let text = format!("the exception to `{rule}` gives no reason");
            stale.push(Finding::new("exceptions", file, 1, text));
        }
    }
    findings.append(&mut stale);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Vec<Finding> {
        vec![Finding::new("size", "src/a.rs", 1, "700 lines".into())]
    }

    #[test]
    fn an_exception_covers_its_rule_in_its_file_only() {
        let mut findings = found();
        apply_exceptions(&mut findings, &[("size", "src/a.rs", "a table")]);
        assert!(findings.is_empty());

        let mut findings = found();
        apply_exceptions(&mut findings, &[("size", "src/b.rs", "a table")]);
        assert_eq!(findings[0], found()[0]);
    }

    #[test]
    fn an_exception_that_matches_nothing_is_a_finding() {
        let mut findings = Vec::new();
        apply_exceptions(&mut findings, &[("size", "src/a.rs", "a table")]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].rule, "exceptions");
    }

    #[test]
    fn an_exception_without_a_reason_is_a_finding() {
        let mut findings = found();
        apply_exceptions(&mut findings, &[("size", "src/a.rs", " ")]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].rule, "exceptions");
    }
}

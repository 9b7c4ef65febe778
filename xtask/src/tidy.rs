//! `cargo xtask tidy`: the rules of the style guide that a machine can hold.
//!
//! Held: floors, circles and the order inside a system; names that say nothing, names of types that
//! stand twice, metaphors; the clock, the bound of channels, `unwrap`, `#[ignore]`; bare `pub`; the
//! opener; sizes; paths in ARCHITECTURE and CONTRIBUTING; that an exception has a reason and is
//! still needed.
//!
//! Asked for by the style guide, but not held, because what they speak of does not exist yet: "the
//! store's tests run on both engines" (there is no database) and "a row per route" in the table of
//! permissions (there are no accounts). `pub(super)` inside a system is left to review: a name in a
//! folder below the system cannot say it without naming the system's path.

use crate::finding::{Exception, Finding, apply_exceptions};
use crate::project::Project;
use crate::rules::RULES;

/// Rule, file, why. A line here is a debt with a reason; one that matches nothing is a finding.
const EXCEPTIONS: &[Exception] = &[(
    "function",
    "crates/lake/src/import/words.rs",
    "the table of remedies, one per reason, which reads better in one piece",
)];

/// Everything that breaks a rule, rule by rule.
pub(crate) fn check_project(project: &Project) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(project)).collect();
    findings.sort();
    findings.dedup();
    apply_exceptions(&mut findings, EXCEPTIONS);
    findings
}

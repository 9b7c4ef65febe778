//! The rules, a file each. A rule reads the project and says what breaks it.
//!
//! Each file proves with a bad example that its rule can fail, and with a good one that it lets
//! pass what it should.

mod circles;
mod clock;
mod documents;
mod file_head;
mod floors;
mod messages;
mod names;
mod sizes;
mod system_order;
mod test_code;
mod visibility;

use crate::finding::Finding;
use crate::project::Project;

pub(crate) use circles::{count_arrows_up, count_circles};
pub(crate) use floors::count_floor_faults;
pub(crate) use sizes::FUNCTION_LINES_MAX;

/// Every rule, in the order in which its findings are printed.
pub(crate) const RULES: &[fn(&Project) -> Vec<Finding>] = &[
    file_head::check_file_heads,
    sizes::check_sizes,
    test_code::check_unwraps,
    test_code::check_ignored_tests,
    clock::check_clock_reads,
    clock::check_channels,
    floors::check_floors,
    system_order::check_system_order,
    system_order::check_models,
    circles::check_circles,
    circles::check_folders,
    messages::check_flags,
    messages::check_messages,
    names::check_shared_names,
    names::check_metaphors,
    visibility::check_visibility,
    documents::check_documents,
];

#[cfg(test)]
mod samples {
    //! Running one rule over a project written as text.

    use super::{Finding, Project};
    use crate::graph::samples::make_project;

    /// What the rule finds: `file:line: text`.
    pub(super) fn run(rule: fn(&Project) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
        let findings = rule(&make_project(files)).into_iter();
        findings.map(|found| format!("{}:{}: {}", found.file, found.line, found.text)).collect()
    }
}

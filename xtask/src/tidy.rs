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
const EXCEPTIONS: &[Exception] = &[
    (
        "circle",
        "crates/language/src/explain.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/cli/ledger/check.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/cli/place.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/cli/spot_check/answers.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/ledger/history.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/ledger/keys.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/simulation/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/indicators/evidence/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/indicators/http/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/indicators/sheet.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/intake/quality/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/intake/quality/source.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/reports/assemble/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/reports/model.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/reports/sealing/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/reports/view/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    (
        "circle",
        "src/systems/reports/xlsx/mod.rs",
        "files of one folder that still know each other; the shared types move to a file below",
    ),
    ("columns", "crates/figures/tests/it/agreement.rs", "a line that rustfmt leaves as it is"),
    ("columns", "crates/language-derive/src/explain.rs", "a line that rustfmt leaves as it is"),
    ("columns", "src/systems/indicators/evidence/bench.rs", "a line that rustfmt leaves as it is"),
    ("flag", "src/systems/reports/view/mod.rs", "templates read it"),
    (
        "floors",
        "src/systems/intake/fuzz.rs",
        "an entry for fuzzing, which drafts mappings of cases",
    ),
    ("folder", "src/systems/cases/quality.rs", "the same circle, seen from the folders"),
    ("folder", "src/systems/reports/charts.rs", "the same circle, seen from the folders"),
    ("folder", "src/systems/reports/view/mod.rs", "the same circle, seen from the folders"),
    (
        "function",
        "crates/lake/src/import/words.rs",
        "a table of cases that reads better in one piece",
    ),
    (
        "function",
        "crates/language-derive/src/explain.rs",
        "a table of cases that reads better in one piece",
    ),
    (
        "function",
        "src/systems/indicators/figures.rs",
        "a table of cases that reads better in one piece",
    ),
    (
        "function",
        "src/systems/indicators/row.rs",
        "a table of cases that reads better in one piece",
    ),
    (
        "function",
        "src/systems/indicators/tests.rs",
        "a table of cases that reads better in one piece",
    ),
    ("function", "src/systems/reports/tests.rs", "a table of cases that reads better in one piece"),
    (
        "function",
        "src/systems/reports/xlsx/tests.rs",
        "a table of cases that reads better in one piece",
    ),
    ("metaphor", "src/systems/intake/quality/codes.rs", "not renamed yet"),
    ("metaphor", "src/systems/reports/view/annexes.rs", "not renamed yet"),
    ("parameters", "src/systems/indicators/compute.rs", "to become a struct"),
    ("parameters", "src/systems/indicators/evidence/bench.rs", "to become a struct"),
    ("parameters", "src/systems/indicators/limits.rs", "to become a struct"),
    (
        "time",
        "src/systems/intake/import.rs",
        "the time of an operation that the edge starts; it is to be passed in",
    ),
    (
        "time",
        "src/systems/reports/draft.rs",
        "the time of an operation that the edge starts; it is to be passed in",
    ),
    ("type-name", "src/systems/intake/quality/codes.rs", "not told apart yet"),
    (
        "function",
        "src/systems/indicators/resolve.rs",
        "sentences in both languages made it longer; to be split",
    ),
    (
        "function",
        "src/systems/indicators/resolve_indicator.rs",
        "sentences in both languages made it longer; to be split",
    ),
    (
        "function",
        "src/systems/indicators/resolve_limit.rs",
        "sentences in both languages made it longer; to be split",
    ),
];

/// Everything that breaks a rule, rule by rule.
pub(crate) fn check_project(project: &Project) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(project)).collect();
    findings.sort();
    findings.dedup();
    apply_exceptions(&mut findings, EXCEPTIONS);
    findings
}

//! `[floors]`: imports in `src` point down.
//!
//! A layer is a file or folder of `src`, or a system. It may use what stands below it in
//! [`FLOORS`], wherever the path is written: in a `use`, a type or an expression, directly or
//! through a re-export.

use std::fs;

use crate::finding::Finding;
use crate::graph::arrows::Arrow;
use crate::project::Project;

/// Stands for the systems in the order of `src/systems/mod.rs`: a later one may use the earlier.
const SYSTEMS: &str = "systems";

/// The layers from top to bottom. Those on one line stand side by side and may not use each other.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["program"],
    &["settings"],
    &["router"],
    &["witness"],
    &["simulation"],
    &[SYSTEMS],
    &["web"],
    &["state"],
    &["ledger"],
    &["instance"],
    &["datasets"],
    &["clock"],
    &["language"],
    &["files"],
];

/// A layer that only these may use.
const USED_BY: &[(&str, &[&str])] = &[("simulation", &["cli"])];

/// A layer that may use only these, beside itself and the crates.
const MAY_USE: &[(&str, &[&str])] =
    &[("simulation", &[SYSTEMS, "datasets", "clock", "language", "files"])];

/// Where the order is told to people, in a paragraph that opens so.
const TOLD_IN: &[&str] = &["src/lib.rs", "ARCHITECTURE.md"];
const TOLD_BY: &str = "Imports point down";

pub(super) fn check_floors(project: &Project) -> Vec<Finding> {
    let floors = Floors { rows: FLOORS, systems: read_order(project) };
    let mut findings = floors.check_list(project);
    for path in TOLD_IN {
        let text = fs::read_to_string(project.root.join(path)).unwrap_or_default();
        findings.extend(floors.check_told(path, &text));
    }
    for arrow in &project.arrows {
        if let Some(reason) = floors.find_fault(arrow) {
            let text = format!("{reason} ({}: {})", arrow.to, arrow.list_names());
            findings.push(Finding::new("floors", &arrow.from, arrow.line(), text));
        }
    }
    findings
}

/// How many arrows between files use a layer that they may not.
pub(crate) fn count_floor_faults(project: &Project) -> usize {
    let floors = Floors { rows: FLOORS, systems: read_order(project) };
    project.arrows.iter().filter(|arrow| floors.find_fault(arrow).is_some()).count()
}

/// The systems in the order of `src/systems/mod.rs`.
fn read_order(project: &Project) -> Vec<String> {
    let list = project.sources.iter().find(|source| source.path == "src/systems/mod.rs");
    let children = list.into_iter().flat_map(|source| &source.modules[0].children);
    children.map(|child| child.name.clone()).collect()
}

struct Floors<'a> {
    rows: &'a [&'a [&'a str]],
    systems: Vec<String>,
}

impl Floors<'_> {
    /// Why this arrow may not be, or `None` if it may.
    fn find_fault(&self, arrow: &Arrow) -> Option<String> {
        let (own, used) = (find_layer(&arrow.from)?, find_layer(&arrow.to)?);
        if own == used || own == "lib" {
            return None;
        }
        let (Some(height), Some(below)) = (self.find_height(&own), self.find_height(&used)) else {
            return None; // Reported once for the layer.
        };
        if height >= below {
            return Some(format!("`{own}` may not use `{used}`: imports point down"));
        }
        let group = |layer: &str| layer.split("::").next().unwrap_or_default().to_owned();
        let (own_group, used_group) = (group(&own), group(&used));
        let only = USED_BY.iter().find(|(layer, _)| *layer == used_group);
        if only.is_some_and(|(_, users)| !users.contains(&own_group.as_str())) {
            return Some(format!("`{own}` may not use `{used}`"));
        }
        let only = MAY_USE.iter().find(|(layer, _)| *layer == own_group);
        if only.is_some_and(|(_, uses)| !uses.contains(&used_group.as_str())) {
            return Some(format!("`{own}` may not use `{used}`"));
        }
        None
    }

    /// Counted from the top.
    fn find_height(&self, layer: &str) -> Option<(usize, usize)> {
        let (group, system) = layer.split_once("::").unwrap_or((layer, ""));
        let row = self.rows.iter().position(|row| row.contains(&group))?;
        if system.is_empty() {
            return Some((row, 0));
        }
        let place = self.systems.iter().position(|name| name == system)?;
        Some((row, self.systems.len() - place))
    }

    /// Whether a paragraph about the floors names them in the order of the list. Only the first
    /// mention of each counts, and none has to be named.
    fn check_told(&self, path: &str, text: &str) -> Option<Finding> {
        let lines = text.lines().map(|line| line.trim_start_matches("//!").trim());
        let mut lines = lines.enumerate().skip_while(|(_, line)| !line.starts_with(TOLD_BY));
        let (first, _) = lines.clone().next()?;
        let mut told: Vec<&str> = Vec::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| !line.is_empty()) {
            for word in line.split('`').skip(1).step_by(2) {
                let word = word.trim_start_matches("src/").trim_end_matches(".rs");
                if self.find_height(word).is_some() && !told.contains(&word) {
                    told.push(word);
                }
            }
        }
        let wrong =
            told.windows(2).find(|pair| self.find_height(pair[0]) > self.find_height(pair[1]))?;
        let text = format!("tells of `{}` above `{}`, FLOORS does not", wrong[0], wrong[1]);
        Some(Finding::new("floors", path, first + 1, text))
    }

    /// A layer that stands on no floor, and a floor that no file stands on.
    fn check_list(&self, project: &Project) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut layers = Vec::new();
        for source in project.product() {
            let Some(layer) = find_layer(&source.path) else { continue };
            if layer == "lib" || layers.contains(&layer) {
                continue;
            }
            if self.find_height(&layer).is_none() {
                let text = format!("`{layer}` stands on no floor: add it to FLOORS in xtask");
                findings.push(Finding::new("floors", &source.path, 1, text));
            }
            layers.push(layer);
        }
        for floor in self.rows.iter().copied().flatten() {
            let exists =
                |layer: &String| layer == floor || layer.starts_with(&format!("{floor}::"));
            if !layers.iter().any(exists) {
                let text = format!("no file stands on the floor `{floor}`: take it out of FLOORS");
                findings.push(Finding::new("floors", "xtask/src/rules/floors.rs", 1, text));
            }
        }
        findings
    }
}

/// `cli`, `systems::cases`; `None` outside `src`, for cargo keeps the crates apart.
fn find_layer(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix("src/")?.split('/').map(|part| part.trim_end_matches(".rs"));
    let first = parts.next()?;
    match parts.next() {
        Some(system) if first == SYSTEMS && system != "mod" => Some(format!("{SYSTEMS}::{system}")),
        _ => Some(first.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    const ROWS: &[&[&str]] =
        &[&["cli"], &["router"], &["simulation"], &[SYSTEMS], &["web", "ledger"]];

    fn arrow(from: &str, to: &str) -> Arrow {
        Arrow { from: from.into(), to: to.into(), names: [("x".to_owned(), 1)].into() }
    }

    fn is_refused(from: &str, to: &str) -> bool {
        let systems = vec!["intake".to_owned(), "cases".to_owned()];
        Floors { rows: ROWS, systems }.find_fault(&arrow(from, to)).is_some()
    }

    #[test]
    fn a_layer_uses_what_stands_below_it() {
        assert!(!is_refused("src/cli/a.rs", "src/router.rs"));
        assert!(!is_refused("src/cli/a.rs", "src/cli/mod.rs"));
        assert!(!is_refused("src/router.rs", "src/systems/cases/http.rs"));
        assert!(is_refused("src/web/page.rs", "src/router.rs"));
        assert!(is_refused("src/systems/cases/http.rs", "src/cli/mod.rs"));
    }

    #[test]
    fn layers_side_by_side_do_not_use_each_other() {
        assert!(is_refused("src/web/page.rs", "src/ledger/mod.rs"));
        assert!(is_refused("src/ledger/mod.rs", "src/web/page.rs"));
    }

    #[test]
    fn a_system_uses_only_those_listed_before_it() {
        assert!(!is_refused("src/systems/cases/mod.rs", "src/systems/intake/mod.rs"));
        assert!(is_refused("src/systems/intake/mod.rs", "src/systems/cases/model.rs"));
    }

    #[test]
    fn the_simulation_uses_systems_and_is_used_by_the_command_line() {
        assert!(!is_refused("src/simulation/mod.rs", "src/systems/cases/mod.rs"));
        assert!(!is_refused("src/cli/simulate.rs", "src/simulation/mod.rs"));
        assert!(is_refused("src/simulation/mod.rs", "src/ledger/mod.rs"));
        assert!(is_refused("src/router.rs", "src/simulation/mod.rs"));
    }

    #[test]
    fn an_arrow_up_is_found_in_groups_types_calls_and_re_exports() {
        let bad = [
            "use crate::{web::page, cli::{Run, run}};",
            "fn f(run: super::cli::Run) {}",
            "fn f() { crate::cli::run(); }",
            "fn f() { println!(\"{}\", crate::run()); }",
            "use crate::Run;",
        ];
        for text in bad {
            let files = [
                ("src/lib.rs", "mod cli; mod ledger; mod web; pub use cli::{run, Run};"),
                ("src/cli.rs", "pub struct Run; pub fn run() {}"),
                ("src/web.rs", ""),
                ("src/ledger.rs", text),
            ];
            let found = run(check_floors, &files);
            let up = found.iter().filter(|text| text.contains("`ledger` may not use `cli`"));
            assert_eq!(up.count(), 1, "{text}");
        }
        let files = [
            ("src/lib.rs", "mod cli; mod ledger;"),
            ("src/cli.rs", "pub struct Run;"),
            (
                "src/ledger.rs",
                "// crate::cli::Run\nstruct Run;\n#[cfg(test)] use crate::cli::Run as _;",
            ),
        ];
        assert!(!run(check_floors, &files).iter().any(|text| text.contains("may not use")));
    }

    #[test]
    fn a_text_that_tells_another_order_is_found() {
        let floors = Floors { rows: ROWS, systems: Vec::new() };
        let good = "# A\n\nImports point down: `cli` → `router` → `systems`, then `web`\n→ `ledger`.\n\n`cli`";
        assert_eq!(floors.check_told("A.md", good), None);
        let bad = "//! A.\n//!\n//! Imports point down: `cli`, `systems`,\n//! `router`.\nmod a;";
        let finding = floors.check_told("src/lib.rs", bad).unwrap();
        assert_eq!(finding.line, 3);
        assert_eq!(finding.text, "tells of `systems` above `router`, FLOORS does not");
    }

    #[test]
    fn a_layer_without_a_floor_and_a_floor_without_a_layer_are_findings() {
        let files = [("src/lib.rs", "mod attic;"), ("src/attic.rs", "")];
        let found = run(check_floors, &files);
        assert!(found.iter().any(|text| text.contains("`attic` stands on no floor")));
        assert!(found.iter().any(|text| text.contains("no file stands on the floor `cli`")));
    }
}

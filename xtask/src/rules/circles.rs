//! `[circle]`: no files that use one another in a circle. `[folder]`: the same for what stands side
//! by side in one folder, where a subfolder counts as a whole.
//!
//! A child that uses what its parent's `mod.rs` defines, while the parent's code calls the child,
//! is a circle. A `mod.rs` that only declares its children and hands on their names is none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::Finding;
use crate::graph::arrows::Arrow;
use crate::graph::components::{Links, find_arrows_up, find_circles};
use crate::project::Project;

pub(super) fn check_circles(project: &Project) -> Vec<Finding> {
    let files = Places::connect(&project.arrows, |path| Some(path.to_owned()));
    let circles = files.find_circles();
    circles.into_iter().map(|circle| files.describe("circle", "files", &circle)).collect()
}

pub(super) fn check_folders(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rooms in connect_folders(project) {
        for circle in rooms.find_circles() {
            // Where every place is a file, the files' own circle says it already.
            if circle.iter().any(|place| rooms.names[*place].ends_with('/')) {
                findings.push(rooms.describe("folder", "places side by side", &circle));
            }
        }
    }
    findings
}

/// How many circles of files there are.
pub(crate) fn count_circles(project: &Project) -> usize {
    Places::connect(&project.arrows, |path| Some(path.to_owned())).find_circles().len()
}

/// How many arrows run back up in each folder, for folders that have any.
pub(crate) fn count_arrows_up(project: &Project) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for rooms in connect_folders(project) {
        let circles = rooms.find_circles();
        let up = circles.iter().map(|circle| find_arrows_up(circle, &rooms.links).len()).sum();
        if up > 0 {
            counts.insert(rooms.folder, up);
        }
    }
    counts
}

/// Places with the arrows between them: files, or what stands side by side in a folder.
struct Places<'a> {
    folder: String,
    names: Vec<String>,
    links: Links,
    arrows: BTreeMap<(usize, usize), Vec<&'a Arrow>>,
}

/// The places of each folder.
fn connect_folders(project: &Project) -> Vec<Places<'_>> {
    let mut folders = BTreeSet::new();
    for source in project.product() {
        for (at, _) in source.path.match_indices('/') {
            folders.insert(source.path[..=at].to_owned());
        }
    }
    let home_of = |path: &str| find_home(&folders, path);
    let homes: BTreeMap<&str, String> =
        project.product().map(|source| (source.path.as_str(), home_of(&source.path))).collect();
    let connect = |folder: &String| {
        let mut places = Places::connect(&project.arrows, |path| {
            let rest = homes.get(path)?.strip_prefix(folder)?;
            let length = rest.find('/').map_or(rest.len(), |at| at + 1);
            Some(format!("{folder}{}", &rest[..length]))
        });
        places.folder.clone_from(folder);
        places
    };
    folders.iter().map(connect).collect()
}

/// A file that has a folder of its name is at home in it: `sql.rs` beside `sql/`.
fn find_home(folders: &BTreeSet<String>, path: &str) -> String {
    let inside = format!("{}/", path.trim_end_matches(".rs"));
    if folders.contains(&inside) {
        format!("{inside}{}", path.rsplit('/').next().unwrap_or(path))
    } else {
        path.to_owned()
    }
}

impl<'a> Places<'a> {
    fn connect(arrows: &'a [Arrow], place_of: impl Fn(&str) -> Option<String>) -> Self {
        let mut places = Self {
            folder: String::new(),
            names: Vec::new(),
            links: Links::new(),
            arrows: BTreeMap::new(),
        };
        for arrow in arrows {
            let Some(from) = place_of(&arrow.from) else { continue };
            let Some(to) = place_of(&arrow.to) else {
                continue;
            };
            // Cargo keeps the crates apart.
            if from == to || find_crate(&arrow.from) != find_crate(&arrow.to) {
                continue;
            }
            let link = (places.number(from), places.number(to));
            places.links.insert(link);
            places.arrows.entry(link).or_default().push(arrow);
        }
        places
    }

    fn number(&mut self, name: String) -> usize {
        self.names.iter().position(|other| *other == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    fn find_circles(&self) -> Vec<Vec<usize>> {
        find_circles(self.names.len(), &self.links)
    }

    /// Says which places make the circle, and what ties the arrows that close it.
    fn describe(&self, rule: &'static str, what: &str, circle: &[usize]) -> Finding {
        let mut names: Vec<_> = circle.iter().map(|place| self.names[*place].as_str()).collect();
        names.sort_unstable();
        let up = find_arrows_up(circle, &self.links);
        let mut text = format!("{} {what} in a circle: {}", names.len(), names.join(", "));
        for (link, arrows) in &self.arrows {
            if !circle.contains(&link.0) || !circle.contains(&link.1) {
                continue;
            }
            let mark = if up.contains(link) { "up  " } else { "down" };
            for arrow in arrows {
                let Arrow { from, to, .. } = arrow;
                let _ = write!(text, "\n    {mark} {from} → {to}: {}", arrow.list_names());
            }
        }
        let line = up.iter().filter_map(|link| self.arrows.get(link)).flatten().next();
        let (file, line) = line.map_or((names[0], 1), |arrow| (arrow.from.as_str(), arrow.line()));
        Finding::new(rule, file, line, text)
    }
}

/// The part of a path before `src/`.
fn find_crate(path: &str) -> &str {
    path.find("src/").map_or(path, |at| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;
    use crate::graph::samples::make_project;

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "use crate::b::B; pub struct A;"),
            ("src/b.rs", "pub struct B;\nfn f() -> super::a::A {}"),
        ];
        let findings = run(check_circles, &files);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("2 files in a circle: src/a.rs, src/b.rs"));
        assert!(findings[0].contains("src/a.rs → src/b.rs: B"));
    }

    #[test]
    fn a_longer_circle_and_one_through_a_re_export_are_found() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("src/a.rs", "use crate::b::B; pub struct A;"),
            ("src/b.rs", "use crate::c::C; pub struct B;"),
            ("src/c.rs", "use crate::A; pub struct C;"),
        ];
        let findings = run(check_circles, &files);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("3 files"));
    }

    #[test]
    fn files_that_only_share_a_third_are_none_and_tests_close_no_circle() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c;"),
            ("src/a.rs", "use crate::c::C; pub struct A;"),
            ("src/b.rs", "use crate::{a::A, c::C};"),
            ("src/c.rs", "pub struct C;\n#[cfg(test)] mod tests { use crate::a::A; }"),
        ];
        assert!(run(check_circles, &files).is_empty());
    }

    #[test]
    fn a_parent_that_only_declares_and_hands_on_is_no_circle() {
        let files = [
            ("src/lib.rs", "mod a;"),
            ("src/a/mod.rs", "mod b; pub(crate) use b::B; pub struct Defined;"),
            ("src/a/b.rs", "use super::Defined; pub struct B;"),
        ];
        assert!(run(check_circles, &files).is_empty());
    }

    #[test]
    fn a_parent_that_calls_a_child_that_uses_what_the_parent_defines_is_a_circle() {
        let files = [
            ("src/lib.rs", "mod a;"),
            ("src/a/mod.rs", "mod b; pub struct Defined; fn f() { b::g(); }"),
            ("src/a/b.rs", "use super::Defined; pub fn g() {}"),
        ];
        assert_eq!(run(check_circles, &files).len(), 1);
    }

    #[test]
    fn a_folder_that_uses_its_neighbour_and_is_used_by_it_is_found() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a/mod.rs", "mod x; mod y;"),
            ("src/a/x.rs", "use crate::b::B;"),
            ("src/a/y.rs", "pub struct Y;"),
            ("src/b.rs", "pub struct B; fn f() -> crate::a::y::Y {}"),
        ];
        assert!(run(check_circles, &files).is_empty());
        let findings = run(check_folders, &files);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("2 places side by side in a circle: src/a/, src/b.rs"));
        assert_eq!(count_arrows_up(&make_project(&files)), [("src/".to_owned(), 1)].into());
    }

    #[test]
    fn a_file_and_the_folder_of_its_name_are_one_place() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "mod x; pub struct A; fn f() -> crate::b::B {}"),
            ("src/a/x.rs", "use crate::b::B;"),
            ("src/b.rs", "pub struct B;"),
        ];
        assert!(run(check_folders, &files).is_empty());
    }
}

//! Arrows between files: which file uses what another one defines.
//!
//! Handing a name on (`pub use child::Name`) is no use of it as long as the name comes from below:
//! that is how a `mod.rs` shows what its folder offers. Test-only code draws no arrows.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::Source;

use super::modules::{Modules, NodeId};
use super::resolve::{Resolver, Target};

/// `from` uses `names` of `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Each name, with the first line on which it is used.
    pub(crate) names: BTreeMap<String, usize>,
}

impl Arrow {
    /// The first line that uses the other file.
    pub(crate) fn line(&self) -> usize {
        self.names.values().copied().min().unwrap_or(1)
    }

    pub(crate) fn list_names(&self) -> String {
        self.names.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Every arrow between two files, in the order of their paths.
pub(crate) fn find_arrows(sources: &[Source], modules: &Modules) -> Vec<Arrow> {
    let resolver = Resolver { sources, modules };
    let mut names: BTreeMap<(usize, usize), BTreeMap<String, usize>> = BTreeMap::new();
    for (id, node) in modules.nodes.iter().enumerate() {
        let content = modules.content(sources, id);
        let mut known: BTreeSet<&[String]> = BTreeSet::new();
        let imports = content
            .imports
            .iter()
            .map(|import| (import.segments.as_slice(), import.line, import.is_handed_on));
        let paths = content.paths.iter().map(|path| (path.segments.as_slice(), path.line, false));
        for (segments, line, is_handed_on) in imports.chain(paths) {
            if !is_handed_on && !known.insert(segments) {
                continue;
            }
            for target in resolver.resolve(id, segments) {
                let Target::Item { node: other, name } = target else { continue };
                let file = modules.nodes[other].file;
                if file == node.file || is_handed_on && stands_below(modules, other, id) {
                    continue;
                }
                let lines = names.entry((node.file, file)).or_default();
                let first = lines.entry(name).or_insert(line);
                *first = line.min(*first);
            }
        }
    }
    let arrows = names.into_iter().map(|((from, to), names)| Arrow {
        from: sources[from].path.clone(),
        to: sources[to].path.clone(),
        names,
    });
    arrows.collect()
}

fn stands_below(modules: &Modules, node: NodeId, above: NodeId) -> bool {
    let mut next = modules.nodes[node].parent;
    while let Some(node) = next {
        if node == above {
            return true;
        }
        next = modules.nodes[node].parent;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::graph::samples::make_project;

    fn arrows_of(files: &[(&str, &str)]) -> Vec<String> {
        let arrows = make_project(files).arrows;
        arrows
            .iter()
            .map(|arrow| format!("{} > {}: {}", arrow.from, arrow.to, arrow.list_names()))
            .collect()
    }

    #[test]
    fn imports_and_paths_draw_arrows_and_tests_do_not() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c;"),
            (
                "src/a.rs",
                "use crate::b::B; fn f() { super::c::g(); }\n#[cfg(test)] use crate::lost::X;",
            ),
            (
                "src/b.rs",
                "pub struct B;\n#[cfg(test)] mod tests { use crate::a::f; }\nfn g() -> crate::c::C {}",
            ),
            ("src/c.rs", "pub fn g() {} pub struct C;"),
        ];
        let expected =
            ["src/a.rs > src/b.rs: B", "src/a.rs > src/c.rs: g", "src/b.rs > src/c.rs: C"];
        assert_eq!(arrows_of(&files), expected);
    }

    #[test]
    fn a_parent_that_hands_on_names_uses_them_only_if_its_own_code_does() {
        let hands_on =
            [("src/lib.rs", "mod a; pub use a::A;"), ("src/a.rs", "pub struct A; pub struct B;")];
        assert_eq!(arrows_of(&hands_on), [""; 0]);
        let uses = [
            ("src/lib.rs", "mod a; pub use a::{A, B};\nfn f() -> A {}"),
            ("src/a.rs", "pub struct A; pub struct B;"),
        ];
        assert_eq!(arrows_of(&uses), ["src/lib.rs > src/a.rs: A"]);
    }

    #[test]
    fn handing_on_what_stands_beside_is_a_use() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "pub use crate::b::B;"),
            ("src/b.rs", "pub struct B;"),
        ];
        assert_eq!(arrows_of(&files), ["src/a.rs > src/b.rs: B"]);
    }

    #[test]
    fn a_re_exported_name_leads_to_the_file_that_defines_it() {
        let files = [
            ("src/lib.rs", "mod a; mod b; pub use a::A;"),
            ("src/a.rs", "pub struct A;"),
            ("src/b.rs", "use crate::A;"),
        ];
        assert_eq!(arrows_of(&files), ["src/b.rs > src/a.rs: A"]);
    }
}

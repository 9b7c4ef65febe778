//! What a path means: the file that defines the item it names.
//!
//! Names are looked up as the compiler does: `crate`, `self`, `super`, then what a module
//! defines, declares and imports, through re-exports and `*`. What is found nowhere belongs to
//! another crate.
//!
//! Methods (`x.render()`) are not followed: their types are not known here.

use crate::reading::Source;

use super::modules::{Modules, NodeId};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Module(NodeId),
    Item { node: NodeId, name: String },
}

/// More re-exports than this in a row are a loop.
const DEPTH_MAX: usize = 24;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) modules: &'a Modules,
}

impl Resolver<'_> {
    /// What `segments`, written in the module `from`, may stand for. A name may stand for a
    /// module and an item at once; where only one can be meant, it is the item.
    pub(crate) fn resolve(&self, from: NodeId, segments: &[String]) -> Vec<Target> {
        let mut targets = self.follow(from, segments, 0);
        if targets.iter().any(|target| matches!(target, Target::Item { .. })) {
            targets.retain(|target| matches!(target, Target::Item { .. }));
        }
        targets.sort();
        targets.dedup();
        targets
    }

    fn follow(&self, from: NodeId, segments: &[String], depth: usize) -> Vec<Target> {
        let Some((first, mut rest)) = segments.split_first() else { return Vec::new() };
        if depth > DEPTH_MAX {
            return Vec::new();
        }
        let nodes = &self.modules.nodes;
        let mut targets = match first.as_str() {
            "crate" => vec![Target::Module(nodes[from].root)],
            "self" => vec![Target::Module(from)],
            "super" => {
                let mut above = nodes[from].parent;
                while let (Some(node), Some((next, after))) = (above, rest.split_first())
                    && next == "super"
                {
                    above = nodes[node].parent;
                    rest = after;
                }
                above.map(Target::Module).into_iter().collect()
            }
            name => {
                let found = self.look_up(from, name, depth + 1);
                match self.modules.libraries.get(name) {
                    Some(root) if found.is_empty() => vec![Target::Module(*root)],
                    _ => found,
                }
            }
        };
        for name in rest {
            let inside: Vec<_> = targets
                .iter()
                .flat_map(|target| match target {
                    Target::Module(node) => self.look_up(*node, name, depth + 1),
                    Target::Item { .. } => Vec::new(),
                })
                .collect();
            // What stands behind an item is its variant, its constant or its function.
            let items = targets.into_iter().filter(|target| matches!(target, Target::Item { .. }));
            targets = if inside.is_empty() { items.collect() } else { inside };
        }
        targets
    }

    /// What `name` stands for inside a module.
    fn look_up(&self, node: NodeId, name: &str, depth: usize) -> Vec<Target> {
        if depth > DEPTH_MAX {
            return Vec::new();
        }
        let content = self.modules.content(self.sources, node);
        let child = self.modules.nodes[node].children.get(name);
        let mut found: Vec<Target> =
            child.map(|child| Target::Module(*child)).into_iter().collect();
        if content.items.iter().any(|item| item.name == name) {
            found.push(Target::Item { node, name: name.to_owned() });
        }
        for import in &content.imports {
            let names_itself = import.segments.len() == 1 && import.segments[0] == name;
            if import.name.as_deref() == Some(name) && !names_itself {
                found.extend(self.follow(node, &import.segments, depth + 1));
            }
        }
        if found.is_empty() {
            for import in content.imports.iter().filter(|import| import.is_glob) {
                for target in self.follow(node, &import.segments, depth + 1) {
                    match target {
                        Target::Module(other) if other != node => {
                            found.extend(self.look_up(other, name, depth + 4));
                        }
                        Target::Module(_) | Target::Item { .. } => {}
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read_source;

    /// Where the path `path`, written in the file `file`, leads.
    fn resolve(files: &[(&str, &str)], file: &str, path: &str) -> Vec<String> {
        let sources: Vec<_> =
            files.iter().map(|(path, text)| read_source(path, (*text).into()).unwrap()).collect();
        let modules = Modules::build(&sources);
        let resolver = Resolver { sources: &sources, modules: &modules };
        let from = modules.nodes.iter().position(|node| sources[node.file].path == file).unwrap();
        let segments: Vec<String> = path.split("::").map(str::to_owned).collect();
        let targets = resolver.resolve(from, &segments);
        let named = targets.into_iter().map(|target| match target {
            Target::Module(node) => sources[modules.nodes[node].file].path.clone(),
            Target::Item { node, name } => {
                format!("{} {name}", sources[modules.nodes[node].file].path)
            }
        });
        named.collect()
    }

    const FILES: &[(&str, &str)] = &[
        ("src/lib.rs", "pub mod a; mod b; pub use a::deep::Deep; pub use self::b::*;"),
        ("src/a/mod.rs", "mod deep; mod near; pub(crate) use deep::{Deep as Renamed, build};"),
        ("src/a/deep.rs", "pub struct Deep; pub fn build() {}"),
        ("src/a/near.rs", "use super::deep; use crate::*;"),
        ("src/b.rs", "pub enum Kind { A } mod inner { pub fn f() {} }"),
        ("src/main.rs", ""),
    ];

    #[test]
    fn crate_self_and_super_are_followed() {
        assert_eq!(resolve(FILES, "src/b.rs", "crate::a::deep::Deep"), ["src/a/deep.rs Deep"]);
        assert_eq!(resolve(FILES, "src/a/near.rs", "super::deep::build"), ["src/a/deep.rs build"]);
        assert_eq!(resolve(FILES, "src/a/deep.rs", "super::super::b::Kind"), ["src/b.rs Kind"]);
        assert_eq!(resolve(FILES, "src/b.rs", "self::inner::f"), ["src/b.rs f"]);
    }

    #[test]
    fn imports_re_exports_renames_and_globs_lead_to_the_file_that_defines() {
        assert_eq!(resolve(FILES, "src/b.rs", "crate::Deep"), ["src/a/deep.rs Deep"]);
        assert_eq!(resolve(FILES, "src/b.rs", "crate::a::Renamed"), ["src/a/deep.rs Deep"]);
        assert_eq!(resolve(FILES, "src/a/near.rs", "deep::build"), ["src/a/deep.rs build"]);
        assert_eq!(resolve(FILES, "src/a/deep.rs", "crate::Kind"), ["src/b.rs Kind"]);
        assert_eq!(resolve(FILES, "src/a/near.rs", "Kind"), ["src/b.rs Kind"]);
    }

    #[test]
    fn a_variant_leads_to_its_enum_and_a_module_to_itself() {
        assert_eq!(resolve(FILES, "src/a/near.rs", "crate::b::Kind::A"), ["src/b.rs Kind"]);
        assert_eq!(resolve(FILES, "src/a/near.rs", "super"), ["src/a/mod.rs"]);
    }

    #[test]
    fn the_library_is_known_by_its_name_and_other_crates_are_not() {
        assert_eq!(resolve(FILES, "src/main.rs", "trueline::b::Kind"), ["src/b.rs Kind"]);
        assert_eq!(resolve(FILES, "src/b.rs", "std::fs::File"), [""; 0]);
    }
}

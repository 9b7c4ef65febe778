//! The tree of modules of each crate, built from its `mod` declarations.

use std::collections::{BTreeSet, HashMap};

use crate::reading::Source;
use crate::reading::references::{Child, Module};

/// Places in [`Modules::nodes`].
pub(crate) type NodeId = usize;

/// A module, with the module of a source that holds its content.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) file: usize,
    /// Place in `Source::modules`.
    pub(crate) module: usize,
    pub(crate) parent: Option<NodeId>,
    pub(crate) root: NodeId,
    pub(crate) children: HashMap<String, NodeId>,
}

#[derive(Debug, Default)]
pub(crate) struct Modules {
    pub(crate) nodes: Vec<Node>,
    /// By what other targets of the package call it: `trueline` for `src/lib.rs`.
    pub(crate) libraries: HashMap<String, NodeId>,
    /// Files that a test-only `mod` declares, and the files below them.
    pub(crate) test_files: BTreeSet<String>,
}

/// Finds sources by their path.
struct Files<'a> {
    sources: &'a [Source],
    by_path: HashMap<&'a str, usize>,
}

impl Modules {
    /// Builds the trees of `src`, of each crate and of `xtask`.
    pub(crate) fn build(sources: &[Source]) -> Self {
        let by_path = sources.iter().enumerate().map(|(at, source)| (source.path.as_str(), at));
        let files = Files { sources, by_path: by_path.collect() };
        let mut modules = Self::default();
        for (file, source) in sources.iter().enumerate() {
            let Some(package) = source.path.strip_suffix("src/lib.rs") else { continue };
            let root = modules.add_file(&files, file, None);
            modules.libraries.insert(library_name(package), root);
        }
        for (file, source) in sources.iter().enumerate() {
            if source.path.ends_with("src/main.rs") {
                modules.add_file(&files, file, None);
            }
        }
        modules
    }

    /// The module of a source that stands at `node`.
    pub(crate) fn content<'a>(&self, sources: &'a [Source], node: NodeId) -> &'a Module {
        let node = &self.nodes[node];
        &sources[node.file].modules[node.module]
    }

    /// Product files under a `src` that no `mod` line declares.
    pub(crate) fn find_undeclared(&self, sources: &[Source]) -> Vec<String> {
        let declared: BTreeSet<usize> = self.nodes.iter().map(|node| node.file).collect();
        let is_undeclared = |(at, source): &(usize, &Source)| {
            let stands_in_a_crate =
                source.path.starts_with("src/") || source.path.contains("/src/");
            stands_in_a_crate
                && !source.in_tests
                && !declared.contains(at)
                && !self.test_files.contains(&source.path)
        };
        let found = sources.iter().enumerate().filter(is_undeclared);
        found.map(|(_, source)| source.path.clone()).collect()
    }

    fn add_file(&mut self, files: &Files<'_>, file: usize, parent: Option<NodeId>) -> NodeId {
        let first = self.add_node(file, 0, parent);
        let source = &files.sources[file];
        // Inline modules follow the module that holds them.
        let mut inline: HashMap<&[String], NodeId> = HashMap::from([(&[][..], first)]);
        for (at, module) in source.modules.iter().enumerate().skip(1) {
            let Some((name, outer)) = module.inside.split_last() else { continue };
            let Some(&outer) = inline.get(outer) else { continue };
            let node = self.add_node(file, at, Some(outer));
            self.nodes[outer].children.insert(name.clone(), node);
            inline.insert(&module.inside, node);
        }
        for module in &source.modules {
            let Some(&outer) = inline.get(module.inside.as_slice()) else { continue };
            for child in &module.children {
                if let Some(found) = files.find_child(&source.path, child) {
                    let node = self.add_file(files, found, Some(outer));
                    self.nodes[outer].children.insert(child.name.clone(), node);
                }
            }
        }
        for child in &source.test_files {
            if let Some(found) = files.find_child(&source.path, child) {
                self.mark_tests(files, found);
            }
        }
        first
    }

    fn add_node(&mut self, file: usize, module: usize, parent: Option<NodeId>) -> NodeId {
        let id = self.nodes.len();
        let root = parent.map_or(id, |parent| self.nodes[parent].root);
        self.nodes.push(Node { file, module, parent, root, children: HashMap::new() });
        id
    }

    fn mark_tests(&mut self, files: &Files<'_>, file: usize) {
        let source = &files.sources[file];
        if !self.test_files.insert(source.path.clone()) {
            return;
        }
        let declared = source.modules.iter().flat_map(|module| &module.children);
        for child in declared.chain(&source.test_files) {
            if let Some(found) = files.find_child(&source.path, child) {
                self.mark_tests(files, found);
            }
        }
    }
}

impl Files<'_> {
    /// The file of a `mod name;` that stands in the file at `path`.
    fn find_child(&self, path: &str, child: &Child) -> Option<usize> {
        let (folder, name) = path.rsplit_once('/')?;
        if let Some(file) = &child.file {
            return self.by_path.get(format!("{folder}/{file}").as_str()).copied();
        }
        let mut place = folder.to_owned();
        if !["lib.rs", "main.rs", "mod.rs"].contains(&name) {
            place = format!("{place}/{}", name.trim_end_matches(".rs"));
        }
        for outer in &child.inside {
            place = format!("{place}/{outer}");
        }
        let candidates =
            [format!("{place}/{}.rs", child.name), format!("{place}/{}/mod.rs", child.name)];
        candidates.iter().find_map(|candidate| self.by_path.get(candidate.as_str()).copied())
    }
}

/// `crates/verify/` is `trueline_verify`; the package at the root is `trueline`.
fn library_name(package: &str) -> String {
    match package.trim_end_matches('/').rsplit('/').next() {
        Some("") | None => "trueline".to_owned(),
        Some(folder) => format!("trueline_{}", folder.replace('-', "_")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read_source;

    fn read(files: &[(&str, &str)]) -> (Vec<Source>, Modules) {
        let sources: Vec<_> =
            files.iter().map(|(path, text)| read_source(path, (*text).into()).unwrap()).collect();
        let modules = Modules::build(&sources);
        (sources, modules)
    }

    #[test]
    fn modules_are_found_in_files_in_folders_and_in_text() {
        let (_, modules) = read(&[
            ("src/lib.rs", "mod a; mod b; mod c { mod d; }"),
            ("src/a.rs", "mod e;"),
            ("src/a/e.rs", ""),
            ("src/b/mod.rs", "mod f;"),
            ("src/b/f.rs", ""),
            ("src/c/d.rs", ""),
        ]);
        assert_eq!(modules.nodes.len(), 7);
        assert!(modules.nodes[0].children.contains_key("c"));
    }

    #[test]
    fn a_file_that_nobody_declares_is_found() {
        let (sources, modules) =
            read(&[("src/lib.rs", "mod a;"), ("src/a.rs", ""), ("src/b.rs", "")]);
        assert_eq!(modules.find_undeclared(&sources), ["src/b.rs"]);
    }

    #[test]
    fn a_test_only_module_makes_tests_of_its_file_and_of_those_below() {
        let (sources, modules) = read(&[
            ("src/lib.rs", "#[cfg(test)] mod planted;"),
            ("src/planted.rs", "mod rows;"),
            ("src/planted/rows.rs", ""),
        ]);
        assert_eq!(modules.test_files.len(), 2);
        assert!(modules.find_undeclared(&sources).is_empty());
    }
}

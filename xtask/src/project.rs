//! The project as the rules see it: its sources, its modules and the arrows between its files.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::graph::arrows::{Arrow, find_arrows};
use crate::graph::modules::Modules;
use crate::reading::{Source, as_test, read_sources};

#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) sources: Vec<Source>,
    pub(crate) arrows: Vec<Arrow>,
    /// Product files that no `mod` line declares.
    pub(crate) undeclared: Vec<String>,
}

impl Project {
    pub(crate) fn read(root: &Path) -> Result<Self> {
        Ok(Self::new(read_sources(root)?, root.to_owned()))
    }

    pub(crate) fn new(sources: Vec<Source>, root: PathBuf) -> Self {
        let modules = Modules::build(&sources);
        let arrows = find_arrows(&sources, &modules);
        let undeclared = modules.find_undeclared(&sources);
        let test_files = modules.test_files;
        let sources = sources.into_iter().map(|source| {
            if test_files.contains(&source.path) && !source.in_tests {
                as_test(source)
            } else {
                source
            }
        });
        Self { root, sources: sources.collect(), arrows, undeclared }
    }

    /// The files that are compiled into what we ship.
    pub(crate) fn product(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.in_tests)
    }
}

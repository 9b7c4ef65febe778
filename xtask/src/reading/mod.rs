//! Reading the sources: every file is parsed once, and what the rules ask about is kept as data.

pub(crate) mod definitions;
pub(crate) mod lines;
pub(crate) mod macros;
pub(crate) mod references;
pub(crate) mod test_items;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};

use definitions::Definitions;
use references::{Child, Module, NamedPath};

/// One Rust file, as the rules see it.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the project, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) definitions: Definitions,
    /// The file itself first, then the modules inside it. Without test-only items.
    pub(crate) modules: Vec<Module>,
    /// `#[cfg(test)] mod name;`
    pub(crate) test_files: Vec<Child>,
    pub(crate) unwraps: Vec<usize>,
    pub(crate) clock_calls: Vec<NamedPath>,
    pub(crate) product_lines: usize,
    pub(crate) test_lines: usize,
    /// Lines that a text literal touches.
    pub(crate) literals: BTreeSet<usize>,
    /// Every name in the file, for files that only call the program.
    pub(crate) words: BTreeSet<String>,
    /// Whether all of it is test code: by its place, or because a test-only `mod` declares it.
    pub(crate) in_tests: bool,
}

/// Where Rust files stand.
const FOLDERS: &[&str] = &["src", "crates", "xtask", "acceptance", "benches"];

/// Reads every source of the project, in the order of their paths.
pub(crate) fn read_sources(root: &Path) -> Result<Vec<Source>> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        collect_files(&root.join(folder), &mut paths)?;
    }
    paths.sort();
    // A parsed file may not leave its thread, what is kept of it may. Every other file goes to the
    // other thread, so that both get their share of each folder.
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let mut sources = thread::scope(|scope| -> Result<Vec<Source>> {
        let work = |worker: usize| {
            let mine = paths.iter().skip(worker).step_by(workers);
            mine.map(|path| read_file(root, path)).collect::<Result<Vec<_>>>()
        };
        let threads: Vec<_> =
            (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| anyhow!("a reader stopped"))??);
        }
        Ok(all)
    })?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect_files(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

fn read_file(root: &Path, path: &Path) -> Result<Source> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    read_source(&name, text)
}

/// Parses one file.
pub(crate) fn read_source(path: &str, text: String) -> Result<Source> {
    let unreadable = || format!("{path} cannot be read as Rust");
    let tokens: TokenStream =
        text.parse().map_err(|error| anyhow!("{error}")).with_context(unreadable)?;
    let mut file: syn::File = syn::parse2(tokens.clone()).with_context(unreadable)?;
    let in_tests = is_test_path(path);
    let mut words = BTreeSet::new();
    if in_tests || path == "src/main.rs" {
        add_words(tokens.clone(), &mut words);
    }
    let lines = lines::find_code_lines(tokens);
    let mut definitions = definitions::find_definitions(&file);
    let tests = test_items::remove_test_items(&mut file);
    for function in &mut definitions.functions {
        function.in_tests = tests.contains(function.line);
    }
    for named in &mut definitions.types {
        named.in_tests = tests.contains(named.line);
    }
    let test_lines = lines.code.iter().filter(|line| tests.contains(**line)).count();
    let references = references::find_references(&file);
    let source = Source {
        path: path.to_owned(),
        product_lines: lines.code.len() - test_lines,
        test_lines,
        literals: lines.literals,
        text,
        definitions,
        modules: references.modules,
        unwraps: references.unwraps,
        clock_calls: references.clock_calls,
        test_files: tests.files,
        words,
        in_tests: false,
    };
    Ok(if in_tests { as_test(source) } else { source })
}

/// Turns a file into one that is test code as a whole.
pub(crate) fn as_test(mut source: Source) -> Source {
    source.in_tests = true;
    source.test_lines += std::mem::take(&mut source.product_lines);
    source.definitions.functions.iter_mut().for_each(|function| function.in_tests = true);
    source.definitions.types.iter_mut().for_each(|named| named.in_tests = true);
    source
}

/// Folders that only cargo's test, bench and example targets compile.
pub(crate) fn is_test_path(path: &str) -> bool {
    path.starts_with("acceptance/")
        || path.starts_with("benches/")
        || ["/tests/", "/examples/", "/benches/"].iter().any(|folder| path.contains(folder))
        || path.ends_with("/tests.rs")
}

fn add_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                words.insert(name.to_string());
            }
            TokenTree::Group(group) => add_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_and_test_lines_are_counted_apart_wherever_the_tests_stand() {
        let text = "//! A.\n#[cfg(test)]\nuse a::b;\n\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n}\nfn g() {}\n";
        let source = read_source("src/a.rs", text.into()).unwrap();
        assert_eq!((source.product_lines, source.test_lines), (2, 5));
        let source = read_source("acceptance/a.rs", text.into()).unwrap();
        assert_eq!((source.product_lines, source.test_lines), (0, 7));
    }

    #[test]
    fn a_file_that_is_no_rust_is_named() {
        let error = read_source("src/a.rs", "fn {".into()).unwrap_err();
        assert!(format!("{error:#}").contains("src/a.rs"));
    }
}

//! The rules of the style guide that a machine can hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Rule, file, why. A line here is a debt with a reason.
pub(crate) const EXCEPTIONS: &[(&str, &str, &str)] = &[];

const CODE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_COLUMNS_MAX: usize = 100;
const BANNED_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "core", "shared", "misc", "manager", "imp"];

/// Everything that breaks a rule, one line each.
pub(crate) fn run() -> Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has a parent")?;
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for folder in ["src", "crates", "xtask", "acceptance", "benches"] {
        collect(&root.join(folder), &mut sources)?;
    }
    sources.sort();
    for path in &sources {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        check_source(&name, &text, &mut findings);
    }
    check_systems(root, &sources, &mut findings)?;
    check_architecture(root, &mut findings)?;
    findings.retain(|finding| {
        !EXCEPTIONS.iter().any(|(rule, file, _)| {
            finding.contains(&format!("[{rule}]")) && finding.starts_with(&format!("{file}:"))
        })
    });
    Ok(findings)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

fn check_source(name: &str, text: &str, findings: &mut Vec<String>) {
    let mut say = |line: usize, rule: &str, what: String| {
        findings.push(format!("{name}:{line}: [{rule}] {what}"));
    };
    let in_tests = name.starts_with("acceptance/")
        || name.contains("/tests/")
        || name.ends_with("tests.rs")
        || name.contains("/examples/")
        || name.starts_with("benches/");
    if !text.starts_with("//!") && !in_tests {
        say(1, "opener", "a file opens with `//!` and one sentence that says what it holds".into());
    }
    for word in name.trim_end_matches(".rs").split('/') {
        if BANNED_NAMES.contains(&word) {
            say(1, "name", format!("`{word}` says nothing: find the noun"));
        }
    }
    for (index, line) in text.lines().enumerate() {
        let wide = '\u{2e80}'..='\u{ffe6}';
        let width = line.chars().map(|c| if wide.contains(&c) { 2 } else { 1 }).sum::<usize>();
        // A long string literal stays in one piece, as rustfmt leaves it.
        if width > LINE_COLUMNS_MAX && !line.contains('"') {
            say(index + 1, "columns", format!("{width} columns, at most {LINE_COLUMNS_MAX}"));
        }
    }
    let product = text.split("#[cfg(test)]").next().unwrap_or(text);
    if !in_tests {
        check_product(name, product, &mut say);
    }
    check_functions(text, &mut say);
}

fn check_product(name: &str, product: &str, say: &mut impl FnMut(usize, &str, String)) {
    let code = product.lines().filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("//")
    });
    let count = code.count();
    if count > CODE_LINES_MAX {
        say(1, "size", format!("{count} lines of code, at most {CODE_LINES_MAX}"));
    }
    // Only the edge reads the clock; everything below is given the time.
    let reads_clock = name == "src/main.rs"
        || name.starts_with("src/cli/")
        || name.starts_with("src/listen/")
        || name.starts_with("src/schedule")
        || name.ends_with("/http.rs")
        || name.starts_with("xtask/");
    for (index, line) in product.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        if !reads_clock {
            for call in ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"] {
                if line.contains(call) {
                    say(index + 1, "time", format!("`{call}`: functions take the time"));
                }
            }
        }
        if line.contains("unbounded_channel") || line.contains("mpsc::channel()") {
            say(index + 1, "bound", "every channel has a bound".into());
        }
        if line.contains("#[ignore") {
            say(index + 1, "ignore", "no ignored tests".into());
        }
    }
}

/// Functions end where a line closes at the indentation of their `fn`; rustfmt makes that so.
fn check_functions(text: &str, say: &mut impl FnMut(usize, &str, String)) {
    let lines: Vec<&str> = text.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let is_function = body.starts_with("fn ")
            || (body.starts_with("pub")
                || body.starts_with("async ")
                || body.starts_with("const "))
                && body.contains("fn ")
                && body.contains('(');
        if !is_function {
            continue;
        }
        let indent = " ".repeat(line.len() - body.len());
        let end = lines[start..].iter().position(|line| {
            *line == format!("{indent}}}") || (line.starts_with(&indent) && line.ends_with(");"))
        });
        if let Some(length) = end
            && length + 1 > FUNCTION_LINES_MAX
        {
            say(
                start + 1,
                "function",
                format!("{} lines, at most {FUNCTION_LINES_MAX}", length + 1),
            );
        }
    }
}

/// A system uses only systems listed above it in `systems/mod.rs`.
fn check_systems(root: &Path, sources: &[PathBuf], findings: &mut Vec<String>) -> Result<()> {
    let list = fs::read_to_string(root.join("src/systems/mod.rs")).context("src/systems/mod.rs")?;
    let order: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')))
        .collect();
    for path in sources {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let text = fs::read_to_string(path)?;
        let product = text.split("#[cfg(test)]").next().unwrap_or(&text);
        let layer = layer_of(&name, &order);
        for (index, line) in product.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("//") {
                continue;
            }
            for used in used_layers(line, &order) {
                if layer.as_ref().is_some_and(|own| !allowed(own, &used, &order)) {
                    let own = layer.as_deref().unwrap_or_default();
                    findings.push(format!(
                        "{name}:{}: [layers] `{own}` may not use `{used}`: imports point down",
                        index + 1
                    ));
                }
            }
        }
    }
    Ok(())
}

/// `system:cases`, `cli`, `web` …; `None` for the crates, which cargo keeps apart.
fn layer_of(name: &str, order: &[&str]) -> Option<String> {
    let rest = name.strip_prefix("src/")?;
    let first = rest.split('/').next()?.trim_end_matches(".rs");
    if first == "systems" {
        let system = rest.split('/').nth(1)?.trim_end_matches(".rs");
        return order.contains(&system).then(|| format!("system:{system}"));
    }
    Some(first.to_owned())
}

fn used_layers(line: &str, order: &[&str]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for part in line.split("crate::").skip(1) {
        let mut words = part.split(|c: char| !c.is_alphanumeric() && c != '_');
        let Some(first) = words.next() else { continue };
        if first == "systems" {
            let second = words.find(|word| !word.is_empty());
            if let Some(system) = second.filter(|word| order.contains(word)) {
                used.insert(format!("system:{system}"));
            }
        } else {
            used.insert(first.to_owned());
        }
    }
    used
}

const LAYERS: &[&str] = &[
    "main",
    "cli",
    "router",
    "witness",
    "schedule",
    "listen",
    "ledger",
    "instance",
    "settings",
    "simulation",
];
const BELOW: &[&str] = &["web", "state"];

fn allowed(own: &str, used: &str, order: &[&str]) -> bool {
    let place = |layer: &str| -> usize {
        if let Some(system) = layer.strip_prefix("system:") {
            // Systems are listed in reading order: a later one may use the earlier ones.
            let index = order.iter().position(|name| *name == system).unwrap_or(0);
            return 100 + index;
        }
        if let Some(index) = LAYERS.iter().position(|name| *name == layer) {
            return 1000 - index;
        }
        BELOW.iter().position(|name| *name == layer).map_or(0, |index| 50 - index)
    };
    own == used || place(own) > place(used)
}

/// Every path that ARCHITECTURE.md names exists.
fn check_architecture(root: &Path, findings: &mut Vec<String>) -> Result<()> {
    let file = root.join("ARCHITECTURE.md");
    if !file.is_file() {
        findings.push("ARCHITECTURE.md:1: [paths] is missing".into());
        return Ok(());
    }
    let text = fs::read_to_string(file)?;
    for (index, line) in text.lines().enumerate() {
        for word in line.split('`').skip(1).step_by(2) {
            let is_path = word.contains('/') && !word.contains([' ', '*', '<', '{', ':', '…'])
                || word.ends_with(".rs");
            if is_path && !root.join(word).exists() {
                findings.push(format!(
                    "ARCHITECTURE.md:{}: [paths] `{word}` does not exist",
                    index + 1
                ));
            }
        }
    }
    Ok(())
}

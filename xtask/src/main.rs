//! The project's own checks, for rules that neither the compiler nor clippy knows.
//!
//! `cargo xtask tidy` reads the syntax of every source and exits 1 if a rule is broken. A debt
//! stands in `tidy.rs` with its reason. `cargo xtask house` prints the counts of the house.

mod finding;
mod graph;
mod house;
mod project;
mod reading;
mod rules;
mod tidy;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use house::{House, count_house};
use project::Project;

const USAGE: &str = "usage: cargo xtask tidy | cargo xtask house [--format json]";

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let done = match asked.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => run_tidy(),
        ["house"] => run_house(House::to_text),
        ["house", "--format", "json"] => run_house(|house| format!("{:#}", house.to_json())),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(3)
    })
}

/// Reads the project that holds this package: the one cargo runs it from, if cargo does.
fn read_project() -> Result<Project> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    Project::read(package.parent().context("xtask has a parent")?)
}

fn run_tidy() -> Result<ExitCode> {
    let findings = tidy::check_project(&read_project()?);
    if findings.is_empty() {
        println!("tidy: nothing to mend");
        return Ok(ExitCode::SUCCESS);
    }
    let mut counts = BTreeMap::new();
    for finding in &findings {
        println!("{finding}");
        *counts.entry(finding.rule).or_insert(0) += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    println!("tidy: {} to mend ({})", findings.len(), counts.join(", "));
    Ok(ExitCode::FAILURE)
}

fn run_house(print: impl Fn(&House) -> String) -> Result<ExitCode> {
    println!("{}", print(&count_house(&read_project()?)));
    Ok(ExitCode::SUCCESS)
}

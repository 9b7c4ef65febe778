//! The project's own checks, for rules that neither the compiler nor clippy knows.
//!
//! `cargo xtask tidy` reads the sources as text and exits 1 with a line per finding. An exception
//! stands in [`tidy::EXCEPTIONS`] with its reason.

mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    match asked.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => match tidy::run() {
            Ok(findings) if findings.is_empty() => {
                println!("tidy: nothing to mend");
                ExitCode::SUCCESS
            }
            Ok(findings) => {
                for finding in &findings {
                    println!("{finding}");
                }
                println!("tidy: {} to mend", findings.len());
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::from(3)
            }
        },
        _ => {
            eprintln!("usage: cargo xtask tidy");
            ExitCode::from(2)
        }
    }
}

//! The command line: one file per command, and what they share.
//!
//! Exit codes: 0 done, 1 the answer is "no", 2 the request was wrong, 3 the machine failed us.
//! Tables go to standard output, progress and warnings to standard error, so that output can be
//! piped. No command but `serve` needs a server, and none needs a database.

#[cfg(test)]
mod answers_in_chinese;
mod arguments;
mod cases;
mod demo;
mod export;
mod failure;
mod help;
mod help_text;
mod import;
mod indicators;
mod init;
mod language;
mod ledger;
mod ledger_arguments;
mod log;
mod mapping;
mod named_file;
mod new_settings;
mod pack;
mod place;
mod progress;
mod publish;
mod quality;
mod question;
mod report;
mod report_arguments;
mod serve;
mod simulate;
mod spot_check;
mod table;
mod usage_error;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::clock::Clock;
pub(crate) use crate::language::Language;
pub use arguments::Arguments;
use arguments::Command;
pub(crate) use failure::Failure;
use place::InstanceFolders;
pub(crate) use progress::ProgressStep;
pub(crate) use table::{Align, OutputFormat, TextTable};

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    exit_on_broken_pipe();
    log::write_log_to_standard_error();
    let language = language::read_language(&std::env::args_os().collect::<Vec<_>>());
    let matches = match help::localized_command(language).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            usage_error::print_usage_error(&error, language);
            // Help and version are answers, not mistakes.
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => {
            usage_error::print_usage_error(&error, language);
            return ExitCode::from(2);
        }
    };
    match run_command(arguments, language) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print_error(language);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// A reader that closed its end (`| head`) has what it wanted, so the program ends with success.
///
/// `println!` answers a closed pipe with a panic, whichever command prints, so it is caught here.
fn exit_on_broken_pipe() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

fn run_command(arguments: Arguments, language: Language) -> Result<(), Failure> {
    let Arguments { dir, keys, lang: _, command } = arguments;
    let usual = if matches!(command, Command::Demo(_)) { "trueline-demo" } else { "trueline-data" };
    let place = InstanceFolders {
        dir: dir.unwrap_or_else(|| usual.into()),
        keys,
        clock: Clock::of_environment(),
    };
    match command {
        Command::Init(asked) => init::run_init(&asked, &place, language),
        Command::Simulate(asked) => simulate::run_simulate(&asked, language),
        Command::Import(asked) => import::run_import(&asked, &place, language),
        Command::Mapping { command } => mapping::run_mapping(&command, language),
        Command::Indicators(asked) => indicators::run_indicators(&asked, &place, language),
        Command::Cases(asked) => cases::run_cases(&asked, &place, language),
        Command::Quality(asked) => quality::run_quality(&asked, &place, language),
        Command::Pack { command } => pack::run_pack(&command, language),
        Command::Completions { shell } => {
            let mut command = help::localized_command(language);
            clap_complete::generate(shell, &mut command, "trueline", &mut std::io::stdout());
            Ok(())
        }
        Command::Demo(asked) => demo::run_demo(&asked, &place, language),
        Command::Serve(asked) => serve::run_serve(&asked, &place, language),
        Command::Ledger { command } => ledger::run_ledger(&command, &place, language),
        Command::Witness(asked) => witness::run_witness(&asked, &place, language),
        Command::Report(asked) => report::run_report(&asked, &place, language),
        Command::Publish(asked) => publish::run_publish(&asked, &place, language),
        Command::Verify(asked) => verify::run_verify(&asked, place.clock, language),
        Command::SpotCheck(asked) => spot_check::run_spot_check(&asked, place.clock, language),
        Command::Export(asked) => export::run_export(&asked, &place, language),
    }
}

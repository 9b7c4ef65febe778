//! Every command and flag, in English; the Chinese stands in `language.rs`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::ledger_arguments::{LedgerCommand, WitnessArguments};
use super::usage_error::parse_positive;
use super::{Language, OutputFormat};

/// Trueline (准绳): service quality from records to a report anyone can check.
#[derive(Debug, Parser)]
#[command(name = "trueline", version, arg_required_else_help = true)]
pub struct Arguments {
    /// The instance: settings, narrative, lake, quarantine [default: trueline-data; demo:
    /// trueline-demo]
    #[arg(long, global = true, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Where private keys live, outside the instance [default: DIR-keys]
    #[arg(long, global = true, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Language of messages and reports [default: from the environment]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Language>,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a simulated province, its report in every format, and serve it
    Demo(DemoArguments),
    /// Make an instance of one's own: settings and a narrative to edit
    Init(InitArguments),
    /// Serve the report and a page that slices every figure
    Serve(ServeArguments),
    /// Make the half year of a simulated province, as Parquet
    Simulate(SimulateArguments),
    /// Take files into the lake; every row is accepted or quarantined
    Import(ImportArguments),
    /// Work with mappings
    Mapping {
        #[command(subcommand)]
        command: MappingCommand,
    },
    /// Work with indicator packs
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
    /// Print figures
    Indicators(IndicatorsArguments),
    /// Print the cases behind a figure, with the clock of each
    Cases(CasesArguments),
    /// Look for data-quality problems in what was imported
    Quality(QualityArguments),
    /// Write the report
    Report(ReportArguments),
    /// Publish a sealed draft in the names of those who answer for it
    Publish(PublishArguments),
    /// Check a sealed report: the file, its ledger, its records
    Verify(VerifyArguments),
    /// Draw cases that the operator could not choose, to look at in the field
    SpotCheck(SpotCheckArguments),
    /// Hand over what a regulator checks a report with
    Export(ExportArguments),
    /// Work with the ledger: what was recorded can be proved, and not changed unseen
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Serve a witness, which vouches that a ledger tells everybody one history
    Witness(WitnessArguments),
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Cases in the half year
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub cases: u64,
    /// Stop after writing the reports
    #[arg(long)]
    pub no_serve: bool,
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8710")]
    pub listen: String,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to make
    pub path: PathBuf,
    /// The pack that defines the figures: a name or a path
    #[arg(long, value_name = "PACK", default_value = "cn-miit")]
    pub pack: String,
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8710")]
    pub listen: String,
    /// The period to show
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// The pack [default: the instance's own]
    #[arg(long, value_name = "PACK")]
    pub pack: Option<String>,
}

#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// The folder to write, one sub-folder a dataset
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The period, such as 2020H1
    #[arg(long, value_name = "PERIOD", default_value = "2020H1")]
    pub period: String,
    /// Cases in the period
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub cases: u64,
    /// The seed: the same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = crate::simulation::DEFAULT_SEED)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The dataset: case, count, billing_test, site
    #[arg(value_name = "DATASET", required_unless_present = "from")]
    pub dataset: Option<String>,
    /// Files: CSV, XLSX, Parquet, JSON or JSON lines, also gzipped
    #[arg(value_name = "FILE", required_unless_present = "from")]
    pub files: Vec<PathBuf>,
    /// How source columns become columns of the dataset: a name or a path
    #[arg(long, value_name = "MAPPING")]
    pub mapping: Option<String>,
    /// Take a folder with one sub-folder per dataset
    #[arg(long, value_name = "DIR", conflicts_with_all = ["dataset", "files"])]
    pub from: Option<PathBuf>,
    /// The files hold every case of their source: report the cases that are missing
    #[arg(long)]
    pub full: bool,
    /// Exit 1 if a row was quarantined
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_enum, default_value_t, help = "Format of the summary")]
    pub format: OutputFormat,
}

#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Draft a mapping from the headers and values of a file
    Suggest {
        /// The file
        file: PathBuf,
        /// Write the draft here instead of to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List the mappings that come with the program
    List,
    /// Print a mapping
    Show {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// List the packs that come with the program
    List,
    /// Print a pack
    Show {
        /// Its name
        name: String,
    },
    /// Check a pack and print what it defines
    Check {
        /// A name or a path
        pack: String,
    },
}

/// Which figures: the pack, the period and the moment of knowledge.
#[derive(Debug, Args)]
pub struct QuestionArguments {
    /// The pack: a name or a path [default: the instance's own]
    #[arg(long, value_name = "PACK")]
    pub pack: Option<String>,
    /// 2020H1, 2020Q2, 2020-05, 2020 or 2020-05-01..2020-05-17
    #[arg(long, value_name = "PERIOD")]
    pub period: String,
    /// What was recorded up to this time (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

#[derive(Debug, Args)]
pub struct IndicatorsArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    /// Slice by prefecture, month, area, channel, kind, service, x_…
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Only these indicators
    #[arg(long, value_name = "INDICATOR", value_delimiter = ',')]
    pub indicator: Vec<String>,
    /// Only this slice, such as prefecture=141100,month=2020-05
    #[arg(long = "where", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub filter: Vec<String>,
    /// Print the query that computes the figures in another engine
    #[arg(long, value_name = "ENGINE")]
    pub explain: Option<Engine>,
    #[arg(long, value_enum, default_value_t, help = "Format of the table")]
    pub format: OutputFormat,
}

/// An engine that can check our figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// DuckDB SQL over the Parquet files of the lake
    Sql,
}

#[derive(Debug, Args)]
pub struct CasesArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    /// The indicator
    #[arg(long, value_name = "INDICATOR")]
    pub indicator: String,
    /// Only this slice, such as prefecture=141100,month=2020-05
    #[arg(long = "where", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub filter: Vec<String>,
    /// Only cases past their limit
    #[arg(long)]
    pub late: bool,
    /// At most so many rows; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[arg(long, value_enum, default_value_t, help = "Format of the table")]
    pub format: OutputFormat,
}

#[derive(Debug, Args)]
pub struct QualityArguments {
    /// What was recorded up to this time (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    #[arg(long, value_enum, default_value_t, help = "Format of the table")]
    pub format: OutputFormat,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    /// Files to write; the ending says the format: pdf, html, xlsx, json, docx
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub out: Vec<PathBuf>,
    /// The published report that this one corrects
    #[arg(long, value_name = "ID", requires = "reason")]
    pub restates: Option<String>,
    /// Why it is corrected; printed on the cover
    #[arg(long, value_name = "TEXT", requires = "restates")]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct PublishArguments {
    /// The draft: the first digits of the id that `report` printed
    pub id: String,
    /// Who prepared the report
    #[arg(long, value_name = "NAME")]
    pub prepared_by: String,
    /// Who reviewed it
    #[arg(long, value_name = "NAME")]
    pub reviewed_by: String,
    /// Who signs it
    #[arg(long, value_name = "NAME")]
    pub signed_by: String,
    /// The folder to write [default: DIR/published/PERIOD-ID]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct VerifyArguments {
    /// The report: PDF, HTML, JSON or XLSX; the proof of a case; or its address (http://…)
    pub file: PathBuf,
    /// Whose signatures to believe, from someone you trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A copy of the operator's ledger, or its address [default: the one beside the data]
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
    /// The records, as `export --for-verification` hands them over
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A checkpoint of the ledger that you kept
    #[arg(long, value_name = "CHECKPOINT")]
    pub since: Option<PathBuf>,
    /// Where to put what is fetched from an address [default: fetched]
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "text", help = "Format of the verdict")]
    pub format: VerdictFormat,
}

#[derive(Debug, Args)]
pub struct SpotCheckArguments {
    /// The report: PDF, HTML, JSON or XLSX
    pub file: PathBuf,
    /// The records, as `export --for-verification` hands them over
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// A public value that nobody knew when the report was sealed, such as a closing index of a
    /// later day
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub value: String,
    /// Draw so many cases
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = parse_positive)]
    pub cases: u32,
    /// Only cases that count for this figure, such as fixed.repair.mean
    #[arg(long, value_name = "ID")]
    pub figure: Option<String>,
    /// Whose signatures to believe (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Write sheet.csv and the proof of each case into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "answers")]
    pub out: Option<PathBuf>,
    /// The sheet with what was found in the field: says what the sample supports
    #[arg(long, value_name = "SHEET")]
    pub answers: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "table", help = "Format of the output")]
    pub format: OutputFormat,
}

/// How a verdict is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerdictFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The folder to write: ledger, rows, salts, packs, calendars, evidence; no key
    #[arg(long, value_name = "OUT")]
    pub for_verification: PathBuf,
}

//! The commands about the ledger and its witnesses, in English; the Chinese stands in
//! `language.rs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OutputFormat;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct WitnessArguments {
    #[command(subcommand)]
    pub command: Option<WitnessCommand>,
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8720")]
    pub listen: String,
    /// The witness's own folder: the newest checkpoint of each log, and evidence
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Its secret key, made at the first start [default: DIR-keys/witness.key]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// What a new key is called, such as witness.example.cn/shanxi [default: a unique name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The address that operators reach it at, for the policy line [default: what --listen says]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A log's public key, once for each
    #[arg(long, value_name = "VKEY")]
    pub log: Vec<String>,
    /// A file of public keys, one a line, or a policy file
    #[arg(long, value_name = "FILE")]
    pub logs: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// List the forks that were found, and export the evidence
    Forks {
        /// The witness's own folder
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        /// Write the evidence into this folder, one file a fork
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Make evidence of kept requests too, with the tiles of this ledger
        #[arg(long, value_name = "DIR", requires = "out")]
        ledger: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t, help = "Format of the table")]
        format: OutputFormat,
    },
    /// Check evidence of a fork; exit 0 if it is one
    CheckFork {
        /// The evidence
        file: PathBuf,
        /// The log's public key, once for each
        #[arg(long, value_name = "VKEY")]
        log: Vec<String>,
        /// A file of public keys, one a line, or a policy file
        #[arg(long, value_name = "FILE")]
        logs: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// What the ledger holds, and who cosigned it when
    Status {
        #[arg(long, value_enum, default_value_t, help = "Format of the table")]
        format: OutputFormat,
    },
    /// Print the public keys and the lines for a policy
    Key,
    /// Print the newest checkpoint, to be kept by whoever wants to check later
    Checkpoint,
    /// Commit to what was imported and is not in the ledger yet
    Commit,
    /// Read every entry and every hash again; exit 1 if one is not what was recorded
    Fsck {
        /// A checkpoint that was kept elsewhere: the ledger must still begin with it
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t, help = "Format of the table")]
        format: OutputFormat,
    },
    /// Write the proof that an entry is in the ledger (C2SP tlog-proof)
    ProveEntry {
        /// The number of the entry, from 0
        #[arg(value_name = "N")]
        number: u64,
        /// Write the proof here instead of to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Write the entry itself here: it is what the proof is checked with
        #[arg(long, value_name = "FILE")]
        entry: Option<PathBuf>,
    },
    /// Was a case counted in a report, and as what? For a case that is not there, its neighbours
    Prove {
        /// The case: SOURCE/NUMBER
        #[arg(value_name = "CASE")]
        case: String,
        /// The report: the first digits of its id [default: the newest]
        #[arg(long, value_name = "ID")]
        report: Option<String>,
        /// Write the proof here (C2SP tlog-proof); it holds the case's row
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Ask the witnesses of the policy to cosign; exit 1 if the quorum is missing
    Cosign {
        /// How long to wait for each witness
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        timeout: u64,
        #[arg(long, value_enum, default_value_t, help = "Format of the table")]
        format: OutputFormat,
    },
    /// Add a key that signs every checkpoint from now on, beside the present ones
    Rotate,
    /// Add an SM2 key, for a second signature by GB/T 32918
    Sm2,
    /// Give a key up: from now on it signs nothing, and the ledger says so
    Retire {
        /// The public key, or its eight hexadecimal digits
        #[arg(value_name = "KEY")]
        key: String,
    },
}

//! The keys of a ledger: `ledger.key`, `ledger-2.key` and so on, beside the other secrets.
//!
//! What the ledger itself says decides which of them sign: a key that it retired is left out though
//! its file is still there, and one that a crash kept from signing the common checkpoint signs it
//! when the ledger is next opened. Otherwise opening signs nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trueline_language::phrase;
use trueline_ledger::{Log, Retirement, Signer, VerifierKey};

use super::error::LedgerError;
use crate::instance::Instance;

/// A key of the ledger, as its public half and the file of its secret one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerKey {
    pub key: VerifierKey,
    pub file: PathBuf,
}

impl Instance {
    /// The ledger's keys that are here, retired ones too; none on a copy that was handed out.
    pub fn ledger_keys(&self) -> Result<Vec<LedgerKey>, LedgerError> {
        let signers = load_signers(self)?;
        Ok(signers
            .into_iter()
            .map(|(file, signer)| LedgerKey::from_signer(&file, &signer))
            .collect())
    }
}

impl LedgerKey {
    pub(super) fn from_signer(file: &Path, signer: &Signer) -> LedgerKey {
        LedgerKey { key: signer.verifier_key().clone(), file: file.to_owned() }
    }
}

pub(super) fn key_file(instance: &Instance, number: usize) -> PathBuf {
    let name = if number == 1 { "ledger.key".to_owned() } else { format!("ledger-{number}.key") };
    instance.key_folder().join(name)
}

/// Every key file, in the order of their numbers. There are gaps where retired keys were destroyed.
pub(super) fn load_signers(instance: &Instance) -> Result<Vec<(PathBuf, Signer)>, LedgerError> {
    let mut signers = Vec::new();
    for number in list_key_numbers(instance)? {
        let path = key_file(instance, number);
        let signer = Signer::load_key(&path, instance.folder_path())?;
        signers.push((path, signer));
    }
    Ok(signers)
}

pub(super) fn list_key_numbers(instance: &Instance) -> Result<Vec<usize>, LedgerError> {
    let folder = instance.key_folder();
    let failed = |source| LedgerError::File {
        doing: phrase!("读取", "read"),
        file: folder.display().to_string(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(".key"));
        match stem.and_then(|stem| stem.strip_prefix("ledger")) {
            Some("") => numbers.push(1),
            Some(rest) => {
                let number = rest.strip_prefix('-').and_then(|number| number.parse::<usize>().ok());
                // One form only: `ledger-02.key` is somebody's copy.
                numbers.extend(number.filter(|number| rest == format!("-{number}") && *number > 1));
            }
            None => {}
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Opens the log with the keys that sign it.
pub(super) fn open_log(folder: &Path, signers: &[Signer]) -> Result<Log, LedgerError> {
    let log = Log::open(folder, signers.to_vec())?;
    let retired = read_retirements(&log)?;
    let is_retired =
        |signer: &&Signer| retired.iter().any(|fact| fact.key == *signer.verifier_key());
    let keys: Vec<&VerifierKey> = signers.iter().map(Signer::verifier_key).collect();
    let signed = log.newest_checkpoint().verify_signatures(keys.iter().copied())?;
    let has_signed =
        |signer: &Signer| signed.iter().any(|signed| signed.key == signer.verifier_key());
    let current: Vec<&Signer> = signers.iter().filter(|signer| !is_retired(signer)).collect();
    if current.len() == signers.len() && current.iter().all(|signer| has_signed(signer)) {
        return Ok(log);
    }
    let (old, new): (Vec<&Signer>, Vec<&Signer>) =
        current.into_iter().partition(|signer| has_signed(signer));
    drop(log);
    let mut log = Log::open(folder, old.into_iter().cloned().collect())?;
    for signer in new {
        log.rotate_key(signer.clone())?;
    }
    Ok(log)
}

fn read_retirements(log: &Log) -> Result<Vec<Retirement>, LedgerError> {
    let (reader, size) = (log.open_reader(), log.size());
    let mut found = Vec::new();
    for index in 0..size {
        found.extend(Retirement::from_entry(&reader.read_entry(index, size)?));
    }
    Ok(found)
}

//! The ledger, open for writing.

use std::path::PathBuf;

use trueline_language::phrase;
use trueline_ledger::{Hash, Log, LogReader, Note, OpenError, Receipt, Signer, VerifierKey};

use super::error::LedgerError;
use super::keys::{LedgerKey, key_file, load_signers, open_log};
use super::settings::LedgerSettings;
use crate::instance::Instance;

/// The ledger, open for writing, with the facts that are in it.
#[derive(Debug)]
pub struct Ledger {
    pub(super) log: Log,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) keys: Vec<LedgerKey>,
}

impl Instance {
    /// Where the ledger lies.
    pub fn ledger_folder(&self) -> PathBuf {
        self.folder_path().join("ledger")
    }
}

impl Ledger {
    /// Opens the ledger of an instance; begins it, with a key of its own, where there is none.
    pub fn open(instance: &Instance, settings: &LedgerSettings) -> Result<Ledger, LedgerError> {
        let folder = instance.ledger_folder();
        let mut signers = load_signers(instance)?;
        let has_log = folder.join("checkpoint").is_file();
        if signers.is_empty() && has_log {
            return Err(LedgerError::NoKey(instance.key_folder().display().to_string()));
        }
        if signers.is_empty() {
            let (path, signer) =
                (key_file(instance, 1), Signer::generate(&choose_origin(instance, settings)?)?);
            std::fs::create_dir_all(instance.key_folder()).map_err(|source| LedgerError::File {
                doing: phrase!("新建", "make"),
                file: instance.key_folder().display().to_string(),
                source,
            })?;
            signer.save_key(&path, instance.folder_path())?;
            signers.push((path, signer));
        }
        let own: Vec<Signer> = signers.iter().map(|(_, signer)| signer.clone()).collect();
        let log = match signers.first() {
            _ if has_log => open_log(&folder, &own)?,
            Some((_, first)) => Log::create(&folder, first.verifier_key().name(), own)?,
            None => return Err(OpenError::NoKey.into()),
        };
        let reader = log.open_reader();
        let size = log.size();
        let entries =
            (0..size).map(|index| reader.read_entry(index, size)).collect::<Result<_, _>>()?;
        let signed = log
            .newest_checkpoint()
            .verify_signatures(signers.iter().map(|(_, signer)| signer.verifier_key()))?;
        let signs = |key: &VerifierKey| signed.iter().any(|signed| signed.key == key);
        let keys = signers.iter().filter(|(_, signer)| signs(signer.verifier_key()));
        let keys = keys.map(|(file, signer)| LedgerKey::from_signer(file, signer)).collect();
        Ok(Ledger { log, entries, keys })
    }

    /// Every fact, in order.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// The number of a fact, if it is there.
    pub fn find_entry(&self, entry: &[u8]) -> Option<u64> {
        self.entries.iter().position(|known| known == entry).map(|at| at as u64)
    }

    /// Records facts that are not there yet, and gives the number of each.
    pub fn record_entries(&mut self, facts: &[Vec<u8>]) -> Result<Vec<u64>, LedgerError> {
        let mut new: Vec<Vec<u8>> = Vec::new();
        for fact in facts {
            if self.find_entry(fact).is_none() && !new.contains(fact) {
                new.push(fact.clone());
            }
        }
        self.log.append_entries(&new)?;
        self.entries.extend(new);
        let numbers = facts.iter().filter_map(|fact| self.find_entry(fact));
        Ok(numbers.collect())
    }

    /// The newest checkpoint, with the cosignatures collected for it.
    pub fn newest_checkpoint(&self) -> &Note {
        self.log.newest_checkpoint()
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.log.folder().to_owned()
    }

    pub fn reader(&self) -> LogReader {
        self.log.open_reader()
    }

    /// The log, to collect cosignatures or to change keys.
    pub fn log_mut(&mut self) -> &mut Log {
        &mut self.log
    }

    /// The receipt of a fact under the newest checkpoint.
    pub fn make_receipt(&self, index: u64) -> Result<Receipt, LedgerError> {
        Ok(self.log.open_reader().make_receipt(index, self.log.newest_checkpoint(), None)?)
    }
}

/// The name of the ledger: from the settings, or one that no other instance has.
fn choose_origin(instance: &Instance, settings: &LedgerSettings) -> Result<String, LedgerError> {
    if let Some(origin) = &settings.origin {
        return Ok(origin.clone());
    }
    let key = instance.pseudonym_key()?;
    let digest = Hash::digest_of(&[b"trueline ledger origin\n".as_slice(), &key].concat()).to_hex();
    Ok(format!("trueline.invalid/{}", &digest[..16]))
}

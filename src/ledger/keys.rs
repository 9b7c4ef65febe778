//! The keys of a ledger: `ledger.key`, `ledger-2.key` and so on, beside the other secrets.
//!
//! What the ledger itself says decides which of them sign: a key that it retired is left out though
//! its file is still there, and one that a crash kept from signing the common checkpoint signs it
//! when the ledger is opened next. Opening alone signs nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trueline_language::phrase;

use trueline_ledger::{Log, Retirement, Signer, VerifierKey};

use super::{Ledger, LedgerError};
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

fn list_key_numbers(instance: &Instance) -> Result<Vec<usize>, LedgerError> {
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

impl Ledger {
    /// The keys that sign, with their files.
    pub fn signing_keys(&self) -> &[LedgerKey] {
        &self.keys
    }

    /// Adds an Ed25519 key, which signs the newest checkpoint beside the present ones.
    pub fn add_ed25519(&mut self, instance: &Instance) -> Result<LedgerKey, LedgerError> {
        self.add_signer(instance, Signer::generate(self.log.origin())?)
    }

    /// The same with an SM2 key.
    pub fn add_sm2(&mut self, instance: &Instance) -> Result<LedgerKey, LedgerError> {
        self.add_signer(instance, Signer::generate_sm2(self.log.origin())?)
    }

    // The file is there before the key signs: a signature of a key that nobody has would be worse
    // than a key that has not signed yet.
    fn add_signer(
        &mut self,
        instance: &Instance,
        signer: Signer,
    ) -> Result<LedgerKey, LedgerError> {
        let last = list_key_numbers(instance)?.last().copied().unwrap_or(0);
        let path = key_file(instance, last + 1);
        signer.save_key(&path, instance.folder_path())?;
        let key = LedgerKey::from_signer(&path, &signer);
        self.log.rotate_key(signer)?;
        self.keys.push(key.clone());
        Ok(key)
    }

    /// Gives a key up from `now` on (seconds since 1970); the number of the entry that says so.
    /// Its file stays, for its owner to destroy.
    pub fn retire_key(&mut self, key: &VerifierKey, now: u64) -> Result<u64, LedgerError> {
        // SM2's implementation was never audited, so it signs beside another key and not alone.
        if self.keys.iter().all(|known| known.key == *key || known.key.is_sm2()) {
            return Err(LedgerError::LastKey);
        }
        let appended = self.log.retire_key(key, now)?;
        self.entries.push(Retirement { key: key.clone(), at: now }.to_entry());
        self.keys.retain(|known| known.key != *key);
        Ok(appended.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::InitialFiles;
    use crate::ledger::LedgerSettings;

    fn instance(place: &Path) -> Instance {
        let beginning =
            InitialFiles { settings: "[instance]\npack = \"cn-miit\"\n", narratives: &[] };
        Instance::create(&place.join("branch"), None, &beginning).unwrap()
    }

    fn signers(ledger: &Ledger) -> usize {
        ledger.newest_checkpoint().signatures().len()
    }

    #[test]
    fn a_key_that_was_added_signs_after_a_restart_and_a_retired_one_does_not() {
        let place = tempfile::tempdir().unwrap();
        let instance = instance(place.path());
        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        let first = ledger.signing_keys()[0].clone();
        ledger.record_entries(vec![b"one".to_vec()]).unwrap();
        ledger.add_sm2(&instance).unwrap();
        let refused = ledger.retire_key(&first.key, 1_600_000_000);
        assert!(matches!(refused, Err(LedgerError::LastKey)), "SM2 would sign alone");
        let third = ledger.add_ed25519(&instance).unwrap();
        assert!(third.file.ends_with("ledger-3.key"));
        drop(ledger);

        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        ledger.record_entries(vec![b"two".to_vec()]).unwrap();
        assert_eq!(signers(&ledger), 3);
        assert_eq!(ledger.retire_key(&first.key, 1_600_000_000).unwrap(), 2);
        drop(ledger);

        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        assert_eq!((ledger.signing_keys().len(), &ledger.signing_keys()[1]), (2, &third));
        ledger.record_entries(vec![b"three".to_vec()]).unwrap();
        assert_eq!((signers(&ledger), ledger.entries().len()), (2, 4));
        assert!(ledger.newest_checkpoint().verify_signatures([&first.key]).is_err());
        drop(ledger);

        fs::remove_file(&first.file).unwrap();
        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        assert!(ledger.add_ed25519(&instance).unwrap().file.ends_with("ledger-4.key"));
    }

    #[test]
    fn a_rotation_that_a_crash_cut_off_is_finished() {
        let place = tempfile::tempdir().unwrap();
        let instance = instance(place.path());
        let ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        let signer = Signer::generate(ledger.log.origin()).unwrap();
        drop(ledger);
        signer.save_key(&key_file(&instance, 2), instance.folder_path()).unwrap();

        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        assert_eq!(signers(&ledger), 2);
        assert!(instance.ledger_folder().join("rotations/0").is_file());
        ledger.record_entries(vec![b"one".to_vec()]).unwrap();
        assert_eq!(signers(&ledger), 2);
    }
}

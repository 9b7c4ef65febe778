//! Changing the keys of an open ledger: one is added, or one is retired.

use trueline_ledger::{Retirement, Signer, VerifierKey};

use super::error::LedgerError;
use super::keys::{LedgerKey, key_file, list_key_numbers};
use super::writer::Ledger;
use crate::instance::Instance;

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

    /// Retires a key from `now` on (seconds since 1970) and returns the number of the entry that
    /// says so. Its file stays, for its owner to destroy.
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
    use std::fs;
    use std::path::Path;

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
        ledger.record_entries(&[b"one".to_vec()]).unwrap();
        ledger.add_sm2(&instance).unwrap();
        let refused = ledger.retire_key(&first.key, 1_600_000_000);
        assert!(matches!(refused, Err(LedgerError::LastKey)), "SM2 would sign alone");
        let third = ledger.add_ed25519(&instance).unwrap();
        assert!(third.file.ends_with("ledger-3.key"));
        drop(ledger);

        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        ledger.record_entries(&[b"two".to_vec()]).unwrap();
        assert_eq!(signers(&ledger), 3);
        assert_eq!(ledger.retire_key(&first.key, 1_600_000_000).unwrap(), 2);
        drop(ledger);

        let mut ledger = Ledger::open(&instance, &LedgerSettings::default()).unwrap();
        assert_eq!((ledger.signing_keys().len(), &ledger.signing_keys()[1]), (2, &third));
        ledger.record_entries(&[b"three".to_vec()]).unwrap();
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
        ledger.record_entries(&[b"one".to_vec()]).unwrap();
        assert_eq!(signers(&ledger), 2);
    }
}

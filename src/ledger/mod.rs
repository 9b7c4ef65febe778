//! The ledger of an instance: what was recorded is committed to before anything is published.
//!
//! It lies in `ledger/` and may be served to anyone as it is; its key lies with the other keys,
//! outside the instance. Entries are facts in canonical JSON (`docs/evidence.md`).

mod batches;
mod cosign;
mod fetch;
mod history;
mod keys;
mod leaves;
mod post;
mod settings;
mod witnesses;

use std::path::PathBuf;

use trueline_lake::LakeError;
use trueline_language::{Phrase, phrase};
use trueline_ledger::{
    AppendError, Hash, KeyError, KeyFileError, Log, LogReadError, LogReader, Note, OpenError,
    Receipt, Signer, VerifierKey,
};
use trueline_verify::JsonError;

use crate::instance::{Instance, InstanceError};

pub use batches::{BLOCK, CommittedBatch, FIRST_BYTES, batch_leaves, first_bytes, salted_row};
pub use cosign::{
    AskedWitness, CollectedCosignatures, CosignOutcome, collect_cosignatures, time_of,
};
pub use fetch::{FetchError, fetch_file, fetch_ledger, is_address};
pub use history::{LedgerHistory, WitnessTimes};
pub use keys::LedgerKey;
pub use leaves::LeafStore;
pub use post::RequestError;
pub use settings::LedgerSettings;
pub use witnesses::{PolicyError, ask_witnesses, policy_in, read_policy};

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum LedgerError {
    #[error("the ledger cannot be opened")]
    #[zh("无法打开账本")]
    Open(#[from] OpenError),
    #[error("the ledger cannot be written")]
    #[zh("无法写入账本")]
    Append(#[from] AppendError),
    #[error("the ledger cannot be read")]
    #[zh("无法读取账本")]
    Read(#[from] LogReadError),
    #[error(
        "the ledger's key is not in {0}; put ledger.key back there, or name its folder with --keys"
    )]
    #[zh("{0} 中没有账本密钥；请将 ledger.key 放回该处，或以 --keys 指定其所在文件夹")]
    NoKey(String),
    #[error("the ledger's key cannot be made")]
    #[zh("无法生成账本密钥")]
    Key(#[from] KeyError),
    #[error("the ledger's key cannot be used")]
    #[zh("账本密钥不可用")]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("a fact has no canonical form")]
    #[zh("条目内容没有规范形式")]
    Json(#[from] JsonError),
    #[error("the rows of {file} cannot be committed to")]
    #[zh("{file} 的行无法入账")]
    Rows {
        file: String,
        #[source]
        source: trueline_lake::NoForm,
    },
    #[error("cannot {doing} {file}")]
    #[zh("无法{doing} {file}")]
    File {
        doing: Phrase,
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the checkpoint of the ledger is damaged")]
    #[zh("账本的检查点已损坏")]
    Checkpoint(#[from] trueline_ledger::NoteError),
    #[error("the last Ed25519 key of the ledger cannot be retired")]
    #[zh("账本的最后一个 Ed25519 密钥不能停用")]
    LastKey,
    #[error("no connections can be made")]
    #[zh("无法建立网络连接")]
    Runtime { source: std::io::Error },
}

/// The ledger, open for writing, with the facts that are in it.
#[derive(Debug)]
pub struct Ledger {
    log: Log,
    entries: Vec<Vec<u8>>,
    keys: Vec<LedgerKey>,
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
        let mut signers = keys::load_signers(instance)?;
        let has_log = folder.join("checkpoint").is_file();
        if signers.is_empty() && has_log {
            return Err(LedgerError::NoKey(instance.key_folder().display().to_string()));
        }
        if signers.is_empty() {
            let (path, signer) = (
                keys::key_file(instance, 1),
                Signer::generate(&choose_origin(instance, settings)?)?,
            );
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
            _ if has_log => keys::open_log(&folder, &own)?,
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
    pub fn record_entries(&mut self, facts: Vec<Vec<u8>>) -> Result<Vec<u64>, LedgerError> {
        let mut new: Vec<Vec<u8>> = Vec::new();
        for fact in &facts {
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

    fn folder(&self) -> PathBuf {
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

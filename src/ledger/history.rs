//! The ledger as anybody can read it: without a key, without a lock, beside a writer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trueline_language::{Phrase, phrase};
use trueline_ledger::{Checkpoint, LogReader, Note, Party, Policy, Receipt, Retirement};
use trueline_verify::BatchEntry;

use super::batches::write_durably;
use super::error::LedgerError;
use super::writer::Ledger;
use crate::instance::Instance;

/// The files of a ledger up to its newest checkpoint.
#[derive(Debug)]
pub struct LedgerHistory {
    folder: PathBuf,
    reader: LogReader,
    note: Note,
    checkpoint: Checkpoint,
    cosigned: Vec<Note>,
}

impl LedgerHistory {
    /// Reads the ledger of an instance; `None` where none was begun.
    pub fn read(instance: &Instance) -> Result<Option<LedgerHistory>, LedgerError> {
        let folder = instance.ledger_folder();
        if !folder.join("checkpoint").is_file() {
            return Ok(None);
        }
        let reader = LogReader::new(&folder);
        let note = reader.read_checkpoint()?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let cosigned = read_cosigned(&folder)?;
        Ok(Some(LedgerHistory { folder, reader, note, checkpoint, cosigned }))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest checkpoint with its signatures, unchecked.
    pub fn newest_note(&self) -> &Note {
        &self.note
    }

    pub fn newest_checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The receipt of an entry under the newest checkpoint, with extra data beside it.
    pub fn receipt_with(&self, index: u64, extra: Vec<u8>) -> Result<Receipt, LedgerError> {
        Ok(self.reader.make_receipt(index, &self.note, Some(extra))?)
    }

    /// The checkpoints for which cosignatures were collected, the newest first.
    pub fn cosigned_notes(&self) -> &[Note] {
        &self.cosigned
    }

    pub fn read_entry(&self, index: u64) -> Result<Vec<u8>, LedgerError> {
        Ok(self.reader.read_entry(index, self.checkpoint.size())?)
    }

    pub fn read_entries(&self) -> impl Iterator<Item = Result<Vec<u8>, LedgerError>> + '_ {
        (0..self.checkpoint.size()).map(|index| self.read_entry(index))
    }

    /// How many batches were committed to.
    pub fn count_batches(&self) -> Result<usize, LedgerError> {
        let mut found = 0;
        for entry in self.read_entries() {
            found += usize::from(BatchEntry::from_entry(&entry?).is_some());
        }
        Ok(found)
    }

    /// The keys that the ledger says are retired.
    pub fn read_retirements(&self) -> Result<Vec<Retirement>, LedgerError> {
        let mut found = Vec::new();
        for entry in self.read_entries() {
            found.extend(Retirement::from_entry(&entry?));
        }
        Ok(found)
    }

    /// The receipt of an entry under one of the ledger's checkpoints.
    pub fn make_receipt(&self, index: u64, checkpoint: &Note) -> Result<Receipt, LedgerError> {
        Ok(self.reader.make_receipt(index, checkpoint, None)?)
    }

    pub fn entry_reader(&self) -> &LogReader {
        &self.reader
    }
}

/// When witnesses vouched for the ledger, by how many entries it had then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WitnessTimes(Vec<(u64, i64)>);

impl WitnessTimes {
    /// From checkpoints, by the witnesses of a policy.
    fn from_notes(notes: &[Note], policy: &Policy) -> WitnessTimes {
        let mut times = Vec::new();
        for note in notes {
            let Ok(checkpoint) = Checkpoint::parse(note.text()) else { continue };
            let earliest =
                policy.witnesses().iter().filter_map(|one| find_cosign_time(one, note)).min();
            let earliest = earliest.and_then(|time| i64::try_from(time).ok());
            times.extend(earliest.map(|time| (checkpoint.size(), time)));
        }
        WitnessTimes(times)
    }

    /// The earliest time at which a witness vouched for an entry.
    pub fn earliest_time(&self, entry: u64) -> Option<i64> {
        self.0.iter().filter(|(size, _)| *size > entry).map(|(_, time)| *time).min()
    }
}

impl Ledger {
    /// When the witnesses of a policy vouched for the ledger, as far as it was kept.
    pub fn witness_times(&self, policy: &Policy) -> Result<WitnessTimes, LedgerError> {
        let mut notes = read_cosigned(&self.folder())?;
        notes.push(self.newest_checkpoint().clone());
        Ok(WitnessTimes::from_notes(&notes, policy))
    }
}

/// When this witness cosigned this checkpoint, if it did.
pub(crate) fn find_cosign_time(witness: &Party, note: &Note) -> Option<u64> {
    let signed = note.verify_signatures([&witness.key]).ok()?;
    signed.iter().filter_map(|signed| signed.time).min()
}

fn folder_of_cosigned(ledger: &Path) -> PathBuf {
    ledger.join("cosigned")
}

/// The cosigned checkpoints in a ledger's folder, the newest first.
pub(super) fn read_cosigned(ledger: &Path) -> Result<Vec<Note>, LedgerError> {
    let folder = folder_of_cosigned(ledger);
    let mut notes = Vec::new();
    for size in list_sizes(&folder)? {
        let path = folder.join(size.to_string());
        let bytes =
            fs::read(&path).map_err(|source| file_error(phrase!("读取", "read"), &path, source))?;
        notes.push(Note::parse(&bytes)?);
    }
    Ok(notes)
}

/// Keeps a cosigned checkpoint. The next entry replaces `checkpoint`, and with it the witnesses'
/// times; but they say when everything up to here was first vouched for.
pub(super) fn keep_cosigned(ledger: &Path, size: u64, note: &Note) -> Result<(), LedgerError> {
    let folder = folder_of_cosigned(ledger);
    fs::create_dir_all(&folder)
        .map_err(|source| file_error(phrase!("新建", "make"), &folder, source))?;
    write_durably(&folder.join(size.to_string()), note.to_string().as_bytes())?;
    // Whoever fetches the ledger from a web server cannot list a folder.
    let sizes = list_sizes(&folder)?.into_iter().map(|size| format!("{size}\n"));
    write_durably(&folder.join("list"), sizes.collect::<String>().as_bytes())
}

/// The sizes of the checkpoints in a folder, the largest first.
fn list_sizes(folder: &Path) -> Result<Vec<u64>, LedgerError> {
    let failed = |source| file_error(phrase!("读取", "read"), folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut sizes: Vec<u64> = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        sizes.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    Ok(sizes)
}

fn file_error(doing: Phrase, path: &Path, source: io::Error) -> LedgerError {
    LedgerError::File { doing, file: path.display().to_string(), source }
}

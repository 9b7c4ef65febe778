//! The manifest of a dataset, `batches.json`. Only what it lists exists.

use std::path::Path;

use serde::{Deserialize, Serialize};
use trueline_language::phrase;

use crate::lake_error::LakeError;

/// Every batch of a dataset, in the order in which they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    pub dataset: String,
    pub batches: Vec<LakeBatch>,
}

/// The version of the manifests that this program writes.
pub(crate) const VERSION: u32 = 1;

/// One batch: the rows that an import added from one file, or from files read together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeBatch {
    pub id: String,
    /// When it was recorded, in UTC seconds. `as_of` is compared with this.
    pub recorded: i64,
    pub rows: u64,
    pub files: Vec<BatchFile>,
    /// Rows of this and earlier batches that are no longer the newest; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<BatchFile>,
    pub sources: Vec<SourceFile>,
    pub mapping: MappingUsed,
    pub counts: RowCounts,
}

/// A file of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFile {
    /// Its name in the folder of the dataset.
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
}

/// A file that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its base name.
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub lines: u64,
}

/// The mapping that an import used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingUsed {
    pub name: String,
    pub digest: String,
}

/// What became of the rows of a source.
///
/// `read = accepted + quarantined`, and `new + revised + unchanged` is the number of cases in the
/// accepted rows: as many as there are accepted rows, unless the rows are events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    pub read: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub cases: u64,
    pub new: u64,
    pub revised: u64,
    pub unchanged: u64,
}

impl RowCounts {
    /// Whether these equations hold.
    pub fn add_up(&self) -> bool {
        self.read == self.accepted + self.quarantined
            && self.cases == self.new + self.revised + self.unchanged
            && self.cases <= self.accepted
    }

    /// Adds the counts of another source.
    pub fn add_counts(&mut self, other: &RowCounts) {
        self.read += other.read;
        self.accepted += other.accepted;
        self.quarantined += other.quarantined;
        self.cases += other.cases;
        self.new += other.new;
        self.revised += other.revised;
        self.unchanged += other.unchanged;
    }
}

/// Reads the manifest of a dataset folder. It is empty if there is none yet.
pub(crate) fn load_manifest(folder: &Path, dataset: &str) -> Result<Manifest, LakeError> {
    let path = folder.join(NAME);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Manifest {
                version: VERSION,
                dataset: dataset.to_owned(),
                batches: Vec::new(),
            });
        }
        Err(source) => {
            return Err(LakeError::from_io(
                phrase!("读取清单", "read the manifest of"),
                dataset,
                source,
            ));
        }
    };
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|source| LakeError::BadManifest { dataset: dataset.to_owned(), source })?;
    if manifest.version != VERSION {
        return Err(LakeError::OtherVersion {
            dataset: dataset.to_owned(),
            found: manifest.version,
        });
    }
    Ok(manifest)
}

pub(crate) const NAME: &str = "batches.json";

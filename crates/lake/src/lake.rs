//! The lake: a folder with one sub-folder a dataset.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use trueline_language::phrase;

use crate::disk::Disk;
use crate::lake_error::LakeError;
use crate::manifest::{self, Manifest};

/// A lake on disk.
#[derive(Debug, Clone)]
pub struct Lake {
    folder: PathBuf,
    pub(crate) disk: Disk,
}

impl Lake {
    /// Opens the lake in a folder, such as `DIR/lake`.
    pub fn open(folder: &Path) -> Result<Lake, LakeError> {
        if !folder.is_dir() {
            return Err(LakeError::Absent(folder.display().to_string()));
        }
        Ok(Lake { folder: folder.to_owned(), disk: Disk::default() })
    }

    /// Makes an empty lake in a folder, or opens the one that is there.
    pub fn create(folder: &Path) -> Result<Lake, LakeError> {
        fs::create_dir_all(folder).map_err(|source| {
            LakeError::io(phrase!("建立目录", "make the folder"), &shown(folder), source)
        })?;
        Lake::open(folder)
    }

    /// The folder of the lake.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of a dataset.
    pub fn dataset_folder(&self, dataset: &str) -> PathBuf {
        self.folder.join(dataset)
    }

    /// Every batch of a dataset.
    pub fn manifest(&self, dataset: &str) -> Result<Manifest, LakeError> {
        manifest::load(&self.dataset_folder(dataset), dataset)
    }

    /// Takes the right to write, for as long as the guard lives.
    pub(crate) fn lock(&self) -> Result<WriteLock, LakeError> {
        let path = self.folder.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(
            |source| {
                LakeError::io(
                    phrase!("打开锁文件", "open the lock of"),
                    &shown(&self.folder),
                    source,
                )
            },
        )?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { file }),
            Err(TryLockError::WouldBlock) => Err(LakeError::Locked),
            Err(TryLockError::Error(source)) => {
                Err(LakeError::io(phrase!("锁定", "lock"), &shown(&self.folder), source))
            }
        }
    }

    /// Makes the folder of a dataset and clears what a crash left in it.
    pub(crate) fn sweep(&self, manifest: &Manifest) -> Result<(), LakeError> {
        let folder = self.dataset_folder(&manifest.dataset);
        let failed = |source| {
            LakeError::io(phrase!("清理目录", "clear the folder of"), &manifest.dataset, source)
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        let listed: Vec<&str> = manifest
            .batches
            .iter()
            .flat_map(|batch| batch.files.iter().chain(&batch.superseded))
            .map(|file| file.name.as_str())
            .collect();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Only names that we write ourselves; anything else in there is not ours to delete.
            let ours =
                [".parquet", ".superseded", ".new"].iter().any(|ending| name.ends_with(ending));
            if ours && !listed.contains(&name.as_ref()) {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Held while an import writes; the system releases it even after a crash.
#[derive(Debug)]
pub(crate) struct WriteLock {
    file: File,
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started holds a copy of the file for a
        // moment, and the lock with it. If this fails, closing still lets go a moment later.
        let _ = self.file.unlock();
    }
}

fn shown(path: &Path) -> String {
    crate::file_name::base_name(path)
}

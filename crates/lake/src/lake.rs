//! The lake: a folder with one subfolder per dataset.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use trueline_language::phrase;

use crate::disk::LakeDisk;
use crate::lake_error::LakeError;
use crate::manifest::{self, Manifest};

/// A lake on disk.
#[derive(Debug, Clone)]
pub struct Lake {
    folder: PathBuf,
    pub(crate) disk: LakeDisk,
}

impl Lake {
    /// Opens the lake in a folder, such as `DIR/lake`.
    pub fn open(folder: &Path) -> Result<Lake, LakeError> {
        if !folder.is_dir() {
            return Err(LakeError::Absent(folder.display().to_string()));
        }
        Ok(Lake { folder: folder.to_owned(), disk: LakeDisk::default() })
    }

    /// Creates an empty lake in a folder, or opens the lake that is already there.
    pub fn create(folder: &Path) -> Result<Lake, LakeError> {
        fs::create_dir_all(folder).map_err(|source| {
            LakeError::from_io(phrase!("建立目录", "make the folder"), &shown_name(folder), source)
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
    pub fn read_manifest(&self, dataset: &str) -> Result<Manifest, LakeError> {
        manifest::load_manifest(&self.dataset_folder(dataset), dataset)
    }

    /// Takes the right to write and holds it for as long as the guard lives.
    pub(crate) fn lock_for_writing(&self) -> Result<WriteLock, LakeError> {
        let path = self.folder.join(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(
            |source| {
                LakeError::from_io(
                    phrase!("打开锁文件", "open the lock of"),
                    &shown_name(&self.folder),
                    source,
                )
            },
        )?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { file }),
            Err(TryLockError::WouldBlock) => Err(LakeError::Locked),
            Err(TryLockError::Error(source)) => {
                Err(LakeError::from_io(phrase!("锁定", "lock"), &shown_name(&self.folder), source))
            }
        }
    }

    /// Creates the folder of a dataset and deletes what a crash left in it.
    pub(crate) fn sweep_folder(&self, manifest: &Manifest) -> Result<(), LakeError> {
        let folder = self.dataset_folder(&manifest.dataset);
        let failed = |source| {
            LakeError::from_io(
                phrase!("清理目录", "clear the folder of"),
                &manifest.dataset,
                source,
            )
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
            // Only names that we write ourselves: other files are not ours to delete.
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
        // Closing the file is not enough: a process that is being started holds a copy of it for a
        // moment, and so the lock. If unlocking fails, the lock is released a moment later.
        let _ = self.file.unlock();
    }
}

fn shown_name(path: &Path) -> String {
    crate::file_name::base_name(path)
}

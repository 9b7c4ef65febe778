//! The few operations of a file system that a log and a witness need, so that tests can simulate
//! one.
//!
//! [`LedgerDisk`] has two implementations: the real file system, here, and a simulated one in
//! memory that fails at a chosen step and then forgets what was not made durable
//! (`simulation/disk.rs`, tests only).

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Holds a folder for one writer. Dropping it releases the folder.
pub(crate) trait FolderLock: fmt::Debug + Send {}

pub(crate) trait LedgerDisk: fmt::Debug + Send + Sync {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The names in a folder; none if there is no such folder.
    fn list_folder(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Writes a file, and creates the folders above it. Not durable until
    /// [`LedgerDisk::sync_files`].
    fn write_file(&self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Adds to a file and waits until that is durable.
    fn append_durably(&self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Not durable until [`LedgerDisk::sync_files`] of the new name.
    fn rename_file(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Waits until these files, their names and the folders above them up to `root` are durable.
    fn sync_files(&self, root: &Path, paths: &[PathBuf]) -> io::Result<()>;
    /// Takes the lock of a folder; `WouldBlock` if somebody holds it.
    fn lock_folder(&self, path: &Path) -> io::Result<Box<dyn FolderLock>>;

    /// Replaces a file as a whole, durably: after a crash it is the old one or the new one.
    fn replace_file(&self, root: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
        let new = unfinished_path(path);
        self.write_file(&new, content)?;
        self.sync_files(root, std::slice::from_ref(&new))?;
        self.rename_file(&new, path)?;
        self.sync_files(root, &[path.to_owned()])
    }
}

/// The name that a file has until it is complete.
pub(crate) fn unfinished_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// The file system of this machine.
#[derive(Debug)]
pub(crate) struct LocalDisk;

#[derive(Debug)]
struct FileLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl FolderLock for FileLock {}

// For more files than this, one call for the whole file system is cheaper than one per file.
#[cfg(target_os = "linux")]
const FILES_ONE_BY_ONE: usize = 8;

impl LedgerDisk for LocalDisk {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list_folder(&self, folder: &Path) -> io::Result<Vec<String>> {
        match fs::read_dir(folder) {
            Ok(entries) => {
                entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn write_file(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        match fs::write(path, content) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(path, content)
            }
            outcome => outcome,
        }
    }

    fn append_durably(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = File::options().append(true).open(path)?;
        file.write_all(content)?;
        file.sync_data()
    }

    fn rename_file(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_files(&self, root: &Path, paths: &[PathBuf]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if paths.len() > FILES_ONE_BY_ONE {
            return Ok(rustix::fs::syncfs(File::open(root)?)?);
        }
        let mut folders = BTreeSet::new();
        for path in paths {
            File::open(path)?.sync_all()?;
            folders.extend(path.ancestors().skip(1).take_while(|above| above.starts_with(root)));
        }
        // From the bottom up, so that no name is durable before what it names.
        for folder in folders.iter().rev() {
            sync_folder(folder)?;
        }
        // The folder itself may be new.
        root.parent().map_or(Ok(()), sync_folder)
    }

    fn lock_folder(&self, path: &Path) -> io::Result<Box<dyn FolderLock>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(FileLock(file))),
            Err(fs::TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

// Elsewhere a folder cannot be opened as a file; names are durable with their files.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

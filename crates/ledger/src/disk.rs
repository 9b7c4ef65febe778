//! The few things that a log and a witness ask of a file system, so that tests can take it away.
//!
//! [`Disk`] is the outside world: the real one here, and one in memory that fails at a chosen
//! step and then forgets what was not made durable (`simulation/disk.rs`, tests only).

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What holds a folder for one writer. Dropped, it lets go.
pub(crate) trait Lock: fmt::Debug + Send {}

pub(crate) trait Disk: fmt::Debug + Send + Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The names in a folder; none if there is no such folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Writes a file, with the folders above it. Not durable until [`Disk::sync`].
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Adds to a file and waits until that is durable.
    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Not durable until the new name is [`Disk::sync`]ed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Waits until these files, their names and the folders above them up to `root` are durable.
    fn sync(&self, root: &Path, paths: &[PathBuf]) -> io::Result<()>;
    /// Takes the lock of a folder; `WouldBlock` if somebody holds it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>>;

    /// Replaces a file as a whole, durably: after a crash it is the old one or the new one.
    fn replace(&self, root: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
        let new = beside(path);
        self.write(&new, content)?;
        self.sync(root, std::slice::from_ref(&new))?;
        self.rename(&new, path)?;
        self.sync(root, &[path.to_owned()])
    }
}

/// The name that a file has until it is whole.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// The file system of this machine.
#[derive(Debug)]
pub(crate) struct Machine;

#[derive(Debug)]
struct FileLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock for FileLock {}

// From here on one call for the whole file system is cheaper than one for each file.
#[cfg(target_os = "linux")]
const FILES_ONE_BY_ONE: usize = 8;

impl Disk for Machine {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        match fs::read_dir(folder) {
            Ok(entries) => {
                entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
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

    fn append(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = File::options().append(true).open(path)?;
        file.write_all(content)?;
        file.sync_data()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync(&self, root: &Path, paths: &[PathBuf]) -> io::Result<()> {
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

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>> {
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

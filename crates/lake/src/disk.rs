//! Writes that leave either the old state or the new one after a crash.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The steps at which a write can be interrupted. Tests interrupt it at every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteStep {
    Create,
    Write,
    Sync,
    Rename,
    SyncFolder,
}

/// Asked before every step. An error stands for the one that the system would have returned.
pub(crate) type StepCheck = fn(WriteStep) -> io::Result<()>;

/// The place through which all writes go.
#[derive(Debug, Clone)]
pub(crate) struct LakeDisk {
    pub(crate) check: StepCheck,
}

impl Default for LakeDisk {
    fn default() -> LakeDisk {
        LakeDisk { check: |_| Ok(()) }
    }
}

impl LakeDisk {
    /// Creates a file that must not exist yet.
    pub(crate) fn create_file(&self, path: &Path) -> io::Result<DiskFile> {
        (self.check)(WriteStep::Create)?;
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(DiskFile { file, check: self.check })
    }

    /// Replaces the whole content of a file.
    pub(crate) fn replace_file(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let new = Path::new(&new);
        match fs::remove_file(new) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut output = self.create_file(new)?;
        output.write_all(content)?;
        output.sync_file()?;
        (self.check)(WriteStep::Rename)?;
        fs::rename(new, path)?;
        self.sync_folder(path.parent().unwrap_or(Path::new(".")))
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        (self.check)(WriteStep::SyncFolder)?;
        File::open(folder)?.sync_all()
    }
}

/// A file being written.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
    check: StepCheck,
}

impl DiskFile {
    /// Makes what was written durable.
    pub(crate) fn sync_file(&self) -> io::Result<()> {
        (self.check)(WriteStep::Sync)?;
        self.file.sync_all()
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.check)(WriteStep::Write)?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

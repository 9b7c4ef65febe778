//! Writing so that a crash leaves the old state or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The steps at which a write can be interrupted, which tests do at every one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Create,
    Write,
    Sync,
    Rename,
    SyncFolder,
}

/// Asked before every step; an error is what the system would have answered.
pub(crate) type Check = fn(Step) -> io::Result<()>;

/// Where writes go through.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    pub(crate) check: Check,
}

impl Default for Disk {
    fn default() -> Disk {
        Disk { check: |_| Ok(()) }
    }
}

impl Disk {
    /// Creates a file that must not exist yet.
    pub(crate) fn create(&self, path: &Path) -> io::Result<Output> {
        (self.check)(Step::Create)?;
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(Output { file, check: self.check })
    }

    /// Replaces a file as a whole.
    pub(crate) fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let new = Path::new(&new);
        match fs::remove_file(new) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut output = self.create(new)?;
        output.write_all(content)?;
        output.sync()?;
        (self.check)(Step::Rename)?;
        fs::rename(new, path)?;
        self.sync_folder(path.parent().unwrap_or(Path::new(".")))
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        (self.check)(Step::SyncFolder)?;
        File::open(folder)?.sync_all()
    }
}

/// A file being written.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    check: Check,
}

impl Output {
    /// Makes what was written durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        (self.check)(Step::Sync)?;
        self.file.sync_all()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.check)(Step::Write)?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

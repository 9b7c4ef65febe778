//! A simulated file system in memory that fails at a chosen step and forgets what was not made
//! durable.
//!
//! A power cut keeps, of every file that was not synced, its durable content, its newest, a part
//! of it or zeros; and of every name that was not synced, the old meaning or the new one.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::SeededNumbers;
use crate::disk::{FolderLock, LedgerDisk};

#[derive(Debug, Clone, Default)]
struct SimulatedFile {
    newest: Vec<u8>,
    durable: Vec<u8>,
}

type Names = BTreeMap<PathBuf, usize>;

#[derive(Debug)]
struct DiskMemory {
    files: Vec<SimulatedFile>,
    names: Names,
    durable_names: Names,
    locked: Vec<PathBuf>,
    // Steps left until the power goes; `None` for never.
    steps_left: Option<usize>,
    steps: usize,
    seeded: SeededNumbers,
}

#[derive(Debug, Clone)]
pub(super) struct SimulatedDisk(Arc<Mutex<DiskMemory>>);

#[derive(Debug)]
struct HeldLock {
    disk: SimulatedDisk,
    path: PathBuf,
}

impl FolderLock for HeldLock {}

impl Drop for HeldLock {
    fn drop(&mut self) {
        let path = self.path.clone();
        self.disk.lock_memory().locked.retain(|locked| *locked != path);
    }
}

fn no_power() -> io::Error {
    io::Error::other("the power is off")
}

impl SimulatedDisk {
    pub(super) fn new(seed: u64) -> SimulatedDisk {
        SimulatedDisk(Arc::new(Mutex::new(DiskMemory {
            files: Vec::new(),
            names: Names::new(),
            durable_names: Names::new(),
            locked: Vec::new(),
            steps_left: None,
            steps: 0,
            seeded: SeededNumbers::new(seed),
        })))
    }

    fn lock_memory(&self) -> MutexGuard<'_, DiskMemory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Steps that change something, so far.
    pub(super) fn count_steps(&self) -> usize {
        self.lock_memory().steps
    }

    /// The step after so many more fails in its middle, and every one after it.
    pub(super) fn fail_after(&self, steps: usize) {
        self.lock_memory().steps_left = Some(steps);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.lock_memory().steps_left == Some(0)
    }

    /// The disk works again, nothing is lost: it was only full, say.
    pub(super) fn mend_disk(&self) {
        self.lock_memory().steps_left = None;
    }

    /// Everything that was not durable is lost, kept, or kept in part.
    pub(super) fn power_cut(&self) {
        let mut memory = self.lock_memory();
        let memory = &mut *memory;
        let mut names = memory.durable_names.clone();
        let mut all: Vec<PathBuf> = memory.names.keys().cloned().collect();
        all.extend(names.keys().cloned());
        for path in all {
            if memory.seeded.draw_below(2) == 0 {
                continue;
            }
            match memory.names.get(&path) {
                Some(file) => names.insert(path, *file),
                None => names.remove(&path),
            };
        }
        for file in &mut memory.files {
            if file.newest != file.durable {
                let length = file.newest.len();
                let kept = match memory.seeded.draw_below(5) {
                    0 => file.durable.clone(),
                    1 => Vec::new(),
                    2 => file.newest[..memory.seeded.draw_below(length + 1)].to_vec(),
                    3 => {
                        let mut torn = file.newest.clone();
                        // What was durable of a file that only grew stays.
                        let from = common_length(&file.durable, &torn);
                        torn[from..].fill(0);
                        torn
                    }
                    _ => file.newest.clone(),
                };
                // Bytes that were durable and are there unchanged cannot be lost.
                let grew = file.newest.starts_with(&file.durable);
                file.newest = if grew && kept.len() < file.durable.len() {
                    file.durable.clone()
                } else {
                    kept
                };
            }
            file.durable = file.newest.clone();
        }
        memory.names = names.clone();
        memory.durable_names = names;
        memory.locked.clear();
        memory.steps_left = None;
    }

    /// Changes a byte of a file, as a failing disk or a forger would.
    pub(super) fn damage_byte(&self, path: &Path, at: usize) {
        let mut memory = self.lock_memory();
        let file = memory.names[path];
        memory.files[file].newest[at] ^= 0x40;
    }

    pub(super) fn list_paths(&self) -> Vec<PathBuf> {
        self.lock_memory().names.keys().cloned().collect()
    }
}

fn common_length(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

impl DiskMemory {
    // Whether the power goes during this step.
    fn take_step(&mut self) -> io::Result<bool> {
        if self.steps_left == Some(0) {
            return Err(no_power());
        }
        self.steps += 1;
        self.steps_left = self.steps_left.map(|left| left - 1);
        Ok(self.steps_left == Some(0))
    }

    fn find_file(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_names(&mut self, folder: &Path) {
        let inside = |path: &PathBuf| path.parent() == Some(folder);
        self.durable_names.retain(|path, _| !inside(path));
        let durable = self.names.iter().filter(|(path, _)| inside(path));
        self.durable_names.extend(durable.map(|(path, file)| (path.clone(), *file)));
    }
}

impl LedgerDisk for SimulatedDisk {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        let memory = self.lock_memory();
        Ok(memory.files[memory.find_file(path)?].newest.clone())
    }

    fn list_folder(&self, folder: &Path) -> io::Result<Vec<String>> {
        let memory = self.lock_memory();
        let inside = memory.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn write_file(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut memory = self.lock_memory();
        let fails = memory.take_step()?;
        let file = if let Ok(file) = memory.find_file(path) {
            file
        } else {
            memory.files.push(SimulatedFile::default());
            let file = memory.files.len() - 1;
            memory.names.insert(path.to_owned(), file);
            file
        };
        let written =
            if fails { memory.seeded.draw_below(content.len() + 1) } else { content.len() };
        memory.files[file].newest = content[..written].to_vec();
        if fails { Err(no_power()) } else { Ok(()) }
    }

    fn append_durably(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut memory = self.lock_memory();
        let fails = memory.take_step()?;
        let file = memory.find_file(path)?;
        let written =
            if fails { memory.seeded.draw_below(content.len() + 1) } else { content.len() };
        memory.files[file].newest.extend_from_slice(&content[..written]);
        if fails {
            return Err(no_power());
        }
        let synced = memory.take_step()?;
        if synced {
            return Err(no_power());
        }
        memory.files[file].durable = memory.files[file].newest.clone();
        Ok(())
    }

    fn rename_file(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut memory = self.lock_memory();
        if memory.take_step()? {
            return Err(no_power());
        }
        let file = memory.find_file(from)?;
        memory.names.remove(from);
        memory.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn sync_files(&self, root: &Path, paths: &[PathBuf]) -> io::Result<()> {
        for path in paths {
            let mut memory = self.lock_memory();
            if memory.take_step()? {
                return Err(no_power());
            }
            let file = memory.find_file(path)?;
            memory.files[file].durable = memory.files[file].newest.clone();
            for folder in path.ancestors().skip(1).take_while(|above| above.starts_with(root)) {
                memory.sync_names(folder);
            }
        }
        Ok(())
    }

    fn lock_folder(&self, path: &Path) -> io::Result<Box<dyn FolderLock>> {
        let mut memory = self.lock_memory();
        if memory.locked.iter().any(|locked| locked == path) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        memory.locked.push(path.to_owned());
        Ok(Box::new(HeldLock { disk: self.clone(), path: path.to_owned() }))
    }
}

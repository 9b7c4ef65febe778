//! Exports what a regulator needs to check a report, and nothing else.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;
use trueline_lake::LakeError;

use crate::files::{FileError, create_folder, write_file};
use crate::ledger::LedgerError;
use crate::state::State;
use crate::systems::indicators::{self, PackError};

/// Why nothing was exported.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ExportError {
    #[error("{0} is not an empty folder")]
    #[zh("{0} 不是空文件夹")]
    NotEmpty(String),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the list of batches cannot be written")]
    #[zh("无法写入批次清单")]
    Json(#[from] serde_json::Error),
}

/// Writes what a regulator checks reports with into an empty folder: ledger, rows, salts, packs,
/// calendars and evidence, but no keys, no quarantine and no settings.
pub(crate) fn export_for_verification(state: &State, out: &Path) -> Result<(), ExportError> {
    if out.exists() && read_folder(out)?.next().is_some() {
        return Err(ExportError::NotEmpty(out.display().to_string()));
    }
    // Everything that was imported is committed to before it is handed over.
    let mut ledger = state.open_ledger()?;
    state.commit_batches(&mut ledger)?;
    drop(ledger);
    create_folder(out)?;
    for part in ["ledger", "sealed", "calendars", "published"] {
        let from = state.instance.folder_path().join(part);
        if from.is_dir() {
            copy_folder(&from, &out.join(part), &|name| name != "journal" && name != "lock")?;
        }
    }
    export_lake(state, out)?;
    export_packs(state, out)
}

fn read_folder(
    folder: &Path,
) -> Result<impl Iterator<Item = Result<fs::DirEntry, FileError>>, FileError> {
    let file = folder.display().to_string();
    let entries =
        fs::read_dir(folder).map_err(|source| FileError::Read { file: file.clone(), source })?;
    Ok(entries
        .map(move |entry| entry.map_err(|source| FileError::Read { file: file.clone(), source })))
}

fn copy_folder(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), FileError> {
    create_folder(to)?;
    for entry in read_folder(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let unreadable = |source: io::Error| FileError::Read {
            file: entry.path().display().to_string(),
            source,
        };
        if entry.file_type().map_err(unreadable)?.is_dir() {
            copy_folder(&entry.path(), &to.join(&name), wanted)?;
        } else if wanted(&name.to_string_lossy()) {
            fs::copy(entry.path(), to.join(&name)).map_err(|source| FileError::Write {
                file: to.join(&name).display().to_string(),
                source,
            })?;
        }
    }
    Ok(())
}

/// Exports rows, salts and the files that show damage, and the manifest without the names of source
/// files, which may name people.
fn export_lake(state: &State, out: &Path) -> Result<(), ExportError> {
    let lake = state.open_lake()?;
    for dataset in state.datasets.iter() {
        let from = lake.dataset_folder(dataset.name());
        if !from.is_dir() {
            continue;
        }
        let to = out.join("lake").join(dataset.name());
        let is_wanted = |name: &str| {
            name != "batches.json" && Path::new(name).extension() != Some(OsStr::new("new"))
        };
        copy_folder(&from, &to, &is_wanted)?;
        let mut manifest = serde_json::to_value(lake.read_manifest(dataset.name())?)?;
        for batch in manifest["batches"].as_array_mut().into_iter().flatten() {
            for source in batch["sources"].as_array_mut().into_iter().flatten() {
                source["name"] = Value::from("");
            }
        }
        write_file(&to.join("batches.json"), &serde_json::to_vec_pretty(&manifest)?)?;
    }
    Ok(())
}

/// Exports the texts of the pack of the instance and of every pack it inherits from, so that later
/// versions of the program check with the same texts.
fn export_packs(state: &State, out: &Path) -> Result<(), ExportError> {
    let packs = out.join("packs");
    create_folder(&packs)?;
    let folders = state.instance.pack_folders();
    let pack = indicators::load_pack(&state.pack, &folders, &state.datasets)?;
    for one in &pack.lineage {
        write_file(&packs.join(format!("{}.toml", one.id)), one.text.as_bytes())?;
    }
    let settings = format!("[instance]\npack = {:?}\n", pack.id);
    write_file(&out.join("trueline.toml"), settings.as_bytes())?;
    Ok(())
}

//! Reading and writing files, with errors that name the file.

use std::path::Path;
use std::{fs, io};

/// Why a file or folder could not be read or written.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum FileError {
    #[error("cannot read {file}")]
    #[zh("无法读取 {file}")]
    Read { file: String, source: io::Error },
    #[error("cannot write {file}")]
    #[zh("无法写入 {file}")]
    Write { file: String, source: io::Error },
    #[error("cannot write {file}: there is no folder {folder}")]
    #[zh("无法写入 {file}：没有文件夹 {folder}")]
    NoFolder { file: String, folder: String },
}

/// Writes a file so that a reader sees the old one or the whole new one.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.unfinished"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        explain_write_error(path, source)
    })
}

/// Writes a file in place, so that it may also be a pipe or a terminal.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    fs::write(path, bytes).map_err(|source| explain_write_error(path, source))
}

fn explain_write_error(path: &Path, source: io::Error) -> FileError {
    let file = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => FileError::NoFolder { file, folder: folder.display().to_string() },
        None => FileError::Write { file, source },
    }
}

/// Reads a file.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::Read { file: path.display().to_string(), source })
}

/// Reads a text in UTF-8.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path)
        .map_err(|source| FileError::Read { file: path.display().to_string(), source })
}

/// Makes a folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path)
        .map_err(|source| FileError::Write { file: path.display().to_string(), source })
}

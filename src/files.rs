//! Files that a reader sees whole: the old one or the new one, never a part.

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
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.unfinished"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        let file = path.display().to_string();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => FileError::NoFolder { file, folder: folder.display().to_string() },
            None => FileError::Write { file, source },
        }
    })
}

/// Reads a file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::Read { file: path.display().to_string(), source })
}

/// Reads a text in UTF-8.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path)
        .map_err(|source| FileError::Read { file: path.display().to_string(), source })
}

/// Makes a folder and those above it.
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path)
        .map_err(|source| FileError::Write { file: path.display().to_string(), source })
}

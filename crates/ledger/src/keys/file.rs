//! Key files: readable by their owner alone, and never inside a folder that is handed to others.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::KeyError;
use super::secret::{Cosigner, Signer};

/// Why a key file is not written or not used.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum KeyFileError {
    /// The folder is given to auditors and served to anyone; a secret in it would be none.
    #[error("{key} lies inside {folder}: keep keys outside of what is handed to others")]
    #[zh("{key} 位于 {folder} 之内：密钥须存放在交付他人的目录之外")]
    Inside {
        /// The key file.
        key: PathBuf,
        /// The folder that it must not lie in.
        folder: PathBuf,
    },
    /// Users other than its owner can read or change it.
    #[error("{key} can be read by others (mode {mode:o}): make it 0600 and consider a new key")]
    #[zh("{key} 可被他人读取（权限 {mode:o}）：请改为 0600，并考虑更换密钥")]
    Exposed {
        /// The key file.
        key: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file is never overwritten.
    #[error("{0} exists already")]
    #[zh("{0} 已存在")]
    Exists(PathBuf),
    /// The file cannot be read or written.
    #[error("cannot open {key}")]
    #[zh("无法打开 {key}")]
    File {
        /// The key file.
        key: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds no key, or one of the wrong kind.
    #[error("{key} holds no key that can be used here")]
    #[zh("{key} 中没有可用于此处的密钥")]
    Key {
        /// The key file.
        key: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
}

impl Signer {
    /// Writes the key to a new file with mode 0600, outside of `apart_from`.
    pub fn save_key(&self, path: &Path, apart_from: &Path) -> Result<(), KeyFileError> {
        write_key_file(path, apart_from, &self.to_text())
    }

    /// Reads a key that only its owner can read, and that lies outside of `apart_from`.
    pub fn load_key(path: &Path, apart_from: &Path) -> Result<Signer, KeyFileError> {
        let text = read_key_file(path, apart_from)?;
        Signer::from_text(&text)
            .map_err(|source| KeyFileError::Key { key: path.to_owned(), source })
    }
}

impl Cosigner {
    /// Writes the key to a new file with mode 0600, outside of `apart_from`.
    pub fn save_key(&self, path: &Path, apart_from: &Path) -> Result<(), KeyFileError> {
        write_key_file(path, apart_from, &self.to_text())
    }

    /// Reads a key that only its owner can read, and that lies outside of `apart_from`.
    pub fn load_key(path: &Path, apart_from: &Path) -> Result<Cosigner, KeyFileError> {
        let text = read_key_file(path, apart_from)?;
        Cosigner::from_text(&text)
            .map_err(|source| KeyFileError::Key { key: path.to_owned(), source })
    }
}

fn write_key_file(path: &Path, apart_from: &Path, text: &str) -> Result<(), KeyFileError> {
    check_apart(path, apart_from)?;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
        _ => KeyFileError::File { key: path.to_owned(), source },
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(format!("{text}\n").as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn read_key_file(path: &Path, apart_from: &Path) -> Result<String, KeyFileError> {
    check_apart(path, apart_from)?;
    let failed = |source| KeyFileError::File { key: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Exposed { key: path.to_owned(), mode });
        }
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

// Links are followed on both sides, so that no link leads a key into the folder.
fn check_apart(key: &Path, folder: &Path) -> Result<(), KeyFileError> {
    let Ok(resolved) = folder.canonicalize() else {
        // A folder that is not there yet holds nothing.
        return if key.starts_with(folder) { Err(inside_error(key, folder)) } else { Ok(()) };
    };
    let parent = match key.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let place = key.canonicalize().or_else(|_| parent.canonicalize());
    if place.is_ok_and(|place| place.starts_with(&resolved)) {
        return Err(inside_error(key, folder));
    }
    Ok(())
}

fn inside_error(key: &Path, folder: &Path) -> KeyFileError {
    KeyFileError::Inside { key: key.to_owned(), folder: folder.to_owned() }
}

//! The witness's own key: made once, outside of its state, and never made anew over old state.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_ledger::{Cosigner, KeyError, KeyFileError};

/// Why a witness has no key to sign with.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum WitnessKeyError {
    #[error(
        "{state} was used with a key that is not in {key}: put it back, or begin a new witness in \
         another folder"
    )]
    #[zh("{state} 使用过的密钥不在 {key} 中：请将其放回，或在另一文件夹中新建见证服务")]
    Gone { key: String, state: String },
    #[error("cannot make the folder {folder}")]
    #[zh("无法新建文件夹 {folder}")]
    Folder { folder: String, source: std::io::Error },
    #[error("the witness's key cannot be made")]
    #[zh("无法生成见证方的密钥")]
    Key(#[from] KeyError),
    #[error("the witness's key cannot be used")]
    #[zh("见证方的密钥不可用")]
    File(#[from] KeyFileError),
}

/// Loads the key of a witness, or makes it if neither key nor state is there.
pub(crate) fn load_or_make_key(
    key: &Path,
    state: &Path,
    name: Option<&str>,
) -> Result<Cosigner, WitnessKeyError> {
    if key.exists() {
        return Ok(Cosigner::load_key(key, state)?);
    }
    if state.join("logs").exists() {
        let (key, state) = (key.display().to_string(), state.display().to_string());
        return Err(WitnessKeyError::Gone { key, state });
    }
    let cosigner =
        Cosigner::generate(&name.map_or_else(make_unique_name, |name| Ok(name.to_owned()))?)?;
    make_private_folder(key)?;
    cosigner.save_key(key, state)?;
    Ok(cosigner)
}

/// A name that no other witness has.
fn make_unique_name() -> Result<String, KeyError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::Random)?;
    Ok(format!("trueline.invalid/witness-{:08x}", u32::from_be_bytes(bytes)))
}

fn make_private_folder(key: &Path) -> Result<(), WitnessKeyError> {
    let folder: PathBuf = match key.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => return Ok(()),
    };
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&folder)
        .map_err(|source| WitnessKeyError::Folder { folder: folder.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_never_anew_over_old_state() {
        let place = tempfile::tempdir().unwrap();
        let (state, key) = (place.path().join("w"), place.path().join("w-keys/witness.key"));
        let first = load_or_make_key(&key, &state, Some("witness.example/w1")).unwrap();
        assert_eq!(first.verifier_key().name(), "witness.example/w1");
        let again = load_or_make_key(&key, &state, None).unwrap();
        assert_eq!(first.verifier_key(), again.verifier_key());
        fs::create_dir_all(state.join("logs")).unwrap();
        fs::remove_file(&key).unwrap();
        assert!(matches!(load_or_make_key(&key, &state, None), Err(WitnessKeyError::Gone { .. })));
    }
}

//! Files that a command line names, to be read or to be written.

use std::fs;
use std::path::Path;

use trueline_language::text;

use super::Failure;
use crate::files::{self, FileError};

/// Reads a file.
pub(super) fn read_named_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))
}

/// Writes a file so that a reader sees the old one or the whole new one.
pub(super) fn replace_named_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::replace_file(path, bytes).map_err(explain_write_error)
}

/// Writes a file in place, so that it may also be a pipe or a terminal.
pub(super) fn write_named_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::write_file(path, bytes).map_err(explain_write_error)
}

fn explain_write_error(error: FileError) -> Failure {
    let next = match &error {
        FileError::NoFolder { folder, .. } => {
            Some(text!("请新建：mkdir -p {folder}", "make it: mkdir -p {folder}"))
        }
        FileError::Read { .. } | FileError::Write { .. } => None,
    };
    let failure = Failure::from(error);
    match next {
        Some(next) => failure.with_next(next),
        None => failure,
    }
}

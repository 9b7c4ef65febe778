//! File names, as messages and manifests show them.

use std::path::Path;

/// The last part of a path. Messages never show the folder of a file.
pub(crate) fn base_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

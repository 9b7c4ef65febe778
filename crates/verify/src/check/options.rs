//! What a check may rest on besides the file.

use std::path::Path;

use trueline_ledger::{Note, Policy};

/// What a check may rest on besides the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions<'a> {
    /// Whom to believe.
    pub policy: Option<&'a Policy>,
    /// A folder of tiles.
    pub ledger: Option<&'a Path>,
    /// A checkpoint that the reader kept.
    pub since: Option<&'a Note>,
}

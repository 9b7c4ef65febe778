//! What an instance settles once about its ledger.

use std::path::PathBuf;

use serde::Deserialize;

/// The section `[ledger]` of an instance's settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// The name of the ledger, such as `quality.example.cn/shanxi`; given once, when it begins.
    pub origin: Option<String>,
    /// Whose cosignatures are collected: a policy file, relative to the instance.
    pub policy: Option<PathBuf>,
}

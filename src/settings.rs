//! What an instance is told once, in its `trueline.toml`: one section for each part of the program,
//! which owns the section's type.
//!
//! The file that `init` writes is the manual: every key stands in it with a comment. An unknown key
//! stops the program, so that a misspelt one cannot be ignored.

use std::path::Path;

use serde::Deserialize;

use crate::instance::InstanceSettings;
use crate::ledger::LedgerSettings;
use crate::systems::reports::ReportSettings;

/// Everything in `trueline.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub instance: InstanceSettings,
    #[serde(default)]
    pub report: ReportSettings,
    #[serde(default)]
    pub ledger: LedgerSettings,
}

/// Why settings could not be read.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SettingsError {
    #[error("cannot read {path}")]
    #[zh("无法读取 {path}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}: {message}")]
    #[zh("{path} 有误：{message}")]
    Wrong { path: String, message: String },
}

impl Settings {
    /// Reads the settings of an instance.
    pub fn read(file: &Path) -> Result<Settings, SettingsError> {
        let path = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|source| SettingsError::Unreadable { path: path.clone(), source })?;
        // The message of the TOML reader shows line, column and the text they point at.
        toml::from_str(&text)
            .map_err(|error| SettingsError::Wrong { path, message: error.to_string() })
    }
}

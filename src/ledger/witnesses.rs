//! The policy of an instance: whose cosignatures are asked for.

use std::path::Path;
use std::time::Duration;

use trueline_ledger::{Distrust, Policy};

use super::cosign::collect_cosignatures;
use super::error::LedgerError;
use super::settings::LedgerSettings;
use super::writer::Ledger;
use crate::instance::Instance;

/// How long to wait for a witness.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum PolicyError {
    #[error("{file}")]
    #[zh("{file}")]
    Unreadable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{file}")]
    #[zh("{file}")]
    Malformed {
        file: String,
        #[source]
        source: trueline_ledger::PolicyError,
    },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The policy that the settings name; `None` if they name none.
pub(crate) fn read_policy(
    instance: &Instance,
    settings: &LedgerSettings,
) -> Result<Option<Policy>, PolicyError> {
    let Some(name) = &settings.policy else { return Ok(None) };
    read_policy_file(&instance.folder_path().join(name)).map(Some)
}

/// The policy in a file.
pub(crate) fn read_policy_file(path: &Path) -> Result<Policy, PolicyError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|source| PolicyError::Unreadable { file: file.clone(), source })?;
    Policy::parse(&bytes).map_err(|source| PolicyError::Malformed { file, source })
}

/// Shows the newest checkpoint to the witnesses of a policy. Returns what is missing for its
/// quorum.
pub(crate) fn ask_witnesses(
    ledger: &mut Ledger,
    policy: &Policy,
) -> Result<Option<Distrust>, LedgerError> {
    Ok(collect_cosignatures(ledger, policy, WAIT_MAX)?.verdict.err())
}

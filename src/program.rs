//! Where the program is put together: the datasets of all systems, the settings of an instance, and
//! the state that systems share.

use std::path::Path;
use std::sync::Arc;

use crate::clock::Clock;
use crate::datasets::Datasets;
use crate::instance::{InitialFiles, Instance, InstanceError};
use crate::settings::{Settings, SettingsError};
use crate::state::State;
use crate::systems::{billing, cases, indicators, rollout};

/// Every dataset that a system owns, in the order in which lists show them.
pub(crate) fn datasets() -> Datasets {
    Datasets::new(&[cases::CASE, indicators::COUNT, billing::BILLING_TEST, rollout::SITE])
}

/// An instance that was opened, with its settings.
#[derive(Debug)]
pub struct Program {
    pub state: Arc<State>,
    pub settings: Settings,
}

/// Why an instance cannot be opened or made.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ProgramError {
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Program {
    /// Opens an instance. `keys` defaults to a folder beside it.
    pub fn open(folder: &Path, keys: Option<&Path>, clock: Clock) -> Result<Program, ProgramError> {
        let instance = Instance::open(folder, keys)?;
        let settings = Settings::read(&instance.settings_file())?;
        let state = State {
            instance,
            pack: settings.instance.pack.clone(),
            ledger: settings.ledger.clone(),
            datasets: datasets(),
            clock,
        };
        Ok(Program { state: Arc::new(state), settings })
    }

    /// Makes an instance in a folder that has none.
    pub fn create(
        folder: &Path,
        keys: Option<&Path>,
        beginning: &InitialFiles<'_>,
        clock: Clock,
    ) -> Result<Program, ProgramError> {
        Instance::create(folder, keys, beginning)?;
        Program::open(folder, keys, clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_stops_the_program() {
        let place = tempfile::tempdir().unwrap();
        let wrong = "[instance]\npack = \"cn-miit\"\npak = 1\n";
        let beginning = InitialFiles { settings: wrong, narratives: &[] };
        let error = Program::create(place.path(), None, &beginning, Clock::Fixed(0)).unwrap_err();
        assert!(error.to_string().contains("pak"), "{error}");
    }
}

//! Where a command works: the instance it was pointed at.

use std::path::PathBuf;

use trueline_language::text;

use super::new_settings::{SettingsCompany, write_settings_text};
use super::{Failure, Language};
use crate::clock::Clock;
use crate::instance::InitialFiles;
use crate::program::Program;
use crate::systems::reports;

/// The folders that every command takes, and the clock.
#[derive(Debug)]
pub(super) struct InstanceFolders {
    pub(super) dir: PathBuf,
    pub(super) keys: Option<PathBuf>,
    pub(super) clock: Clock,
}

impl InstanceFolders {
    /// The instance, which must be there.
    pub(super) fn open_instance(&self) -> Result<Program, Failure> {
        Program::open(&self.dir, self.keys.as_deref(), self.clock).map_err(|error| {
            Failure::from_error(&error).with_next(text!(
                "`trueline init DIR --pack cn-miit` 新建实例，`--dir DIR` 指定已有的实例",
                "`trueline init DIR --pack cn-miit` makes one, `--dir DIR` points at one that is \
                 there"
            ))
        })
    }

    /// The instance; where there is none, one is made with defaults.
    pub(super) fn open_or_create(&self, language: Language) -> Result<Program, Failure> {
        if self.dir.join("trueline.toml").is_file() {
            return self.open_instance();
        }
        let program = self.create_instance(
            &write_settings_text("cn-miit", &SettingsCompany::UNKNOWN),
            &reports::NARRATIVES,
        )?;
        let made =
            language.pick("已按默认设置建立实例", "made an instance with default settings in");
        eprintln!("{made} {}", self.dir.display());
        Ok(program)
    }

    /// Makes an instance with these settings and the narratives to edit.
    pub(super) fn create_instance(
        &self,
        settings: &str,
        narratives: &[(&str, &str)],
    ) -> Result<Program, Failure> {
        let beginning = InitialFiles { settings, narratives };
        Ok(Program::create(&self.dir, self.keys.as_deref(), &beginning, self.clock)?)
    }
}

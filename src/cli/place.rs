//! Where a command works: the instance it was pointed at.

use std::path::PathBuf;

use super::{Failure, Language, init};
use crate::instance::{Beginning, Instance};
use crate::systems::reports;

/// The folders that every command takes.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) keys: Option<PathBuf>,
}

impl Place {
    /// The instance, which must be there.
    pub(super) fn open(&self) -> Result<Instance, Failure> {
        Instance::open(&self.dir, self.keys.as_deref()).map_err(|error| {
            Failure::from_error(&error).with_next(
                "`trueline init DIR --pack cn-miit` makes one, `--dir DIR` points at one that is there",
            )
        })
    }

    /// The instance; where there is none it is made with defaults.
    pub(super) fn open_or_create(&self, language: Language) -> Result<Instance, Failure> {
        if self.dir.join("trueline.toml").is_file() {
            return self.open();
        }
        let instance =
            self.create(&init::settings("cn-miit", &init::Company::UNKNOWN), &reports::NARRATIVES)?;
        let made =
            language.pick("已按默认设置建立实例", "made an instance with default settings in");
        eprintln!("{made} {}", self.dir.display());
        Ok(instance)
    }

    /// Makes an instance with these settings and the narratives to edit.
    pub(super) fn create(
        &self,
        settings: &str,
        narratives: &[(&str, &str)],
    ) -> Result<Instance, Failure> {
        let beginning = Beginning { settings, narratives };
        Ok(Instance::create(&self.dir, self.keys.as_deref(), &beginning)?)
    }
}

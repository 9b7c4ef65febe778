//! An instance: the folder that holds settings, narrative, lake, ledger and quarantine.
//!
//! Its pseudonym key lives outside, in the keys folder, so that the instance can be handed to an
//! auditor.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trueline_clock::{Calendar, CalendarError, embedded};
use trueline_lake::{Lake, LakeError};

/// An opened instance.
#[derive(Debug)]
pub struct Instance {
    folder: PathBuf,
    keys: PathBuf,
}

/// The section `[instance]` of an instance's settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceSettings {
    /// The pack that defines the figures: a name or a path.
    pub pack: String,
}

/// What a new instance starts with.
#[derive(Debug)]
pub struct InitialFiles<'a> {
    pub settings: &'a str,
    /// File name in `narrative/` and its text.
    pub narratives: &'a [(&'a str, &'a str)],
}

/// Why an instance could not be opened or made.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum InstanceError {
    #[error("{0} is no instance: it has no trueline.toml")]
    #[zh("{0} 不是实例：其中没有 trueline.toml")]
    Absent(String),
    #[error("{0} is an instance already")]
    #[zh("{0} 已经是实例")]
    Exists(String),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("a calendar cannot be read")]
    #[zh("无法读取日历")]
    Calendar(#[from] CalendarError),
    #[error("cannot read {path}")]
    #[zh("无法读取 {path}")]
    Unreadable { path: String, source: io::Error },
    #[error("cannot write {path}")]
    #[zh("无法写入 {path}")]
    Unwritable { path: String, source: io::Error },
}

impl Instance {
    /// Opens an instance. `keys` defaults to a folder beside it.
    pub fn open(folder: &Path, keys: Option<&Path>) -> Result<Instance, InstanceError> {
        let file = folder.join("trueline.toml");
        if !file.is_file() {
            return Err(InstanceError::Absent(folder.display().to_string()));
        }
        let keys = keys.map_or_else(|| default_key_folder(folder), Path::to_path_buf);
        Ok(Instance { folder: folder.to_path_buf(), keys })
    }

    /// Makes an instance in a folder that has none.
    pub fn create(
        folder: &Path,
        keys: Option<&Path>,
        beginning: &InitialFiles<'_>,
    ) -> Result<Instance, InstanceError> {
        let file = folder.join("trueline.toml");
        if file.exists() {
            return Err(InstanceError::Exists(folder.display().to_string()));
        }
        for part in ["narrative", "lake", "quarantine", "packs", "mappings"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|source| write_error(&path, source))?;
        }
        restrict_access(&folder.join("quarantine"), 0o700)?;
        for (name, text) in beginning.narratives {
            let path = folder.join("narrative").join(name);
            fs::write(&path, text).map_err(|source| write_error(&path, source))?;
        }
        // Last, because a folder with settings is an instance.
        fs::write(&file, beginning.settings).map_err(|source| write_error(&file, source))?;
        Instance::open(folder, keys)
    }

    pub fn settings_file(&self) -> PathBuf {
        self.folder.join("trueline.toml")
    }

    pub fn folder_path(&self) -> &Path {
        &self.folder
    }

    /// The folder of private keys.
    pub fn key_folder(&self) -> &Path {
        &self.keys
    }

    pub fn open_lake(&self) -> Result<Lake, LakeError> {
        Lake::create(&self.folder.join("lake"))
    }

    pub fn quarantine_folder(&self) -> PathBuf {
        self.folder.join("quarantine")
    }

    /// Where the user's own packs are looked for.
    pub fn pack_folders(&self) -> Vec<PathBuf> {
        vec![self.folder.join("packs")]
    }

    /// The calendars that come with the program, with what `calendars/NAME/` adds to them or puts
    /// in their place, file by file.
    pub fn read_calendars(&self) -> Result<Vec<Calendar>, InstanceError> {
        let folder = self.folder.join("calendars");
        let mut own: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for name in list_folder(&folder)? {
            for file in list_folder(&folder.join(&name))? {
                let path = folder.join(&name).join(&file);
                if path.extension().is_none_or(|extension| extension != "toml") {
                    continue;
                }
                let text = fs::read_to_string(&path);
                let text = text.map_err(|source| read_error(&path, source))?;
                own.entry(name.clone()).or_default().push((path.display().to_string(), text));
            }
        }
        let shipped = embedded::NAMES.iter().map(|name| (*name).to_owned());
        let names: BTreeSet<String> = shipped.chain(own.keys().cloned()).collect();
        let mut calendars = Vec::new();
        for name in names {
            let mut files: Vec<(&str, &str)> = Vec::new();
            for (path, text) in own.get(&name).into_iter().flatten() {
                files.push((path, text));
            }
            for (path, text) in embedded::find_files(&name).unwrap_or_default() {
                let is_replaced = files.iter().any(|(mine, _)| file_name(mine) == file_name(path));
                if !is_replaced {
                    files.push((path, text));
                }
            }
            calendars.push(Calendar::parse(&files)?);
        }
        Ok(calendars)
    }

    /// Where the user's own mappings are looked for.
    pub fn mapping_folder(&self) -> PathBuf {
        self.folder.join("mappings")
    }

    /// The narrative in a language (`zh`, `en`), if there is one: its file name and text.
    pub fn read_narrative(&self, language: &str) -> io::Result<Option<(String, String)>> {
        let path = self.folder.join("narrative").join(format!("{language}.md"));
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some((format!("narrative/{language}.md"), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The key that pseudonyms are made with; made once, readable by its owner only.
    pub fn pseudonym_key(&self) -> Result<Vec<u8>, InstanceError> {
        let path = self.keys.join("pseudonym.key");
        match fs::read(&path) {
            Ok(key) if key.len() >= 32 => return Ok(key),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(write_error(&path, source)),
        }
        fs::create_dir_all(&self.keys).map_err(|source| write_error(&self.keys, source))?;
        restrict_access(&self.keys, 0o700)?;
        let mut key = vec![0; 32];
        File::open("/dev/urandom")
            .and_then(|mut random| random.read_exact(&mut key))
            .map_err(|source| write_error(&path, source))?;
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        restrict_to_owner(&mut options);
        let mut file = options.open(&path).map_err(|source| write_error(&path, source))?;
        file.write_all(&key)
            .and_then(|()| file.sync_all())
            .map_err(|source| write_error(&path, source))?;
        Ok(key)
    }
}

fn default_key_folder(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push("-keys");
    folder.with_file_name(name)
}

/// The names in a folder, in order; none where there is no such folder.
fn list_folder(folder: &Path) -> Result<Vec<String>, InstanceError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(read_error(folder, source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| read_error(folder, source))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn file_name(path: &str) -> Option<&OsStr> {
    Path::new(path).file_name()
}

fn read_error(path: &Path, source: io::Error) -> InstanceError {
    InstanceError::Unreadable { path: path.display().to_string(), source }
}

fn write_error(path: &Path, source: io::Error) -> InstanceError {
    InstanceError::Unwritable { path: path.display().to_string(), source }
}

#[cfg(unix)]
fn restrict_access(path: &Path, mode: u32) -> Result<(), InstanceError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|source| write_error(path, source))
}

#[cfg(not(unix))]
fn restrict_access(_path: &Path, _mode: u32) -> Result<(), InstanceError> {
    Ok(())
}

#[cfg(unix)]
fn restrict_to_owner(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn restrict_to_owner(_options: &mut fs::OpenOptions) {}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const SETTINGS: &str = "[instance]\npack = \"cn-miit\"\n";

    #[test]
    fn the_key_is_made_once_outside_the_instance_and_for_its_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("branch");
        let beginning = InitialFiles { settings: SETTINGS, narratives: &[] };
        let instance = Instance::create(&folder, None, &beginning).unwrap();
        let key = instance.pseudonym_key().unwrap();
        assert_eq!(key, instance.pseudonym_key().unwrap());
        let file = place.path().join("branch-keys/pseudonym.key");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_second_instance_in_the_same_folder_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let beginning = InitialFiles { settings: SETTINGS, narratives: &[] };
        Instance::create(place.path(), None, &beginning).unwrap();
        let again = Instance::create(place.path(), None, &beginning);
        assert!(matches!(again, Err(InstanceError::Exists(_))));
    }

    #[test]
    fn calendars_of_the_instance_add_years_replace_files_and_stand_beside_the_shipped() {
        let place = tempfile::tempdir().unwrap();
        let beginning = InitialFiles { settings: SETTINGS, narratives: &[] };
        let instance = Instance::create(place.path(), None, &beginning).unwrap();
        let shipped = instance.read_calendars().unwrap();
        let write = |path: &str, text: &str| {
            let path = place.path().join("calendars").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let notice = concat!(
            "[[notice]]\ntitle = \"\"\nsource = \"own\"\nread = \"unverified\"\neffective = 2019-11-01\n",
            "off = [{ name = \"rest\", from = 2020-01-01 }]\n",
        );
        write("cn/2027.toml", &format!("year = 2027\n{}", notice.replace("2020", "2027")));
        write(
            "night/calendar.toml",
            concat!(
                "name = \"night\"\ntitle = \"night shift\"\nzone = \"Asia/Shanghai\"\n",
                "days_off = []\nperiods = { default = [\"00:00-06:00\"] }\n",
            ),
        );
        write("night/2020.toml", &format!("year = 2020\n{notice}"));
        let calendars = instance.read_calendars().unwrap();
        let named = |name| calendars.iter().find(|one: &&Calendar| one.name() == name).unwrap();
        assert_eq!(calendars.len(), shipped.len() + 1);
        assert_eq!(named("cn").known_years().last(), Some(2027));
        assert_eq!(named("night").day_seconds(), 6 * 3600);
        write("cn/2026.toml", "year = 2026\nnotice = 3\n");
        let error = instance.read_calendars().unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("cn/2026.toml:2"), "{cause}");
    }
}

//! Imports files of one dataset into the lake, through a mapping or in the dataset's own layout.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_lake::{
    FileSummary, ImportError as LakeImportError, ImportOptions, ImportProgress, ImportSummary,
    LakeError, Language as LakeLanguage, Mapping, MappingError, WatchedChunk, import_own_layout,
};

use super::quality::{FileObservation, ImportWatcher};
use super::shipped::find_shipped_mapping;
use crate::datasets::{Dataset, Datasets};
use crate::files::{FileError, read_text};
use crate::instance::InstanceError;
use crate::language::Language;
use crate::state::State;

/// Why files could not be imported.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ImportFilesError {
    #[error("no mapping called `{0}`, and no such file")]
    #[zh("没有名为 `{0}` 的映射，也没有这个文件")]
    NoMapping(String),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Import(#[from] LakeImportError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a folder gives no files to import.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum DatasetFolderError {
    #[error("{folder} holds no dataset")]
    #[zh("{folder} 中没有数据集")]
    Empty { folder: String },
    #[error("cannot read {folder}")]
    #[zh("无法读取 {folder}")]
    Unreadable { folder: String, source: std::io::Error },
}

/// What an import did, and what was seen in each of its files on the way.
#[derive(Debug)]
pub struct Imported {
    pub summary: ImportSummary,
    seen: Vec<FileObservation>,
}

impl Imported {
    /// Each file with what was seen in it.
    pub fn files(&self) -> impl Iterator<Item = (&FileSummary, &FileObservation)> {
        self.summary.files.iter().zip(&self.seen)
    }
}

/// How files are imported.
#[allow(missing_debug_implementations)]
pub struct ImportRequest<'a> {
    pub dataset: Dataset,
    pub files: &'a [PathBuf],
    /// A name or a path; `None` if the files are in the dataset's own layout.
    pub mapping: Option<&'a str>,
    /// Whether the files hold every case of their source.
    pub full: bool,
    /// The language of quarantine files.
    pub language: Language,
    /// Is called with the number of rows read so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Imports files of one dataset at the moment `now`. Every row is accepted or quarantined.
pub(crate) fn import_files(
    state: &State,
    request: &ImportRequest<'_>,
    now: i64,
) -> Result<Imported, ImportFilesError> {
    let lake = state.open_lake()?;
    let schema = request.dataset.schema();
    let mapping = match request.mapping {
        Some(name) => {
            let mut mapping = find_mapping(state, name, request.dataset)?;
            mapping.full_export |= request.full;
            Some(mapping)
        }
        None => None,
    };
    let key = state.instance.pseudonym_key()?;
    let mut options = ImportOptions::new(now, state.instance.quarantine_folder());
    options.pseudonym_key = Some(&key);
    let moved = |progress: ImportProgress<'_>| (request.progress)(progress.rows);
    options.progress = Some(&moved);
    options.language = to_lake_language(request.language);
    let watcher = mapping.as_ref().map(ImportWatcher::new);
    let look = |watched: WatchedChunk<'_>| {
        if let Some(watcher) = &watcher {
            watcher.look_at_chunk(watched);
        }
    };
    options.watch = Some(&look);
    let summary = match &mapping {
        Some(mapping) => {
            trueline_lake::import_through_mapping(&lake, &schema, request.files, mapping, &options)?
        }
        None => import_own_layout(&lake, &schema, request.files, &options)?,
    };
    let seen = |path: &PathBuf| watcher.as_ref().map(|watcher| watcher.observation_of(path));
    let seen = request.files.iter().map(|path| seen(path).unwrap_or_default()).collect();
    Ok(Imported { summary, seen })
}

/// The lake's name for a language.
pub(crate) fn to_lake_language(language: Language) -> LakeLanguage {
    language.pick(LakeLanguage::Chinese, LakeLanguage::English)
}

/// Finds a mapping by its path, in the instance's own folder, or among those that come with the
/// program.
fn find_mapping(state: &State, name: &str, dataset: Dataset) -> Result<Mapping, ImportFilesError> {
    let schema = dataset.schema();
    let own = state.instance.mapping_folder().join(format!("{name}.toml"));
    let path = if Path::new(name).is_file() { Some(PathBuf::from(name)) } else { None };
    if let Some(path) = path.or_else(|| own.is_file().then_some(own)) {
        let text = read_text(&path)?;
        return Ok(Mapping::parse(&path.display().to_string(), &text, &schema)?);
    }
    match find_shipped_mapping(name) {
        Some(text) => Ok(Mapping::parse(name, text, &schema)?),
        None => Err(ImportFilesError::NoMapping(name.to_owned())),
    }
}

/// Lists the files of each dataset in a folder with one sub-folder per dataset.
pub(crate) fn list_dataset_files(
    folder: &Path,
    datasets: &Datasets,
) -> Result<Vec<(Dataset, Vec<PathBuf>)>, DatasetFolderError> {
    let mut found = Vec::new();
    for dataset in datasets.iter() {
        let part = folder.join(dataset.name());
        if !part.is_dir() {
            continue;
        }
        let unreadable =
            |source| DatasetFolderError::Unreadable { folder: part.display().to_string(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(&part).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let hidden =
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_file() && !hidden {
                files.push(path);
            }
        }
        files.sort();
        if !files.is_empty() {
            found.push((dataset, files));
        }
    }
    if found.is_empty() {
        return Err(DatasetFolderError::Empty { folder: folder.display().to_string() });
    }
    Ok(found)
}

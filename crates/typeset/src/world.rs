//! The closed world of one document.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::Fonts;

/// What a template can reach: named files in memory, the fonts, one date.
pub(crate) struct ClosedWorld<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    main: FileId,
    files: HashMap<FileId, Bytes>,
    sources: HashMap<FileId, Source>,
    today: Datetime,
}

/// The id of a file by its name; `None` if the name climbs out of the world.
pub(crate) fn file_id(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl<'a> ClosedWorld<'a> {
    pub(crate) fn new(
        fonts: &'a Fonts,
        main: FileId,
        files: HashMap<FileId, Bytes>,
        today: Datetime,
    ) -> Self {
        let sources = files
            .iter()
            .filter(|(id, _)| id.vpath().extension() == Some("typ"))
            .filter_map(|(id, bytes)| {
                let text = bytes.as_str().ok()?;
                Some((*id, Source::new(*id, text.to_owned())))
            })
            .collect();
        let library = LazyHash::new(Library::builder().build());
        Self { library, fonts, main, files, sources, today }
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

impl World for ClosedWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        Some(self.today)
    }
}

//! A small dataset, a lake in a folder that goes away, and what the tests ask of both.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use tempfile::TempDir;
use trueline_lake::{
    Column, ImportError, Kind, Lake, List, Mapping, Options, Schema, Summary, import,
};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        required: false,
        allowed: &[],
        doc: "a column",
    }
}

const fn needed(name: &'static str, kind: Kind) -> Column {
    Column {
        required: true,
        ..column(name, kind)
    }
}

/// Parcels: what a small company keeps about them.
pub(crate) fn parcels() -> Schema {
    Schema {
        name: "parcel",
        key: &["source", "number"],
        columns: vec![
            needed("source", Kind::Label),
            needed("number", Kind::Text),
            Column {
                allowed: &["small", "large"],
                ..column("size", Kind::Label)
            },
            column("grams", Kind::Integer),
            column("price", Kind::Number),
            column("insured", Kind::Boolean),
            column("note", Kind::Text),
            column("posted", Kind::Moment),
            column("delivered", Kind::Moment),
        ],
        lists: vec![List {
            name: "stops",
            columns: vec![
                needed("kind", Kind::Label),
                needed("from", Kind::Moment),
                column("to", Kind::Moment),
                column("reason", Kind::Label),
            ],
            doc: "where it lay",
        }],
        doc: "parcels",
    }
}

pub(crate) const MAPPING: &str = r#"
[mapping]
dataset = "parcel"
[columns.source]
value = "post"
[columns.number]
from = "number"
[columns.size]
from = "size"
values = { "小" = "small", "大" = "large" }
[columns.grams]
from = "grams"
[columns.posted]
from = "posted"
[columns.note]
from = "note"
"#;

pub(crate) struct Place {
    folder: TempDir,
    pub(crate) lake: Lake,
    pub(crate) schema: Schema,
}

impl Place {
    pub(crate) fn new() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let lake = Lake::create(&folder.path().join("lake")).expect("a lake");
        Place {
            folder,
            lake,
            schema: parcels(),
        }
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn options(&self, recorded: i64) -> Options<'static> {
        Options::new(recorded, self.folder.path().join("quarantine"))
    }

    pub(crate) fn import(&self, mapping: &str, file: &Path) -> Result<Summary, ImportError> {
        self.import_at(mapping, file, 1_000)
    }

    pub(crate) fn import_at(
        &self,
        mapping: &str,
        file: &Path,
        recorded: i64,
    ) -> Result<Summary, ImportError> {
        let mapping = Mapping::parse("test.toml", mapping, &self.schema).expect("a mapping");
        let mut options = self.options(recorded);
        options.pseudonym_key = Some(b"a key of the instance");
        import(&self.lake, &self.schema, &[file.to_owned()], &mapping, &options)
    }

    /// Every row of a scan as texts joined by `|`.
    pub(crate) fn rows(&self, columns: &[&str], as_of: Option<i64>) -> Vec<String> {
        let tasks = self.lake.scan(&self.schema, columns, as_of).expect("a scan");
        let mut rows = Vec::new();
        for task in tasks {
            let before = rows.len();
            for batch in task.batches() {
                rows.extend(shown(&batch.expect("a batch")));
            }
            assert_eq!((rows.len() - before) as u64, task.rows());
        }
        rows
    }
}

fn shown(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("-");
    let columns: Vec<ArrayFormatter<'_>> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).expect("a formatter"))
        .collect();
    let row = |row: usize| {
        let cells: Vec<String> = columns.iter().map(|c| c.value(row).to_string()).collect();
        cells.join("|")
    };
    (0..batch.num_rows()).map(row).collect()
}

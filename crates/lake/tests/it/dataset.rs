//! A small dataset, a lake in a folder that goes away, and what the tests ask of both.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, TimeUnit};
use tempfile::TempDir;
use trueline_lake::{
    Column, ImportError, Kind, Lake, List, Mapping, Options, Schema, Summary, import,
};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false, allowed: &[], doc: "a column" }
}

const fn needed(name: &'static str, kind: Kind) -> Column {
    Column { required: true, ..column(name, kind) }
}

/// Parcels: what a small company keeps about them.
pub(crate) fn parcels() -> Schema {
    Schema {
        name: "parcel",
        key: &["source", "number"],
        columns: vec![
            needed("source", Kind::Label),
            needed("number", Kind::Text),
            Column { allowed: &["small", "large"], ..column("size", Kind::Label) },
            column("grams", Kind::Integer),
            column("price", Kind::Number),
            column("insured", Kind::Boolean),
            column("note", Kind::Text),
            column("posted", Kind::Moment),
            column("delivered", Kind::Moment),
        ],
        blank: &[],
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

/// How many parcels went where: a key may name no country, which is the whole.
pub(crate) fn totals() -> Schema {
    Schema {
        name: "total",
        key: &["year", "country"],
        columns: vec![
            needed("year", Kind::Label),
            needed("country", Kind::Label),
            needed("parcels", Kind::Integer),
        ],
        blank: &["country"],
        lists: Vec::new(),
        doc: "totals",
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
        Place { folder, lake, schema: parcels() }
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
        self.import_all(mapping, &[file.to_owned()], recorded)
    }

    pub(crate) fn import_all(
        &self,
        mapping: &str,
        files: &[PathBuf],
        recorded: i64,
    ) -> Result<Summary, ImportError> {
        let mapping = Mapping::parse("test.toml", mapping, &self.schema).expect("a mapping");
        let mut options = self.options(recorded);
        options.pseudonym_key = Some(b"a key of the instance");
        import(&self.lake, &self.schema, files, &mapping, &options)
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
    let row = |row: usize| {
        let cells: Vec<String> = batch.columns().iter().map(|c| cell(c, row)).collect();
        cells.join("|")
    };
    (0..batch.num_rows()).map(row).collect()
}

fn cell(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "-".to_owned();
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            let seconds = array.as_primitive::<TimestampSecondType>().value(row);
            let time = jiff::Timestamp::from_second(seconds).expect("a time");
            time.to_string().trim_end_matches('Z').replace('T', " ")
        }
        DataType::List(_) => {
            let records = array.as_list::<i32>().value(row);
            let columns = records.as_struct().columns();
            let record = |at: usize| {
                let cells: Vec<String> = columns.iter().map(|c| cell(c, at)).collect();
                format!("({})", cells.join(" "))
            };
            (0..records.len()).map(record).collect()
        }
        _ => array_value_to_string(array, row).expect("a value"),
    }
}

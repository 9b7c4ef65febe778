//! A small dataset, a lake in a folder that goes away, and what the tests ask of both.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, TimeUnit};
use tempfile::TempDir;
use trueline_lake::{
    DatasetColumn, DatasetSchema, ImportError, ImportOptions, ImportSummary, Lake, ListColumn,
    Mapping, ValueKind, import_through_mapping,
};

const fn column(name: &'static str, kind: ValueKind) -> DatasetColumn {
    DatasetColumn { name, kind, required: false, allowed: &[], doc: "a column" }
}

const fn needed(name: &'static str, kind: ValueKind) -> DatasetColumn {
    DatasetColumn { required: true, ..column(name, kind) }
}

/// Parcels: what a small company keeps about them.
pub(crate) fn parcels() -> DatasetSchema {
    DatasetSchema {
        name: "parcel",
        key: &["source", "number"],
        columns: vec![
            needed("source", ValueKind::Label),
            needed("number", ValueKind::Text),
            DatasetColumn { allowed: &["small", "large"], ..column("size", ValueKind::Label) },
            column("grams", ValueKind::Integer),
            column("price", ValueKind::Number),
            column("insured", ValueKind::Boolean),
            column("note", ValueKind::Text),
            column("posted", ValueKind::Moment),
            column("delivered", ValueKind::Moment),
        ],
        blank: &[],
        lists: vec![ListColumn {
            name: "stops",
            columns: vec![
                needed("kind", ValueKind::Label),
                needed("from", ValueKind::Moment),
                column("to", ValueKind::Moment),
                column("reason", ValueKind::Label),
            ],
            doc: "where it lay",
        }],
        doc: "parcels",
    }
}

/// How many parcels went where: a key may name no country, which is the whole.
pub(crate) fn totals() -> DatasetSchema {
    DatasetSchema {
        name: "total",
        key: &["year", "country"],
        columns: vec![
            needed("year", ValueKind::Label),
            needed("country", ValueKind::Label),
            needed("parcels", ValueKind::Integer),
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
    pub(crate) schema: DatasetSchema,
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

    pub(crate) fn options(&self, recorded: i64) -> ImportOptions<'static> {
        ImportOptions::new(recorded, self.folder.path().join("quarantine"))
    }

    pub(crate) fn import(&self, mapping: &str, file: &Path) -> Result<ImportSummary, ImportError> {
        self.import_at(mapping, file, 1_000)
    }

    pub(crate) fn import_at(
        &self,
        mapping: &str,
        file: &Path,
        recorded: i64,
    ) -> Result<ImportSummary, ImportError> {
        self.import_all(mapping, &[file.to_owned()], recorded)
    }

    pub(crate) fn import_all(
        &self,
        mapping: &str,
        files: &[PathBuf],
        recorded: i64,
    ) -> Result<ImportSummary, ImportError> {
        let mapping = Mapping::parse("test.toml", mapping, &self.schema).expect("a mapping");
        let mut options = self.options(recorded);
        options.pseudonym_key = Some(b"a key of the instance");
        import_through_mapping(&self.lake, &self.schema, files, &mapping, &options)
    }

    /// Every row of a scan as texts joined by `|`.
    pub(crate) fn rows(&self, columns: &[&str], as_of: Option<i64>) -> Vec<String> {
        let tasks = self.lake.scan_rows(&self.schema, columns, as_of).expect("a scan");
        let mut rows = Vec::new();
        for task in tasks {
            let before = rows.len();
            for batch in task.read_batches() {
                rows.extend(shown(&batch.expect("a batch")));
            }
            assert_eq!((rows.len() - before) as u64, task.row_count());
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

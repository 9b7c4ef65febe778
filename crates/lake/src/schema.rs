//! The schema of a dataset: its columns, its key, and the bookkeeping columns that every row
//! carries.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, SchemaRef, TimeUnit};

/// What a column holds, and how Parquet stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Few distinct values: `Dictionary(Int32, Utf8)`.
    Label,
    /// Many distinct values: `Utf8`.
    Text,
    Integer,
    Number,
    Boolean,
    /// A moment in UTC, in whole seconds: `Timestamp(Second, "UTC")`. The column `precision` has
    /// one letter per moment, in schema order: `s` second, `m` minute, `d` day (local midnight is
    /// stored), `-` absent.
    Moment,
}

impl ValueKind {
    /// The Arrow type that a column of this kind has.
    pub fn data_type(self) -> DataType {
        match self {
            ValueKind::Label => DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
            ValueKind::Text => DataType::Utf8,
            ValueKind::Integer => DataType::Int64,
            ValueKind::Number => DataType::Float64,
            ValueKind::Boolean => DataType::Boolean,
            ValueKind::Moment => DataType::Timestamp(TimeUnit::Second, Some("UTC".into())),
        }
    }
}

/// One column of a dataset.
#[derive(Debug, Clone)]
pub struct DatasetColumn {
    pub name: &'static str,
    pub kind: ValueKind,
    /// A row without a value here goes to quarantine.
    pub required: bool,
    /// The only values allowed; empty if any value is.
    pub allowed: &'static [&'static str],
    /// One sentence for the docs and for error messages.
    pub doc: &'static str,
}

impl DatasetColumn {
    /// A column that every row must fill.
    pub const fn required_column(
        name: &'static str,
        kind: ValueKind,
        doc: &'static str,
    ) -> DatasetColumn {
        DatasetColumn { name, kind, required: true, allowed: &[], doc }
    }

    /// A column that a row may leave empty.
    pub const fn optional_column(
        name: &'static str,
        kind: ValueKind,
        doc: &'static str,
    ) -> DatasetColumn {
        DatasetColumn { name, kind, required: false, allowed: &[], doc }
    }

    /// A label with a closed list of values, which a row may leave empty.
    pub const fn one_of(
        name: &'static str,
        allowed: &'static [&'static str],
        doc: &'static str,
    ) -> DatasetColumn {
        DatasetColumn { name, kind: ValueKind::Label, required: false, allowed, doc }
    }
}

/// A column that holds several records per row, such as the intervals of a case.
#[derive(Debug, Clone)]
pub struct ListColumn {
    pub name: &'static str,
    pub columns: Vec<DatasetColumn>,
    pub doc: &'static str,
}

/// A dataset: what its rows look like.
///
/// After its own columns every row has these, in this order: `precision` (label, only if there are
/// moments), `revised` (moment: when the source gave this state), `source_file` (label: `sha256:`
/// and 16 hex digits), `source_line` (integer), `source_text` (text: the source's own words where
/// they were ambiguous, else null). Typed extras, named `x_…`, come after those and differ from
/// batch to batch.
#[derive(Debug, Clone)]
pub struct DatasetSchema {
    pub name: &'static str,
    /// The columns that identify a row across exports. Rows of a batch are sorted by them.
    pub key: &'static [&'static str],
    pub columns: Vec<DatasetColumn>,
    /// Key columns whose empty text is a value, as when no region means the whole.
    pub blank: &'static [&'static str],
    pub lists: Vec<ListColumn>,
    pub doc: &'static str,
}

impl DatasetSchema {
    /// The Arrow schema without extras.
    pub fn to_arrow(&self) -> SchemaRef {
        let mut fields: Vec<Field> = self.columns.iter().map(arrow_field).collect();
        for list in &self.lists {
            let item = Field::new("item", DataType::Struct(record_fields(list)), false);
            fields.push(Field::new(list.name, DataType::List(Arc::new(item)), false));
        }
        if self.moment_columns().next().is_some() {
            fields.push(Field::new("precision", ValueKind::Label.data_type(), false));
        }
        fields.push(Field::new("revised", ValueKind::Moment.data_type(), true));
        fields.push(Field::new("source_file", ValueKind::Label.data_type(), false));
        fields.push(Field::new("source_line", DataType::Int64, false));
        fields.push(Field::new("source_text", DataType::Utf8, true));
        Arc::new(arrow_schema::Schema::new(fields))
    }

    /// The columns that are moments, in the order of the letters in `precision`.
    pub fn moment_columns(&self) -> impl Iterator<Item = &DatasetColumn> {
        self.columns.iter().filter(|column| column.kind == ValueKind::Moment)
    }
}

impl ValueKind {
    fn kind_name(self) -> &'static str {
        match self {
            ValueKind::Label => "label",
            ValueKind::Text => "text",
            ValueKind::Integer => "integer",
            ValueKind::Number => "number",
            ValueKind::Boolean => "boolean",
            ValueKind::Moment => "moment",
        }
    }
}

impl DatasetSchema {
    /// The dataset as a section of a manual, its columns in tables.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("## `{}`\n\n{}.\n\nKey: ", self.name, capitalise_first(self.doc));
        let key: Vec<String> = self.key.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&key.join(", "));
        text.push_str(".\n\n");
        text.push_str(&markdown_table(&self.columns));
        for list in &self.lists {
            let doc = list.doc;
            text.push_str(&format!("\n`{}`, a list of records a row: {doc}.\n\n", list.name));
            text.push_str(&markdown_table(&list.columns));
        }
        text
    }
}

fn markdown_table(columns: &[DatasetColumn]) -> String {
    let mut text = String::from("| Column | Kind | Required | Meaning |\n|---|---|---|---|\n");
    for column in columns {
        let needed = if column.required { "yes" } else { "" };
        let mut doc = column.doc.replace('|', "\\|");
        if !column.allowed.is_empty() {
            doc.push_str(&format!("; one of: {}", column.allowed.join(", ")));
        }
        let kind = column.kind.kind_name();
        text.push_str(&format!("| `{}` | {kind} | {needed} | {doc} |\n", column.name));
    }
    text
}

fn capitalise_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The fields of the records in a list column.
pub(crate) fn record_fields(list: &ListColumn) -> Fields {
    list.columns.iter().map(arrow_field).collect()
}

fn arrow_field(column: &DatasetColumn) -> Field {
    Field::new(column.name, column.kind.data_type(), !column.required)
}

//! The schema of a dataset: its columns, its key, and the bookkeeping columns that every row
//! carries.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, SchemaRef, TimeUnit};

/// What a column holds, and how Parquet stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
    /// The Arrow type that a column of this kind has.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Label => DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
            Kind::Text => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Boolean => DataType::Boolean,
            Kind::Moment => DataType::Timestamp(TimeUnit::Second, Some("UTC".into())),
        }
    }
}

/// One column of a dataset.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// A row without a value here goes to quarantine.
    pub required: bool,
    /// The only values allowed; empty if any value is.
    pub allowed: &'static [&'static str],
    /// One sentence for the docs and for error messages.
    pub doc: &'static str,
}

impl Column {
    /// A column that every row must fill.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Column {
        Column { name, kind, required: true, allowed: &[], doc }
    }

    /// A column that a row may leave empty.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Column {
        Column { name, kind, required: false, allowed: &[], doc }
    }

    /// A label with a closed list of values, which a row may leave empty.
    pub const fn one_of(
        name: &'static str,
        allowed: &'static [&'static str],
        doc: &'static str,
    ) -> Column {
        Column { name, kind: Kind::Label, required: false, allowed, doc }
    }
}

/// A column that holds several records per row, such as the intervals of a case.
#[derive(Debug, Clone)]
pub struct List {
    pub name: &'static str,
    pub columns: Vec<Column>,
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
pub struct Schema {
    pub name: &'static str,
    /// The columns that identify a row across exports. Rows of a batch are sorted by them.
    pub key: &'static [&'static str],
    pub columns: Vec<Column>,
    /// Key columns whose empty text is a value, as when no region means the whole.
    pub blank: &'static [&'static str],
    pub lists: Vec<List>,
    pub doc: &'static str,
}

impl Schema {
    /// The Arrow schema without extras.
    pub fn arrow(&self) -> SchemaRef {
        let mut fields: Vec<Field> = self.columns.iter().map(arrow_field).collect();
        for list in &self.lists {
            let item = Field::new("item", DataType::Struct(record_fields(list)), false);
            fields.push(Field::new(list.name, DataType::List(Arc::new(item)), false));
        }
        if self.moments().next().is_some() {
            fields.push(Field::new("precision", Kind::Label.data_type(), false));
        }
        fields.push(Field::new("revised", Kind::Moment.data_type(), true));
        fields.push(Field::new("source_file", Kind::Label.data_type(), false));
        fields.push(Field::new("source_line", DataType::Int64, false));
        fields.push(Field::new("source_text", DataType::Utf8, true));
        Arc::new(arrow_schema::Schema::new(fields))
    }

    /// The columns that are moments, in the order of the letters in `precision`.
    pub fn moments(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.kind == Kind::Moment)
    }
}

impl Kind {
    fn kind_name(self) -> &'static str {
        match self {
            Kind::Label => "label",
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Moment => "moment",
        }
    }
}

impl Schema {
    /// The dataset as a section of a manual, its columns in tables.
    pub fn markdown(&self) -> String {
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

fn markdown_table(columns: &[Column]) -> String {
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
pub(crate) fn record_fields(list: &List) -> Fields {
    list.columns.iter().map(arrow_field).collect()
}

fn arrow_field(column: &Column) -> Field {
    Field::new(column.name, column.kind.data_type(), !column.required)
}

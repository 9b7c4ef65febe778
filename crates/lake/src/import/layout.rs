//! Where each column of a batch comes from.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{Field, SchemaRef};

use super::error::ImportError;
use super::gather;
use super::order::RowAt;
use super::plan::ReadPlan;
use super::rows::SourceRows;
use crate::schema::ValueKind;

/// The columns of a batch and their origins.
pub(crate) struct BatchLayout<'a> {
    pub(super) plan: &'a ReadPlan<'a>,
    pub(crate) schema: SchemaRef,
    origins: Vec<ColumnOrigin>,
    /// The value of `source_file` for each file.
    files: Vec<String>,
}

#[derive(Clone, Copy)]
enum ColumnOrigin {
    /// A slot of the plan.
    Slot(usize, ValueKind),
    /// A column that the mapping leaves out.
    Null(ValueKind),
    List(usize),
    Precision,
    File,
    Line,
    Text,
}

impl<'a> BatchLayout<'a> {
    pub(crate) fn new(plan: &'a ReadPlan<'a>, sha256: &[&str]) -> BatchLayout<'a> {
        let targets = &plan.bound.targets;
        let slot = |name: &str| targets.iter().position(|bound| bound.target.name == name);
        let from = |name: &str, kind| {
            slot(name).map_or(ColumnOrigin::Null(kind), |s| ColumnOrigin::Slot(s, kind))
        };
        let schema = plan.schema;
        let mut origins: Vec<ColumnOrigin> =
            schema.columns.iter().map(|c| from(c.name, c.kind)).collect();
        origins.extend((0..schema.lists.len()).map(ColumnOrigin::List));
        if schema.moment_columns().next().is_some() {
            origins.push(ColumnOrigin::Precision);
        }
        origins.push(from("revised", ValueKind::Moment));
        origins.extend([ColumnOrigin::File, ColumnOrigin::Line, ColumnOrigin::Text]);
        let mut fields: Vec<Field> =
            schema.to_arrow().fields().iter().map(|field| field.as_ref().clone()).collect();
        for (at, bound) in targets.iter().enumerate() {
            if bound.target.name.starts_with("x_") {
                let kind = bound.target.kind;
                fields.push(Field::new(&bound.target.name, kind.data_type(), true));
                origins.push(ColumnOrigin::Slot(at, kind));
            }
        }
        BatchLayout {
            plan,
            schema: Arc::new(arrow_schema::Schema::new(fields)),
            origins,
            files: sha256.iter().map(|sha256| format!("sha256:{}", &sha256[..16])).collect(),
        }
    }

    pub(crate) fn build_column(
        &self,
        rows: &SourceRows,
        part: &[RowAt],
        index: usize,
    ) -> Result<ArrayRef, ImportError> {
        let fragments = &rows.fragments;
        let gathered = match self.origins[index] {
            ColumnOrigin::Slot(slot, kind) => gather::gather_column(
                fragments,
                |f| &f.columns[slot],
                part,
                kind,
                &rows.labels[slot],
            ),
            ColumnOrigin::List(at) => {
                let list = &self.plan.schema.lists[at];
                let first = self.plan.list_slot(at, 0);
                let labels = &rows.labels[first..first + list.columns.len()];
                gather::gather_list(fragments, at, part, list, labels)
            }
            ColumnOrigin::Precision => {
                let labels = &rows.labels[self.plan.precision_slot()];
                gather::gather_column(fragments, |f| &f.precision, part, ValueKind::Label, labels)
            }
            ColumnOrigin::Null(kind) => {
                Ok(arrow_array::new_null_array(&kind.data_type(), part.len()))
            }
            ColumnOrigin::File => self.build_file_column(rows, part),
            ColumnOrigin::Line => {
                let lines = part.iter().map(|at| rows.line_of(*at) as i64);
                Ok(Arc::new(Int64Array::from_iter_values(lines)) as ArrayRef)
            }
            ColumnOrigin::Text => Ok(Arc::new(build_note_column(rows, part)) as ArrayRef),
        };
        Ok(gathered?)
    }

    fn build_file_column(
        &self,
        rows: &SourceRows,
        part: &[RowAt],
    ) -> Result<ArrayRef, arrow_schema::ArrowError> {
        let keys: Int32Array = part.iter().map(|at| Some(rows.file_of(*at) as i32)).collect();
        let values = Arc::new(StringArray::from_iter_values(&self.files));
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
    }
}

/// The source's own words where they were ambiguous.
fn build_note_column(rows: &SourceRows, part: &[RowAt]) -> StringArray {
    let note = |at: &RowAt| {
        let notes = &rows.fragments[at.fragment as usize].notes;
        let from = notes.partition_point(|(row, _)| *row < at.row);
        let own = notes[from..].iter().take_while(|(row, _)| *row == at.row);
        let texts: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    };
    part.iter().map(note).collect()
}

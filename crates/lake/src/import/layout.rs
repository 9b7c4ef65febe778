//! Which column of a batch comes from where.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{Field, SchemaRef};

use super::error::ImportError;
use super::gather;
use super::order::At;
use super::plan::Plan;
use super::rows::Rows;
use crate::schema::Kind;

/// The columns of a batch and their origins.
pub(crate) struct Layout<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(crate) schema: SchemaRef,
    origins: Vec<Origin>,
    /// What `source_file` says of each file.
    files: Vec<String>,
}

#[derive(Clone, Copy)]
enum Origin {
    /// A slot of the plan.
    Slot(usize, Kind),
    /// A column that the mapping leaves out.
    Null(Kind),
    List(usize),
    Precision,
    File,
    Line,
    Text,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(plan: &'a Plan<'a>, sha256: &[&str]) -> Layout<'a> {
        let targets = &plan.bound.targets;
        let slot = |name: &str| targets.iter().position(|bound| bound.target.name == name);
        let from =
            |name: &str, kind| slot(name).map_or(Origin::Null(kind), |s| Origin::Slot(s, kind));
        let schema = plan.schema;
        let mut origins: Vec<Origin> =
            schema.columns.iter().map(|c| from(c.name, c.kind)).collect();
        origins.extend((0..schema.lists.len()).map(Origin::List));
        if schema.moments().next().is_some() {
            origins.push(Origin::Precision);
        }
        origins.push(from("revised", Kind::Moment));
        origins.extend([Origin::File, Origin::Line, Origin::Text]);
        let mut fields: Vec<Field> =
            schema.arrow().fields().iter().map(|field| field.as_ref().clone()).collect();
        for (at, bound) in targets.iter().enumerate() {
            if bound.target.name.starts_with("x_") {
                let kind = bound.target.kind;
                fields.push(Field::new(&bound.target.name, kind.data_type(), true));
                origins.push(Origin::Slot(at, kind));
            }
        }
        Layout {
            plan,
            schema: Arc::new(arrow_schema::Schema::new(fields)),
            origins,
            files: sha256.iter().map(|sha256| format!("sha256:{}", &sha256[..16])).collect(),
        }
    }

    pub(crate) fn column(
        &self,
        rows: &Rows,
        part: &[At],
        index: usize,
    ) -> Result<ArrayRef, ImportError> {
        let fragments = &rows.fragments;
        let gathered = match self.origins[index] {
            Origin::Slot(slot, kind) => {
                gather::column(fragments, |f| &f.columns[slot], part, kind, &rows.labels[slot])
            }
            Origin::List(at) => {
                let list = &self.plan.schema.lists[at];
                let first = self.plan.list_slot(at, 0);
                let labels = &rows.labels[first..first + list.columns.len()];
                gather::list(fragments, at, part, list, labels)
            }
            Origin::Precision => {
                let labels = &rows.labels[self.plan.precision_slot()];
                gather::column(fragments, |f| &f.precision, part, Kind::Label, labels)
            }
            Origin::Null(kind) => Ok(arrow_array::new_null_array(&kind.data_type(), part.len())),
            Origin::File => self.files(rows, part),
            Origin::Line => {
                let lines = part.iter().map(|at| rows.line(*at) as i64);
                Ok(Arc::new(Int64Array::from_iter_values(lines)) as ArrayRef)
            }
            Origin::Text => Ok(Arc::new(notes(rows, part)) as ArrayRef),
        };
        Ok(gathered?)
    }

    fn files(&self, rows: &Rows, part: &[At]) -> Result<ArrayRef, arrow_schema::ArrowError> {
        let keys: Int32Array = part.iter().map(|at| Some(rows.file(*at) as i32)).collect();
        let values = Arc::new(StringArray::from_iter_values(&self.files));
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
    }
}

/// The source's own words where their reading was ambiguous.
fn notes(rows: &Rows, part: &[At]) -> StringArray {
    let note = |at: &At| {
        let notes = &rows.fragments[at.fragment as usize].notes;
        let from = notes.partition_point(|(row, _)| *row < at.row);
        let own = notes[from..].iter().take_while(|(row, _)| *row == at.row);
        let texts: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    };
    part.iter().map(note).collect()
}

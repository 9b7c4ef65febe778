//! Small tables: the datasets that are written whole, from columns by name.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use trueline_lake::Schema;

use super::SimulationError;
use super::columns::{Export, Labels, moments};
use super::files::Output;
use super::plan::Plan;

/// Columns by name; those that a schema has beyond them are null.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: usize,
    pub(super) columns: Vec<(&'static str, Column)>,
}

#[derive(Debug)]
pub(super) enum Column {
    Label(Vec<u16>, Vec<String>),
    Text(Vec<String>),
    Moment(Vec<i64>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
}

/// Writes a table as the only file of its dataset below `out`; gives the number of its rows.
pub(super) fn write(
    out: &Path,
    schema: &Schema,
    plan: &Plan,
    table: Table,
    export: &Export,
) -> Result<u64, SimulationError> {
    let rows = table.rows as u64;
    let name = format!("simulated-{}-{}", schema.name, plan.stretch.name);
    let notes = [
        ("trueline.simulated", "true".to_string()),
        ("trueline.period", plan.stretch.name.clone()),
        ("trueline.seed", plan.seed.to_string()),
    ];
    let arrow = schema.arrow();
    let mut output = Output::begin(&out.join(schema.name), &name, &arrow, &notes)?;
    let encoded = batch(table, &arrow, export)
        .map_err(Into::into)
        .and_then(|batch| {
            let mut encoder = output.encoder(0)?;
            encoder.write(&batch)?;
            encoder.finish()
        })
        .and_then(|chunks| output.append(chunks));
    encoded.map_err(SimulationError::Parquet)?;
    output.finish()?;
    Ok(rows)
}

fn batch(table: Table, schema: &SchemaRef, export: &Export) -> Result<RecordBatch, ArrowError> {
    let Table { rows, mut columns } = table;
    columns.push(("revised", Column::Moment(vec![export.revised; rows])));
    columns.push(("source_file", Column::Label(vec![0; rows], vec![export.digest.clone()])));
    columns.push(("source_line", Column::Integer((1..=rows as i64).collect())));
    let mut arrays = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let found = columns.iter().position(|(name, _)| name == field.name());
        arrays.push(match found {
            Some(index) => array(columns.swap_remove(index).1)?,
            None => new_null_array(field.data_type(), rows),
        });
    }
    RecordBatch::try_new(SchemaRef::clone(schema), arrays)
}

fn array(column: Column) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        Column::Label(indices, words) => {
            let mut labels = Labels::new(words.iter().map(String::as_str));
            for index in indices {
                labels.push(index);
            }
            labels.take()?
        }
        Column::Text(texts) => Arc::new(StringArray::from(texts)),
        Column::Moment(seconds) => moments(seconds),
        Column::Integer(values) => Arc::new(Int64Array::from(values)),
        Column::Number(values) => Arc::new(Float64Array::from(values)),
    })
}

pub(super) fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_string()).collect()
}

//! Small tables: datasets that are written in one piece, from columns by name.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use trueline_lake::DatasetSchema;

use super::columns::{LabelBuilder, RecordOrigin, make_moment_array};
use super::error::SimulationError;
use super::files::ParquetOutput;
use super::plan::SimulationPlan;

/// Columns by name. Other columns of the schema are null.
#[derive(Debug)]
pub(super) struct SimulatedTable {
    pub(super) rows: usize,
    pub(super) columns: Vec<(&'static str, SimulatedColumn)>,
}

#[derive(Debug)]
pub(super) enum SimulatedColumn {
    Label(Vec<u16>, Vec<String>),
    Text(Vec<String>),
    Moment(Vec<i64>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
}

/// Writes a table as the only file of its dataset below `out`. Returns the number of rows.
pub(super) fn write_table(
    out: &Path,
    schema: &DatasetSchema,
    plan: &SimulationPlan,
    table: SimulatedTable,
    export: &RecordOrigin,
) -> Result<u64, SimulationError> {
    let rows = table.rows as u64;
    let name = format!("simulated-{}-{}", schema.name, plan.stretch.name);
    let notes = [
        ("trueline.simulated", "true".to_string()),
        ("trueline.period", plan.stretch.name.clone()),
        ("trueline.seed", plan.seed.to_string()),
    ];
    let arrow = schema.to_arrow();
    let mut output = ParquetOutput::begin_file(&out.join(schema.name), &name, &arrow, &notes)?;
    let encoded = make_batch(table, &arrow, export)
        .map_err(Into::into)
        .and_then(|batch| {
            let mut encoder = output.make_encoder(0)?;
            encoder.write_batch(&batch)?;
            encoder.close_writers()
        })
        .and_then(|chunks| output.append_group(chunks));
    encoded.map_err(SimulationError::Parquet)?;
    output.finish_file()?;
    Ok(rows)
}

fn make_batch(
    table: SimulatedTable,
    schema: &SchemaRef,
    export: &RecordOrigin,
) -> Result<RecordBatch, ArrowError> {
    let SimulatedTable { rows, mut columns } = table;
    columns.push(("revised", SimulatedColumn::Moment(vec![export.revised; rows])));
    columns
        .push(("source_file", SimulatedColumn::Label(vec![0; rows], vec![export.digest.clone()])));
    columns.push(("source_line", SimulatedColumn::Integer((1..=rows as i64).collect())));
    let mut arrays = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let found = columns.iter().position(|(name, _)| name == field.name());
        arrays.push(match found {
            Some(index) => make_array(columns.swap_remove(index).1)?,
            None => new_null_array(field.data_type(), rows),
        });
    }
    RecordBatch::try_new(SchemaRef::clone(schema), arrays)
}

fn make_array(column: SimulatedColumn) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        SimulatedColumn::Label(indices, words) => {
            let mut labels = LabelBuilder::new(words.iter().map(String::as_str));
            for index in indices {
                labels.push_word(index);
            }
            labels.take_array()?
        }
        SimulatedColumn::Text(texts) => Arc::new(StringArray::from(texts)),
        SimulatedColumn::Moment(seconds) => make_moment_array(seconds),
        SimulatedColumn::Integer(values) => Arc::new(Int64Array::from(values)),
        SimulatedColumn::Number(values) => Arc::new(Float64Array::from(values)),
    })
}

pub(super) fn to_owned_words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_string()).collect()
}

//! One case with everything that its source says of it, and what an indicator makes of it.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use trueline_figures::{Request, columns_needed, trace_rows};
use trueline_lake::ValueKind;

use super::list::{CaseLine, build_case_request, make_case_line};
use crate::systems::indicators::{
    ComputeError, FigureQuestion, Indicator, Pack, RecordSource, find_indicator, read_moments,
    read_texts,
};

/// A case as it was imported.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// What the indicator makes of it.
    pub line: CaseLine,
    /// When what happened: column → UTC seconds, in the order of the schema.
    pub moments: Vec<(String, i64)>,
    pub intervals: Vec<CaseInterval>,
    /// Everything else that was given: column → value.
    pub facts: Vec<(String, String)>,
}

/// A span of time inside a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseInterval {
    pub kind: String,
    /// UTC seconds.
    pub from: i64,
    /// `None` while it lasts.
    pub to: Option<i64>,
    pub reason: String,
    pub approved_by: String,
}

/// Reads the case `source/source_key`; `None` if the dataset of the indicator has no such case.
pub(crate) fn read_case_file(
    pack: &Pack,
    indicator: &str,
    id: &str,
    question: &FigureQuestion,
    records: &dyn RecordSource,
) -> Result<Option<CaseFile>, ComputeError> {
    let indicator = find_indicator(pack, indicator)?;
    let Some(asked) = build_case_request(pack, indicator, question, records)? else {
        return Ok(None);
    };
    let failed = |source| ComputeError::Records { dataset: indicator.dataset.name(), source };
    let columns = list_wanted_columns(&asked, indicator);
    for part in records.read_parts(indicator.dataset, &columns).map_err(failed)? {
        for batch in part.read_batches() {
            let batch = batch.map_err(failed)?;
            if let Some(row) = find_row(&batch, id) {
                return read_case(&asked, indicator, id, &batch.slice(row, 1));
            }
        }
    }
    Ok(None)
}

fn list_wanted_columns(request: &Request, indicator: &Indicator) -> Vec<String> {
    let mut wanted = columns_needed(request);
    let schema = indicator.dataset.schema();
    let known = schema.columns.iter().map(|column| column.name);
    for name in known.chain(schema.lists.iter().map(|list| list.name)) {
        if !wanted.iter().any(|column| column == name) {
            wanted.push(name.to_owned());
        }
    }
    wanted
}

fn find_row(batch: &RecordBatch, id: &str) -> Option<usize> {
    let sources = read_texts(batch, "source");
    let keys = read_texts(batch, "source_key");
    let is_it = |(source, key): (&String, &String)| {
        id.strip_prefix(source.as_str()).and_then(|rest| rest.strip_prefix('/')) == Some(key)
    };
    sources.iter().zip(&keys).position(is_it)
}

/// Reads a batch of one row.
fn read_case(
    request: &Request,
    indicator: &Indicator,
    id: &str,
    row: &RecordBatch,
) -> Result<Option<CaseFile>, ComputeError> {
    let dataset = indicator.dataset;
    let traced = trace_rows(request, &indicator.id, row)
        .map_err(|source| ComputeError::Run { dataset: dataset.name(), source })?;
    let Some(traced) = traced.and_then(|rows| rows.into_iter().next()) else {
        return Ok(None);
    };
    let mut file = CaseFile {
        line: make_case_line(id.to_owned(), traced, Vec::new()),
        moments: Vec::new(),
        intervals: read_intervals(row),
        facts: Vec::new(),
    };
    for column in dataset.schema().columns {
        let name = column.name.to_owned();
        match column.kind {
            ValueKind::Moment => {
                file.moments.extend(read_moments(row, &name)[0].map(|second| (name, second)));
            }
            ValueKind::Label
            | ValueKind::Text
            | ValueKind::Integer
            | ValueKind::Number
            | ValueKind::Boolean => {
                let value = read_texts(row, &name).swap_remove(0);
                if !value.is_empty() {
                    file.facts.push((name, value));
                }
            }
        }
    }
    Ok(Some(file))
}

fn read_intervals(row: &RecordBatch) -> Vec<CaseInterval> {
    let lists = row.column_by_name("intervals").and_then(|column| column.as_list_opt::<i32>());
    let Some(lists) = lists.filter(|lists| lists.is_valid(0)) else {
        return Vec::new();
    };
    let inside = lists.value(0);
    let Some(inside) = inside.as_struct_opt() else {
        return Vec::new();
    };
    let inside = RecordBatch::from(inside.clone());
    let (from, to) = (read_moments(&inside, "from"), read_moments(&inside, "to"));
    let (kinds, reasons) = (read_texts(&inside, "kind"), read_texts(&inside, "reason"));
    let approved_by = read_texts(&inside, "approved_by");
    (0..inside.num_rows())
        .filter_map(|at| {
            Some(CaseInterval {
                kind: kinds[at].clone(),
                from: from[at]?,
                to: to[at],
                reason: reasons[at].clone(),
                approved_by: approved_by[at].clone(),
            })
        })
        .collect()
}

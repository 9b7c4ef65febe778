//! One case with everything its source said of it, and what an indicator makes of it.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use trueline_figures::{Request, columns_needed, trace};
use trueline_lake::Kind;

use super::list::{CaseLine, line};
use crate::systems::indicators::{
    ComputeError, Indicator, Pack, Question, Records, column_moments as moments,
    column_texts as texts, find_indicator, request,
};

/// A case as it was imported.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// What the indicator makes of it.
    pub line: CaseLine,
    /// What happened when: column → UTC seconds, in the order of the schema.
    pub moments: Vec<(String, i64)>,
    pub intervals: Vec<CaseInterval>,
    /// Everything else that was given: column → value.
    pub facts: Vec<(String, String)>,
}

/// A stretch of time inside a case.
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

/// The case `source/source_key`; `None` if the dataset of the indicator has no such case.
pub fn case_file(
    pack: &Pack,
    indicator: &str,
    id: &str,
    question: &Question,
    records: &dyn Records,
) -> Result<Option<CaseFile>, ComputeError> {
    let indicator = find_indicator(pack, indicator)?;
    let period = question.filter.period(pack, &question.period)?;
    let calendars = records.calendars()?;
    let Some(asked) = request(pack, question, &period, &[indicator], &[], &calendars) else {
        return Ok(None);
    };
    let asked = Request { dimensions: Vec::new(), ..asked };
    let failed = |source| ComputeError::Records { dataset: indicator.dataset.name(), source };
    let columns = columns(&asked, indicator);
    for part in records.parts(indicator.dataset, &columns).map_err(failed)? {
        for batch in part.batches() {
            let batch = batch.map_err(failed)?;
            if let Some(row) = place(&batch, id) {
                return read(&asked, indicator, id, &batch.slice(row, 1));
            }
        }
    }
    Ok(None)
}

fn columns(request: &Request, indicator: &Indicator) -> Vec<String> {
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

fn place(batch: &RecordBatch, id: &str) -> Option<usize> {
    let sources = texts(batch, "source");
    let keys = texts(batch, "source_key");
    let is_it = |(source, key): (&String, &String)| {
        id.strip_prefix(source.as_str()).and_then(|rest| rest.strip_prefix('/')) == Some(key)
    };
    sources.iter().zip(&keys).position(is_it)
}

/// Reads a batch of one row.
fn read(
    request: &Request,
    indicator: &Indicator,
    id: &str,
    row: &RecordBatch,
) -> Result<Option<CaseFile>, ComputeError> {
    let dataset = indicator.dataset;
    let traced = trace(request, &indicator.id, row)
        .map_err(|source| ComputeError::Run { dataset: dataset.name(), source })?;
    let Some(traced) = traced.and_then(|rows| rows.into_iter().next()) else {
        return Ok(None);
    };
    let mut file = CaseFile {
        line: line(id.to_owned(), traced, Vec::new()),
        moments: Vec::new(),
        intervals: intervals(row),
        facts: Vec::new(),
    };
    for column in dataset.schema().columns {
        let name = column.name.to_owned();
        match column.kind {
            Kind::Moment => {
                file.moments.extend(moments(row, &name)[0].map(|second| (name, second)));
            }
            Kind::Label | Kind::Text | Kind::Integer | Kind::Number | Kind::Boolean => {
                let value = texts(row, &name).swap_remove(0);
                if !value.is_empty() {
                    file.facts.push((name, value));
                }
            }
        }
    }
    Ok(Some(file))
}

fn intervals(row: &RecordBatch) -> Vec<CaseInterval> {
    let lists = row.column_by_name("intervals").and_then(|column| column.as_list_opt::<i32>());
    let Some(lists) = lists.filter(|lists| lists.is_valid(0)) else {
        return Vec::new();
    };
    let inside = lists.value(0);
    let Some(inside) = inside.as_struct_opt() else {
        return Vec::new();
    };
    let inside = RecordBatch::from(inside.clone());
    let (from, to) = (moments(&inside, "from"), moments(&inside, "to"));
    let (kinds, reasons) = (texts(&inside, "kind"), texts(&inside, "reason"));
    let approved_by = texts(&inside, "approved_by");
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

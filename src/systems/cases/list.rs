//! The cases behind a figure, each with its clock.

use arrow_array::RecordBatch;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};
use trueline_figures::{Request, RowOutcome, TracedRow, columns_needed, trace_rows};

use crate::datasets::Dataset;
use crate::systems::indicators::{
    ComputeError, FigureQuestion, Indicator, Pack, RecordSource, RequestInputs, find_indicator,
    read_texts,
};

/// Other columns that are shown of a case, if the dataset has them.
const SHOWN: [&str; 8] =
    ["kind", "service", "region", "area", "channel", "maintainer", "cause", "satisfaction"];

/// Which cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseSelection {
    /// Everything in the population and period, including excluded and unmeasurable cases.
    All,
    /// Counted, and past its limit.
    Late,
    /// Left out.
    Excluded,
    /// Still open at the end of the period.
    Open,
}

/// One case and what an indicator makes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseLine {
    /// `source/source_key`
    pub id: String,
    pub outcome: CaseOutcome,
    /// UTC seconds.
    pub start: Option<i64>,
    pub stop: Option<i64>,
    /// Seconds on the clock; 1 or 0 of a share.
    pub value: Option<i64>,
    /// The same without subtracting pauses.
    pub without_pauses: Option<i64>,
    /// The last instant on time, UTC seconds.
    pub due: Option<i64>,
    /// 0 when it is on time; absent without a limit.
    pub late_by: Option<i64>,
    /// The limit that is passed first, as printed, and who set it.
    pub limit: Option<String>,
    pub limit_by: Option<String>,
    /// Seconds on the clock at the end of the period, if it was open then.
    pub open: Option<i64>,
    /// Column → value, for the columns that the dataset has.
    pub columns: Vec<(String, String)>,
}

/// Whether a case is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOutcome {
    Counted,
    Excluded {
        reason: String,
        is_approved: bool,
    },
    Unmeasurable,
    /// Still open, and so in no period yet.
    Open,
}

/// The cases of one indicator, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct CaseList {
    pub lines: Vec<CaseLine>,
    pub total: u64,
}

/// Builds the request about the rows of one indicator, without slices. `None` if the filter needs a
/// column that the dataset lacks.
pub(super) fn build_case_request(
    pack: &Pack,
    indicator: &Indicator,
    question: &FigureQuestion,
    records: &dyn RecordSource,
) -> Result<Option<Request>, ComputeError> {
    let period = question.filter.narrow_period(pack, &question.period)?;
    let calendars = records.read_calendars()?;
    let inputs = RequestInputs {
        pack,
        filter: &question.filter,
        period: &period,
        by: &[],
        calendars: &calendars,
    };
    let asked = inputs.build_request(&[indicator]);
    Ok(asked.map(|asked| Request { dimensions: Vec::new(), ..asked }))
}

/// Lists the cases behind an indicator; the latest first, then by id.
pub(crate) fn list_cases(
    pack: &Pack,
    indicator: &str,
    question: &FigureQuestion,
    which: CaseSelection,
    records: &dyn RecordSource,
) -> Result<CaseList, ComputeError> {
    let indicator = find_indicator(pack, indicator)?;
    let Some(asked) = build_case_request(pack, indicator, question, records)? else {
        return Ok(CaseList::default());
    };
    let mut list = CaseList::default();
    let dataset = indicator.dataset;
    let failed = |source| ComputeError::Records { dataset: dataset.name(), source };
    for part in
        records.read_parts(dataset, &list_wanted_columns(&asked, dataset)).map_err(failed)?
    {
        for batch in part.read_batches() {
            let batch = batch.map_err(failed)?;
            add_cases(&mut list, &asked, indicator, which, &batch)?;
        }
    }
    list.lines.sort_by(|a, b| (b.late_by, &a.id).cmp(&(a.late_by, &b.id)));
    list.total = list.lines.len() as u64;
    Ok(list)
}

fn list_wanted_columns(request: &Request, dataset: Dataset) -> Vec<String> {
    let mut wanted = columns_needed(request);
    let schema = dataset.schema();
    let known = |name: &&str| schema.columns.iter().any(|column| column.name == *name);
    let shown = ["source", "source_key"].into_iter().chain(SHOWN);
    for name in shown.filter(known) {
        if !wanted.iter().any(|column| column == name) {
            wanted.push(name.to_owned());
        }
    }
    wanted
}

fn add_cases(
    list: &mut CaseList,
    request: &Request,
    indicator: &Indicator,
    which: CaseSelection,
    batch: &RecordBatch,
) -> Result<(), ComputeError> {
    let traced = trace_rows(request, &indicator.id, batch)
        .map_err(|source| ComputeError::Run { dataset: indicator.dataset.name(), source })?;
    let chosen: Vec<(usize, TracedRow)> = traced
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .filter(|(_, row)| is_wanted(row, which))
        .collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let source = read_texts(batch, "source");
    let key = read_texts(batch, "source_key");
    let shown: Vec<(&str, Vec<String>)> = SHOWN
        .iter()
        .filter(|name| batch.column_by_name(name).is_some())
        .map(|name| (*name, read_texts(batch, name)))
        .collect();
    for (row, traced) in chosen {
        let columns = shown.iter().map(|(name, values)| ((*name).to_owned(), values[row].clone()));
        list.lines.push(make_case_line(
            format!("{}/{}", source[row], key[row]),
            traced,
            columns.collect(),
        ));
    }
    Ok(())
}

fn is_wanted(row: &TracedRow, which: CaseSelection) -> bool {
    let in_scope = row.outcome != RowOutcome::OutOfScope;
    match which {
        CaseSelection::All => in_scope || row.open.is_some(),
        CaseSelection::Late => row.outcome == RowOutcome::Counted && row.is_late(),
        CaseSelection::Excluded => matches!(row.outcome, RowOutcome::Excluded { .. }),
        CaseSelection::Open => row.open.is_some(),
    }
}

pub(super) fn make_case_line(
    id: String,
    traced: TracedRow,
    columns: Vec<(String, String)>,
) -> CaseLine {
    let outcome = match traced.outcome {
        RowOutcome::Counted => CaseOutcome::Counted,
        RowOutcome::Excluded { reason, is_approved } => {
            CaseOutcome::Excluded { reason, is_approved }
        }
        RowOutcome::Unmeasurable => CaseOutcome::Unmeasurable,
        RowOutcome::OutOfScope => CaseOutcome::Open,
    };
    let limit = traced.limit;
    CaseLine {
        id,
        outcome,
        start: traced.start,
        stop: traced.stop,
        value: traced.value,
        without_pauses: traced.without_pauses,
        due: limit.as_ref().map(|limit| limit.due),
        late_by: limit.as_ref().map(|limit| limit.late_by),
        limit: limit.as_ref().map(|limit| limit.bound.text.clone()),
        limit_by: limit.map(|limit| limit.bound.by),
        open: traced.open,
        columns,
    }
}

/// Writes a case with its moments in RFC 3339 and its durations in seconds.
pub(crate) fn case_to_json(case: &CaseLine, zone: &TimeZone) -> Value {
    let moment = |seconds: Option<i64>| {
        let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())?;
        Some(moment.display_with_offset(zone.to_offset(moment)).to_string())
    };
    let (outcome, reason, approved) = match &case.outcome {
        CaseOutcome::Counted => ("counted", None, None),
        CaseOutcome::Excluded { reason, is_approved } => {
            ("excluded", Some(reason.as_str()), Some(*is_approved))
        }
        CaseOutcome::Unmeasurable => ("unmeasurable", None, None),
        CaseOutcome::Open => ("open", None, None),
    };
    let columns: serde_json::Map<String, Value> = case
        .columns
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    json!({
        "case": case.id,
        "outcome": outcome,
        "reason": reason,
        "approved": approved,
        "start": moment(case.start),
        "stop": moment(case.stop),
        "elapsed": case.value,
        "without_pauses": case.without_pauses,
        "due": moment(case.due),
        "late_by": case.late_by,
        "limit": case.limit,
        "limit_by": case.limit_by,
        "open": case.open,
        "columns": columns,
    })
}

//! Figures of a period: every published statistic of a pack, in every slice that was asked for.
//!
//! Each dataset is read once for all indicators about it. Slices are the whole, every dimension
//! asked for, every segment that the pack publishes, and all their combinations, so that a slice
//! can be compared with what it is a part of.

use std::collections::{BTreeMap, BTreeSet};

use trueline_clock::{Calendar, CalendarError};
use trueline_expression::Expr;
use trueline_figures::{
    Answer, Dimension, Period, Request, RunError, Slice, SourceError, answer_request,
    columns_needed,
};

use trueline_language::Text;

use super::compile;
use super::count_dataset::COUNT;
use super::counts::{self, CountTable};
use super::dimensions::{self, DimensionError, Filter};
use super::figure_inputs::{FigureInputs, working_day_seconds};
use super::limits::LateCounts;
use super::mistake::{offer_one_of, offer_text};
use super::model::{Indicator, IndicatorMeasure, LimitKind, Pack};
use super::rates;
use super::records::RecordSource;
use super::row::FigureRow;
use crate::datasets::Dataset;

/// What is asked of a pack.
#[derive(Debug, Clone)]
pub struct FigureQuestion {
    pub period: Period,
    /// Names of dimensions: `prefecture`, `month`, `area`, `x_priority`.
    pub by: Vec<String>,
    pub filter: Filter,
    /// Only these indicators; empty for all of the pack.
    pub only: Vec<String>,
}

impl FigureQuestion {
    /// All figures of a period, without slices.
    pub fn about_period(period: Period) -> FigureQuestion {
        FigureQuestion { period, by: Vec::new(), filter: Filter::default(), only: Vec::new() }
    }

    /// The same question about another period.
    #[must_use]
    pub fn for_period(&self, period: Period) -> FigureQuestion {
        FigureQuestion { period, ..self.clone() }
    }
}

/// The figures of a pack for one period.
#[derive(Debug, Clone)]
pub struct FigureResults {
    pub pack: String,
    pub version: String,
    pub period: Period,
    /// Seconds of one working day by the pack's calendar; of a natural day if it has none.
    pub working_day_seconds: i64,
    /// In the order of the pack; for each statistic the whole first, then its slices.
    pub rows: Vec<FigureRow>,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ComputeError {
    #[error(transparent)]
    Dimension(#[from] DimensionError),
    #[error("there is no indicator `{id}` in {pack}{}", offer_text( .instead.as_ref()))]
    #[zh("{pack} 中没有指标 `{id}`{}", offer_text(.instead.as_ref()))]
    NoIndicator { id: String, pack: String, instead: Option<Text> },
    #[error("a calendar cannot be read")]
    #[zh("无法读取日历")]
    Calendar(#[from] CalendarError),
    #[error("the records of {dataset} cannot be read")]
    #[zh("无法读取 {dataset} 的记录")]
    Records {
        dataset: &'static str,
        #[source]
        source: SourceError,
    },
    #[error("the figures about {dataset} cannot be computed")]
    #[zh("无法计算 {dataset} 的指标值")]
    Run {
        dataset: &'static str,
        #[source]
        source: RunError,
    },
}

/// Computes the figures.
pub(crate) fn compute_figures(
    pack: &Pack,
    question: &FigureQuestion,
    records: &dyn RecordSource,
) -> Result<FigureResults, ComputeError> {
    compute_with(pack, question, records, &BTreeMap::new())
}

/// Computes the figures with the answers that are known already for some datasets: those to the
/// requests that `build_requests` builds.
pub(crate) fn compute_with(
    pack: &Pack,
    question: &FigureQuestion,
    records: &dyn RecordSource,
    known: &BTreeMap<Dataset, &Answer>,
) -> Result<FigureResults, ComputeError> {
    let wanted = find_wanted_indicators(pack, question)?;
    let period = question.filter.narrow_period(pack, &question.period)?;
    let by = dimensions::find_dimensions(pack, &question.by)?;
    let calendars = records.read_calendars()?;
    let counts = load_counts(records)?;
    let mut answers: BTreeMap<Dataset, Answer> = BTreeMap::new();
    for (dataset, request) in build_requests(pack, question, records)? {
        if !known.contains_key(&dataset) {
            answers.insert(dataset, run_request(dataset, &request, records)?);
        }
    }
    let mut rows = Vec::new();
    for indicator in wanted {
        let dimensions = list_slicing_dimensions(pack, indicator, &by);
        let answer = answers.get(&indicator.dataset);
        let answer = known.get(&indicator.dataset).copied().or(answer);
        if answer.is_none() && !indicator.dataset.holds_counts() {
            continue;
        }
        let inputs = FigureInputs {
            pack,
            indicator,
            period: &period,
            calendars: &calendars,
            counts: &counts,
            answer,
        };
        let late = LateCounts::new(&inputs, &dimensions);
        for subset in list_subsets(&dimensions) {
            rows.extend(inputs.build_rows(&subset, &late.project_along(&subset)));
        }
    }
    sort_by_statistic(pack, &mut rows);
    Ok(FigureResults {
        pack: pack.id.clone(),
        version: pack.version.clone(),
        period,
        working_day_seconds: working_day_seconds(pack, &calendars),
        rows,
    })
}

/// Builds the request to the engine about each dataset that a question needs.
pub(super) fn build_requests(
    pack: &Pack,
    question: &FigureQuestion,
    records: &dyn RecordSource,
) -> Result<Vec<(Dataset, Request)>, ComputeError> {
    let wanted = find_wanted_indicators(pack, question)?;
    let period = question.filter.narrow_period(pack, &question.period)?;
    let by = dimensions::find_dimensions(pack, &question.by)?;
    let (calendars, counts) = (records.read_calendars()?, load_counts(records)?);
    let mut requests = Vec::new();
    for dataset in pack.datasets.iter().filter(|dataset| !dataset.holds_counts()) {
        let about: Vec<&Indicator> =
            wanted.iter().copied().filter(|indicator| indicator.dataset == dataset).collect();
        let mut cut = by.clone();
        for level in rates::find_counted_levels(pack, &about, &counts) {
            let dimension = dimensions::find_dimension(pack, level)?;
            if !cut.contains(&dimension) {
                cut.push(dimension);
            }
        }
        let inputs = RequestInputs {
            pack,
            filter: &question.filter,
            period: &period,
            by: &cut,
            calendars: &calendars,
        };
        requests.extend(inputs.build_request(&about).map(|request| (dataset, request)));
    }
    Ok(requests)
}

impl FigureResults {
    /// One figure by its id, such as `fixed.install.mean` or `fixed.install.mean[area=urban]`.
    pub fn find_figure(&self, id: &str) -> Option<&FigureRow> {
        let (name, slice) = parse_figure_id(id)?;
        self.rows.iter().find(|row| {
            row.slice == slice
                && name
                    .strip_prefix(row.indicator.as_str())
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|statistic| statistic == row.statistic)
        })
    }
}

/// Splits `fixed.install.mean[area=urban,month=2020-05]`.
pub(crate) fn parse_figure_id(id: &str) -> Option<(&str, Slice)> {
    let Some((name, rest)) = id.split_once('[') else {
        return Some((id, Slice::new()));
    };
    let inside = rest.strip_suffix(']')?;
    let pairs = inside.split(',').map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    });
    Some((name, pairs.collect::<Option<Slice>>()?))
}

/// Finds the indicators that a question is about.
pub(super) fn find_wanted_indicators<'a>(
    pack: &'a Pack,
    question: &FigureQuestion,
) -> Result<Vec<&'a Indicator>, ComputeError> {
    if question.only.is_empty() {
        return Ok(pack.indicators.iter().collect());
    }
    question.only.iter().map(|id| find_indicator(pack, id)).collect()
}

pub(crate) fn find_indicator<'a>(pack: &'a Pack, id: &str) -> Result<&'a Indicator, ComputeError> {
    pack.find_indicator(id).ok_or_else(|| {
        let known = pack.indicators.iter().map(|known| known.id.as_str());
        ComputeError::NoIndicator {
            id: id.to_owned(),
            pack: pack.id.clone(),
            instead: offer_one_of(id, known),
        }
    })
}

/// Lists the dimensions along which an indicator is published: those asked for, then its own
/// segments.
fn list_slicing_dimensions(pack: &Pack, indicator: &Indicator, by: &[Dimension]) -> Vec<String> {
    let mut names: Vec<String> = by
        .iter()
        .filter(|dimension| match (&indicator.measure, indicator.dataset) {
            // A rate over `count` has regions and time only.
            (IndicatorMeasure::Per(_), dataset) if dataset.holds_counts() => {
                pack.levels.iter().any(|level| level.name == dimension.name)
            }
            (_, dataset) => dimensions::suits_dataset(dataset, dimension),
        })
        .map(|dimension| dimension.name.clone())
        .collect();
    for segment in &indicator.segments {
        if !names.contains(segment) {
            names.push(segment.clone());
        }
    }
    names
}

/// Lists every subset of the names, the smallest first.
fn list_subsets(names: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for name in names {
        let with: Vec<Vec<String>> =
            all.iter().map(|known| known.iter().cloned().chain([name.clone()]).collect()).collect();
        all.extend(with);
    }
    all.sort_by_key(Vec::len);
    all
}

/// What a request to the engine is built from, whichever indicators it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestInputs<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) filter: &'a Filter,
    pub(crate) period: &'a Period,
    pub(crate) by: &'a [Dimension],
    pub(crate) calendars: &'a [Calendar],
}

impl RequestInputs<'_> {
    /// Builds the request about indicators of one dataset. `None` without indicators, or if the
    /// filter needs a column that the dataset lacks.
    pub(crate) fn build_request(&self, about: &[&Indicator]) -> Option<Request> {
        let pack = self.pack;
        let dataset = about.first()?.dataset;
        let filter = self.filter.row_condition(pack, dataset)?;
        let mut dimensions: Vec<Dimension> = self
            .by
            .iter()
            .filter(|dimension| dimensions::suits_dataset(dataset, dimension))
            .cloned()
            .collect();
        let own: BTreeSet<&String> = about.iter().flat_map(|one| list_own_columns(one)).collect();
        for name in own {
            if let Ok(dimension) = dimensions::find_dimension(pack, name)
                && !dimensions.contains(&dimension)
            {
                dimensions.push(dimension);
            }
        }
        let mut definitions: Vec<_> = about
            .iter()
            .flat_map(|indicator| compile::compile_definitions(pack, indicator))
            .collect();
        if filter != Expr::Boolean(true) {
            for definition in &mut definitions {
                let population = definition.population.clone();
                definition.population = Expr::And(vec![population, filter.clone()]);
            }
        }
        Some(Request {
            definitions,
            period: self.period.clone(),
            dimensions,
            zone: pack.zone.rules().clone(),
            calendars: self.calendars.to_vec(),
        })
    }
}

/// Lists the columns that the indicator's own segments and limits tell apart.
fn list_own_columns(indicator: &Indicator) -> impl Iterator<Item = &String> {
    let limits = indicator
        .limits
        .iter()
        .filter(|limit| matches!(limit.kind, LimitKind::Longest(_)))
        .flat_map(|limit| limit.segment.keys());
    indicator.segments.iter().chain(limits)
}

pub(super) fn run_request(
    dataset: Dataset,
    request: &Request,
    records: &dyn RecordSource,
) -> Result<Answer, ComputeError> {
    let parts = records
        .read_parts(dataset, &columns_needed(request))
        .map_err(|source| ComputeError::Records { dataset: dataset.name(), source })?;
    answer_request(request, &parts)
        .map_err(|source| ComputeError::Run { dataset: dataset.name(), source })
}

/// Reads the dataset `count`, which is small.
pub(crate) fn load_counts(records: &dyn RecordSource) -> Result<CountTable, ComputeError> {
    let failed = |source| ComputeError::Records { dataset: "count", source };
    let columns: Vec<String> = counts::COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    let mut counts = CountTable::default();
    for part in records.read_parts(COUNT, &columns).map_err(failed)? {
        for batch in part.read_batches() {
            counts.add_batch(&batch.map_err(failed)?);
        }
    }
    Ok(counts)
}

/// Sorts the figures by statistic in the order of the pack, then the whole before its slices.
fn sort_by_statistic(pack: &Pack, rows: &mut [FigureRow]) {
    let place = |row: &FigureRow| {
        let indicator = pack.indicators.iter().position(|i| i.id == row.indicator);
        let statistic = indicator.and_then(|at| {
            let publish = &pack.indicators[at].publish;
            publish.iter().position(|s| s.id == row.statistic)
        });
        (indicator, statistic)
    };
    rows.sort_by_cached_key(|row| (place(row), row.slice.len(), row.slice.clone()));
}

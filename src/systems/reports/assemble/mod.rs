//! From figures, settings and words to a report.
//!
//! [`gather`] reads the records once for every language; [`assemble`] decides everything that is
//! printed. Nothing here rounds: printed values come from `indicators`.

mod charts;
mod data;
mod definitions;
mod filing;
mod lines;
mod periods;

use trueline_figures::Period;

use crate::systems::indicators::{
    ComputeError, Dataset, Distribution, Filter, Pack, Question, Records, Results, StatisticKind,
    Status, compute, distributions,
};

use super::model::{Ancestor, Percentiles};
use super::model::{DataNote, Language, Made, PackNote, Report, SCHEMA, SliceRow};
use super::narrative::{self, Context, Narrative, NarrativeError};
use super::settings::ReportSettings;

pub use data::data_note;
pub use filing::FilingError;

/// The figures that a report is made from, in no language yet.
#[derive(Debug, Clone)]
pub struct Material {
    pub current: Results,
    /// None if nothing was recorded in the period before.
    pub previous: Option<Results>,
    pub distributions: Vec<Distribution>,
}

/// All that a report is assembled from.
#[derive(Debug)]
pub struct Assembly<'a> {
    pub pack: &'a Pack,
    pub settings: &'a ReportSettings,
    pub language: Language,
    pub material: &'a Material,
    /// Where the records came from and what was found in them.
    pub data: DataNote,
    /// The name of the narrative's file, for messages, and its text.
    pub narrative: Option<(&'a str, &'a str)>,
    /// The cut of the records, as printed; none for everything imported.
    pub as_of: Option<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    #[error(transparent)]
    Filing(#[from] FilingError),
    #[error(transparent)]
    Narrative(#[from] NarrativeError),
    #[error("there is no time zone `{0}`")]
    Zone(String),
}

/// Computes the figures of a period and of the one before, with slices by region and month.
pub fn gather(
    pack: &Pack,
    period: &Period,
    records: &dyn Records,
) -> Result<Material, ComputeError> {
    let by = slicing(pack, period);
    let ask = |period: Period| {
        let question =
            Question { period, by: by.clone(), filter: Filter::default(), only: Vec::new() };
        compute(pack, &question, records)
    };
    let current = ask(period.clone())?;
    let zone = periods::zone(&pack.zone);
    let earlier = zone.and_then(|zone| period.previous(&zone).ok());
    let previous = earlier.map(ask).transpose()?;
    let previous = previous.filter(|results| results.rows.iter().any(|row| row.value.is_some()));
    let spread: Vec<String> = charts::spread(pack, &current);
    Ok(Material {
        distributions: distributions(pack, period, &spread, records)?,
        current,
        previous,
    })
}

/// The level of regions below the widest, and months where the period has more than one.
pub fn slicing(pack: &Pack, period: &Period) -> Vec<String> {
    const LONGEST_MONTH: i64 = 31 * 86_400;
    let level = pack.levels.get(1).or(pack.levels.first());
    let mut by: Vec<String> = level.map(|level| level.name.clone()).into_iter().collect();
    if period.to - period.from > LONGEST_MONTH {
        by.push("month".to_owned());
    }
    by
}

/// The name of the level of regions that reports compare.
fn region_level(pack: &Pack) -> Option<&str> {
    pack.levels.get(1).or(pack.levels.first()).map(|level| level.name.as_str())
}

/// Assembles the report in one language.
pub fn assemble(assembly: Assembly<'_>) -> Result<Report, AssembleError> {
    let (pack, language) = (assembly.pack, assembly.language);
    let zone = periods::zone(&pack.zone).ok_or_else(|| AssembleError::Zone(pack.zone.clone()))?;
    let material = assembly.material;
    let stretch = |period: &Period| periods::stretch(period, &zone, language);
    let period = stretch(&material.current.period);
    let previous = material.previous.as_ref().map(|results| stretch(&results.period));
    let company = filing::company(assembly.settings, language);
    let groups = lines::groups(&assembly);
    let slices = slices(pack, &material.current);
    let context = Context {
        language,
        groups: &groups,
        slices: &slices,
        fields: super::default_fields(&company, &period, previous.as_ref()),
        empty: pack.indicators.iter().map(|indicator| indicator.id.clone()).collect(),
    };
    let words = match assembly.narrative {
        Some((file, text)) => narrative::resolve(text, file, &context)?,
        None => Narrative::default(),
    };
    Ok(Report {
        schema: SCHEMA.to_owned(),
        language,
        simulated: assembly.settings.simulated,
        filing: filing::filing(assembly.settings, &period, language)?,
        period,
        previous,
        company,
        pack: pack_note(pack, language),
        made: Made {
            program: "Trueline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: assembly.as_of.clone(),
            zone: pack.zone.clone(),
        },
        narrative: words.parts,
        charts: charts::charts(&assembly),
        definitions: definitions::definitions(&assembly),
        legal_sources: definitions::legal_sources(pack, language),
        not_answered: definitions::not_answered(pack, language),
        data: assembly.data,
        lags: Vec::new(),
        not_from_records: words.not_from_records,
        groups,
        slices,
    })
}

fn pack_note(pack: &Pack, language: Language) -> PackNote {
    let lineage = pack.lineage.iter().map(|one| Ancestor {
        id: one.id.clone(),
        version: one.version.clone(),
        title: language.of(&one.title).to_owned(),
        digest: one.digest.clone(),
    });
    PackNote {
        id: pack.id.clone(),
        version: pack.version.clone(),
        title: language.of(&pack.title).to_owned(),
        lineage: lineage.collect(),
    }
}

/// Every slice of a main figure that is not a line of the report itself.
fn slices(pack: &Pack, results: &Results) -> Vec<SliceRow> {
    let mut rows = Vec::new();
    for row in results.rows.iter().filter(|row| row.status == Status::Computed) {
        let figure = pack.figure(&format!("{}.{}", row.indicator, row.statistic));
        let Some((indicator, statistic)) = figure else {
            continue;
        };
        let bare = row.slice.is_empty() && indicator.segments.is_empty();
        let segment =
            row.slice.len() == 1 && row.slice.keys().all(|name| indicator.segments.contains(name));
        let kept = matches!(statistic.kind, StatisticKind::OnTime { .. });
        if bare || segment || !(statistic.main || kept) {
            continue;
        }
        let waits = indicator.dataset == Dataset::Case && indicator.clock().is_some();
        rows.push(SliceRow {
            indicator: row.indicator.clone(),
            statistic: row.statistic.clone(),
            slice: row.slice.clone(),
            value: row.value,
            printed: row.printed.clone(),
            unit: row.unit.clone(),
            n: row.n,
            late: row.late,
            longest: row.longest.filter(|_| waits),
            percentiles: row.percentiles.filter(|_| waits).map(|all| Percentiles {
                p50: all.p50,
                p80: all.p80,
                p95: all.p95,
                p99: all.p99,
            }),
        });
    }
    rows
}

#[cfg(test)]
mod tests;

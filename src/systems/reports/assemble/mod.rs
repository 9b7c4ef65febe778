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

use std::collections::BTreeSet;

use trueline_figures::{Period, Slice};

use crate::systems::indicators::{
    ComputeError, Distribution, FigureQuestion, FigureResults, FigureStatus, Pack, RecordSource,
    StatisticKind, compute_distributions, compute_figures,
};

use super::correction::Correction;
use super::model::{
    DataNote, Language, PackNote, QualityReport, ReportProvenance, ReportedLag, ReportedSlice,
    SCHEMA,
};
use super::model::{LineagePack, ReportedPercentiles};
use super::narrative::{self, Narrative, NarrativeError, ReferenceContext};
use super::settings::ReportSettings;

pub use data::data_note;
pub use filing::FilingError;

/// The figures that a report is made from, in no language yet.
#[derive(Debug, Clone)]
pub struct ReportFigures {
    pub current: FigureResults,
    /// None if nothing was recorded in the period before.
    pub previous: Option<FigureResults>,
    pub distributions: Vec<Distribution>,
}

/// What the figures of a report are chosen from.
#[derive(Debug, Clone, Copy)]
pub struct ReportBasis<'a> {
    pub pack: &'a Pack,
    pub language: Language,
    pub material: &'a ReportFigures,
}

/// All that a report is assembled from.
#[derive(Debug)]
pub struct ReportParts<'a> {
    pub basis: ReportBasis<'a>,
    pub settings: &'a ReportSettings,
    /// Where the records came from and what was found in them.
    pub data: DataNote,
    /// How late the records were committed to; empty without a ledger.
    pub lags: &'a [ReportedLag],
    /// What the report corrects, if it corrects one.
    pub correction: Option<&'a Correction>,
    /// The name of the narrative's file, for messages, and its text.
    pub narrative: Option<(&'a str, &'a str)>,
    /// The cut of the records, as printed; none for everything imported.
    pub as_of: Option<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum AssembleError {
    #[error(transparent)]
    Filing(#[from] FilingError),
    #[error(transparent)]
    Narrative(#[from] NarrativeError),
}

/// Computes the figures of a period and of the one before, with slices by region and month.
pub fn gather(
    pack: &Pack,
    period: &Period,
    records: &dyn RecordSource,
) -> Result<ReportFigures, ComputeError> {
    let question = figure_question(pack, period);
    let current = compute_figures(pack, &question, records)?;
    let earlier = period.previous_period(pack.zone.rules()).ok();
    let previous =
        earlier.map(|earlier| compute_figures(pack, &question.for_period(earlier), records));
    let previous = previous.transpose()?;
    let previous = previous.filter(|results| results.rows.iter().any(|row| row.value.is_some()));
    let spread: Vec<String> = charts::spread(pack, &current);
    Ok(ReportFigures {
        distributions: compute_distributions(pack, period, &spread, records)?,
        current,
        previous,
    })
}

/// The question whose answer a report about a period prints. A period that stands beside it is
/// sliced
/// alike: [`Question::for_period`].
pub fn figure_question(pack: &Pack, period: &Period) -> FigureQuestion {
    FigureQuestion { by: slicing(pack, period), ..FigureQuestion::about_period(period.clone()) }
}

/// The level of regions below the widest, and months where the period has more than one.
fn slicing(pack: &Pack, period: &Period) -> Vec<String> {
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
pub fn assemble(assembly: ReportParts<'_>) -> Result<QualityReport, AssembleError> {
    let basis = assembly.basis;
    let ReportBasis { pack, language, material } = basis;
    let zone = pack.zone.rules();
    let stretch = |period: &Period| periods::stretch(period, zone, language);
    let period = stretch(&material.current.period);
    let previous = material.previous.as_ref().map(|results| stretch(&results.period));
    let company = filing::company(assembly.settings, language);
    let groups = lines::groups(&basis);
    let slices = slices(pack, &material.current);
    let context = ReferenceContext {
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
    let mut filing = filing::filing(assembly.settings, &period, language)?;
    if let Some(correction) = assembly.correction {
        filing.restates = Some(correction.id.clone());
        filing.restatement_reason.clone_from(&correction.reason);
    }
    Ok(QualityReport {
        schema: SCHEMA.to_owned(),
        language,
        simulated: assembly.settings.simulated,
        filing,
        period,
        previous,
        company,
        pack: pack_note(pack, language),
        made: ReportProvenance {
            program: "Trueline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: assembly.as_of.clone(),
            zone: pack.zone.name().to_owned(),
        },
        narrative: words.parts,
        charts: charts::charts(&basis),
        definitions: definitions::definitions(&basis),
        legal_sources: definitions::legal_sources(pack, language),
        not_answered: definitions::not_answered(pack, language),
        data: assembly.data,
        lags: assembly.lags.to_vec(),
        not_from_records: words.not_from_records,
        groups,
        slices,
    })
}

/// A figure by its id and slice.
pub(super) type FigureKey = (String, Slice);

/// Which figures a report prints, of its period and of the one before.
pub(super) struct PrintedFigures {
    pub(super) current: BTreeSet<FigureKey>,
    pub(super) previous: BTreeSet<FigureKey>,
}

/// Chooses the figures that a report prints.
pub(super) fn printed_figures(basis: &ReportBasis<'_>) -> PrintedFigures {
    let slices = slices(basis.pack, &basis.material.current);
    let key = |row: ReportedSlice| (format!("{}.{}", row.indicator, row.statistic), row.slice);
    let mut current: BTreeSet<FigureKey> = slices.into_iter().map(key).collect();
    let mut previous = BTreeSet::new();
    for line in lines::groups(basis).iter().flat_map(|group| &group.lines) {
        let key = (line.id(), line.figure.slice.clone());
        if line.previous.as_ref().is_some_and(|before| !before.as_published) {
            previous.insert(key.clone());
        }
        current.insert(key);
    }
    PrintedFigures { current, previous }
}

fn pack_note(pack: &Pack, language: Language) -> PackNote {
    let lineage = pack.lineage.iter().map(|one| LineagePack {
        id: one.id.clone(),
        version: one.version.clone(),
        title: one.title.in_language(language).to_owned(),
        digest: one.digest.clone(),
    });
    PackNote {
        id: pack.id.clone(),
        version: pack.version.clone(),
        title: pack.title.in_language(language).to_owned(),
        lineage: lineage.collect(),
    }
}

/// Every slice of a main figure that is not a line of the report itself.
fn slices(pack: &Pack, results: &FigureResults) -> Vec<ReportedSlice> {
    let mut rows = Vec::new();
    for row in results.rows.iter().filter(|row| row.status == FigureStatus::Computed) {
        let figure = pack.find_figure(&format!("{}.{}", row.indicator, row.statistic));
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
        let waits = indicator.dataset.holds_cases() && indicator.clock_spec().is_some();
        rows.push(ReportedSlice {
            indicator: row.indicator.clone(),
            statistic: row.statistic.clone(),
            slice: row.slice.clone(),
            value: row.value,
            printed: row.printed.clone(),
            unit: row.unit.clone(),
            n: row.n,
            late: row.late,
            longest: row.longest.filter(|_| waits),
            percentiles: row.percentiles.filter(|_| waits).map(|all| ReportedPercentiles {
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

//! From figures, settings and words to a report.
//!
//! [`compute_report_figures`] reads the records once for all languages; [`assemble_report`] decides
//! everything that is printed. Nothing here rounds: printed values come from `indicators`.

mod basis;
mod case_limits;
mod charts;
mod data;
mod definitions;
mod distribution;
mod filing;
mod lines;
mod monthly;
mod periods;
mod regions;
mod selection;

use std::collections::BTreeSet;

use trueline_figures::{Period, Slice};

use crate::systems::indicators::{
    ComputeError, FigureQuestion, FigureResults, FigureStatus, Pack, RecordSource, StatisticKind,
    compute_distributions, compute_figures,
};

use super::correction::Correction;
use super::model::{
    DataNote, Language, LineagePack, PackNote, QualityReport, ReportProvenance, ReportedLag,
    ReportedPercentiles, ReportedSlice, SCHEMA,
};
use super::narrative::{self, Narrative, NarrativeError, ReferenceContext};
use super::settings::ReportSettings;

pub use basis::{ReportBasis, ReportFigures};
pub(crate) use data::read_data_note;
pub use filing::FilingError;

/// All that a report is assembled from.
#[derive(Debug)]
pub struct ReportParts<'a> {
    pub basis: ReportBasis<'a>,
    pub settings: &'a ReportSettings,
    /// Where the records came from and what was found in them.
    pub data: DataNote,
    /// How late the records were committed to; empty without a ledger.
    pub lags: &'a [ReportedLag],
    /// What the report corrects, if it corrects another one.
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
pub(crate) fn compute_report_figures(
    pack: &Pack,
    period: &Period,
    records: &dyn RecordSource,
) -> Result<ReportFigures, ComputeError> {
    let question = make_figure_question(pack, period);
    let current = compute_figures(pack, &question, records)?;
    let earlier = period.previous_period(pack.zone.rules()).ok();
    let previous =
        earlier.map(|earlier| compute_figures(pack, &question.for_period(earlier), records));
    let previous = previous.transpose()?;
    let previous = previous.filter(|results| results.rows.iter().any(|row| row.value.is_some()));
    let distributed: Vec<String> = charts::find_distributed_indicators(pack, &current);
    Ok(ReportFigures {
        distributions: compute_distributions(pack, period, &distributed, records)?,
        current,
        previous,
    })
}

/// The question whose answer a report about a period prints. The period before is sliced in the
/// same way: [`FigureQuestion::for_period`].
pub(crate) fn make_figure_question(pack: &Pack, period: &Period) -> FigureQuestion {
    FigureQuestion {
        by: choose_slicing(pack, period),
        ..FigureQuestion::about_period(period.clone())
    }
}

/// The level of regions below the widest, and months if the period has more than one.
fn choose_slicing(pack: &Pack, period: &Period) -> Vec<String> {
    const LONGEST_MONTH: i64 = 31 * 86_400;
    let level = pack.levels.get(1).or(pack.levels.first());
    let mut by: Vec<String> = level.map(|level| level.name.clone()).into_iter().collect();
    if period.to - period.from > LONGEST_MONTH {
        by.push("month".to_owned());
    }
    by
}

/// Assembles the report in one language.
pub(crate) fn assemble_report(assembly: ReportParts<'_>) -> Result<QualityReport, AssembleError> {
    let basis = assembly.basis;
    let ReportBasis { pack, language, material } = basis;
    let zone = pack.zone.rules();
    let describe = |period: &Period| periods::describe_period(period, zone, language);
    let period = describe(&material.current.period);
    let previous = material.previous.as_ref().map(|results| describe(&results.period));
    let company = filing::describe_company(assembly.settings, language);
    let groups = lines::list_groups(&basis);
    let slices = collect_slices(pack, &material.current);
    let context = ReferenceContext {
        language,
        groups: &groups,
        slices: &slices,
        fields: super::list_default_fields(&company, &period, previous.as_ref()),
        empty: pack.indicators.iter().map(|indicator| indicator.id.clone()).collect(),
    };
    let words = match assembly.narrative {
        Some((file, text)) => narrative::resolve_narrative(text, file, &context)?,
        None => Narrative::default(),
    };
    let mut filing = filing::describe_filing(assembly.settings, &period, language)?;
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
        pack: describe_pack(pack, language),
        made: ReportProvenance {
            program: "Trueline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: assembly.as_of.clone(),
            zone: pack.zone.name().to_owned(),
        },
        narrative: words.parts,
        charts: charts::list_charts(&basis),
        definitions: definitions::list_definitions(&basis),
        legal_sources: definitions::list_legal_sources(pack, language),
        not_answered: definitions::list_unanswered(pack, language),
        data: assembly.data,
        lags: assembly.lags.to_vec(),
        not_from_records: words.not_from_records,
        groups,
        slices,
    })
}

/// A figure, named by its id and slice.
pub(super) type FigureKey = (String, Slice);

/// Which figures a report prints, of its period and of the one before.
pub(super) struct PrintedFigures {
    pub(super) current: BTreeSet<FigureKey>,
    pub(super) previous: BTreeSet<FigureKey>,
}

/// Chooses the figures that a report prints.
pub(super) fn choose_printed_figures(basis: &ReportBasis<'_>) -> PrintedFigures {
    let slices = collect_slices(basis.pack, &basis.material.current);
    let key = |row: ReportedSlice| (format!("{}.{}", row.indicator, row.statistic), row.slice);
    let mut current: BTreeSet<FigureKey> = slices.into_iter().map(key).collect();
    let mut previous = BTreeSet::new();
    for line in lines::list_groups(basis).iter().flat_map(|group| &group.lines) {
        let key = (line.id(), line.figure.slice.clone());
        if line.previous.as_ref().is_some_and(|before| !before.as_published) {
            previous.insert(key.clone());
        }
        current.insert(key);
    }
    PrintedFigures { current, previous }
}

fn describe_pack(pack: &Pack, language: Language) -> PackNote {
    let lineage = pack.lineage.iter().map(|one| LineagePack {
        id: one.id.clone(),
        version: one.version.clone(),
        title: one.title.as_str(language).to_owned(),
        digest: one.digest.clone(),
    });
    PackNote {
        id: pack.id.clone(),
        version: pack.version.clone(),
        title: pack.title.as_str(language).to_owned(),
        lineage: lineage.collect(),
    }
}

/// Every slice of a main figure that is not a line of the report itself.
fn collect_slices(pack: &Pack, results: &FigureResults) -> Vec<ReportedSlice> {
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

//! What each indicator means and where its rules stand, for the annex.

use trueline_figures::Slice;

use super::basis::ReportBasis;
use super::lines::make_limit;
use crate::systems::indicators::{FigureResults, Indicator, IndicatorMeasure, Pack, Read};
use crate::systems::reports::model::{
    Language, ReportedDefinition, ReportedLimit, ReportedSource, UnansweredItem,
};
use crate::systems::reports::words::{kind_in_words, moments_in_words, pick_words, unit_in_words};

/// The definitions of every indicator that the report shows.
pub(super) fn list_definitions(basis: &ReportBasis<'_>) -> Vec<ReportedDefinition> {
    let pack = basis.pack;
    let shown = |indicator: &&Indicator| {
        let results = &basis.material.current;
        let mut rows = results.rows.iter().filter(|row| row.indicator == indicator.id);
        indicator.publish.iter().any(|one| one.main) || rows.any(|row| row.value.is_some())
    };
    let all = pack.indicators.iter().filter(shown);
    all.map(|indicator| make_definition(basis, indicator)).collect()
}

fn make_definition(basis: &ReportBasis<'_>, indicator: &Indicator) -> ReportedDefinition {
    let (pack, language) = (basis.pack, basis.language);
    let group = pack.groups.iter().find(|group| group.id == indicator.group);
    let group = group.map(|group| group.title.as_str(language)).unwrap_or_default();
    let source = |id: &String| match pack.sources.get(id) {
        Some(source) => source.title.as_str(language).to_owned(),
        None => id.clone(),
    };
    let clause = indicator.clause.as_deref().unwrap_or_default();
    let mut sources: Vec<String> = indicator.sources.iter().map(source).collect();
    if let Some(last) = sources.last_mut().filter(|_| !clause.is_empty()) {
        *last = format!("{last} {clause}");
    }
    ReportedDefinition {
        indicator: indicator.id.clone(),
        group: group.to_owned(),
        title: indicator.title.as_str(language).to_owned(),
        says: indicator.says.as_str(language).to_owned(),
        population: indicator.population.text.clone(),
        period_moment: indicator.period_moment.as_ref().map(|moment| moment.text.clone()),
        measure: describe_measure(indicator, language),
        subtract: indicator
            .clock_spec()
            .map(|clock| clock.subtract.iter().map(|kind| kind_in_words(kind, language)).collect())
            .unwrap_or_default(),
        exclusions: indicator
            .exclusions
            .iter()
            .map(|exclusion| match exclusion.title.as_str(language) {
                "" => pick_words(language).as_source_says.to_owned(),
                title => title.to_owned(),
            })
            .collect(),
        limits: list_limits(pack, &basis.material.current, indicator, language),
        sources,
        set_by: indicator.set_by.clone(),
    }
}

/// How it is measured, with moments by their names.
fn describe_measure(indicator: &Indicator, language: Language) -> String {
    match &indicator.measure {
        IndicatorMeasure::Waited(clock) => format!(
            "{} → {}，{}",
            moments_in_words(&clock.start.text, language),
            moments_in_words(&clock.stop.text, language),
            unit_in_words(clock.unit.code(), language)
        )
        .replace('，', if language == Language::Chinese { "，" } else { ", " }),
        IndicatorMeasure::Amount { value, .. } => value.text.clone(),
        IndicatorMeasure::Share { hit, of } => format!("{} ÷ {}", hit.text, of.text),
        IndicatorMeasure::Count => match language {
            Language::Chinese => "计数".to_owned(),
            Language::English => "count".to_owned(),
        },
        IndicatorMeasure::Ratio { numerator, denominator } => {
            format!("{} ÷ {}", numerator.text, denominator.text)
        }
        IndicatorMeasure::Per(per) => format!("÷ {} × {}", per.of, per.each),
    }
}

/// Each limit of the indicator's figures, once.
fn list_limits(
    pack: &Pack,
    results: &FigureResults,
    indicator: &Indicator,
    language: Language,
) -> Vec<ReportedLimit> {
    let mut limits: Vec<ReportedLimit> = Vec::new();
    let rows = results.rows.iter().filter(|row| row.indicator == indicator.id);
    for row in rows.flat_map(|row| &row.limits) {
        let mut found = make_limit(pack, row, &Slice::new(), language);
        // Whether a limit was kept depends on slice and period, which a definition does not have.
        (found.late, found.met) = (None, None);
        if !limits.contains(&found) {
            limits.push(found);
        }
    }
    limits
}

pub(super) fn list_legal_sources(pack: &Pack, language: Language) -> Vec<ReportedSource> {
    let sources = pack.sources.values().map(|source| ReportedSource {
        id: source.id.clone(),
        title: source.title.as_str(language).to_owned(),
        citation: source.citation.as_str(language).to_owned(),
        read: match source.read {
            Read::Primary => "primary".to_owned(),
            Read::Secondary => "secondary".to_owned(),
            Read::Memory => "memory".to_owned(),
            Read::OwnDesign => "own_design".to_owned(),
        },
        verified: source.read == Read::Primary,
    });
    sources.collect()
}

pub(super) fn list_unanswered(pack: &Pack, language: Language) -> Vec<UnansweredItem> {
    let missing = pack.not_answered.iter().map(|one| UnansweredItem {
        id: one.id.clone(),
        title: one.title.as_str(language).to_owned(),
        missing: one.missing.as_str(language).to_owned(),
    });
    missing.collect()
}
